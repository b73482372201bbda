/* checksum_test.c - pins XXH3 as our files use it.
 *
 * Sizes on both sides of each branch of XXH3 (0, 1-3, 4-8, 9-16, 17-128, 129-240, longer) are pinned to
 * values of the library's one-shot functions; streams cut in pieces of several sizes must give the same, for
 * 64 and 128 bits out of one state. A binding that ignored uuid, block or column would leave two of the bound
 * sums equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "formats/base/checksum.h"

enum { BYTES = 1000 };

static const struct {
    size_t size;
    uint64_t digest;
    const char *wide;
} pinned[] = {
    {0, 0x2d06800538d394c2u, "99aa06d3014798d86001c324468d497f"},
    {1, 0x13e608bc156defedu, "22bbb76b211a39ba13e608bc156defed"},
    {3, 0xa9088dda485b481cu, "ce31763cbf8245a5a9088dda485b481c"},
    {8, 0x60539db630471163u, "e3bc8a5f461715553cd024e3d63a1588"},
    {16, 0xb8c859b0f030b585u, "ce0b9647ab24f88460d75c5e47d40a24"},
    {17, 0x714a04408e79b80fu, "bfd327edcc2fbd12eeed7654312a26d7"},
    {128, 0x67425a03650261bfu, "1b1962a096bac78bc580008b6c92ac53"},
    {129, 0xc664bf3311c6abc4u, "293e4968c4619023bd91ce7ace4d385b"},
    {240, 0x64556dc6b462a6cfu, "ad46c1021b076bc704e0b5f034bee80b"},
    {241, 0x8beadd3a8874fe17u, "ac6c3492c3d6b45d8beadd3a8874fe17"},
    {512, 0xf58202b8d9019d1du, "1af3d0367ba5a0c4f58202b8d9019d1d"},
    {1000, 0x6c4f14bd97bd9e82u, "6bcc7eff62da44c26c4f14bd97bd9e82"},
};
enum { PINNED = sizeof pinned / sizeof pinned[0] };

static void fill(uint8_t bytes[BYTES])
{
    for (size_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
}

static void test_plain(void **state)
{
    (void)state;
    uint8_t bytes[BYTES];
    fill(bytes);
    for (size_t i = 0; i < PINNED; i++) {
        assert_true(fl_digest64(bytes, pinned[i].size) == pinned[i].digest);
        assert_true(fl_digest64_seeded(0, bytes, pinned[i].size) == pinned[i].digest);
        assert_true(fl_digest64_seeded(1, bytes, pinned[i].size) != pinned[i].digest);
    }
}

static void check_stream(const uint8_t *bytes, size_t number, size_t piece)
{
    struct fl_digest *digest = fl_digest_create();
    assert_non_null(digest);
    const size_t size = pinned[number].size;
    for (size_t at = 0; at < size; at += piece) {
        fl_digest_add(digest, bytes + at, size - at < piece ? size - at : piece);
        (void)fl_digest_64(digest); /* asking in between changes nothing */
    }
    fl_digest_add(digest, NULL, 0);
    assert_true(fl_digest_64(digest) == pinned[number].digest);
    uint8_t wide[16];
    char text[33];
    fl_digest_128(digest, wide);
    fl_hex128(wide, text);
    assert_string_equal(text, pinned[number].wide);
    fl_digest_free(digest);
}

static void test_stream(void **state)
{
    (void)state;
    uint8_t bytes[BYTES];
    fill(bytes);
    static const size_t pieces[] = {1, 7, 64, 255, 256, 257, BYTES};
    for (size_t i = 0; i < PINNED; i++) {
        for (size_t piece = 0; piece < sizeof pieces / sizeof pieces[0]; piece++)
            check_stream(bytes, i, pieces[piece]);
    }
    fl_digest_free(NULL);
}

static void test_bound(void **state)
{
    (void)state;
    uint8_t bytes[BYTES];
    fill(bytes);
    uint8_t uuid[FL_UUID_SIZE];
    for (size_t i = 0; i < FL_UUID_SIZE; i++)
        uuid[i] = (uint8_t)(i + 1);
    /* By the formula: seed = XXH3(01 02 .. 10 | 04 03 02 01 | 05 00 00 00). */
    const uint64_t sum = fl_checksum_bound(uuid, 0x01020304, 5, bytes, 100);
    assert_true(sum == 0xabf0767773ba5244u);
    assert_true(fl_checksum_bound(uuid, 0x01020304, 5, bytes, 0) == 0xe938cd0b5715acf9u);
    assert_true(fl_checksum_bound(uuid, 0x01020305, 5, bytes, 100) != sum);
    assert_true(fl_checksum_bound(uuid, 0x01020304, 6, bytes, 100) != sum);
    assert_true(fl_checksum_bound(uuid, 5, 0x01020304, bytes, 100) != sum);
    uuid[15] ^= 1;
    assert_true(fl_checksum_bound(uuid, 0x01020304, 5, bytes, 100) != sum);
}

static void test_hex(void **state)
{
    (void)state;
    char text[17];
    fl_hex64(0x0123456789abcdefu, text);
    assert_string_equal(text, "0123456789abcdef");
    fl_hex64(0, text);
    assert_string_equal(text, "0000000000000000");
    const uint8_t bytes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xfe, 0xdc, 0xba, 0x98, 0xff};
    char wide[33];
    fl_hex128(bytes, wide);
    assert_string_equal(wide, "000102030405060708090afedcba98ff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_hex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
