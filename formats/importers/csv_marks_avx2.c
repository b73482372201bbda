/* csv_marks_avx2.c - the kernel that marks a CSV, 32 bytes a step. */
#include <immintrin.h>

#include "formats/importers/csv_marks.h"

static inline __m256i equal(__m256i bytes, uint8_t byte)
{
    return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)byte));
}

static inline uint64_t top_bits(__m256i bytes)
{
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

static inline struct fl_csv_marks mark_half(__m256i half, uint8_t delimiter, uint8_t quote)
{
    const __m256i line_ends = _mm256_or_si256(equal(half, '\n'), equal(half, '\r'));
    return (struct fl_csv_marks){
        .ends = top_bits(_mm256_or_si256(line_ends, equal(half, delimiter))),
        .quotes = top_bits(equal(half, quote)),
        .foreign = top_bits(_mm256_or_si256(half, equal(half, 0))),
    };
}

void fl_csv_mark_avx2(const uint8_t *bytes, size_t blocks, uint8_t delimiter, uint8_t quote,
                      struct fl_csv_marks *marks)
{
    for (size_t block = 0; block < blocks; block++) {
        const uint8_t *at = bytes + block * FL_CSV_BLOCK_BYTES;
        const __m256i low_half = _mm256_loadu_si256((const __m256i *)(const void *)at);
        const __m256i high_half = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
        const struct fl_csv_marks low = mark_half(low_half, delimiter, quote);
        const struct fl_csv_marks high = mark_half(high_half, delimiter, quote);
        marks[block] = (struct fl_csv_marks){low.ends | high.ends << 32, low.quotes | high.quotes << 32,
                                             low.foreign | high.foreign << 32};
    }
}
