/* import_read.c - reads the records of one input into rows that wait to be sorted. */
#include <stdio.h>

#include "formats/importers/import_pass.h"
#include "formats/importers/record_text.h"

bool fl_import_is_over_the_limit(const struct fl_import_job *job)
{
    return job->report->rows_rejected > job->plan->rejects_max;
}

/* --- rejected rows */

static struct fl_reject_plan reject_plan(const struct fl_import_pass *pass)
{
    const struct fl_buffer *header = &pass->reading->header;
    return (struct fl_reject_plan){
        .io = pass->job->plan->io,
        .folder = pass->job->plan->folder,
        .import_id = pass->job->report->import_id,
        .input_number = pass->input + 1,
        .shown_input = pass->job->inputs[pass->input].shown,
        .delimiter = pass->reading->reader == NULL ? ',' : fl_csv_delimiter(pass->reading->reader),
        .header = {(const char *)header->bytes, header->size},
        .field_count = fl_mapping_fields_needed(pass->reading->bound),
    };
}

static void note_first(const struct fl_import_pass *pass, const struct fl_row_trouble *trouble)
{
    struct fl_import_first_reject *first = &pass->job->first_reject;
    first->input = pass->input;
    first->trouble = *trouble;
}

static fl_status reject(struct fl_import_pass *pass, const struct fl_csv_record *record,
                        const struct fl_row_trouble *trouble, struct fl_error *error)
{
    struct fl_import_report *report = pass->job->report;
    if (report->rows_rejected++ == 0)
        note_first(pass, trouble);
    fl_import_count(report->rejects, &report->reject_count, trouble->reason, 1);
    if (pass->rejects == NULL) {
        const struct fl_reject_plan plan = reject_plan(pass);
        const fl_status status = fl_reject_file_create(&plan, &pass->rejects, error);
        if (status != FL_OK)
            return status;
    }
    if (record->raw.bytes != NULL)
        return fl_reject_file_add(pass->rejects, record, trouble, error);
    struct fl_csv_record written = *record;
    pass->refused.size = 0;
    if (!fl_buffer_reserve(&pass->refused, 1) ||
        !fl_record_append(record->fields, record->quoted, record->field_count, &pass->refused))
        return fl_fail_memory(error, pass->refused.size);
    written.raw = (struct fl_text){(const char *)pass->refused.bytes, pass->refused.size};
    return fl_reject_file_add(pass->rejects, &written, trouble, error);
}

fl_status fl_import_refuse_record(struct fl_import_pass *pass, const struct fl_csv_record *record,
                                  const struct fl_row_trouble *trouble, struct fl_error *error)
{
    pass->job->report->rows_read++;
    return reject(pass, record, trouble, error);
}

/* The report shows the path of the first one. */
static fl_status publish_rejects(struct fl_import_pass *pass, struct fl_error *error)
{
    if (pass->rejects == NULL)
        return FL_OK;
    char path[sizeof pass->job->report->reject_path];
    pass->job->inputs[pass->input].has_reject_file = true; /* perhaps also when this fails half way */
    const fl_status status = fl_reject_file_commit(pass->rejects, path, sizeof path, error);
    pass->rejects = NULL;
    if (status != FL_OK)
        return status;
    if (pass->job->report->reject_path[0] == '\0')
        memcpy(pass->job->report->reject_path, path, sizeof path);
    return FL_OK;
}

/* --- kept rows */

fl_status fl_import_write_if_full(struct fl_import_job *job, bool *written, struct fl_error *error)
{
    *written = fl_word_pools_full(job->pools, job->column_count, &job->tuning->words);
    return *written ? fl_import_write_part(job, error) : FL_OK;
}

fl_status fl_import_keep_row(const struct fl_import_pass *pass, int64_t line, struct fl_cell *row,
                             uint32_t filled, struct fl_error *error)
{
    struct fl_import_job *job = pass->job;
    bool any_new;
    fl_status status = fl_import_finish_row(job, job->pools, row, &filled, &any_new, error);
    if (status == FL_OK)
        status = fl_row_store_add(job->rows, row, filled, error);
    if (status == FL_OK && job->keeps_ids)
        status = fl_import_ids_add(job->ids, row[0].number, row[0].text, pass->input, line, error);
    if (status != FL_OK)
        return status;
    job->report->rows_written++;
    bool written;
    return any_new ? fl_import_write_if_full(job, &written, error) : FL_OK;
}

fl_status fl_import_take_record(struct fl_import_pass *pass, const struct fl_csv_record *record,
                                struct fl_error *error)
{
    struct fl_import_report *report = pass->job->report;
    struct fl_cell row[FL_ROW_COLUMNS_MAX];
    uint32_t filled;
    struct fl_row_trouble trouble;
    report->rows_read++;
    enum fl_row_verdict verdict = fl_mapping_apply(pass->reading->bound, record, row, &filled, &trouble);
    if (verdict == FL_ROW_KEPT && fl_import_is_nameless(pass->job, row, filled, record, &trouble))
        verdict = FL_ROW_REJECTED;
    if (verdict == FL_ROW_REJECTED)
        return reject(pass, record, &trouble, error);
    if (verdict == FL_ROW_SKIPPED) {
        report->rows_skipped++;
        fl_import_count(report->skips, &report->skip_count, trouble.reason, 1);
        return FL_OK;
    }
    return fl_import_is_over_the_limit(pass->job)
               ? FL_OK
               : fl_import_keep_row(pass, record->line, row, filled, error);
}

fl_status fl_import_step(const struct fl_import_pass *pass, uint64_t rows_before, uint64_t bytes_read,
                         struct fl_error *error)
{
    const uint64_t step = pass->job->tuning->progress_rows;
    if (pass->job->report->rows_read / step == rows_before / step)
        return FL_OK;
    return fl_import_progress(pass->job, bytes_read, error);
}

fl_status fl_import_take_records(struct fl_import_pass *pass, struct fl_csv_reader *reader,
                                 struct fl_error *error)
{
    for (;;) {
        struct fl_csv_record record;
        bool more;
        fl_status status = fl_import_next_record(pass->reading, reader, &record, &more, error);
        if (status != FL_OK || !more)
            return status;
        const uint64_t rows_before = pass->job->report->rows_read;
        status = fl_import_take_record(pass, &record, error);
        if (status == FL_OK)
            status = fl_import_step(pass, rows_before, fl_csv_bytes_read(pass->reading->reader), error);
        if (status != FL_OK)
            return status;
    }
}

/* The import's id was made of other bytes if these are not the same. */
static fl_status check_unchanged(const struct fl_import_pass *pass, struct fl_error *error)
{
    const struct fl_import_input *input = &pass->job->inputs[pass->input];
    if (pass->reading->kind != FL_INPUT_CSV)
        return fl_import_check_same(pass->job, pass->input, pass->reading->file, error);
    uint8_t digest[16];
    fl_csv_digest(pass->reading->reader, digest);
    if (memcmp(digest, input->digest, sizeof digest) == 0)
        return FL_OK;
    (void)fl_fail(error, FL_BAD_DATA, "changed while it was read: %llu bytes first, %llu then",
                  (unsigned long long)input->size_bytes,
                  (unsigned long long)fl_csv_bytes_read(pass->reading->reader));
    (void)fl_error_at_path(error, input->shown);
    return FL_BAD_DATA;
}

static fl_status fail_rejected(const struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_import_report *report = job->report;
    const struct fl_import_first_reject *first = &job->first_reject;
    const enum fl_input_kind kind = job->inputs[first->input].kind;
    const bool is_typed = kind == FL_INPUT_PARQUET || kind == FL_INPUT_ARROW;
    (void)fl_fail(
        error, FL_REJECTED,
        "%llu rows of %llu rejected, at most %llu allowed (--max-rejects); see %s; first: %s %lld: %s",
        (unsigned long long)report->rows_rejected, (unsigned long long)report->rows_read,
        (unsigned long long)job->plan->rejects_max, report->reject_path, is_typed ? "row" : "line",
        (long long)first->trouble.line, first->trouble.words);
    (void)fl_error_at_path(error, job->inputs[first->input].shown);
    return FL_REJECTED;
}

static fl_status take_all(struct fl_import_pass *pass, struct fl_error *error)
{
    switch (pass->reading->kind) {
    case FL_INPUT_NDJSON:
        return fl_import_take_lines(pass, error);
    case FL_INPUT_PARQUET:
    case FL_INPUT_ARROW:
        return fl_import_take_typed(pass, error);
    default:
        return pass->job->tuning->threads > 1 ? fl_import_take_by_crew(pass, error)
                                              : fl_import_take_records(pass, pass->reading->reader, error);
    }
}

static fl_status read_open_input(struct fl_import_pass *pass, struct fl_error *error)
{
    fl_status status = take_all(pass, error);
    if (status == FL_OK)
        status = check_unchanged(pass, error);
    if (status == FL_OK)
        status = publish_rejects(pass, error);
    fl_reject_file_abort(pass->rejects);
    fl_csv_reader_free(pass->again);
    fl_buffer_release(&pass->refused);
    if (status != FL_OK)
        return status;
    pass->job->bytes_before += pass->job->inputs[pass->input].size_bytes;
    pass->job->report->bytes_read = pass->job->bytes_before;
    return fl_import_is_over_the_limit(pass->job) ? fail_rejected(pass->job, error) : FL_OK;
}

fl_status fl_import_read_input(struct fl_import_job *job, size_t input, struct fl_error *error)
{
    struct fl_import_reading reading;
    fl_status status = fl_import_open_reading(job, input, &reading, error);
    if (status == FL_OK)
        status =
            read_open_input(&(struct fl_import_pass){.job = job, .input = input, .reading = &reading}, error);
    fl_import_close_reading(job, &reading);
    return status;
}
