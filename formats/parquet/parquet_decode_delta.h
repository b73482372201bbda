/* parquet_decode_delta.h - whole numbers as differences packed in bits (DELTA_BINARY_PACKED). */
#ifndef FORMATS_PARQUET_PARQUET_DECODE_DELTA_H
#define FORMATS_PARQUET_PARQUET_DECODE_DELTA_H

#include <stdbool.h>

#include "formats/base/cursor.h"
#include "formats/parquet/parquet_decode_packed.h"

struct fl_parquet_delta {
    struct fl_cursor cursor; /* behind the miniblock that is being taken */
    uint64_t left;           /* values not taken yet */
    uint64_t previous;       /* the value before the next one */
    bool at_first;           /* the next value is `previous` itself */
    uint32_t miniblocks;     /* of a block */
    uint32_t miniblock_values;
    uint32_t miniblock;    /* the next one of this block */
    const uint8_t *widths; /* one for each miniblock of this block */
    uint64_t smallest;     /* difference of this block */
    struct fl_parquet_packed packed;
};

/* Reads the head; false when it cannot be one. */
bool fl_parquet_delta_begin(struct fl_parquet_delta *delta, const uint8_t *bytes, size_t size);
/* The next values, wrapping as the definition says; false when the bytes end before, or when there are fewer
 * than `count`. */
bool fl_parquet_delta_take64(struct fl_parquet_delta *delta, int64_t *values, size_t count);
bool fl_parquet_delta_take32(struct fl_parquet_delta *delta, int32_t *values, size_t count);
/* Steps over all values that are left, after which `cursor` stands behind them; false when the bytes end
 * before. */
bool fl_parquet_delta_skip(struct fl_parquet_delta *delta);

#endif
