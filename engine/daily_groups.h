/* daily_groups.h - what caps and equal orders take from the daily groups of scopes. */
#ifndef ENGINE_DAILY_GROUPS_H
#define ENGINE_DAILY_GROUPS_H

#include "engine/points.h"

/* Rows of one scope, sorted by day, type, then order (rows without one together). Borrowed. Days are at most
 * the as-of day; types are in the registry. */
struct fl_rows {
    const int32_t *day;
    const uint8_t *type;
    const int64_t *order; /* NULL: no row is of a type that is counted by order, or a purchase; or none has
                         one */
    const uint8_t *order_null; /* 1: the row has none; NULL: each has one */
    /* In minor units of the model's currency: + of purchases, - of returns and cancels, 0 of all else. NULL:
     * not wanted, or 0 everywhere. */
    const int64_t *net, *margin;
    const uint8_t *promoted; /* 1: a purchase with a discount; NULL as above */
    const int32_t *arrival;  /* the row's own day where none is stated; NULL: not wanted */
    size_t count;
};

/* Leaves the first rows out. */
static inline void fl_rows_pass(struct fl_rows *rows, size_t passed)
{
    rows->day += passed;
    rows->type += passed;
    rows->order = rows->order == NULL ? NULL : rows->order + passed;
    rows->order_null = rows->order_null == NULL ? NULL : rows->order_null + passed;
    rows->net = rows->net == NULL ? NULL : rows->net + passed;
    rows->margin = rows->margin == NULL ? NULL : rows->margin + passed;
    rows->promoted = rows->promoted == NULL ? NULL : rows->promoted + passed;
    rows->arrival = rows->arrival == NULL ? NULL : rows->arrival + passed;
    rows->count -= passed;
}

/* Rows of whole scopes one behind the other: the first from row `from` on, scope i up to row ends[i]. With
 * `starts` scope i begins at row starts[i] instead: rows between two scopes, and in front of the first, are
 * of none. */
struct fl_scope_rows {
    struct fl_rows rows;
    const uint32_t *starts; /* NULL: nothing lies between two scopes */
    const uint32_t *ends;
    uint32_t from;
    size_t count; /* scopes */
};

/* Where scope i begins. */
static inline uint32_t fl_scope_start(const struct fl_scope_rows *scopes, size_t i)
{
    return scopes->starts != NULL ? scopes->starts[i] : i == 0 ? scopes->from : scopes->ends[i - 1];
}

/* Those of scope i. */
static inline struct fl_rows fl_scope_rows_of(const struct fl_scope_rows *scopes, size_t i)
{
    struct fl_rows rows = scopes->rows;
    rows.count = scopes->ends[i];
    fl_rows_pass(&rows, fl_scope_start(scopes, i));
    return rows;
}

/* `count` of the scopes, from number `first` on. */
static inline struct fl_scope_rows fl_some_scopes(const struct fl_scope_rows *scopes, size_t first,
                                                  size_t count)
{
    return (struct fl_scope_rows){.rows = scopes->rows,
                                  .starts = scopes->starts == NULL ? NULL : scopes->starts + first,
                                  .ends = scopes->ends + first,
                                  .from = fl_scope_start(scopes, first),
                                  .count = count};
}

/* At most this many rows at a time: their marks are kept on the stack. */
enum { FL_GROUPED_ROWS_MAX = 8192 };

/* The kernel has added each row as if it were alone: takes from sums[i] what caps and equal orders take from
 * the daily groups of scope i. Each group must lie whole in its scope's rows. Requires: each scope has a row,
 * all of them, with what lies between them, take at most FL_GROUPED_ROWS_MAX. */
void fl_daily_groups_correct(const struct fl_points *points, const struct fl_score_kernels *kernels,
                             int32_t as_of_day, const struct fl_scope_rows *scopes, struct fl_row_sums *sums);
/* The same for one group whose rows were counted. */
void fl_daily_group_correct(const struct fl_points *points, uint8_t type, int32_t age_days, uint64_t rows,
                            uint64_t units, bool after_purchase, struct fl_row_sums *sums);

#endif
