/* kmeans_step.h - one iteration of Lloyd: customers to centroids, centroids to their means. */
#ifndef ENGINE_CLUSTERS_KMEANS_STEP_H
#define ENGINE_CLUSTERS_KMEANS_STEP_H

#include "engine/clusters/kmeans_rows.h"

struct fl_kmeans_change;

/* Where the customers are. */
struct fl_kmeans_step {
    const struct fl_kmeans_rows *rows;
    unsigned k;
    float *centroids;  /* k rows of category_count */
    uint32_t *cluster; /* of each customer; FL_NO_CLUSTER before the first step */
    uint32_t *before;  /* the same before the last step */
    float *scores;     /* of each customer and its nearest centroid */
    int64_t *sums;     /* k rows of category_count: of x * 2^32 */
    int64_t *sizes;    /* k */
    struct fl_cluster_table table;
    struct fl_kmeans_change *changes; /* one for each worker */
    unsigned workers;
};

fl_status fl_kmeans_step_init(struct fl_kmeans_step *step, const struct fl_kmeans_rows *rows, unsigned k,
                              struct fl_error *error);
void fl_kmeans_step_release(struct fl_kmeans_step *step);

/* Nobody is anywhere: `centroids` are to be filled next. */
void fl_kmeans_step_begin(struct fl_kmeans_step *step);
/* One iteration. Returns how many customers are in another cluster than before; when these are none, the
 * centroids stay as they are. */
size_t fl_kmeans_step(struct fl_kmeans_step *step);
/* The sum of squared distances to the means of the clusters as they are. */
double fl_kmeans_step_inertia(const struct fl_kmeans_step *step);

#endif
