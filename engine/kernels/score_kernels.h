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
    FL_ROW_PURCHASE = 8,
    FL_ROW_CUT = 48, /* two bits, from FL_ROW_CUT_SHIFT on: so many rows of one day and type are left whole by
                        the type's cap, 3 for three or more; 0: any number is */
    FL_ROW_CUT_SHIFT = 4
};

/* What is looked up for each row. */
struct fl_row_tables {
    const int32_t *contributions; /* [type * ages + age]; below 2^30 in magnitude */
    uint32_t ages;                /* entries of a line, for ages 0 .. ages - 2; the last is for all above */
    /* Thousandths of a point, at most 10^6 in magnitude; contributions have the same sign, or are 0. */
    int32_t weights[FL_ROW_TYPES];
    uint8_t flags[FL_ROW_TYPES + 3]; /* of FL_ROW_...; three more, as a vector takes four bytes for one */
};

/* Of one scope. The order is that of the lanes in score_avx512.c. */
struct fl_row_sums {
    int64_t loop[FL_ROW_LOOPS]; /* contributions */
    int64_t positive;           /* contributions above 0 */
    int64_t intent;             /* contributions of inbound rows after purchase_day */
    int64_t full;               /* micro-points of the weights: points, from here on */
    /* Points above 0 of ages 0..27 and 0..111; intent_...: of the rows in intent. */
    int64_t points_28, points_112, intent_28, intent_112;
    int32_t purchase_day; /* INT32_MIN: none yet */
    /* Of the daily groups, which the kernels leave 0. */
    int64_t lost_to_cap;
    uint64_t uncounted; /* rows that are no units */
};

/* Rows one behind the other that hang together. */
struct fl_row_group {
    uint32_t row, rows, repeats;
};

enum { FL_KERNEL_RUNS_MAX = 256 };
typedef void fl_sum_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                         const uint8_t *type, size_t rows, struct fl_row_sums *sums);
typedef int64_t fl_sum_contributions(const struct fl_row_tables *tables, int32_t as_of_day,
                                     const int32_t *day, const uint8_t *type, size_t rows);
typedef void fl_sum_runs(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                         const uint8_t *type, const uint32_t *starts, const uint32_t *ends,
                         const uint16_t *wanted, size_t count, struct fl_row_sums *sums);

/* Each row by itself, as if no other had its day and type. None reads past its rows; any alignment, 0 rows
 * too. The scalar loops in score_scalar.c are the meaning; each level gives the same bits. */
struct fl_score_kernels {
    /* Adds the rows to `sums`. With a purchase among them, of which the last one's day counts, intent starts
     * anew behind it. Requires: days ascend, none is after as_of_day. */
    fl_sum_rows *sum_rows;
    /* The sum of contributions alone. */
    fl_sum_contributions *sum_contributions;
    /* The two above for several scopes, scope i from row starts[i] up to row ends[i], of which the `count`
     * with the numbers in `wanted` are summed: sums[i] as from nothing; contributions alone are summed in
     * loop[0]. Requires: at most FL_KERNEL_RUNS_MAX scopes, each of at least one row. */
    fl_sum_runs *sum_runs, *sum_contributions_of_runs;
    /* Bit i of marks[i / 64]: row i + 1 is there and has the day and type of row i. (rows + 63) / 64 words.
     */
    void (*mark_same)(const int32_t *day, const uint8_t *type, size_t rows, uint64_t *marks);
    /* Bit i: by the marks of mark_same() row i begins more rows of its day and type than FL_ROW_CUT leaves
     * whole. Every row of them has its bit, but for as many last ones. */
    void (*mark_cut)(const uint8_t flags[FL_ROW_TYPES], const uint8_t *type, size_t rows,
                     const uint64_t *same, uint64_t *cut);
    /* Bit i, where its word of `asked` is not 0: row i + 1 is there and has the order of row i. order_null as
     * in struct fl_rows. */
    void (*mark_equal_orders)(const int64_t *order, const uint8_t *order_null, size_t rows,
                              const uint64_t *asked, uint64_t *equal);
    /* Lists the groups of rows that are marked the same, from the first row of each with a mark in `cut` on;
     * `repeats` counts their marks in `equal`. A word of zeroes must follow the (rows + 63) / 64 of each.
     * Returns how many, at most rows / 2; four more may be written to. */
    size_t (*list_groups)(const uint64_t *same, const uint64_t *cut, const uint64_t *equal, size_t rows,
                          struct fl_row_group *groups);
    /* How many rows are before the row in front of them, by day, then type. */
    size_t (*count_descents)(const int32_t *day, const uint8_t *type, size_t rows);
};

/* The table of one level, for tests and benches: the CPU must have it. */
const struct fl_score_kernels *fl_score_kernels_of(enum fl_cpu_level level);
/* The table of fl_cpu_level(). */
const struct fl_score_kernels *fl_score_kernels(void);

#endif
