/* kmeans.h - k-means of sparse rows, the same bits at any number of threads (SEMANTICS.md section 6). */
#ifndef ENGINE_CLUSTERS_KMEANS_H
#define ENGINE_CLUSTERS_KMEANS_H

#include <stdbool.h>

#include "engine/clusters/basket_vectors.h"
#include "formats/base/status.h"

struct fl_kmeans_plan {
    const struct fl_basket_vectors *vectors;
    unsigned k; /* 1 .. FL_CLUSTERS_MAX, at most the customers */
    unsigned starts, iterations_max;
    uint64_t seed;
    unsigned threads;             /* at most; 0 is 1 */
    const float *first_centroids; /* k rows of category_count: one start from these; NULL: k-means++ */
    /* After each iteration; a non-zero return stops with FL_INTERRUPTED. May be NULL. */
    int (*progress)(void *context, unsigned start, unsigned iteration, size_t moved, double inertia);
    void *progress_context;
};

struct fl_kmeans {
    unsigned k;
    uint32_t category_count;
    float *centroids;  /* k rows of category_count */
    uint32_t *cluster; /* of each customer: its nearest centroid */
    size_t *sizes;     /* of each cluster */
    double inertia;
    unsigned start, iterations; /* of the start that was best */
    bool converged;             /* nobody moved in its last iteration */
};

/* FL_BAD_DATA: fewer different customers than k. On failure *kmeans is empty. */
fl_status fl_kmeans_fit(const struct fl_kmeans_plan *plan, struct fl_kmeans *kmeans, struct fl_error *error);
void fl_kmeans_release(struct fl_kmeans *kmeans);

#endif
