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
size_t fl_count_descents(const int32_t *day, const uint8_t *type, size_t rows);

#endif
