/* score_kernels.h - the loops over rows in (day, type) order, one table for each CPU level. */
#ifndef ENGINE_KERNELS_SCORE_KERNELS_H
#define ENGINE_KERNELS_SCORE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "formats/base/cpu.h"

enum { FL_ROW_TYPES = 256, FL_ROW_LOOPS = 4 };
enum {
    FL_ROW_LOOP = 3, /* two bits: the type's loop */
    FL_ROW_INBOUND = 4,
    FL_ROW_PURCHASE = 8
};

/* What is looked up for each row. */
struct fl_row_tables {
    const int32_t *contributions; /* [type * ages + age]; below 2^30 in magnitude */
    uint32_t ages;                /* entries of a line, for ages 0 .. ages - 2; the last is for all above */
    /* Thousandths of a point, at most 10^6 in magnitude; contributions have the same sign, or are 0. */
    int32_t weights[FL_ROW_TYPES];
    uint8_t flags[FL_ROW_TYPES + 3]; /* of FL_ROW_...; three more, as a vector takes four bytes for one */
};

struct fl_row_sums {
    int64_t loop[FL_ROW_LOOPS];    /* contributions */
    int64_t positive;              /* contributions above 0 */
    int64_t full;                  /* micro-points of the weights: points, from here on */
    int64_t points_28, points_112; /* points above 0 of ages 0..27, 0..111 */
    int64_t intent; /* contributions of inbound rows after purchase_day; next two: their points */
    int64_t intent_28, intent_112;
    int32_t purchase_day; /* INT32_MIN: none yet */
};

/* Each row by itself, as if no other had its day and type. None reads past its rows; any alignment, 0 rows
 * too. The scalar loops in score_scalar.c are the meaning; each level gives the same bits. */
struct fl_score_kernels {
    /* Adds the rows to `sums`. With a purchase among them, of which the last one's day counts, intent starts
     * anew behind it. Requires: days ascend, none is after as_of_day. */
    void (*sum_rows)(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, size_t rows, struct fl_row_sums *sums);
    /* The sum of contributions alone. */
    int64_t (*sum_contributions)(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                                 const uint8_t *type, size_t rows);
    /* Bit i of marks[i / 64]: row i + 1 is there and has the day and type of row i. (rows + 63) / 64 words.
     */
    void (*mark_same)(const int32_t *day, const uint8_t *type, size_t rows, uint64_t *marks);
    /* How many rows are before the row in front of them, by day, then type. */
    size_t (*count_descents)(const int32_t *day, const uint8_t *type, size_t rows);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_score_kernels *fl_score_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_score_kernels *fl_score_kernels(void);

#endif
