/* parquet_decode_begin.c - the start of a page's values: which way they lie there. */
#include "formats/parquet/parquet_decode_values.h"

enum { INT96_SIZE = 12 };

/* Bytes of a value in a page; 0: it has a length of its own, or is a bit. */
static uint32_t stored_size(const struct fl_parquet_field *column)
{
    switch (column->type) {
    case FL_PARQUET_INT32:
    case FL_PARQUET_FLOAT:
        return 4;
    case FL_PARQUET_INT64:
    case FL_PARQUET_DOUBLE:
        return 8;
    case FL_PARQUET_INT96:
        return INT96_SIZE;
    case FL_PARQUET_FIXED_LEN_BYTE_ARRAY:
        return column->type_size;
    default:
        return 0;
    }
}

static fl_status fail_short(struct fl_error *error)
{
    return fl_fail(error, FL_CORRUPT, "the page ends before its last value");
}

static fl_status fail_encoding(const struct fl_parquet_field *column, int32_t encoding,
                               struct fl_error *error)
{
    const char *name = fl_parquet_encoding_name(encoding);
    if (name == NULL)
        return fl_fail(error, FL_UNSUPPORTED, "a page in the unknown encoding %d", encoding);
    return fl_fail(error, FL_UNSUPPORTED, "a page of %s values in the encoding %s, which is not read",
                   fl_parquet_type_name(column->type), name);
}

static enum fl_parquet_way plain_way(const struct fl_parquet_field *column)
{
    if (column->type == FL_PARQUET_BOOLEAN)
        return FL_PARQUET_WAY_BITS;
    return column->type == FL_PARQUET_BYTE_ARRAY ? FL_PARQUET_WAY_LENGTHS : FL_PARQUET_WAY_FIXED;
}

/* False: this type is not written so. */
static bool find_way(const struct fl_parquet_field *column, int32_t encoding, enum fl_parquet_way *way)
{
    const int32_t type = column->type;
    const bool is_integer = type == FL_PARQUET_INT32 || type == FL_PARQUET_INT64;
    const bool is_fixed = type == FL_PARQUET_FIXED_LEN_BYTE_ARRAY;
    switch (encoding) {
    case FL_PARQUET_ENCODING_PLAIN:
        *way = plain_way(column);
        return true;
    case FL_PARQUET_ENCODING_PLAIN_DICTIONARY:
    case FL_PARQUET_ENCODING_RLE_DICTIONARY:
        *way = FL_PARQUET_WAY_INDICES;
        return true;
    case FL_PARQUET_ENCODING_RLE:
        *way = FL_PARQUET_WAY_BITS;
        return type == FL_PARQUET_BOOLEAN;
    case FL_PARQUET_ENCODING_DELTA_BINARY_PACKED:
        *way = FL_PARQUET_WAY_DELTA;
        return is_integer;
    case FL_PARQUET_ENCODING_DELTA_LENGTH_BYTE_ARRAY:
        *way = FL_PARQUET_WAY_DELTA_LENGTHS;
        return type == FL_PARQUET_BYTE_ARRAY;
    case FL_PARQUET_ENCODING_DELTA_BYTE_ARRAY:
        *way = FL_PARQUET_WAY_DELTA_TEXTS;
        return type == FL_PARQUET_BYTE_ARRAY || is_fixed;
    case FL_PARQUET_ENCODING_BYTE_STREAM_SPLIT:
        *way = FL_PARQUET_WAY_STREAMS;
        return is_integer || is_fixed || type == FL_PARQUET_FLOAT || type == FL_PARQUET_DOUBLE;
    default:
        return false;
    }
}

static fl_status begin_indices(struct fl_parquet_reader *reader, struct fl_error *error)
{
    if (!reader->dictionary->is_there)
        return fl_fail(error, FL_CORRUPT, "a page of indices without a dictionary before it");
    /* A page of nulls alone may have no bytes at all. */
    const uint8_t *width = fl_cursor_take(&reader->cursor, 1);
    if (width != NULL && *width > FL_PARQUET_HYBRID_WIDTH_MAX)
        return fl_fail(error, FL_CORRUPT, "dictionary indices of %u bits, at most %d", *width,
                       FL_PARQUET_HYBRID_WIDTH_MAX);
    fl_parquet_hybrid_begin(&reader->hybrid, reader->cursor.at, fl_cursor_left(&reader->cursor),
                            width == NULL ? 1 : *width);
    return FL_OK;
}

static fl_status begin_bits(struct fl_parquet_reader *reader, int32_t encoding, struct fl_error *error)
{
    const size_t size = fl_cursor_left(&reader->cursor);
    if (encoding == FL_PARQUET_ENCODING_PLAIN) {
        fl_parquet_hybrid_begin_packed(&reader->hybrid, reader->cursor.at, (uint64_t)size * 8, 1);
        return FL_OK;
    }
    uint32_t length = 0;
    if (size != 0 && !fl_cursor_take32(&reader->cursor, &length))
        return fail_short(error);
    if (length > fl_cursor_left(&reader->cursor))
        return fl_fail(error, FL_CORRUPT, "booleans of %u bytes in a page that has %zu", length,
                       fl_cursor_left(&reader->cursor));
    fl_parquet_hybrid_begin(&reader->hybrid, reader->cursor.at, length, 1);
    return FL_OK;
}

/* A list of numbers at the cursor. */
static fl_status begin_delta(struct fl_parquet_reader *reader, struct fl_parquet_delta *delta,
                             uint32_t values_max, struct fl_error *error)
{
    if (fl_cursor_left(&reader->cursor) == 0) { /* of a page of nulls */
        *delta = (struct fl_parquet_delta){.cursor = reader->cursor};
        return FL_OK;
    }
    if (!fl_parquet_delta_begin(delta, reader->cursor.at, fl_cursor_left(&reader->cursor)))
        return fl_fail(error, FL_CORRUPT, "a list of differences starts with what cannot be its head");
    if (delta->left > values_max)
        return fl_fail(error, FL_CORRUPT, "a list of %llu differences in a page of %u values",
                       (unsigned long long)delta->left, values_max);
    return FL_OK;
}

/* A list of lengths, behind which the cursor stands afterwards. */
static fl_status begin_lengths(struct fl_parquet_reader *reader, struct fl_parquet_delta *delta,
                               uint32_t values_max, struct fl_error *error)
{
    const fl_status status = begin_delta(reader, delta, values_max, error);
    if (status != FL_OK)
        return status;
    struct fl_parquet_delta end = *delta;
    if (!fl_parquet_delta_skip(&end))
        return fl_fail(error, FL_CORRUPT, "a list of lengths ends too early");
    reader->cursor = end.cursor;
    return FL_OK;
}

static fl_status begin_texts(struct fl_parquet_reader *reader, uint32_t values_max, struct fl_error *error)
{
    const fl_status status = begin_lengths(reader, &reader->prefixes, values_max, error);
    if (status != FL_OK)
        return status;
    const uint64_t prefixes = reader->prefixes.left;
    const fl_status second = begin_lengths(reader, &reader->delta, values_max, error);
    if (second == FL_OK && reader->delta.left != prefixes)
        return fl_fail(error, FL_CORRUPT, "%llu beginnings of texts, but %llu ends",
                       (unsigned long long)prefixes, (unsigned long long)reader->delta.left);
    return second;
}

static fl_status begin_streams(struct fl_parquet_reader *reader, struct fl_error *error)
{
    const size_t size = fl_cursor_left(&reader->cursor);
    if (size % reader->value_size != 0)
        return fl_fail(error, FL_CORRUPT, "%zu bytes are no whole number of values of %u bytes", size,
                       reader->value_size);
    reader->stream_values = size / reader->value_size;
    return FL_OK;
}

fl_status fl_parquet_reader_begin(struct fl_parquet_reader *reader, const struct fl_parquet_field *column,
                                  int32_t encoding, const uint8_t *bytes, size_t size, uint32_t values_max,
                                  const struct fl_parquet_dictionary *dictionary, struct fl_error *error)
{
    *reader = (struct fl_parquet_reader){.column = column,
                                         .value_size = stored_size(column),
                                         .cursor = fl_cursor_over(bytes, size),
                                         .dictionary = dictionary,
                                         .previous = {"", 0}};
    if (!find_way(column, encoding, &reader->way))
        return fail_encoding(column, encoding, error);
    switch (reader->way) {
    case FL_PARQUET_WAY_FIXED:
    case FL_PARQUET_WAY_LENGTHS:
        return FL_OK;
    case FL_PARQUET_WAY_BITS:
        return begin_bits(reader, encoding, error);
    case FL_PARQUET_WAY_INDICES:
        return begin_indices(reader, error);
    case FL_PARQUET_WAY_DELTA:
        return begin_delta(reader, &reader->delta, values_max, error);
    case FL_PARQUET_WAY_DELTA_LENGTHS:
        return begin_lengths(reader, &reader->delta, values_max, error);
    case FL_PARQUET_WAY_DELTA_TEXTS:
        return begin_texts(reader, values_max, error);
    case FL_PARQUET_WAY_STREAMS:
        return begin_streams(reader, error);
    }
    return FL_INTERNAL;
}
