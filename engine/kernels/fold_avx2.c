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

/* Writes a vector; returns how many of its bytes, of which `there` are in the text, are whole plain
 * characters.
 */
static inline size_t copy_vector(__m256i bytes, uint64_t there, uint8_t *to)
{
    const __m256i capitals = between(bytes, 'A', 'Z');
    const __m256i lower = _mm256_add_epi8(bytes, _mm256_and_si256(capitals, _mm256_set1_epi8('a' - 'A')));
    _mm256_storeu_si256((__m256i *)(void *)to, lower);
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
        const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(from + at));
        const size_t copied = copy_vector(bytes, all, to + at);
        at += copied;
        if (copied < LANES - 2)
            return at;
    }
    uint8_t end[LANES] = {0};
    memcpy(end, from + at, size - at);
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)end);
    return at + copy_vector(bytes, all >> (LANES - (size - at)), to + at);
}

static inline uint64_t ends_in(const uint8_t *bytes)
{
    const __m256i end = _mm256_set1_epi8('\n');
    const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + LANES));
    return bits(_mm256_cmpeq_epi8(low, end)) | bits(_mm256_cmpeq_epi8(high, end)) << LANES;
}

static void mark_lines(const uint8_t *bytes, size_t size, uint64_t *marks, uint32_t *ended)
{
    const size_t whole = size / 64;
    uint32_t count = 0;
    for (size_t k = 0; k < whole; k++) {
        marks[k] = ends_in(bytes + 64 * k);
        ended[k] = count;
        count += (uint32_t)__builtin_popcountll(marks[k]);
    }
    if (size % 64 == 0)
        return;
    uint8_t end[64] = {0};
    memcpy(end, bytes + 64 * whole, size % 64);
    marks[whole] = ends_in(end);
    ended[whole] = count;
}

const struct fl_fold_kernels fl_fold_avx2 = {.copy_plain = copy_plain, .mark_lines = mark_lines};

#endif
