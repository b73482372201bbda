/* score_scalar.c - what the score kernels mean. */
#include "engine/kernels/row_groups.h"
#include "engine/kernels/score_levels.h"

#include <stdbool.h>

void fl_start_intent(const struct fl_row_tables *tables, const int32_t *day, const uint8_t *type, size_t rows,
                     struct fl_row_sums *sums)
{
    while (rows > 0 && (tables->flags[type[rows - 1]] & FL_ROW_PURCHASE) == 0)
        rows--;
    if (rows == 0)
        return;
    sums->purchase_day = day[rows - 1];
    sums->intent = sums->intent_28 = sums->intent_112 = 0;
}

static int32_t contribution_of(const struct fl_row_tables *tables, uint32_t age, uint8_t type)
{
    return tables->contributions[type * tables->ages + (age < tables->ages ? age : tables->ages - 1)];
}

void fl_add_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                 const uint8_t *type, size_t rows, struct fl_row_sums *sums)
{
    for (size_t row = 0; row < rows; row++) {
        const uint32_t age = (uint32_t)(as_of_day - day[row]);
        const uint8_t flags = tables->flags[type[row]];
        const int32_t points = 1000 * tables->weights[type[row]];
        const int32_t contribution = contribution_of(tables, age, type[row]);
        const int32_t within_28 = age < 28 && points > 0 ? points : 0;
        const int32_t within_112 = age < 112 && points > 0 ? points : 0;
        sums->loop[flags & FL_ROW_LOOP] += contribution;
        sums->positive += contribution > 0 ? contribution : 0;
        sums->full += points;
        sums->points_28 += within_28;
        sums->points_112 += within_112;
        if ((flags & FL_ROW_INBOUND) == 0 || day[row] <= sums->purchase_day)
            continue;
        sums->intent += contribution;
        sums->intent_28 += within_28;
        sums->intent_112 += within_112;
    }
}

static void sum_rows(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                     const uint8_t *type, size_t rows, struct fl_row_sums *sums)
{
    fl_start_intent(tables, day, type, rows, sums);
    fl_add_rows(tables, as_of_day, day, type, rows, sums);
}

int64_t fl_add_contributions(const struct fl_row_tables *tables, int32_t as_of_day, const int32_t *day,
                             const uint8_t *type, size_t rows)
{
    int64_t sum = 0;
    for (size_t row = 0; row < rows; row++)
        sum += contribution_of(tables, (uint32_t)(as_of_day - day[row]), type[row]);
    return sum;
}

void fl_mark_same_from(const int32_t *day, const uint8_t *type, size_t from, size_t rows, uint64_t *marks)
{
    for (size_t row = from; row < rows; row += 64) {
        uint64_t word = 0;
        for (size_t i = row; i < row + 64 && i + 1 < rows; i++)
            word |= (uint64_t)((day[i] == day[i + 1]) & (type[i] == type[i + 1])) << (i - row);
        marks[row / 64] = word;
    }
}

static void mark_same(const int32_t *day, const uint8_t *type, size_t rows, uint64_t *marks)
{
    fl_mark_same_from(day, type, 0, rows, marks);
}

size_t fl_count_descents(const int32_t *day, const uint8_t *type, size_t rows)
{
    size_t descents = 0;
    for (size_t row = 1; row < rows; row++)
        descents +=
            (size_t)((day[row] < day[row - 1]) | ((day[row] == day[row - 1]) & (type[row] < type[row - 1])));
    return descents;
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
    fl_sum_each_only(fl_add_contributions, tables, as_of_day, day, type, starts, ends, wanted, count, sums);
}

void fl_mark_cut(const uint8_t flags[FL_ROW_TYPES], const uint8_t *type, size_t rows, const uint64_t *same,
                 uint64_t *cut)
{
    const size_t words = (rows + 63) / 64;
    for (size_t word = 0; word < words; word++) {
        uint64_t left_whole[4] = {0};
        for (size_t row = 64 * word; row < rows && row < 64 * (word + 1); row++)
            left_whole[(flags[type[row]] & FL_ROW_CUT) >> FL_ROW_CUT_SHIFT] |= UINT64_C(1) << (row % 64);
        cut[word] = fl_cut_of_word(same[word], word + 1 < words ? same[word + 1] : 0, left_whole + 1);
    }
}

void fl_mark_equal_orders(const int64_t *order, const uint8_t *order_null, size_t rows, const uint64_t *asked,
                          uint64_t *equal)
{
    for (size_t from = 0; from < rows; from += 64) {
        uint64_t word = 0;
        for (size_t row = from; asked[from / 64] != 0 && row < from + 64 && row + 1 < rows; row++) {
            const bool null = order_null != NULL && (order_null[row] | order_null[row + 1]) != 0;
            word |= (uint64_t)(!null && order[row] == order[row + 1]) << (row - from);
        }
        equal[from / 64] = word;
    }
}

static size_t list_groups(const uint64_t *same, const uint64_t *cut, const uint64_t *equal, size_t rows,
                          struct fl_row_group *groups)
{
    return fl_list_groups_here(same, cut, equal, rows, groups);
}

const struct fl_score_kernels fl_score_scalar = {
    sum_rows,    fl_add_contributions, sum_runs,    sum_contributions_of_runs, mark_same,
    fl_mark_cut, fl_mark_equal_orders, list_groups, fl_count_descents};
