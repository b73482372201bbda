/* fold_avx512.c - the fold kernels with AVX-512. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/fold_levels.h"

enum { LANES = 64 };

/* Bytes from `first` to `last`. */
static inline __mmask64 between(__m512i bytes, int first, int last)
{
    const __m512i above = _mm512_sub_epi8(bytes, _mm512_set1_epi8((char)first));
    return _mm512_cmple_epu8_mask(above, _mm512_set1_epi8((char)(last - first)));
}

/* Writes a vector, of which `there` are in the text; returns how many bytes of it are whole plain characters.
 */
static inline size_t copy_vector(__m512i bytes, __mmask64 there, uint8_t *to)
{
    const __m512i lower =
        _mm512_mask_add_epi8(bytes, between(bytes, 'A', 'Z'), bytes, _mm512_set1_epi8('a' - 'A'));
    _mm512_storeu_si512(to, lower);
    const uint64_t ascii = ~_mm512_movepi8_mask(bytes) & there;
    if (ascii == there)
        return (size_t)__builtin_popcountll(there);
    const uint64_t leads = between(bytes, FL_PLAIN_LEAD_MIN, FL_PLAIN_LEAD_MAX);
    return fl_plain_bytes(ascii, leads, between(bytes, 0x80, 0xBF));
}

/* Lanes for what is left, at most a vector. */
static inline __mmask64 lanes_of(size_t left)
{
    return _bzhi_u64(~UINT64_C(0), (unsigned)left);
}

static size_t copy_plain(const uint8_t *from, size_t size, uint8_t *to)
{
    size_t at = 0;
    while (size - at >= LANES) {
        const size_t copied = copy_vector(_mm512_loadu_si512(from + at), ~UINT64_C(0), to + at);
        at += copied;
        /* At the end of a vector up to two bytes may be of a character that goes on in the next. */
        if (copied < LANES - 2)
            return at;
    }
    const __mmask64 there = lanes_of(size - at);
    return at + copy_vector(_mm512_maskz_loadu_epi8(there, from + at), there, to + at);
}

static void mark_lines(const uint8_t *bytes, size_t size, uint64_t *marks, uint32_t *ended)
{
    const __m512i end = _mm512_set1_epi8('\n');
    uint32_t count = 0;
    for (size_t at = 0; at < size; at += LANES) {
        const __m512i lanes =
            _mm512_maskz_loadu_epi8(lanes_of(size - at < LANES ? size - at : LANES), bytes + at);
        marks[at / LANES] = _mm512_cmpeq_epi8_mask(lanes, end);
        ended[at / LANES] = count;
        count += (uint32_t)__builtin_popcountll(marks[at / LANES]);
    }
}

const struct fl_fold_kernels fl_fold_avx512 = {.copy_plain = copy_plain, .mark_lines = mark_lines};

#endif
