/* points_test.c - micro-points of a daily group: cap, rounding, decay, each by hand.
 *
 * A registry of few types with odd weights gives cases worked out on paper (see the comments); on random
 * groups the identities that explain relies on must hold, and the table for single rows must agree with the
 * general formula. */
#include "tests/unit/engine_fixture.h"

#include "engine/decay.h"
#include "engine/points.h"

enum { PLAIN = 0, NEGATIVE = 1, UNCAPPED = 2, HEAVY = 3, BY_ORDER = 4 };
static const char registry_text[] =
    "type_id,name,channel,direction,loop,weight,half_life_days,daily_cap,count_by,role,"
    "pressure,consent_class,note\n"
    "0,plain,web,inbound,awareness,1,7,2,row,none,0,none,\n"
    "1,negative,web,inbound,nurturing,-0.5,7,1,row,none,0,none,\n"
    "2,uncapped,web,outbound,experience,0.001,0.5,0,row,none,0,none,\n"
    "3,heavy,web,transaction,conversion,1000,1000000,0,row,purchase,0,none,\n"
    "4,by_order,web,transaction,conversion,10,60,3,order,purchase,0,none,\n";

static struct fl_points *points;

static int make_points(void **state)
{
    (void)state;
    struct fl_model model = {.settings = {.horizon_days = 100}};
    assert_int_equal(fl_registry_parse(registry_text, strlen(registry_text), "r", &model.registry, NULL),
                     FL_OK);
    assert_int_equal(fl_points_create(&model, &points, NULL), FL_OK);
    fl_registry_release(&model.registry);
    return 0;
}

static int free_points(void **state)
{
    (void)state;
    fl_points_free(points);
    return 0;
}

static void test_cap(void **state)
{
    (void)state;
    /* Three rows, two count: each gets 2/3 of a point, 0.666667 rounded half away; 3 * 0.333333 are lost. */
    struct fl_group_points group = fl_points_of_group(points, PLAIN, 0, 3, 3);
    assert_int_equal(group.units, 2);
    assert_int_equal(group.p, 666667);
    assert_int_equal(group.lost_to_cap, 3000000 - 3 * 666667);
    /* Two rows are at the cap, not over it. */
    group = fl_points_of_group(points, PLAIN, 0, 2, 2);
    assert_int_equal(group.units, 2);
    assert_int_equal(group.p, 1000000);
    assert_int_equal(group.lost_to_cap, 0);
    /* Away from zero on both sides: -500000 / 64 = -7812.5. */
    group = fl_points_of_group(points, NEGATIVE, 0, 64, 64);
    assert_int_equal(group.p, -7813);
    assert_int_equal(group.lost_to_cap, -64 * 500000 + 64 * 7813);
    /* No cap: nothing is lost, all count. */
    group = fl_points_of_group(points, UNCAPPED, 0, 1000, 1000);
    assert_int_equal(group.units, 1000);
    assert_int_equal(group.p, 1000);
    assert_int_equal(group.lost_to_cap, 0);
    /* 40 lines of two orders: 20 points over 40 rows. */
    group = fl_points_of_group(points, BY_ORDER, 0, 40, 2);
    assert_int_equal(group.units, 2);
    assert_int_equal(group.p, 500000);
    assert_int_equal(group.lost_to_cap, 40 * INT64_C(10000000) - 40 * 500000);
    /* Five orders a day, three count. */
    group = fl_points_of_group(points, BY_ORDER, 0, 5, 5);
    assert_int_equal(group.units, 3);
    assert_int_equal(group.p, 6000000);
}

static void test_decay(void **state)
{
    (void)state;
    /* One half-life: 1000000 / 2. Age 0: D is 2^32 - 1, so 1000000 * (1 - 2^-32) + 1/2 floors to 1000000. */
    assert_int_equal(fl_points_of_group(points, PLAIN, 7, 1, 1).contribution, 500000);
    assert_int_equal(fl_points_of_group(points, PLAIN, 0, 1, 1).contribution, 1000000);
    /* 666667 / 2 = 333333.5, and 1/2 more floors to 333334; -7813 / 2 = -3906.5 and 1/2 more is -3906. */
    assert_int_equal(fl_points_of_group(points, PLAIN, 7, 3, 3).contribution, 333334);
    assert_int_equal(fl_points_of_group(points, NEGATIVE, 7, 64, 64).contribution, -3906);
    /* A half-life of half a day: 1000 / 4 after one. */
    assert_int_equal(fl_points_of_group(points, UNCAPPED, 1, 1, 1).contribution, 250);
}

static void test_horizon(void **state)
{
    (void)state;
    assert_true(fl_points_of_group(points, HEAVY, 100, 1, 1).contribution > 999000000);
    assert_int_equal(fl_points_of_group(points, HEAVY, 101, 1, 1).contribution, 0);
    assert_int_equal(fl_points_of_group(points, HEAVY, 3000000, 1, 1).contribution, 0);
    assert_int_equal(fl_points_of_group(points, HEAVY, 101, 1, 1).p, 1000000000);
    assert_int_equal(points->single[HEAVY * points->ages + fl_points_age(points, 101)], 0);
}

static void test_largest(void **state)
{
    (void)state;
    /* 2^32 rows of 1000 points: every product of the formulas at its limit. */
    const struct fl_group_points group =
        fl_points_of_group(points, HEAVY, 0, FL_SCOPE_ROWS_MAX, FL_SCOPE_ROWS_MAX);
    assert_int_equal(group.p, 1000000000);
    assert_int_equal(group.contribution, 1000000000);
    assert_int_equal(group.lost_to_cap, 0);
    const struct fl_group_points one = fl_points_of_group(points, HEAVY, 0, FL_SCOPE_ROWS_MAX, 1);
    assert_int_equal(one.p, 0); /* 1e9 / 2^32 = 0.23 */
    assert_int_equal(one.lost_to_cap, (int64_t)FL_SCOPE_ROWS_MAX * 1000000000);
    const struct fl_group_points most =
        fl_points_of_group(points, HEAVY, 0, FL_SCOPE_ROWS_MAX, FL_SCOPE_ROWS_MAX - 1);
    assert_int_equal(most.p, 1000000000); /* 999999999.77 */
}

static void test_single_rows_agree(void **state)
{
    (void)state;
    for (uint8_t type = PLAIN; type <= BY_ORDER; type++) {
        for (int32_t age = 0; age <= 101; age++) {
            const struct fl_group_points group = fl_points_of_group(points, type, age, 1, 1);
            assert_int_equal(group.p, points->types[type].single);
            assert_int_equal(group.contribution,
                             points->single[type * points->ages + fl_points_age(points, age)]);
            assert_int_equal(group.lost_to_cap, 0);
        }
    }
}

static void test_identities(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        const uint8_t type = (uint8_t)(next_random(&random) % 5);
        const uint64_t rows = 1 + next_random(&random) % 5000, units = 1 + next_random(&random) % rows;
        const int32_t age = (int32_t)(next_random(&random) % 101);
        const struct fl_group_points group = fl_points_of_group(points, type, age, rows, units);
        const int64_t full = points->types[type].single;
        const uint32_t cap = points->types[type].daily_cap;
        assert_int_equal(group.units, cap != 0 && units > cap ? cap : units);
        assert_int_equal(group.lost_to_cap + (int64_t)rows * group.p, (int64_t)rows * full);
        /* Rounded once, half away: |2 n p - 2 w u| <= n. */
        const int64_t off = 2 * (int64_t)rows * group.p - 2 * full * (int64_t)group.units;
        assert_true((off < 0 ? -off : off) <= (int64_t)rows);
        assert_true(group.p >= 0 ? group.contribution <= group.p && group.contribution >= 0
                                 : group.contribution >= group.p && group.contribution <= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_decay),
        cmocka_unit_test(test_horizon),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_single_rows_agree),
        cmocka_unit_test(test_identities),
    };
    return cmocka_run_group_tests(tests, make_points, free_points);
}
