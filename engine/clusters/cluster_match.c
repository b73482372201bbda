/* cluster_match.c - the one-to-one assignment with the largest sum.
 *
 * The Hungarian method: rows are added one by one, each by the cheapest chain of rows that give up their
 * column for another. Prices of rows and columns keep every cost less its two prices at 0 or above, and at 0
 * for pairs, which proves that no assignment is cheaper. */
#include "engine/clusters/cluster_match.h"

#include <assert.h>
#include <stdbool.h>

/* Row and column 0 are none, so that all are counted from 1. */
enum { PLACES = FL_CLUSTERS_MAX + 1 };

struct search {
    const int64_t *values;
    size_t rows, columns;         /* rows <= columns */
    size_t row_step, column_step; /* in `values` */
    int64_t row_price[PLACES], column_price[PLACES];
    size_t row_of[PLACES]; /* of a column; 0: none */
    /* While a row is added, by column: what reaching it costs, the column before, whether it was reached. */
    int64_t least[PLACES];
    size_t before[PLACES];
    bool reached[PLACES];
};

static int64_t cost_of(const struct search *search, size_t row, size_t column)
{
    return -search->values[(row - 1) * search->row_step + (column - 1) * search->column_step] -
           search->row_price[row] - search->column_price[column];
}

/* From `column`, just reached, to its row's other columns; returns the one that is reached next. */
static size_t reach_next(struct search *search, size_t column)
{
    const size_t row = search->row_of[column];
    size_t next = 0;
    for (size_t other = 1; other <= search->columns; other++) {
        if (search->reached[other])
            continue;
        const int64_t cost = cost_of(search, row, other);
        if (cost < search->least[other]) {
            search->least[other] = cost;
            search->before[other] = column;
        }
        if (next == 0 || search->least[other] < search->least[next])
            next = other;
    }
    return next;
}

/* So that the way to the next column costs nothing. */
static void change_prices(struct search *search, int64_t by)
{
    for (size_t column = 0; column <= search->columns; column++) {
        if (search->reached[column]) {
            search->row_price[search->row_of[column]] += by;
            search->column_price[column] -= by;
        } else {
            search->least[column] -= by;
        }
    }
}

static void add_row(struct search *search, size_t row)
{
    size_t column = 0; /* which stands for the new row as long as it has none */
    search->row_of[0] = row;
    for (size_t i = 0; i <= search->columns; i++) {
        search->least[i] = INT64_MAX;
        search->reached[i] = false;
    }
    while (search->row_of[column] != 0) {
        search->reached[column] = true;
        const size_t next = reach_next(search, column);
        change_prices(search, search->least[next]);
        column = next;
    }
    while (column != 0) {
        const size_t before = search->before[column];
        search->row_of[column] = search->row_of[before];
        column = before;
    }
}

void fl_cluster_match(const int64_t *values, size_t rows, size_t columns, uint32_t *column_of)
{
    assert(rows <= FL_CLUSTERS_MAX && columns <= FL_CLUSTERS_MAX);
    const bool turned = rows > columns;
    struct search search = {.values = values,
                            .rows = turned ? columns : rows,
                            .columns = turned ? rows : columns,
                            .row_step = turned ? 1 : columns,
                            .column_step = turned ? columns : 1};
    for (size_t row = 1; row <= search.rows; row++)
        add_row(&search, row);
    for (size_t row = 0; row < rows; row++)
        column_of[row] = FL_NO_CLUSTER;
    for (size_t column = 1; column <= search.columns; column++) {
        const size_t row = search.row_of[column];
        if (row != 0 && turned)
            column_of[column - 1] = (uint32_t)(row - 1);
        else if (row != 0)
            column_of[row - 1] = (uint32_t)(column - 1);
    }
}
