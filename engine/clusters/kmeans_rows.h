/* kmeans_rows.h - customers as the steps of k-means see them. */
#ifndef ENGINE_CLUSTERS_KMEANS_ROWS_H
#define ENGINE_CLUSTERS_KMEANS_ROWS_H

#include <stdbool.h>

#include "engine/clusters/cluster_table.h"

enum { FL_KMEANS_CHUNK = 1024 }; /* customers that a thread takes at once */

struct fl_kmeans_rows {
    const struct fl_basket_vectors *vectors;
    double *squares; /* of each customer: |x|^2 */
    double squares_sum;
    unsigned threads;
};

fl_status fl_kmeans_rows_init(struct fl_kmeans_rows *rows, const struct fl_basket_vectors *vectors,
                              unsigned threads, struct fl_error *error);
void fl_kmeans_rows_release(struct fl_kmeans_rows *rows);

/* Whether at least k customers differ from each other. */
bool fl_kmeans_rows_differ(const struct fl_basket_vectors *vectors, unsigned k);

static inline size_t fl_kmeans_chunks(const struct fl_kmeans_rows *rows)
{
    return (rows->vectors->count + FL_KMEANS_CHUNK - 1) / FL_KMEANS_CHUNK;
}

static inline size_t fl_kmeans_chunk_end(const struct fl_kmeans_rows *rows, size_t chunk)
{
    const size_t end = (chunk + 1) * FL_KMEANS_CHUNK;
    return end < rows->vectors->count ? end : rows->vectors->count;
}

/* value * 2^32, rounded to an integer, half to even. Requires: below 2^19 in magnitude. The sum with 1.5 *
 * 2^52 has no bits left for a fraction; library functions that round take much longer. */
static inline int64_t fl_kmeans_fixed(double value)
{
    return (int64_t)((value * 0x1p32 + 0x1.8p52) - 0x1.8p52);
}

#endif
