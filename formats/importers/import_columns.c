/* import_columns.c - which columns an import fills, with the memory for their rows. */
#include <stdlib.h>

#include "formats/importers/import_job.h"
#include "formats/base/limits.h"
#include "formats/importers/record_text.h"
#include "formats/importers/reject_file.h"

static fl_status open_csv(const struct fl_import_job *job, size_t input, struct fl_import_reading *reading,
                          struct fl_error *error)
{
    const char *shown = job->inputs[input].shown;
    const struct fl_csv_options options = fl_mapping_csv_options(job->mapping);
    fl_status status =
        fl_csv_reader_create(job->plan->io, reading->file, shown, &options, &reading->reader, error);
    if (status != FL_OK || !fl_mapping_has_header(job->mapping))
        return status == FL_OK ? fl_mapping_bind(job->mapping, NULL, shown, &reading->bound, error) : status;
    struct fl_csv_record header;
    bool more;
    status = fl_csv_next(reading->reader, &header, &more, error);
    if (status != FL_OK)
        return status;
    if (!more) {
        (void)fl_fail(error, FL_BAD_DATA, "is empty: not even a header");
        (void)fl_error_at_path(error, shown);
        return FL_BAD_DATA;
    }
    reading->is_reject_file = fl_reject_file_is_header(&header);
    if (reading->is_reject_file)
        fl_reject_file_restore(&header, 0);
    reading->field_count = header.field_count;
    if (!fl_buffer_append(&reading->header, header.raw.bytes, header.raw.size))
        return fl_fail_memory(error, header.raw.size);
    return fl_mapping_bind(job->mapping, &header, shown, &reading->bound, error);
}

fl_status fl_import_bind_names(const struct fl_import_job *job, size_t input, const struct fl_text *names,
                               size_t count, struct fl_import_reading *reading, struct fl_error *error)
{
    const char *shown = job->inputs[input].shown;
    if (!fl_mapping_has_header(job->mapping))
        (void)fl_fail(error, FL_BAD_DATA,
                      "names its columns itself, the mapping says `header: false`: leave that out");
    else if (count > FL_RECORD_FIELDS_MAX)
        (void)fl_fail(error, FL_BAD_DATA, "%zu columns, at most %u", count, FL_RECORD_FIELDS_MAX);
    else if (!fl_buffer_reserve(&reading->header, 1) ||
             !fl_record_append(names, NULL, count, &reading->header))
        return fl_fail_memory(error, count);
    else {
        const struct fl_csv_record header = {.fields = names, .field_count = count, .line = -1};
        reading->field_count = count;
        return fl_mapping_bind(job->mapping, &header, shown, &reading->bound, error);
    }
    (void)fl_error_at_path(error, shown);
    return FL_BAD_DATA;
}

fl_status fl_import_open_reading(const struct fl_import_job *job, size_t input,
                                 struct fl_import_reading *reading, struct fl_error *error)
{
    *reading = (struct fl_import_reading){.file = -1, .kind = job->inputs[input].kind};
    const fl_status status = fl_import_open_input(job, input, &reading->file, error);
    if (status != FL_OK)
        return status;
    switch (reading->kind) {
    case FL_INPUT_NDJSON:
        return fl_import_open_lines(job, input, reading, error);
    case FL_INPUT_PARQUET:
    case FL_INPUT_ARROW:
        return fl_import_open_typed(job, input, reading, error);
    default:
        return open_csv(job, input, reading, error);
    }
}

fl_status fl_import_next_record(const struct fl_import_reading *reading, struct fl_csv_reader *reader,
                                struct fl_csv_record *record, bool *more, struct fl_error *error)
{
    const fl_status status = fl_csv_next(reader, record, more, error);
    if (status == FL_OK && *more && reading->is_reject_file)
        fl_reject_file_restore(record, reading->field_count);
    return status;
}

void fl_import_close_reading(const struct fl_import_job *job, struct fl_import_reading *reading)
{
    fl_mapping_bound_free(reading->bound);
    fl_csv_reader_free(reading->reader);
    fl_ndjson_reader_free(reading->lines);
    if (reading->typed != NULL)
        reading->typed->calls->close(reading->typed);
    fl_typed_plan_release(&reading->plan);
    fl_buffer_release(&reading->header);
    if (reading->file >= 0)
        (void)job->plan->io->close(reading->file);
    *reading = (struct fl_import_reading){.file = -1};
}

static fl_status note_filled(const struct fl_import_job *job, size_t input, bool *filled,
                             struct fl_error *error)
{
    struct fl_import_reading reading;
    const fl_status status = fl_import_open_reading(job, input, &reading, error);
    for (size_t i = 0; status == FL_OK && i < job->schema->count; i++)
        filled[i] |= fl_mapping_fills(reading.bound, (int)i);
    fl_import_close_reading(job, &reading);
    return status;
}

static fl_status add_column(struct fl_import_job *job, int column, struct fl_error *error)
{
    const enum fl_storage storage = fl_kind_storage(job->schema->columns[column].kind);
    struct fl_word_pool *pool = NULL;
    if (storage == FL_STORAGE_WORD) {
        pool = fl_word_pool_create();
        if (pool == NULL)
            return fl_fail_memory(error, sizeof pool);
        job->word_sources |= (uint32_t)1 << column;
    }
    job->pools[job->column_count] = pool;
    job->columns[job->column_count++] = column;
    fl_row_layout_add(&job->layout, storage, (size_t)column, pool);
    return FL_OK;
}

/* What a reader of Parquet or Arrow needs, rows do without. */
static size_t reader_bytes(const struct fl_import_job *job)
{
    for (size_t i = 0; i < job->plan->input_count; i++) {
        if (job->inputs[i].kind != FL_INPUT_CSV)
            return job->tuning->reader_bytes;
    }
    return 0;
}

static fl_status open_stores(struct fl_import_job *job, struct fl_error *error)
{
    const struct fl_row_store_plan plan = {
        .io = job->plan->io,
        .directory = job->plan->folder,
        .layout = &job->layout,
        .memory_bytes =
            job->tuning->rows_bytes + (job->keeps_ids ? 0 : job->tuning->ids_bytes) - reader_bytes(job),
    };
    const fl_status status = fl_row_store_create(&plan, &job->rows, error);
    if (status != FL_OK || !job->keeps_ids)
        return status;
    const char **names = fl_arena_take(&job->arena, job->plan->input_count * sizeof *names);
    if (names == NULL)
        return fl_fail_memory(error, job->plan->input_count * sizeof *names);
    for (size_t i = 0; i < job->plan->input_count; i++)
        names[i] = job->inputs[i].shown;
    return fl_import_ids_create(job->plan->io, job->plan->folder, job->tuning->ids_bytes, names, &job->ids,
                                error);
}

fl_status fl_import_open_columns(struct fl_import_job *job, struct fl_error *error)
{
    bool filled[FL_ROW_COLUMNS_MAX] = {false};
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < job->plan->input_count; i++)
        status = note_filled(job, i, filled, error);
    job->arrival = fl_schema_find(job->schema, fl_text_of("arrival"));
    if (job->plan->has_arrival && job->arrival >= 0)
        filled[job->arrival] = true;
    for (size_t i = 0; status == FL_OK && i < job->schema->count; i++) {
        if (filled[i])
            status = add_column(job, (int)i, error);
    }
    if (status != FL_OK)
        return status;
    return open_stores(job, error);
}

void fl_import_close_columns(struct fl_import_job *job)
{
    fl_row_store_free(job->rows);
    fl_import_ids_free(job->ids);
    for (size_t i = 0; i < job->column_count; i++)
        fl_word_pool_free(job->pools[i]);
    job->rows = NULL;
    job->ids = NULL;
    job->column_count = 0;
    job->word_sources = 0;
}
