/* fold_avx512.c - the fold kernels with AVX-512. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/fold_levels.h"

enum { LANES = FL_MARKED_BLOCK };

/* Bytes from `first` to `last`. */
static inline __mmask64 between(__m512i bytes, int first, int last)
{
    const __m512i above = _mm512_sub_epi8(bytes, _mm512_set1_epi8((char)first));
    return _mm512_cmple_epu8_mask(above, _mm512_set1_epi8((char)(last - first)));
}

static inline void copy_lower(__m512i bytes, uint8_t *to)
{
    const __mmask64 capitals = between(bytes, 'A', 'Z');
    _mm512_storeu_si512(to, _mm512_mask_add_epi8(bytes, capitals, bytes, _mm512_set1_epi8('a' - 'A')));
}

/* Writes a vector, of which `there` are in the text; returns how many bytes of it are whole plain characters.
 */
static inline size_t copy_vector(__m512i bytes, __mmask64 there, uint8_t *to)
{
    copy_lower(bytes, to);
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

/* Marks block k; returns how many lines ended up to its end. */
static inline uint32_t mark_block(__m512i bytes, size_t k, struct fl_line_marks marks, uint32_t count)
{
    marks.ends[k] = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n'));
    marks.before[k] = count;
    return count + (uint32_t)__builtin_popcountll(marks.ends[k]);
}

static void mark_lines(const uint8_t *bytes, size_t size, struct fl_line_marks marks, uint32_t count)
{
    for (size_t at = 0; at < size; at += LANES) {
        const __mmask64 there = lanes_of(size - at < LANES ? size - at : LANES);
        count = mark_block(_mm512_maskz_loadu_epi8(there, bytes + at), at / LANES, marks, count);
    }
}

static size_t copy_marked(const uint8_t *from, size_t size, uint8_t *to, struct fl_line_marks marks,
                          uint32_t count)
{
    size_t at = 0;
    for (; size - at >= LANES; at += LANES) {
        const __m512i bytes = _mm512_loadu_si512(from + at);
        if (_mm512_movepi8_mask(bytes) != 0)
            break;
        copy_lower(bytes, to + at);
        count = mark_block(bytes, at / LANES, marks, count);
    }
    return at;
}

const struct fl_fold_kernels fl_fold_avx512 = {
    .copy_plain = copy_plain, .mark_lines = mark_lines, .copy_marked = copy_marked};

#endif
