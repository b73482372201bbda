/* export_arrow.c - a table as an Arrow IPC stream: one batch a block, null is null. */
#include <stdlib.h>

#include "formats/arrow/arrow_writer.h"
#include "formats/base/bytes.h"
#include "formats/exporters/export_walk.h"

/* A block whose words, spelt out, take more than this in one column is cut into several batches: offsets have
 * 31 bits, and 65,536 rows of the longest words would take 4 GiB. */
enum { SPELT_BYTES_MAX = 64 << 20, ROWS_UNIT = 8 };

/* What a column of the batch is made in. */
struct made_column {
    struct fl_buffer validity, values, offsets, bytes;
};

struct arrow_export {
    const struct fl_export_request *request;
    struct fl_arrow_field *fields;
    struct fl_arrow_fact *facts;
    struct fl_arrow_schema schema;
    struct fl_arrow_writer *writer;
    struct fl_arrow_column *columns; /* of the batch at hand */
    struct made_column *made;
};

static struct fl_arrow_type type_of(const struct fl_export_type *type)
{
    static const enum fl_arrow_kind kinds[] = {
        [FL_EXPORT_INT16] = FL_ARROW_INT16,        [FL_EXPORT_INT32] = FL_ARROW_INT32,
        [FL_EXPORT_INT64] = FL_ARROW_INT64,        [FL_EXPORT_DATE] = FL_ARROW_DATE32,
        [FL_EXPORT_DECIMAL] = FL_ARROW_DECIMAL128, [FL_EXPORT_TEXT] = FL_ARROW_UTF8,
    };
    struct fl_arrow_type found = fl_arrow_type_of(kinds[type->id]);
    if (type->id == FL_EXPORT_DECIMAL) {
        found.precision = type->precision;
        found.scale = type->scale;
    }
    return found;
}

static void fill_schema(struct arrow_export *export)
{
    const struct fl_export_request *request = export->request;
    for (size_t i = 0; i < request->column_count; i++) {
        const struct fl_export_column *column = &request->columns[i];
        export->fields[i] = (struct fl_arrow_field){
            .name = column->name,
            .nullable = !column->required,
            .type = type_of(&column->type),
            .has_dictionary = request->options.dictionary && column->words != NULL,
            .is_ordered = true, /* words are sorted by bytes */
            .dictionary_id = (int64_t)i,
            .index = fl_arrow_type_of(FL_ARROW_INT32),
        };
    }
    for (size_t i = 0; i < request->fact_count; i++)
        export->facts[i] =
            (struct fl_arrow_fact){fl_text_of(request->facts[i].key), fl_text_of(request->facts[i].value)};
    export->schema =
        (struct fl_arrow_schema){export->fields, request->column_count, export->facts, request->fact_count};
}

/* A dictionary has at most 32 MiB, so its offsets are never negative. */
static const int32_t *signed_offsets(const uint32_t *offsets)
{
    static const int32_t none[1];
    return offsets == NULL ? none : (const int32_t *)offsets;
}

static fl_status write_words(struct arrow_export *export, struct fl_error *error)
{
    for (size_t i = 0; i < export->schema.field_count; i++) {
        if (!export->fields[i].has_dictionary)
            continue;
        const struct fl_words *words = export->request->columns[i].words;
        const struct fl_arrow_column column = {
            .type = export->fields[i].type,
            .rows = words->count,
            .offsets32 = signed_offsets(words->offsets),
            .bytes = (const uint8_t *)words->bytes,
        };
        const fl_status status = fl_arrow_writer_words(export->writer, i, &column, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status arrow_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                             struct fl_error *error)
{
    struct arrow_export *export = calloc(1, sizeof *export);
    *state = export;
    if (export == NULL)
        return fl_fail_memory(error, sizeof *export);
    export->request = request;
    export->fields = calloc(request->column_count, sizeof *export->fields);
    export->facts = calloc(request->fact_count + 1, sizeof *export->facts);
    export->columns = calloc(request->column_count, sizeof *export->columns);
    export->made = calloc(request->column_count, sizeof *export->made);
    if (export->fields == NULL || export->facts == NULL || export->columns == NULL || export->made == NULL)
        return fl_fail_memory(error, request->column_count * sizeof *export->made);
    fill_schema(export);
    const fl_status status = fl_arrow_writer_create(&export->schema, output, &export->writer, error);
    return status == FL_OK ? write_words(export, error) : status;
}

/* Rows from .. from + rows of a block. */
struct rows {
    size_t from, count;
};

/* Bits of the rows that are there, out of bytes that are 1 where a row is null; *nulls of them are not. */
static void pack_validity(const uint8_t *null_bytes, size_t rows, uint8_t *bits, size_t *nulls)
{
    const uint64_t gather = 0x0102040810204080u; /* puts bit 0 of byte i to bit 56 + i */
    size_t null_count = 0, row = 0;
    for (; rows - row >= 8; row += 8) {
        const uint8_t eight = (uint8_t)(fl_load_le64(null_bytes + row) * gather >> 56);
        null_count += (size_t)__builtin_popcount(eight);
        bits[row / 8] = (uint8_t)~eight;
    }
    if (row < rows)
        bits[row / 8] = 0;
    for (; row < rows; row++) {
        null_count += null_bytes[row];
        bits[row / 8] |= (uint8_t)((null_bytes[row] ^ 1u) << row % 8);
    }
    *nulls = null_count;
}

static bool set_validity(struct made_column *made, const struct fl_column_data *data, struct rows rows,
                         struct fl_arrow_column *column)
{
    if (data->nulls == NULL)
        return true;
    if (!fl_buffer_reserve(&made->validity, (rows.count + 7) / 8))
        return false;
    pack_validity(data->nulls + rows.from, rows.count, made->validity.bytes, &column->nulls);
    column->validity = made->validity.bytes;
    return true;
}

static bool widen_small(struct made_column *made, const uint8_t *values, struct rows rows,
                        struct fl_arrow_column *column)
{
    if (!fl_buffer_reserve(&made->values, rows.count * sizeof(int16_t)))
        return false;
    int16_t *wide = (int16_t *)(void *)made->values.bytes;
    for (size_t i = 0; i < rows.count; i++)
        wide[i] = values[rows.from + i];
    column->values = wide;
    return true;
}

static bool widen_decimal(struct made_column *made, const int64_t *values, struct rows rows,
                          struct fl_arrow_column *column)
{
    if (!fl_buffer_reserve(&made->values, rows.count * 2 * sizeof(int64_t)))
        return false;
    int64_t *wide = (int64_t *)(void *)made->values.bytes;
    for (size_t i = 0; i < rows.count; i++) {
        wide[2 * i] = values[rows.from + i];
        wide[2 * i + 1] = values[rows.from + i] < 0 ? -1 : 0;
    }
    column->values = wide;
    return true;
}

/* The bytes of a block's words, spelt out. */
static uint64_t spelt_bytes(const struct fl_words *words, const struct fl_column_data *data, struct rows rows)
{
    uint64_t bytes = 0;
    for (size_t i = 0; words->count > 0 && i < rows.count; i++) {
        const uint32_t word = data->as.words[rows.from + i];
        bytes += words->offsets[word + 1] - words->offsets[word];
    }
    return bytes;
}

/* A null row has word 0, which stays under it: readers do not look. */
static bool spell(struct made_column *made, const struct fl_words *words, const struct fl_column_data *data,
                  struct rows rows, struct fl_arrow_column *column)
{
    const uint64_t size = spelt_bytes(words, data, rows);
    if (!fl_buffer_reserve(&made->bytes, size + 1) ||
        !fl_buffer_reserve(&made->offsets, (rows.count + 1) * sizeof(int32_t)))
        return false;
    int32_t *offsets = (int32_t *)(void *)made->offsets.bytes;
    size_t at = 0;
    for (size_t i = 0; i < rows.count; i++) {
        offsets[i] = (int32_t)at;
        if (words->count == 0 || (data->nulls != NULL && data->nulls[rows.from + i] != 0))
            continue;
        const struct fl_text word = fl_words_at(words, data->as.words[rows.from + i]);
        memcpy(made->bytes.bytes + at, word.bytes, word.size);
        at += word.size;
    }
    offsets[rows.count] = (int32_t)at;
    column->offsets32 = offsets;
    column->bytes = made->bytes.bytes;
    return true;
}

/* False: no memory. */
static bool make_column(struct arrow_export *export, const struct fl_column_data *data, size_t index,
                        struct rows rows)
{
    const struct fl_arrow_field *field = &export->fields[index];
    struct made_column *made = &export->made[index];
    struct fl_arrow_column *column = &export->columns[index];
    *column = (struct fl_arrow_column){.type = field->has_dictionary ? field->index : field->type,
                                       .rows = rows.count};
    if (!set_validity(made, data, rows, column))
        return false;
    switch (fl_kind_storage(export->request->columns[index].kind)) {
    case FL_STORAGE_U8:
        return widen_small(made, data->as.u8, rows, column);
    case FL_STORAGE_I32:
        column->values = data->as.i32 + rows.from;
        return true;
    case FL_STORAGE_I64:
        if (field->type.kind == FL_ARROW_DECIMAL128)
            return widen_decimal(made, data->as.i64, rows, column);
        column->values = data->as.i64 + rows.from;
        return true;
    case FL_STORAGE_WORD:
        if (!field->has_dictionary)
            return spell(made, export->request->columns[index].words, data, rows, column);
        column->values = data->as.words + rows.from;
        return true;
    case FL_STORAGE_TEXT:
        column->offsets32 = signed_offsets(data->text_offsets + rows.from);
        column->bytes = (const uint8_t *)data->text_bytes;
        return true;
    }
    assert(false && "a storage without a column");
    return false;
}

/* How many rows from `from` one batch takes. */
static size_t rows_that_fit(const struct arrow_export *export, const struct fl_export_batch *batch,
                            size_t from)
{
    size_t count = batch->rows - from;
    for (size_t i = 0; i < export->schema.field_count; i++) {
        const struct fl_words *words = export->request->columns[i].words;
        if (words == NULL || export->fields[i].has_dictionary)
            continue;
        while (count > ROWS_UNIT &&
               spelt_bytes(words, &batch->columns[i], (struct rows){from, count}) > SPELT_BYTES_MAX)
            count = count / 2;
    }
    return count;
}

static fl_status arrow_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    struct arrow_export *export = state;
    struct rows rows = {0, 0};
    for (; rows.from < batch->rows; rows.from += rows.count) {
        rows.count = rows_that_fit(export, batch, rows.from);
        for (size_t i = 0; i < export->schema.field_count; i++) {
            if (!make_column(export, &batch->columns[i], i, rows))
                return fl_fail_memory(error, rows.count * sizeof(int64_t));
        }
        const fl_status status = fl_arrow_writer_batch(export->writer, export->columns, rows.count, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status arrow_end(void *state, struct fl_error *error)
{
    const struct arrow_export *export = state;
    return fl_arrow_writer_end(export->writer, error);
}

static void arrow_free(void *state)
{
    struct arrow_export *export = state;
    if (export == NULL)
        return;
    fl_arrow_writer_free(export->writer);
    for (size_t i = 0; export->made != NULL && i < export->request->column_count; i++) {
        fl_buffer_release(&export->made[i].validity);
        fl_buffer_release(&export->made[i].values);
        fl_buffer_release(&export->made[i].offsets);
        fl_buffer_release(&export->made[i].bytes);
    }
    free(export->fields);
    free(export->facts);
    free(export->columns);
    free(export->made);
    free(export);
}

const struct fl_export_format fl_export_format_arrow = {.name = "arrow",
                                                        .extension = "arrows",
                                                        .binary = true,
                                                        .takes = FL_EXPORT_DICTIONARY | FL_EXPORT_PARTS,
                                                        .begin = arrow_begin,
                                                        .block = arrow_block,
                                                        .end = arrow_end,
                                                        .free = arrow_free};
