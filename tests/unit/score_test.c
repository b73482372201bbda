/* score_test.c - the streaming scorer equals a slow one that looks at all rows at once.
 *
 * The slow one below follows the semantics page group by group, with 128-bit sums and no state that moves on.
 * Random customers of every shape (many rows a day, orders, purchases on days with interest, rows past the
 * horizon and the windows) are fed to the scorer in pieces cut at every kind of place; all members must be
 * equal. The score, band and trend formulas are pinned at their borders, and at the largest sums. */
#include "tests/unit/engine_fixture.h"

#include "engine/score.h"

enum { ROWS_MAX = 400, AS_OF = 20000 };

static struct fl_model *model;
static struct fl_points *points;

static int make_model(void **state)
{
    (void)state;
    model = default_model();
    /* All types that count orders have a cap of 1 by default, which would hide how orders are counted. */
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (model->registry.types[type].count_by == FL_COUNT_BY_ORDER)
            model->registry.types[type].daily_cap = type % 4;
    }
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

static int compare_fixture_rows(const void *a, const void *b)
{
    const struct fixture_row *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->type != y->type)
        return (int)x->type - (int)y->type;
    if (x->has_order != y->has_order)
        return (int)x->has_order - (int)y->has_order;
    return !x->has_order ? 0 : (x->order > y->order) - (x->order < y->order);
}

/* ---- the slow scorer ---- */

static __int128 slow_round_half_away(__int128 a, __int128 b)
{
    const __int128 magnitude = a < 0 ? -a : a;
    const __int128 rounded = (2 * magnitude + b) / (2 * b);
    return a < 0 ? -rounded : rounded;
}

static bool is_first_of_order(const struct fixture_row *rows, size_t group_first, size_t row)
{
    for (size_t i = group_first; i < row && rows[row].has_order; i++) {
        if (rows[i].has_order && rows[i].order == rows[row].order)
            return false;
    }
    return true;
}

static void slow_group(const struct fixture_row *rows, size_t first, size_t end, int32_t last_purchase,
                       struct fl_scope_score *score)
{
    const struct fl_interaction_type *type = &model->registry.types[rows[first].type];
    const int64_t n = (int64_t)(end - first);
    const int32_t age = AS_OF - rows[first].day;
    int64_t u = 0;
    for (size_t row = first; row < end; row++)
        u += type->count_by == FL_COUNT_BY_ROW || is_first_of_order(rows, first, row);
    const int64_t counted = type->daily_cap != 0 && u > type->daily_cap ? type->daily_cap : u;
    const int64_t p = (int64_t)slow_round_half_away((__int128)1000 * type->weight_milli * counted, n);
    int64_t contribution = 0;
    if (age <= model->settings.horizon_days) {
        const uint32_t d =
            points->decay[points->decay_class[rows[first].type] * points->ages + (uint32_t)age];
        const __int128 scaled = (__int128)p * d + ((__int128)1 << 31);
        contribution = (int64_t)(scaled >= 0 ? scaled >> 32 : -((-scaled + ((__int128)1 << 32) - 1) >> 32));
    }
    score->raw += n * contribution;
    *(contribution > 0 ? &score->raw_positive : &score->raw_negative) += n * contribution;
    score->loop_points[type->loop] += n * contribution;
    score->rows += (uint64_t)n;
    score->units += (uint64_t)counted;
    score->lost_to_cap += n * type->weight_milli * 1000 - n * p;
    score->lost_to_decay += n * p - n * contribution;
    const bool interest = type->direction == FL_DIRECTION_INBOUND && rows[first].day > last_purchase;
    if (interest)
        score->intent_raw += n * contribution;
    if (p > 0 && age < 28) {
        score->points_28 += n * p;
        score->intent_points_28 += interest ? n * p : 0;
    } else if (p > 0 && age < 112) {
        score->points_84 += n * p;
        score->intent_points_84 += interest ? n * p : 0;
    }
}

static struct fl_scope_score slow_score(const struct fixture_row *rows, size_t count)
{
    struct fl_scope_score score = {.last_purchase_day = INT32_MIN};
    int32_t first_weighted = INT32_MAX;
    for (size_t row = 0; row < count; row++) {
        const struct fl_interaction_type *type = &model->registry.types[rows[row].type];
        if (type->role == FL_ROLE_PURCHASE)
            score.last_purchase_day = rows[row].day;
        if (type->weight_milli != 0 && rows[row].day < first_weighted)
            first_weighted = rows[row].day;
    }
    for (size_t first = 0, end = 0; first < count; first = end) {
        for (end = first;
             end < count && rows[end].day == rows[first].day && rows[end].type == rows[first].type;)
            end++;
        slow_group(rows, first, end, score.last_purchase_day, &score);
    }
    score.has_purchase = score.last_purchase_day != INT32_MIN;
    score.first_day = rows[0].day;
    score.last_day = rows[count - 1].day;
    score.engagement = fl_score_of(score.raw, model->settings.engagement_k_micro[0]);
    score.intent = fl_score_of(score.intent_raw, model->settings.intent_k_micro[0]);
    score.band = (uint8_t)fl_band_of(score.engagement, model->settings.band_floor);
    const bool started = first_weighted != INT32_MAX && AS_OF - first_weighted < 28;
    score.trend =
        (uint8_t)fl_trend_of(score.points_28, score.points_84, started, model->settings.trend_unit_micro);
    score.intent_trend = (uint8_t)fl_trend_of(score.intent_points_28, score.intent_points_84, false,
                                              model->settings.trend_unit_micro);
    return score;
}

/* ---- the comparison ---- */

static void assert_equal_scores(const struct fl_scope_score *a, const struct fl_scope_score *b)
{
    assert_int_equal(a->raw, b->raw);
    assert_int_equal(a->raw_positive, b->raw_positive);
    assert_int_equal(a->raw_negative, b->raw_negative);
    assert_int_equal(a->intent_raw, b->intent_raw);
    assert_int_equal(a->points_28, b->points_28);
    assert_int_equal(a->points_84, b->points_84);
    assert_int_equal(a->intent_points_28, b->intent_points_28);
    assert_int_equal(a->intent_points_84, b->intent_points_84);
    for (int loop = 0; loop < FL_LOOPS; loop++)
        assert_int_equal(a->loop_points[loop], b->loop_points[loop]);
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->units, b->units);
    assert_int_equal(a->lost_to_cap, b->lost_to_cap);
    assert_int_equal(a->lost_to_decay, b->lost_to_decay);
    assert_int_equal(a->first_day, b->first_day);
    assert_int_equal(a->last_day, b->last_day);
    assert_int_equal(a->has_purchase, b->has_purchase);
    assert_int_equal(a->last_purchase_day, b->last_purchase_day);
    assert_int_equal(a->engagement, b->engagement);
    assert_int_equal(a->intent, b->intent);
    assert_int_equal(a->band, b->band);
    assert_int_equal(a->trend, b->trend);
    assert_int_equal(a->intent_trend, b->intent_trend);
}

/* Feeds the rows in pieces of 1 .. `piece_max` rows; with_orders: as if the order column had been read. */
static struct fl_scope_score fast_score(const struct fixture_row *rows, size_t count, size_t piece_max,
                                        uint64_t *random)
{
    static int32_t day[ROWS_MAX];
    static uint8_t type[ROWS_MAX], order_null[ROWS_MAX];
    static int64_t order[ROWS_MAX];
    struct fl_scorer scorer;
    struct fl_scope_score score;
    for (size_t i = 0; i < count; i++) {
        day[i] = rows[i].day;
        type[i] = rows[i].type;
        order[i] = rows[i].order;
        order_null[i] = !rows[i].has_order;
    }
    fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_CUSTOMER, AS_OF);
    for (size_t at = 0; at < count;) {
        const size_t left = count - at, wanted = 1 + next_random(random) % piece_max;
        const struct fl_rows piece = {day + at, type + at, order + at, order_null + at,
                                      wanted < left ? wanted : left};
        assert_true(fl_scorer_add(&scorer, &piece));
        at += piece.count;
    }
    fl_scorer_end(&scorer, &score);
    return score;
}

/* Customers of many shapes: days close together or far apart, types of a small or large choice. */
static size_t random_customer(struct fixture_row *rows, uint64_t *random)
{
    const size_t count = 1 + next_random(random) % (next_random(random) % 4 == 0 ? ROWS_MAX : 40);
    static const int32_t spans[] = {1, 3, 30, 120, 1200, 4000};
    const int32_t span = spans[next_random(random) % 6];
    const unsigned types = next_random(random) % 2 == 0 ? 140 : 8;
    const unsigned first_type = (unsigned)(next_random(random) % 132);
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct fixture_row){.day = AS_OF - (int32_t)(next_random(random) % (uint64_t)span)};
        rows[i].type =
            (uint8_t)(1 + (types == 140 ? next_random(random) % 140 : first_type + next_random(random) % 8));
        rows[i].has_order = next_random(random) % 3 != 0;
        rows[i].order = rows[i].has_order ? (int64_t)(next_random(random) % 4) - 2 : 0;
    }
    qsort(rows, count, sizeof *rows, compare_fixture_rows);
    return count;
}

static void test_equals_slow_scorer(void **state)
{
    (void)state;
    static struct fixture_row rows[ROWS_MAX];
    uint64_t random = 42;
    for (int i = 0; i < 6000; i++) {
        const size_t count = random_customer(rows, &random);
        const struct fl_scope_score slow = slow_score(rows, count);
        const struct fl_scope_score whole = fast_score(rows, count, ROWS_MAX, &random);
        const struct fl_scope_score cut = fast_score(rows, count, 1 + (size_t)i % 7, &random);
        assert_equal_scores(&whole, &slow);
        assert_equal_scores(&cut, &slow);
    }
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
    assert_true(fl_scorer_add(&scorer, &(struct fl_rows){day, type, NULL, NULL, 2}));
    fl_scorer_end(&scorer, &score);
    assert_int_equal(score.units, 2);
    fl_scorer_begin(&scorer);
    assert_true(fl_scorer_add(&scorer, &(struct fl_rows){day, type, order, NULL, 2}));
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
    assert_false(fl_scorer_add(&scorer, &(struct fl_rows){day, type, NULL, NULL, 2}));
    assert_true(fl_scorer_add(&scorer, &(struct fl_rows){day, type, NULL, NULL, 1}));
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
        cmocka_unit_test(test_no_order_column),
        cmocka_unit_test(test_too_many_rows),
        cmocka_unit_test(test_score_formula),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_trends),
    };
    return cmocka_run_group_tests(tests, make_model, free_model);
}
