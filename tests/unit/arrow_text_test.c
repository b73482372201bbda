/* arrow_text_test.c - holds the text of Arrow values to texts written by hand.
 *
 * Each kind has its rule once, with the edges of it: years outside of the calendar, times before 1970, the
 * smallest and largest numbers, scales below zero, floats whose shortest text is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "formats/arrow/arrow_text.h"

static void check(const struct fl_arrow_column *column, size_t row, const char *wanted)
{
    struct fl_buffer text = {0};
    assert_true(fl_arrow_text_append(column, row, &text));
    assert_true(fl_buffer_append(&text, "", 1));
    assert_string_equal(wanted, (const char *)text.bytes);
    fl_buffer_release(&text);
}

static struct fl_arrow_column column_of(struct fl_arrow_type type, const void *values)
{
    return (struct fl_arrow_column){.type = type, .rows = 8, .values = values};
}

static void check_integer(enum fl_arrow_kind kind, enum fl_arrow_unit unit, const char *zone, int64_t value,
                          const char *wanted)
{
    struct fl_arrow_type type = fl_arrow_type_of(kind);
    type.unit = unit;
    type.zone = zone;
    const int32_t narrow = (int32_t)value;
    const struct fl_arrow_column column =
        column_of(type, type.width_bytes == 4 ? (const void *)&narrow : (const void *)&value);
    check(&column, 0, wanted);
}

static void test_numbers(void **state)
{
    (void)state;
    const struct fl_arrow_column i8 = column_of(fl_arrow_type_of(FL_ARROW_INT8), "\x80\x7F");
    check(&i8, 0, "-128");
    check(&i8, 1, "127");
    const struct fl_arrow_column u8 = column_of(fl_arrow_type_of(FL_ARROW_UINT8), "\x80\xFF");
    check(&u8, 1, "255");
    check_integer(FL_ARROW_INT64, 0, NULL, INT64_MIN, "-9223372036854775808");
    check_integer(FL_ARROW_UINT64, 0, NULL, -1, "18446744073709551615");
    check_integer(FL_ARROW_UINT32, 0, NULL, -1, "4294967295");
    const struct fl_arrow_column bits = column_of(fl_arrow_type_of(FL_ARROW_BOOL), "\x02");
    check(&bits, 0, "false");
    check(&bits, 1, "true");
}

static void test_floats(void **state)
{
    (void)state;
    static const double doubles[] = {0.1, -0.0, 1e300, 5e-324, 100, 1.0 / 3};
    const struct fl_arrow_column wide = column_of(fl_arrow_type_of(FL_ARROW_FLOAT64), doubles);
    check(&wide, 0, "0.1");
    check(&wide, 1, "-0");
    check(&wide, 2, "1e+300");
    check(&wide, 3, "5e-324");
    check(&wide, 4, "100");
    check(&wide, 5, "0.3333333333333333");
    static const float floats[] = {0.1f, 16777216.0f, 1.0f / 3};
    const struct fl_arrow_column narrow = column_of(fl_arrow_type_of(FL_ARROW_FLOAT32), floats);
    check(&narrow, 0, "0.1");
    check(&narrow, 1, "16777216");
    check(&narrow, 2, "0.33333334");
    /* 1, -2, 65504, the smallest, infinity, nan */
    static const uint16_t halves[] = {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00, 0x7E00};
    const struct fl_arrow_column half = column_of(fl_arrow_type_of(FL_ARROW_FLOAT16), halves);
    check(&half, 0, "1");
    check(&half, 1, "-2");
    check(&half, 2, "65504");
    check(&half, 3, "5.9604645e-08");
    check(&half, 4, "inf");
    check(&half, 5, "nan");
}

static void test_times(void **state)
{
    (void)state;
    check_integer(FL_ARROW_DATE32, 0, NULL, 0, "1970-01-01");
    check_integer(FL_ARROW_DATE32, 0, NULL, -1, "1969-12-31");
    check_integer(FL_ARROW_DATE32, 0, NULL, 2932897, "2932897d");
    check_integer(FL_ARROW_DATE64, 0, NULL, 86400000, "1970-01-02");
    check_integer(FL_ARROW_DATE64, 0, NULL, -1, "1969-12-31T23:59:59.999");
    check_integer(FL_ARROW_TIME32, FL_ARROW_SECOND, NULL, 86399, "23:59:59");
    check_integer(FL_ARROW_TIME32, FL_ARROW_MILLI, NULL, 1, "00:00:00.001");
    check_integer(FL_ARROW_TIME64, FL_ARROW_NANO, NULL, 3661000000007, "01:01:01.000000007");
    check_integer(FL_ARROW_TIME32, FL_ARROW_SECOND, NULL, 86400, "86400s");
    check_integer(FL_ARROW_TIMESTAMP, FL_ARROW_SECOND, NULL, 951782400, "2000-02-29T00:00:00");
    check_integer(FL_ARROW_TIMESTAMP, FL_ARROW_MICRO, "UTC", -1, "1969-12-31T23:59:59.999999Z");
    check_integer(FL_ARROW_TIMESTAMP, FL_ARROW_NANO, "Asia/Tokyo", INT64_MIN,
                  "1677-09-21T00:12:43.145224192Z");
    check_integer(FL_ARROW_TIMESTAMP, FL_ARROW_SECOND, NULL, INT64_MAX, "9223372036854775807s");
    check_integer(FL_ARROW_TIMESTAMP, FL_ARROW_SECOND, NULL, INT64_MIN, "-9223372036854775808s");
    check_integer(FL_ARROW_DURATION, FL_ARROW_MICRO, NULL, -5, "-5us");
}

static void check_decimal(__int128 value, int scale, const char *wanted)
{
    struct fl_arrow_type type = fl_arrow_type_of(FL_ARROW_DECIMAL128);
    type.scale = scale;
    const struct fl_arrow_column column = column_of(type, &value);
    check(&column, 0, wanted);
}

static void test_decimals(void **state)
{
    (void)state;
    const __int128 smallest = (__int128)((unsigned __int128)1 << 127);
    check_decimal(1250, 2, "12.50");
    check_decimal(-5, 2, "-0.05");
    check_decimal(0, 3, "0.000");
    check_decimal(12, 0, "12");
    check_decimal(12, -3, "12000");
    check_decimal(0, -3, "0");
    check_decimal(-1, 38, "-0.00000000000000000000000000000000000001");
    check_decimal(smallest, 0, "-170141183460469231731687303715884105728");
    check_decimal(smallest, -38,
                  "-17014118346046923173168730371588410572800000000000000000000000000000000000000");
}

static void test_bytes_and_lists(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 2, 2, 5};
    struct fl_arrow_column texts = {.type = fl_arrow_type_of(FL_ARROW_UTF8),
                                    .rows = 3,
                                    .validity = (const uint8_t *)"\x05",
                                    .nulls = 1,
                                    .offsets32 = offsets,
                                    .bytes = (const uint8_t *)"a\"\\b\n"};
    check(&texts, 0, "a\"");
    check(&texts, 1, "");
    static const int32_t list_offsets[] = {0, 3, 3};
    const struct fl_arrow_column lists = {
        .type = fl_arrow_type_of(FL_ARROW_LIST), .rows = 2, .offsets32 = list_offsets, .items = &texts};
    check(&lists, 0, "[\"a\\\"\",null,\"\\\\b\\u000a\"]");
    check(&lists, 1, "[]");
    static const int8_t index[] = {2, 0};
    const struct fl_arrow_column words = {
        .type = fl_arrow_type_of(FL_ARROW_INT8), .rows = 2, .values = index, .words = &texts};
    check(&words, 0, "\\b\n");
    texts.type = fl_arrow_type_of(FL_ARROW_BINARY);
    check(&texts, 2, "5c620a");
    static const double reals[] = {1.5, 1.0 / 0.0, 0, 0};
    const struct fl_arrow_column items = column_of(fl_arrow_type_of(FL_ARROW_FLOAT64), reals);
    const struct fl_arrow_column real_lists = {
        .type = fl_arrow_type_of(FL_ARROW_LIST), .rows = 2, .offsets32 = list_offsets, .items = &items};
    check(&real_lists, 0, "[1.5,\"inf\",0]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),  cmocka_unit_test(test_floats),          cmocka_unit_test(test_times),
        cmocka_unit_test(test_decimals), cmocka_unit_test(test_bytes_and_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
