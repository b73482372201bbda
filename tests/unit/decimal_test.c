/* decimal_test.c - decimal numbers against schoolbook sums on digits.
 *
 * Random texts (signs, zeros on both ends, exponents) are read a second time into an array of digits around a
 * fixed point, where sum, product, order and rounding are done as at school; results and refusals (over 38
 * digits, out of int64) must agree. Chains of products reach mantissas of all lengths. The ends of int64 and
 * each refused form are pinned by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/decimal.h"

/* A number as the digits of 10^-150 .. 10^149. */
enum { DIGITS = 300, POINT = 150 };
struct slow {
    bool negative;
    int digit[DIGITS];
};

static bool slow_is_zero(const struct slow *number)
{
    for (int i = 0; i < DIGITS; i++) {
        if (number->digit[i] != 0)
            return false;
    }
    return true;
}

/* Expects a well-formed text. */
static struct slow slow_parse(const char *text)
{
    struct slow number = {0};
    const char *exponent = strpbrk(text, "eE");
    const char *end = exponent == NULL ? text + strlen(text) : exponent;
    const int shift = exponent == NULL ? 0 : atoi(exponent + 1);
    number.negative = *text == '-';
    text += *text == '-' || *text == '+';
    const char *mark = memchr(text, '.', (size_t)(end - text));
    int place = POINT + shift + (int)((mark == NULL ? end : mark) - text) - 1;
    for (; text < end; text++) {
        if (*text == '.')
            continue;
        assert_true((place >= 0 && place < DIGITS) || *text == '0');
        if (*text != '0')
            number.digit[place] = *text - '0';
        place--;
    }
    number.negative = number.negative && !slow_is_zero(&number);
    return number;
}

static struct slow slow_of(struct fl_decimal number)
{
    char text[80];
    int at = (int)sizeof text;
    text[--at] = '\0';
    const bool negative = number.mantissa < 0;
    unsigned __int128 left =
        negative ? -(unsigned __int128)number.mantissa : (unsigned __int128)number.mantissa;
    do {
        text[--at] = (char)('0' + (int)(left % 10));
        left /= 10;
    } while (left > 0);
    if (negative)
        text[--at] = '-';
    char whole[100];
    (void)snprintf(whole, sizeof whole, "%se%d", text + at, -number.places);
    return slow_parse(whole);
}

static int slow_compare_sizes(const struct slow *a, const struct slow *b)
{
    for (int i = DIGITS - 1; i >= 0; i--) {
        if (a->digit[i] != b->digit[i])
            return a->digit[i] < b->digit[i] ? -1 : 1;
    }
    return 0;
}

static int slow_compare(const struct slow *a, const struct slow *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    return a->negative ? -slow_compare_sizes(a, b) : slow_compare_sizes(a, b);
}

static struct slow slow_add(const struct slow *a, const struct slow *b)
{
    const bool swap = slow_compare_sizes(a, b) < 0;
    const struct slow *large = swap ? b : a;
    const struct slow *small = swap ? a : b;
    const int sign = a->negative == b->negative ? 1 : -1;
    struct slow sum = {0};
    int carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        const int digit = large->digit[i] + sign * small->digit[i] + carry;
        sum.digit[i] = (digit + 10) % 10;
        carry = digit < 0 ? -1 : digit / 10;
    }
    assert_int_equal(carry, 0);
    sum.negative = large->negative && !slow_is_zero(&sum);
    return sum;
}

static struct slow slow_multiply(const struct slow *a, const struct slow *b)
{
    struct slow product = {0};
    for (int i = 0; i < DIGITS; i++) {
        for (int j = 0; a->digit[i] != 0 && j < DIGITS; j++) {
            if (b->digit[j] == 0)
                continue;
            assert_true(i + j - POINT >= 0 && i + j - POINT < DIGITS);
            product.digit[i + j - POINT] += a->digit[i] * b->digit[j];
        }
    }
    int carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        const int digit = product.digit[i] + carry;
        product.digit[i] = digit % 10;
        carry = digit / 10;
    }
    assert_int_equal(carry, 0);
    product.negative = a->negative != b->negative && !slow_is_zero(&product);
    return product;
}

/* Digits from the first to the last that is not 0. */
static int slow_digits(const struct slow *number)
{
    int first = -1, last = -1;
    for (int i = 0; i < DIGITS; i++) {
        if (number->digit[i] == 0)
            continue;
        first = first < 0 ? i : first;
        last = i;
    }
    return first < 0 ? 0 : last - first + 1;
}

/* False: leaves int64. */
static bool slow_round(const struct slow *number, int places, int64_t *rounded)
{
    __int128 value = 0;
    for (int i = DIGITS - 1; i >= 0 && i >= POINT - places; i--) {
        value = value * 10 + number->digit[i];
        if (value > (__int128)1 << 70)
            return false;
    }
    const int half = POINT - places - 1;
    if (half >= 0 && half < DIGITS && number->digit[half] >= 5)
        value++;
    value = number->negative ? -value : value;
    if (value > INT64_MAX || value < INT64_MIN)
        return false;
    *rounded = (int64_t)value;
    return true;
}

static uint64_t random_state = 88172645463325252u;
static unsigned random_below(unsigned limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 33) % limit;
}

/* A well-formed number of at most 18 digits between its outer zeros, within 10^-40 .. 10^40. */
static void random_text(char *text)
{
    char *at = text;
    const unsigned sign = random_below(3);
    if (sign > 0)
        *at++ = sign == 1 ? '-' : '+';
    const unsigned zeros = random_below(4) == 0 ? random_below(5) : 0;
    const unsigned digits = 1 + random_below(random_below(2) == 0 ? 4 : 18);
    const unsigned end_zeros = random_below(4) == 0 ? random_below(5) : 0;
    const unsigned count = zeros + digits + end_zeros;
    const unsigned mark = 1 + random_below(count);
    const unsigned kind = random_below(8);
    for (unsigned i = 0; i < count; i++) {
        const bool outer = i < zeros || i >= zeros + digits;
        if (i == mark)
            *at++ = '.';
        *at++ = outer || kind == 0 ? '0' : kind == 1 ? '9' : (char)('0' + random_below(10));
    }
    *at = '\0';
    if (random_below(3) == 0)
        (void)sprintf(at, "%c%+d", random_below(2) == 0 ? 'e' : 'E', (int)random_below(41) - 20);
}

static void assert_same(const struct slow *wanted, struct fl_decimal got, const char *what)
{
    const struct slow value = slow_of(got);
    if (memcmp(wanted, &value, sizeof value) != 0)
        fail_msg("%s differs", what);
    if (got.mantissa == 0 ? got.places != 0 : got.mantissa % 10 == 0)
        fail_msg("%s is not in its one form", what);
}

static struct fl_decimal parse(const char *text)
{
    struct fl_decimal number;
    if (!fl_decimal_parse(text, strlen(text), '.', &number))
        fail_msg("`%s` was refused", text);
    return number;
}

static void check_pair(const char *left, const char *right)
{
    const struct fl_decimal a = parse(left), b = parse(right);
    const struct slow slow_a = slow_parse(left), slow_b = slow_parse(right);
    assert_same(&slow_a, a, left);
    struct fl_decimal result;
    const struct slow sum = slow_add(&slow_a, &slow_b);
    if (fl_decimal_add(a, b, &result))
        assert_same(&sum, result, "sum");
    else
        assert_true(slow_digits(&sum) > 38);
    const struct slow product = slow_multiply(&slow_a, &slow_b);
    assert_true(fl_decimal_multiply(a, b, &result)); /* 36 digits at most */
    assert_same(&product, result, "product");
    assert_int_equal(fl_decimal_compare(a, b), slow_compare(&slow_a, &slow_b));
    const int places = (int)random_below(12) - 3;
    int64_t rounded = 0, wanted = 0;
    const bool fits = slow_round(&slow_a, places, &wanted);
    assert_int_equal(fl_decimal_round(a, places, &rounded), fits);
    if (fits && rounded != wanted)
        fail_msg("%s to %d places", left, places);
}

static void test_random_pairs(void **state)
{
    (void)state;
    for (int i = 0; i < 6000; i++) {
        char left[64], right[64];
        random_text(left);
        random_text(right);
        check_pair(left, right);
        check_pair(left, left);
    }
}

/* Products of products until they do not fit, with sums of what comes by. */
static void check_chain(void)
{
    char text[64];
    random_text(text);
    struct fl_decimal a = parse(text);
    struct fl_decimal before = a;
    for (int step = 0; step < 4; step++) {
        random_text(text);
        const struct fl_decimal b = parse(text);
        struct fl_decimal result = {0};
        const struct slow slow_a = slow_of(a), slow_b = slow_of(b), slow_before = slow_of(before);
        const struct slow sum = slow_add(&slow_a, &slow_before);
        const bool added = fl_decimal_add(a, before, &result);
        assert_int_equal(added, slow_digits(&sum) <= 38);
        if (added)
            assert_same(&sum, result, "long sum");
        assert_int_equal(fl_decimal_compare(a, before), slow_compare(&slow_a, &slow_before));
        const struct slow product = slow_multiply(&slow_a, &slow_b);
        const bool multiplied = fl_decimal_multiply(a, b, &result);
        assert_int_equal(multiplied, slow_digits(&product) <= 38);
        if (!multiplied)
            return;
        assert_same(&product, result, "long product");
        before = a;
        a = result;
        if (slow_is_zero(&product) || a.places > 40 || a.places < -40)
            return;
    }
}

static void test_random_chains(void **state)
{
    (void)state;
    for (int i = 0; i < 6000; i++)
        check_chain();
}

/* What Oracle writes for halves, and what a double prints at full length. */
static void test_one_sided_and_long(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int places;
        int64_t rounded;
    } cases[] = {
        {".5", 2, 50},
        {"-.5", 0, -1},
        {"5.", 1, 50},
        {"1.e3", 0, 1000},
        {"92233720368547758.07", 2, INT64_MAX},
        {"0.1000000000000000055511151231257827", 2, 10},
        {"12345678901234567.890123456789012345678", 0, 12345678901234568},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t rounded = 0;
        assert_true(fl_decimal_round(parse(cases[i].text), cases[i].places, &rounded));
        assert_int_equal(rounded, cases[i].rounded);
    }
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "",
        "+",
        "-",
        ".",
        "-.",
        ".e3",
        "e3",
        "1e",
        "1e+",
        "1e-",
        "--1",
        "+-1",
        " 1",
        "1 ",
        "1,5",
        "1.2.3",
        "1_000",
        "1'000",
        "0x10",
        "nan",
        "inf",
        "1e1.5",
        "1e 5",
        "1e401",
        "1e1000",
        "1e-401",
        "1e99999999999999999999",
        "123456789012345678901234567890123456789",
        "0.123456789012345678901234567890123456789",
        "100000000000000000000000000000000000001",
        "1.00000000000000000000000000000000000001",
        "\xD9\xA1",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct fl_decimal number;
        if (fl_decimal_parse(refused[i], strlen(refused[i]), '.', &number))
            fail_msg("`%s` was taken", refused[i]);
    }
    struct fl_decimal number;
    assert_false(fl_decimal_parse("1.5", 3, ',', &number));
    assert_false(fl_decimal_parse("1\0", 2, '.', &number));
}

static void test_taken(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t mantissa;
        int places;
    } taken[] = {
        {"1e3", 1, -3},
        {"-0.5", -5, 1},
        {"+7", 7, 0},
        {"007.50", 75, 1},
        {"0", 0, 0},
        {"-0.000", 0, 0},
        {"0e99999999999999999999", 0, 0},
        {"999999999999999999", 999999999999999999, 0},
        {"-0.00000000000000000000123456789012345678000000000000000000000", -123456789012345678, 38},
        {"100000000000000000000000000000", 1, -29},
        {"1e400", 1, -400},
        {"1e-400", 1, 400},
        {"10E-401", 1, 400},
    };
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        const struct fl_decimal number = parse(taken[i].text);
        assert_true(number.mantissa == taken[i].mantissa);
        assert_int_equal(number.places, taken[i].places);
    }
    struct fl_decimal number;
    assert_true(fl_decimal_parse("12,5", 4, ',', &number));
    assert_true(number.mantissa == 125 && number.places == 1);
}

static void assert_rounded(const char *text, int places, int64_t wanted)
{
    int64_t rounded = 0;
    if (!fl_decimal_round(parse(text), places, &rounded) || rounded != wanted)
        fail_msg("%s to %d places: %lld", text, places, (long long)rounded);
}

static void test_round_edges(void **state)
{
    (void)state;
    assert_rounded("0.005", 2, 1); /* half away from zero */
    assert_rounded("-0.005", 2, -1);
    assert_rounded("0.00499999999999999999", 2, 0);
    assert_rounded("1e-400", 2, 0);
    assert_rounded("0", 400, 0);
    assert_rounded("-922337203685477580e1", 0, -9223372036854775800);
    struct fl_decimal most, least, half;
    assert_true(fl_decimal_add(parse("922337203685477580e1"), parse("7"), &most));
    assert_true(fl_decimal_add(parse("-922337203685477580e1"), parse("-8"), &least));
    int64_t rounded;
    assert_true(fl_decimal_round(most, 0, &rounded) && rounded == INT64_MAX);
    assert_true(fl_decimal_round(least, 0, &rounded) && rounded == INT64_MIN);
    assert_true(fl_decimal_add(most, parse("0.4"), &half));
    assert_true(fl_decimal_round(half, 0, &rounded) && rounded == INT64_MAX);
    assert_true(fl_decimal_add(most, parse("0.5"), &half));
    assert_false(fl_decimal_round(half, 0, &rounded));
    assert_true(fl_decimal_add(least, parse("-0.5"), &half));
    assert_false(fl_decimal_round(half, 0, &rounded));
    assert_false(fl_decimal_round(parse("1e400"), 0, &rounded));
    assert_false(fl_decimal_round(parse("1"), 19, &rounded));
    assert_true(fl_decimal_round(parse("1"), 18, &rounded) && rounded == 1000000000000000000);
}

/* 2^60 * 5^60 = 10^60: far more than 128 bits on the way, one digit in the end. */
static void test_product_that_collapses(void **state)
{
    (void)state;
    struct fl_decimal twos = parse("1"), fives = parse("1"), product;
    for (int i = 0; i < 50; i++) {
        assert_true(fl_decimal_multiply(twos, parse("2"), &twos));
        assert_true(fl_decimal_multiply(fives, parse("5"), &fives));
    }
    assert_true(fl_decimal_multiply(twos, fives, &product));
    assert_true(product.mantissa == 1 && product.places == -50);
    assert_true(fl_decimal_multiply(fives, twos, &product));
    assert_true(product.mantissa == 1 && product.places == -50);
    assert_false(fl_decimal_multiply(fives, fives, &product)); /* 70 digits */
    assert_false(fl_decimal_multiply(parse("1e400"), parse("1e1"), &product));
    assert_true(fl_decimal_multiply(parse("0"), parse("1e-400"), &product) && product.mantissa == 0);
    assert_int_equal(fl_decimal_compare(parse("1e400"), parse("1e-400")), 1);
    assert_int_equal(fl_decimal_compare(parse("-1e400"), parse("1e-400")), -1);
    assert_false(fl_decimal_add(parse("1e400"), parse("1e-400"), &product));
    struct fl_decimal sum, nines;
    assert_true(
        fl_decimal_add(parse("1e38"), parse("-1"), &nines)); /* 39 digits on the way, 38 nines in the end */
    assert_true(fl_decimal_add(nines, parse("1"), &sum));
    assert_true(sum.mantissa == 1 && sum.places == -38);
    assert_false(fl_decimal_add(parse("1e38"), parse("1"), &sum));
    assert_false(fl_decimal_add(parse("2e38"), parse("-1"), &sum));
}

static void test_integers(void **state)
{
    (void)state;
    static const int64_t numbers[] = {
        0, 1, -1, 9, 10, -10, 123456789, INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char text[32];
        int64_t number = 77;
        (void)snprintf(text, sizeof text, "%lld", (long long)numbers[i]);
        assert_true(fl_integer_parse(text, strlen(text), &number));
        assert_true(number == numbers[i]);
    }
    static const char *const refused[] = {
        "",
        "-",
        "+1",
        "-0",
        "00",
        "01",
        "-01",
        "1.0",
        " 1",
        "1 ",
        "1e3",
        "x",
        "9223372036854775808",
        "-9223372036854775809",
        "9223372036854775810",
        "99999999999999999999",
        "18446744073709551617",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int64_t number = 77;
        if (fl_integer_parse(refused[i], strlen(refused[i]), &number) || number != 77)
            fail_msg("`%s` was taken", refused[i]);
    }
}

static void assert_formatted(int64_t value, int places, char mark, const char *wanted)
{
    char text[48];
    assert_int_equal(fl_decimal_format(value, places, mark, text), strlen(wanted));
    assert_string_equal(text, wanted);
}

static void test_format(void **state)
{
    (void)state;
    assert_formatted(1250, 2, '.', "12.50");
    assert_formatted(1250, 2, ',', "12,50");
    assert_formatted(0, 2, '.', "0.00");
    assert_formatted(0, 0, '.', "0");
    assert_formatted(-5, 2, '.', "-0.05");
    assert_formatted(-5, 0, '.', "-5");
    assert_formatted(100, 2, '.', "1.00");
    assert_formatted(99, 2, '.', "0.99");
    assert_formatted(INT64_MIN, 0, '.', "-9223372036854775808");
    assert_formatted(INT64_MIN, 6, '.', "-9223372036854.775808");
    assert_formatted(INT64_MAX, 19, '.', "0.9223372036854775807");
    assert_formatted(INT64_MIN, 40, '.', "-0.0000000000000000000009223372036854775808");
}

static void test_currencies(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int places;
    } pinned[] = {{"EUR", 2}, {"NOK", 2},   {"JPY", 0},  {"KRW", 0}, {"XPF", 0}, {"BIF", 0},
                  {"KWD", 3}, {"TND", 3},   {"CLF", 4},  {"UYW", 4}, {"ZZZ", 2}, {"eur", -1},
                  {"EU", -1}, {"EURO", -1}, {"E1R", -1}, {"", -1}};
    for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++)
        assert_int_equal(fl_currency_places(pinned[i].code, strlen(pinned[i].code)), pinned[i].places);
    int by_places[5] = {0};
    for (int i = 0; i < 26 * 26 * 26; i++) {
        const char code[3] = {(char)('A' + i / 676), (char)('A' + i / 26 % 26), (char)('A' + i % 26)};
        by_places[fl_currency_places(code, 3)]++;
    }
    assert_int_equal(by_places[0], 17);
    assert_int_equal(by_places[1], 0);
    assert_int_equal(by_places[3], 7);
    assert_int_equal(by_places[4], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_pairs), cmocka_unit_test(test_random_chains),
        cmocka_unit_test(test_one_sided_and_long),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_taken),
        cmocka_unit_test(test_round_edges),  cmocka_unit_test(test_product_that_collapses),
        cmocka_unit_test(test_integers),     cmocka_unit_test(test_format),
        cmocka_unit_test(test_currencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
