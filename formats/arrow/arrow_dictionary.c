/* arrow_dictionary.c - words that are kept while batches refer to them. */
#include "formats/arrow/arrow_dictionary.h"

#include <stdlib.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/base/limits.h"

struct fl_arrow_dictionary {
    int64_t id;
    bool is_there;
    struct fl_arrow_type type;
    struct fl_arrow_column words; /* over the buffers below */
    struct fl_buffer validity, values, offsets, bytes;
};

static struct fl_arrow_dictionary *find(const struct fl_arrow_dictionaries *dictionaries, int64_t id)
{
    for (size_t i = 0; i < dictionaries->count; i++) {
        if (dictionaries->list[i].id == id)
            return &dictionaries->list[i];
    }
    return NULL;
}

fl_status fl_arrow_dictionaries_create(struct fl_arrow_dictionaries *dictionaries,
                                       const struct fl_arrow_schema *schema, struct fl_error *error)
{
    dictionaries->list = calloc(schema->field_count + 1, sizeof *dictionaries->list);
    if (dictionaries->list == NULL)
        return fl_fail_memory(error, schema->field_count * sizeof *dictionaries->list);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct fl_arrow_field *field = &schema->fields[i];
        if (!field->has_dictionary)
            continue;
        const struct fl_arrow_dictionary *known = find(dictionaries, field->dictionary_id);
        if (known == NULL) {
            dictionaries->list[dictionaries->count++] =
                (struct fl_arrow_dictionary){.id = field->dictionary_id, .type = field->type};
        } else if (!fl_arrow_type_equal(&known->type, &field->type)) {
            (void)fl_fail(error, FL_CORRUPT, "dictionary %lld has two types",
                          (long long)field->dictionary_id);
            (void)fl_error_at_block(error, -1, field->name);
            return FL_CORRUPT;
        }
    }
    return FL_OK;
}

void fl_arrow_dictionaries_release(struct fl_arrow_dictionaries *dictionaries)
{
    for (size_t i = 0; i < dictionaries->count; i++) {
        struct fl_arrow_dictionary *dictionary = &dictionaries->list[i];
        fl_arrow_buffer_release(dictionaries->budget, &dictionary->validity);
        fl_arrow_buffer_release(dictionaries->budget, &dictionary->values);
        fl_arrow_buffer_release(dictionaries->budget, &dictionary->offsets);
        fl_arrow_buffer_release(dictionaries->budget, &dictionary->bytes);
    }
    free(dictionaries->list);
    dictionaries->list = NULL;
    dictionaries->count = 0;
}

const struct fl_arrow_column *fl_arrow_dictionary_find(const struct fl_arrow_dictionaries *dictionaries,
                                                       int64_t id)
{
    const struct fl_arrow_dictionary *dictionary = find(dictionaries, id);
    return dictionary == NULL || !dictionary->is_there ? NULL : &dictionary->words;
}

/* Room for `size` bytes in all; half as much again when it must grow, so that many small deltas stay cheap.
 */
static fl_status make_room(struct fl_arrow_dictionaries *dictionaries, struct fl_buffer *buffer,
                           uint64_t size, struct fl_error *error)
{
    if (size <= buffer->capacity)
        return FL_OK;
    const uint64_t roomy = size + size / 2;
    if (fl_arrow_budget_check(dictionaries->budget, roomy - buffer->capacity, NULL) == FL_OK)
        size = roomy;
    return fl_arrow_buffer_reserve(dictionaries->budget, buffer, size, error);
}

/* Bits `to` .. to + count of the buffer = the first `count` of `bits`, or ones when that is NULL. */
static fl_status append_bits(struct fl_arrow_dictionaries *dictionaries, struct fl_buffer *buffer, size_t to,
                             const uint8_t *bits, size_t count, struct fl_error *error)
{
    const fl_status status = make_room(dictionaries, buffer, (to + count + 7) / 8, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        const size_t at = to + i;
        const uint8_t mask = (uint8_t)(1u << at % 8);
        if (at % 8 == 0)
            buffer->bytes[at / 8] = 0;
        if (bits == NULL || fl_arrow_bit(bits, i))
            buffer->bytes[at / 8] |= mask;
    }
    return FL_OK;
}

static fl_status append_bytes(struct fl_arrow_dictionaries *dictionaries, struct fl_buffer *buffer,
                              const void *bytes, size_t size, struct fl_error *error)
{
    const fl_status status = make_room(dictionaries, buffer, buffer->size + size, error);
    if (status != FL_OK || size == 0)
        return status;
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    return FL_OK;
}

static void store_offset(struct fl_arrow_dictionary *dictionary, size_t row, uint64_t offset)
{
    if (fl_arrow_kind_layout(dictionary->type.kind) == FL_ARROW_BYTES64)
        ((int64_t *)(void *)dictionary->offsets.bytes)[row] = (int64_t)offset;
    else
        ((int32_t *)(void *)dictionary->offsets.bytes)[row] = (int32_t)offset;
}

static fl_status append_texts(struct fl_arrow_dictionaries *dictionaries,
                              struct fl_arrow_dictionary *dictionary, const struct fl_arrow_column *words,
                              struct fl_error *error)
{
    const bool large = fl_arrow_kind_layout(dictionary->type.kind) == FL_ARROW_BYTES64;
    const size_t rows = dictionary->words.rows, start = fl_arrow_start(words, 0);
    const size_t size = fl_arrow_start(words, words->rows) - start, before = dictionary->bytes.size;
    if (!large && before + size > INT32_MAX)
        return fl_fail(error, FL_LIMIT, "a dictionary of %zu bytes, at most %d", before + size, INT32_MAX);
    fl_status status = append_bytes(dictionaries, &dictionary->bytes, words->bytes + start, size, error);
    if (status == FL_OK)
        status = make_room(dictionaries, &dictionary->offsets, (rows + words->rows + 1) * (large ? 8u : 4u),
                           error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i <= words->rows; i++)
        store_offset(dictionary, rows + i, before + (fl_arrow_start(words, i) - start));
    return FL_OK;
}

static fl_status append_values(struct fl_arrow_dictionaries *dictionaries,
                               struct fl_arrow_dictionary *dictionary, const struct fl_arrow_column *words,
                               struct fl_error *error)
{
    switch (fl_arrow_kind_layout(dictionary->type.kind)) {
    case FL_ARROW_BITS:
        return append_bits(dictionaries, &dictionary->values, dictionary->words.rows, words->values,
                           words->rows, error);
    case FL_ARROW_FIXED:
        return append_bytes(dictionaries, &dictionary->values, words->values,
                            words->rows * dictionary->type.width_bytes, error);
    case FL_ARROW_BYTES32:
    case FL_ARROW_BYTES64:
        return append_texts(dictionaries, dictionary, words, error);
    default:
        return FL_OK; /* nulls; lists were refused with the schema */
    }
}

/* The buffers may have moved. */
static void point_to_buffers(struct fl_arrow_dictionary *dictionary, size_t rows, size_t nulls)
{
    static const uint64_t nothing;
    struct fl_arrow_column *words = &dictionary->words;
    *words = (struct fl_arrow_column){.type = dictionary->type, .rows = rows, .nulls = nulls};
    words->validity = nulls > 0 ? dictionary->validity.bytes : NULL;
    const void *values = dictionary->values.bytes;
    words->values = values == NULL ? &nothing : values;
    if (dictionary->offsets.bytes == NULL)
        return;
    words->bytes = dictionary->bytes.bytes == NULL ? (const uint8_t *)&nothing : dictionary->bytes.bytes;
    if (fl_arrow_kind_layout(dictionary->type.kind) == FL_ARROW_BYTES64)
        words->offsets64 = (const int64_t *)(const void *)dictionary->offsets.bytes;
    else
        words->offsets32 = (const int32_t *)(const void *)dictionary->offsets.bytes;
}

static fl_status append(struct fl_arrow_dictionaries *dictionaries, struct fl_arrow_dictionary *dictionary,
                        const struct fl_arrow_column *words, struct fl_error *error)
{
    const size_t rows = dictionary->words.rows;
    if (words->rows > FL_ARROW_BATCH_ROWS_MAX - rows)
        return fl_fail(error, FL_LIMIT, "a dictionary of %zu words, at most %u", rows + words->rows,
                       FL_ARROW_BATCH_ROWS_MAX);
    fl_status status = append_values(dictionaries, dictionary, words, error);
    if (status == FL_OK)
        status = append_bits(dictionaries, &dictionary->validity, rows, words->validity, words->rows, error);
    if (status == FL_OK)
        point_to_buffers(dictionary, rows + words->rows, dictionary->words.nulls + words->nulls);
    return status;
}

fl_status fl_arrow_dictionaries_take(struct fl_arrow_dictionaries *dictionaries,
                                     const struct fl_flat_table *table, const uint8_t *body,
                                     size_t body_bytes, struct fl_arrow_pieces *pieces,
                                     struct fl_error *error)
{
    const int64_t id = fl_flat_int64(table, DICTIONARY_BATCH_ID, 0);
    const bool is_delta = fl_flat_int8(table, DICTIONARY_BATCH_IS_DELTA, 0) != 0;
    const struct fl_flat_table data = fl_flat_table(table, DICTIONARY_BATCH_DATA);
    struct fl_arrow_dictionary *dictionary = find(dictionaries, id);
    if (dictionary == NULL)
        return fl_fail(error, FL_CORRUPT, "dictionary %lld belongs to no column", (long long)id);
    if (is_delta && !dictionary->is_there)
        return fl_fail(error, FL_CORRUPT, "words are added to dictionary %lld before it is there",
                       (long long)id);
    struct fl_arrow_batch batch;
    struct fl_arrow_column words;
    fl_status status = fl_arrow_batch_open(&data, body, body_bytes, fl_arrow_type_span(&dictionary->type),
                                           pieces, &batch, error);
    if (status == FL_OK)
        status = fl_arrow_column_read(&batch, (struct fl_arrow_span){0, 0}, &dictionary->type, NULL, &words,
                                      NULL, error);
    if (status != FL_OK)
        return status;
    if (!is_delta) {
        dictionary->words = (struct fl_arrow_column){.type = dictionary->type};
        dictionary->values.size = 0;
        dictionary->bytes.size = 0;
    }
    dictionary->is_there = true;
    return append(dictionaries, dictionary, &words, error);
}

/* The largest index, each taken as unsigned, so that one below 0 is larger than any dictionary. */
#define LARGEST(name, type)                                                                                  \
    static uint64_t name(const void *values, size_t rows)                                                    \
    {                                                                                                        \
        const type *index = values;                                                                          \
        type largest = 0;                                                                                    \
        for (size_t i = 0; i < rows; i++)                                                                    \
            largest = index[i] > largest ? index[i] : largest;                                               \
        return largest;                                                                                      \
    }
LARGEST(largest8, uint8_t)
LARGEST(largest16, uint16_t)
LARGEST(largest32, uint32_t)
LARGEST(largest64, uint64_t)

static uint64_t largest_index(const struct fl_arrow_column *column)
{
    switch (column->type.width_bytes) {
    case 1:
        return largest8(column->values, column->rows);
    case 2:
        return largest16(column->values, column->rows);
    case 4:
        return largest32(column->values, column->rows);
    default:
        return largest64(column->values, column->rows);
    }
}

fl_status fl_arrow_indexes_check(const struct fl_arrow_column *column, struct fl_error *error)
{
    const size_t words = column->words->rows;
    const bool is_signed = column->type.kind <= FL_ARROW_INT64;
    _Static_assert(FL_ARROW_INT8 < FL_ARROW_INT64 && FL_ARROW_INT64 < FL_ARROW_UINT8,
                   "signed integers come first");
    const uint64_t negative_from = is_signed ? (uint64_t)1 << (8 * column->type.width_bytes - 1) : UINT64_MAX;
    const uint64_t largest = largest_index(column);
    if (column->rows == 0 || (largest < words && largest < negative_from))
        return FL_OK;
    for (size_t row = 0; row < column->rows; row++) {
        const int64_t index = fl_arrow_integer(column, row);
        if ((uint64_t)index >= words && !fl_arrow_is_null(column, row))
            return fl_fail(error, FL_CORRUPT, "row %zu of the batch is word %lld, the dictionary has %zu",
                           row, (long long)index, words);
    }
    return FL_OK;
}
