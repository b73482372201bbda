/* cluster_avx2.c - the cluster kernels with AVX2 plus FMA. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "engine/kernels/cluster_levels.h"

/* A row is gone through once for each part of 64 lanes, whose scores fit into registers. */
enum { LANES = 8, VECTORS_MAX = 8, PART_LANES = LANES * VECTORS_MAX };

/* `vectors` is a constant where this is inlined, so that scores stay in registers. */
static inline __attribute__((always_inline)) void score_part(const struct fl_cluster_lanes *centroids,
                                                             const struct fl_cluster_rows *rows, size_t row,
                                                             uint32_t first_lane, unsigned vectors,
                                                             float *stored)
{
    __m256 scores[VECTORS_MAX];
#pragma GCC unroll 8
    for (unsigned v = 0; v < vectors; v++)
        scores[v] = _mm256_loadu_ps(centroids->halves + first_lane + v * LANES);
    const uint64_t end = rows->starts[row + 1];
    fl_cluster_prefetch(rows, end);
    for (uint64_t i = rows->starts[row]; i < end; i++) {
        const float *centroid =
            centroids->of_category + (size_t)rows->categories[i] * centroids->lanes + first_lane;
        const __m256 weight = _mm256_set1_ps(rows->weights[i]);
#pragma GCC unroll 8
        for (unsigned v = 0; v < vectors; v++)
            scores[v] = _mm256_fmadd_ps(weight, _mm256_loadu_ps(centroid + v * LANES), scores[v]);
    }
#pragma GCC unroll 8
    for (unsigned v = 0; v < vectors; v++)
        _mm256_storeu_ps(stored + first_lane + v * LANES, scores[v]);
}

static inline void score_row(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                             size_t row, float scores[FL_CLUSTER_LANES_MAX])
{
    for (uint32_t lane = 0; lane < centroids->lanes; lane += PART_LANES) {
        const uint32_t left = centroids->lanes - lane;
        if (left >= 64)
            score_part(centroids, rows, row, lane, 8, scores);
        else if (left == 48)
            score_part(centroids, rows, row, lane, 6, scores);
        else if (left == 32)
            score_part(centroids, rows, row, lane, 4, scores);
        else
            score_part(centroids, rows, row, lane, 2, scores);
    }
}

/* In all eight lanes. */
static inline __m256 largest_of(const float scores[FL_CLUSTER_LANES_MAX], uint32_t lanes)
{
    __m256 largest = _mm256_loadu_ps(scores);
    for (uint32_t lane = LANES; lane < lanes; lane += LANES)
        largest = _mm256_max_ps(largest, _mm256_loadu_ps(scores + lane));
    largest = _mm256_max_ps(largest, _mm256_permute2f128_ps(largest, largest, 1));
    largest = _mm256_max_ps(largest, _mm256_permute_ps(largest, 0x4e));
    return _mm256_max_ps(largest, _mm256_permute_ps(largest, 0xb1));
}

/* The first lane of the largest score. */
static inline uint32_t best_lane(const float scores[FL_CLUSTER_LANES_MAX], uint32_t lanes, float *best)
{
    const __m256 largest = largest_of(scores, lanes);
    *best = _mm256_cvtss_f32(largest);
    for (uint32_t lane = 0;; lane += LANES) {
        const __m256 equal = _mm256_cmp_ps(_mm256_loadu_ps(scores + lane), largest, _CMP_EQ_OQ);
        const uint32_t bits = (uint32_t)_mm256_movemask_ps(equal);
        if (bits != 0 || lane + LANES >= lanes)
            return lane + _tzcnt_u32(bits);
    }
}

static void nearest(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                    size_t first, size_t count, uint32_t *clusters, float *best_scores)
{
    float scores[FL_CLUSTER_LANES_MAX];
    for (size_t i = 0; i < count; i++) {
        float best;
        score_row(centroids, rows, first + i, scores);
        clusters[i] = best_lane(scores, centroids->lanes, &best);
        best_scores[i] = best + 0.0f;
    }
}

static void nearest_two(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                        size_t first, size_t count, struct fl_nearest_two *two)
{
    float scores[FL_CLUSTER_LANES_MAX];
    for (size_t i = 0; i < count; i++) {
        float best, second_best;
        score_row(centroids, rows, first + i, scores);
        const uint32_t cluster = best_lane(scores, centroids->lanes, &best);
        scores[cluster] = -INFINITY;
        const uint32_t second = best_lane(scores, centroids->lanes, &second_best);
        two[i] =
            (struct fl_nearest_two){cluster, second_best > -INFINITY ? second : FL_NO_CLUSTER, best + 0.0f,
                                    second_best + 0.0f, fl_cluster_row_square(rows, first + i)};
    }
}

static void all_scores(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                       size_t first, size_t count, float *scores)
{
    for (size_t i = 0; i < count; i++) {
        float row_scores[FL_CLUSTER_LANES_MAX];
        score_row(centroids, rows, first + i, row_scores);
        for (unsigned lane = 0; lane < FL_CLUSTER_LANES; lane += LANES)
            _mm256_storeu_ps(scores + i * FL_CLUSTER_LANES + lane,
                             _mm256_add_ps(_mm256_loadu_ps(row_scores + lane), _mm256_setzero_ps()));
    }
}

const struct fl_cluster_kernels fl_cluster_avx2 = {
    .nearest = nearest,
    .nearest_two = nearest_two,
    .scores = all_scores,
};

#endif
