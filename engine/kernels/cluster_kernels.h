/* cluster_kernels.h - the loops over sparse rows that ask which centroid is nearest, one table for each CPU
 * level. */
#ifndef ENGINE_KERNELS_CLUSTER_KERNELS_H
#define ENGINE_KERNELS_CLUSTER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

enum { FL_CLUSTER_LANES = 16, FL_CLUSTER_LANES_MAX = 128 };
#define FL_NO_CLUSTER UINT32_MAX

/* Centroids by category: a lane for each cluster, and more of them up to a multiple of FL_CLUSTER_LANES. */
struct fl_cluster_lanes {
    uint32_t lanes;           /* at most FL_CLUSTER_LANES_MAX */
    const float *halves;      /* `lanes`: -|c|^2 / 2; -INFINITY in the lanes that are no clusters */
    const float *of_category; /* [category * lanes + lane]; 0 in the lanes that are no clusters */
};

/* Rows as in struct fl_basket_vectors: row i from starts[i] up to starts[i + 1], rising by category. */
struct fl_cluster_rows {
    const uint64_t *starts;
    const uint16_t *categories;
    const float *weights;
};

struct fl_nearest_two {
    uint32_t cluster, second; /* second: FL_NO_CLUSTER where there is one cluster alone */
    float score, second_score;
    double square; /* |x|^2 of the row, as fl_basket_square() sums it */
};

/* |x|^2, in double by rising category. */
static inline double fl_basket_square(const float *weights, size_t count)
{
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += (double)weights[i] * (double)weights[i];
    return square;
}

/* The score of a row and a cluster begins with its half and adds weight times centroid for each category,
 * rounding once for each; larger is nearer, of equal ones the smaller number. A score of zero is +0. The
 * scalar loops in cluster_scalar.c are the meaning; each level gives the same bits. Requires: at least one
 * cluster; all numbers are finite, sums of their products too. 0 rows and rows without entries are fine; any
 * alignment; nothing is read past the rows. */
struct fl_cluster_kernels {
    /* Of each row the nearest cluster with its score. */
    void (*nearest)(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                    size_t first, size_t count, uint32_t *clusters, float *scores);
    /* The second nearest too, with what distances need. */
    void (*nearest_two)(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                        size_t first, size_t count, struct fl_nearest_two *nearest);
    /* The scores of all FL_CLUSTER_LANES lanes, of which there are no more: [(row - first) * lanes + lane];
     * what stands in lanes that are no clusters is undefined. */
    void (*scores)(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows, size_t first,
                   size_t count, float *scores);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_cluster_kernels *fl_cluster_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_cluster_kernels *fl_cluster_kernels(void);

#endif
