/* cluster_names.h - the name of a cluster: what its customers buy more of than others. */
#ifndef ENGINE_CLUSTERS_CLUSTER_NAMES_H
#define ENGINE_CLUSTERS_CLUSTER_NAMES_H

#include "engine/clusters/cluster_model.h"

/* Adds the share of each category that each customer spends, times 2^32: to row cluster[i] of `sums`, a row
 * of category_count for each of k clusters, and to `all`. */
void fl_cluster_shares_add(const struct fl_basket_vectors *vectors, const uint32_t *cluster, int64_t *sums,
                           int64_t *all);
/* Up to three categories by falling index (own share over everybody's). Returns its size, which leaves room
 * for a number that tells equal names apart. own, all: sums as above; customers: of the cluster. */
size_t fl_cluster_name(const int64_t *own, int64_t customers, const int64_t *all,
                       const struct fl_text *categories, uint32_t category_count,
                       char name[FL_CLUSTER_NAME_BYTES_MAX]);

#endif
