/* time_format_test.c - every directive on texts that fit it and on the nearest that do not.
 *
 * Method: tables of (format, text, day, second, offset) and of (format, text) that must be refused; a format
 * is a short list of independent directives, so one accepted and one refused text for each edge of each
 * directive covers it. All days of 1999..2004 go through "%Y-%m-%d" and iso against the calendar's own
 * formatter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "formats/base/civil.h"
#include "formats/importers/time_format.h"

enum { NO_TIME = -1, NO_OFFSET = 1000000 };

static struct fl_time_format compiled(const char *words)
{
    struct fl_time_format format;
    const char *problem = fl_time_format_compile(fl_text_of(words), &format);
    if (problem != NULL)
        fail_msg("%s: %s", words, problem);
    return format;
}

static void reads_what_fits(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text, *day;
        int second, offset;
    } cases[] = {
        {"iso", "2020-07-30", "2020-07-30", NO_TIME, NO_OFFSET},
        {"iso", "2020-07-30T23:17:36", "2020-07-30", 83856, NO_OFFSET},
        {"iso", "2020-07-30 23:17:36", "2020-07-30", 83856, NO_OFFSET},
        {"iso", "2020-07-30 23:17", "2020-07-30", 83820, NO_OFFSET},
        {"iso", "2020-07-30T23:17:36.123456789Z", "2020-07-30", 83856, 0},
        {"iso", "2020-07-30T23:17Z", "2020-07-30", 83820, 0},
        {"iso", "2020-07-30T23:17:36+05:30", "2020-07-30", 83856, 19800},
        {"iso", "2020-07-30T23:17:36-0330", "2020-07-30", 83856, -12600},
        {"iso", "2020-07-30 23:17:36+00", "2020-07-30", 83856, 0},
        {"iso", "2016-12-31T23:59:60Z", "2016-12-31", 86399, 0},
        {"iso", "2000-02-29T00:00:00", "2000-02-29", 0, NO_OFFSET},
        {"iso", "0001-01-01", "0001-01-01", NO_TIME, NO_OFFSET},
        {"iso", "9999-12-31", "9999-12-31", NO_TIME, NO_OFFSET},
        {"%m/%d/%Y %I:%M:%S %p", "6/22/1997 12:00:00 AM", "1997-06-22", 0, NO_OFFSET},
        {"%m/%d/%Y %I:%M:%S %p", "06/02/1997 12:00:01 pm", "1997-06-02", 43201, NO_OFFSET},
        {"%m/%d/%Y %I:%M:%S %p", "12/31/1997 11:59:59 PM", "1997-12-31", 86399, NO_OFFSET},
        {"%d.%m.%y", "1.2.68", "2068-02-01", NO_TIME, NO_OFFSET},
        {"%d.%m.%y", "01.02.69", "1969-02-01", NO_TIME, NO_OFFSET},
        {"%e %b %Y", " 5 may 2019", "2019-05-05", NO_TIME, NO_OFFSET},
        {"%e %b %Y", "15 September 2019", "2019-09-15", NO_TIME, NO_OFFSET},
        {"%B %d, %Y", "May 1, 2019", "2019-05-01", NO_TIME, NO_OFFSET},
        {"%B %d, %Y", "AUG 1, 2019", "2019-08-01", NO_TIME, NO_OFFSET},
        {"%Y%m%d%H%M", "202007302317", "2020-07-30", 83820, NO_OFFSET},
        {"%Y-%m-%dT%H:%M:%S.%f%z", "2020-07-30T23:17:36.5Z", "2020-07-30", 83856, 0},
        {"%Y-%m-%dT%H%z", "2020-07-30T7+01", "2020-07-30", 25200, 3600},
        {"%d%%%m%%%Y", "30%7%2020", "2020-07-30", NO_TIME, NO_OFFSET},
        {"epoch_seconds", "0", "1970-01-01", 0, 0},
        {"epoch_seconds", "-1", "1969-12-31", 86399, 0},
        {"epoch_seconds", "1596151056", "2020-07-30", 83856, 0},
        {"epoch_milliseconds", "1596151056999", "2020-07-30", 83856, 0},
        {"epoch_milliseconds", "-1", "1969-12-31", 86399, 0},
        {"epoch_milliseconds", "-86400001", "1969-12-30", 86399, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fl_time_format format = compiled(cases[i].format);
        struct fl_wall_time time;
        if (!fl_time_format_read(&format, fl_text_of(cases[i].text), &time))
            fail_msg("%s refused %s", cases[i].format, cases[i].text);
        char day[11];
        fl_day_format(time.day, day);
        assert_string_equal(day, cases[i].day);
        assert_int_equal(time.has_second, cases[i].second != NO_TIME);
        assert_int_equal(time.second, cases[i].second == NO_TIME ? 0 : cases[i].second);
        assert_int_equal(time.has_offset, cases[i].offset != NO_OFFSET);
        assert_int_equal(time.offset_seconds, cases[i].offset == NO_OFFSET ? 0 : cases[i].offset);
    }
}

static void refuses_what_does_not_fit(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text;
        bool impossible; /* no other reason */
    } cases[] = {
        {"iso", "", false},
        {"iso", "2020-7-30", false},
        {"iso", "2020-02-30", true},
        {"iso", "2019-02-29", true},
        {"iso", "1900-02-29", true},
        {"iso", "2020-13-01", true},
        {"iso", "2020-00-01", true},
        {"iso", "2020-01-00", true},
        {"iso", "0000-01-01", true},
        {"iso", "2020-07-30T", false},
        {"iso", "2020-07-30T25:00", true},
        {"iso", "2020-07-30T24:00", true},
        {"iso", "2020-07-30T23:60", true},
        {"iso", "2020-07-30T23:59:61", true},
        {"iso", "2020-07-30T23", false},
        {"iso", "2020-07-30T23:17:36.", false},
        {"iso", "2020-07-30T23:17:36,5", false},
        {"iso", "2020-07-30T23:17:36+24:00", false},
        {"iso", "2020-07-30T23:17:36+05:60", false},
        {"iso", "2020-07-30T23:17:36+5:30", false},
        {"iso", "2020-07-30T23:17:36+05:", false},
        {"iso", "2020-07-30T23:17:36 Z", false},
        {"iso", "2020-07-30Z", false},
        {"iso", "2020-07-30 ", false},
        {"iso", "20200730", false},
        {"%m/%d/%Y %I:%M:%S %p", "6/22/1997 13:00:00 AM", true},
        {"%m/%d/%Y %I:%M:%S %p", "6/22/1997 0:00:00 AM", true},
        {"%m/%d/%Y %I:%M:%S %p", "6/22/1997 12:00:00", false},
        {"%m/%d/%Y %I:%M:%S %p", "6/22/1997 12:00:00 XM", false},
        {"%m/%d/%Y", "6/22/197", false},
        {"%m/%d/%Y", "6/22/19977", false},
        {"%m/%d/%Y", "/22/1997", false},
        {"%d %b %Y", "1 Foo 2019", false},
        {"%d %b %Y", "1 Septem 2019", false},
        {"%Y-%m-%d %H:%M", "2020-07-30 24:00", true},
        {"%Y-%m-%d %H:%M:%S.%f", "2020-07-30 23:00:00.", false},
        {"%Y-%m-%d %H:%M%z", "2020-07-30 23:00z", false},
        {"epoch_seconds", "1.5", false},
        {"epoch_seconds", "", false},
        {"epoch_seconds", "253402300800", false}, /* 10000-01-01 */
        {"epoch_milliseconds", "9223372036854775807", false},
        {"epoch_seconds", "-62135596801", false}, /* the second before 0001-01-01 */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fl_time_format format = compiled(cases[i].format);
        struct fl_wall_time time;
        if (fl_time_format_read(&format, fl_text_of(cases[i].text), &time))
            fail_msg("%s took %s", cases[i].format, cases[i].text);
        if (time.is_impossible != cases[i].impossible)
            fail_msg("%s did not say why it refused %s", cases[i].format, cases[i].text);
    }
}

static void refuses_bad_formats(void **state)
{
    (void)state;
    static const struct {
        const char *format, *problem;
    } cases[] = {
        {"%m-%d", "the format needs one year (%Y or %y)"},
        {"%Y-%y-%m-%d", "the format needs one year (%Y or %y)"},
        {"%Y-%d", "the format needs one month (%m, %b or %B)"},
        {"%Y-%m", "the format needs one day of the month (%d or %e)"},
        {"%Y-%m-%d %H %I %p", "the format has two hours"},
        {"%Y-%m-%d %I", "%I needs one %p, and %p needs %I"},
        {"%Y-%m-%d %H %p", "%I needs one %p, and %p needs %I"},
        {"%Y-%m-%d %H:%M:%M", "the format has two minutes or two seconds"},
        {"%Y-%m-%d %M", "%M needs an hour (%H or %I)"},
        {"%Y-%m-%d %H:%S", "%S needs %M"},
        {"%Y-%m-%d %H:%M.%f", "%f needs %S, once"},
        {"%Y-%m-%d%z", "%z needs an hour (%H or %I), once"},
        {"%Y-%m-%d %Q", "known after % are Y y m d e H I M S p b B f z and %"},
        {"%Y-%m-%d%", "the format ends after %"},
        {"", "the format needs one year (%Y or %y)"},
        {"%Y-%m-%d...............................................................",
         "the format has more than 64 parts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fl_time_format format;
        const char *problem = fl_time_format_compile(fl_text_of(cases[i].format), &format);
        assert_non_null(problem);
        assert_string_equal(problem, cases[i].problem);
    }
}

static void reads_every_day(void **state)
{
    (void)state;
    const struct fl_time_format iso = compiled("iso");
    const struct fl_time_format steps = compiled("%Y-%m-%d");
    for (int32_t day = fl_civil_to_day(1999, 1, 1); day <= fl_civil_to_day(2004, 12, 31); day++) {
        char text[11];
        struct fl_wall_time time;
        fl_day_format(day, text);
        assert_true(fl_time_format_read(&iso, fl_text_of(text), &time));
        assert_int_equal(time.day, day);
        assert_true(fl_time_format_read(&steps, fl_text_of(text), &time));
        assert_int_equal(time.day, day);
    }
}

/* Texts cut at each byte end where their memory ends, so the sanitizer sees a read past it. */
static void stops_at_the_end(void **state)
{
    (void)state;
    static const char text[] = "2020-07-30T23:17:36.5+05:30";
    static const struct {
        const char *format, *sizes; /* bytes of the text that the format takes */
    } cases[] = {{"iso", " 10 16 19 21 24 27 "}, {"%Y-%m-%dT%H:%M:%S.%f%z", " 24 27 "}, {"%Y-%b-%d", " "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fl_time_format format = compiled(cases[i].format);
        for (size_t size = 0; size < sizeof text; size++) {
            char *cut = test_malloc(size + 1);
            char words[16];
            struct fl_wall_time time;
            memcpy(cut + 1, text, size);
            snprintf(words, sizeof words, " %zu ", size);
            assert_int_equal(fl_time_format_read(&format, (struct fl_text){cut + 1, size}, &time),
                             strstr(cases[i].sizes, words) != NULL);
            test_free(cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_fits),     cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(refuses_bad_formats), cmocka_unit_test(reads_every_day),
        cmocka_unit_test(stops_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
