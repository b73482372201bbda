/* scope_value_test.c - net purchases, loop, phase, ambassador equal the words of the page.
 *
 * Random scopes of few rows, whose types are drawn from those with a role and whose days lie around the
 * borders of all windows, are scored whole and in pieces cut anywhere; each number must be what a loop over
 * all rows gives that asks for each row by itself. Loops and phases are asked at each threshold and one below
 * it, ambassadors at the borders of their windows; sums beyond 64 bits come out as the largest number. */
#include "tests/unit/engine_fixture.h"

#include "engine/score.h"

enum { AS_OF = 20000, ROWS_MAX = 60 };

static struct fl_model *model;
static struct fl_points *points;
static uint8_t types_of_role[16];

static int make_model(void **state)
{
    (void)state;
    model = default_model();
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (model->registry.types[type].known)
            types_of_role[model->registry.types[type].role] = (uint8_t)type;
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

struct scope {
    int32_t day[ROWS_MAX];
    uint8_t type[ROWS_MAX];
    int64_t net[ROWS_MAX];
    size_t count;
};

static enum fl_role role_of(const struct scope *scope, size_t row)
{
    return model->registry.types[scope->type[row]].role;
}

static void make_scope(struct scope *scope, uint64_t *random)
{
    static const int32_t borders[] = {0, 1, 27, 28, 89, 90, 91, 111, 112, 364, 365, 366, 500};
    static const enum fl_role roles[] = {FL_ROLE_NONE,     FL_ROLE_PURCHASE, FL_ROLE_RETURN,
                                         FL_ROLE_CANCEL,   FL_ROLE_FRICTION, FL_ROLE_ADVOCATE,
                                         FL_ROLE_ADVOCATE, FL_ROLE_SHARE,    FL_ROLE_OPT_IN};
    const size_t some_roles = 1 + next_random(random) % (sizeof roles / sizeof roles[0]);
    int32_t age = borders[next_random(random) % 13];
    scope->count = 1 + next_random(random) % ROWS_MAX;
    for (size_t i = scope->count; i-- > 0;) {
        const enum fl_role role = roles[next_random(random) % some_roles];
        if (next_random(random) % 4 == 0)
            age = age > 364 ? age + 1 : borders[next_random(random) % 13] > age ? age + 1 : age + 30;
        scope->day[i] = AS_OF - age;
        scope->type[i] =
            role == FL_ROLE_NONE ? (uint8_t)(1 + next_random(random) % 140) : types_of_role[role];
        if (i + 1 < scope->count && scope->day[i] == scope->day[i + 1] && scope->type[i] > scope->type[i + 1])
            scope->type[i] = scope->type[i + 1];
    }
    for (size_t i = 0; i < scope->count; i++) {
        const enum fl_role role = role_of(scope, i);
        const int64_t amount = (int64_t)(next_random(random) % 100000);
        scope->net[i] = role == FL_ROLE_PURCHASE                           ? amount
                        : role == FL_ROLE_RETURN || role == FL_ROLE_CANCEL ? -amount
                                                                           : 0;
    }
}

static bool has_role_since(const struct scope *scope, enum fl_role role, int32_t days)
{
    for (size_t i = 0; i < scope->count; i++) {
        if (role_of(scope, i) == role && AS_OF - scope->day[i] < days)
            return true;
    }
    return false;
}

static int event_days(const struct scope *scope)
{
    int days = 0;
    for (int32_t age = 0; age < 365; age++) {
        bool any = false;
        for (size_t i = 0; i < scope->count; i++)
            any = any || (AS_OF - scope->day[i] == age &&
                          (role_of(scope, i) == FL_ROLE_ADVOCATE || role_of(scope, i) == FL_ROLE_SHARE));
        days += any;
    }
    return days;
}

/* By the words of the page. */
static void assert_right(const struct scope *scope, const struct fl_scope_score *score)
{
    const bool bought = has_role_since(scope, FL_ROLE_PURCHASE, 365);
    const bool moving = score->intent_trend == FL_TREND_RISING || score->trend == FL_TREND_STARTED;
    int64_t net = 0;
    for (size_t i = 0; i < scope->count; i++)
        net += AS_OF - scope->day[i] < 365 ? scope->net[i] : 0;
    assert_int_equal(score->net_12m, net);
    assert_int_equal(score->engaged_no_value, (score->engagement >= 60 || score->intent >= 45) && !bought);
    const char *loop = score->intent >= 45 || (score->intent >= 30 && moving) ? "conversion"
                       : score->intent >= 35 || score->engagement >= 40       ? "experience"
                       : score->raw >= 5000000                                ? "nurturing"
                                                                              : "awareness";
    assert_string_equal(fl_loop_word(score->loop), loop);
    const char *phase = bought                                                               ? "connect"
                        : strcmp(loop, "experience") == 0 || strcmp(loop, "conversion") == 0 ? "conquer"
                        : strcmp(loop, "nurturing") == 0                                     ? "entice"
                                                                                             : "find";
    assert_string_equal(fl_phase_word(score->phase), phase);
    assert_int_equal(score->ambassador,
                     bought && event_days(scope) >= 2 && !has_role_since(scope, FL_ROLE_FRICTION, 90));
}

static struct fl_rows rows_of(const struct scope *scope, size_t from, size_t count)
{
    struct fl_rows rows = {.day = scope->day, .type = scope->type, .net = scope->net, .count = from + count};
    fl_rows_pass(&rows, from);
    return rows;
}

static void test_random_scopes(void **state)
{
    (void)state;
    static struct scope scope;
    size_t loops[FL_LOOP_WORDS] = {0}, phases[FL_PHASES] = {0}, ambassadors = 0, engaged = 0;
    struct fl_value_rules rules;
    struct fl_scorer scorer;
    uint64_t random = 99;
    fl_value_rules_init(&rules, model, AS_OF);
    fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_CATEGORY, AS_OF);
    scorer.value = &rules;
    for (int i = 0; i < 20000; i++) {
        struct fl_scope_score whole, pieces;
        make_scope(&scope, &random);
        const uint32_t end = (uint32_t)scope.count;
        const struct fl_scope_rows scopes = {.rows = rows_of(&scope, 0, end), .ends = &end, .count = 1};
        fl_scorer_whole(&scorer, &scopes, &whole);
        assert_right(&scope, &whole);
        loops[whole.loop]++;
        phases[whole.phase]++;
        ambassadors += whole.ambassador;
        engaged += whole.engaged_no_value;
        fl_scorer_begin(&scorer);
        for (size_t at = 0; at < scope.count;) {
            const size_t left = scope.count - at, wanted = 1 + next_random(&random) % 20;
            const struct fl_rows piece = rows_of(&scope, at, wanted < left ? wanted : left);
            assert_true(fl_scorer_add(&scorer, &piece));
            at += piece.count;
        }
        fl_scorer_end(&scorer, &pieces);
        fl_scorer_begin(&scorer);
        assert_right(&scope, &pieces);
        assert_int_equal(pieces.ambassador, whole.ambassador);
    }
    for (int i = 0; i < FL_LOOP_WORDS; i++)
        assert_true(loops[i] > 50 && phases[i] > 50);
    assert_true(ambassadors > 50 && engaged > 50);
}

/* Not asked for, they are 0. */
static void test_not_wanted(void **state)
{
    (void)state;
    static struct scope scope;
    struct fl_scorer scorer;
    struct fl_scope_score score;
    uint64_t random = 3;
    fl_scorer_init(&scorer, points, &model->settings, FL_SCOPE_CUSTOMER, AS_OF);
    for (int i = 0; i < 100; i++) {
        make_scope(&scope, &random);
        const uint32_t end = (uint32_t)scope.count;
        const struct fl_scope_rows scopes = {.rows = rows_of(&scope, 0, end), .ends = &end, .count = 1};
        fl_scorer_whole(&scorer, &scopes, &score);
        assert_true(score.net_12m == 0 && score.loop == 0 && score.phase == 0 && score.ambassador == 0 &&
                    score.engaged_no_value == 0);
    }
}

/* ---- at the borders ---- */

static struct fl_scope_score ended(const struct fl_scope_score *before)
{
    struct fl_scope_score score = *before;
    struct fl_value_rules rules;
    struct fl_value_sums sums;
    fl_value_rules_init(&rules, model, AS_OF);
    fl_value_begin(&sums);
    fl_value_end(&rules, &sums, &score);
    return score;
}

static void assert_loop(uint8_t intent, uint8_t engagement, int64_t raw, enum fl_trend trend,
                        enum fl_trend intent_trend, const char *loop, const char *phase)
{
    const struct fl_scope_score before = {.intent = intent,
                                          .engagement = engagement,
                                          .raw = raw,
                                          .trend = (uint8_t)trend,
                                          .intent_trend = (uint8_t)intent_trend};
    const struct fl_scope_score score = ended(&before);
    assert_string_equal(fl_loop_word(score.loop), loop);
    assert_string_equal(fl_phase_word(score.phase), phase);
}

static void test_thresholds(void **state)
{
    (void)state;
    const enum fl_trend steady = FL_TREND_STEADY, rising = FL_TREND_RISING, started = FL_TREND_STARTED;
    assert_loop(45, 0, 0, steady, steady, "conversion", "conquer");
    assert_loop(44, 0, 0, steady, steady, "experience", "conquer");
    assert_loop(30, 0, 0, steady, rising, "conversion", "conquer");
    assert_loop(30, 0, 0, started, steady, "conversion", "conquer");
    assert_loop(30, 0, 0, rising, steady, "awareness", "find"); /* the engagement's trend does not move it */
    assert_loop(29, 0, 0, started, rising, "awareness", "find");
    assert_loop(35, 0, 0, steady, steady, "experience", "conquer");
    assert_loop(34, 39, 4999999, steady, steady, "awareness", "find");
    assert_loop(0, 40, 0, steady, steady, "experience", "conquer");
    assert_loop(0, 39, 5000000, steady, steady, "nurturing", "entice");
    assert_loop(0, 0, 4999999, steady, steady, "awareness", "find");
    assert_loop(0, 0, -5000000, steady, steady, "awareness", "find");
    struct fl_scope_score before = {.engagement = 60};
    assert_int_equal(ended(&before).engaged_no_value, 1);
    before.engagement = 59;
    assert_int_equal(ended(&before).engaged_no_value, 0);
    before.intent = 45;
    assert_int_equal(ended(&before).engaged_no_value, 1);
    before.has_purchase = true;
    before.last_purchase_day = AS_OF - 365;
    assert_int_equal(ended(&before).engaged_no_value, 1);
    assert_string_equal(fl_phase_word(ended(&before).phase), "conquer");
    before.last_purchase_day = AS_OF - 364;
    assert_int_equal(ended(&before).engaged_no_value, 0);
    assert_string_equal(fl_phase_word(ended(&before).phase), "connect");
}

struct event {
    enum fl_role role;
    int32_t age;
};

static int is_ambassador(const struct event *events, size_t count)
{
    struct fl_scope_score score = {.has_purchase = true, .last_purchase_day = AS_OF};
    struct fl_value_rules rules;
    struct fl_value_sums sums;
    fl_value_rules_init(&rules, model, AS_OF);
    fl_value_begin(&sums);
    for (size_t i = 0; i < count; i++) {
        const int32_t day = AS_OF - events[i].age;
        const uint8_t type = types_of_role[events[i].role];
        fl_value_add(&rules, &(struct fl_rows){.day = &day, .type = &type, .count = 1}, &sums);
    }
    fl_value_end(&rules, &sums, &score);
    return score.ambassador;
}

static void test_ambassadors(void **state)
{
    (void)state;
    const enum fl_role advocate = FL_ROLE_ADVOCATE, share = FL_ROLE_SHARE, friction = FL_ROLE_FRICTION;
    struct fl_loop_settings *loops = &model->settings.loops;
    const struct fl_loop_settings kept = *loops;
    assert_int_equal(is_ambassador((struct event[]){{advocate, 364}, {share, 363}}, 2), 1);
    assert_int_equal(is_ambassador((struct event[]){{advocate, 365}, {share, 363}}, 2), 0);
    assert_int_equal(is_ambassador((struct event[]){{advocate, 10}, {share, 10}}, 2), 0);
    assert_int_equal(is_ambassador((struct event[]){{advocate, 11}, {share, 10}, {friction, 0}}, 3), 0);
    assert_int_equal(is_ambassador((struct event[]){{friction, 89}, {advocate, 11}, {share, 10}}, 3), 0);
    assert_int_equal(is_ambassador((struct event[]){{friction, 90}, {advocate, 11}, {share, 10}}, 3), 1);
    loops->friction_days = 0;
    assert_int_equal(is_ambassador((struct event[]){{advocate, 11}, {share, 10}, {friction, 0}}, 3), 1);
    loops->ambassador_event_days = 3;
    assert_int_equal(is_ambassador((struct event[]){{advocate, 11}, {share, 10}}, 2), 0);
    assert_int_equal(is_ambassador((struct event[]){{share, 12}, {advocate, 11}, {share, 10}}, 3), 1);
    *loops = kept;
}

static void test_large_sums(void **state)
{
    (void)state;
    enum { ROWS = 20000 };
    static int32_t day[ROWS];
    static uint8_t type[ROWS];
    static int64_t net[ROWS];
    struct fl_scope_score score = {0};
    struct fl_value_rules rules;
    struct fl_value_sums sums;
    fl_value_rules_init(&rules, model, AS_OF);
    fl_value_begin(&sums);
    for (size_t i = 0; i < ROWS; i++) {
        day[i] = AS_OF - 400 + (int32_t)(i / 100); /* the first 36 days, of 100 rows, lie before the window */
        net[i] = FL_ROW_MONEY_MAX;
    }
    fl_value_add(&rules, &(struct fl_rows){.day = day, .type = type, .net = net, .count = 3609}, &sums);
    fl_value_end(&rules, &sums, &score);
    assert_int_equal(score.net_12m, 9 * FL_ROW_MONEY_MAX);
    fl_value_begin(&sums);
    fl_value_add(&rules, &(struct fl_rows){.day = day, .type = type, .net = net, .count = ROWS}, &sums);
    fl_value_end(&rules, &sums, &score);
    assert_int_equal(score.net_12m, INT64_MAX);
    for (size_t i = 0; i < ROWS; i++)
        net[i] = -net[i];
    fl_value_begin(&sums);
    fl_value_add(&rules, &(struct fl_rows){.day = day, .type = type, .net = net, .count = ROWS}, &sums);
    fl_value_end(&rules, &sums, &score);
    assert_int_equal(score.net_12m, INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_scopes), cmocka_unit_test(test_not_wanted),
        cmocka_unit_test(test_thresholds),    cmocka_unit_test(test_ambassadors),
        cmocka_unit_test(test_large_sums),
    };
    return cmocka_run_group_tests(tests, make_model, free_model);
}
