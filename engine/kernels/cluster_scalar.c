/* cluster_scalar.c - the cluster kernels without vectors: what the others must equal. */
#include <math.h>

#include "engine/kernels/cluster_levels.h"

static void score_row(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                      size_t row, float scores[FL_CLUSTER_LANES_MAX])
{
    const uint32_t lanes = centroids->lanes;
    for (uint32_t lane = 0; lane < lanes; lane++)
        scores[lane] = centroids->halves[lane];
    for (uint64_t i = rows->starts[row]; i < rows->starts[row + 1]; i++) {
        const float *of_category = centroids->of_category + (size_t)rows->categories[i] * lanes;
        for (uint32_t lane = 0; lane < lanes; lane++)
            scores[lane] = fmaf(rows->weights[i], of_category[lane], scores[lane]);
    }
}

/* The first of the largest, without `other`. */
static uint32_t best_lane(const float scores[FL_CLUSTER_LANES_MAX], uint32_t lanes, uint32_t other)
{
    uint32_t best = FL_NO_CLUSTER;
    float best_score = -INFINITY;
    for (uint32_t lane = 0; lane < lanes; lane++)
        if (scores[lane] > best_score && lane != other) {
            best = lane;
            best_score = scores[lane];
        }
    return best;
}

static void nearest(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                    size_t first, size_t count, uint32_t *clusters, float *best_scores)
{
    float scores[FL_CLUSTER_LANES_MAX];
    for (size_t i = 0; i < count; i++) {
        score_row(centroids, rows, first + i, scores);
        clusters[i] = best_lane(scores, centroids->lanes, FL_NO_CLUSTER);
        best_scores[i] = scores[clusters[i]] + 0.0f; /* which makes +0 of -0 */
    }
}

static void nearest_two(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                        size_t first, size_t count, struct fl_nearest_two *two)
{
    float scores[FL_CLUSTER_LANES_MAX];
    for (size_t i = 0; i < count; i++) {
        score_row(centroids, rows, first + i, scores);
        const uint32_t best = best_lane(scores, centroids->lanes, FL_NO_CLUSTER);
        const uint32_t second = best_lane(scores, centroids->lanes, best);
        two[i] = (struct fl_nearest_two){best, second, scores[best] + 0.0f,
                                         second == FL_NO_CLUSTER ? -INFINITY : scores[second] + 0.0f,
                                         fl_cluster_row_square(rows, first + i)};
    }
}

static void all_scores(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                       size_t first, size_t count, float *scores)
{
    float row_scores[FL_CLUSTER_LANES_MAX];
    for (size_t i = 0; i < count; i++) {
        score_row(centroids, rows, first + i, row_scores);
        for (uint32_t lane = 0; lane < FL_CLUSTER_LANES; lane++)
            scores[i * FL_CLUSTER_LANES + lane] = row_scores[lane] + 0.0f;
    }
}

const struct fl_cluster_kernels fl_cluster_scalar = {
    .nearest = nearest,
    .nearest_two = nearest_two,
    .scores = all_scores,
};
