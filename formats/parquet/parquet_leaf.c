/* parquet_leaf.c - the cells of a page as values without nulls, with their levels. */
#include "formats/parquet/parquet_leaf.h"

#include <assert.h>

#include "formats/parquet/parquet_schema.h"

enum { LENGTH_BYTES = 4 };

enum fl_parquet_shape fl_parquet_shape_of(const struct fl_parquet_column *column)
{
    if (fl_parquet_kind_type(column->kind) != FL_PARQUET_BYTE_ARRAY)
        return FL_PARQUET_SHAPE_NUMBERS;
    return column->words != NULL ? FL_PARQUET_SHAPE_WORDS : FL_PARQUET_SHAPE_TEXTS;
}

void fl_parquet_leaf_scratch_release(struct fl_parquet_leaf_scratch *scratch)
{
    fl_buffer_release(&scratch->values);
    fl_buffer_release(&scratch->definition);
    fl_buffer_release(&scratch->repetition);
}

/* Bytes of the texts or words `first` .. `end` - 1, with their lengths. */
static size_t text_bytes(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                         size_t first, size_t end)
{
    const size_t lengths = (end - first) * LENGTH_BYTES;
    if (column->words == NULL)
        return lengths + cells->text_offsets[end] - cells->text_offsets[first];
    size_t bytes = lengths;
    for (size_t i = first; i < end; i++)
        bytes += fl_parquet_word(column->words, ((const uint32_t *)cells->values)[i]).size;
    return bytes;
}

static bool is_null(const struct fl_parquet_cells *cells, size_t row)
{
    return cells->nulls != NULL && cells->nulls[row] != 0;
}

static size_t row_bytes(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                        size_t row)
{
    if (is_null(cells, row))
        return 0;
    if (column->kind == FL_PARQUET_KIND_LIST_STRING)
        return text_bytes(column, cells, cells->list_offsets[row], cells->list_offsets[row + 1]);
    return text_bytes(column, cells, row, row + 1);
}

size_t fl_parquet_page_fit(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                           size_t first, size_t rows, size_t word_size_max)
{
    const bool is_list = column->kind == FL_PARQUET_KIND_LIST_STRING;
    if (fl_parquet_shape_of(column) == FL_PARQUET_SHAPE_NUMBERS)
        return rows; /* 20,000 of 8 bytes */
    if (column->words != NULL && !is_list && (word_size_max + LENGTH_BYTES) * rows <= FL_PARQUET_PAGE_BYTES)
        return rows;
    size_t bytes = row_bytes(column, cells, first), fit = 1;
    for (; fit < rows; fit++) {
        bytes += row_bytes(column, cells, first + fit);
        if (bytes > FL_PARQUET_PAGE_BYTES)
            break;
    }
    return fit;
}

static size_t count_nulls(const uint8_t *nulls, size_t rows)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++)
        count += nulls[i];
    return count;
}

/* The values that are not null, one behind the other; `kept` has room for all. One loop for each size of a
 * value. */
#define DEFINE_KEEP(name, type)                                                                              \
    static void name(const type *restrict values, const uint8_t *restrict nulls, size_t rows,                \
                     type *restrict kept)                                                                    \
    {                                                                                                        \
        size_t count = 0;                                                                                    \
        for (size_t i = 0; i < rows; i++) {                                                                  \
            kept[count] = values[i];                                                                         \
            count += nulls[i] == 0;                                                                          \
        }                                                                                                    \
    }
DEFINE_KEEP(keep_8_bits, uint8_t)
DEFINE_KEEP(keep_32_bits, uint32_t)
DEFINE_KEEP(keep_64_bits, uint64_t)

static size_t value_size(const struct fl_parquet_column *column)
{
    switch (fl_parquet_kind_type(column->kind)) {
    case FL_PARQUET_BOOLEAN:
        return sizeof(uint8_t);
    case FL_PARQUET_INT64:
    case FL_PARQUET_DOUBLE:
        return sizeof(uint64_t);
    default: /* and numbers of words */
        return sizeof(uint32_t);
    }
}

static void keep(const void *values, const uint8_t *nulls, size_t rows, size_t size, void *kept)
{
    if (size == sizeof(uint8_t))
        keep_8_bits(values, nulls, rows, kept);
    else if (size == sizeof(uint32_t))
        keep_32_bits(values, nulls, rows, kept);
    else
        keep_64_bits(values, nulls, rows, kept);
}

static fl_status gather_numbers(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                                size_t first, struct fl_buffer *scratch, struct fl_parquet_leaf *leaf,
                                struct fl_error *error)
{
    const size_t size = value_size(column);
    const uint8_t *values = (const uint8_t *)cells->values + first * size;
    leaf->values = values;
    if (leaf->count == leaf->entries || leaf->count == 0)
        return FL_OK;
    if (!fl_buffer_reserve(scratch, leaf->rows * size))
        return fl_fail_memory(error, leaf->rows * size);
    keep(values, cells->nulls + first, leaf->rows, size, scratch->bytes);
    leaf->values = scratch->bytes;
    return FL_OK;
}

/* Texts first .. end - 1 but for those whose null is set; `nulls` NULL: all. */
static fl_status gather_texts(const struct fl_parquet_cells *cells, const uint8_t *nulls, size_t first,
                              size_t end, struct fl_buffer *scratch, struct fl_parquet_leaf *leaf,
                              struct fl_error *error)
{
    const size_t room = (end - first) * sizeof(struct fl_text);
    if (!fl_buffer_reserve(scratch, room))
        return fl_fail_memory(error, room);
    struct fl_text *texts = (struct fl_text *)(void *)scratch->bytes;
    const uint32_t *offsets = cells->text_offsets;
    const char *bytes = cells->text_bytes != NULL ? cells->text_bytes : ""; /* all texts are empty */
    size_t count = 0;
    for (size_t i = first; i < end; i++) {
        if (nulls == NULL || nulls[i] == 0)
            texts[count++] = (struct fl_text){bytes + offsets[i], offsets[i + 1] - offsets[i]};
    }
    assert(count == leaf->count);
    leaf->values = texts;
    return FL_OK;
}

static fl_status gather_flat(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                             size_t first, struct fl_parquet_leaf_scratch *scratch,
                             struct fl_parquet_leaf *leaf, struct fl_error *error)
{
    const size_t nulls = cells->nulls != NULL ? count_nulls(cells->nulls + first, leaf->rows) : 0;
    assert(nulls == 0 || column->optional);
    leaf->entries = leaf->rows;
    leaf->count = leaf->rows - nulls;
    if (nulls != 0) {
        const size_t room = leaf->rows * sizeof(uint32_t);
        if (!fl_buffer_reserve(&scratch->definition, room))
            return fl_fail_memory(error, room);
        uint32_t *definition = (uint32_t *)(void *)scratch->definition.bytes;
        for (size_t i = 0; i < leaf->rows; i++)
            definition[i] = cells->nulls[first + i] == 0;
        leaf->definition = definition;
    }
    if (fl_parquet_shape_of(column) == FL_PARQUET_SHAPE_TEXTS)
        return gather_texts(cells, cells->nulls, first, first + leaf->rows, &scratch->values, leaf, error);
    return gather_numbers(column, cells, first, &scratch->values, leaf, error);
}

/* An entry for each element, null list and empty list: their levels of definition (for an optional column 0 =
 * null, 1 = empty, 2 = element) and of repetition (1 = the list goes on). */
static void fill_list_levels(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                             size_t first, size_t rows, uint32_t *definition, uint32_t *repetition)
{
    const uint32_t empty = column->optional, element = empty + 1;
    size_t entry = 0;
    for (size_t row = first; row < first + rows; row++) {
        const uint32_t elements = cells->list_offsets[row + 1] - cells->list_offsets[row];
        if (elements == 0) {
            definition[entry] = is_null(cells, row) ? 0 : empty;
            repetition[entry++] = 0;
            continue;
        }
        assert(!is_null(cells, row));
        for (uint32_t i = 0; i < elements; i++) {
            definition[entry] = element;
            repetition[entry++] = i != 0;
        }
    }
}

static fl_status gather_list(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                             size_t first, struct fl_parquet_leaf_scratch *scratch,
                             struct fl_parquet_leaf *leaf, struct fl_error *error)
{
    const uint32_t *offsets = cells->list_offsets + first;
    leaf->count = offsets[leaf->rows] - offsets[0];
    leaf->entries = leaf->count;
    for (size_t row = 0; row < leaf->rows; row++)
        leaf->entries += offsets[row] == offsets[row + 1];
    const size_t room = leaf->entries * sizeof(uint32_t);
    if (!fl_buffer_reserve(&scratch->definition, room) || !fl_buffer_reserve(&scratch->repetition, room))
        return fl_fail_memory(error, room);
    uint32_t *definition = (uint32_t *)(void *)scratch->definition.bytes;
    uint32_t *repetition = (uint32_t *)(void *)scratch->repetition.bytes;
    fill_list_levels(column, cells, first, leaf->rows, definition, repetition);
    leaf->definition = definition;
    leaf->repetition = repetition;
    if (column->words == NULL)
        return gather_texts(cells, NULL, offsets[0], offsets[leaf->rows], &scratch->values, leaf, error);
    leaf->values = leaf->count > 0 ? (const uint32_t *)cells->values + offsets[0] : NULL;
    return FL_OK;
}

fl_status fl_parquet_leaf_gather(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                                 size_t first, size_t rows, struct fl_parquet_leaf_scratch *scratch,
                                 struct fl_parquet_leaf *leaf, struct fl_error *error)
{
    assert(rows > 0);
    *leaf = (struct fl_parquet_leaf){.rows = rows};
    if (column->kind == FL_PARQUET_KIND_LIST_STRING)
        return gather_list(column, cells, first, scratch, leaf, error);
    return gather_flat(column, cells, first, scratch, leaf, error);
}
