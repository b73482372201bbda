/* day_facts_test.c - a customer's days hold what its rows say, in memory that does not grow with rows.
 *
 * Rows of every role on a few days are added in pieces cut anywhere; days, events and sums are compared with
 * sums over all rows, those of categories day by day too. Two million rows of ten days must fit into the
 * memory of ten days; a limit that is too small, and amounts that pass 63 bits, must be told. */
#include "tests/unit/facts_fixture.h"

enum { ROWS = 6000, DAYS = 40, CATEGORIES = 7, FIRST_DAY = 9000 };

static struct fl_model *model;
static struct fact_arrays arrays;
static struct fact_row rows[ROWS];

static int open_model(void **state)
{
    (void)state;
    model = default_model();
    return 0;
}

static int close_model(void **state)
{
    (void)state;
    fl_model_free(model);
    return 0;
}

static void make_rows(uint64_t *random)
{
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (struct fact_row){.day = FIRST_DAY + (int32_t)(i * DAYS / ROWS),
                                    .type = (uint8_t)(1 + next_random(random) % 140),
                                    .amount = (int64_t)(next_random(random) % 1000),
                                    .margin = (int64_t)(next_random(random) % 1000) - 500,
                                    .promoted = next_random(random) % 2 == 0,
                                    .category = (uint32_t)(next_random(random) % (CATEGORIES + 1))};
        if (rows[i].category == CATEGORIES)
            rows[i].category = FL_NO_WORD;
    }
}

static uint32_t event_of(enum fl_role role)
{
    return role == FL_ROLE_PURCHASE                            ? FL_DAY_PURCHASE
           : role == FL_ROLE_FRICTION                          ? FL_DAY_FRICTION
           : role == FL_ROLE_OPT_OUT                           ? FL_DAY_OPT_OUT
           : role == FL_ROLE_ADVOCATE || role == FL_ROLE_SHARE ? FL_DAY_ADVOCATE
           : role == FL_ROLE_EXIT_SURVEY                       ? FL_DAY_EXIT_SURVEY
                                                               : 0;
}

static void check_day(const struct slow_facts *slow, const struct fl_day_fact *of_day)
{
    struct fl_day_fact sum = {.day = of_day->day};
    for (size_t i = 0; i < slow->count; i++) {
        const enum fl_role role = slow_role(slow, i);
        if (rows[i].day != of_day->day)
            continue;
        sum.events |= event_of(role);
        sum.bought += role == FL_ROLE_PURCHASE ? rows[i].amount : 0;
        sum.promoted += role == FL_ROLE_PURCHASE && rows[i].promoted ? rows[i].amount : 0;
        sum.returned += role == FL_ROLE_RETURN || role == FL_ROLE_CANCEL ? rows[i].amount : 0;
        sum.margin += slow_is_money(slow, i) ? rows[i].margin : 0;
    }
    assert_int_equal(sum.events, of_day->events);
    assert_int_equal(sum.bought, of_day->bought);
    assert_int_equal(sum.promoted, of_day->promoted);
    assert_int_equal(sum.returned, of_day->returned);
    assert_int_equal(sum.margin, of_day->margin);
}

static void check_categories(const struct slow_facts *slow, const struct fl_day_facts *days)
{
    static int64_t net[DAYS][CATEGORIES];
    memset(net, 0, sizeof net);
    for (size_t i = 0; i < slow->count; i++) {
        if (rows[i].category != FL_NO_WORD)
            net[rows[i].day - FIRST_DAY][rows[i].category] += slow_net(slow, i);
    }
    for (size_t i = 0; i < days->category_count; i++) {
        const struct fl_category_fact *fact = &days->categories[i];
        assert_true(i == 0 || fact->day >= fact[-1].day);
        net[fact->day - FIRST_DAY][fact->category] -= fact->net;
    }
    for (size_t i = 0; i < DAYS * CATEGORIES; i++)
        assert_int_equal(net[i / CATEGORIES][i % CATEGORIES], 0);
}

static void test_days(void **state)
{
    (void)state;
    uint64_t random = 5;
    struct fl_day_facts days;
    const struct slow_facts slow = {&model->registry, NULL, rows, ROWS};
    fl_day_facts_init(&days, &model->registry, UINT64_C(1) << 24);
    for (size_t piece = 1; piece <= ROWS; piece *= 7) {
        make_rows(&random);
        fill_fact_arrays(&slow, &arrays);
        add_fact_pieces(&days, &arrays, piece, &random);
        assert_int_equal(days.day_count, DAYS);
        for (size_t i = 0; i < DAYS; i++) {
            assert_int_equal(days.days[i].day, FIRST_DAY + (int32_t)i);
            check_day(&slow, &days.days[i]);
        }
        check_categories(&slow, &days);
    }
    fl_day_facts_begin(&days);
    assert_int_equal(days.day_count + days.category_count, 0);
    fl_day_facts_release(&days);
}

static void test_nothing_of_a_role(void **state)
{
    (void)state;
    struct fl_day_facts days;
    const int32_t day[3] = {FIRST_DAY, FIRST_DAY, FIRST_DAY + 1};
    const uint8_t type[3] = {1, 2, 200}; /* the last one is not in the registry */
    const struct fl_rows some = {.day = day, .type = type, .count = 3};
    fl_day_facts_init(&days, &model->registry, 0);
    assert_int_equal(fl_day_facts_add(&days, &some, NULL, NULL), FL_OK); /* needs no memory */
    assert_int_equal(days.day_count, 0);
    fl_day_facts_release(&days);
}

/* Money is not wanted, or the blocks had none: what has happened is still known. */
static void test_without_money(void **state)
{
    (void)state;
    struct fl_day_facts days;
    const int32_t day[2] = {FIRST_DAY, FIRST_DAY};
    const uint8_t type[2] = {type_of(model, "purchase_web"), type_of(model, "return_registered")};
    const uint32_t category[2] = {0, 0};
    const struct fl_rows some = {.day = day, .type = type, .count = 2};
    fl_day_facts_init(&days, &model->registry, UINT64_C(1) << 24);
    assert_int_equal(fl_day_facts_add(&days, &some, category, NULL), FL_OK);
    assert_int_equal(days.day_count, 1);
    assert_int_equal(days.days[0].events, FL_DAY_PURCHASE);
    assert_int_equal(days.days[0].bought | days.days[0].returned | days.days[0].margin, 0);
    assert_int_equal(days.category_count, 2);
    assert_int_equal(days.categories[0].net | days.categories[1].net, 0);
    fl_day_facts_release(&days);
}

static void test_memory(void **state)
{
    (void)state;
    enum { TIMES = 200, MANY_DAYS = 10 };
    uint64_t random = 9;
    struct fl_day_facts days;
    struct fl_error error;
    const struct slow_facts slow = {&model->registry, NULL, rows, ROWS};
    const uint64_t enough = 4096 * (sizeof(struct fl_day_fact) + 2 * sizeof(struct fl_category_fact));
    make_rows(&random);
    for (size_t i = 0; i < ROWS; i++)
        rows[i].type = type_of(model, "purchase_web");
    fill_fact_arrays(&slow, &arrays);
    fl_day_facts_init(&days, &model->registry, enough);
    for (int32_t time = 0; time < TIMES; time++) {
        for (size_t i = 0; i < ROWS; i++)
            arrays.day[i] = FIRST_DAY + time * MANY_DAYS / TIMES;
        assert_int_equal(fl_day_facts_add(&days, &arrays.rows, arrays.category, NULL), FL_OK);
    }
    assert_int_equal(days.day_count, MANY_DAYS);
    fl_day_facts_release(&days);
    fl_day_facts_init(&days, &model->registry, enough - 1); /* a second page of categories is too much */
    fl_error_clear(&error);
    fl_status status = FL_OK;
    for (size_t i = 0; i < ROWS; i++)
        arrays.category[i] = (uint32_t)i;
    status = fl_day_facts_add(&days, &arrays.rows, arrays.category, &error);
    assert_int_equal(status, FL_LIMIT);
    assert_non_null(strstr(error.message, "raise --memory"));
    fl_day_facts_release(&days);
}

/* 7,000 of the largest amounts are just not too much. */
static void test_huge_amounts(void **state)
{
    (void)state;
    enum { MANY = 7000 };
    static int32_t day[MANY + 1];
    static uint8_t type[MANY + 1];
    static int64_t money[MANY + 1];
    const int64_t largest[] = {FL_ROW_MONEY_MAX, -FL_ROW_MONEY_MAX};
    for (size_t sign = 0; sign < 2; sign++) {
        const uint8_t of_all = type_of(model, sign == 0 ? "purchase_web" : "return_registered");
        for (size_t i = 0; i <= MANY; i++) {
            day[i] = FIRST_DAY + (int32_t)(i / 1000);
            type[i] = of_all;
            money[i] = i < MANY ? largest[sign] : sign == 0 ? 1 : -1;
        }
        for (size_t more = 0; more < 4; more++) {
            struct fl_day_facts days;
            const struct fl_rows all = {.day = day,
                                        .type = type,
                                        .net = more < 2 ? money : NULL,
                                        .margin = more < 2 ? NULL : money,
                                        .count = MANY + more % 2};
            fl_day_facts_init(&days, &model->registry, UINT64_C(1) << 24);
            assert_int_equal(fl_day_facts_add(&days, &all, NULL, NULL), more % 2 == 0 ? FL_OK : FL_LIMIT);
            fl_day_facts_begin(&days); /* the next customer is not to blame */
            assert_int_equal(
                fl_day_facts_add(&days, &(struct fl_rows){.day = day, .type = type, .count = 2}, NULL, NULL),
                FL_OK);
            fl_day_facts_release(&days);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),          cmocka_unit_test(test_nothing_of_a_role),
        cmocka_unit_test(test_without_money), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_huge_amounts),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
