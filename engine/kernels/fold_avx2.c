/* fold_avx2.c - the fold kernel with AVX2. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/fold_levels.h"

enum { LANES = 32, HALF_LANES = 16 };

/* Bytes from 0x80 on are below all ASCII as signed ones, and so no capitals. */
static inline __m256i lower(__m256i bytes)
{
    const __m256i from_a = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8('A' - 1));
    const __m256i past_z = _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8('Z'));
    const __m256i capital = _mm256_andnot_si256(past_z, from_a);
    return _mm256_add_epi8(bytes, _mm256_and_si256(capital, _mm256_set1_epi8('a' - 'A')));
}

static inline __m128i lower_half(__m128i bytes)
{
    return _mm256_castsi256_si128(lower(_mm256_castsi128_si256(bytes)));
}

/* The last bytes of a longer text come once more with some in front of them, as one vector. */
static size_t lower_end(const uint8_t *from, size_t at, size_t size, uint8_t *to)
{
    const size_t start = size - HALF_LANES;
    if (size < HALF_LANES || size - at > HALF_LANES)
        return fl_lower_ascii_from(from, at, size, to);
    const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + start));
    _mm_storeu_si128((__m128i *)(void *)(to + start), lower_half(bytes));
    const unsigned wide = (unsigned)_mm_movemask_epi8(bytes);
    return wide == 0 ? size : start + (size_t)__builtin_ctz(wide);
}

static size_t lower_ascii(const uint8_t *from, size_t size, uint8_t *to)
{
    size_t at = 0;
    for (; size - at >= LANES; at += LANES) {
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(from + at));
        _mm256_storeu_si256((__m256i *)(void *)(to + at), lower(bytes));
        const unsigned wide = (unsigned)_mm256_movemask_epi8(bytes);
        if (wide != 0)
            return at + (size_t)__builtin_ctz(wide);
    }
    if (size - at >= HALF_LANES) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(from + at));
        _mm_storeu_si128((__m128i *)(void *)(to + at), lower_half(bytes));
        const unsigned wide = (unsigned)_mm_movemask_epi8(bytes);
        if (wide != 0)
            return at + (size_t)__builtin_ctz(wide);
        at += HALF_LANES;
    }
    return lower_end(from, at, size, to);
}

const struct fl_fold_kernels fl_fold_avx2 = {.lower_ascii = lower_ascii};

#endif
