/* cluster_table.c - centroids laid out for the cluster kernels. */
#include "engine/clusters/cluster_table.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 }; /* a vector of 16 lanes is one line of the cache */

static uint32_t lanes_of(unsigned k)
{
    return (k + FL_CLUSTER_LANES - 1) / FL_CLUSTER_LANES * FL_CLUSTER_LANES;
}

fl_status fl_cluster_table_init(struct fl_cluster_table *table, unsigned k, uint32_t category_count,
                                struct fl_error *error)
{
    assert(k >= 1 && k <= FL_CLUSTERS_MAX && category_count <= FL_CLUSTER_CATEGORIES_MAX);
    const uint32_t lanes = lanes_of(k);
    const size_t size = ((size_t)category_count + 1) * lanes * sizeof(float);
    *table = (struct fl_cluster_table){.category_count = category_count, .lanes = {.lanes = lanes}};
    table->numbers = aligned_alloc(ALIGNMENT, size);
    if (table->numbers == NULL)
        return fl_fail_memory(error, size);
    table->lanes.halves = table->numbers;
    table->lanes.of_category = table->numbers + lanes;
    return FL_OK;
}

/* -|c|^2 / 2; 0 less it, so that a centroid of zeroes has +0. */
static float half_of(const float *centroid, uint32_t category_count)
{
    return (float)(0 - fl_basket_square(centroid, category_count) / 2);
}

void fl_cluster_table_fill(struct fl_cluster_table *table, unsigned k, const float *centroids)
{
    const uint32_t lanes = table->lanes.lanes, category_count = table->category_count;
    assert(lanes_of(k) == lanes);
    float *of_category = table->numbers + lanes;
    memset(of_category, 0, (size_t)category_count * lanes * sizeof *of_category);
    for (uint32_t lane = 0; lane < k; lane++) {
        const float *centroid = centroids + (size_t)lane * category_count;
        table->numbers[lane] = half_of(centroid, category_count);
        for (uint32_t category = 0; category < category_count; category++)
            of_category[(size_t)category * lanes + lane] = centroid[category];
    }
    for (uint32_t lane = k; lane < lanes; lane++)
        table->numbers[lane] = -INFINITY;
}

void fl_cluster_table_release(struct fl_cluster_table *table)
{
    free(table->numbers);
    *table = (struct fl_cluster_table){0};
}

float fl_cluster_score(const struct fl_cluster_table *table, const uint16_t *categories, const float *weights,
                       size_t count, uint32_t cluster)
{
    const uint32_t lanes = table->lanes.lanes;
    float score = table->lanes.halves[cluster];
    for (size_t i = 0; i < count; i++)
        score = fmaf(weights[i], table->lanes.of_category[(size_t)categories[i] * lanes + cluster], score);
    return score + 0.0f; /* which makes +0 of -0, as the kernels do */
}
