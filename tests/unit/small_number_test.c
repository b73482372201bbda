/* small_number_test.c - the short way for numbers must be the long way, where it goes at all.
 *
 * Method: texts of every shape (sign, digits before and behind the mark, none) and random ones up to the
 * digit limit go through both struct fl_small_number and struct fl_decimal: parse, product, sum and every
 * rounding. Where the short way says yes, both must give the same number. It must say yes to all that prices
 * look like, and no to what fl_decimal refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "formats/importers/small_number.h"

enum { NUMBERS = 400, TEXT_SIZE = 32 };

/* A counter-based generator: the same texts on every machine. */
static uint64_t scramble(uint64_t counter)
{
    counter += UINT64_C(0x9e3779b97f4a7c15) * (counter + 1);
    counter = (counter ^ (counter >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    counter = (counter ^ (counter >> 27)) * UINT64_C(0x94d049bb133111eb);
    return counter ^ (counter >> 31);
}

static size_t make_text(uint64_t seed, char text[TEXT_SIZE])
{
    const size_t before = 1 + scramble(seed * 4) % 10;
    const size_t after = scramble(seed * 4 + 1) % 6;
    const bool halves = scramble(seed * 4 + 2) % 3 == 0; /* fives and zeros, where rounding turns */
    size_t size = 0;
    if (scramble(seed * 4 + 3) % 3 == 0)
        text[size++] = '-';
    for (size_t i = 0; i < before + after; i++) {
        const uint64_t digit = scramble(seed * 1000 + i);
        if (i == before)
            text[size++] = '.';
        text[size++] = halves ? "05"[digit % 2] : "0123456789"[digit % 10];
    }
    return size;
}

static void check_same(struct fl_small_number small, struct fl_decimal exact)
{
    for (int places = 0; places <= 6; places++) {
        int64_t small_rounded = 0, exact_rounded = 0;
        if (!fl_small_number_round(small, places, &small_rounded))
            continue;
        assert_true(fl_decimal_round(exact, places, &exact_rounded));
        assert_true(small_rounded == exact_rounded);
    }
}

static void agrees_on_texts(void **state)
{
    (void)state;
    static const char *const plain[] = {"0",
                                        "-0",
                                        "0.00",
                                        "007",
                                        "1",
                                        "-1",
                                        "1.5",
                                        "2.55",
                                        "-0.005",
                                        "0.004999",
                                        "999999999999999999",
                                        "-99999999999999999.9",
                                        "0.12345678901234567"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        struct fl_small_number small;
        struct fl_decimal exact;
        assert_true(fl_small_number_parse(plain[i], strlen(plain[i]), '.', &small));
        assert_true(fl_decimal_parse(plain[i], strlen(plain[i]), '.', &exact));
        check_same(small, exact);
    }
    static const char *const others[] = {"",
                                         "-",
                                         "+1",
                                         "1.",
                                         ".5",
                                         "-.5",
                                         "1e3",
                                         " 1",
                                         "1 ",
                                         "1.2.3",
                                         "--1",
                                         "1,5",
                                         "a",
                                         "0x1",
                                         "1234567890123456789",
                                         "0.0000000000000000000"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct fl_small_number small;
        assert_false(fl_small_number_parse(others[i], strlen(others[i]), '.', &small));
    }
    struct fl_small_number small;
    assert_true(fl_small_number_parse("1,25", 4, ',', &small));
    assert_int_equal(small.mantissa, 125);
    assert_int_equal(small.places, 2);
}

static void agrees_on_sums_and_products(void **state)
{
    (void)state;
    size_t products = 0, sums = 0;
    for (uint64_t i = 0; i < NUMBERS; i++) {
        char text[2][TEXT_SIZE];
        struct fl_small_number small[2], small_result;
        struct fl_decimal exact[2], exact_result;
        for (uint64_t side = 0; side < 2; side++) {
            const size_t size = make_text(2 * i + side, text[side]);
            if (!fl_small_number_parse(text[side], size, '.', &small[side]))
                fail_msg("refused %.*s", (int)size, text[side]);
            assert_true(fl_decimal_parse(text[side], size, '.', &exact[side]));
            check_same(small[side], exact[side]);
        }
        if (fl_small_number_multiply(small[0], small[1], &small_result)) {
            assert_true(fl_decimal_multiply(exact[0], exact[1], &exact_result));
            check_same(small_result, exact_result);
            products++;
        }
        if (fl_small_number_add(small[0], small[1], &small_result)) {
            assert_true(fl_decimal_add(exact[0], exact[1], &exact_result));
            check_same(small_result, exact_result);
            sums++;
        }
    }
    assert_true(products > NUMBERS / 2 && sums > NUMBERS / 2);
}

static void gives_up_rather_than_wrap(void **state)
{
    (void)state;
    const struct fl_small_number large = {INT64_MAX, 0}, tiny = {1, 18}, tenth = {1, 1}, one = {1, 0},
                                 two = {2, 0};
    const struct fl_small_number lowest = {INT64_MIN, 18};
    struct fl_small_number out;
    int64_t rounded = 0;
    assert_false(fl_small_number_multiply(large, two, &out));
    assert_false(fl_small_number_multiply(tiny, tenth, &out));
    assert_false(fl_small_number_add(large, one, &out));
    assert_false(fl_small_number_add(large, tiny, &out));
    assert_false(fl_small_number_round(large, 1, &rounded));
    assert_false(fl_small_number_round(one, 19, &rounded));
    assert_true(fl_small_number_round(lowest, 0, &rounded));
    assert_int_equal(rounded, -9);
    assert_false(fl_small_number_of((struct fl_decimal){1, 19}, &out));
    assert_false(fl_small_number_of((struct fl_decimal){1, -1}, &out));
    assert_false(fl_small_number_of((struct fl_decimal){(__int128)INT64_MAX, 0}, &out));
    assert_true(fl_small_number_of((struct fl_decimal){-15, 1}, &out));
    assert_int_equal(out.mantissa, -15);
    assert_int_equal(out.places, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_on_texts),
        cmocka_unit_test(agrees_on_sums_and_products),
        cmocka_unit_test(gives_up_rather_than_wrap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
