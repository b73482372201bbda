/* kmeans_seeding.h - first centroids by k-means++. */
#ifndef ENGINE_CLUSTERS_KMEANS_SEEDING_H
#define ENGINE_CLUSTERS_KMEANS_SEEDING_H

#include "engine/clusters/kmeans_rows.h"

enum { FL_SEEDING_TRIES_MAX = 6 };

/* Memory for seeding, for any number of starts. */
struct fl_kmeans_seeding {
    const struct fl_kmeans_rows *rows;
    unsigned k, tries;
    struct fl_cluster_table table; /* the tries of one centre */
    float *tried;                  /* FL_SEEDING_TRIES_MAX rows of category_count: the tries, as centroids */
    float *scores;                 /* of each customer: `tries` of them */
    uint64_t *nearest;    /* of each customer: squared distance * 2^32 from the nearest centre so far */
    uint64_t *chunk_sums; /* of each chunk: the sum of `nearest` */
    uint64_t (*chunk_tries)[FL_SEEDING_TRIES_MAX]; /* what it would be with each try */
};

fl_status fl_kmeans_seeding_init(struct fl_kmeans_seeding *seeding, const struct fl_kmeans_rows *rows,
                                 unsigned k, struct fl_error *error);
void fl_kmeans_seeding_release(struct fl_kmeans_seeding *seeding);

/* The k centroids of that start: the same ones for the same seed and start. */
void fl_kmeans_seed(struct fl_kmeans_seeding *seeding, uint64_t seed, unsigned start, float *centroids);

#endif
