/* typed_arrow.c - the rows of an Arrow stream as typed arrays. */
#include <stdlib.h>

#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/importers/typed_rows.h"

enum { LONG_DIGITS = 18 }; /* of a decimal that fits 64 bits whatever its digits */

/* Room for one column of some rows. */
struct arrow_room {
    union {
        int64_t numbers[FL_TYPED_ROWS_MAX];
        double reals[FL_TYPED_ROWS_MAX];
        struct fl_text texts[FL_TYPED_ROWS_MAX];
    };
    uint8_t nulls[FL_TYPED_ROWS_MAX];
};

struct typed_arrow {
    struct fl_typed_rows rows;
    const char *shown;
    struct fl_arrow_stream *stream;
    const size_t *chosen;
    size_t chosen_count;
    const struct fl_arrow_column **from; /* of the Arrow batch, one for each that was chosen */
    struct fl_typed_values *values;
    struct arrow_room *room;
    size_t batch_rows, at, taken; /* rows of the Arrow batch, those taken before, those taken last */
    uint64_t rows_before;         /* of the batches before it */
};

/* --- columns */

static enum fl_typed_form form_of(const struct fl_arrow_field *field)
{
    const struct fl_arrow_type *type = &field->type;
    const bool is_text = type->kind == FL_ARROW_UTF8 || type->kind == FL_ARROW_LARGE_UTF8;
    if (field->has_dictionary)
        return is_text ? FL_TYPED_TEXT : FL_TYPED_OTHER;
    switch (type->kind) {
    case FL_ARROW_INT8:
    case FL_ARROW_INT16:
    case FL_ARROW_INT32:
    case FL_ARROW_INT64:
    case FL_ARROW_UINT8:
    case FL_ARROW_UINT16:
    case FL_ARROW_UINT32:
        return FL_TYPED_NUMBER;
    case FL_ARROW_DECIMAL128:
        return type->precision <= LONG_DIGITS && type->scale >= 0 && type->scale <= FL_TYPED_PLACES_MAX
                   ? FL_TYPED_NUMBER
                   : FL_TYPED_OTHER;
    case FL_ARROW_FLOAT64:
        return FL_TYPED_REAL;
    case FL_ARROW_DATE32:
        return FL_TYPED_DAY;
    case FL_ARROW_TIMESTAMP:
        return FL_TYPED_TIME;
    default:
        return is_text ? FL_TYPED_TEXT : FL_TYPED_OTHER;
    }
}

static struct fl_typed_column describe(const struct fl_arrow_field *field)
{
    static const int64_t units_a_second[] = {1, 1000, 1000000, 1000000000};
    const bool is_list = field->type.kind == FL_ARROW_LIST || field->type.kind == FL_ARROW_LARGE_LIST;
    return (struct fl_typed_column){
        .name = fl_text_of(field->name),
        .refused = is_list ? "a list" : NULL,
        .form = form_of(field),
        .places = field->type.kind == FL_ARROW_DECIMAL128 ? field->type.scale : 0,
        .units_a_second = units_a_second[field->type.unit],
        .is_instant = field->type.zone != NULL,
    };
}

/* --- values */

/* A word of a dictionary may itself be null. */
static bool is_null(const struct fl_arrow_column *column, size_t row)
{
    if (fl_arrow_is_null(column, row))
        return true;
    return column->words != NULL && fl_arrow_is_null(column->words, (size_t)fl_arrow_integer(column, row));
}

static void take_nulls(const struct fl_arrow_column *from, size_t start, size_t count, uint8_t *nulls)
{
    const bool none = from->type.kind != FL_ARROW_NULLS && from->validity == NULL &&
                      (from->words == NULL || from->words->nulls == 0);
    for (size_t i = 0; i < count; i++)
        nulls[i] = none ? 0 : is_null(from, start + i);
}

static void take_texts(const struct fl_arrow_column *from, size_t start, size_t count, const uint8_t *nulls,
                       struct fl_text *texts)
{
    for (size_t i = 0; i < count; i++) {
        if (nulls[i])
            texts[i] = (struct fl_text){"", 0};
        else if (from->words != NULL)
            texts[i] = fl_arrow_text(from->words, (size_t)fl_arrow_integer(from, start + i));
        else
            texts[i] = fl_arrow_text(from, start + i);
    }
}

/* Whether all of them fit 64 bits, as their type promises. */
static bool take_decimals(const struct fl_arrow_column *from, size_t start, size_t count,
                          const uint8_t *nulls, int64_t *numbers)
{
    bool fit = true;
    for (size_t i = 0; i < count; i++) {
        const __int128 value = nulls[i] ? 0 : fl_arrow_decimal(from, start + i);
        numbers[i] = (int64_t)value;
        fit &= numbers[i] == value;
    }
    return fit;
}

static bool take_values(enum fl_typed_form form, const struct fl_arrow_column *from, size_t start,
                        size_t count, struct arrow_room *room)
{
    take_nulls(from, start, count, room->nulls);
    switch (form) {
    case FL_TYPED_TEXT:
        take_texts(from, start, count, room->nulls, room->texts);
        return true;
    case FL_TYPED_REAL:
        memcpy(room->reals, (const double *)from->values + start, count * sizeof *room->reals);
        return true;
    case FL_TYPED_OTHER:
        return true;
    default:
        break;
    }
    if (from->type.kind == FL_ARROW_DECIMAL128)
        return take_decimals(from, start, count, room->nulls, room->numbers);
    for (size_t i = 0; i < count; i++)
        room->numbers[i] = fl_arrow_integer(from, start + i);
    return true;
}

/* --- calls */

static fl_status fail_there(const struct typed_arrow *arrow, fl_status status, struct fl_error *error)
{
    if (status != FL_OK && error != NULL)
        (void)fl_error_at_path(error, arrow->shown);
    return status;
}

static fl_status arrow_choose(struct fl_typed_rows *rows, const size_t *columns, size_t count,
                              struct fl_error *error)
{
    struct typed_arrow *arrow = (struct typed_arrow *)rows;
    arrow->chosen = columns;
    arrow->chosen_count = count;
    arrow->from = calloc(count, sizeof *arrow->from);
    arrow->values = calloc(count, sizeof *arrow->values);
    arrow->room = malloc(count * sizeof *arrow->room);
    if (arrow->from == NULL || arrow->values == NULL || arrow->room == NULL)
        return fl_fail_memory(error, count * sizeof *arrow->room);
    for (size_t i = 0; i < count; i++) {
        arrow->values[i].nulls = arrow->room[i].nulls;
        arrow->values[i].texts = arrow->room[i].texts; /* and numbers, and reals */
    }
    return FL_OK;
}

/* The next Arrow batch with rows; none at the end. */
static fl_status read_batch(struct typed_arrow *arrow, bool *done, struct fl_error *error)
{
    arrow->rows_before += arrow->batch_rows;
    arrow->at = 0;
    do {
        const fl_status status = fl_arrow_stream_next(arrow->stream, &arrow->batch_rows, done, error);
        if (status != FL_OK)
            return status;
    } while (!*done && arrow->batch_rows == 0);
    for (size_t i = 0; !*done && i < arrow->chosen_count; i++) {
        const fl_status status =
            fl_arrow_stream_column(arrow->stream, arrow->chosen[i], &arrow->from[i], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status take_rows(struct typed_arrow *arrow, size_t count, struct fl_error *error)
{
    for (size_t i = 0; i < arrow->chosen_count; i++) {
        const struct fl_typed_column *column = &arrow->rows.columns[arrow->chosen[i]];
        if (!take_values(column->form, arrow->from[i], arrow->at, count, &arrow->room[i]))
            return fl_fail(error, FL_CORRUPT, "column `%.*s`: a decimal of more digits than its type has",
                           (int)column->name.size, column->name.bytes);
    }
    arrow->taken = count;
    return FL_OK;
}

static fl_status arrow_next(struct fl_typed_rows *rows, struct fl_typed_batch *batch, struct fl_error *error)
{
    struct typed_arrow *arrow = (struct typed_arrow *)rows;
    *batch = (struct fl_typed_batch){.values = arrow->values};
    arrow->at += arrow->taken;
    arrow->taken = 0;
    bool done = false;
    fl_status status = FL_OK;
    if (arrow->at == arrow->batch_rows)
        status = read_batch(arrow, &done, error);
    if (status != FL_OK || done)
        return fail_there(arrow, status, error);
    const size_t left = arrow->batch_rows - arrow->at;
    batch->rows = left < FL_TYPED_ROWS_MAX ? left : FL_TYPED_ROWS_MAX;
    batch->first_row = arrow->rows_before + arrow->at;
    return fail_there(arrow, take_rows(arrow, batch->rows, error), error);
}

static bool arrow_append(const struct fl_typed_rows *rows, size_t chosen, size_t row, struct fl_buffer *out)
{
    const struct typed_arrow *arrow = (const struct typed_arrow *)rows;
    return fl_arrow_text_append(arrow->from[chosen], arrow->at + row, out);
}

static uint64_t arrow_bytes_read(const struct fl_typed_rows *rows)
{
    return fl_arrow_stream_counts(((const struct typed_arrow *)rows)->stream).bytes;
}

static void arrow_close(struct fl_typed_rows *rows)
{
    struct typed_arrow *arrow = (struct typed_arrow *)rows;
    fl_arrow_stream_close(arrow->stream);
    free(arrow->from);
    free(arrow->values);
    free(arrow->room);
    free(rows->columns);
    free(arrow);
}

static const struct fl_typed_calls arrow_calls = {.choose = arrow_choose,
                                                  .next = arrow_next,
                                                  .append = arrow_append,
                                                  .bytes_read = arrow_bytes_read,
                                                  .close = arrow_close};

static fl_status open_stream(struct typed_arrow *arrow, const struct fl_io *io, int file, uint64_t memory_max,
                             struct fl_error *error)
{
    const struct fl_arrow_options options = {.memory_max = memory_max};
    const fl_status status = fl_arrow_stream_open(io, file, arrow->shown, &options, &arrow->stream, error);
    if (status != FL_OK)
        return fail_there(arrow, status, error);
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(arrow->stream);
    arrow->rows.column_count = schema->field_count;
    arrow->rows.columns = calloc(schema->field_count + 1, sizeof *arrow->rows.columns);
    if (arrow->rows.columns == NULL)
        return fl_fail_memory(error, schema->field_count * sizeof *arrow->rows.columns);
    for (size_t i = 0; i < schema->field_count; i++)
        arrow->rows.columns[i] = describe(&schema->fields[i]);
    return FL_OK;
}

fl_status fl_typed_arrow_open(const struct fl_io *io, int file, const char *shown, uint64_t memory_max,
                              struct fl_typed_rows **rows, struct fl_error *error)
{
    *rows = NULL;
    struct typed_arrow *arrow = calloc(1, sizeof *arrow);
    if (arrow == NULL)
        return fl_fail_memory(error, sizeof *arrow);
    arrow->rows.calls = &arrow_calls;
    arrow->shown = shown;
    const fl_status status = open_stream(arrow, io, file, memory_max, error);
    if (status != FL_OK)
        arrow_close(&arrow->rows);
    else
        *rows = &arrow->rows;
    return status;
}
