/* decode_kernels_test.c - every level of the decode kernels against the scalar one, bit for bit.
 *
 * Each width, each length from 0 to 210 (three of the widest steps and all tails) over bytes of the exact
 * size at offsets 0 to 31 of their allocation, so that a sanitizer sees a load too far; guard values behind
 * the output show a store too far. The scalar unpack is itself held against a loop over single bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/encodings/decode_kernels.h"

enum { COUNT_MAX = 210, OFFSETS = 32, GUARD = 0x5A, ROOM = (COUNT_MAX + 64) * 8 };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* `size` random bytes that end where their allocation ends. */
struct exact {
    uint8_t *block, *bytes;
};
static struct exact exact_random(size_t offset, size_t size, uint64_t *seed)
{
    uint8_t *block = malloc(offset + size + 1);
    assert_non_null(block);
    block = realloc(block, offset + size == 0 ? 1 : offset + size);
    assert_non_null(block);
    for (size_t i = 0; i < size; i++)
        block[offset + i] = (uint8_t)(next_random(seed) >> 32);
    return (struct exact){block, block + offset};
}

static uint64_t unpack(const struct fl_decode_kernels *kernels, int lane, const uint8_t *bytes, size_t count,
                       unsigned width, uint64_t min, void *values)
{
    switch (lane) {
    case 8:
        return kernels->unpack_8(bytes, count, width, (uint8_t)min, values);
    case 32:
        return kernels->unpack_32(bytes, count, width, (uint32_t)min, values);
    default:
        return kernels->unpack_64(bytes, count, width, min, values);
    }
}

static void check_unpack(const struct fl_decode_kernels *kernels, int lane, unsigned width, size_t count,
                         size_t offset, uint64_t *seed)
{
    const struct exact source = exact_random(offset, (count * width + 7) / 8, seed);
    const uint64_t min = next_random(seed);
    uint8_t wanted[ROOM], values[ROOM];
    memset(wanted, GUARD, sizeof wanted);
    memset(values, GUARD, sizeof values);
    const struct fl_decode_kernels *scalar = fl_decode_kernels_of(FL_CPU_SCALAR);
    const uint64_t largest = unpack(scalar, lane, source.bytes, count, width, min, wanted);
    assert_int_equal(unpack(kernels, lane, source.bytes, count, width, min, values), largest);
    assert_memory_equal(values, wanted, sizeof wanted);
    free(source.block);
}

static void test_levels_unpack_the_same(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int level = 1; level <= (int)fl_cpu_found(); level++) {
        const struct fl_decode_kernels *kernels = fl_decode_kernels_of((enum fl_cpu_level)level);
        for (int lane = 8; lane <= 64; lane += lane == 8 ? 24 : 32) {
            for (unsigned width = 0; width <= (unsigned)lane; width++) {
                for (size_t count = 0; count <= COUNT_MAX; count++)
                    check_unpack(kernels, lane, width, count, (count + width) % OFFSETS, &seed);
                for (size_t offset = 0; offset < OFFSETS; offset++)
                    check_unpack(kernels, lane, width, 200, offset, &seed);
            }
        }
    }
}

static void test_scalar_unpacks_bit_by_bit(void **state)
{
    (void)state;
    uint64_t seed = 7;
    const struct fl_decode_kernels *scalar = fl_decode_kernels_of(FL_CPU_SCALAR);
    for (unsigned width = 0; width <= 64; width++) {
        const struct exact source = exact_random(3, (COUNT_MAX * width + 7) / 8, &seed);
        uint64_t values[COUNT_MAX], most = 0;
        const uint64_t min = next_random(&seed);
        const uint64_t largest = scalar->unpack_64(source.bytes, COUNT_MAX, width, min, values);
        for (size_t i = 0; i < COUNT_MAX; i++) {
            uint64_t number = 0;
            for (unsigned k = 0; k < width; k++) {
                const size_t bit = i * width + k;
                number |= (uint64_t)(source.bytes[bit / 8] >> (bit % 8) & 1) << k;
            }
            assert_int_equal(values[i], min + number);
            most = number > most ? number : most;
        }
        assert_int_equal(largest, most);
        free(source.block);
    }
}

/* What is packed comes out again, by the loop that was checked bit by bit; nothing is stored past the room.
 */
static void check_pack(const struct fl_decode_kernels *kernels, unsigned width, size_t count, uint64_t *seed)
{
    uint64_t values[COUNT_MAX] = {0}, unpacked[COUNT_MAX];
    const uint64_t min = next_random(seed);
    const size_t size = (count * width + 7) / 8;
    uint8_t bytes[ROOM + 8];
    for (size_t i = 0; i < count; i++)
        values[i] = min + (next_random(seed) >> (64 - width));
    memset(bytes, GUARD, sizeof bytes);
    kernels->pack(values, count, width, min, bytes);
    (void)fl_decode_kernels_of(FL_CPU_SCALAR)->unpack_64(bytes, count, width, min, unpacked);
    assert_memory_equal(unpacked, values, count * sizeof *values);
    assert_true(count * width % 8 == 0 || bytes[size - 1] >> count * width % 8 == 0);
    for (size_t i = size + 8; i < sizeof bytes; i++)
        assert_int_equal(bytes[i], GUARD);
}

static void test_levels_pack(void **state)
{
    (void)state;
    uint64_t seed = 12;
    for (int level = 0; level <= (int)fl_cpu_found(); level++) {
        for (unsigned width = 1; width <= 64; width++) {
            for (size_t count = 0; count <= COUNT_MAX; count++)
                check_pack(fl_decode_kernels_of((enum fl_cpu_level)level), width, count, &seed);
        }
    }
}

static void check_measure(const struct fl_decode_kernels *kernels, size_t count, size_t offset,
                          uint64_t *seed)
{
    if (count == 0)
        return;
    const struct exact bytes = exact_random(offset % 8, count * sizeof(int64_t), seed);
    int64_t *values = malloc(count * sizeof *values);
    assert_non_null(values);
    memcpy(values, bytes.bytes, count * sizeof *values);
    int64_t min = values[0], max = values[0];
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
        sum += (uint64_t)values[i];
    }
    const struct fl_measure measured = kernels->measure(values, count);
    assert_true(measured.min == min && measured.max == max && measured.sum == sum);
    free(values);
    free(bytes.block);
}

static void check_bits(const struct fl_decode_kernels *kernels, size_t count, size_t offset, uint64_t *seed)
{
    const struct fl_decode_kernels *scalar = fl_decode_kernels_of(FL_CPU_SCALAR);
    const struct exact bits = exact_random(offset, (count + 7) / 8, seed);
    const struct exact types = exact_random(offset, count, seed), table = exact_random(offset, 32, seed);
    uint8_t wanted[ROOM], bytes[ROOM];
    memset(wanted, GUARD, sizeof wanted);
    memset(bytes, GUARD, sizeof bytes);
    assert_int_equal(kernels->count_ones(types.bytes, count), scalar->count_ones(types.bytes, count));
    assert_int_equal(kernels->bits_to_bytes(bits.bytes, count, bytes),
                     scalar->bits_to_bytes(bits.bytes, count, wanted));
    assert_memory_equal(bytes, wanted, sizeof wanted);
    assert_int_equal(kernels->bits_of_types(table.bytes, types.bytes, count, bytes),
                     scalar->bits_of_types(table.bytes, types.bytes, count, wanted));
    assert_memory_equal(bytes, wanted, sizeof wanted);
    free(bits.block);
    free(types.block);
    free(table.block);
}

static void test_levels_spread_bits_the_same(void **state)
{
    (void)state;
    uint64_t seed = 99;
    for (int level = 0; level <= (int)fl_cpu_found(); level++) {
        for (size_t count = 0; count <= COUNT_MAX; count++) {
            for (size_t offset = 0; offset < OFFSETS; offset++) {
                check_bits(fl_decode_kernels_of((enum fl_cpu_level)level), count, offset, &seed);
                check_measure(fl_decode_kernels_of((enum fl_cpu_level)level), count, offset, &seed);
            }
        }
    }
}

/* Marks of three densities; the first row is marked. Returns how many are. */
static size_t random_marks(uint8_t *marks, size_t count, int density, uint64_t *seed)
{
    size_t held = 0;
    memset(marks, 0, (count + 7) / 8);
    for (size_t i = 0; i < count; i++) {
        const uint64_t random = next_random(seed) >> 32;
        if (i > 0 && random % 16 >= (uint64_t)density)
            continue;
        marks[i / 8] |= (uint8_t)(1u << (i % 8));
        held++;
    }
    return held;
}

static void fill(const struct fl_decode_kernels *kernels, int lane, const uint8_t *marks, size_t count,
                 size_t held, void *values)
{
    if (lane == 8)
        kernels->fill_8(marks, count, held, values);
    else if (lane == 32)
        kernels->fill_32(marks, count, held, values);
    else
        kernels->fill_64(marks, count, held, values);
}

static void place(const struct fl_decode_kernels *kernels, int lane, const uint8_t *nulls, size_t count,
                  size_t held, void *values)
{
    if (lane == 8)
        kernels->place_8(nulls, count, held, values);
    else if (lane == 32)
        kernels->place_32(nulls, count, held, values);
    else
        kernels->place_64(nulls, count, held, values);
}

/* What fill and place promise, told with a second array. */
static void spread_slowly(const uint8_t *marks, bool filling, size_t lane_bytes, size_t count, size_t held,
                          const uint8_t *before, uint8_t *after)
{
    size_t next = count - held;
    memset(after, 0, count * lane_bytes);
    for (size_t i = 0; i < count; i++) {
        const bool marked = marks[i / 8] >> (i % 8) & 1;
        if (marked)
            next++;
        if (marked || filling)
            memcpy(after + i * lane_bytes, before + (next - 1) * lane_bytes, lane_bytes);
    }
}

static void check_spread(const struct fl_decode_kernels *kernels, int lane, size_t count, int density,
                         size_t offset, uint64_t *seed)
{
    const size_t lane_bytes = (size_t)lane / 8, size = count * lane_bytes;
    const struct exact marks = exact_random(offset, (count + 7) / 8, seed),
                       nulls = exact_random(offset, count, seed);
    const size_t held = random_marks(marks.bytes, count, density, seed);
    /* Aligned for the lane, the end at the end of the allocation. */
    const struct exact start = exact_random(offset / 8 * 8, size, seed),
                       filled = exact_random(offset / 8 * 8, size, seed);
    uint8_t wanted[ROOM];
    for (size_t i = 0; i < count; i++)
        nulls.bytes[i] = (marks.bytes[i / 8] >> (i % 8) & 1) == 0;
    memcpy(filled.bytes, start.bytes, size);
    fill(kernels, lane, marks.bytes, count, held, filled.bytes);
    spread_slowly(marks.bytes, true, lane_bytes, count, held, start.bytes, wanted);
    assert_memory_equal(filled.bytes, wanted, size);
    memcpy(filled.bytes, start.bytes, size);
    place(kernels, lane, nulls.bytes, count, held, filled.bytes);
    spread_slowly(marks.bytes, false, lane_bytes, count, held, start.bytes, wanted);
    assert_memory_equal(filled.bytes, wanted, size);
    free(marks.block);
    free(nulls.block);
    free(start.block);
    free(filled.block);
}

static void test_levels_spread_values_the_same(void **state)
{
    (void)state;
    uint64_t seed = 1001;
    for (int level = 0; level <= (int)fl_cpu_found(); level++) {
        const struct fl_decode_kernels *kernels = fl_decode_kernels_of((enum fl_cpu_level)level);
        for (int lane = 8; lane <= 64; lane += lane == 8 ? 24 : 32) {
            for (size_t count = 1; count <= COUNT_MAX; count++) {
                for (int density = 0; density <= 16; density += 4)
                    check_spread(kernels, lane, count, density, (count + (size_t)density) % OFFSETS, &seed);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_unpacks_bit_by_bit),
        cmocka_unit_test(test_levels_unpack_the_same),
        cmocka_unit_test(test_levels_pack),
        cmocka_unit_test(test_levels_spread_bits_the_same),
        cmocka_unit_test(test_levels_spread_values_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
