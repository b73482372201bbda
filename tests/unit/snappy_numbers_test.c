/* snappy_numbers_test.c - unpacks what the packer makes, with the Snappy library.
 *
 * The library that all readers stand on has to give back every byte, for all counts around the ends of a
 * block, for heads around the lengths at which their tag changes, for numbers of each sort that takes a way
 * of its own: equal ones near and far, ones that share 1 to 7 bytes, both signs, random ones, runs. The room
 * is taken from malloc() exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/bytes.h"
#include "formats/parquet/snappy_numbers.h"

enum { BLOCK = 8192, NUMBERS_MAX = 3 * BLOCK + 5 };

static uint64_t numbers[NUMBERS_MAX];
static uint64_t random_state = 7;

static uint64_t random_number(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state ^ random_state >> 29;
}

/* Packs, unpacks, compares; the packed size. */
static size_t check(size_t head_size, size_t count)
{
    const size_t plain_size = head_size + count * 8;
    uint8_t *plain = malloc(plain_size + 1), *back = malloc(plain_size + 1);
    uint8_t *packed = malloc(fl_snappy_numbers_room(head_size, count));
    assert_true(plain != NULL && back != NULL && packed != NULL);
    for (size_t i = 0; i < head_size; i++)
        plain[i] = (uint8_t)(i * 7);
    for (size_t i = 0; i < count; i++)
        fl_store_le64(plain + head_size + i * 8, numbers[i]);
    const size_t size = fl_snappy_numbers_pack(plain, head_size, numbers, count, packed);
    size_t back_size = plain_size + 1;
    assert_int_equal(SNAPPY_OK, snappy_uncompress((const char *)packed, size, (char *)back, &back_size));
    assert_int_equal(plain_size, back_size);
    assert_memory_equal(plain, back, plain_size);
    free(plain);
    free(back);
    free(packed);
    return size;
}

static void test_counts_and_heads(void **state)
{
    (void)state;
    static const size_t heads[] = {0, 1, 6, 59, 60, 61, 62, 255, 256, 257, 300, 65535, FL_SNAPPY_HEAD_MAX};
    static const size_t counts[] = {0,         1,     2,         9,         255,       256,        257,
                                    BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 2, 2 * BLOCK, NUMBERS_MAX};
    for (size_t i = 0; i < NUMBERS_MAX; i++)
        numbers[i] = 1000000 + random_number() % 100000;
    for (size_t head = 0; head < sizeof heads / sizeof heads[0]; head++) {
        for (size_t count = 0; count < sizeof counts / sizeof counts[0]; count++)
            check(heads[head], counts[count]);
    }
}

/* Numbers below 2^bits, each of both signs. */
static void test_ranges(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        const uint64_t mask = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
        for (size_t i = 0; i < NUMBERS_MAX; i++)
            numbers[i] = random_number() & mask;
        check(3, NUMBERS_MAX);
        for (size_t i = 0; i < NUMBERS_MAX; i++)
            numbers[i] = random_number() % 2 == 0 ? numbers[i] : ~numbers[i];
        check(3, NUMBERS_MAX);
    }
}

/* A number that comes back after `step` others, which share `shared` bytes with it, from beside to out of
 * reach. */
static void test_distances(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 2, 3, 254, 255, 256, 257, 300, 5000, BLOCK - 1};
    for (size_t step = 0; step < sizeof steps / sizeof steps[0]; step++) {
        for (unsigned shared = 0; shared <= 8; shared++) {
            const uint64_t kept = shared == 8 ? UINT64_MAX : ~(UINT64_MAX >> 8 * shared);
            for (size_t i = 0; i < NUMBERS_MAX; i++)
                numbers[i] = i % steps[step] == 0 ? (0x0123456789ABCDEF & kept) | (random_number() & ~kept)
                                                  : random_number() | (uint64_t)(i % 2) << 63;
            check(0, NUMBERS_MAX);
        }
    }
}

static void test_runs(void **state)
{
    (void)state;
    for (uint64_t longest = 1; longest < 30000; longest = longest * 3 + 1) {
        for (size_t at = 0; at < NUMBERS_MAX;) {
            const uint64_t number = random_number() >> 40;
            for (uint64_t left = 1 + random_number() % longest; left > 0 && at < NUMBERS_MAX; left--)
                numbers[at++] = number;
        }
        check(10, NUMBERS_MAX);
    }
}

/* That it packs at all: a run, small numbers, and what cannot be packed. */
static void test_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < BLOCK; i++)
        numbers[i] = 5;
    assert_in_range(check(0, BLOCK), 1, BLOCK * 8 / 20);
    for (size_t i = 0; i < BLOCK; i++)
        numbers[i] = random_number() >> 40;
    assert_in_range(check(0, BLOCK), 1, BLOCK * 6 + 64);
    for (size_t i = 0; i < BLOCK; i++)
        numbers[i] = random_number();
    assert_in_range(check(0, BLOCK), BLOCK * 8, BLOCK * 9 + 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_counts_and_heads), cmocka_unit_test(test_ranges),
                                       cmocka_unit_test(test_distances), cmocka_unit_test(test_runs),
                                       cmocka_unit_test(test_sizes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
