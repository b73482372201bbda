/* decode_kernels.h - the loops over the values of a page, one table for each CPU level. */
#ifndef FORMATS_ENCODINGS_DECODE_KERNELS_H
#define FORMATS_ENCODINGS_DECODE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

/* What a page's entry says of its values; `sum` wraps. */
struct fl_measure {
    int64_t min, max;
    uint64_t sum;
};

/* All arithmetic wraps. None reads or writes past what it is said to have. The suffix is the width of a value
 * in memory. The scalar loops in decode_scalar.c are the meaning; each level gives the same bits. */
struct fl_decode_kernels {
    /* values[i] = min + the i-th of `count` numbers of `width` bits, lowest bit first. Returns the largest of
     * these numbers, so that the caller can check them against what was promised; 0 without any. Requires:
     * width at most that of a value, (count * width + 7) / 8 bytes. */
    uint64_t (*unpack_8)(const uint8_t *bytes, size_t count, unsigned width, uint8_t min, uint8_t *values);
    uint64_t (*unpack_32)(const uint8_t *bytes, size_t count, unsigned width, uint32_t min, uint32_t *values);
    uint64_t (*unpack_64)(const uint8_t *bytes, size_t count, unsigned width, uint64_t min, uint64_t *values);

    /* How many bits of the bytes are 1. */
    size_t (*count_ones)(const uint8_t *bytes, size_t size);
    /* bytes[i] = bit i, 0 or 1, of count bits; returns how many are 1. Requires: (count + 7) / 8 bytes of
     * bits. */
    size_t (*bits_to_bytes)(const uint8_t *bits, size_t count, uint8_t *bytes);
    /* bytes[i] = bit number types[i] of the 256 in `bits`; returns how many are 1. */
    size_t (*bits_of_types)(const uint8_t bits[32], const uint8_t *types, size_t count, uint8_t *bytes);

    /* Spreads in place. Before: the last `held` of the `count` values are those of marked bits (the bit 0 is
     * 1, and `held` bits are). After: values[i] is that of the last marked bit up to i. Never behind its
     * reads, as no value moves to the right. Requires: count >= 1, 1 <= held <= count. */
    void (*fill_8)(const uint8_t *marks, size_t count, size_t held, uint8_t *values);
    void (*fill_32)(const uint8_t *marks, size_t count, size_t held, uint32_t *values);
    void (*fill_64)(const uint8_t *marks, size_t count, size_t held, uint64_t *values);

    /* Spreads in place. Before: the last `held` of the `rows` values are those of the rows with nulls[row] ==
     * 0, of which there are as many. After: each is in its row, and the other rows are 0. */
    void (*place_8)(const uint8_t *nulls, size_t rows, size_t held, uint8_t *values);
    void (*place_32)(const uint8_t *nulls, size_t rows, size_t held, uint32_t *values);
    void (*place_64)(const uint8_t *nulls, size_t rows, size_t held, uint64_t *values);

    /* The other way round: values[i] - min in `width` bits. Requires: 0 < width <= 64, no number needs more;
     * eight bytes of room behind the (count * width + 7) / 8 that are filled. */
    void (*pack)(const uint64_t *values, size_t count, unsigned width, uint64_t min, uint8_t *bytes);

    /* Of at least one value. */
    struct fl_measure (*measure)(const int64_t *values, size_t count);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_decode_kernels *fl_decode_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_decode_kernels *fl_decode_kernels(void);

#endif
