/* typed_parquet.c - the rows of a Parquet file as typed arrays. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/importers/typed_rows.h"
#include "formats/parquet/parquet_cell.h"

struct typed_parquet {
    struct fl_typed_rows rows;
    const char *shown;
    struct fl_parquet *file;
    struct fl_parquet_scan *scan;
    struct fl_parquet_batch batch;
    const size_t *chosen;
    size_t chosen_count;
    struct fl_typed_values *values; /* one for each */
    int64_t *widened;               /* FL_TYPED_ROWS_MAX for each: of columns with 32 bits */
    uint64_t rows_done, size_bytes;
    uint8_t no_nulls[FL_TYPED_ROWS_MAX];
};

/* --- columns */

static int64_t units_a_second(int32_t unit)
{
    if (unit == FL_PARQUET_MILLIS)
        return 1000;
    return unit == FL_PARQUET_MICROS ? 1000000 : 1000000000;
}

static enum fl_typed_form form_of_integer(const struct fl_parquet_field *field)
{
    switch (field->logical) {
    case FL_PARQUET_LOGICAL_NONE:
        return FL_TYPED_NUMBER;
    case FL_PARQUET_LOGICAL_INTEGER:
        return field->is_unsigned && field->bits == 64 ? FL_TYPED_OTHER : FL_TYPED_NUMBER;
    case FL_PARQUET_LOGICAL_DECIMAL:
        return field->scale <= FL_TYPED_PLACES_MAX ? FL_TYPED_NUMBER : FL_TYPED_OTHER;
    case FL_PARQUET_LOGICAL_DATE:
        return FL_TYPED_DAY;
    case FL_PARQUET_LOGICAL_TIMESTAMP:
        return FL_TYPED_TIME;
    default:
        return FL_TYPED_OTHER;
    }
}

/* Old writers do not say that bytes are text; what is no UTF-8 is refused row by row. */
static bool is_text(const struct fl_parquet_field *field)
{
    return field->logical == FL_PARQUET_LOGICAL_STRING || field->logical == FL_PARQUET_LOGICAL_ENUM ||
           field->logical == FL_PARQUET_LOGICAL_JSON ||
           (field->logical == FL_PARQUET_LOGICAL_NONE && field->type == FL_PARQUET_BYTE_ARRAY);
}

static enum fl_typed_form form_of(const struct fl_parquet_field *field)
{
    switch (field->form) {
    case FL_PARQUET_AS_I32:
    case FL_PARQUET_AS_I64:
        return form_of_integer(field);
    case FL_PARQUET_AS_F64:
        return FL_TYPED_REAL;
    case FL_PARQUET_AS_TEXT:
        return is_text(field) ? FL_TYPED_TEXT : FL_TYPED_OTHER;
    default:
        return FL_TYPED_OTHER;
    }
}

static struct fl_typed_column describe(const struct fl_parquet_field *field)
{
    return (struct fl_typed_column){
        .name = fl_text_of(field->name),
        .refused = field->refused == NULL && field->is_list ? "a list" : field->refused,
        .form = form_of(field),
        .places = field->logical == FL_PARQUET_LOGICAL_DECIMAL ? field->scale : 0,
        .units_a_second = units_a_second(field->unit),
        .is_instant = field->is_utc,
    };
}

/* --- values */

static const struct fl_parquet_field *field_of(const struct typed_parquet *parquet, size_t chosen)
{
    return &fl_parquet_facts(parquet->file)->columns[parquet->chosen[chosen]];
}

static const int64_t *widen(const struct fl_parquet_field *field, const int32_t *from, size_t count,
                            int64_t *to)
{
    if (field->logical == FL_PARQUET_LOGICAL_INTEGER && field->is_unsigned) {
        for (size_t i = 0; i < count; i++)
            to[i] = (uint32_t)from[i];
    } else {
        for (size_t i = 0; i < count; i++)
            to[i] = from[i];
    }
    return to;
}

static void take_column(struct typed_parquet *parquet, size_t chosen)
{
    const struct fl_parquet_field *field = field_of(parquet, chosen);
    const struct fl_parquet_values *from = &parquet->batch.values[chosen];
    struct fl_typed_values *to = &parquet->values[chosen];
    int64_t *room = parquet->widened + chosen * FL_TYPED_ROWS_MAX;
    to->nulls = from->nulls != NULL ? from->nulls : parquet->no_nulls;
    switch (parquet->rows.columns[parquet->chosen[chosen]].form) {
    case FL_TYPED_REAL:
        to->reals = from->f64;
        break;
    case FL_TYPED_TEXT:
        to->texts = from->text;
        break;
    case FL_TYPED_OTHER:
        break;
    default:
        to->numbers =
            field->form == FL_PARQUET_AS_I64 ? from->i64 : widen(field, from->i32, from->count, room);
        break;
    }
}

/* --- calls */

static fl_status fail_there(const struct typed_parquet *parquet, fl_status status, struct fl_error *error)
{
    if (status == FL_OK || error == NULL)
        return status;
    (void)snprintf(error->path, sizeof error->path, "%s", parquet->shown); /* it was opened by its number */
    return status;
}

static fl_status parquet_choose(struct fl_typed_rows *rows, const size_t *columns, size_t count,
                                struct fl_error *error)
{
    struct typed_parquet *parquet = (struct typed_parquet *)rows;
    const struct fl_parquet_scan_options options = {
        .columns = columns, .column_count = count, .rows_max = FL_TYPED_ROWS_MAX};
    parquet->chosen = columns;
    parquet->chosen_count = count;
    parquet->values = calloc(count, sizeof *parquet->values);
    parquet->widened = malloc(count * FL_TYPED_ROWS_MAX * sizeof *parquet->widened);
    if (parquet->values == NULL || parquet->widened == NULL)
        return fl_fail_memory(error, count * FL_TYPED_ROWS_MAX * sizeof *parquet->widened);
    return fail_there(parquet, fl_parquet_scan_open(parquet->file, &options, &parquet->scan, error), error);
}

static fl_status parquet_next(struct fl_typed_rows *rows, struct fl_typed_batch *batch,
                              struct fl_error *error)
{
    struct typed_parquet *parquet = (struct typed_parquet *)rows;
    const fl_status status = fl_parquet_scan_next(parquet->scan, &parquet->batch, error);
    if (status != FL_OK)
        return fail_there(parquet, status, error);
    *batch = (struct fl_typed_batch){
        .rows = parquet->batch.rows, .first_row = parquet->batch.first_row, .values = parquet->values};
    for (size_t i = 0; batch->rows > 0 && i < parquet->chosen_count; i++)
        take_column(parquet, i);
    parquet->rows_done += batch->rows;
    return FL_OK;
}

static bool parquet_append(const struct fl_typed_rows *rows, size_t chosen, size_t row, struct fl_buffer *out)
{
    const struct typed_parquet *parquet = (const struct typed_parquet *)rows;
    return fl_parquet_cell_append(field_of(parquet, chosen), &parquet->batch.values[chosen], row, out) != 0;
}

static uint64_t parquet_bytes_read(const struct fl_typed_rows *rows)
{
    const struct typed_parquet *parquet = (const struct typed_parquet *)rows;
    const uint64_t all = fl_parquet_facts(parquet->file)->rows;
    return all == 0 ? 0 : (uint64_t)((unsigned __int128)parquet->size_bytes * parquet->rows_done / all);
}

static void parquet_close(struct fl_typed_rows *rows)
{
    struct typed_parquet *parquet = (struct typed_parquet *)rows;
    fl_parquet_scan_close(parquet->scan);
    fl_parquet_close(parquet->file);
    free(parquet->values);
    free(parquet->widened);
    free(rows->columns);
    free(parquet);
}

static const struct fl_typed_calls parquet_calls = {.choose = parquet_choose,
                                                    .next = parquet_next,
                                                    .append = parquet_append,
                                                    .bytes_read = parquet_bytes_read,
                                                    .close = parquet_close};

static fl_status open_file(struct typed_parquet *parquet, const struct fl_io *io, int file,
                           uint64_t memory_max, struct fl_error *error)
{
    struct stat facts;
    if (io->fstat(file, &facts) != 0)
        return fl_fail_errno(error, errno, "look at", parquet->shown);
    parquet->size_bytes = (uint64_t)facts.st_size;
    /* The file that is open here, although another one may have its name by now. */
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    fl_status status = fl_parquet_open(io, path, FL_IO_COPY, memory_max, &parquet->file, error);
    if (status != FL_OK)
        return fail_there(parquet, status, error);
    const struct fl_parquet_facts *contents = fl_parquet_facts(parquet->file);
    parquet->rows.column_count = contents->column_count;
    parquet->rows.columns = calloc(contents->column_count + 1, sizeof *parquet->rows.columns);
    if (parquet->rows.columns == NULL)
        return fl_fail_memory(error, contents->column_count * sizeof *parquet->rows.columns);
    for (size_t i = 0; i < contents->column_count; i++)
        parquet->rows.columns[i] = describe(&contents->columns[i]);
    return FL_OK;
}

fl_status fl_typed_parquet_open(const struct fl_io *io, int file, const char *shown, uint64_t memory_max,
                                struct fl_typed_rows **rows, struct fl_error *error)
{
    *rows = NULL;
    struct typed_parquet *parquet = calloc(1, sizeof *parquet);
    if (parquet == NULL)
        return fl_fail_memory(error, sizeof *parquet);
    parquet->rows.calls = &parquet_calls;
    parquet->shown = shown;
    const fl_status status = open_file(parquet, io, file, memory_max, error);
    if (status != FL_OK)
        parquet_close(&parquet->rows);
    else
        *rows = &parquet->rows;
    return status;
}
