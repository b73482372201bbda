/* zstd_test.c - zstd on top of pages: what comes back, what it refuses.
 *
 * Method: what packs must come back byte for byte and pack to the same bytes again; the room is tried from
 * both sides of what a frame takes; every damaged byte of a frame must be refused or unpack to exactly the
 * promised size, into a buffer of exactly that size; each refusal is pinned with frames written by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/limits.h"
#include "formats/encodings/zstd.h"

enum { SIZE = 300000 };

/* Letters, some of them more often than others, that repeat from afar. */
static uint8_t *make_bytes(size_t size)
{
    uint8_t *bytes = malloc(size);
    uint64_t seed = 88172645463325252u;
    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        bytes[i] =
            i % 5000 < 4000 ? (uint8_t)('a' + (seed >> 20) % (1 + (seed >> 40) % 26)) : bytes[i - 3000];
    }
    return bytes;
}

static fl_status unpack(const uint8_t *bytes, size_t size, uint8_t *back, size_t unpacked_size,
                        struct fl_error *error)
{
    const fl_status status = fl_zstd_check(bytes, size, unpacked_size, error);
    return status == FL_OK ? fl_zstd_unpack(bytes, size, back, unpacked_size, error) : status;
}

static void expect_back(const uint8_t *bytes, size_t size)
{
    struct fl_buffer out = {0}, again = {0};
    uint8_t *back = malloc(size);
    assert_non_null(back);
    assert_int_equal(fl_buffer_append(&out, "before", 6), 1);
    assert_int_equal(fl_zstd_pack(bytes, size, size + 100, &out), 1);
    assert_memory_equal(out.bytes, "before", 6);
    assert_int_equal(unpack(out.bytes + 6, out.size - 6, back, size, NULL), FL_OK);
    assert_memory_equal(bytes, back, size);
    assert_int_equal(fl_zstd_pack(bytes, size, size + 100, &again), 1);
    assert_int_equal(again.size, out.size - 6);
    assert_memory_equal(again.bytes, out.bytes + 6, again.size);
    free(back);
    fl_buffer_release(&out);
    fl_buffer_release(&again);
}

static void test_what_packs_comes_back(void **state)
{
    (void)state;
    /* The last is larger than a window, so its frame has a head of another form. */
    static const size_t sizes[] = {1, 2, 100, 255, 256, 65791, 65792, SIZE, 12u << 20};
    uint8_t *bytes = make_bytes(12u << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        expect_back(bytes, sizes[i]);
    memset(bytes, 'x', 12u << 20); /* packs to far less than one in 255 */
    expect_back(bytes, 12u << 20);
    free(bytes);
}

static void test_it_stays_within_its_room(void **state)
{
    (void)state;
    uint8_t *bytes = make_bytes(SIZE);
    struct fl_buffer out = {0};
    assert_int_equal(fl_zstd_pack(bytes, SIZE, SIZE, &out), 1);
    const size_t packed = out.size;
    for (size_t room = 0; room < packed; room = room < packed - 50 ? room + 997 : room + 1) {
        out.size = 0;
        assert_int_equal(fl_zstd_pack(bytes, SIZE, room, &out), 0);
        assert_int_equal(out.size, 0);
    }
    assert_int_equal(fl_zstd_pack(bytes, 0, SIZE, &out), 0);
    free(bytes);
    fl_buffer_release(&out);
}

static void test_damage_stays_inside(void **state)
{
    (void)state;
    enum { SMALL = 3000 };
    uint8_t *bytes = make_bytes(SMALL), *back = malloc(SMALL);
    struct fl_buffer out = {0};
    assert_non_null(back);
    assert_int_equal(fl_zstd_pack(bytes, SMALL, SMALL, &out), 1);
    for (size_t at = 0; at < out.size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            out.bytes[at] ^= (uint8_t)(1u << bit);
            (void)unpack(out.bytes, out.size, back, SMALL, NULL);
            (void)fl_zstd_unpack(out.bytes, out.size, back, SMALL, NULL);
            out.bytes[at] ^= (uint8_t)(1u << bit);
        }
    }
    for (size_t size = 0; size < out.size; size++)
        assert_int_equal(unpack(out.bytes, size, back, SMALL, NULL), FL_CORRUPT);
    free(bytes);
    free(back);
    fl_buffer_release(&out);
}

static void expect(const void *bytes, size_t size, size_t unpacked_size, fl_status status,
                   const char *message)
{
    uint8_t back[64];
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(unpack(bytes, size, back, unpacked_size, &error), status);
    assert_string_equal(error.message, message);
}

/* Magic, flags, and then what the test is about; a stored last block of five bytes. */
#define MAGIC "\x28\xB5\x2F\xFD"
#define HELLO "\x29\0\0hello"

static void test_refusals(void **state)
{
    (void)state;
    const char hello[] = MAGIC "\x20\5" HELLO;
    enum { HELLO_SIZE = sizeof hello - 1 };
    uint8_t back[5];
    assert_int_equal(unpack((const uint8_t *)hello, HELLO_SIZE, back, 5, NULL), FL_OK);
    assert_memory_equal(back, "hello", 5);
    expect(hello, HELLO_SIZE, 4, FL_CORRUPT, "zstd: a frame of 5 bytes, 4 were promised");
    expect(hello, HELLO_SIZE, 6, FL_CORRUPT, "zstd: a frame of 5 bytes, 6 were promised");
    expect(hello, HELLO_SIZE - 1, 5, FL_CORRUPT, "zstd: the 13 bytes are no whole frame");
    expect(hello, 5, 5, FL_CORRUPT, "zstd: the 5 bytes are no zstd frame");
    expect(hello, HELLO_SIZE, FL_PAGE_BYTES_MAX + 1, FL_LIMIT,
           "zstd: 14 bytes unpack to 67108865, at most 67108864");
    expect(MAGIC "\x20\5" HELLO "x", 15, 5, FL_CORRUPT, "zstd: a frame of 14 bytes, the page has 15");
    expect(MAGIC "\x20\5" HELLO MAGIC "\x20\5" HELLO, 28, 5, FL_CORRUPT,
           "zstd: a frame of 14 bytes, the page has 28");
    expect("\x50\x2A\x4D\x18\5\0\0\0hello", 13, 5, FL_CORRUPT, "zstd: the 13 bytes are no zstd frame");
    expect(MAGIC "\x21\7\5" HELLO, 15, 5, FL_CORRUPT,
           "zstd: frame flags 0x21, a dictionary or reserved ones");
    expect(MAGIC "\x28\5" HELLO, 14, 5, FL_CORRUPT, "zstd: frame flags 0x28, a dictionary or reserved ones");
    expect(MAGIC "\x80\x81\5\0\0\0" HELLO, 18, 5, FL_CORRUPT, "zstd: a window of more than 67108864 bytes");
    assert_int_equal(unpack((const uint8_t *)MAGIC "\x80\x80\5\0\0\0" HELLO, 18, back, 5, NULL), FL_OK);
    expect(MAGIC "\0\x80" HELLO, 14, 5, FL_CORRUPT, "zstd: the frame does not say what it unpacks to");
    expect(MAGIC "\x20\6" HELLO, 14, 6, FL_CORRUPT, "zstd: the 14 bytes do not unpack to 6");
    expect(MAGIC "\x20\4" HELLO, 14, 4, FL_CORRUPT, "zstd: the 14 bytes do not unpack to 4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_packs_comes_back),
        cmocka_unit_test(test_it_stays_within_its_room),
        cmocka_unit_test(test_damage_stays_inside),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
