/* arrow_column.h - the values of one column of one Arrow batch, as Arrow lays them out in memory. */
#ifndef FORMATS_ARROW_ARROW_COLUMN_H
#define FORMATS_ARROW_ARROW_COLUMN_H

#include <assert.h>
#include <string.h>

#include "formats/arrow/arrow_schema.h"
#include "formats/base/text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "Arrow's little-endian buffers are used as they are");

/* Borrowed throughout. Number arrays are aligned to their numbers, decimals to 8 bytes. Values of null rows
 * are anything, but offsets ascend over them too. */
struct fl_arrow_column {
    struct fl_arrow_type type; /* of `values`; a dictionary column has its index type here */
    size_t rows, nulls;
    const uint8_t *validity; /* a bit a row, lowest first, 1 = there; NULL: no row is null. Unset for NULLS */
    const void *values;      /* FIXED and BITS layouts */
    /* BYTES and LIST layouts: rows + 1 of one of these two, ascending, from 0 or more. */
    const int32_t *offsets32;
    const int64_t *offsets64;
    const uint8_t *bytes;                /* BYTES layouts: UTF8 and LARGE_UTF8 have been checked */
    const struct fl_arrow_column *items; /* LIST layouts */
    const struct fl_arrow_column
        *words; /* dictionary columns: each index that is not null is one of its rows */
};

static inline bool fl_arrow_bit(const uint8_t *bits, size_t row)
{
    return (bits[row / 8] >> (row % 8) & 1) != 0;
}

static inline bool fl_arrow_is_null(const struct fl_arrow_column *column, size_t row)
{
    assert(row < column->rows);
    if (column->type.kind == FL_ARROW_NULLS)
        return true;
    return column->validity != NULL && !fl_arrow_bit(column->validity, row);
}

/* Where row `row` starts, in bytes or items; the next one's start is its end. */
static inline size_t fl_arrow_start(const struct fl_arrow_column *column, size_t row)
{
    return column->offsets32 != NULL ? (size_t)column->offsets32[row] : (size_t)column->offsets64[row];
}

/* One value of the layouts BYTES32, BYTES64, or FIXED. */
static inline struct fl_text fl_arrow_text(const struct fl_arrow_column *column, size_t row)
{
    if (column->bytes == NULL)
        return (struct fl_text){(const char *)column->values + row * column->type.width_bytes,
                                column->type.width_bytes};
    const size_t start = fl_arrow_start(column, row);
    return (struct fl_text){(const char *)column->bytes + start, fl_arrow_start(column, row + 1) - start};
}

/* One value of an integer kind, of a date or time; a UINT64 over the range of int64 wraps. */
static inline int64_t fl_arrow_integer(const struct fl_arrow_column *column, size_t row)
{
    switch (column->type.kind) {
    case FL_ARROW_UINT8:
        return ((const uint8_t *)column->values)[row];
    case FL_ARROW_UINT16:
        return ((const uint16_t *)column->values)[row];
    case FL_ARROW_UINT32:
        return ((const uint32_t *)column->values)[row];
    case FL_ARROW_INT8:
        return ((const int8_t *)column->values)[row];
    case FL_ARROW_INT16:
        return ((const int16_t *)column->values)[row];
    case FL_ARROW_INT32:
    case FL_ARROW_DATE32:
    case FL_ARROW_TIME32:
        return ((const int32_t *)column->values)[row];
    default:
        return ((const int64_t *)column->values)[row];
    }
}

/* One decimal without its scale. */
static inline __int128 fl_arrow_decimal(const struct fl_arrow_column *column, size_t row)
{
    __int128 value;
    memcpy(&value, (const uint8_t *)column->values + row * sizeof value, sizeof value);
    return value;
}

#endif
