/* daily_groups.c - what caps and equal orders take from the daily groups of scopes.
 *
 * A third of all groups has more than one row, and a third of these is cut: too many to look at one row after
 * the other, where each end of a group is a jump that cannot be foreseen (110 ns a cut group). So the kernels
 * mark where rows are alike, as bits, and a group is counted by bits. */
#include "engine/daily_groups.h"

#include <assert.h>
#include <string.h>

enum { WORDS = FL_GROUPED_ROWS_MAX / 64 };

/* Of the rows in hand: a bit each, and a word of zeroes behind them. */
struct group_marks {
    uint64_t same[WORDS + 1];  /* the next row has its scope, day and type */
    uint64_t cut[WORDS + 1];   /* a cap or equal orders may cut its group */
    uint64_t equal[WORDS + 1]; /* the next row has its order */
};

/* All bits where it holds: what depends on a row's age must not become a jump. */
static int64_t mask_if(bool holds)
{
    return -(int64_t)holds;
}

static inline void correct(const struct fl_points *points, uint8_t type, int32_t age_days, uint64_t rows,
                           uint64_t units, bool after_purchase, struct fl_row_sums *sums)
{
    const struct fl_type_points *of_type = &points->types[type];
    const struct fl_group_points group = fl_points_of_group(points, type, age_days, rows, units);
    const int64_t contribution = (int64_t)rows * (group.contribution - group.single);
    const int64_t positive = mask_if(of_type->single > 0);
    const int64_t intent = mask_if(of_type->inbound && after_purchase);
    const int64_t within_28 = group.lost_to_cap & positive & mask_if(age_days < 28);
    const int64_t within_112 = group.lost_to_cap & positive & mask_if(age_days < 112);
    sums->uncounted += rows - group.units;
    sums->lost_to_cap += group.lost_to_cap;
    sums->loop[of_type->loop] += contribution;
    sums->positive += contribution & positive;
    sums->full -= group.lost_to_cap;
    sums->points_28 -= within_28;
    sums->points_112 -= within_112;
    sums->intent += contribution & intent;
    sums->intent_28 -= within_28 & intent;
    sums->intent_112 -= within_112 & intent;
}

void fl_daily_group_correct(const struct fl_points *points, uint8_t type, int32_t age_days, uint64_t rows,
                            uint64_t units, bool after_purchase, struct fl_row_sums *sums)
{
    correct(points, type, age_days, rows, units, after_purchase, sums);
}

static void unmark(uint64_t *marks, size_t row)
{
    marks[row / 64] &= ~(UINT64_C(1) << (row % 64));
}

static void mark(const struct fl_points *points, const struct fl_score_kernels *kernels,
                 const struct fl_scope_rows *scopes, size_t rows, struct group_marks *marks)
{
    const struct fl_rows *all = &scopes->rows;
    const size_t words = (rows + 63) / 64;
    kernels->mark_same(all->day + scopes->from, all->type + scopes->from, rows, marks->same);
    for (size_t i = 0; i < scopes->count; i++) /* the last row of a scope has nothing to do with the next */
        unmark(marks->same, scopes->ends[i] - scopes->from - 1);
    for (size_t i = 1; i < scopes->count && scopes->starts != NULL; i++)
        unmark(marks->same, scopes->starts[i] - scopes->from - 1);
    marks->same[words] = marks->cut[words] = marks->equal[words] = 0;
    kernels->mark_cut(points->rows.flags, all->type + scopes->from, rows, marks->same, marks->cut);
    if (all->order == NULL)
        memset(marks->equal, 0, words * sizeof *marks->equal);
    else
        kernels->mark_equal_orders(all->order + scopes->from,
                                   all->order_null == NULL ? NULL : all->order_null + scopes->from, rows,
                                   marks->cut, marks->equal);
}

void fl_daily_groups_correct(const struct fl_points *points, const struct fl_score_kernels *kernels,
                             int32_t as_of_day, const struct fl_scope_rows *scopes, struct fl_row_sums *sums)
{
    struct group_marks marks;
    struct fl_row_group groups[FL_GROUPED_ROWS_MAX / 2 + 4];
    const size_t rows = scopes->ends[scopes->count - 1] - scopes->from;
    assert(rows <= FL_GROUPED_ROWS_MAX);
    mark(points, kernels, scopes, rows, &marks);
    const size_t count = kernels->list_groups(marks.same, marks.cut, marks.equal, rows, groups);
    size_t scope = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t row = scopes->from + groups[i].row;
        const uint8_t type = scopes->rows.type[row];
        const int32_t day = scopes->rows.day[row];
        const uint32_t repeats = points->types[type].by_order ? groups[i].repeats : 0;
        while (scopes->ends[scope] <= row)
            scope++;
        if (row < fl_scope_start(scopes, scope))
            continue; /* of no scope */
        correct(points, type, as_of_day - day, groups[i].rows, groups[i].rows - repeats,
                day > sums[scope].purchase_day, &sums[scope]);
    }
}
