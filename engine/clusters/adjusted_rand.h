/* adjusted_rand.h - how far two labelings of the same customers agree. */
#ifndef ENGINE_CLUSTERS_ADJUSTED_RAND_H
#define ENGINE_CLUSTERS_ADJUSTED_RAND_H

#include <stddef.h>
#include <stdint.h>

/* The adjusted Rand index: 1 where they agree but for the labels' numbers, about 0 where only chance makes
 * them agree. Requires: labels below FL_CLUSTERS_MAX, at most FL_KMEANS_CUSTOMERS_MAX customers. 1 for none.
 */
double fl_adjusted_rand(const uint32_t *a, const uint32_t *b, size_t count);

#endif
