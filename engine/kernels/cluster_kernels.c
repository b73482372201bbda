/* cluster_kernels.c - chooses the table of cluster kernels. */
#include "engine/kernels/cluster_kernels.h"

#include "engine/kernels/cluster_levels.h"

const struct fl_cluster_kernels *fl_cluster_kernels_of(enum fl_cpu_level level)
{
#if defined(__x86_64__)
    if (level == FL_CPU_AVX512)
        return &fl_cluster_avx512;
    if (level == FL_CPU_AVX2)
        return &fl_cluster_avx2;
#else
    (void)level;
#endif
    return &fl_cluster_scalar;
}

const struct fl_cluster_kernels *fl_cluster_kernels(void)
{
    return fl_cluster_kernels_of(fl_cpu_level());
}
