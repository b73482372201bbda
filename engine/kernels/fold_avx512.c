/* fold_avx512.c - the fold kernel with AVX-512. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/fold_levels.h"

enum { LANES = 64 };

/* Capitals are the bytes that lie at most 25 above `A`, as unsigned ones. */
static inline __m512i lower(__m512i bytes)
{
    const __m512i above_a = _mm512_sub_epi8(bytes, _mm512_set1_epi8('A'));
    const __mmask64 capital = _mm512_cmple_epu8_mask(above_a, _mm512_set1_epi8('Z' - 'A'));
    return _mm512_mask_add_epi8(bytes, capital, bytes, _mm512_set1_epi8('a' - 'A'));
}

static size_t lower_ascii(const uint8_t *from, size_t size, uint8_t *to)
{
    for (size_t at = 0; at < size; at += LANES) {
        const size_t left = size - at;
        const __mmask64 there = _bzhi_u64(~UINT64_C(0), (unsigned)(left < LANES ? left : LANES));
        const __m512i bytes = _mm512_maskz_loadu_epi8(there, from + at);
        _mm512_mask_storeu_epi8(to + at, there, lower(bytes));
        const uint64_t wide = _mm512_movepi8_mask(bytes);
        if (wide != 0)
            return at + (size_t)_tzcnt_u64(wide);
    }
    return size;
}

const struct fl_fold_kernels fl_fold_avx512 = {.lower_ascii = lower_ascii};

#endif
