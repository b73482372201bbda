/* cluster_profile.h - `cluster profile`: who is in each cluster of a run, and what they buy. */
#ifndef ENGINE_CLUSTERS_CLUSTER_PROFILE_H
#define ENGINE_CLUSTERS_CLUSTER_PROFILE_H

#include "engine/model/model.h"
#include "engine/run_manifest.h"
#include "engine/scope_words.h"

struct fl_cluster_profile_plan {
    const struct fl_io *io;
    const char *run, *data; /* folders */
    enum fl_io_mode io_mode;
    uint64_t memory_bytes;
    unsigned threads;
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all); /* as of a scan; may be NULL */
    void *progress_context;
};

/* Sums over the customers of a cluster; money in minor units of the model's currency. */
struct fl_cluster_sums {
    int64_t customers, low; /* low: with few baskets */
    int64_t baskets, net;   /* of the window */
    int64_t breadth_milli;  /* of breadth_count customers, who have one */
    int64_t breadth_count;
    int64_t engagement, intent, net_12m;
};

/* What the customers of a cluster spend on a category. */
struct fl_category_sums {
    int64_t customers, net; /* with a net above 0, and these nets, in the window */
    int64_t share_nano;     /* of each customer's nets above 0, summed */
};

struct fl_cluster_profile {
    struct fl_run_manifest manifest;
    struct fl_model *model; /* of the run: names and numbers of its clusters, in their order */
    struct fl_scope_words words;
    bool has_scores; /* engagement, intent, net_12m are there: not so in a run of clusters alone */
    struct fl_cluster_sums *sums;   /* of each cluster */
    struct fl_category_sums *spent; /* cluster i, category j: [i * category_count + j] */
    size_t category_count;
    int64_t thin; /* customers in no cluster */
};

/* FL_USAGE: the run has no clusters; FL_MISSING: an input of the run is gone; FL_LIMIT: more clusters and
 * categories than memory_bytes holds, or sums beyond 63 bits. Release once, whatever came. */
fl_status fl_cluster_profile_make(const struct fl_cluster_profile_plan *plan,
                                  struct fl_cluster_profile *profile, struct fl_error *error);
void fl_cluster_profile_release(struct fl_cluster_profile *profile);

/* The mean share that the category has in the cluster, and that over the one among all customers with a
 * cluster; 0 where what everybody spends on it rounds to nothing. Require customers in the cluster. */
double fl_profile_mean_share(const struct fl_cluster_profile *profile, size_t cluster, size_t category);
double fl_profile_index(const struct fl_cluster_profile *profile, size_t cluster, size_t category);

#endif
