/* parquet_encode_test.c - unpacks what the encoders make, bit by bit.
 *
 * The decoder here is slow and obvious: it takes one bit at a time and knows nothing of the encoder's loops.
 * All widths 1..32 meet counts 0..70 (all tails of a group, with and without runs) and long arrays of four
 * sorts: random numbers, one number, runs of random lengths, runs just below and above the length from which
 * a run is made. The room is taken from malloc() exactly, so that a sanitizer sees one byte too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_encode_hybrid.h"
#include "formats/parquet/parquet_encode_plain.h"

static uint64_t random_state = 1;

static uint32_t random_number(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 32);
}

static uint64_t take_varint(const uint8_t *bytes, size_t *at)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        const uint8_t byte = bytes[(*at)++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
}

static uint32_t take_bits(const uint8_t *bytes, size_t first_bit, unsigned width)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value |= (uint32_t)(bytes[(first_bit + i) / 8] >> (first_bit + i) % 8 & 1) << i;
    return value;
}

/* Compares what the bytes unpack to; numbers of the last group that are none are 0. */
static void assert_unpacks_to(const uint8_t *bytes, size_t size, unsigned width, const uint32_t *values,
                              size_t count)
{
    size_t at = 0, done = 0;
    while (at < size) {
        const uint64_t head = take_varint(bytes, &at);
        const uint64_t numbers = (head & 1) != 0 ? (head >> 1) * 8 : head >> 1;
        const size_t body = (head & 1) != 0 ? (size_t)(head >> 1) * width : (width + 7) / 8;
        assert_true(numbers > 0 && at + body <= size);
        for (uint64_t i = 0; i < numbers; i++, done++) {
            const size_t bit = (head & 1) != 0 ? (size_t)i * width : 0;
            assert_int_equal(done < count ? values[done] : 0, take_bits(bytes + at, bit, width));
        }
        at += body;
    }
    assert_int_equal(size, at);
    assert_true(done >= count && done < count + 8);
}

static size_t check_hybrid(const uint32_t *values, size_t count, unsigned width)
{
    uint8_t *bytes = malloc(fl_parquet_hybrid_room(count, width));
    assert_non_null(bytes);
    const size_t size = fl_parquet_hybrid_encode(values, count, width, bytes);
    assert_true(size <= fl_parquet_hybrid_room(count, width));
    assert_unpacks_to(bytes, size, width, values, count);
    free(bytes);
    return size;
}

static uint32_t mask_of(unsigned width)
{
    return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

static void test_short_arrays(void **state)
{
    (void)state;
    for (unsigned width = 1; width <= 32; width++) {
        for (size_t count = 0; count <= 70; count++) {
            uint32_t values[70];
            for (size_t i = 0; i < count; i++)
                values[i] = random_number() & mask_of(width);
            check_hybrid(values, count, width);
            for (size_t i = 0; i < count; i++)
                values[i] = mask_of(width);
            check_hybrid(values, count, width);
        }
    }
}

enum { LONG = 20000 };

/* Runs of lengths 1 .. longest. */
static void fill_runs(uint32_t *values, size_t count, unsigned width, uint32_t longest)
{
    for (size_t at = 0; at < count;) {
        const uint32_t value = random_number() & mask_of(width), length = 1 + random_number() % longest;
        for (uint32_t i = 0; i < length && at < count; i++)
            values[at++] = value;
    }
}

static void test_long_arrays(void **state)
{
    (void)state;
    uint32_t *values = malloc(LONG * sizeof *values);
    assert_non_null(values);
    for (unsigned width = 1; width <= 32; width++) {
        for (size_t i = 0; i < LONG; i++)
            values[i] = random_number() & mask_of(width);
        check_hybrid(values, LONG, width);
        static const uint32_t longest[] = {2, 9, 16, 17, 24, 130, 300, 5000};
        for (size_t i = 0; i < sizeof longest / sizeof longest[0]; i++) {
            fill_runs(values, LONG, width, longest[i]);
            check_hybrid(values, LONG - i, width);
        }
        for (size_t i = 0; i < LONG; i++)
            values[i] = 1;
        assert_true(check_hybrid(values, LONG, width) <= 3 + 4); /* one run */
    }
    free(values);
}

static void test_run(void **state)
{
    (void)state;
    uint8_t bytes[64];
    uint32_t values[300];
    for (size_t i = 0; i < 300; i++)
        values[i] = 0x12345;
    assert_true(sizeof bytes >= fl_parquet_hybrid_room(0, 17));
    assert_unpacks_to(bytes, fl_parquet_hybrid_encode_run(0x12345, 300, 17, bytes), 17, values, 300);
}

static void test_widths(void **state)
{
    (void)state;
    assert_int_equal(0, fl_parquet_bit_width(0));
    assert_int_equal(1, fl_parquet_bit_width(1));
    assert_int_equal(2, fl_parquet_bit_width(2));
    assert_int_equal(2, fl_parquet_bit_width(3));
    assert_int_equal(32, fl_parquet_bit_width(UINT32_MAX));
}

static void assert_buffer(struct fl_buffer *out, const void *expected, size_t size)
{
    assert_int_equal(size, out->size);
    assert_memory_equal(expected, out->bytes, size);
    fl_buffer_release(out);
}

/* By hand, each behind a byte that was there before. */
static void test_plain(void **state)
{
    (void)state;
    static const uint32_t offsets[] = {0, 1, 4};
    static const struct fl_parquet_words words = {2, offsets, "abcd"};
    const uint8_t bools[] = {1, 0, 1, 1, 0, 0, 0, 1, 1, 0};
    const uint32_t numbers[] = {1, 0, 1}, small[] = {0x01020304, UINT32_MAX};
    const uint64_t large[] = {0x0102030405060708};
    const struct fl_text texts[] = {{"", 0}, {NULL, 0}, {"xyz", 3}};

    struct fl_buffer out = {0};
    assert_true(fl_buffer_append(&out, "#", 1));
    assert_true(fl_parquet_plain_bool(bools, 10, &out));
    assert_buffer(&out, "#\x8D\x01", 3);
    assert_true(fl_parquet_plain_32(small, 2, &out));
    assert_buffer(&out, "\x04\x03\x02\x01\xFF\xFF\xFF\xFF", 8);
    assert_true(fl_parquet_plain_64(large, 1, &out));
    assert_buffer(&out, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    assert_true(fl_parquet_plain_texts(texts, 3, &out));
    assert_buffer(&out, "\0\0\0\0\0\0\0\0\x03\0\0\0xyz", 15);
    assert_true(fl_parquet_plain_words(&words, numbers, 3, &out));
    assert_buffer(&out, "\x03\0\0\0bcd\x01\0\0\0a\x03\0\0\0bcd", 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_short_arrays),
                                       cmocka_unit_test(test_long_arrays), cmocka_unit_test(test_run),
                                       cmocka_unit_test(test_widths), cmocka_unit_test(test_plain)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
