/* night_view_test.c - what each night knew of some customers, against a row by row choice.
 *
 * Random customers of 0 to 40 rows, each column filled with numbers of its own, with arrivals that are none,
 * on time, early or late; nights before, among and after the days. What a night is given is put together
 * again from all it is given and must be the very rows, of the very customers, in every column; each row must
 * have one fate. A piece without optional columns must come without them. */
#include "tests/unit/engine_fixture.h"

#include "engine/night_view.h"

enum { CUSTOMERS = 300, ROWS_MAX = CUSTOMERS * 40, FIRST_DAY = 20000, DAYS = 40, REPORT_DAYS = 5 };

static struct {
    int32_t day[ROWS_MAX], arrival[ROWS_MAX];
    uint8_t type[ROWS_MAX], order_null[ROWS_MAX], promoted[ROWS_MAX];
    int64_t order[ROWS_MAX], net[ROWS_MAX], margin[ROWS_MAX];
    uint32_t words[FL_WORDED_SCOPES][ROWS_MAX];
} all;
static int64_t customers[CUSTOMERS];
static uint32_t ends[CUSTOMERS];

static int32_t arrival_of(int32_t day, unsigned late_in_100, uint64_t *random)
{
    const int32_t shift = (int32_t)(next_random(random) % 9);
    return next_random(random) % 100 < late_in_100 ? day + shift : day - shift / 8;
}

static void make_rows(unsigned late_in_100, uint64_t seed)
{
    size_t row = 0;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        const size_t count = 1 + next_random(&seed) % 40;
        int32_t day = FIRST_DAY + (int32_t)(next_random(&seed) % DAYS);
        for (size_t k = 0; k < count; k++, row++) {
            day += (int32_t)(next_random(&seed) % 3);
            all.day[row] = day;
            all.arrival[row] = arrival_of(day, late_in_100, &seed);
            all.type[row] = (uint8_t)next_random(&seed);
            all.order_null[row] = (uint8_t)(next_random(&seed) % 2);
            all.promoted[row] = (uint8_t)(next_random(&seed) % 2);
            all.order[row] = (int64_t)next_random(&seed);
            all.net[row] = (int64_t)next_random(&seed);
            all.margin[row] = (int64_t)next_random(&seed);
            for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
                all.words[scope][row] = (uint32_t)next_random(&seed);
        }
        customers[i] = (int64_t)i * 3 - 100;
        ends[i] = (uint32_t)row;
    }
}

static struct fl_scan_piece whole_piece(bool with_arrival)
{
    struct fl_scan_piece piece = {.customers = customers,
                                  .scopes = {.rows = {.day = all.day,
                                                      .type = all.type,
                                                      .order = all.order,
                                                      .order_null = all.order_null,
                                                      .net = all.net,
                                                      .margin = all.margin,
                                                      .promoted = all.promoted,
                                                      .arrival = with_arrival ? all.arrival : NULL,
                                                      .count = ends[CUSTOMERS - 1]},
                                             .ends = ends,
                                             .count = CUSTOMERS},
                                  .whole = true};
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        piece.words[scope] = all.words[scope];
    return piece;
}

/* Row `row` of the view's piece is row `from` of all. */
static void assert_same_row(const struct fl_scan_piece *piece, size_t row, size_t from)
{
    const struct fl_rows *rows = &piece->scopes.rows;
    assert_int_equal(rows->day[row], all.day[from]);
    assert_int_equal(rows->type[row], all.type[from]);
    assert_int_equal(rows->order_null[row], all.order_null[from]);
    assert_int_equal(rows->promoted[row], all.promoted[from]);
    assert_true(rows->order[row] == all.order[from] && rows->net[row] == all.net[from] &&
                rows->margin[row] == all.margin[from]);
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        assert_int_equal(piece->words[scope][row], all.words[scope][from]);
}

static bool is_known(size_t row, int32_t as_of_day, bool with_arrival)
{
    return all.day[row] <= as_of_day && (!with_arrival || all.arrival[row] <= as_of_day);
}

/* The rows of customer number i that were known, one by one; returns how many. */
static size_t assert_customer(const struct fl_night_view *view, size_t kept, size_t i, int32_t as_of_day,
                              bool with_arrival)
{
    size_t at = kept == SIZE_MAX ? 0 : fl_scope_start(&view->piece.scopes, kept), known = 0;
    for (size_t row = i == 0 ? 0 : ends[i - 1]; row < ends[i]; row++) {
        if (!is_known(row, as_of_day, with_arrival))
            continue;
        assert_true(kept != SIZE_MAX && at < view->piece.scopes.ends[kept]);
        assert_same_row(&view->piece, at++, row);
        known++;
    }
    if (kept != SIZE_MAX)
        assert_int_equal(at, view->piece.scopes.ends[kept]);
    return known;
}

static void count_row(size_t row, int32_t as_of_day, bool with_arrival, struct fl_run_counts *counts)
{
    const int32_t waited = with_arrival ? all.arrival[row] - all.day[row] : 0;
    const bool known = is_known(row, as_of_day, with_arrival);
    counts->rows_in++;
    counts->after_as_of += all.day[row] > as_of_day;
    counts->not_yet_known += all.day[row] <= as_of_day && !known;
    counts->scored += known;
    counts->late += known && waited > 0;
    counts->late_reported += known && waited > REPORT_DAYS;
}

/* One night of some customers; `takes` grows by the number of views it came in. */
static void check_night(struct fl_night_view *view, size_t first, size_t count, int32_t as_of_day,
                        bool with_arrival, size_t *takes)
{
    struct fl_run_counts counts = {0}, wanted = {0};
    size_t i = first;
    fl_night_view_restart(view);
    while (fl_night_view_more(view)) {
        assert_int_equal(fl_night_view_take(view, as_of_day, &counts, NULL), FL_OK);
        ++*takes;
        for (size_t kept = 0; kept < view->piece.scopes.count; kept++) {
            while (i < view->kept[kept]) /* left out: nothing of them was known */
                assert_int_equal(assert_customer(view, SIZE_MAX, i++, as_of_day, with_arrival), 0);
            assert_int_equal(view->kept[kept], i);
            assert_true(view->piece.customers[kept] == customers[i]);
            assert_true(assert_customer(view, kept, i++, as_of_day, with_arrival) > 0);
        }
    }
    while (i < first + count)
        assert_int_equal(assert_customer(view, SIZE_MAX, i++, as_of_day, with_arrival), 0);
    for (size_t row = first == 0 ? 0 : ends[first - 1]; row < ends[first + count - 1]; row++)
        count_row(row, as_of_day, with_arrival, &wanted);
    assert_memory_equal(&counts, &wanted, sizeof counts);
}

/* All customers, as many at once as there may be; returns in how many views they came. */
static size_t check_all(bool with_arrival)
{
    const struct fl_scan_piece piece = whole_piece(with_arrival);
    struct fl_night_view *view = calloc(1, sizeof *view);
    size_t takes = 0;
    assert_non_null(view);
    for (size_t first = 0; first < CUSTOMERS; first += FL_CUSTOMERS_AT_ONCE) {
        const size_t left = CUSTOMERS - first,
                     count = left < FL_CUSTOMERS_AT_ONCE ? left : FL_CUSTOMERS_AT_ONCE;
        fl_night_view_begin(view, &piece, first, count, REPORT_DAYS);
        for (int32_t day = FIRST_DAY - 1; day < FIRST_DAY + DAYS + 90; day += day % 4 == 0 ? 9 : 1)
            check_night(view, first, count, day, with_arrival, &takes);
    }
    fl_night_view_release(view);
    free(view);
    return takes;
}

static void test_each_night(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 4; seed++) {
        make_rows(0, seed);
        const size_t fewest = check_all(true);
        assert_int_equal(check_all(false), fewest);
        make_rows(2, seed);
        assert_true(check_all(true) > fewest); /* some were copied */
        assert_int_equal(check_all(false), fewest);
        make_rows(70, seed);
        assert_true(check_all(true) > fewest);
    }
}

/* What a piece does not have, its views do not have either, copied or not. */
static void test_missing_columns(void **state)
{
    (void)state;
    make_rows(30, 9);
    struct fl_scan_piece piece = whole_piece(true);
    piece.scopes.rows.order = piece.scopes.rows.net = piece.scopes.rows.margin = NULL;
    piece.scopes.rows.order_null = piece.scopes.rows.promoted = NULL;
    memset(piece.words, 0, sizeof piece.words);
    struct fl_night_view *view = calloc(1, sizeof *view);
    assert_non_null(view);
    bool seen[2] = {false, false};
    fl_night_view_begin(view, &piece, 0, FL_CUSTOMERS_AT_ONCE, REPORT_DAYS);
    while (fl_night_view_more(view)) {
        struct fl_run_counts counts = {0};
        assert_int_equal(fl_night_view_take(view, FIRST_DAY + 20, &counts, NULL), FL_OK);
        const struct fl_rows *rows = &view->piece.scopes.rows;
        assert_true(rows->order == NULL && rows->order_null == NULL && rows->net == NULL &&
                    rows->margin == NULL && rows->promoted == NULL);
        for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
            assert_null(view->piece.words[scope]);
        seen[view->copied] = true;
    }
    assert_true(seen[0] && seen[1]);
    fl_night_view_release(view);
    free(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_night),
                                       cmocka_unit_test(test_missing_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
