/* score_kernels.c - chooses the table of score kernels. */
#include "engine/kernels/score_kernels.h"

#include "engine/kernels/score_levels.h"

const struct fl_score_kernels *fl_score_kernels_of(enum fl_cpu_level level)
{
#if defined(__x86_64__)
    if (level == FL_CPU_AVX512)
        return &fl_score_avx512;
    if (level == FL_CPU_AVX2)
        return &fl_score_avx2;
#else
    (void)level;
#endif
    return &fl_score_scalar;
}

const struct fl_score_kernels *fl_score_kernels(void)
{
    return fl_score_kernels_of(fl_cpu_level());
}
