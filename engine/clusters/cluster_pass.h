/* cluster_pass.h - one pass over all purchases of a data folder, for a cluster fit. */
#ifndef ENGINE_CLUSTERS_CLUSTER_PASS_H
#define ENGINE_CLUSTERS_CLUSTER_PASS_H

#include "engine/clusters/basket_sample.h"
#include "engine/customer_pass.h"

struct fl_cluster_pass_plan {
    struct fl_scan_plan scan; /* with words of categories, and money */
    const struct fl_basket_settings *settings;
    unsigned threads; /* at most; 0 is 1 */
    uint64_t memory_bytes;
    uint32_t range_rows; /* of the ranges threads take; 0: the usual */
};

/* Adds all full customers to the sample, which is then finished, and to category_nets what all of them, in
 * the sample or not, spent on each category. What comes out does not depend on threads. FL_LIMIT: more
 * categories than memory holds sums of for each thread. */
fl_status fl_cluster_pass(const struct fl_cluster_pass_plan *plan, struct fl_basket_sample *sample,
                          __int128 *category_nets, struct fl_run_counts *counts, struct fl_error *error);

#endif
