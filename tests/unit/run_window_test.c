/* run_window_test.c - windows give every run of every cursor once, by customer, in the order of the cursors.
 *
 * Cursors are made of arrays of customers alone: dense ones, spread over all 64 bits, and clusters far apart;
 * 1 to 4096 cursors, of one run to thousands. What a window leaves at the end of a block is taken by hand, as
 * the scan does. */
#include "tests/unit/engine_fixture.h"

#include "engine/run_window.h"

enum spread { DENSE, HASHED, CLUSTERED, SPREADS };

static int64_t make_customer(enum spread spread, int64_t before, uint64_t *random)
{
    const uint64_t dice = next_random(random);
    if (spread == DENSE)
        return before + 1 + (int64_t)(dice % 3);
    if (spread == CLUSTERED && dice % 50 != 0)
        return before + 1;
    return before + 1 + (int64_t)(dice >> (spread == HASHED ? 14 : 20));
}

/* Each cursor its own, equal ones among them; the least and the greatest number too. */
static int64_t *make_customers(struct fl_scan_cursor *cursor, size_t count, enum spread spread,
                               uint64_t *random)
{
    int64_t *customers = calloc(count, sizeof *customers);
    assert_non_null(customers);
    int64_t customer = spread == HASHED ? INT64_MIN : -20;
    for (size_t i = 0; i < count; i++) {
        customers[i] = customer;
        customer = make_customer(spread, customer, random);
    }
    if (spread == HASHED && count > 1)
        customers[count - 1] = INT64_MAX;
    *cursor = (struct fl_scan_cursor){.run_customers = customers, .run_count = count};
    return customers;
}

struct taken {
    int64_t customer;
    size_t runs;
    uint32_t cursor;
};

static void take(struct taken *taken, int64_t customer, uint32_t cursor)
{
    assert_true(taken->runs == 0 || customer >= taken->customer);
    if (taken->runs > 0 && customer == taken->customer)
        assert_true(cursor > taken->cursor);
    taken->customer = customer;
    taken->cursor = cursor;
    taken->runs++;
}

static void take_window(const struct fl_run_window *window, struct fl_scan_cursor *const *active,
                        int64_t bound, struct taken *taken)
{
    for (size_t i = 0; i < window->count; i++) {
        const struct fl_window_run *run = &window->runs[i];
        assert_true(run->customer < bound);
        assert_int_equal(active[run->cursor]->run_customers[run->run], run->customer);
        assert_true(run->run < active[run->cursor]->taken);
        take(taken, run->customer, run->cursor);
    }
}

static size_t take_last(struct fl_scan_cursor **active, size_t count, int64_t customer, struct taken *taken)
{
    size_t kept = 0, ended = 0;
    for (size_t i = 0; i < count; i++) {
        struct fl_scan_cursor *cursor = active[i];
        assert_true(cursor->run_customers[cursor->taken] >= customer);
        if (cursor->run_customers[cursor->taken] == customer) {
            take(taken, customer, (uint32_t)i);
            cursor->taken++;
        }
        ended += cursor->taken == cursor->run_count;
        if (cursor->taken < cursor->run_count)
            active[kept++] = cursor;
    }
    assert_true(ended > 0);
    return kept;
}

static void try_cursors(size_t count, size_t runs_max, enum spread spread, uint64_t *random)
{
    struct fl_scan_cursor *cursors = calloc(count, sizeof *cursors);
    struct fl_scan_cursor **active = calloc(count, sizeof(struct fl_scan_cursor *));
    struct fl_run_window *window = calloc(1, sizeof *window);
    struct taken taken = {0};
    size_t all = 0;
    assert_true(cursors != NULL && active != NULL && window != NULL);
    for (size_t i = 0; i < count; i++) {
        const size_t runs = 1 + next_random(random) % runs_max;
        (void)make_customers(&cursors[i], runs, spread, random);
        active[i] = &cursors[i];
        all += runs;
    }
    for (size_t left = count; left > 0;) {
        const int64_t bound = fl_run_window_fill(window, active, left);
        assert_true(window->count <= FL_WINDOW_RUNS && window->next == 0);
        take_window(window, active, bound, &taken);
        if (window->count == 0)
            left = take_last(active, left, bound, &taken);
    }
    assert_int_equal(taken.runs, all);
    for (size_t i = 0; i < count; i++)
        free(cursors[i].run_customers);
    free(window);
    free(active);
    free(cursors);
}

static void test_windows(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 2, 3, 30, 64, 65, 400, 4096};
    uint64_t random = 5;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (int spread = 0; spread < SPREADS; spread++) {
            try_cursors(counts[i], 1, (enum spread)spread, &random);
            try_cursors(counts[i], 1 + 20000 / counts[i], (enum spread)spread, &random);
        }
    }
}

static void test_same(void **state)
{
    (void)state;
    struct fl_window_run runs[] = {{1, 0, 0}, {2, 0, 1}, {2, 1, 0}, {2, 4, 0}, {3, 1, 1}};
    struct fl_run_window *window = calloc(1, sizeof *window);
    assert_non_null(window);
    window->runs = runs;
    window->count = 5;
    assert_int_equal(fl_run_window_same(window), 1);
    window->next = 1;
    assert_int_equal(fl_run_window_same(window), 3);
    window->next = 4;
    assert_int_equal(fl_run_window_same(window), 1);
    free(window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_windows), cmocka_unit_test(test_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
