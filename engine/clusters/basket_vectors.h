/* basket_vectors.h - what customers buy, as sparse rows of single-precision weights by category. */
#ifndef ENGINE_CLUSTERS_BASKET_VECTORS_H
#define ENGINE_CLUSTERS_BASKET_VECTORS_H

#include <stddef.h>
#include <stdint.h>

enum { FL_CLUSTER_CATEGORIES_MAX = 512, FL_CLUSTERS_MAX = 128 };

/* Row i: categories[j] and weights[j] for starts[i] <= j < starts[i + 1], rising by category, weights above
 * 0. Lent by whoever made it. */
struct fl_basket_vectors {
    size_t count;            /* customers */
    uint32_t category_count; /* at most FL_CLUSTER_CATEGORIES_MAX */
    const int64_t *keys;     /* of customers, rising */
    const uint64_t *starts;  /* count + 1 */
    const uint16_t *categories;
    const float *weights;
};

#endif
