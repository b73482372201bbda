/* stability.h - whether a number of clusters is found again in parts of the customers. */
#ifndef ENGINE_CLUSTERS_STABILITY_H
#define ENGINE_CLUSTERS_STABILITY_H

#include "engine/clusters/basket_vectors.h"
#include "formats/base/status.h"

enum {
    FL_K_LEAST = 4, /* of the numbers asked when none is given */
    FL_K_MOST = 12,
    FL_STABILITY_PAIRS = 20,
    FL_STABILITY_CUSTOMERS = 50000,
    FL_STABILITY_LEAST_MILLI = 600 /* of the mean adjusted Rand index: under it a fit is refused */
};

struct fl_stability_plan {
    const struct fl_basket_vectors *vectors; /* the customers of the fit, as fl_kmeans_fit() takes them */
    unsigned k_first, k_last;                /* 1 .. FL_CLUSTERS_MAX; the same where k is given */
    unsigned iterations_max;                 /* of each fit */
    uint64_t seed;
    unsigned threads;      /* at most; 0 is 1 */
    uint64_t memory_bytes; /* for the pairs of subsamples that threads hold; 0: any */
    /* After each pair of subsamples, by one thread at a time; a non-zero return stops with FL_INTERRUPTED.
     * May be NULL. */
    int (*progress)(void *context, unsigned pairs_done, unsigned pairs);
    void *progress_context;
};

struct fl_stability {
    double mean[FL_CLUSTERS_MAX + 1]; /* by k, of k_first .. k_last: the mean adjusted Rand index; a pair with
                                         fewer different customers than k counts 0 */
    unsigned k;                       /* the smallest within 0.02 of the best */
};

/* Of a mean, rounded half up. */
int64_t fl_stability_milli(double mean);
/* How many of the plan's threads its memory holds pairs of subsamples of these customers for; at least 1. */
unsigned fl_stability_threads(const struct fl_stability_plan *plan, const struct fl_basket_vectors *vectors);
/* The same at any number of threads. */
fl_status fl_stability_measure(const struct fl_stability_plan *plan, struct fl_stability *stability,
                               struct fl_error *error);

#endif
