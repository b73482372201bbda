/* fold_avx2.c - the fold kernels with AVX2. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#include "engine/kernels/fold_levels.h"

enum { LANES = 32 };

/* Bytes from `first` to `last`, by their order as signed ones. */
static inline __m256i between(__m256i bytes, int first, int last)
{
    return _mm256_and_si256(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((char)(first - 1))),
                            _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(last + 1)), bytes));
}

static inline uint64_t bits(__m256i lanes)
{
    return (uint32_t)_mm256_movemask_epi8(lanes);
}

static inline __m256i load(const uint8_t *bytes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

static inline void copy_lower(__m256i bytes, uint8_t *to)
{
    const __m256i capitals = between(bytes, 'A', 'Z');
    const __m256i lower = _mm256_add_epi8(bytes, _mm256_and_si256(capitals, _mm256_set1_epi8('a' - 'A')));
    _mm256_storeu_si256((__m256i *)(void *)to, lower);
}

/* Writes a vector; returns how many of its bytes, of which `there` are in the text, are whole plain
 * characters.
 */
static inline size_t copy_vector(__m256i bytes, uint64_t there, uint8_t *to)
{
    copy_lower(bytes, to);
    const uint64_t ascii = ~bits(bytes) & there;
    if (ascii == there)
        return (size_t)__builtin_popcountll(there);
    const uint64_t leads = bits(between(bytes, FL_PLAIN_LEAD_MIN - 256, FL_PLAIN_LEAD_MAX - 256)) & there;
    const uint64_t continuing = bits(_mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xC0), bytes)) & there;
    return fl_plain_bytes(ascii, leads, continuing);
}

static size_t copy_plain(const uint8_t *from, size_t size, uint8_t *to)
{
    const uint64_t all = UINT32_MAX;
    size_t at = 0;
    while (size - at >= LANES) {
        const size_t copied = copy_vector(load(from + at), all, to + at);
        at += copied;
        if (copied < LANES - 2)
            return at;
    }
    uint8_t end[LANES] = {0};
    memcpy(end, from + at, size - at);
    return at + copy_vector(load(end), all >> (LANES - (size - at)), to + at);
}

/* Marks block k; returns how many lines ended up to its end. */
static inline uint32_t mark_block(__m256i low, __m256i high, size_t k, struct fl_line_marks marks,
                                  uint32_t count)
{
    const __m256i end = _mm256_set1_epi8('\n');
    marks.ends[k] = bits(_mm256_cmpeq_epi8(low, end)) | bits(_mm256_cmpeq_epi8(high, end)) << LANES;
    marks.before[k] = count;
    return count + (uint32_t)__builtin_popcountll(marks.ends[k]);
}

static void mark_lines(const uint8_t *bytes, size_t size, struct fl_line_marks marks, uint32_t count)
{
    size_t at = 0;
    for (; size - at >= FL_MARKED_BLOCK; at += FL_MARKED_BLOCK)
        count = mark_block(load(bytes + at), load(bytes + at + LANES), at / FL_MARKED_BLOCK, marks, count);
    if (at == size)
        return;
    uint8_t end[FL_MARKED_BLOCK] = {0};
    memcpy(end, bytes + at, size - at);
    (void)mark_block(load(end), load(end + LANES), at / FL_MARKED_BLOCK, marks, count);
}

static size_t copy_marked(const uint8_t *from, size_t size, uint8_t *to, struct fl_line_marks marks,
                          uint32_t count)
{
    size_t at = 0;
    for (; size - at >= FL_MARKED_BLOCK; at += FL_MARKED_BLOCK) {
        const __m256i low = load(from + at), high = load(from + at + LANES);
        if (bits(_mm256_or_si256(low, high)) != 0)
            break;
        copy_lower(low, to + at);
        copy_lower(high, to + at + LANES);
        count = mark_block(low, high, at / FL_MARKED_BLOCK, marks, count);
    }
    return at;
}

const struct fl_fold_kernels fl_fold_avx2 = {
    .copy_plain = copy_plain, .mark_lines = mark_lines, .copy_marked = copy_marked};

#endif
