/* import_ndjson.c - reads the rows of an NDJSON file. */
#include <stdio.h>

#include "formats/importers/import_pass.h"
#include "formats/importers/mapping_bound.h"

/* The names of all members are the header, so that a misspelt one in the mapping is told and no column that
 * only some rows have is missed; they are looked for once. */
static fl_status find_keys(const struct fl_import_job *job, size_t input,
                           const struct fl_import_reading *reading, struct fl_error *error)
{
    struct fl_import_input *from = &job->inputs[input];
    struct fl_ndjson_reader *lines;
    if (from->keys != NULL)
        return FL_OK;
    fl_status status = fl_ndjson_reader_create(job->plan->io, reading->file, from->shown, &lines, error);
    if (status != FL_OK)
        return status;
    status = fl_ndjson_find_keys(lines, &from->keys, error);
    fl_ndjson_reader_free(lines);
    return status;
}

fl_status fl_import_open_lines(const struct fl_import_job *job, size_t input,
                               struct fl_import_reading *reading, struct fl_error *error)
{
    const bool is_read = job->inputs[input].keys == NULL;
    fl_status status = find_keys(job, input, reading, error);
    if (status != FL_OK)
        return status;
    if (is_read) { /* to its end: once more from the start */
        (void)job->plan->io->close(reading->file);
        reading->file = -1;
        status = fl_import_open_input(job, input, &reading->file, error);
        if (status != FL_OK)
            return status;
    }
    status = fl_ndjson_reader_create(job->plan->io, reading->file, job->inputs[input].shown, &reading->lines,
                                     error);
    if (status != FL_OK)
        return status;
    size_t count;
    const struct fl_text *names = fl_ndjson_key_names(job->inputs[input].keys, &count);
    return fl_import_bind_names(job, input, names, count, reading, error);
}

/* Whether a field that the mapping reads is a list or an object. */
static bool is_nested(const struct fl_mapping_bound *bound, const struct fl_ndjson_line *line,
                      struct fl_row_trouble *trouble)
{
    for (size_t i = 0; i < bound->mapping->fields.count; i++) {
        const size_t position = bound->positions[i];
        if (position == FL_POSITION_ABSENT || !line->nested[position])
            continue;
        *trouble = (struct fl_row_trouble){.reason = "record: a list or an object where one value is read",
                                           .line = line->record.line,
                                           .line_column = (int64_t)position + 1};
        (void)snprintf(trouble->words, sizeof trouble->words, "%s (%.100s)", trouble->reason,
                       bound->mapping->fields.fields[i].label);
        return true;
    }
    return false;
}

static fl_status take_line(struct fl_import_pass *pass, const struct fl_ndjson_line *line,
                           struct fl_error *error)
{
    struct fl_row_trouble trouble;
    if (line->refused != NULL) {
        trouble = (struct fl_row_trouble){
            .reason = line->refused, .line = line->record.line, .line_column = line->refused_at};
        (void)snprintf(trouble.words, sizeof trouble.words, "%s", line->refused);
        return fl_import_refuse_record(pass, &line->record, &trouble, error);
    }
    if (is_nested(pass->reading->bound, line, &trouble))
        return fl_import_refuse_record(pass, &line->record, &trouble, error);
    return fl_import_take_record(pass, &line->record, error);
}

fl_status fl_import_take_lines(struct fl_import_pass *pass, struct fl_error *error)
{
    struct fl_ndjson_reader *lines = pass->reading->lines;
    const struct fl_ndjson_keys *keys = pass->job->inputs[pass->input].keys;
    for (;;) {
        struct fl_ndjson_line line;
        bool more;
        fl_status status = fl_ndjson_next(lines, keys, &line, &more, error);
        if (status != FL_OK || !more)
            return status;
        const uint64_t rows_before = pass->job->report->rows_read;
        status = take_line(pass, &line, error);
        if (status == FL_OK)
            status = fl_import_step(pass, rows_before, fl_ndjson_bytes_read(lines), error);
        if (status != FL_OK)
            return status;
    }
}
