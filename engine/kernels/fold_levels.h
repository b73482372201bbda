/* fold_levels.h - what each level puts into the table of fold kernels, for fold_kernels.c alone. */
#ifndef ENGINE_KERNELS_FOLD_LEVELS_H
#define ENGINE_KERNELS_FOLD_LEVELS_H

#include "engine/kernels/fold_kernels.h"

extern const struct fl_fold_kernels fl_fold_scalar;
extern const struct fl_fold_kernels fl_fold_avx2;
extern const struct fl_fold_kernels fl_fold_avx512;

/* How many bytes of a vector are whole plain characters, from its first on, which begins one. Bits stand for
 * bytes: ASCII, first bytes, those that continue a character. */
static inline size_t fl_plain_bytes(uint64_t ascii, uint64_t leads, uint64_t continuing)
{
    const uint64_t wanted = leads << 1 | leads << 2;
    const uint64_t wrong = (wanted ^ continuing) | ~(ascii | leads | continuing);
    const size_t right = wrong == 0 ? 64 : (size_t)__builtin_ctzll(wrong);
    /* The last character may not be whole: one byte of it is right, or two. */
    const uint64_t last = right == 0 ? 0 : leads << (64 - right);
    const size_t one = last >> 63, two = last >> 62 & 1;
    return right - one - 2 * two;
}

#endif
