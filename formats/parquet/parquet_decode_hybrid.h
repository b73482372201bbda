/* parquet_decode_hybrid.h - small numbers as runs of one value or packed in bits: levels, indices, booleans.
 */
#ifndef FORMATS_PARQUET_PARQUET_DECODE_HYBRID_H
#define FORMATS_PARQUET_PARQUET_DECODE_HYBRID_H

#include <stdbool.h>

#include "formats/base/cursor.h"
#include "formats/parquet/parquet_decode_packed.h"

enum { FL_PARQUET_HYBRID_WIDTH_MAX = 32 };

struct fl_parquet_hybrid {
    struct fl_cursor cursor; /* behind the run that is being taken */
    unsigned width;
    struct fl_parquet_packed packed; /* a run of packed numbers, or none left */
    uint64_t repeats;                /* how often `value` is still to come */
    uint32_t value;
};

/* Requires: width at most FL_PARQUET_HYBRID_WIDTH_MAX. Numbers of 0 bits are all 0 and need no bytes. */
void fl_parquet_hybrid_begin(struct fl_parquet_hybrid *hybrid, const uint8_t *bytes, size_t size,
                             unsigned width);
/* The same for numbers that are only packed, without runs. Requires: enough bytes for `count` of them. */
void fl_parquet_hybrid_begin_packed(struct fl_parquet_hybrid *hybrid, const uint8_t *bytes, uint64_t count,
                                    unsigned width);

/* The next `count` numbers; false when the bytes end before. *largest: raised to the largest of them, for the
 * caller to check: no number is looked at otherwise. take8 requires a width of at most 8. */
bool fl_parquet_hybrid_take8(struct fl_parquet_hybrid *hybrid, uint8_t *numbers, size_t count,
                             uint32_t *largest);
bool fl_parquet_hybrid_take32(struct fl_parquet_hybrid *hybrid, uint32_t *numbers, size_t count,
                              uint32_t *largest);

#endif
