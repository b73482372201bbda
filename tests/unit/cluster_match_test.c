/* cluster_match_test.c - the one-to-one assignment with the largest sum.
 *
 * Small tables of few different values, so with many ties, are compared with the best of all assignments.
 * Large ones are made so that the best is known: prices of rows and columns that no other pair can beat. */
#include "tests/unit/engine_fixture.h"

#include "engine/clusters/cluster_match.h"

enum { SIDE_MAX = 6 };

/* The largest sum of pairs, each row from `row` on taking another free column; `spare` rows get none. */
static int64_t best_sum(const int64_t *values, size_t rows, size_t columns, size_t row, size_t spare,
                        unsigned taken)
{
    if (row == rows)
        return 0;
    int64_t best = spare == 0 ? INT64_MIN : best_sum(values, rows, columns, row + 1, spare - 1, taken);
    for (size_t column = 0; column < columns; column++) {
        if ((taken >> column & 1) != 0)
            continue;
        const int64_t rest = best_sum(values, rows, columns, row + 1, spare, taken | 1u << column);
        if (rest != INT64_MIN && values[row * columns + column] + rest > best)
            best = values[row * columns + column] + rest;
    }
    return best;
}

/* The sum of an assignment that gives no column twice, and as many as can be given. */
static int64_t sum_of(const int64_t *values, size_t rows, size_t columns, const uint32_t *column_of)
{
    int64_t sum = 0;
    size_t pairs = 0;
    bool taken[FL_CLUSTERS_MAX] = {false};
    for (size_t row = 0; row < rows; row++) {
        const uint32_t column = column_of[row];
        if (column == FL_NO_CLUSTER)
            continue;
        assert_true(column < columns && !taken[column]);
        taken[column] = true;
        sum += values[row * columns + column];
        pairs++;
    }
    assert_int_equal(pairs, rows < columns ? rows : columns);
    return sum;
}

static void test_small_ones_against_all_assignments(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (int i = 0; i < 3000; i++) {
        const size_t rows = 1 + next_random(&random) % SIDE_MAX,
                     columns = 1 + next_random(&random) % SIDE_MAX;
        const uint64_t kinds = i % 2 == 0 ? 4 : 1u << 20;
        int64_t values[SIDE_MAX * SIDE_MAX];
        uint32_t column_of[SIDE_MAX], again[SIDE_MAX];
        for (size_t j = 0; j < rows * columns; j++)
            values[j] = (int64_t)(next_random(&random) % kinds) - (int64_t)(kinds / 2);
        fl_cluster_match(values, rows, columns, column_of);
        assert_true(sum_of(values, rows, columns, column_of) ==
                    best_sum(values, rows, columns, 0, rows > columns ? rows - columns : 0, 0));
        fl_cluster_match(values, rows, columns, again);
        assert_memory_equal(column_of, again, rows * sizeof *again);
    }
}

/* values = price of the row + price of the column - what keeps the pair from being taken, which is 0 for a
 * hidden permutation: its sum is all prices. */
static void test_large_one_with_a_known_best(void **state)
{
    enum { SIDE = FL_CLUSTERS_MAX };
    static int64_t values[SIDE * SIDE];
    const int64_t largest = INT64_C(1) << 38;
    uint64_t random = 8;
    uint32_t hidden[SIDE], column_of[SIDE];
    int64_t row_price[SIDE], column_price[SIDE], sum = 0;
    (void)state;
    for (uint32_t i = 0; i < SIDE; i++) {
        const uint32_t other = (uint32_t)(next_random(&random) % (i + 1));
        hidden[i] = hidden[other];
        hidden[other] = i;
        row_price[i] = (int64_t)(next_random(&random) % (uint64_t)largest);
        column_price[i] = -(int64_t)(next_random(&random) % (uint64_t)largest);
        sum += row_price[i] + column_price[i];
    }
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const size_t row = i / SIDE, column = i % SIDE;
        const int64_t keeps = (int64_t)(next_random(&random) % (uint64_t)largest) + 1;
        values[i] = row_price[row] + column_price[column] - (hidden[row] == column ? 0 : keeps);
    }
    fl_cluster_match(values, SIDE, SIDE, column_of);
    assert_memory_equal(column_of, hidden, sizeof hidden);
    assert_true(sum_of(values, SIDE, SIDE, column_of) == sum);
}

static void test_nothing_to_match(void **state)
{
    uint32_t column_of[2] = {7, 7};
    (void)state;
    fl_cluster_match(NULL, 0, 5, column_of);
    assert_int_equal(column_of[0], 7);
    fl_cluster_match(NULL, 2, 0, column_of);
    assert_int_equal(column_of[0], FL_NO_CLUSTER);
    assert_int_equal(column_of[1], FL_NO_CLUSTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_ones_against_all_assignments),
        cmocka_unit_test(test_large_one_with_a_known_best),
        cmocka_unit_test(test_nothing_to_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
