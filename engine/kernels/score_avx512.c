/* score_avx512.c - the score kernels with AVX-512 F, BW, DQ, VL plus VBMI. */
#if defined(__x86_64__)

#include <immintrin.h>

#include "engine/kernels/score_levels.h"

#ifndef __clang__
/* Without optimisation gcc's gathers are macros, which convert their masks to signed numbers. */
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif

/* PART rows at most go into 32-bit sums: 1024 weights of 10^6, or as many numbers of 16 bits, stay below
 * 2^31, in one lane or over all of them. */
enum { STEP = 64, LANES = 16, PART = 1024 };
_Static_assert(PART * 1000000 < INT32_MAX && PART * 65536 < INT32_MAX, "a sum would wrap");

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

/* Contributions take 30 bits, so their lower and upper 16 bits are summed apart: two additions in 32 bits,
 * where 64 would take two and the spreading of values and masks over two registers (measured: a third
 * slower). */
enum {
    LOOP_LOW,
    LOOP_HIGH = LOOP_LOW + FL_ROW_LOOPS,
    POSITIVE_LOW = LOOP_HIGH + FL_ROW_LOOPS,
    POSITIVE_HIGH,
    INTENT_LOW,
    INTENT_HIGH,
    FULL,
    WITHIN_28,
    WITHIN_112,
    INTENT_28,
    IN_TREE, /* what across_16() takes */
    INTENT_112 = IN_TREE,
    SUMS
};
_Static_assert((int)IN_TREE == (int)LANES, "one lane each");

struct lane_sums {
    __m512i sum[SUMS];
};

static inline void add(struct lane_sums *sums, int which, __mmask16 rows, __m512i values)
{
    sums->sum[which] = _mm512_mask_add_epi32(sums->sum[which], rows, sums->sum[which], values);
}

static inline __m512i gather_contributions(const struct fl_row_tables *tables, __mmask16 rows, __m512i ages,
                                           __m512i types)
{
    const __m512i age = _mm512_min_epu32(ages, _mm512_set1_epi32((int)tables->ages - 1));
    const __m512i place =
        _mm512_add_epi32(_mm512_mullo_epi32(types, _mm512_set1_epi32((int)tables->ages)), age);
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), rows, place, tables->contributions, 4);
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
                          const int32_t *day, const uint8_t *type, const struct row_masks *masks,
                          unsigned shift, struct lane_sums *sums)
{
    const __mmask16 rows = (__mmask16)(masks->rows >> shift);
    const __m512i days = _mm512_maskz_loadu_epi32(rows, day);
    const __m512i types = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(rows, type));
    const __m512i ages = _mm512_sub_epi32(_mm512_set1_epi32(as_of_day), days);
    const __m512i contributions = gather_contributions(tables, rows, ages, types);
    const __m512i weights =
        _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), rows, types, tables->weights, 4);
    const __m512i low = _mm512_and_si512(contributions, _mm512_set1_epi32(0xFFFF));
    const __m512i high = _mm512_srai_epi32(contributions, 16);
    for (int loop = 0; loop < FL_ROW_LOOPS; loop++) {
        add(sums, LOOP_LOW + loop, (__mmask16)(masks->loop[loop] >> shift), low);
        add(sums, LOOP_HIGH + loop, (__mmask16)(masks->loop[loop] >> shift), high);
    }
    const __mmask16 positive = _mm512_mask_cmpgt_epi32_mask(rows, weights, _mm512_setzero_si512());
    const __mmask16 within_28 = _mm512_mask_cmplt_epu32_mask(positive, ages, _mm512_set1_epi32(28));
    const __mmask16 within_112 = _mm512_mask_cmplt_epu32_mask(positive, ages, _mm512_set1_epi32(112));
    const __mmask16 intent = _mm512_mask_cmpgt_epi32_mask((__mmask16)(masks->inbound >> shift), days,
                                                          _mm512_set1_epi32(purchase_day));
    add(sums, POSITIVE_LOW, positive, low);
    add(sums, POSITIVE_HIGH, positive, high);
    add(sums, INTENT_LOW, intent, low);
    add(sums, INTENT_HIGH, intent, high);
    add(sums, FULL, rows, weights);
    add(sums, WITHIN_28, within_28, weights);
    add(sums, WITHIN_112, within_112, weights);
    add(sums, INTENT_28, within_28 & intent, weights);
    add(sums, INTENT_112, within_112 & intent, weights);
}

/* Lane i: the sum of the lanes of sum[i]. 45 operations, where sixteen sums one by one take 140. */
static inline __m512i across_16(const __m512i sum[LANES])
{
    __m512i two[8], four[4], eight[2];
    for (int i = 0; i < 8; i++)
        two[i] = _mm512_add_epi32(_mm512_unpacklo_epi32(sum[2 * i], sum[2 * i + 1]),
                                  _mm512_unpackhi_epi32(sum[2 * i], sum[2 * i + 1]));
    for (int i = 0; i < 4; i++)
        four[i] = _mm512_add_epi32(_mm512_unpacklo_epi64(two[2 * i], two[2 * i + 1]),
                                   _mm512_unpackhi_epi64(two[2 * i], two[2 * i + 1]));
    for (int i = 0; i < 2; i++)
        eight[i] = _mm512_add_epi32(_mm512_shuffle_i64x2(four[2 * i], four[2 * i + 1], 0x88),
                                    _mm512_shuffle_i64x2(four[2 * i], four[2 * i + 1], 0xDD));
    return _mm512_add_epi32(_mm512_shuffle_i64x2(eight[0], eight[1], 0x88),
                            _mm512_shuffle_i64x2(eight[0], eight[1], 0xDD));
}

static inline int64_t joined(int32_t low, int32_t high)
{
    return low + (int64_t)high * 65536;
}

static void add_lanes(const struct lane_sums *lanes, struct fl_row_sums *sums)
{
    int32_t of_part[LANES];
    _mm512_storeu_si512(of_part, across_16(lanes->sum));
    for (int loop = 0; loop < FL_ROW_LOOPS; loop++)
        sums->loop[loop] += joined(of_part[LOOP_LOW + loop], of_part[LOOP_HIGH + loop]);
    sums->positive += joined(of_part[POSITIVE_LOW], of_part[POSITIVE_HIGH]);
    sums->intent += joined(of_part[INTENT_LOW], of_part[INTENT_HIGH]);
    sums->full += INT64_C(1000) * of_part[FULL];
    sums->points_28 += INT64_C(1000) * of_part[WITHIN_28];
    sums->points_112 += INT64_C(1000) * of_part[WITHIN_112];
    sums->intent_28 += INT64_C(1000) * of_part[INTENT_28];
    sums->intent_112 += INT64_C(1000) * _mm512_reduce_add_epi32(lanes->sum[INTENT_112]);
}

static inline void sum_part(const struct fl_row_tables *tables, const struct type_bytes *flags,
                            int32_t as_of_day, const int32_t *day, const uint8_t *type, size_t rows,
                            struct fl_row_sums *sums)
{
    struct lane_sums lanes = {0};
    for (size_t from = 0; from < rows; from += STEP) {
        const __mmask64 there = first_rows(rows - from);
        const __m512i types = _mm512_maskz_loadu_epi8(there, type + from);
        const struct row_masks masks = masks_of(there, bytes_of(flags, types));
        for (unsigned shift = 0; shift < STEP && from + shift < rows; shift += LANES)
            sum_16(tables, as_of_day, sums->purchase_day, day + from + shift, type + from + shift, &masks,
                   shift, &lanes);
    }
    add_lanes(&lanes, sums);
}

static void sum_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, size_t rows, struct fl_row_sums *sums)
{
    const struct type_bytes flags = load_type_bytes(tables->flags);
    start_intent(&flags, day, type, rows, sums);
    for (size_t from = 0; from < rows; from += PART)
        sum_part(tables, &flags, as_of_day, day + from, type + from, rows - from < PART ? rows - from : PART,
                 sums);
}

static int64_t sum_contributions(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                                 const uint8_t *type, size_t rows)
{
    __m512i sum = _mm512_setzero_si512();
    for (size_t from = 0; from < rows; from += LANES) {
        const __mmask16 there = (__mmask16)first_rows(rows - from);
        const __m512i days = _mm512_maskz_loadu_epi32(there, day + from);
        const __m512i types = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(there, type + from));
        const __m512i ages = _mm512_sub_epi32(_mm512_set1_epi32(as_of_day), days);
        const __m512i contributions = gather_contributions(tables, there, ages, types);
        const __m512i odd = _mm512_srai_epi64(contributions, 32);
        const __m512i even = _mm512_srai_epi64(_mm512_slli_epi64(contributions, 32), 32);
        sum = _mm512_add_epi64(sum, _mm512_add_epi64(even, odd));
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
