/* tier_test.c - borders of the value tiers, and when a change holds, worked out by hand.
 *
 * Borders: ranks round up, ties share a tier, few or no buyers. Changes: each side of the border's width by
 * one minor unit, up and down, over one tier and over several, the second night running, a pending change
 * that turns round, and everything that holds at once: no night before, from and to Z. */
#include "tests/unit/folder_fixture.h"

#include "engine/tier.h"

static const int32_t shares[FL_TIER_D] = {50, 200, 500}; /* A, A and B, A to C */

static void test_borders(void **state)
{
    (void)state;
    struct fl_tier_borders borders = {.up_milli = 1050, .down_milli = 950};
    int64_t values[100];
    for (int i = 0; i < 100; i++)
        values[i] = 10 * (i + 1);
    fl_tier_borders_find(values, 100, shares, &borders);
    assert_true(borders.lowest[FL_TIER_A] == 960 && borders.lowest[FL_TIER_B] == 810 &&
                borders.lowest[FL_TIER_C] == 510);
    assert_int_equal(fl_tier_plain(&borders, 960), FL_TIER_A);
    assert_int_equal(fl_tier_plain(&borders, 959), FL_TIER_B);
    assert_int_equal(fl_tier_plain(&borders, 510), FL_TIER_C);
    assert_int_equal(fl_tier_plain(&borders, 509), FL_TIER_D);
    fl_tier_borders_find(values, 21, shares, &borders); /* ceil(1.05) = 2, ceil(4.2) = 5, ceil(10.5) = 11 */
    assert_true(borders.lowest[FL_TIER_A] == 200 && borders.lowest[FL_TIER_B] == 170 &&
                borders.lowest[FL_TIER_C] == 110);
    fl_tier_borders_find(values, 1, shares, &borders); /* the only one is the best */
    assert_int_equal(fl_tier_plain(&borders, 10), FL_TIER_A);
    for (int i = 0; i < 100; i++)
        values[i] = 7;
    fl_tier_borders_find(values, 100, shares, &borders); /* ties are all above the border */
    assert_int_equal(fl_tier_plain(&borders, 7), FL_TIER_A);
    fl_tier_borders_find(values, 0, shares, &borders);
    assert_int_equal(fl_tier_plain(&borders, INT64_MAX - 1), FL_TIER_D);
    fl_tier_borders_find(values, 100, (const int32_t[FL_TIER_D]){0, 0, 10}, &borders); /* no A, no B */
    assert_true(borders.lowest[FL_TIER_A] == INT64_MAX && borders.lowest[FL_TIER_C] == 7);
}

static const struct fl_tier_borders borders = {{1000, 600, 200}, 1050, 950};

static void assert_tonight(bool is_buyer, int64_t value, const struct fl_tier_state *before, unsigned tier,
                           unsigned pending)
{
    const struct fl_tier_state now = fl_tier_tonight(&borders, is_buyer, value, before);
    assert_int_equal(now.tier, tier);
    assert_int_equal(now.pending, pending);
    assert_int_equal(now.pending_nights, pending != FL_TIERS);
}

static void test_at_once(void **state)
{
    (void)state;
    const struct fl_tier_state b = {.tier = FL_TIER_B, .pending = FL_TIERS};
    const struct fl_tier_state z = {.tier = FL_TIER_Z, .pending = FL_TIERS};
    assert_tonight(true, 999, NULL, FL_TIER_B, FL_TIERS);
    assert_tonight(false, 0, NULL, FL_TIER_Z, FL_TIERS);
    assert_tonight(true, 600, &b, FL_TIER_B, FL_TIERS);
    assert_tonight(false, 5000, &b, FL_TIER_Z, FL_TIERS);
    assert_tonight(true, 1000, &z, FL_TIER_A, FL_TIERS);
}

static void test_up_and_down(void **state)
{
    (void)state;
    const struct fl_tier_state b = {.tier = FL_TIER_B, .pending = FL_TIERS};
    const struct fl_tier_state d = {.tier = FL_TIER_D, .pending = FL_TIERS};
    const struct fl_tier_state a = {.tier = FL_TIER_A, .pending = FL_TIERS};
    assert_tonight(true, 1049, &b, FL_TIER_B, FL_TIER_A);
    assert_tonight(true, 1050, &b, FL_TIER_A, FL_TIERS);
    assert_tonight(true, 570, &b, FL_TIER_B, FL_TIER_C); /* 0.95 of the border of the tier that is left */
    assert_tonight(true, 569, &b, FL_TIER_C, FL_TIERS);
    assert_tonight(true, 1049, &d, FL_TIER_D, FL_TIER_A); /* the border of the tier that is reached */
    assert_tonight(true, 1050, &d, FL_TIER_A, FL_TIERS);
    assert_tonight(true, 950, &a, FL_TIER_A, FL_TIER_B);
    assert_tonight(true, 100, &a, FL_TIER_D, FL_TIERS);
}

static void test_second_night(void **state)
{
    (void)state;
    const struct fl_tier_state up = {.tier = FL_TIER_B, .pending = FL_TIER_A, .pending_nights = 1};
    assert_tonight(true, 1001, &up, FL_TIER_A, FL_TIERS);
    assert_tonight(true, 999, &up, FL_TIER_B, FL_TIERS);  /* back: nothing waits any more */
    assert_tonight(true, 590, &up, FL_TIER_B, FL_TIER_C); /* another way: it waits anew */
    assert_tonight(true, 100, &up, FL_TIER_D, FL_TIERS);  /* clear of the border */
    assert_tonight(false, 1001, &up, FL_TIER_Z, FL_TIERS);
}

/* Values of 63 bits: the products need more. */
static void test_large_values(void **state)
{
    (void)state;
    const struct fl_tier_borders large = {{INT64_MAX / 2, 600, 200}, 1050, 950};
    const struct fl_tier_state b = {.tier = FL_TIER_B, .pending = FL_TIERS};
    assert_int_equal(fl_tier_tonight(&large, true, INT64_MAX / 2, &b).pending, FL_TIER_A);
    assert_int_equal(fl_tier_tonight(&large, true, INT64_MAX, &b).tier, FL_TIER_A);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(fl_tier_word(FL_TIER_A), "A");
    assert_string_equal(fl_tier_word(FL_TIER_Z), "Z");
    assert_null(fl_tier_word(FL_TIERS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_borders),      cmocka_unit_test(test_at_once),
        cmocka_unit_test(test_up_and_down),  cmocka_unit_test(test_second_night),
        cmocka_unit_test(test_large_values), cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
