/* parquet_decode_packed.h - a stretch of numbers of the same width in bits, taken in pieces. */
#ifndef FORMATS_PARQUET_PARQUET_DECODE_PACKED_H
#define FORMATS_PARQUET_PARQUET_DECODE_PACKED_H

#include <stddef.h>
#include <stdint.h>

/* Lowest bit first. Requires of whoever fills it: (count * width + 7) / 8 bytes, and a width of at most that
 * of the values taken. */
struct fl_parquet_packed {
    const uint8_t *bytes;
    uint64_t at, count; /* numbers taken, numbers there */
    unsigned width;
};

static inline uint64_t fl_parquet_packed_left(const struct fl_parquet_packed *packed)
{
    return packed->count - packed->at;
}

/* values[0 .. count) = min + the next numbers, wrapping. Returns the largest of the numbers. Requires: count
 * at most what is left. */
uint64_t fl_parquet_packed_take8(struct fl_parquet_packed *packed, uint8_t *values, size_t count);
uint64_t fl_parquet_packed_take32(struct fl_parquet_packed *packed, uint32_t *values, size_t count);
uint64_t fl_parquet_packed_take64(struct fl_parquet_packed *packed, uint64_t min, uint64_t *values,
                                  size_t count);

#endif
