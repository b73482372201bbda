/* csv_marks_avx512.c - the kernel that marks a CSV, 64 bytes a step. */
#include <immintrin.h>

#include "formats/importers/csv_marks.h"

static inline uint64_t equal(__m512i bytes, uint8_t byte)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)byte));
}

void fl_csv_mark_avx512(const uint8_t *bytes, size_t blocks, uint8_t delimiter, uint8_t quote,
                        struct fl_csv_marks *marks)
{
    for (size_t block = 0; block < blocks; block++) {
        const __m512i all = _mm512_loadu_si512(bytes + block * FL_CSV_BLOCK_BYTES);
        marks[block] = (struct fl_csv_marks){
            .ends = equal(all, delimiter) | equal(all, '\n') | equal(all, '\r'),
            .quotes = equal(all, quote),
            .foreign = equal(all, 0) | _mm512_movepi8_mask(all),
        };
    }
}
