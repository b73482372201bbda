/* arena_test.c - pieces of an arena are zeroed, aligned, apart from each other, and gone together.
 *
 * Sizes 0 .. 300 and one larger than any chunk, each filled with its own byte and checked at the end, show
 * overlap; a second round after a reset shows that old bytes do not come back. Run under the address
 * sanitizer for leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "formats/base/arena.h"

enum { PIECES = 301, LARGE = 6 << 20 };

static void fill_round(struct fl_arena *arena)
{
    static unsigned char *pieces[PIECES];
    for (size_t size = 0; size < PIECES; size++) {
        pieces[size] = fl_arena_take(arena, size);
        assert_non_null(pieces[size]);
        assert_int_equal((uintptr_t)pieces[size] % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(pieces[size][i], 0);
        memset(pieces[size], (int)(size & 0xFF), size);
    }
    unsigned char *large = fl_arena_take(arena, LARGE);
    assert_non_null(large);
    assert_int_equal(large[0] | large[LARGE - 1], 0);
    memset(large, 0xEE, LARGE);
    for (size_t size = 0; size < PIECES; size++) {
        for (size_t i = 0; i < size; i++)
            assert_int_equal(pieces[size][i], size & 0xFF);
    }
}

static void test_pieces(void **state)
{
    (void)state;
    struct fl_arena arena;
    fl_arena_init(&arena);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(arena.taken_bytes, 0);
        fill_round(&arena);
        assert_true(arena.taken_bytes >= LARGE + 300u * 301u / 2u);
        fl_arena_reset(&arena);
    }
    fl_arena_release(&arena);
    assert_int_equal(arena.taken_bytes, 0);
    assert_non_null(fl_arena_take(&arena, 8)); /* usable again */
    fl_arena_release(&arena);
    fl_arena_release(&arena);
}

static void test_reset_keeps_largest_chunk(void **state)
{
    (void)state;
    struct fl_arena arena;
    fl_arena_init(&arena);
    (void)fl_arena_take(&arena, 100);
    (void)fl_arena_take(&arena, LARGE);
    (void)fl_arena_take(&arena, LARGE / 2);
    fl_arena_reset(&arena);
    const struct fl_arena_chunk *const kept = arena.newest;
    assert_non_null(fl_arena_take(&arena, LARGE));
    assert_ptr_equal(arena.newest, kept); /* it had the room */
    fl_arena_release(&arena);
}

static void test_impossible_sizes(void **state)
{
    (void)state;
    struct fl_arena arena;
    fl_arena_init(&arena);
    assert_null(fl_arena_take(&arena, SIZE_MAX));
    assert_null(fl_arena_take(&arena, SIZE_MAX - 16));
    assert_null(fl_arena_copy(&arena, "", SIZE_MAX));
    assert_int_equal(arena.taken_bytes, 0);
    fl_arena_release(&arena);
}

static void test_copy(void **state)
{
    (void)state;
    struct fl_arena arena;
    fl_arena_init(&arena);
    assert_string_equal(fl_arena_copy(&arena, "brandy", 5), "brand");
    assert_string_equal(fl_arena_copy(&arena, NULL, 0), "");
    fl_arena_release(&arena);
}

static void test_buffer(void **state)
{
    (void)state;
    struct fl_buffer buffer = {0};
    assert_true(fl_buffer_append(&buffer, NULL, 0));
    for (unsigned i = 0; i < 5000; i++) {
        const uint8_t byte = (uint8_t)(i * 31);
        assert_true(fl_buffer_append(&buffer, &byte, 1));
    }
    assert_int_equal(buffer.size, 5000);
    assert_true(buffer.capacity >= 5000 && buffer.capacity < 10000);
    for (unsigned i = 0; i < 5000; i++)
        assert_int_equal(buffer.bytes[i], (uint8_t)(i * 31));
    assert_true(fl_buffer_reserve(&buffer, 100)); /* never shrinks */
    assert_true(buffer.capacity >= 5000);
    assert_true(fl_buffer_reserve(&buffer, 70000));
    assert_int_equal(buffer.capacity, 70000);
    assert_int_equal(buffer.size, 5000);
    uint8_t *const before = buffer.bytes;
    assert_false(fl_buffer_append(&buffer, before, SIZE_MAX - 10)); /* overflows, unchanged */
    assert_ptr_equal(buffer.bytes, before);
    assert_int_equal(buffer.size, 5000);
    fl_buffer_release(&buffer);
    assert_null(buffer.bytes);
    assert_int_equal(buffer.capacity, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),           cmocka_unit_test(test_reset_keeps_largest_chunk),
        cmocka_unit_test(test_impossible_sizes), cmocka_unit_test(test_copy),
        cmocka_unit_test(test_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
