/* score_levels.h - what each level puts into the table of score kernels, for score_kernels.c alone. */
#ifndef ENGINE_KERNELS_SCORE_LEVELS_H
#define ENGINE_KERNELS_SCORE_LEVELS_H

#include "engine/kernels/score_kernels.h"

extern const struct fl_score_kernels fl_score_scalar;
extern const struct fl_score_kernels fl_score_avx2;
extern const struct fl_score_kernels fl_score_avx512;

/* The scalar loops once more: what the wider ones leave over at the end. sum_rows is the first, then the
 * second; marks are made from row `from` on, a multiple of 64. */
void fl_start_intent(const struct fl_row_tables *tables, const int32_t *day, const uint8_t *type, size_t rows,
                     struct fl_row_sums *sums);
void fl_add_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                 const uint8_t *type, size_t rows, struct fl_row_sums *sums);
int64_t fl_add_contributions(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                             const uint8_t *type, size_t rows);
void fl_mark_same_from(const int32_t *day, const uint8_t *type, size_t from, size_t rows, uint64_t *marks);
/* mark_cut of one word: by its marks of mark_same() and those of the next; left_whole[i]: rows whose cap
 * leaves i + 1 rows whole. */
static inline uint64_t fl_cut_of_word(uint64_t same, uint64_t same_next, const uint64_t left_whole[3])
{
    const uint64_t two = same & (same >> 1 | same_next << 63);
    const uint64_t three = two & (same >> 2 | same_next << 62);
    return (left_whole[0] & same) | (left_whole[1] & two) | (left_whole[2] & three);
}
void fl_mark_cut(const uint8_t flags[FL_ROW_TYPES], const uint8_t *type, size_t rows, const uint64_t *same,
                 uint64_t *cut);
void fl_mark_equal_orders(const int64_t *order, const uint8_t *order_null, size_t rows, const uint64_t *asked,
                          uint64_t *equal);
/* sum_runs, sum_contributions_of_runs by the level's own loop over one scope. */
static inline void fl_sum_each(fl_sum_rows *sum_rows, const struct fl_row_tables *tables, int32_t as_of_day,
                               const int32_t *day, const uint8_t *type, const uint32_t *starts,
                               const uint32_t *ends, const uint16_t *wanted, size_t count,
                               struct fl_row_sums *sums)
{
    for (size_t k = 0; k < count; k++) {
        const size_t i = wanted[k], start = starts[i];
        sums[i] = (struct fl_row_sums){.purchase_day = INT32_MIN};
        sum_rows(tables, as_of_day, day + start, type + start, ends[i] - start, &sums[i]);
    }
}
static inline void fl_sum_each_only(fl_sum_contributions *sum_contributions,
                                    const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                                    const uint8_t *type, const uint32_t *starts, const uint32_t *ends,
                                    const uint16_t *wanted, size_t count, struct fl_row_sums *sums)
{
    for (size_t k = 0; k < count; k++) {
        const size_t i = wanted[k], start = starts[i];
        sums[i] = (struct fl_row_sums){.purchase_day = INT32_MIN};
        sums[i].loop[0] = sum_contributions(tables, as_of_day, day + start, type + start, ends[i] - start);
    }
}
size_t fl_count_descents(const int32_t *day, const uint8_t *type, size_t rows);

#endif
