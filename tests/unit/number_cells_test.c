/* number_cells_test.c - integers as text, every CPU level against a slow obvious formatter.
 *
 * All powers of ten and of two with their neighbours and signs hit each length and each carry; random numbers
 * of every length fill the lanes with neighbours of other lengths; each count from 0 to 40 from each of nine
 * places hits all tails. Guard bytes behind the slots show a store too far. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/decimal.h"
#include "formats/exporters/number_cells.h"
#include "formats/exporters/number_text.h"

enum { VALUES_MAX = 4096, COUNT_MAX = 40, GUARD = 0x5A };

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t add_around(int64_t *values, size_t count, uint64_t number)
{
    for (int step = -1; step <= 1; step++) {
        values[count++] = (int64_t)(number + (uint64_t)(int64_t)step);
        values[count++] = (int64_t)(0 - (number + (uint64_t)(int64_t)step));
    }
    return count;
}

static size_t fill_values(int64_t *values)
{
    size_t count = 0;
    uint64_t seed = 0x9e3779b97f4a7c15u, power = 1;
    for (int digits = 0; digits < 20; digits++, power *= 10)
        count = add_around(values, count, power);
    for (int bit = 0; bit < 64; bit++)
        count = add_around(values, count, UINT64_C(1) << bit);
    for (uint64_t number = 99999999; number < INT64_MAX / 10; number = number * 10 + 9)
        count = add_around(values, count, number);
    while (count < VALUES_MAX) {
        const uint64_t number = next_random(&seed) >> (next_random(&seed) % 64);
        values[count++] = (int64_t)(next_random(&seed) % 3 == 0 ? 0 - number : number);
    }
    return count;
}

static bool is_short(int64_t value)
{
    return value >= -(int64_t)FL_NUMBER_CELL_MAX && value <= (int64_t)FL_NUMBER_CELL_MAX;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static void expect_text(int64_t value, const uint8_t *text, size_t size)
{
    char wanted[48];
    const int wanted_size = fl_decimal_format(value, 0, '.', wanted);
    assert_int_equal(wanted_size, size);
    assert_memory_equal(wanted, text, size);
}

static void check_run(fl_number_cells *kernel, const int64_t *values, size_t count)
{
    uint8_t slots[COUNT_MAX + 1][FL_NUMBER_SLOT];
    const uint8_t *at[COUNT_MAX];
    uint32_t size[COUNT_MAX];
    memset(slots, GUARD, sizeof slots);
    uint64_t magnitudes = 0;
    for (size_t i = 0; i < count; i++)
        magnitudes |= magnitude(values[i]);
    assert_int_equal(magnitudes, kernel(values, count, slots, at, size));
    for (size_t i = 0; i < FL_NUMBER_SLOT; i++)
        assert_int_equal(GUARD, slots[count][i]);
    if (magnitudes > FL_NUMBER_CELL_MAX)
        return;
    for (size_t i = 0; i < count; i++) {
        assert_true(at[i] >= slots[i] && at[i] + size[i] <= slots[i + 1]);
        expect_text(values[i], at[i], size[i]);
    }
}

static void check_level(fl_number_cells *kernel, const int64_t *values, size_t count)
{
    for (size_t first = 0; first + COUNT_MAX <= count; first += COUNT_MAX)
        check_run(kernel, values + first, COUNT_MAX);
    for (size_t run = 0; run <= COUNT_MAX; run++) {
        for (size_t first = 0; first < 9; first++)
            check_run(kernel, values + first, run);
    }
}

static void test_levels(void **state)
{
    (void)state;
    static int64_t values[VALUES_MAX], kept[VALUES_MAX], small[VALUES_MAX];
    const size_t count = fill_values(values);
    size_t kept_count = 0, small_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_short(values[i]))
            kept[kept_count++] = values[i];
        if (magnitude(values[i]) < FL_TEN_TO_8)
            small[small_count++] = values[i];
    }
    assert_true(kept_count > 2000 && small_count > 1000);
    for (int level = FL_CPU_SCALAR; level <= (int)fl_cpu_found(); level++) {
        fl_number_cells *const kernel = fl_number_cells_of((enum fl_cpu_level)level);
        check_level(kernel, values, count); /* with some that are too long */
        check_level(kernel, kept, kept_count);
        check_level(kernel, small, small_count);
    }
}

static void test_one_number(void **state)
{
    (void)state;
    static int64_t values[VALUES_MAX];
    const size_t count = fill_values(values);
    for (size_t i = 0; i < count; i++) {
        uint8_t text[FL_NUMBER_TEXT_ROOM + 1];
        text[FL_NUMBER_TEXT_ROOM] = GUARD;
        expect_text(values[i], text, (size_t)(fl_put_integer(text, values[i]) - text));
        assert_int_equal(GUARD, text[FL_NUMBER_TEXT_ROOM]);
    }
}

static void expect_decimal(int64_t value, int places, bool cut, char mark)
{
    char wanted[48];
    size_t wanted_size = (size_t)fl_decimal_format(value, places, mark, wanted);
    while (cut && wanted[wanted_size - 1] == '0')
        wanted_size--;
    if (wanted[wanted_size - 1] == mark)
        wanted_size--;
    uint8_t text[FL_NUMBER_TEXT_ROOM + 1];
    text[FL_NUMBER_TEXT_ROOM] = GUARD;
    const uint8_t *const end =
        cut ? fl_put_thousandths(text, value, mark) : fl_put_millionths(text, value, mark);
    assert_int_equal(wanted_size, end - text);
    assert_memory_equal(wanted, text, wanted_size);
    assert_int_equal(GUARD, text[FL_NUMBER_TEXT_ROOM]);
}

static void test_decimals(void **state)
{
    (void)state;
    static int64_t values[VALUES_MAX];
    const size_t count = fill_values(values);
    for (size_t i = 0; i < count; i++) {
        expect_decimal(values[i], 3, true, '.');
        expect_decimal(values[i], 6, false, ',');
    }
    for (int64_t value = -2500; value <= 2500; value++)
        expect_decimal(value, 3, true, ',');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_one_number),
        cmocka_unit_test(test_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
