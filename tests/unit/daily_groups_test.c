/* daily_groups_test.c - sums of lone rows, corrected, are what the slow scorer says of the same rows.
 *
 * The kernels sum each row as if it were alone; after the correction nothing may differ from slow_scorer.h,
 * which counts groups. score_test.c does this with random customers; here are the edges: as many rows as may
 * be taken at once, as pairs and as one group, groups of each length that begin at each place of a word of
 * marks, equal rows on both sides of a scope's end, orders that are equal, different, absent. Each level of
 * the CPU, each cap from none to 6, by row and by order. */
#include "tests/unit/slow_scorer.h"

enum { AS_OF = 20000, ROWS_MAX = FL_GROUPED_ROWS_MAX, FROM = 3, TYPES = 14 };

static struct fl_model *model;
static struct fl_points *points;
static struct fixture_row rows[FROM + ROWS_MAX];

/* Types 1 .. TYPES: cap 0 .. 6, first by row, then by order; all inbound, each third of negative weight. */
static int make_model(void **state)
{
    (void)state;
    model = default_model();
    for (unsigned type = 1; type <= TYPES; type++) {
        struct fl_interaction_type *made = &model->registry.types[type];
        made->daily_cap = (type - 1) % 7;
        made->count_by = type <= 7 ? FL_COUNT_BY_ROW : FL_COUNT_BY_ORDER;
        made->direction = FL_DIRECTION_INBOUND;
        made->weight_milli = type % 3 == 0 ? -1250 : FL_WEIGHT_MILLI_MAX - 7 * (int32_t)type;
    }
    return fl_points_create(model, &points, NULL) == FL_OK ? 0 : -1;
}

static int free_model(void **state)
{
    (void)state;
    fl_points_free(points);
    fl_model_free(model);
    return 0;
}

static void assert_corrected(const struct fl_row_sums *sums, const struct fl_scope_score *slow)
{
    for (int loop = 0; loop < FL_LOOPS; loop++)
        assert_int_equal(sums->loop[loop], slow->loop_points[loop]);
    assert_int_equal(sums->positive, slow->raw_positive);
    assert_int_equal(sums->intent, slow->intent_raw);
    assert_int_equal(sums->full, slow->raw + slow->lost_to_decay);
    assert_int_equal(sums->points_28, slow->points_28);
    assert_int_equal(sums->points_112, slow->points_28 + slow->points_84);
    assert_int_equal(sums->intent_28, slow->intent_points_28);
    assert_int_equal(sums->intent_112, slow->intent_points_28 + slow->intent_points_84);
    assert_int_equal(sums->lost_to_cap, slow->lost_to_cap);
    assert_int_equal(sums->uncounted, slow->rows - slow->units);
}

/* The scopes that `ends` cuts the rows into, from row FROM on. with_nulls: the column of orders has some. */
static void check(const uint32_t *ends, size_t count, bool with_nulls)
{
    static int32_t day[FROM + ROWS_MAX];
    static uint8_t type[FROM + ROWS_MAX], order_null[FROM + ROWS_MAX];
    static int64_t order[FROM + ROWS_MAX];
    const size_t row_count = ends[count - 1];
    for (size_t row = 0; row < row_count; row++) {
        day[row] = rows[row].day;
        type[row] = rows[row].type;
        order[row] = rows[row].order;
        order_null[row] = !rows[row].has_order;
    }
    const struct fl_scope_rows scopes = {.rows = {.day = day,
                                                  .type = type,
                                                  .order = order,
                                                  .order_null = with_nulls ? order_null : NULL,
                                                  .count = row_count},
                                         .ends = ends,
                                         .from = FROM,
                                         .count = count};
    uint32_t starts[FL_KERNEL_RUNS_MAX], some_starts[FL_KERNEL_RUNS_MAX], some_ends[FL_KERNEL_RUNS_MAX];
    const size_t some =
        (count + 1) / 2; /* each second scope, the last among them: between them lie the others */
    for (size_t i = 0; i < count; i++)
        starts[i] = i == 0 ? FROM : ends[i - 1];
    for (size_t i = 0; i < some; i++) {
        some_starts[i] = starts[count - 1 - 2 * (some - 1 - i)];
        some_ends[i] = ends[count - 1 - 2 * (some - 1 - i)];
    }
    struct fl_scope_rows with_gaps = scopes;
    with_gaps.starts = some_starts;
    with_gaps.ends = some_ends;
    with_gaps.from = some_starts[0];
    with_gaps.count = some;
    struct fl_scope_score slow[FL_KERNEL_RUNS_MAX];
    for (size_t i = 0, from = FROM; i < count; from = ends[i++])
        slow[i] = slow_score(&(struct slow_scorer){model, AS_OF}, rows + from, ends[i] - from);
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        const struct fl_score_kernels *kernels = fl_score_kernels_of(level);
        struct fl_row_sums sums[FL_KERNEL_RUNS_MAX];
        uint16_t all[FL_KERNEL_RUNS_MAX];
        for (size_t i = 0; i < count; i++)
            all[i] = (uint16_t)i;
        kernels->sum_runs(&points->rows, AS_OF, day, type, starts, ends, all, count, sums);
        fl_daily_groups_correct(points, kernels, AS_OF, &scopes, sums);
        for (size_t i = 0; i < count; i++)
            assert_corrected(&sums[i], &slow[i]);
        kernels->sum_runs(&points->rows, AS_OF, day, type, some_starts, some_ends, all, some, sums);
        fl_daily_groups_correct(points, kernels, AS_OF, &with_gaps, sums);
        for (size_t i = 0; i < some; i++)
            assert_corrected(&sums[i], &slow[count - 1 - 2 * (some - 1 - i)]);
    }
}

/* Rows of one day and type; `orders` different ones, the first `nulls` rows have none. */
static void fill_group(size_t from, size_t count, int32_t day, uint8_t type, size_t orders, size_t nulls)
{
    for (size_t i = 0; i < count; i++) {
        const bool has_order = i >= nulls;
        rows[from + i] = (struct fixture_row){.day = day, .type = type, .has_order = has_order};
        rows[from + i].order = has_order ? (int64_t)((i - nulls) * orders / count) : 0;
    }
}

static void test_most_groups(void **state)
{
    (void)state;
    const uint32_t end = FROM + ROWS_MAX;
    for (size_t pair = 0; pair < ROWS_MAX / 2; pair++)
        fill_group(FROM + 2 * pair, 2, AS_OF - 4200 + (int32_t)pair, (uint8_t)(pair % 2 == 0 ? 2 : 9), 1, 0);
    check(&end, 1, true);
    check(&end, 1, false);
}

static void test_longest_group(void **state)
{
    (void)state;
    static const size_t orders[] = {1, 3, 100, ROWS_MAX / 4};
    const uint32_t end = FROM + ROWS_MAX;
    for (uint8_t type = 1; type <= TYPES; type++) {
        for (size_t i = 0; i < 4; i++) {
            fill_group(FROM, ROWS_MAX, AS_OF - 30, type, orders[i], i * 65);
            check(&end, 1, true);
        }
    }
}

/* A group of each length, in front of it lone rows, so that it begins at each place of a word. */
static void test_places_in_words(void **state)
{
    (void)state;
    enum { LENGTH_MAX = 130, PLACES = 64 };
    for (size_t place = 0; place < PLACES; place++) {
        for (size_t length = 1; length <= LENGTH_MAX; length += length < 8 ? 1 : 13) {
            const uint8_t type = (uint8_t)(1 + (place + length) % TYPES);
            const uint32_t end = (uint32_t)(FROM + place + length + 2);
            for (size_t row = 0; row < place; row++)
                fill_group(FROM + row, 1, AS_OF - 200 + (int32_t)row, type, 1, 0);
            fill_group(FROM + place, length, AS_OF - 60, type, 1 + length / 3, length / 5);
            fill_group(FROM + place + length, 2, AS_OF - 59, type, 1, 0);
            check(&end, 1, true);
        }
    }
}

/* All rows are alike: only the ends of scopes part them. */
static void test_ends_of_scopes(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (uint8_t type = 1; type <= TYPES; type++) {
        uint32_t ends[FL_KERNEL_RUNS_MAX], end = FROM;
        for (size_t i = 0; i < FL_KERNEL_RUNS_MAX; i++) {
            end += 1 + (uint32_t)(next_random(&random) % (i % 50 == 0 ? 128 : 6));
            ends[i] = end;
        }
        fill_group(0, end, AS_OF - 5, type, 20, 0); /* those before row FROM too */
        check(ends, FL_KERNEL_RUNS_MAX, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_most_groups),
        cmocka_unit_test(test_longest_group),
        cmocka_unit_test(test_places_in_words),
        cmocka_unit_test(test_ends_of_scopes),
    };
    return cmocka_run_group_tests(tests, make_model, free_model);
}
