/* fold_kernels.c - chooses the table of fold kernels. */
#include "engine/kernels/fold_kernels.h"

#include "engine/kernels/fold_levels.h"

const struct fl_fold_kernels *fl_fold_kernels_of(enum fl_cpu_level level)
{
#if defined(__x86_64__)
    if (level == FL_CPU_AVX512)
        return &fl_fold_avx512;
    if (level == FL_CPU_AVX2)
        return &fl_fold_avx2;
#else
    (void)level;
#endif
    return &fl_fold_scalar;
}

const struct fl_fold_kernels *fl_fold_kernels(void)
{
    return fl_fold_kernels_of(fl_cpu_level());
}
