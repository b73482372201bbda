/* score_avx512.c - the score kernels with AVX-512 F, BW, DQ, VL plus VBMI. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/score_levels.h"

#ifndef __clang__
/* Without optimisation gcc's gathers are macros, which convert their masks to signed numbers. */
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

enum { STEP = 64, LANES = 16 };

/* 256 bytes, one for each type, in four registers. */
struct type_bytes {
    __m512i part[4];
};

static inline struct type_bytes load_type_bytes(const uint8_t *bytes)
{
    struct type_bytes table;
    for (int i = 0; i < 4; i++)
        table.part[i] = _mm512_loadu_si512(bytes + 64 * i);
    return table;
}

/* Those of 64 types: two lookups in 128 entries each, the type's top bit chooses. */
static inline __m512i bytes_of(const struct type_bytes *table, __m512i types)
{
    const __m512i low = _mm512_permutex2var_epi8(table->part[0], types, table->part[1]);
    const __m512i high = _mm512_permutex2var_epi8(table->part[2], types, table->part[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(types), low, high);
}

/* The lowest min(rows, 64) bits. */
static inline __mmask64 first_rows(size_t rows)
{
    return rows >= 64 ? UINT64_MAX : ((uint64_t)1 << rows) - 1;
}

static inline __mmask64 with_flag(__mmask64 rows, __m512i flags, int flag)
{
    return _mm512_mask_test_epi8_mask(rows, flags, _mm512_set1_epi8((char)flag));
}

/* From the end: the last purchase is all that counts. */
static void start_intent(const struct type_bytes *table, const int32_t *day, const uint8_t *type, size_t rows,
                         struct fl_row_sums *sums)
{
    for (size_t end = rows; end > 0;) {
        const size_t from = (end - 1) / STEP * STEP;
        const __mmask64 there = first_rows(end - from);
        const __m512i types = _mm512_maskz_loadu_epi8(there, type + from);
        const uint64_t purchases = with_flag(there, bytes_of(table, types), FL_ROW_PURCHASE);
        if (purchases != 0) {
            sums->purchase_day = day[from + 63 - (unsigned)__builtin_clzll(purchases)];
            sums->intent = sums->intent_28 = sums->intent_112 = 0;
            return;
        }
        end = from;
    }
}

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
    __m512i sum[SUMS];
};

static inline void add(struct lane_sums *sums, int which, __mmask16 rows, __m512i low, __m512i high)
{
    sums->sum[which] = _mm512_mask_add_epi64(sums->sum[which], (__mmask8)rows, sums->sum[which], low);
    sums->sum[which] = _mm512_mask_add_epi64(sums->sum[which], (__mmask8)(rows >> 8), sums->sum[which], high);
}

static inline __m512i low_half(__m512i values)
{
    return _mm512_cvtepi32_epi64(_mm512_castsi512_si256(values));
}

static inline __m512i high_half(__m512i values)
{
    return _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(values, 1));
}

/* Contributions of 16 rows as two times eight 64-bit lanes. They are computed, not looked up: the table of
 * decays has a line for each of a dozen half-lives and stays in L1, that of contributions has one for each
 * type and does not. */
struct contributions {
    __m512i low, high;
};

/* Of eight rows: floor((p D + 2^31) / 2^32), with the sign put aside as the multiplication has none. */
static inline __m512i contribution_8(__m256i points, __m256i decays)
{
    const __m512i p = _mm512_cvtepi32_epi64(points), zero = _mm512_setzero_si512();
    const __mmask8 negative = _mm512_cmplt_epi64_mask(p, zero);
    const __m512i product = _mm512_mul_epu32(_mm512_abs_epi64(p), _mm512_cvtepu32_epi64(decays));
    const __m512i half = _mm512_mask_blend_epi64(negative, _mm512_set1_epi64(INT64_C(1) << 31),
                                                 _mm512_set1_epi64((INT64_C(1) << 31) - 1));
    const __m512i magnitude = _mm512_srli_epi64(_mm512_add_epi64(product, half), 32);
    return _mm512_mask_sub_epi64(magnitude, negative, zero, magnitude);
}

static inline struct contributions contributions_of(const struct fl_row_tables *tables, __mmask16 rows,
                                                    __m512i ages, __m128i classes, __m512i points)
{
    const __m512i age = _mm512_min_epu32(ages, _mm512_set1_epi32((int)tables->ages - 1));
    const __m512i line =
        _mm512_mullo_epi32(_mm512_cvtepu8_epi32(classes), _mm512_set1_epi32((int)tables->ages));
    const __m512i decays = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), rows,
                                                       _mm512_add_epi32(line, age), tables->decay, 4);
    return (struct contributions){
        contribution_8(_mm512_castsi512_si256(points), _mm512_castsi512_si256(decays)),
        contribution_8(_mm512_extracti64x4_epi64(points, 1), _mm512_extracti64x4_epi64(decays, 1))};
}

static inline __m512i gather_points(const struct fl_row_tables *tables, __mmask16 rows, const uint8_t *type)
{
    const __m512i types = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(rows, type));
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), rows, types, tables->points, 4);
}

/* What the flags of 64 rows say, a bit a row. */
struct row_masks {
    uint64_t rows, loop[FL_ROW_LOOPS], inbound;
};

static inline struct row_masks masks_of(__mmask64 rows, __m512i flags)
{
    const uint64_t bit_0 = with_flag(rows, flags, 1), bit_1 = with_flag(rows, flags, 2);
    return (struct row_masks){.rows = rows,
                              .loop = {rows & ~bit_0 & ~bit_1, bit_0 & ~bit_1, bit_1 & ~bit_0, bit_0 & bit_1},
                              .inbound = with_flag(rows, flags, FL_ROW_INBOUND)};
}

static inline void sum_16(const struct fl_row_tables *tables, int32_t as_of_day, int32_t purchase_day,
                          const int32_t *day, const uint8_t *type, const uint8_t *classes,
                          const struct row_masks *masks, unsigned shift, struct lane_sums *sums)
{
    const __mmask16 rows = (__mmask16)(masks->rows >> shift);
    const __m512i days = _mm512_maskz_loadu_epi32(rows, day);
    const __m512i ages = _mm512_sub_epi32(_mm512_set1_epi32(as_of_day), days);
    const __m512i points = gather_points(tables, rows, type);
    const struct contributions of_rows =
        contributions_of(tables, rows, ages, _mm_loadu_epi8(classes), points);
    const __m512i low = of_rows.low, high = of_rows.high;
    for (int loop = 0; loop < FL_ROW_LOOPS; loop++)
        add(sums, LOOP + loop, (__mmask16)(masks->loop[loop] >> shift), low, high);
    const __mmask16 positive = _mm512_mask_cmpgt_epi32_mask(rows, points, _mm512_setzero_si512());
    const __m512i points_low = low_half(points), points_high = high_half(points);
    add(sums, POSITIVE, positive, low, high);
    add(sums, FULL, rows, points_low, points_high);
    const __mmask16 within_28 = _mm512_mask_cmplt_epu32_mask(positive, ages, _mm512_set1_epi32(28));
    const __mmask16 within_112 = _mm512_mask_cmplt_epu32_mask(positive, ages, _mm512_set1_epi32(112));
    const __mmask16 intent = _mm512_mask_cmpgt_epi32_mask((__mmask16)(masks->inbound >> shift), days,
                                                          _mm512_set1_epi32(purchase_day));
    add(sums, POINTS_28, within_28, points_low, points_high);
    add(sums, POINTS_112, within_112, points_low, points_high);
    add(sums, INTENT, intent, low, high);
    add(sums, INTENT_28, within_28 & intent, points_low, points_high);
    add(sums, INTENT_112, within_112 & intent, points_low, points_high);
}

/* Lane i: the sum of the lanes of sum[i]. 21 operations where eight sums one by one take 56. */
static inline __m512i across_8(const __m512i sum[8])
{
    __m512i pair[4], four[2];
    for (int i = 0; i < 4; i++)
        pair[i] = _mm512_add_epi64(_mm512_unpacklo_epi64(sum[2 * i], sum[2 * i + 1]),
                                   _mm512_unpackhi_epi64(sum[2 * i], sum[2 * i + 1]));
    for (int i = 0; i < 2; i++)
        four[i] = _mm512_add_epi64(_mm512_shuffle_i64x2(pair[2 * i], pair[2 * i + 1], 0x88),
                                   _mm512_shuffle_i64x2(pair[2 * i], pair[2 * i + 1], 0xDD));
    return _mm512_add_epi64(_mm512_shuffle_i64x2(four[0], four[1], 0x88),
                            _mm512_shuffle_i64x2(four[0], four[1], 0xDD));
}

static void add_lanes(const struct lane_sums *lanes, struct fl_row_sums *sums)
{
    _Static_assert(offsetof(struct fl_row_sums, points_112) == 7 * sizeof(int64_t), "eight in a row");
    const __m512i before = _mm512_loadu_si512(sums);
    _mm512_storeu_si512(sums, _mm512_add_epi64(before, across_8(lanes->sum)));
    sums->intent += _mm512_reduce_add_epi64(lanes->sum[INTENT]);
    sums->intent_28 += _mm512_reduce_add_epi64(lanes->sum[INTENT_28]);
    sums->intent_112 += _mm512_reduce_add_epi64(lanes->sum[INTENT_112]);
}

/* Puts the decay classes of 64 rows into `classes`. */
static inline void look_up_classes(const struct type_bytes *table, __m512i types, uint8_t classes[STEP])
{
    _mm512_storeu_si512(classes, bytes_of(table, types));
}

static void sum_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, size_t rows, struct fl_row_sums *sums)
{
    const struct type_bytes flags = load_type_bytes(tables->flags);
    const struct type_bytes classes = load_type_bytes(tables->decay_class);
    struct lane_sums lanes = {0};
    start_intent(&flags, day, type, rows, sums);
    for (size_t from = 0; from < rows; from += STEP) {
        const __mmask64 there = first_rows(rows - from);
        const __m512i types = _mm512_maskz_loadu_epi8(there, type + from);
        const struct row_masks masks = masks_of(there, bytes_of(&flags, types));
        uint8_t of_rows[STEP];
        look_up_classes(&classes, types, of_rows);
        for (unsigned shift = 0; shift < STEP && from + shift < rows; shift += LANES)
            sum_16(tables, as_of_day, sums->purchase_day, day + from + shift, type + from + shift,
                   of_rows + shift, &masks, shift, &lanes);
    }
    add_lanes(&lanes, sums);
}

static int64_t sum_contributions(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                                 const uint8_t *type, size_t rows)
{
    const struct type_bytes classes = load_type_bytes(tables->decay_class);
    __m512i sum = _mm512_setzero_si512();
    for (size_t from = 0; from < rows; from += STEP) {
        const __mmask64 there = first_rows(rows - from);
        uint8_t of_rows[STEP];
        look_up_classes(&classes, _mm512_maskz_loadu_epi8(there, type + from), of_rows);
        for (unsigned shift = 0; shift < STEP && from + shift < rows; shift += LANES) {
            const __mmask16 asked = (__mmask16)(there >> shift);
            const __m512i days = _mm512_maskz_loadu_epi32(asked, day + from + shift);
            const __m512i ages = _mm512_sub_epi32(_mm512_set1_epi32(as_of_day), days);
            const __m512i points = gather_points(tables, asked, type + from + shift);
            const struct contributions counted =
                contributions_of(tables, asked, ages, _mm_loadu_epi8(of_rows + shift), points);
            sum = _mm512_add_epi64(sum, _mm512_add_epi64(counted.low, counted.high));
        }
    }
    return _mm512_reduce_add_epi64(sum);
}

/* The lowest bits for the rows of `from` .. that have a successor. */
static inline __mmask64 rows_with_next(size_t from, size_t rows)
{
    return first_rows(rows - 1 - from);
}

static inline __mmask64 join_16(const __mmask16 part[4])
{
    return (uint64_t)part[0] | (uint64_t)part[1] << 16 | (uint64_t)part[2] << 32 | (uint64_t)part[3] << 48;
}

static void mark_same(const int32_t *day, const uint8_t *type, size_t rows, uint64_t *marks)
{
    for (size_t from = 0; from < rows; from += STEP) {
        const __mmask64 there = rows_with_next(from, rows);
        const __mmask64 same_type =
            _mm512_mask_cmpeq_epi8_mask(there, _mm512_maskz_loadu_epi8(there, type + from),
                                        _mm512_maskz_loadu_epi8(there, type + from + 1));
        __mmask16 same[4];
        for (unsigned i = 0; i < 4; i++) {
            const __mmask16 asked = (__mmask16)(same_type >> (i * LANES));
            const int32_t *at = day + from + i * LANES;
            same[i] = _mm512_mask_cmpeq_epi32_mask(asked, _mm512_maskz_loadu_epi32(asked, at),
                                                   _mm512_maskz_loadu_epi32(asked, at + 1));
        }
        marks[from / STEP] = join_16(same);
    }
}

static size_t count_descents(const int32_t *day, const uint8_t *type, size_t rows)
{
    size_t descents = 0;
    for (size_t from = 0; from + 1 < rows; from += STEP) {
        const __mmask64 there = rows_with_next(from, rows);
        const __mmask64 type_falls =
            _mm512_mask_cmplt_epu8_mask(there, _mm512_maskz_loadu_epi8(there, type + from + 1),
                                        _mm512_maskz_loadu_epi8(there, type + from));
        __mmask16 falls[4];
        for (unsigned i = 0; i < 4; i++) {
            const __mmask16 asked = (__mmask16)(there >> (i * LANES));
            const __m512i before = _mm512_maskz_loadu_epi32(asked, day + from + i * LANES);
            const __m512i after = _mm512_maskz_loadu_epi32(asked, day + from + i * LANES + 1);
            const __mmask16 same = _mm512_mask_cmpeq_epi32_mask(asked, before, after);
            falls[i] = _mm512_mask_cmplt_epi32_mask(asked, after, before) |
                       (same & (__mmask16)(type_falls >> (i * LANES)));
        }
        descents += (size_t)__builtin_popcountll(join_16(falls));
    }
    return descents;
}

const struct fl_score_kernels fl_score_avx512 = {sum_rows, sum_contributions, mark_same, count_descents};

#else
typedef int score_avx512_is_for_another_cpu;
#endif
