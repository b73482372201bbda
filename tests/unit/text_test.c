/* text_test.c - UTF-8 against a slow decoder, names against a list.
 *
 * Every code point up to U+10FFFF (with surrogates) is encoded in every length that can hold it and must be
 * taken only in its shortest form; every string of one and two bytes, and lead and follow bytes at the ends
 * of their ranges in three and four, is compared with a decoder that works from the definition. Long texts
 * put a bad byte at each place, so that the eight-byte steps are covered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/text.h"

/* By the definition: decode, then look at the value and the length. */
static bool slow_is_valid(const uint8_t *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        const uint8_t lead = bytes[at];
        const size_t length = lead < 0x80   ? 1
                              : lead < 0xC0 ? 0
                              : lead < 0xE0 ? 2
                              : lead < 0xF0 ? 3
                              : lead < 0xF8 ? 4
                                            : 0;
        if (length == 0 || size - at < length)
            return false;
        uint32_t value = length == 1 ? lead : lead & (0x7Fu >> length);
        for (size_t i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80)
                return false;
            value = value << 6 | (bytes[at + i] & 0x3Fu);
        }
        static const uint32_t least[5] = {0, 1, 0x80, 0x800, 0x10000};
        if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
            return false;
        at += length;
    }
    return true;
}

static size_t encode(uint32_t value, size_t length, uint8_t bytes[4])
{
    static const uint8_t leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (uint8_t)(0x80 | (value & 0x3F));
        value >>= 6;
    }
    bytes[0] = (uint8_t)(leads[length] | value);
    return length;
}

static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t value = 0; value <= 0x110FFF; value++) {
        const size_t shortest = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
        const bool exists = value > 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
        for (size_t length = shortest; length <= 4; length++) {
            uint8_t bytes[4];
            const size_t size = encode(value, length, bytes);
            if (fl_utf8_is_valid((const char *)bytes, size) != (exists && length == shortest))
                fail_msg("U+%04X in %zu bytes", value, length);
        }
    }
}

static void compare_with_slow(const uint8_t *bytes, size_t size)
{
    if (fl_utf8_is_valid((const char *)bytes, size) != slow_is_valid(bytes, size))
        fail_msg("%02x %02x %02x %02x (%zu)", bytes[0], bytes[1], bytes[2], bytes[3], size);
}

static void test_short_strings(void **state)
{
    (void)state;
    uint8_t bytes[4] = {0};
    for (unsigned pair = 0; pair <= 0xFFFF; pair++) {
        bytes[0] = (uint8_t)(pair >> 8);
        bytes[1] = (uint8_t)pair;
        compare_with_slow(bytes, 1);
        compare_with_slow(bytes, 2);
        static const uint8_t ends[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                       0xA0, 0xBF, 0xC0, 0xC2, 0xED, 0xF4, 0xFF};
        for (size_t i = 0; i < sizeof ends; i++) {
            bytes[2] = ends[i];
            compare_with_slow(bytes, 3);
            for (size_t j = 0; j < sizeof ends; j++) {
                bytes[3] = ends[j];
                compare_with_slow(bytes, 4);
            }
        }
    }
}

static void test_bad_byte_at_each_place(void **state)
{
    (void)state;
    char text[41];
    for (size_t size = 1; size <= 40; size++) {
        memset(text, '\x7F', sizeof text);
        assert_true(fl_utf8_is_valid(text, size));
        memset(text, '\x01', sizeof text);
        assert_true(fl_utf8_is_valid(text, size));
        for (size_t at = 0; at < size; at++) {
            text[at] = '\0';
            assert_false(fl_utf8_is_valid(text, size));
            text[at] = '\x80';
            assert_false(fl_utf8_is_valid(text, size));
            text[at] = '\x01';
        }
    }
    assert_true(fl_utf8_is_valid(NULL, 0));
    assert_true(fl_utf8_is_valid("Gr\xC3\xBC\xC3\x9F", 6));
    assert_false(fl_utf8_is_valid("Gr\xC3\xBC\xC3", 5)); /* cut in a character */
}

static void test_compare(void **state)
{
    (void)state;
    assert_true(fl_text_compare(fl_text_of("a"), fl_text_of("b")) < 0);
    assert_true(fl_text_compare(fl_text_of("b"), fl_text_of("ab")) > 0);
    assert_true(fl_text_compare(fl_text_of("a"), fl_text_of("ab")) < 0);
    assert_true(fl_text_compare(fl_text_of("\xC3"), fl_text_of("z")) > 0); /* bytes as unsigned */
    assert_true(fl_text_compare((struct fl_text){NULL, 0}, fl_text_of("")) == 0);
    assert_true(fl_text_equal((struct fl_text){NULL, 0}, fl_text_of("")));
    assert_false(fl_text_equal(fl_text_of("a"), fl_text_of("b")));
}

static void test_names(void **state)
{
    (void)state;
    struct fl_names *names = fl_names_create();
    assert_non_null(names);
    int64_t value = -5;
    assert_false(fl_names_find(names, fl_text_of("x"), &value));
    assert_null(fl_names_nearest(names, fl_text_of("x")));
    for (int i = 0; i < 5000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "name-%d", i * 17);
        assert_true(fl_names_add(names, fl_text_of(name), i));
        assert_false(fl_names_add(names, fl_text_of(name), i + 1)); /* there already */
    }
    assert_true(fl_names_add(names, fl_text_of(""), 9));
    for (int i = 0; i < 5000; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "name-%d", i * 17);
        assert_true(fl_names_find(names, fl_text_of(name), &value));
        assert_int_equal(value, i);
        (void)snprintf(name, sizeof name, "name-%d", i * 17 + 1);
        value = -5;
        assert_false(fl_names_find(names, fl_text_of(name), &value));
        assert_int_equal(value, -5);
    }
    assert_true(fl_names_find(names, (struct fl_text){NULL, 0}, &value));
    assert_int_equal(value, 9);
    assert_false(fl_names_find(names, fl_text_of("NAME-0"), &value)); /* case counts */
    fl_names_free(names);
    fl_names_free(NULL);
}

static void assert_nearest(const struct fl_names *names, const char *word, const char *wanted)
{
    const char *nearest = fl_names_nearest(names, fl_text_of(word));
    if (wanted == NULL && nearest != NULL)
        fail_msg("`%s` is near `%s`", word, nearest);
    if (wanted != NULL && (nearest == NULL || strcmp(nearest, wanted) != 0))
        fail_msg("`%s` is near `%s`, not `%s`", word, nearest == NULL ? "nothing" : nearest, wanted);
}

static void test_nearest(void **state)
{
    (void)state;
    struct fl_names *names = fl_names_create();
    static const char *const known[] = {"purchase", "purchases_x", "return", "cart_add",
                                        "cart_del", "view",        "ab"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_true(fl_names_add(names, fl_text_of(known[i]), (int64_t)i));
    assert_nearest(names, "purchase", "purchase");
    assert_nearest(names, "purchse", "purchase");   /* one gone */
    assert_nearest(names, "purrchase", "purchase"); /* one more */
    assert_nearest(names, "prucahse", "purchase");  /* two swaps: distance 2 of 8 */
    assert_nearest(names, "PURCHASE", "purchase");  /* case is free */
    assert_nearest(names, "cart_ade", "cart_add");  /* a tie: the first added */
    assert_nearest(names, "veiw", "view");          /* one swap, a third of 4 */
    assert_nearest(names, "vieww", "view");
    assert_nearest(names, "vexx", NULL); /* two changes of 4 */
    assert_nearest(names, "xview", "view");
    assert_nearest(names, "ac", NULL); /* a third of 2 is none */
    assert_nearest(names, "AB", "ab");
    assert_nearest(names, "", NULL);
    assert_nearest(names, "something else", NULL);
    char huge[5000];
    memset(huge, 'x', sizeof huge);
    huge[sizeof huge - 1] = '\0';
    assert_nearest(names, huge, NULL);
    assert_true(fl_names_add(names, fl_text_of(huge), 1)); /* too long to be near, but known */
    assert_nearest(names, "view", "view");
    fl_names_free(names);
}

static void test_cut(void **state)
{
    /* a, two bytes, four bytes */
    static const size_t sizes[] = {0, 1, 1, 3, 3, 3, 3, 7, 7};
    const struct fl_text text = fl_text_of("a\xC3\xA9\xF0\x9F\x8D\x8E");
    (void)state;
    for (size_t most = 0; most < sizeof sizes / sizeof sizes[0]; most++)
        assert_int_equal(fl_utf8_cut(text, most), sizes[most]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_short_strings),
        cmocka_unit_test(test_bad_byte_at_each_place),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
