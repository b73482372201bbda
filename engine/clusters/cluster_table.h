/* cluster_table.h - centroids laid out for the cluster kernels. */
#ifndef ENGINE_CLUSTERS_CLUSTER_TABLE_H
#define ENGINE_CLUSTERS_CLUSTER_TABLE_H

#include "engine/clusters/basket_vectors.h"
#include "engine/kernels/cluster_kernels.h"
#include "formats/base/status.h"

struct fl_cluster_table {
    uint32_t category_count;
    struct fl_cluster_lanes lanes; /* points into `numbers` */
    float *numbers;
};

/* Room for k clusters, 1 .. FL_CLUSTERS_MAX; fl_cluster_table_fill() before use. */
fl_status fl_cluster_table_init(struct fl_cluster_table *table, unsigned k, uint32_t category_count,
                                struct fl_error *error);
/* `centroids`: k rows of category_count. The table keeps nothing of them, may be filled again. */
void fl_cluster_table_fill(struct fl_cluster_table *table, unsigned k, const float *centroids);
void fl_cluster_table_release(struct fl_cluster_table *table);

/* The rows of vectors, as kernels take them. */
static inline struct fl_cluster_rows fl_cluster_rows_of(const struct fl_basket_vectors *vectors)
{
    return (struct fl_cluster_rows){vectors->starts, vectors->categories, vectors->weights};
}

/* The score of one row and one cluster: the bits that the kernels give. */
float fl_cluster_score(const struct fl_cluster_table *table, const uint16_t *categories, const float *weights,
                       size_t count, uint32_t cluster);

/* The squared distance of a row with that square and a cluster with that score. */
static inline double fl_cluster_distance_square(double basket_square, float score)
{
    const double square = basket_square - 2 * (double)score;
    return square > 0 ? square : 0;
}

#endif
