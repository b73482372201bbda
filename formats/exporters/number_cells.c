/* number_cells.c - the kernel that writes integers without vectors, which says what it means. */
#include "formats/exporters/number_cells.h"

#include "formats/exporters/number_text.h"

fl_number_cells *fl_number_cells_of(enum fl_cpu_level level)
{
#if defined(__x86_64__)
    if (level == FL_CPU_AVX512)
        return fl_number_cells_avx512;
    if (level == FL_CPU_AVX2)
        return fl_number_cells_avx2;
#else
    (void)level;
#endif
    return fl_number_cells_scalar;
}

uint64_t fl_number_cells_scalar(const int64_t *value, size_t count, uint8_t (*slots)[FL_NUMBER_SLOT],
                                const uint8_t **at, uint32_t *size)
{
    uint64_t magnitudes = 0;
    for (size_t i = 0; i < count; i++) {
        magnitudes |= value[i] < 0 ? 0 - (uint64_t)value[i] : (uint64_t)value[i];
        at[i] = slots[i];
        size[i] = (uint32_t)(fl_put_integer(slots[i], value[i]) - slots[i]);
    }
    return magnitudes;
}
