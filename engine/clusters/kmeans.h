/* kmeans.h - k-means of sparse rows, the same bits at any number of threads (SEMANTICS.md section 6). */
#ifndef ENGINE_CLUSTERS_KMEANS_H
#define ENGINE_CLUSTERS_KMEANS_H

#include <stdbool.h>

#include "engine/clusters/basket_vectors.h"
#include "formats/base/status.h"

/* Above it sums of squared distances, as integers, might not fit 64 bits. */
#define FL_KMEANS_CUSTOMERS_MAX (1u << 29)

struct fl_kmeans_plan {
    const struct fl_basket_vectors *vectors; /* no row is longer than 1, but for rounding */
    unsigned k;                              /* 1 .. FL_CLUSTERS_MAX */
    unsigned starts, iterations_max;         /* at least 1 */
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
    float *centroids; /* k rows of category_count: the means of their customers */
    uint32_t
        *cluster;  /* of each customer: where the last iteration put it; once converged its nearest centroid
                    */
    size_t *sizes; /* of each cluster, none is 0 */
    double inertia;
    unsigned start, iterations; /* of the start that was best */
    bool converged;             /* nobody moved in its last iteration */
};

/* FL_BAD_DATA: fewer different customers than k. FL_LIMIT: more than FL_KMEANS_CUSTOMERS_MAX. On failure
 * *kmeans is empty. */
fl_status fl_kmeans_fit(const struct fl_kmeans_plan *plan, struct fl_kmeans *kmeans, struct fl_error *error);
void fl_kmeans_release(struct fl_kmeans *kmeans);

#endif
