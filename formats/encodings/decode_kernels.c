/* decode_kernels.c - chooses the table of decode kernels. */
#include "formats/encodings/decode_kernels.h"

#include "formats/encodings/decode_levels.h"

const struct fl_decode_kernels *fl_decode_kernels_of(enum fl_cpu_level level)
{
#if defined(__x86_64__)
    if (level == FL_CPU_AVX512)
        return &fl_decode_avx512;
    if (level == FL_CPU_AVX2)
        return &fl_decode_avx2;
#else
    (void)level;
#endif
    return &fl_decode_scalar;
}

const struct fl_decode_kernels *fl_decode_kernels(void)
{
    return fl_decode_kernels_of(fl_cpu_level());
}
