/* cell_text_test.c - one value of each kind as text.
 *
 * Method: every kind once at its odd values (ends of int64, negative fractions, trailing zeros, empty text,
 * null). Kinds are few, each has one rule, so a table of pairs is all there is to it; the walk over kinds
 * fails when a new one is not here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/table/cell_text.h"

static void expect(enum fl_kind kind, const struct fl_column_data *data, size_t row,
                   const struct fl_words *words, const char *wanted)
{
    const struct fl_column column = {.id = 1, .name = "c", .kind = kind};
    struct fl_buffer out = {0};
    assert_true(fl_buffer_append(&out, "=", 1));
    assert_true(fl_cell_append(&column, data, row, words, &out));
    assert_true(fl_buffer_append(&out, "", 1));
    assert_string_equal((const char *)out.bytes + 1, wanted);
    fl_buffer_release(&out);
}

static void test_integers(void **state)
{
    (void)state;
    const int64_t values[] = {0, -1, INT64_MAX, INT64_MIN, 1500};
    const struct fl_column_data data = {.rows = 5, .as.i64 = values};
    static const enum fl_kind kinds[] = {FL_KIND_KEY, FL_KIND_INTEGER, FL_KIND_MONEY, FL_KIND_MICRO,
                                         FL_KIND_ORDER};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        expect(kinds[i], &data, 0, NULL, "0");
        expect(kinds[i], &data, 1, NULL, "-1");
        expect(kinds[i], &data, 2, NULL, "9223372036854775807");
        expect(kinds[i], &data, 3, NULL, "-9223372036854775808");
        expect(kinds[i], &data, 4, NULL, "1500");
    }
}

static void test_fractions(void **state)
{
    (void)state;
    const int64_t values[] = {0, 1500, -250, 2000, 1, INT64_MIN, 52520008, -1};
    const struct fl_column_data data = {.rows = 8, .as.i64 = values};
    expect(FL_KIND_MILLI, &data, 0, NULL, "0");
    expect(FL_KIND_MILLI, &data, 1, NULL, "1.5");
    expect(FL_KIND_MILLI, &data, 2, NULL, "-0.25");
    expect(FL_KIND_MILLI, &data, 3, NULL, "2");
    expect(FL_KIND_MILLI, &data, 4, NULL, "0.001");
    expect(FL_KIND_MILLI, &data, 5, NULL, "-9223372036854775.808");
    expect(FL_KIND_DEGREE, &data, 0, NULL, "0.000000");
    expect(FL_KIND_DEGREE, &data, 6, NULL, "52.520008");
    expect(FL_KIND_DEGREE, &data, 7, NULL, "-0.000001");
}

static void test_days_and_small_numbers(void **state)
{
    (void)state;
    const int32_t days[] = {0, 20000, -719162, 2932896, 89999};
    const uint8_t small[] = {0, 255};
    const struct fl_column_data day_data = {.rows = 5, .as.i32 = days};
    const struct fl_column_data small_data = {.rows = 2, .as.u8 = small};
    expect(FL_KIND_DAY, &day_data, 0, NULL, "1970-01-01");
    expect(FL_KIND_DAY, &day_data, 1, NULL, "2024-10-04");
    expect(FL_KIND_DAY, &day_data, 2, NULL, "0001-01-01");
    expect(FL_KIND_DAY, &day_data, 3, NULL, "9999-12-31");
    expect(FL_KIND_SECOND, &day_data, 4, NULL, "89999");
    expect(FL_KIND_TYPE, &small_data, 1, NULL, "255");
    expect(FL_KIND_SMALL, &small_data, 0, NULL, "0");
}

static void test_words_and_texts(void **state)
{
    (void)state;
    const uint32_t numbers[] = {1, 0}, offsets[] = {0, 2, 6}, text_offsets[] = {0, 0, 3};
    const struct fl_words words = {2, offsets, "abcdef"};
    const struct fl_column_data word_data = {.rows = 2, .as.words = numbers};
    const struct fl_column_data text_data = {.rows = 2, .text_offsets = text_offsets, .text_bytes = "\"x,"};
    expect(FL_KIND_WORD, &word_data, 0, &words, "cdef");
    expect(FL_KIND_WORD, &word_data, 1, &words, "ab");
    expect(FL_KIND_TEXT, &text_data, 0, NULL, "");
    expect(FL_KIND_TEXT, &text_data, 1, NULL, "\"x,"); /* no quoting: that is the exporter's */
}

static void test_null_is_nothing_in_every_kind(void **state)
{
    (void)state;
    const uint8_t nulls[] = {1};
    const int64_t zero[] = {0, 0};
    const uint32_t offsets[] = {0, 0};
    struct fl_column_data data = {
        .rows = 1, .as.i64 = zero, .nulls = nulls, .text_offsets = offsets, .text_bytes = ""};
    const struct fl_words words = {1, offsets, ""};
    for (unsigned kind = 1; fl_kind_name((enum fl_kind)kind) != NULL; kind++)
        expect((enum fl_kind)kind, &data, 0, &words, "");
    data.nulls = NULL; /* each kind has a text: the walk would stop here in a build with asserts */
    for (unsigned kind = 1; fl_kind_name((enum fl_kind)kind) != NULL; kind++) {
        const struct fl_column column = {.kind = (enum fl_kind)kind};
        struct fl_buffer out = {0};
        assert_true(fl_cell_append(&column, &data, 0, &words, &out));
        fl_buffer_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_days_and_small_numbers),
        cmocka_unit_test(test_words_and_texts),
        cmocka_unit_test(test_null_is_nothing_in_every_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
