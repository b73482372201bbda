/* compress_test.c - LZ4 on top of pages: when it is taken, what it refuses.
 *
 * Method: what packs must come back byte for byte; the border of the cost rule (a fifth saved) is tried from
 * both sides with bytes of known share of noise; every damaged byte of a packed block must be refused or
 * unpack to exactly the promised size, into a buffer of exactly that size (a sanitizer sees a write too far);
 * each refusal is pinned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/limits.h"
#include "formats/encodings/compress.h"

enum { SIZE = 20000 };

/* `noise` bytes that nothing can pack, then zeros. */
static void fill(uint8_t *bytes, size_t noise)
{
    uint64_t seed = 88172645463325252u;
    memset(bytes, 0, SIZE);
    for (size_t i = 0; i < noise; i++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        bytes[i] = (uint8_t)(seed >> 24);
    }
}

static void test_what_packs_comes_back(void **state)
{
    (void)state;
    uint8_t bytes[SIZE], back[SIZE];
    for (size_t noise = 0; noise < SIZE / 2; noise += 997) {
        struct fl_buffer out = {0};
        assert_int_equal(fl_buffer_append(&out, "before", 6), 1);
        fill(bytes, noise);
        assert_int_equal(fl_lz4_pack(bytes, SIZE, false, &out), 1);
        assert_memory_equal(out.bytes, "before", 6);
        assert_int_equal(fl_lz4_unpack(out.bytes + 6, out.size - 6, back, SIZE, NULL), FL_OK);
        assert_memory_equal(bytes, back, SIZE);
        fl_buffer_release(&out);
    }
}

static void test_a_fifth_must_be_saved(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    struct fl_buffer out = {0};
    /* Noise packs to itself with about 1 in 255 on top, zeros to next to nothing. */
    fill(bytes, SIZE * 78 / 100);
    assert_int_equal(fl_lz4_pack(bytes, SIZE, false, &out), 1);
    assert_true(out.size <= SIZE - SIZE / 5);
    out.size = 0;
    fill(bytes, SIZE * 81 / 100);
    assert_int_equal(fl_lz4_pack(bytes, SIZE, false, &out), 0);
    assert_int_equal(out.size, 0);
    assert_int_equal(fl_lz4_pack(bytes, 0, false, &out), 0);
    assert_int_equal(fl_lz4_pack(bytes, 1, false, &out), 0);
    fl_buffer_release(&out);
}

static void test_the_same_bytes_each_time(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    struct fl_buffer first = {0}, second = {0};
    fill(bytes, SIZE / 3);
    assert_int_equal(fl_lz4_pack(bytes, SIZE, false, &first), 1);
    assert_int_equal(fl_lz4_pack(bytes, SIZE, false, &second), 1);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.bytes, second.bytes, first.size);
    fl_buffer_release(&first);
    fl_buffer_release(&second);
}

static void test_damage_stays_inside(void **state)
{
    (void)state;
    uint8_t bytes[SIZE];
    struct fl_buffer out = {0};
    fill(bytes, 300);
    assert_int_equal(fl_lz4_pack(bytes, SIZE, false, &out), 1);
    uint8_t *back = malloc(SIZE);
    assert_non_null(back);
    for (size_t at = 0; at < out.size; at++) {
        for (unsigned change = 1; change < 256; change += 2) {
            out.bytes[at] ^= (uint8_t)change;
            (void)fl_lz4_unpack(out.bytes, out.size, back, SIZE, NULL);
            out.bytes[at] ^= (uint8_t)change;
        }
    }
    for (size_t size = 0; size < out.size; size++)
        assert_int_equal(fl_lz4_unpack(out.bytes, size, back, SIZE, NULL), FL_CORRUPT);
    free(back);
    fl_buffer_release(&out);
}

static void expect(const void *bytes, size_t size, size_t unpacked_size, fl_status status,
                   const char *message)
{
    uint8_t back[64];
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_lz4_unpack(bytes, size, back, unpacked_size, &error), status);
    assert_string_equal(error.message, message);
}

static void test_refusals(void **state)
{
    (void)state;
    /* A block of the five literals "hello": token 0x50, then the bytes. */
    const char hello[] = "\x50hello";
    uint8_t back[5];
    assert_int_equal(fl_lz4_unpack((const uint8_t *)hello, 6, back, 5, NULL), FL_OK);
    assert_memory_equal(back, "hello", 5);
    expect(hello, 6, 4, FL_CORRUPT, "LZ4: the 6 bytes are no LZ4 block of 4");
    expect(hello, 6, 6, FL_CORRUPT, "LZ4: unpacked to 5 bytes, 6 were promised");
    expect(hello, 5, 5, FL_CORRUPT, "LZ4: the 5 bytes are no LZ4 block of 5");
    expect(hello, 6, 6 * 255 + 65, FL_CORRUPT, "LZ4: 6 bytes cannot unpack to 1595");
    expect(hello, 6, FL_PAGE_BYTES_MAX + 1, FL_LIMIT, "LZ4: 6 bytes unpack to 67108865, at most 67108864");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_packs_comes_back),
        cmocka_unit_test(test_a_fifth_must_be_saved),
        cmocka_unit_test(test_the_same_bytes_each_time),
        cmocka_unit_test(test_damage_stays_inside),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
