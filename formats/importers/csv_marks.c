/* csv_marks.c - the kernel that marks a CSV without vectors, which says what it means. */
#include "formats/importers/csv_marks.h"

#include <stdbool.h>

fl_csv_mark *fl_csv_mark_of(enum fl_cpu_level level)
{
#if defined(__x86_64__)
    if (level == FL_CPU_AVX512)
        return fl_csv_mark_avx512;
    if (level == FL_CPU_AVX2)
        return fl_csv_mark_avx2;
#else
    (void)level;
#endif
    return fl_csv_mark_scalar;
}

void fl_csv_mark_scalar(const uint8_t *bytes, size_t blocks, uint8_t delimiter, uint8_t quote,
                        struct fl_csv_marks *marks)
{
    for (size_t block = 0; block < blocks; block++) {
        struct fl_csv_marks found = {0};
        for (unsigned i = 0; i < FL_CSV_BLOCK_BYTES; i++) {
            const uint8_t byte = bytes[block * FL_CSV_BLOCK_BYTES + i];
            const bool ends = byte == delimiter || byte == '\n' || byte == '\r';
            found.ends |= (uint64_t)ends << i;
            found.quotes |= (uint64_t)(byte == quote) << i;
            found.foreign |= (uint64_t)(byte == 0 || byte >= 0x80) << i;
        }
        marks[block] = found;
    }
}
