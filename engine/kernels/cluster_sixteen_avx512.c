/* cluster_sixteen_avx512.c - the nearest of at most 16 clusters with AVX-512: one vector of scores a row.
 *
 * A row's sums wait for one another, so those of eight rows go side by side. Where a row ends no branch
 * predictor can know, which costs as much as half of its sums; so rows of about the same length go together,
 * the shorter ones with weights of 0 up to the end of the longest. That adds 0 to scores, which changes no
 * bit but the sign of a zero, and that one is lost in the end. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "engine/kernels/cluster_levels.h"
#include "engine/kernels/row_order.h"

#define INLINE static inline __attribute__((always_inline))

enum {
    LANES = FL_CLUSTER_LANES,
    SUMMED = 8,     /* rows whose scores grow side by side */
    COMPARED = 16,  /* rows whose scores are compared side by side */
    STEP = 4,       /* entries of each row at a time */
    TAKEN_MAX = 64, /* entries of each row that are laid out before they are summed */
    LANE_BYTES_LOG2 = 6,
};
_Static_assert(LANES * sizeof(float) == 1 << LANE_BYTES_LOG2, "a category is as wide as its shift says");

/* Entries of eight rows, with zeroes behind the end of a row. */
struct entries {
    float weights[SUMMED][TAKEN_MAX];
    uint32_t offsets[SUMMED][TAKEN_MAX]; /* of the category's lanes, in bytes */
};

/* What the rows of `order` come to. */
struct sums {
    float scores[COMPARED][LANES];
    double squares[COMPARED];
};

/* ---- sums ---- */

/* From entry `first` on `count` entries, and more up to a multiple of 16. */
INLINE void take_entries(const struct fl_cluster_rows *rows, const struct fl_row_order *order, size_t at,
                         uint64_t first, uint64_t count, struct entries *entries)
{
    uint64_t present[SUMMED];
#pragma GCC unroll 8
    for (unsigned r = 0; r < SUMMED; r++) {
        const uint64_t all = order->entries[at + r], left = all > first ? all - first : 0;
        present[r] = _bzhi_u64(UINT64_MAX, (unsigned)(left < TAKEN_MAX ? left : TAKEN_MAX));
    }
    for (uint64_t i = 0; i < count; i += LANES)
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMMED; r++) {
            const uint64_t entry = order->starts[at + r] + first + i;
            const __mmask16 mask = (__mmask16)(present[r] >> i);
            const __m512i categories =
                _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, rows->categories + entry));
            _mm512_store_ps(entries->weights[r] + i, _mm512_maskz_loadu_ps(mask, rows->weights + entry));
            _mm512_store_si512(entries->offsets[r] + i, _mm512_slli_epi32(categories, LANE_BYTES_LOG2));
        }
}

INLINE __m512 add_score(const struct fl_cluster_lanes *centroids, const float *weight, uint32_t offset,
                        __m512 score)
{
    __m512 lanes = _mm512_loadu_ps((const void *)((const char *)centroids->of_category + offset));
    /* The weight, whose address is simpler, goes into the instruction that adds; the lanes would need one
     * more. */
    __asm__("" : "+v"(lanes));
    return _mm512_fmadd_ps(_mm512_set1_ps(*weight), lanes, score);
}

/* Two entries of each row. Loads are what there is least of: so one brings both offsets. */
INLINE void add_scores(const struct fl_cluster_lanes *centroids, const struct entries *entries, uint64_t i,
                       __m512 scores[SUMMED])
{
#pragma GCC unroll 8
    for (unsigned r = 0; r < SUMMED; r++) {
        const float *weights = entries->weights[r] + i;
        uint64_t offsets;
        memcpy(&offsets, entries->offsets[r] + i, sizeof offsets);
        __asm__("" : "+r"(offsets)); /* or it is taken for two loads again */
        scores[r] = add_score(centroids, weights, (uint32_t)offsets, scores[r]);
        scores[r] = add_score(centroids, weights + 1, (uint32_t)(offsets >> 32), scores[r]);
    }
}

/* Four weights of one row and of the row four behind it. */
INLINE __m256 weights_of_two(const struct entries *entries, unsigned row, uint64_t i)
{
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(entries->weights[row] + i)),
                                _mm_load_ps(entries->weights[row + SUMMED / 2] + i), 1);
}

/* A product of two single numbers is exact in double, so that this rounds as fl_basket_square() does. */
INLINE __m512d add_square(__m256 weights, __m512d squares)
{
    const __m512d wide = _mm512_cvtps_pd(weights);
    return _mm512_fmadd_pd(wide, wide, squares);
}

INLINE __m512d add_squares(const struct entries *entries, uint64_t i, __m512d squares)
{
    const __m256 a = weights_of_two(entries, 0, i), b = weights_of_two(entries, 1, i);
    const __m256 c = weights_of_two(entries, 2, i), d = weights_of_two(entries, 3, i);
    const __m256 ab_low = _mm256_unpacklo_ps(a, b), ab_high = _mm256_unpackhi_ps(a, b);
    const __m256 cd_low = _mm256_unpacklo_ps(c, d), cd_high = _mm256_unpackhi_ps(c, d);
    squares = add_square(_mm256_shuffle_ps(ab_low, cd_low, 0x44), squares);
    squares = add_square(_mm256_shuffle_ps(ab_low, cd_low, 0xee), squares);
    squares = add_square(_mm256_shuffle_ps(ab_high, cd_high, 0x44), squares);
    return add_square(_mm256_shuffle_ps(ab_high, cd_high, 0xee), squares);
}

INLINE uint64_t longest_of(const struct fl_row_order *order, size_t at)
{
    uint64_t longest = 0;
#pragma GCC unroll 8
    for (unsigned r = 0; r < SUMMED; r++)
        longest = order->entries[at + r] > longest ? order->entries[at + r] : longest;
    return longest;
}

/* Of eight rows from `at` on. */
INLINE void sum_rows(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                     const struct fl_row_order *order, size_t at, struct sums *sums)
{
    _Alignas(64) struct entries entries;
    __m512 scores[SUMMED];
    __m512d squares = _mm512_setzero_pd();
    const uint64_t longest = longest_of(order, at);
#pragma GCC unroll 8
    for (unsigned r = 0; r < SUMMED; r++)
        scores[r] = _mm512_loadu_ps(centroids->halves);
    for (uint64_t first = 0; first < longest; first += TAKEN_MAX) {
        const uint64_t left = longest - first, count = left < TAKEN_MAX ? left : TAKEN_MAX;
        take_entries(rows, order, at, first, count, &entries);
        for (uint64_t i = 0; i < count; i += STEP) {
            add_scores(centroids, &entries, i, scores);
            add_scores(centroids, &entries, i + 2, scores);
            squares = add_squares(&entries, i, squares);
        }
    }
#pragma GCC unroll 8
    for (unsigned r = 0; r < SUMMED; r++)
        _mm512_store_ps(sums->scores[at % COMPARED + r], scores[r]);
    _mm512_store_pd(sums->squares + at % COMPARED, squares);
}

/* ---- comparisons ---- */

/* Rows become lanes: each step exchanges what is half as far apart. */
INLINE void transpose(const struct sums *sums, __m512 lanes[LANES])
{
    __m512 pairs[LANES], fours[LANES], eights[LANES];
#pragma GCC unroll 8
    for (unsigned i = 0; i < 16; i += 2) {
        const __m512 a = _mm512_load_ps(sums->scores[i]), b = _mm512_load_ps(sums->scores[i + 1]);
        pairs[i] = _mm512_unpacklo_ps(a, b);
        pairs[i + 1] = _mm512_unpackhi_ps(a, b);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < 16; i += 4) {
        fours[i] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
        fours[i + 1] = _mm512_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
        fours[i + 2] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
        fours[i + 3] = _mm512_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < 4; i++) {
        eights[i] = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0x88);
        eights[i + 4] = _mm512_shuffle_f32x4(fours[i], fours[i + 4], 0xdd);
        eights[i + 8] = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0x88);
        eights[i + 12] = _mm512_shuffle_f32x4(fours[i + 8], fours[i + 12], 0xdd);
    }
#pragma GCC unroll 4
    for (unsigned i = 0; i < 4; i++) {
        lanes[i] = _mm512_shuffle_f32x4(eights[i], eights[i + 8], 0x88);
        lanes[i + 8] = _mm512_shuffle_f32x4(eights[i], eights[i + 8], 0xdd);
        lanes[i + 4] = _mm512_shuffle_f32x4(eights[i + 4], eights[i + 12], 0x88);
        lanes[i + 12] = _mm512_shuffle_f32x4(eights[i + 4], eights[i + 12], 0xdd);
    }
}

/* Four numbers of each of sixteen rows, in the order of their 16 bytes in struct fl_nearest_two. Row 4 * i +
 * j gets into the i-th quarter of the j-th vector. */
INLINE void store_two(__m512i cluster, __m512i second, __m512 score, __m512 second_score,
                      const struct sums *sums, const uint8_t *places, size_t count,
                      struct fl_nearest_two *two)
{
    _Static_assert(offsetof(struct fl_nearest_two, square) == 16, "16 bytes of numbers come first");
    const __m512i clusters_low = _mm512_unpacklo_epi32(cluster, second);
    const __m512i clusters_high = _mm512_unpackhi_epi32(cluster, second);
    const __m512i scores_low = _mm512_castps_si512(_mm512_unpacklo_ps(score, second_score));
    const __m512i scores_high = _mm512_castps_si512(_mm512_unpackhi_ps(score, second_score));
    _Alignas(64) __m128i numbers[4][4];
    _mm512_store_si512(numbers[0], _mm512_unpacklo_epi64(clusters_low, scores_low));
    _mm512_store_si512(numbers[1], _mm512_unpackhi_epi64(clusters_low, scores_low));
    _mm512_store_si512(numbers[2], _mm512_unpacklo_epi64(clusters_high, scores_high));
    _mm512_store_si512(numbers[3], _mm512_unpackhi_epi64(clusters_high, scores_high));
    for (size_t i = 0; i < count; i++) {
        struct fl_nearest_two *to = two + places[i];
        _mm_storeu_si128((void *)to, numbers[i % 4][i / 4]);
        to->square = sums->squares[i];
    }
}

INLINE void find_two(const struct sums *sums, const uint8_t *places, size_t count, struct fl_nearest_two *two)
{
    __m512 lanes[LANES], score = _mm512_set1_ps(-INFINITY), second_score = score;
    __m512i cluster = _mm512_set1_epi32((int)FL_NO_CLUSTER), second = cluster;
    transpose(sums, lanes);
#pragma GCC unroll 16
    for (unsigned i = 0; i < LANES; i++) {
        const __m512i number = _mm512_set1_epi32((int)i);
        const __mmask16 first = _mm512_cmp_ps_mask(lanes[i], score, _CMP_GT_OQ);
        const __mmask16 next = _mm512_cmp_ps_mask(lanes[i], second_score, _CMP_GT_OQ);
        second = _mm512_mask_mov_epi32(_mm512_mask_mov_epi32(second, next, number), first, cluster);
        second_score = _mm512_max_ps(second_score, _mm512_min_ps(score, lanes[i]));
        cluster = _mm512_mask_mov_epi32(cluster, first, number);
        score = _mm512_max_ps(score, lanes[i]);
    }
    const __m512 zero = _mm512_setzero_ps(); /* makes +0 of -0 */
    store_two(cluster, second, _mm512_add_ps(score, zero), _mm512_add_ps(second_score, zero), sums, places,
              count, two);
}

/* ---- rows ---- */

static void two_of_ordered(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                           size_t first, size_t count, struct fl_nearest_two *two)
{
    struct fl_row_order order;
    fl_order_rows(rows->starts + first, count, COMPARED, &order);
    for (size_t at = 0; at < count; at += COMPARED) {
        _Alignas(64) struct sums sums;
        for (size_t row = 0; row < COMPARED; row += SUMMED)
            sum_rows(centroids, rows, &order, at + row, &sums);
        const size_t left = count - at;
        find_two(&sums, order.row + at, left < COMPARED ? left : COMPARED, two);
    }
}

void fl_nearest_two_of_sixteen(const struct fl_cluster_lanes *centroids, const struct fl_cluster_rows *rows,
                               size_t first, size_t count, struct fl_nearest_two *two)
{
    for (size_t at = 0; at < count; at += FL_ORDERED_ROWS) {
        const size_t left = count - at;
        two_of_ordered(centroids, rows, first + at, left < FL_ORDERED_ROWS ? left : FL_ORDERED_ROWS,
                       two + at);
    }
}

#endif
