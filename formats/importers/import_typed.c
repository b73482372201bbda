/* import_typed.c - reads the rows of a Parquet file or an Arrow stream.
 *
 * Most rows go from typed values to cells. A row with anything out of the ordinary, and every row of a
 * mapping that asks for more than values as they stand, is written as texts and goes the way of a CSV record:
 * so each rule and each reason to refuse a row is there once. */
#include <stdlib.h>

#include "formats/importers/import_pass.h"

fl_status fl_import_open_typed(const struct fl_import_job *job, size_t input,
                               struct fl_import_reading *reading, struct fl_error *error)
{
    const char *shown = job->inputs[input].shown;
    const uint64_t memory_max = job->tuning->reader_bytes;
    const bool is_arrow = reading->kind == FL_INPUT_ARROW;
    fl_status status = (is_arrow ? fl_typed_arrow_open : fl_typed_parquet_open)(
        job->plan->io, reading->file, shown, memory_max, &reading->typed, error);
    if (status != FL_OK)
        return status;
    const size_t count = reading->typed->column_count;
    struct fl_text *names = malloc((count + 1) * sizeof *names);
    if (names == NULL)
        return fl_fail_memory(error, count * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = reading->typed->columns[i].name;
    status = fl_import_bind_names(job, input, names, count, reading, error);
    free(names);
    return status == FL_OK ? fl_typed_plan_make(reading->bound, reading->typed, shown, &reading->plan, error)
                           : status;
}

/* What it takes to read one batch after the other. */
struct typed_pass {
    struct fl_import_pass *pass;
    struct fl_typed_rows *rows;
    const struct fl_typed_plan *plan;
    struct fl_typed_batch batch;
    struct fl_buffer texts; /* of the row at hand */
    uint64_t filled[FL_TYPED_ROWS_MAX];
    /* The record at hand, one of each for every column of the file. */
    struct fl_text *fields;
    bool *quoted;
    uint32_t *numbers; /* of the columns, from 1 */
};

static bool open_record(struct typed_pass *typed)
{
    const size_t count = typed->rows->column_count;
    typed->fields = malloc((count + 1) * sizeof *typed->fields);
    typed->quoted = calloc(count + 1, sizeof *typed->quoted);
    typed->numbers = malloc((count + 1) * sizeof *typed->numbers);
    if (typed->fields == NULL || typed->quoted == NULL || typed->numbers == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        typed->fields[i] = (struct fl_text){"", 0};
        typed->numbers[i] = (uint32_t)i + 1;
    }
    return true;
}

static void close_record(struct typed_pass *typed)
{
    free(typed->fields);
    free(typed->quoted);
    free(typed->numbers);
    fl_buffer_release(&typed->texts);
}

/* Which columns of each row hold anything. */
static void note_filled(struct typed_pass *typed)
{
    memset(typed->filled, 0, typed->batch.rows * sizeof *typed->filled);
    for (size_t i = 0; i < typed->plan->count && typed->plan->columns[i] < 64; i++) {
        const uint8_t *nulls = typed->batch.values[i].nulls;
        const size_t shift = typed->plan->columns[i];
        for (size_t row = 0; row < typed->batch.rows; row++)
            typed->filled[row] |= (uint64_t)(nulls[row] == 0) << shift;
    }
}

/* The text of a value that is there goes behind the others; it moves with them. */
static bool write_field(struct typed_pass *typed, size_t chosen, size_t row)
{
    const size_t column = typed->plan->columns[chosen];
    const struct fl_typed_values *values = &typed->batch.values[chosen];
    const bool is_text = typed->rows->columns[column].form == FL_TYPED_TEXT;
    const size_t start = typed->texts.size;
    typed->quoted[column] = is_text && values->nulls[row] == 0;
    if (values->nulls[row] == 0 && is_text) {
        typed->fields[column] = values->texts[row];
        return true;
    }
    if (values->nulls[row] == 0 && !typed->rows->calls->append(typed->rows, chosen, row, &typed->texts))
        return false;
    typed->fields[column] = (struct fl_text){NULL, typed->texts.size - start};
    return true;
}

/* Once nothing moves any more. */
static void place_fields(struct typed_pass *typed)
{
    size_t at = 0;
    for (size_t i = 0; i < typed->plan->count; i++) {
        struct fl_text *field = &typed->fields[typed->plan->columns[i]];
        if (field->bytes != NULL)
            continue;
        field->bytes = field->size == 0 ? "" : (const char *)typed->texts.bytes + at;
        at += field->size;
    }
}

static fl_status take_carefully(struct typed_pass *typed, size_t row, struct fl_error *error)
{
    typed->texts.size = 0;
    for (size_t i = 0; i < typed->plan->count; i++) {
        if (!write_field(typed, i, row))
            return fl_fail_memory(error, typed->texts.size);
    }
    place_fields(typed);
    const struct fl_csv_record record = {
        .fields = typed->fields,
        .quoted = typed->quoted,
        .field_column = typed->numbers,
        .field_count = typed->rows->column_count,
        .any_quoted = true,
        .line = (int64_t)(typed->batch.first_row + row + 1),
    };
    return fl_import_take_record(typed->pass, &record, error);
}

static fl_status take_row(struct typed_pass *typed, size_t row, struct fl_error *error)
{
    struct fl_import_pass *pass = typed->pass;
    struct fl_cell cells[FL_ROW_COLUMNS_MAX];
    uint32_t filled;
    typed->texts.size = 0;
    const struct fl_typed_row at = {.rows = typed->rows,
                                    .plan = typed->plan,
                                    .batch = &typed->batch,
                                    .row = row,
                                    .filled = typed->filled[row],
                                    .texts = &typed->texts};
    const struct fl_csv_record place = {.line = (int64_t)(typed->batch.first_row + row + 1)};
    struct fl_row_trouble trouble;
    if (!fl_mapping_apply_typed(pass->reading->bound, &at, cells, &filled) ||
        fl_import_is_nameless(pass->job, cells, filled, &place, &trouble))
        return take_carefully(typed, row, error);
    pass->job->report->rows_read++;
    return fl_import_is_over_the_limit(pass->job)
               ? FL_OK
               : fl_import_keep_row(pass, place.line, cells, filled, error);
}

static fl_status take_batches(struct typed_pass *typed, struct fl_error *error)
{
    for (;;) {
        fl_status status = typed->rows->calls->next(typed->rows, &typed->batch, error);
        if (status != FL_OK || typed->batch.rows == 0)
            return status;
        note_filled(typed);
        const uint64_t rows_before = typed->pass->job->report->rows_read;
        for (size_t row = 0; status == FL_OK && row < typed->batch.rows; row++)
            status = take_row(typed, row, error);
        if (status == FL_OK)
            status =
                fl_import_step(typed->pass, rows_before, typed->rows->calls->bytes_read(typed->rows), error);
        if (status != FL_OK)
            return status;
    }
}

fl_status fl_import_take_typed(struct fl_import_pass *pass, struct fl_error *error)
{
    struct fl_import_reading *reading = pass->reading;
    struct typed_pass typed = {.pass = pass, .rows = reading->typed, .plan = &reading->plan};
    fl_status status = typed.rows->calls->choose(typed.rows, typed.plan->columns, typed.plan->count, error);
    if (status == FL_OK)
        status = open_record(&typed) ? take_batches(&typed, error)
                                     : fl_fail_memory(error, typed.rows->column_count * sizeof *typed.fields);
    close_record(&typed);
    return status;
}
