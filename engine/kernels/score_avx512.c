/* score_avx512.c - the score kernels with AVX-512 F, BW, DQ, VL plus VBMI. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/kernels/row_groups.h"
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
 * slower). The first eight are members of struct fl_row_sums in its order, a lane each. */
enum {
    LOOP_LOW,
    POSITIVE_LOW = LOOP_LOW + FL_ROW_LOOPS,
    INTENT_LOW,
    FULL,
    WITHIN_28,
    LOOP_HIGH,
    POSITIVE_HIGH = LOOP_HIGH + FL_ROW_LOOPS,
    INTENT_HIGH,
    WITHIN_112,
    INTENT_28,
    IN_TREE, /* what across_16() takes */
    INTENT_112 = IN_TREE,
    SUMS
};
_Static_assert((int)IN_TREE == (int)LANES && (int)LOOP_HIGH == (int)LANES / 2, "one lane each");
_Static_assert(offsetof(struct fl_row_sums, loop) == 0 &&
                   offsetof(struct fl_row_sums, positive) == POSITIVE_LOW * sizeof(int64_t) &&
                   offsetof(struct fl_row_sums, intent) == INTENT_LOW * sizeof(int64_t) &&
                   offsetof(struct fl_row_sums, full) == FULL * sizeof(int64_t) &&
                   offsetof(struct fl_row_sums, points_28) == WITHIN_28 * sizeof(int64_t),
               "stored at once");

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

/* Sixteen rows: `masks` are theirs from bit `shift` on. */
static inline void sum_16(const struct fl_row_tables *tables, int32_t as_of_day, int32_t purchase_day,
                          const int32_t *day, __m128i type_bytes, const struct row_masks *masks,
                          unsigned shift, struct lane_sums *sums)
{
    const __mmask16 rows = (__mmask16)(masks->rows >> shift);
    const __m512i days = _mm512_maskz_loadu_epi32(rows, day);
    const __m512i types = _mm512_cvtepu8_epi32(type_bytes);
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

/* Adds to *sums, or with `first` sets all of it but the purchase day. */
static inline void take_lanes(const struct lane_sums *lanes, bool first, struct fl_row_sums *sums)
{
    const __m512i sum = across_16(lanes->sum);
    const __m512i low = _mm512_cvtepi32_epi64(_mm512_castsi512_si256(sum));
    const __m512i high = _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(sum, 1));
    const __mmask8 weights = 1 << FULL | 1 << WITHIN_28; /* the others come in two parts */
    const __m512i micro = _mm512_mask_mul_epi32(low, weights, low, _mm512_set1_epi64(1000));
    const __m512i joined = _mm512_mask_add_epi64(micro, (__mmask8)~weights, low, _mm512_slli_epi64(high, 16));
    const __m512i before = first ? _mm512_setzero_si512() : _mm512_loadu_si512(sums->loop);
    const __m128i rest = _mm512_extracti32x4_epi32(sum, 3);
    _mm512_storeu_si512(sums->loop, _mm512_add_epi64(before, joined));
    if (first)
        sums->points_112 = sums->intent_28 = sums->intent_112 = sums->lost_to_cap = 0;
    sums->points_112 += INT64_C(1000) * _mm_extract_epi32(rest, WITHIN_112 % 4);
    sums->intent_28 += INT64_C(1000) * _mm_extract_epi32(rest, INTENT_28 % 4);
    sums->intent_112 += INT64_C(1000) * _mm512_reduce_add_epi32(lanes->sum[INTENT_112]);
    sums->uncounted = first ? 0 : sums->uncounted;
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
            sum_16(tables, as_of_day, sums->purchase_day, day + from + shift,
                   _mm_maskz_loadu_epi8((__mmask16)(there >> shift), type + from + shift), &masks, shift,
                   &lanes);
    }
    take_lanes(&lanes, false, sums);
}

static inline void sum_one(const struct fl_row_tables *tables, const struct type_bytes *flags,
                           int32_t as_of_day, const int32_t *day, const uint8_t *type, size_t rows,
                           struct fl_row_sums *sums)
{
    start_intent(flags, day, type, rows, sums);
    for (size_t from = 0; from < rows; from += PART)
        sum_part(tables, flags, as_of_day, day + from, type + from, rows - from < PART ? rows - from : PART,
                 sums);
}

static void sum_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, size_t rows, struct fl_row_sums *sums)
{
    const struct type_bytes flags = load_type_bytes(tables->flags);
    sum_one(tables, &flags, as_of_day, day, type, rows, sums);
}

static inline __m128i sixteenth(__m512i types, unsigned number)
{
    switch (number) { /* the instruction has the number in it */
    case 0:
        return _mm512_castsi512_si128(types);
    case 1:
        return _mm512_extracti32x4_epi32(types, 1);
    case 2:
        return _mm512_extracti32x4_epi32(types, 2);
    default:
        return _mm512_extracti32x4_epi32(types, 3);
    }
}

/* A scope of at most 16 * sixteens rows, with `sixteens` known when this is compiled: no jumps. */
static inline void sum_few(const struct fl_row_tables *tables, const struct type_bytes *flags,
                           int32_t as_of_day, const int32_t *day, const uint8_t *type, size_t rows,
                           unsigned sixteens, struct fl_row_sums *sums)
{
    const __mmask64 there = first_rows(rows);
    const __m512i types = _mm512_maskz_loadu_epi8(there, type);
    const __m512i flags_of_rows = bytes_of(flags, types);
    const struct row_masks masks = masks_of(there, flags_of_rows);
    const uint64_t purchases = with_flag(there, flags_of_rows, FL_ROW_PURCHASE);
    const int32_t last_day = day[63 - (unsigned)__builtin_clzll(purchases | 1)];
    struct lane_sums lanes = {0};
    sums->purchase_day = purchases == 0 ? INT32_MIN : last_day;
    for (unsigned i = 0; i < sixteens; i++)
        sum_16(tables, as_of_day, sums->purchase_day, day + LANES * i, sixteenth(types, i), &masks, LANES * i,
               &lanes);
    take_lanes(&lanes, true, sums);
}

/* How many sixteenths of 64 rows a scope has: 0..3 for up to 16, 32, 48, 64 rows, 4 for more. */
enum { SIZES = 5 };

/* The scopes of each size together: then the loop over a scope's rows is the same each time, where its end
 * could not be foreseen from one customer to the next. */
struct by_size {
    uint16_t scope[SIZES][FL_KERNEL_RUNS_MAX];
    size_t count[SIZES];
};

static void sort_by_size(const uint32_t *starts, const uint32_t *ends, const uint16_t *wanted, size_t count,
                         struct by_size *sorted)
{
    for (size_t size = 0; size < SIZES; size++)
        sorted->count[size] = 0;
    for (size_t k = 0; k < count; k++) {
        const size_t i = wanted[k], rows = ends[i] - starts[i];
        const size_t size = rows > STEP ? SIZES - 1 : (rows - 1) / LANES;
        sorted->scope[size][sorted->count[size]++] = wanted[k];
    }
}

/* The scopes of one size. */
static inline void sum_sized(const struct fl_row_tables *tables, const struct type_bytes *flags,
                             int32_t as_of_day, const int32_t *day, const uint8_t *type,
                             const uint32_t *starts, const uint32_t *ends, const struct by_size *sorted,
                             unsigned size, struct fl_row_sums *sums)
{
    for (size_t k = 0; k < sorted->count[size]; k++) {
        const size_t i = sorted->scope[size][k], start = starts[i];
        sum_few(tables, flags, as_of_day, day + start, type + start, ends[i] - start, size + 1, &sums[i]);
    }
}

static void sum_runs(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, const uint32_t *starts, const uint32_t *ends,
                     const uint16_t *wanted, size_t count, struct fl_row_sums *sums)
{
    const struct type_bytes flags = load_type_bytes(tables->flags);
    struct by_size sorted;
    sort_by_size(starts, ends, wanted, count, &sorted);
    sum_sized(tables, &flags, as_of_day, day, type, starts, ends, &sorted, 0, sums);
    sum_sized(tables, &flags, as_of_day, day, type, starts, ends, &sorted, 1, sums);
    sum_sized(tables, &flags, as_of_day, day, type, starts, ends, &sorted, 2, sums);
    sum_sized(tables, &flags, as_of_day, day, type, starts, ends, &sorted, 3, sums);
    for (size_t k = 0; k < sorted.count[SIZES - 1]; k++) {
        const size_t i = sorted.scope[SIZES - 1][k], start = starts[i];
        sums[i] = (struct fl_row_sums){.purchase_day = INT32_MIN};
        sum_one(tables, &flags, as_of_day, day + start, type + start, ends[i] - start, &sums[i]);
    }
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

static void sum_contributions_of_runs(const struct fl_row_tables *tables, int32_t as_of_day,
                                      const int32_t *day, const uint8_t *type, const uint32_t *starts,
                                      const uint32_t *ends, const uint16_t *wanted, size_t count,
                                      struct fl_row_sums *sums)
{
    fl_sum_each_only(sum_contributions, tables, as_of_day, day, type, starts, ends, wanted, count, sums);
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

static void mark_cut(const uint8_t flags[FL_ROW_TYPES], const uint8_t *type, size_t rows,
                     const uint64_t *same, uint64_t *cut)
{
    const struct type_bytes table = load_type_bytes(flags);
    const size_t words = (rows + STEP - 1) / STEP;
    for (size_t word = 0; word < words; word++) {
        const __mmask64 there = first_rows(rows - word * STEP);
        const __m512i of_rows = bytes_of(&table, _mm512_maskz_loadu_epi8(there, type + word * STEP));
        const uint64_t bit_0 = with_flag(there, of_rows, 1 << FL_ROW_CUT_SHIFT);
        const uint64_t bit_1 = with_flag(there, of_rows, 2 << FL_ROW_CUT_SHIFT);
        const uint64_t left_whole[] = {bit_0 & ~bit_1, bit_1 & ~bit_0, bit_0 & bit_1};
        cut[word] = fl_cut_of_word(same[word], word + 1 < words ? same[word + 1] : 0, left_whole);
    }
}

/* 64 rows that have a successor where `there` says so. */
static inline uint64_t equal_orders(const int64_t *order, const uint8_t *order_null, __mmask64 there)
{
    uint64_t equal = 0;
    if (order_null != NULL) {
        const __m512i nulls = _mm512_or_si512(_mm512_maskz_loadu_epi8(there, order_null),
                                              _mm512_maskz_loadu_epi8(there, order_null + 1));
        there = _mm512_mask_cmpeq_epi8_mask(there, nulls, _mm512_setzero_si512());
    }
    for (unsigned i = 0; i < STEP; i += 8) {
        const __mmask8 asked = (__mmask8)(there >> i);
        const __mmask8 same = _mm512_mask_cmpeq_epi64_mask(asked, _mm512_maskz_loadu_epi64(asked, order + i),
                                                           _mm512_maskz_loadu_epi64(asked, order + i + 1));
        equal |= (uint64_t)same << i;
    }
    return equal;
}

static void mark_equal_orders(const int64_t *order, const uint8_t *order_null, size_t rows,
                              const uint64_t *asked, uint64_t *equal)
{
    for (size_t from = 0; from < rows; from += STEP)
        equal[from / STEP] = asked[from / STEP] == 0
                                 ? 0
                                 : equal_orders(order + from, order_null == NULL ? NULL : order_null + from,
                                                rows_with_next(from, rows));
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

static size_t list_groups(const uint64_t *same, const uint64_t *cut, const uint64_t *equal, size_t rows,
                          struct fl_row_group *groups)
{
    return fl_list_groups_here(same, cut, equal, rows, groups);
}

const struct fl_score_kernels fl_score_avx512 = {
    sum_rows,          sum_contributions, sum_runs,      sum_contributions_of_runs, mark_same, mark_cut,
    mark_equal_orders, list_groups,       count_descents};

#else
typedef int score_avx512_is_for_another_cpu;
#endif
