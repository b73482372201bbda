/* score_test.c - both ways to score a scope, whole and in pieces, equal a slow one.
 *
 * slow_scorer.h follows the semantics page group by group, with 128-bit sums and no state that moves on.
 * Random customers of every shape (one row to many thousands; many rows a day; caps from none to 6; equal,
 * different and no orders; purchases on days with interest; rows past the horizon and the windows) lie one
 * behind the other. At each level of the CPU they are scored as whole scopes, and one by one in pieces cut at
 * every kind of place; all members must be equal. The score, band and trend formulas are pinned at their
 * borders, and at the largest sums. */
#include "tests/unit/slow_scorer.h"

enum {
    AS_OF = 20000,
    SCOPES_MAX = 300,
    LARGE_ROWS = 20000,
    ROWS_MAX = 70 + SCOPES_MAX * 400 + 2 * LARGE_ROWS
};

/* Of a column of orders: it is not there, each row has one, some have. */
enum orders { NO_ORDERS, ALL_ORDERS, SOME_ORDERS };

static struct fl_model *model;
static struct fl_points *points;

static int make_model(void **state)
{
    (void)state;
    model = default_model();
    uint64_t random = 7;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        model->registry.types[type].daily_cap = (uint32_t)(next_random(&random) % 7);
        model->registry.types[type].count_by =
            next_random(&random) % 2 == 0 ? FL_COUNT_BY_ROW : FL_COUNT_BY_ORDER;
    }
    model->registry.types[5].weight_milli = FL_WEIGHT_MILLI_MAX; /* the largest sums of each level */
    model->registry.types[type_of(model, "purchase_web")].count_by = FL_COUNT_BY_ORDER;
    model->registry.types[type_of(model, "purchase_web")].daily_cap = 0;
    return fl_points_create(model, &points, NULL) == FL_OK ? 0 : -1;
}

static int free_model(void **state)
{
    (void)state;
    fl_points_free(points);
    fl_model_free(model);
    return 0;
}

/* ---- the comparison ---- */

static void assert_equal_scores(const struct fl_scope_score *a, const struct fl_scope_score *b, bool raw_only)
{
    assert_int_equal(a->raw, b->raw);
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->first_day, b->first_day);
    assert_int_equal(a->last_day, b->last_day);
    assert_int_equal(a->engagement, b->engagement);
    assert_int_equal(a->band, b->band);
    if (raw_only)
        return;
    assert_int_equal(a->raw_positive, b->raw_positive);
    assert_int_equal(a->raw_negative, b->raw_negative);
    assert_int_equal(a->intent_raw, b->intent_raw);
    assert_int_equal(a->points_28, b->points_28);
    assert_int_equal(a->points_84, b->points_84);
    assert_int_equal(a->intent_points_28, b->intent_points_28);
    assert_int_equal(a->intent_points_84, b->intent_points_84);
    for (int loop = 0; loop < FL_LOOPS; loop++)
        assert_int_equal(a->loop_points[loop], b->loop_points[loop]);
    assert_int_equal(a->units, b->units);
    assert_int_equal(a->lost_to_cap, b->lost_to_cap);
    assert_int_equal(a->lost_to_decay, b->lost_to_decay);
    assert_int_equal(a->has_purchase, b->has_purchase);
    assert_int_equal(a->last_purchase_day, b->last_purchase_day);
    assert_int_equal(a->intent, b->intent);
    assert_int_equal(a->trend, b->trend);
    assert_int_equal(a->intent_trend, b->intent_trend);
}

/* Rows of scopes one behind the other, in arrays of exactly their size. */
struct scope_arrays {
    int32_t *day;
    uint8_t *type, *order_null;
    int64_t *order;
    uint32_t ends[SCOPES_MAX];
    struct fl_scope_rows scopes;
};

/* The first `from` rows belong to no scope. */
static void open_arrays(struct scope_arrays *arrays, const struct fixture_row *rows, uint32_t from,
                        enum orders orders)
{
    const size_t count = arrays->ends[arrays->scopes.count - 1];
    arrays->day = malloc(count * sizeof *arrays->day);
    arrays->type = malloc(count);
    arrays->order = malloc(count * sizeof *arrays->order);
    arrays->order_null = malloc(count);
    assert_true(arrays->day != NULL && arrays->type != NULL);
    assert_true(arrays->order != NULL && arrays->order_null != NULL);
    for (size_t i = 0; i < count; i++) {
        arrays->day[i] = rows[i].day;
        arrays->type[i] = rows[i].type;
        arrays->order[i] = rows[i].order;
        arrays->order_null[i] = !rows[i].has_order;
    }
    arrays->scopes.rows = (struct fl_rows){.day = arrays->day, .type = arrays->type, .count = count};
    arrays->scopes.rows.order = orders == NO_ORDERS ? NULL : arrays->order;
    arrays->scopes.rows.order_null = orders == SOME_ORDERS ? arrays->order_null : NULL;
    arrays->scopes.ends = arrays->ends;
    arrays->scopes.from = from;
}

static void close_arrays(struct scope_arrays *arrays)
{
    free(arrays->day);
    free(arrays->type);
    free(arrays->order);
    free(arrays->order_null);
}

/* Adds the rows in pieces of 1 .. `piece_max` rows. */
static struct fl_scope_score score_pieces(struct fl_scorer *scorer, struct fl_rows rows, size_t piece_max,
                                          uint64_t *random)
{
    struct fl_scope_score score;
    fl_scorer_begin(scorer);
    while (rows.count > 0) {
        const size_t wanted = 1 + next_random(random) % piece_max;
        struct fl_rows piece = rows;
        piece.count = wanted < rows.count ? wanted : rows.count;
        assert_true(fl_scorer_add(scorer, &piece));
        fl_rows_pass(&rows, piece.count);
    }
    fl_scorer_end(scorer, &score);
    return score;
}

/* Days close together or far apart, types and orders of a small or large choice. */
static void make_scope(struct fixture_row *rows, size_t count, enum orders orders, uint64_t *random)
{
    static const int32_t spans[] = {1, 3, 30, 120, 1200, 4000};
    static const unsigned choices[] = {1, 2, 8, 140}, order_counts[] = {1, 4, 300};
    const uint64_t span = (uint64_t)spans[next_random(random) % 6];
    const unsigned types = choices[next_random(random) % 4],
                   order_count = order_counts[next_random(random) % 3];
    const unsigned first_type = 1 + (unsigned)(next_random(random) % (141 - types));
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct fixture_row){.day = AS_OF - (int32_t)(next_random(random) % span)};
        rows[i].type = (uint8_t)(first_type + next_random(random) % types);
        rows[i].has_order = orders == ALL_ORDERS || (orders == SOME_ORDERS && next_random(random) % 3 != 0);
        rows[i].order = rows[i].has_order ? (int64_t)(next_random(random) % order_count) - 2 : 0;
    }
    qsort(rows, count, sizeof *rows, compare_fixture_rows);
}

/* Most customers have few rows; some so many that they are not taken with others, or not at once. */
static size_t random_count(bool large, uint64_t *random)
{
    const uint64_t dice = next_random(random);
    if (large)
        return dice % 2 == 0 ? FL_GROUPED_ROWS_MAX - 3 + dice / 2 % 7 : 1 + dice / 2 % LARGE_ROWS;
    return 1 + dice / 4 % (dice % 4 == 0 ? 400 : 40);
}

static void check_level(enum fl_cpu_level level, const struct fl_points *of_points, bool raw_only,
                        const struct scope_arrays *arrays, const struct fl_scope_score *slow,
                        uint64_t *random)
{
    static const size_t pieces[] = {1, 7, 200, 2 * LARGE_ROWS};
    static struct fl_scope_score whole[SCOPES_MAX];
    struct fl_scorer scorer;
    struct fl_lone_rows lone = {0};
    fl_scorer_init(&scorer, of_points, &model->settings, FL_SCOPE_CUSTOMER, AS_OF);
    scorer.kernels = fl_score_kernels_of(level);
    scorer.raw_only = raw_only;
    scorer.lone = raw_only ? NULL : &lone;
    for (int round = 0; round < 2; round++) /* the second one knows the lone rows */
        fl_scorer_whole(&scorer, &arrays->scopes, whole);
    for (size_t i = 0; i < arrays->scopes.count; i++) {
        const struct fl_rows rows = fl_scope_rows_of(&arrays->scopes, i);
        const struct fl_scope_score cut = score_pieces(&scorer, rows, pieces[i % 4], random);
        assert_equal_scores(&whole[i], &slow[i], raw_only);
        assert_equal_scores(&cut, &slow[i], raw_only);
    }
    fl_lone_rows_release(&lone);
}

/* Customers of a piece, two of them large now and then, by each level in all ways. */
static void check_scopes(const struct slow_scorer *slow_scorer, const struct fl_points *of_points,
                         enum orders orders, uint64_t *random)
{
    static struct fixture_row rows[ROWS_MAX];
    static struct fl_scope_score slow[SCOPES_MAX];
    struct scope_arrays arrays;
    const bool large = next_random(random) % 8 == 0;
    const uint32_t from = (uint32_t)(next_random(random) % 70);
    arrays.scopes = (struct fl_scope_rows){.count = 1 + next_random(random) % SCOPES_MAX};
    make_scope(rows, from, orders, random);
    for (uint32_t i = 0, start = from; i < arrays.scopes.count; start = arrays.ends[i++]) {
        const size_t count = random_count(large && i % 150 == 3, random);
        make_scope(rows + start, count, orders, random);
        slow[i] = slow_score(slow_scorer, rows + start, count);
        arrays.ends[i] = start + (uint32_t)count;
    }
    open_arrays(&arrays, rows, from, orders);
    for (enum fl_cpu_level level = FL_CPU_SCALAR; level <= fl_cpu_found(); level++) {
        check_level(level, of_points, false, &arrays, slow, random);
        check_level(level, of_points, true, &arrays, slow, random);
    }
    close_arrays(&arrays);
}

static void test_equals_slow_scorer(void **state)
{
    (void)state;
    const struct slow_scorer slow_scorer = {model, AS_OF};
    uint64_t random = 42;
    for (unsigned i = 0; i < 120; i++)
        check_scopes(&slow_scorer, points, (enum orders)(i % 3), &random);
}

/* No caps and nothing counted by order: the daily groups are not asked for. */
static void test_without_groups(void **state)
{
    (void)state;
    struct fl_model plain = *model;
    struct fl_points *plain_points = NULL;
    uint64_t random = 43;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        plain.registry.types[type].daily_cap = 0;
        plain.registry.types[type].count_by = FL_COUNT_BY_ROW;
    }
    assert_int_equal(fl_points_create(&plain, &plain_points, NULL), FL_OK);
    assert_false(plain_points->has_groups);
    for (unsigned i = 0; i < 6; i++)
        check_scopes(&(struct slow_scorer){&plain, AS_OF}, plain_points, SOME_ORDERS, &random);
    fl_points_free(plain_points);
}

/* Without an order column each row counts by itself. */
static void test_no_order_column(void **state)
{
    (void)state;
    const int32_t day[] = {AS_OF, AS_OF};
    const uint8_t purchase = type_of(model, "purchase_web");
    const uint8_t type[] = {purchase, purchase};
    const int64_t order[] = {5, 5};
    struct fl_scorer scorer;
    struct fl_scope_score score;
    fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_CUSTOMER, AS_OF);
    assert_true(fl_scorer_add(&scorer, &(struct fl_rows){.day = day, .type = type, .count = 2}));
    fl_scorer_end(&scorer, &score);
    assert_int_equal(score.units, 2);
    fl_scorer_begin(&scorer);
    assert_true(
        fl_scorer_add(&scorer, &(struct fl_rows){.day = day, .type = type, .order = order, .count = 2}));
    fl_scorer_end(&scorer, &score);
    assert_int_equal(score.units, 1);
    assert_int_equal(score.rows, 2);
}

static void test_too_many_rows(void **state)
{
    (void)state;
    const int32_t day[] = {AS_OF, AS_OF};
    const uint8_t type[] = {1, 1};
    struct fl_scorer scorer;
    fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_CUSTOMER, AS_OF);
    scorer.span.rows = FL_SCOPE_ROWS_MAX - 1;
    assert_false(fl_scorer_add(&scorer, &(struct fl_rows){.day = day, .type = type, .count = 2}));
    assert_true(fl_scorer_add(&scorer, &(struct fl_rows){.day = day, .type = type, .count = 1}));
}

static void test_score_formula(void **state)
{
    (void)state;
    const int64_t k = 120000000;
    assert_int_equal(fl_score_of(0, k), 0);
    assert_int_equal(fl_score_of(-5, k), 0);
    assert_int_equal(fl_score_of(INT64_MIN, k), 0);
    assert_int_equal(fl_score_of(k, k), 50);
    /* 100 R / (R + K) = 1/2 at R = K / 199: 603015.07, so the next whole one is the first with a score of 1.
     */
    assert_int_equal(fl_score_of(603015, k), 0);
    assert_int_equal(fl_score_of(603016, k), 1);
    /* 99.5 at R = 199 K exactly: half up. */
    assert_int_equal(fl_score_of(199 * k - 1, k), 99);
    assert_int_equal(fl_score_of(199 * k, k), 100);
    /* Where 200 R passes 63 bits, and just before. */
    assert_int_equal(fl_score_of(INT64_MAX / 512 - 1, INT64_MAX / 512 - 1), 50);
    assert_int_equal(fl_score_of(INT64_MAX / 512, INT64_MAX / 512), 50);
    assert_int_equal(fl_score_of(INT64_MAX, INT64_MAX), 50);
    assert_int_equal(fl_score_of(INT64_MAX, 1), 100);
    assert_int_equal(fl_score_of(1, INT64_MAX), 0);
}

static void test_bands(void **state)
{
    (void)state;
    static const uint8_t floors[3] = {20, 40, 60};
    static const struct {
        uint8_t engagement;
        const char *word;
    } cases[] = {{0, "none"},     {1, "cold"},     {19, "cold"}, {20, "warm"}, {39, "warm"},
                 {40, "engaged"}, {59, "engaged"}, {60, "hot"},  {100, "hot"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(fl_band_word(fl_band_of(cases[i].engagement, floors)), cases[i].word);
    assert_null(fl_band_word(FL_BANDS));
    assert_null(fl_trend_word(FL_TRENDS));
}

static void test_trends(void **state)
{
    (void)state;
    const int64_t u = 30000000;
    assert_int_equal(fl_trend_of(0, 0, true, u), FL_TREND_QUIET);
    assert_int_equal(fl_trend_of(1, 0, true, u), FL_TREND_STARTED);
    /* 2 (F + u) >= 3 (B + u) with B = 90, so F >= 150; falling at 2 (F + u) <= B + u, so F <= 30. */
    assert_int_equal(fl_trend_of(150000000, 270000000, false, u), FL_TREND_RISING);
    assert_int_equal(fl_trend_of(149999999, 270000000, false, u), FL_TREND_STEADY);
    assert_int_equal(fl_trend_of(30000001, 270000000, false, u), FL_TREND_STEADY);
    assert_int_equal(fl_trend_of(30000000, 270000000, false, u), FL_TREND_FALLING);
    /* No division: S = 3 B need not be a multiple of three. */
    assert_int_equal(fl_trend_of(150000000, 270000001, false, u), FL_TREND_STEADY);
    assert_int_equal(fl_trend_of(INT64_MAX, INT64_MAX / 4, false, u), FL_TREND_RISING);
    assert_int_equal(fl_trend_of(INT64_MAX / 100, INT64_MAX, false, u), FL_TREND_FALLING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_slow_scorer),
        cmocka_unit_test(test_without_groups),
        cmocka_unit_test(test_no_order_column),
        cmocka_unit_test(test_too_many_rows),
        cmocka_unit_test(test_score_formula),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_trends),
    };
    return cmocka_run_group_tests(tests, make_model, free_model);
}
