/* fit_vectors.h - the categories of a cluster fit, with the vectors of its customers over them. */
#ifndef ENGINE_CLUSTERS_FIT_VECTORS_H
#define ENGINE_CLUSTERS_FIT_VECTORS_H

#include "engine/clusters/basket_sample.h"

/* Zero-initialise; release once. */
struct fl_fit_vectors {
    uint32_t words[FL_CLUSTER_CATEGORIES_MAX]; /* united number of each category, rising */
    struct fl_basket_vectors vectors;          /* lent from the arrays below */
    int64_t *breadths_milli;                   /* of each customer, falling: not in their order */
    int64_t *keys;
    uint64_t *starts;
    uint16_t *categories;
    float *weights;
};

/* The at most FL_CLUSTER_CATEGORIES_MAX categories with the largest nets above 0, of equal ones the first;
 * `word_count` of them. Customers of the sample, which is finished, who bought none of these are left out. */
fl_status fl_fit_vectors_make(const struct fl_basket_sample *sample, const __int128 *category_nets,
                              size_t word_count, struct fl_fit_vectors *made, struct fl_error *error);
void fl_fit_vectors_release(struct fl_fit_vectors *made);

#endif
