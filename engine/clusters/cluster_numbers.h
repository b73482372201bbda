/* cluster_numbers.h - which cluster of the model each cluster of a new fit carries on. */
#ifndef ENGINE_CLUSTERS_CLUSTER_NUMBERS_H
#define ENGINE_CLUSTERS_CLUSTER_NUMBERS_H

#include "engine/clusters/cluster_model.h"
#include "engine/clusters/kmeans.h"

/* old_of[i]: the place in the old model of the cluster that the i-th of kmeans is, or FL_NO_CLUSTER.
 * `categories`: those of kmeans, rising. */
fl_status fl_cluster_numbers_match(const struct fl_kmeans *kmeans, const struct fl_text *categories,
                                   const struct fl_cluster_model *old, uint32_t *old_of,
                                   struct fl_error *error);

#endif
