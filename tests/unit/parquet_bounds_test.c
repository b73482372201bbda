/* parquet_bounds_test.c - holds smallest and largest values to what the definition of the format says.
 *
 * Numbers are compared with a slow loop over random arrays of all short lengths; texts by hand where cutting
 * has a rule of its own: at a character, upwards by one character, past the last one. For every cut text it
 * is checked that the bounds still hold all texts between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "formats/base/bytes.h"
#include "formats/parquet/parquet_bounds.h"

static uint64_t random_state = 3;

static uint64_t random_number(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state ^ random_state >> 31;
}

static int64_t int_of(const struct fl_parquet_bound *bound)
{
    assert_true(bound->exact);
    if (bound->size == 4)
        return (int32_t)fl_load_le32(bound->bytes);
    assert_int_equal(8, bound->size);
    return (int64_t)fl_load_le64(bound->bytes);
}

static void test_integers(void **state)
{
    (void)state;
    for (size_t count = 1; count <= 70; count++) {
        int64_t wide[70], wide_min = INT64_MAX, wide_max = INT64_MIN;
        int32_t narrow[70], narrow_min = INT32_MAX, narrow_max = INT32_MIN;
        for (size_t i = 0; i < count; i++) {
            wide[i] = (int64_t)random_number();
            narrow[i] = (int32_t)(uint32_t)random_number();
            wide_min = wide[i] < wide_min ? wide[i] : wide_min;
            wide_max = wide[i] > wide_max ? wide[i] : wide_max;
            narrow_min = narrow[i] < narrow_min ? narrow[i] : narrow_min;
            narrow_max = narrow[i] > narrow_max ? narrow[i] : narrow_max;
        }
        struct fl_parquet_bounds bounds = fl_parquet_bounds_int64(wide, count);
        assert_true(bounds.known);
        assert_int_equal(wide_min, int_of(&bounds.min));
        assert_int_equal(wide_max, int_of(&bounds.max));
        bounds = fl_parquet_bounds_int32(narrow, count);
        assert_int_equal(narrow_min, int_of(&bounds.min));
        assert_int_equal(narrow_max, int_of(&bounds.max));
    }
    assert_false(fl_parquet_bounds_int64(NULL, 0).known);
    assert_false(fl_parquet_bounds_int32(NULL, 0).known);
}

static void test_bools(void **state)
{
    (void)state;
    const struct fl_parquet_bounds mixed = fl_parquet_bounds_bool((const uint8_t[]){1, 0, 1}, 3);
    const struct fl_parquet_bounds all = fl_parquet_bounds_bool((const uint8_t[]){1, 1}, 2);
    assert_int_equal(0, mixed.min.bytes[0]);
    assert_int_equal(1, mixed.max.bytes[0]);
    assert_int_equal(1, all.min.bytes[0]);
    assert_int_equal(1, all.max.size);
    assert_false(fl_parquet_bounds_bool(NULL, 0).known);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void assert_reals(struct fl_parquet_bounds bounds, double min, double max)
{
    assert_true(bounds.known);
    if (bounds.min.size == 8) {
        assert_int_equal(bits_of(min), fl_load_le64(bounds.min.bytes));
        assert_int_equal(bits_of(max), fl_load_le64(bounds.max.bytes));
        return;
    }
    float small;
    uint32_t bits = fl_load_le32(bounds.min.bytes);
    memcpy(&small, &bits, sizeof small);
    assert_int_equal(bits_of(min), bits_of((double)small));
    bits = fl_load_le32(bounds.max.bytes);
    memcpy(&small, &bits, sizeof small);
    assert_int_equal(bits_of(max), bits_of((double)small));
}

/* NaN is left out, zero is -0 below and +0 above. */
static void test_reals(void **state)
{
    (void)state;
    assert_reals(fl_parquet_bounds_double((const double[]){2.5, NAN, -1}, 3), -1, 2.5);
    assert_reals(fl_parquet_bounds_double((const double[]){NAN, 0.0}, 2), -0.0, 0.0);
    assert_reals(fl_parquet_bounds_double((const double[]){-0.0, -3}, 2), -3, 0.0);
    assert_reals(fl_parquet_bounds_double((const double[]){INFINITY, INFINITY}, 2), INFINITY, INFINITY);
    assert_reals(fl_parquet_bounds_float((const float[]){2.5f, NAN, -1}, 3), -1, 2.5);
    assert_reals(fl_parquet_bounds_float((const float[]){0.0f, 7}, 2), -0.0, 7);
    assert_reals(fl_parquet_bounds_float((const float[]){-INFINITY}, 1), -INFINITY, -INFINITY);
    assert_false(fl_parquet_bounds_double((const double[]){NAN, NAN}, 2).known);
    assert_false(fl_parquet_bounds_float((const float[]){NAN}, 1).known);
    assert_false(fl_parquet_bounds_double(NULL, 0).known);
}

static void assert_text(const char *expected, size_t size, bool exact, const struct fl_parquet_bound *bound)
{
    assert_int_equal(size, bound->size);
    assert_memory_equal(expected, bound->bytes, size);
    assert_int_equal(exact, bound->exact);
}

/* `count` times `unit`, with `tail` behind. */
static struct fl_text made(char *buffer, const char *unit, size_t count, const char *tail)
{
    buffer[0] = '\0';
    for (size_t i = 0; i < count; i++)
        strcat(buffer, unit);
    strcat(buffer, tail);
    return fl_text_of(buffer);
}

static void test_texts(void **state)
{
    (void)state;
    static const char *const plain[] = {"pear", "", "apple", "peach", "applesauce", "zebra\xC3\xA9", "Zebra"};
    struct fl_text texts[7];
    for (size_t i = 0; i < 7; i++)
        texts[i] = fl_text_of(plain[i]);
    struct fl_parquet_bounds bounds = fl_parquet_bounds_texts(texts, 7);
    assert_text("", 0, true, &bounds.min);
    assert_text("zebra\xC3\xA9", 7, true, &bounds.max);
    bounds = fl_parquet_bounds_texts(texts + 2, 3); /* equal in the first bytes */
    assert_text("apple", 5, true, &bounds.min);
    assert_text("peach", 5, true, &bounds.max);
    const struct fl_text empty = {NULL, 0};
    bounds = fl_parquet_bounds_texts(&empty, 1);
    assert_true(bounds.known && bounds.min.size == 0 && bounds.max.size == 0);
    assert_false(fl_parquet_bounds_texts(NULL, 0).known);
}

static void test_cut_texts(void **state)
{
    (void)state;
    char long_a[400], expected[400];
    struct fl_text text = made(long_a, "a", 64, "");
    struct fl_parquet_bounds bounds = fl_parquet_bounds_of(text, text);
    assert_text(long_a, 64, true, &bounds.min); /* just fits */
    assert_text(long_a, 64, true, &bounds.max);

    text = made(long_a, "a", 65, "");
    bounds = fl_parquet_bounds_of(text, text);
    assert_text(long_a, 64, false, &bounds.min);
    made(expected, "a", 63, "b");
    assert_text(expected, 64, false, &bounds.max);

    text = made(long_a, "a", 63, "\xC3\xA9"); /* the last character would be cut in two */
    bounds = fl_parquet_bounds_of(text, text);
    assert_text(long_a, 63, false, &bounds.min);
    made(expected, "a", 62, "b");
    assert_text(expected, 63, false, &bounds.max);

    text = made(long_a, "a", 63, "\x7F!"); /* the next character is longer: one before goes up */
    bounds = fl_parquet_bounds_of(text, text);
    made(expected, "a", 62, "b");
    assert_text(expected, 63, false, &bounds.max);

    text = made(long_a, "a", 61, "\xED\x9F\xBF!"); /* U+D7FF: behind it lie the surrogates */
    bounds = fl_parquet_bounds_of(text, text);
    made(expected, "a", 61, "\xEE\x80\x80");
    assert_text(expected, 64, false, &bounds.max);

    text = made(long_a, "\xF4\x8F\xBF\xBF", 15, "ab\xC2\x80zz"); /* U+10FFFF has none behind it */
    bounds = fl_parquet_bounds_of(text, text);
    made(expected, "\xF4\x8F\xBF\xBF", 15, "ab\xC2\x81");
    assert_text(expected, 64, false, &bounds.max);
    text = made(long_a, "\xF4\x8F\xBF\xBF", 16, "!");
    bounds = fl_parquet_bounds_of(text, text);
    assert_false(bounds.known);
}

/* Random long texts: whatever is between the texts is between their bounds. */
static void test_cut_texts_hold(void **state)
{
    (void)state;
    static const char *const characters[] = {
        "a", "z", "\x7F", "\xC2\x80", "\xDF\xBF", "\xEF\xBF\xBF", "\xF0\x90\x80\x80"};
    for (int round = 0; round < 20000; round++) {
        char bytes[500] = "";
        for (uint64_t left = 15 + random_number() % 80; left > 0; left--)
            strcat(bytes, characters[random_number() % 7]);
        const struct fl_text text = fl_text_of(bytes);
        const struct fl_parquet_bounds bounds = fl_parquet_bounds_of(text, text);
        assert_true(bounds.known);
        const struct fl_text min = {(const char *)bounds.min.bytes, bounds.min.size};
        const struct fl_text max = {(const char *)bounds.max.bytes, bounds.max.size};
        assert_true(fl_utf8_is_valid(min.bytes, min.size) && fl_utf8_is_valid(max.bytes, max.size));
        const int below = fl_text_compare(min, text), above = fl_text_compare(max, text);
        assert_true(bounds.min.exact ? below == 0 : below < 0);
        assert_true(bounds.max.exact ? above == 0 : above > 0);
    }
}

static void test_widening(void **state)
{
    (void)state;
    struct fl_parquet_bounds all = fl_parquet_bounds_int64((const int64_t[]){-5, 3}, 2);
    struct fl_parquet_bounds one = fl_parquet_bounds_int64((const int64_t[]){-300, 1}, 2);
    fl_parquet_bounds_widen(FL_PARQUET_INT64, &all, &one);
    assert_int_equal(-300, int_of(&all.min)); /* by value, not by bytes */
    assert_int_equal(3, int_of(&all.max));

    all = fl_parquet_bounds_double((const double[]){-1}, 1);
    one = fl_parquet_bounds_double((const double[]){-2, 0.5}, 2);
    fl_parquet_bounds_widen(FL_PARQUET_DOUBLE, &all, &one);
    assert_reals(all, -2, 0.5);

    char cut[80], whole[80];
    const struct fl_text longer = made(cut, "a", 65, ""), exact = made(whole, "a", 64, "");
    all = fl_parquet_bounds_of(longer, longer);
    one = fl_parquet_bounds_of(exact, exact);
    fl_parquet_bounds_widen(FL_PARQUET_BYTE_ARRAY, &all, &one);
    assert_text(whole, 64, true, &all.min); /* equal bytes, and there is such a value */
    assert_false(all.max.exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),  cmocka_unit_test(test_bools),
        cmocka_unit_test(test_reals),     cmocka_unit_test(test_texts),
        cmocka_unit_test(test_cut_texts), cmocka_unit_test(test_cut_texts_hold),
        cmocka_unit_test(test_widening)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
