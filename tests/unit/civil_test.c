/* civil_test.c - walks every day of the calendar once.
 *
 * From 0001-01-01 to 9999-12-31 a day counter is stepped by the school rule (month lengths, leap years) and
 * compared with both conversions, with the text form and with its parse: all 3,652,059 days, so no branch is
 * left to chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "formats/base/civil.h"

static int days_of_month(int year, int month)
{
    if (month == 2)
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static void check_day(int32_t day, int year, int month, int day_of_month)
{
    int got_year, got_month, got_day;
    fl_day_to_civil(day, &got_year, &got_month, &got_day);
    if (got_year != year || got_month != month || got_day != day_of_month ||
        fl_civil_to_day(year, month, day_of_month) != day || !fl_civil_is_valid(year, month, day_of_month))
        fail_msg("%d is not %d-%d-%d", day, year, month, day_of_month);
}

static void test_every_day(void **state)
{
    (void)state;
    int32_t day = FL_DAY_MIN;
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            const int days = days_of_month(year, month);
            for (int day_of_month = 1; day_of_month <= days; day_of_month++)
                check_day(day++, year, month, day_of_month);
            assert_false(fl_civil_is_valid(year, month, days + 1));
        }
    }
    assert_int_equal(day, FL_DAY_MAX + 1);
    assert_int_equal(fl_civil_to_day(1970, 1, 1), 0);
}

static void test_text_of_every_day(void **state)
{
    (void)state;
    for (int32_t day = FL_DAY_MIN; day <= FL_DAY_MAX; day++) {
        char text[11];
        int32_t parsed;
        fl_day_format(day, text);
        if (!fl_day_parse(text, 10, &parsed) || parsed != day)
            fail_msg("%d is printed as %s", day, text);
    }
    char text[11];
    fl_day_format(FL_DAY_MIN, text);
    assert_string_equal(text, "0001-01-01");
    fl_day_format(20778, text);
    assert_string_equal(text, "2026-11-21");
    fl_day_format(FL_DAY_MAX, text);
    assert_string_equal(text, "9999-12-31");
}

static void test_not_valid(void **state)
{
    (void)state;
    assert_false(fl_civil_is_valid(0, 1, 1));
    assert_false(fl_civil_is_valid(10000, 1, 1));
    assert_false(fl_civil_is_valid(2026, 0, 1));
    assert_false(fl_civil_is_valid(2026, 13, 1));
    assert_false(fl_civil_is_valid(2026, 1, 0));
    assert_false(fl_civil_is_valid(-1, -1, -1));
    assert_true(fl_civil_is_valid(2000, 2, 29));
    assert_false(fl_civil_is_valid(1900, 2, 29));
}

static void test_refused_texts(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",           "2026-11-2",  "2026-11-211", "2026/11/21", "2026-11/21", "2026-02-29", "0000-01-01",
        "2026-00-10", "2026-13-10", "2026-10-00",  "2026-10-32", " 026-10-10", "2026-1x-10", "+026-10-10",
        "21.11.2026", "20261121",   "2026-11-21 ", "-001-01-01", "2026-11- 1",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int32_t day = 77;
        if (fl_day_parse(refused[i], strlen(refused[i]), &day))
            fail_msg("`%s` was taken", refused[i]);
        assert_int_equal(day, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_text_of_every_day),
        cmocka_unit_test(test_not_valid),
        cmocka_unit_test(test_refused_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
