/* parquet_body.c - the levels and the values of a page as bytes. */
#include "formats/parquet/parquet_body.h"

#include "formats/base/bytes.h"
#include "formats/parquet/parquet_encode_hybrid.h"
#include "formats/parquet/parquet_encode_plain.h"
#include "formats/parquet/parquet_schema.h"

enum { LEVELS_SIZE_BYTES = 4, WIDTH_BYTES = 1 };

void fl_parquet_body_begin(struct fl_parquet_body *body, struct fl_buffer *bytes)
{
    bytes->size = 0;
    *body = (struct fl_parquet_body){.bytes = bytes};
}

size_t fl_parquet_body_size(const struct fl_parquet_body *body)
{
    return body->bytes->size + body->count * sizeof *body->numbers;
}

static bool append_hybrid(const uint32_t *values, size_t count, unsigned width, struct fl_buffer *body)
{
    if (!fl_buffer_reserve(body, body->size + fl_parquet_hybrid_room(count, width)))
        return false;
    body->size += fl_parquet_hybrid_encode(values, count, width, body->bytes + body->size);
    return true;
}

/* Levels behind their size in bytes; `levels` NULL: all are `max`. */
static bool append_levels(const uint32_t *levels, size_t count, unsigned max, struct fl_buffer *body)
{
    const size_t size_at = body->size;
    const unsigned width = fl_parquet_bit_width(max);
    if (!fl_buffer_reserve(body, size_at + LEVELS_SIZE_BYTES + fl_parquet_hybrid_room(0, width)))
        return false;
    body->size += LEVELS_SIZE_BYTES;
    if (levels == NULL)
        body->size += fl_parquet_hybrid_encode_run(max, count, width, body->bytes + body->size);
    else if (!append_hybrid(levels, count, width, body))
        return false;
    fl_store_le32(body->bytes + size_at, (uint32_t)(body->size - size_at - LEVELS_SIZE_BYTES));
    return true;
}

bool fl_parquet_body_add_levels(struct fl_parquet_body *body, const struct fl_parquet_column *column,
                                const struct fl_parquet_leaf *leaf)
{
    const unsigned definition_max = fl_parquet_definition_max(column);
    if (leaf->repetition != NULL && !append_levels(leaf->repetition, leaf->entries, 1, body->bytes))
        return false;
    return definition_max == 0 || append_levels(leaf->definition, leaf->entries, definition_max, body->bytes);
}

bool fl_parquet_body_add_plain(struct fl_parquet_body *body, const struct fl_parquet_column *column,
                               const void *values, size_t count)
{
    if (count == 0)
        return true;
    switch (fl_parquet_kind_type(column->kind)) {
    case FL_PARQUET_BOOLEAN:
        return fl_parquet_plain_bool(values, count, body->bytes);
    case FL_PARQUET_INT32:
    case FL_PARQUET_FLOAT:
        return fl_parquet_plain_32(values, count, body->bytes);
    case FL_PARQUET_DOUBLE:
        return fl_parquet_plain_64(values, count, body->bytes);
    case FL_PARQUET_INT64:
        body->numbers = values;
        body->count = count;
        return true;
    default:
        return column->words != NULL ? fl_parquet_plain_words(column->words, values, count, body->bytes)
                                     : fl_parquet_plain_texts(values, count, body->bytes);
    }
}

/* The width of the numbers in a byte, then the numbers. */
bool fl_parquet_body_add_indices(struct fl_parquet_body *body, const uint32_t *indices, size_t count,
                                 uint32_t dictionary_count)
{
    /* No bits at all would do for one word, but not every reader knows. */
    const unsigned width = fl_parquet_bit_width(dictionary_count - 1);
    const uint8_t width_byte = (uint8_t)(width == 0 ? 1 : width);
    return fl_buffer_append(body->bytes, &width_byte, WIDTH_BYTES) &&
           append_hybrid(indices, count, width_byte, body->bytes);
}

bool fl_parquet_body_complete(struct fl_parquet_body *body)
{
    const size_t count = body->count;
    body->count = 0;
    return count == 0 || fl_parquet_plain_64(body->numbers, count, body->bytes);
}
