/* parquet_encode_hybrid.h - small numbers as runs and as packed bits, Parquet's "RLE". */
#ifndef FORMATS_PARQUET_PARQUET_ENCODE_HYBRID_H
#define FORMATS_PARQUET_PARQUET_ENCODE_HYBRID_H

#include <stddef.h>
#include <stdint.h>

/* Bits that a number up to `max` takes; 0 for 0. */
unsigned fl_parquet_bit_width(uint32_t max);

/* Room that `count` numbers of `width` bits need in `bytes`, whatever they are. */
size_t fl_parquet_hybrid_room(size_t count, unsigned width);

/* Numbers below 2^width, width 1..32, to `bytes`, which has fl_parquet_hybrid_room(); the size is returned.
 */
size_t fl_parquet_hybrid_encode(const uint32_t *values, size_t count, unsigned width, uint8_t *bytes);

/* `count` times the same number; fl_parquet_hybrid_room(0, width) is enough. */
size_t fl_parquet_hybrid_encode_run(uint32_t value, size_t count, unsigned width, uint8_t *bytes);

#endif
