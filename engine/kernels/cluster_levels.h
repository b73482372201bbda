/* cluster_levels.h - what each level puts into the table of cluster kernels, for cluster_kernels.c alone. */
#ifndef ENGINE_KERNELS_CLUSTER_LEVELS_H
#define ENGINE_KERNELS_CLUSTER_LEVELS_H

#include "engine/kernels/cluster_kernels.h"

extern const struct fl_cluster_kernels fl_cluster_scalar;
extern const struct fl_cluster_kernels fl_cluster_avx2;
extern const struct fl_cluster_kernels fl_cluster_avx512;

/* That of the last where there are FL_CLUSTER_LANES lanes and no more. For rows that were made just before:
 * it takes them in another order, which costs more than it brings where they come from memory. */
void fl_nearest_two_of_sixteen(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                               size_t first, size_t count, struct fl_nearest_two *two);

/* Asks for the entries some rows behind `entry`, which is up to a third of the time for few clusters: rows
 * are too short for the CPU to notice in time. An address past the end does no harm. */
static inline void fl_cluster_prefetch(const struct fl_cluster_rows *rows, uint64_t entry)
{
    const uintptr_t weight = (uintptr_t)rows->weights + entry * sizeof(float) + 1024;
    const uintptr_t category = (uintptr_t)rows->categories + entry * sizeof(uint16_t) + 512;
    __builtin_prefetch((const void *)weight);
    __builtin_prefetch((const void *)(weight + 64));
    __builtin_prefetch((const void *)category);
}

static inline double fl_cluster_row_square(const struct fl_cluster_rows *rows, size_t row)
{
    const uint64_t start = rows->starts[row];
    return fl_basket_square(rows->weights + start, (size_t)(rows->starts[row + 1] - start));
}

#endif
