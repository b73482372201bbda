/* cluster_avx512.c - the cluster kernels with AVX-512. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>

#include "engine/kernels/cluster_levels.h"

enum { LANES = 16, VECTORS_MAX = FL_CLUSTER_LANES_MAX / LANES };

/* One bit for each of up to 128 lanes. */
struct lane_bits {
    uint64_t low, high;
};

/* All below have `vectors` as a constant where they are inlined, so that scores stay in registers. */
#define INLINE static inline __attribute__((always_inline))

INLINE void score_row(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                      size_t row, unsigned vectors, __m512 scores[VECTORS_MAX])
{
#pragma GCC unroll 8
    for (unsigned v = 0; v < vectors; v++)
        scores[v] = _mm512_loadu_ps(centroids->halves + v * LANES);
    const uint64_t end = rows->starts[row + 1];
    fl_cluster_prefetch(rows, end);
    for (uint64_t i = rows->starts[row]; i < end; i++) {
        const float *centroid = centroids->of_category + (size_t)rows->categories[i] * (vectors * LANES);
        const __m512 weight = _mm512_set1_ps(rows->weights[i]);
#pragma GCC unroll 8
        for (unsigned v = 0; v < vectors; v++)
            scores[v] = _mm512_fmadd_ps(weight, _mm512_loadu_ps(centroid + v * LANES), scores[v]);
    }
}

/* The bit of the first lane with the largest score. */
INLINE struct lane_bits best_lane(const __m512 scores[VECTORS_MAX], unsigned vectors, float *best)
{
    __m512 largest = scores[0];
#pragma GCC unroll 8
    for (unsigned v = 1; v < vectors; v++)
        largest = _mm512_max_ps(largest, scores[v]);
    *best = _mm512_reduce_max_ps(largest);
    struct lane_bits bits = {0, 0};
#pragma GCC unroll 8
    for (unsigned v = 0; v < vectors; v++) {
        const uint64_t equal = _mm512_cmp_ps_mask(scores[v], _mm512_set1_ps(*best), _CMP_EQ_OQ);
        if (v < 4)
            bits.low |= equal << v * LANES;
        else
            bits.high |= equal << (v - 4) * LANES;
    }
    bits.low = _blsi_u64(bits.low);
    bits.high = bits.low != 0 ? 0 : _blsi_u64(bits.high);
    return bits;
}

INLINE uint32_t lane_of(struct lane_bits bits)
{
    return (uint32_t)(bits.low != 0 ? _tzcnt_u64(bits.low) : 64 + _tzcnt_u64(bits.high));
}

INLINE void take_out(__m512 scores[VECTORS_MAX], unsigned vectors, struct lane_bits bits)
{
#pragma GCC unroll 8
    for (unsigned v = 0; v < vectors; v++) {
        const uint64_t part = v < 4 ? bits.low >> v * LANES : bits.high >> (v - 4) * LANES;
        scores[v] = _mm512_mask_mov_ps(scores[v], (__mmask16)part, _mm512_set1_ps(-INFINITY));
    }
}

INLINE void nearest_of(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                       size_t first, size_t count, unsigned vectors, uint32_t *clusters, float *best_scores)
{
    for (size_t i = 0; i < count; i++) {
        __m512 scores[VECTORS_MAX];
        float best;
        score_row(centroids, rows, first + i, vectors, scores);
        clusters[i] = lane_of(best_lane(scores, vectors, &best));
        best_scores[i] = best + 0.0f;
    }
}

INLINE struct fl_nearest_two two_of(__m512 scores[VECTORS_MAX], unsigned vectors, double square)
{
    float best, second_best;
    const struct lane_bits bits = best_lane(scores, vectors, &best);
    take_out(scores, vectors, bits);
    const uint32_t second = lane_of(best_lane(scores, vectors, &second_best));
    return (struct fl_nearest_two){lane_of(bits), second_best > -INFINITY ? second : FL_NO_CLUSTER,
                                   best + 0.0f, second_best + 0.0f, square};
}

INLINE void nearest_two_of(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                           size_t first, size_t count, unsigned vectors, struct fl_nearest_two *two)
{
    for (size_t i = 0; i < count; i++) {
        __m512 scores[VECTORS_MAX];
        score_row(centroids, rows, first + i, vectors, scores);
        two[i] = two_of(scores, vectors, fl_cluster_row_square(rows, first + i));
    }
}

/* Calls what is inlined with a constant number of vectors, 1 to 8 of them. */
#define FOR_VECTORS(count, CASE)                                                                             \
    switch (count) {                                                                                         \
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8)                                      \
    }

static void nearest(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                    size_t first, size_t count, uint32_t *clusters, float *scores)
{
#define CASE(vectors)                                                                                        \
    case vectors:                                                                                            \
        nearest_of(centroids, rows, first, count, vectors, clusters, scores);                                \
        break;
    FOR_VECTORS(centroids->lanes / LANES, CASE)
#undef CASE
}

static void nearest_two(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                        size_t first, size_t count, struct fl_nearest_two *two)
{
    if (centroids->lanes == LANES) {
        fl_nearest_two_of_sixteen(centroids, rows, first, count, two);
        return;
    }
#define CASE(vectors)                                                                                        \
    case vectors:                                                                                            \
        nearest_two_of(centroids, rows, first, count, vectors, two);                                         \
        break;
    FOR_VECTORS(centroids->lanes / LANES, CASE)
#undef CASE
}

static void all_scores(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                       size_t first, size_t count, float *scores)
{
    for (size_t i = 0; i < count; i++) {
        __m512 row_scores[VECTORS_MAX];
        score_row(centroids, rows, first + i, 1, row_scores);
        _mm512_storeu_ps(scores + i * LANES, _mm512_add_ps(row_scores[0], _mm512_setzero_ps()));
    }
}

const struct fl_cluster_kernels fl_cluster_avx512 = {
    .nearest = nearest,
    .nearest_two = nearest_two,
    .scores = all_scores,
};

#endif
