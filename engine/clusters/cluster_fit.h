/* cluster_fit.h - `cluster fit`: from a data folder to clusters.yaml in the model folder. */
#ifndef ENGINE_CLUSTERS_CLUSTER_FIT_H
#define ENGINE_CLUSTERS_CLUSTER_FIT_H

#include "engine/clusters/cluster_model.h"
#include "engine/clusters/stability.h"
#include "engine/fourloop.h"

/* How far a fit is; a non-zero return stops it with FL_INTERRUPTED. Any may be NULL. */
struct fl_cluster_fit_progress {
    int (*rows)(void *context, uint64_t rows_done, uint64_t rows_all);
    int (*pairs)(void *context, unsigned pairs_done, unsigned pairs);
    int (*iteration)(void *context, unsigned start, unsigned iteration, size_t moved, double inertia);
    void *context;
};

struct fl_cluster_fit_plan {
    const struct fl_io *io;
    const char *model; /* its clusters.yaml is replaced, and carried on */
    const char *data;
    int32_t as_of_day;
    unsigned k; /* 0: chosen */
    unsigned starts, iterations_max;
    uint64_t sample; /* customers at most; 0: as many as memory holds */
    uint64_t seed;   /* at most INT64_MAX */
    bool force;      /* keeps a fit that is not stable */
    enum fl_io_mode io_mode;
    uint64_t memory_bytes;
    unsigned threads; /* at most; 0 is 1. What is found does not depend on it. */
    struct fl_cluster_fit_progress progress;
};

struct fl_cluster_fit_report {
    struct fl_cluster_model clusters;
    bool kept[FL_CLUSTERS_MAX]; /* of its clusters: they were in the model before */
    bool has_old;               /* there were some */
    uint64_t rows, full_customers;
    bool memory_cut; /* memory held the customers of the fit, and not more */
    unsigned k_first, k_last;
    struct fl_stability stability; /* of k_first .. k_last */
    unsigned start, iterations;
    bool converged;
    char hash_before[33], hash_after[33]; /* of the model */
    uint64_t pass_microseconds, stability_microseconds, fit_microseconds;
};

/* Finds the clusters of all full customers as of the day, and writes clusters.yaml. FL_BAD_DATA: there is no
 * fit, or no stable one and `force` is not set; the message says why. Whatever fails, and where it says
 * already what is found, the clusters.yaml that was there stays as it was; when no more than bringing the
 * folder to the disk fails, the new one is there. */
fl_status fl_cluster_fit(const struct fl_cluster_fit_plan *plan, struct fl_cluster_fit_report *report,
                         struct fl_error *error);
void fl_cluster_fit_report_release(struct fl_cluster_fit_report *report);

#endif
