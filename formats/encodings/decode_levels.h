/* decode_levels.h - what each level puts into the table of decode kernels, for decode_kernels.c alone. */
#ifndef FORMATS_ENCODINGS_DECODE_LEVELS_H
#define FORMATS_ENCODINGS_DECODE_LEVELS_H

#include "formats/encodings/decode_kernels.h"

extern const struct fl_decode_kernels fl_decode_scalar;
extern const struct fl_decode_kernels fl_decode_avx2;
extern const struct fl_decode_kernels fl_decode_avx512;

/* The scalar loops once more from a place in the middle: the tails of the wider ones. `first` of these is a
 * number's index, so that the wider loop need not end on a whole byte. */
uint64_t fl_unpack_8_from(const uint8_t *bytes, size_t first, size_t count, unsigned width, uint8_t min,
                          uint8_t *values);
uint64_t fl_unpack_32_from(const uint8_t *bytes, size_t first, size_t count, unsigned width, uint32_t min,
                           uint32_t *values);
uint64_t fl_unpack_64_from(const uint8_t *bytes, size_t first, size_t count, unsigned width, uint64_t min,
                           uint64_t *values);
void fl_pack(const uint64_t *values, size_t count, unsigned width, uint64_t min, uint8_t *bytes);
/* Goes on from what was measured of the values in front. */
struct fl_measure fl_measure_from(struct fl_measure measured, const int64_t *values, size_t count);
void fl_fill_8_from(const uint8_t *marks, size_t row, size_t next, size_t count, uint8_t *values);
void fl_fill_32_from(const uint8_t *marks, size_t row, size_t next, size_t count, uint32_t *values);
void fl_fill_64_from(const uint8_t *marks, size_t row, size_t next, size_t count, uint64_t *values);
void fl_place_8_from(const uint8_t *nulls, size_t row, size_t next, size_t rows, uint8_t *values);
void fl_place_32_from(const uint8_t *nulls, size_t row, size_t next, size_t rows, uint32_t *values);
void fl_place_64_from(const uint8_t *nulls, size_t row, size_t next, size_t rows, uint64_t *values);

#endif
