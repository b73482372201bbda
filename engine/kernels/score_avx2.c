/* score_avx2.c - the score kernels with AVX2. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/row_groups.h"
#include "engine/kernels/score_levels.h"

enum { LANES = 8 };

/* Sums of 64-bit lanes, in the order of struct fl_row_sums. */
enum {
    LOOP,
    POSITIVE = LOOP + FL_ROW_LOOPS,
    FULL,
    POINTS_28,
    POINTS_112,
    INTENT,
    INTENT_28,
    INTENT_112,
    SUMS
};

struct lane_sums {
    __m256i sum[SUMS];
};

static inline void add(struct lane_sums *sums, int which, __m256i rows, __m256i values)
{
    const __m256i counted = _mm256_and_si256(rows, values);
    const __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(counted));
    const __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(counted, 1));
    sums->sum[which] = _mm256_add_epi64(sums->sum[which], _mm256_add_epi64(low, high));
}

static inline int64_t across(__m256i lanes)
{
    int64_t lane[4];
    _mm256_storeu_si256((__m256i *)(void *)lane, lanes);
    return (lane[0] + lane[1]) + (lane[2] + lane[3]);
}

static inline __m256i load_types(const uint8_t *type)
{
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)type));
}

static inline __m256i load_days(const int32_t *day)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)day);
}

static inline __m256i gather_contributions(const struct fl_row_tables *tables, __m256i ages, __m256i types)
{
    const __m256i age = _mm256_min_epu32(ages, _mm256_set1_epi32((int)tables->ages - 1));
    const __m256i place =
        _mm256_add_epi32(_mm256_mullo_epi32(types, _mm256_set1_epi32((int)tables->ages)), age);
    return _mm256_i32gather_epi32(tables->contributions, place, 4);
}

/* All bits where the bits `wanted` of the flags, in `of`, have the value. */
static inline __m256i where(__m256i flags, int of, int wanted)
{
    return _mm256_cmpeq_epi32(_mm256_and_si256(flags, _mm256_set1_epi32(of)), _mm256_set1_epi32(wanted));
}

static inline void sum_8(const struct fl_row_tables *tables, int32_t as_of_day, int32_t purchase_day,
                         const int32_t *day, const uint8_t *type, struct lane_sums *sums)
{
    const __m256i days = load_days(day), types = load_types(type);
    const __m256i ages = _mm256_sub_epi32(_mm256_set1_epi32(as_of_day), days);
    const __m256i contributions = gather_contributions(tables, ages, types);
    const __m256i points =
        _mm256_mullo_epi32(_mm256_i32gather_epi32(tables->weights, types, 4), _mm256_set1_epi32(1000));
    const __m256i flags = _mm256_i32gather_epi32((const int *)(const void *)tables->flags, types, 1);
    const __m256i positive_points = _mm256_max_epi32(points, _mm256_setzero_si256());
    const __m256i within_28 = _mm256_cmpgt_epi32(_mm256_set1_epi32(28), ages);
    const __m256i within_112 = _mm256_cmpgt_epi32(_mm256_set1_epi32(112), ages);
    const __m256i all = _mm256_set1_epi32(-1);
    const __m256i intent = _mm256_and_si256(where(flags, FL_ROW_INBOUND, FL_ROW_INBOUND),
                                            _mm256_cmpgt_epi32(days, _mm256_set1_epi32(purchase_day)));
    for (int loop = 0; loop < FL_ROW_LOOPS; loop++)
        add(sums, LOOP + loop, where(flags, FL_ROW_LOOP, loop), contributions);
    add(sums, POSITIVE, all, _mm256_max_epi32(contributions, _mm256_setzero_si256()));
    add(sums, FULL, all, points);
    add(sums, POINTS_28, within_28, positive_points);
    add(sums, POINTS_112, within_112, positive_points);
    add(sums, INTENT, intent, contributions);
    add(sums, INTENT_28, _mm256_and_si256(within_28, intent), positive_points);
    add(sums, INTENT_112, _mm256_and_si256(within_112, intent), positive_points);
}

static void add_lanes(const struct lane_sums *lanes, struct fl_row_sums *sums)
{
    for (int loop = 0; loop < FL_ROW_LOOPS; loop++)
        sums->loop[loop] += across(lanes->sum[LOOP + loop]);
    sums->positive += across(lanes->sum[POSITIVE]);
    sums->full += across(lanes->sum[FULL]);
    sums->points_28 += across(lanes->sum[POINTS_28]);
    sums->points_112 += across(lanes->sum[POINTS_112]);
    sums->intent += across(lanes->sum[INTENT]);
    sums->intent_28 += across(lanes->sum[INTENT_28]);
    sums->intent_112 += across(lanes->sum[INTENT_112]);
}

static void sum_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, size_t rows, struct fl_row_sums *sums)
{
    const size_t whole = rows / LANES * LANES;
    struct lane_sums lanes = {0};
    fl_start_intent(tables, day, type, rows, sums);
    for (size_t row = 0; row < whole; row += LANES)
        sum_8(tables, as_of_day, sums->purchase_day, day + row, type + row, &lanes);
    add_lanes(&lanes, sums);
    fl_add_rows(tables, as_of_day, day + whole, type + whole, rows - whole, sums);
}

static int64_t sum_contributions(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                                 const uint8_t *type, size_t rows)
{
    const size_t whole = rows / LANES * LANES;
    __m256i sum = _mm256_setzero_si256();
    for (size_t row = 0; row < whole; row += LANES) {
        const __m256i ages = _mm256_sub_epi32(_mm256_set1_epi32(as_of_day), load_days(day + row));
        const __m256i contributions = gather_contributions(tables, ages, load_types(type + row));
        const __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(contributions));
        const __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(contributions, 1));
        sum = _mm256_add_epi64(sum, _mm256_add_epi64(low, high));
    }
    return across(sum) + fl_add_contributions(tables, as_of_day, day + whole, type + whole, rows - whole);
}

static inline uint32_t day_bits(__m256i compared)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(compared));
}

/* Bit i: row i + 1 has the day and type of row i, 32 rows. */
static inline uint32_t same_32(const int32_t *day, const uint8_t *type)
{
    const __m256i types = _mm256_loadu_si256((const __m256i *)(const void *)type);
    const __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(type + 1));
    uint32_t same = 0;
    for (unsigned i = 0; i < 32; i += LANES)
        same |= day_bits(_mm256_cmpeq_epi32(load_days(day + i), load_days(day + i + 1))) << i;
    return same & (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(types, next));
}

static void mark_same(const int32_t *day, const uint8_t *type, size_t rows, uint64_t *marks)
{
    size_t row = 0;
    for (; row + 64 < rows; row += 64)
        marks[row / 64] = same_32(day + row, type + row) | (uint64_t)same_32(day + row + 32, type + row + 32)
                                                               << 32;
    fl_mark_same_from(day, type, row, rows, marks);
}

/* Bit i: row i + 1 is before row i, 32 rows. */
static inline uint32_t falls_32(const int32_t *day, const uint8_t *type)
{
    const __m256i types = _mm256_loadu_si256((const __m256i *)(const void *)type);
    const __m256i next = _mm256_loadu_si256((const __m256i *)(const void *)(type + 1));
    const __m256i rises = _mm256_cmpeq_epi8(_mm256_max_epu8(types, next), next);
    uint32_t falls = 0, same = 0;
    for (unsigned i = 0; i < 32; i += LANES) {
        const __m256i before = load_days(day + i), after = load_days(day + i + 1);
        falls |= day_bits(_mm256_cmpgt_epi32(before, after)) << i;
        same |= day_bits(_mm256_cmpeq_epi32(before, after)) << i;
    }
    return falls | (same & ~(uint32_t)_mm256_movemask_epi8(rises));
}

static size_t count_descents(const int32_t *day, const uint8_t *type, size_t rows)
{
    size_t descents = 0, row = 0;
    for (; row + 32 < rows; row += 32)
        descents += (size_t)__builtin_popcount(falls_32(day + row, type + row));
    return descents + fl_count_descents(day + row, type + row, rows - row);
}

static void sum_runs(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, const uint32_t *starts, const uint32_t *ends,
                     const uint16_t *wanted, size_t count, struct fl_row_sums *sums)
{
    fl_sum_each(sum_rows, tables, as_of_day, day, type, starts, ends, wanted, count, sums);
}

static void sum_contributions_of_runs(const struct fl_row_tables *tables, int32_t as_of_day,
                                      const int32_t *day, const uint8_t *type, const uint32_t *starts,
                                      const uint32_t *ends, const uint16_t *wanted, size_t count,
                                      struct fl_row_sums *sums)
{
    fl_sum_each_only(sum_contributions, tables, as_of_day, day, type, starts, ends, wanted, count, sums);
}

static size_t list_groups(const uint64_t *same, const uint64_t *cut, const uint64_t *equal, size_t rows,
                          struct fl_row_group *groups)
{
    return fl_list_groups_here(same, cut, equal, rows, groups);
}

const struct fl_score_kernels fl_score_avx2 = {sum_rows,
                                               sum_contributions,
                                               sum_runs,
                                               sum_contributions_of_runs,
                                               mark_same,
                                               fl_mark_cut,
                                               fl_mark_equal_orders,
                                               list_groups,
                                               count_descents};

#else
typedef int score_avx2_is_for_another_cpu;
#endif
