/* percentile_test.c - the sort sorts, the percentile is the formula.
 *
 * Random raws of every magnitude (so that digits are whole and cut off) against
 * qsort(); percentiles against counting all raws one by one; the formula at its ends by hand. */
#include "tests/unit/engine_fixture.h"

#include "engine/percentile.h"

static int compare_raws(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void test_sort(void **state)
{
    (void)state;
    enum { COUNT_MAX = 3000 };
    static uint64_t raws[COUNT_MAX], expected[COUNT_MAX];
    uint64_t random = 3;
    for (unsigned bits = 1; bits <= 63; bits++) {
        const size_t count = bits % 5 == 0 ? bits / 5 - 1 : COUNT_MAX - bits;
        for (size_t i = 0; i < count; i++)
            raws[i] = expected[i] = next_random(&random) & ((UINT64_C(1) << bits) - 1);
        qsort(expected, count, sizeof *expected, compare_raws);
        fl_sort_raws(raws, count);
        assert_memory_equal(raws, expected, count * sizeof *raws);
    }
}

static unsigned percentile_among(const uint64_t *raws, size_t count, uint64_t raw)
{
    struct fl_percentile_cuts cuts;
    struct fl_raw_list list = {0};
    const int64_t asked[] = {(int64_t)raw, 0, -5};
    uint8_t percentile[3], null[3];
    for (size_t i = 0; i < count; i++)
        assert_true(fl_raw_list_add(&list, (int64_t)raws[i]) && fl_raw_list_add(&list, -(int64_t)i));
    assert_true(fl_percentile_find_cuts(&list, &cuts));
    fl_raw_list_release(&list);
    fl_percentiles(&cuts, asked, 3, percentile, null);
    assert_int_equal(null[0], 0);
    assert_int_equal(null[1] + null[2], 2);
    assert_int_equal(percentile[1] + percentile[2], 0);
    return percentile[0];
}

static void test_formula(void **state)
{
    (void)state;
    const uint64_t raws[] = {1, 2, 2, 2, 7, 9};
    assert_int_equal(percentile_among(raws, 6, 1), 8);  /* (100 + 6) / 12 */
    assert_int_equal(percentile_among(raws, 6, 2), 42); /* (200 + 300 + 6) / 12 */
    assert_int_equal(percentile_among(raws, 6, 7), 75); /* (800 + 100 + 6) / 12 */
    assert_int_equal(percentile_among(raws, 6, 9), 92); /* (1000 + 100 + 6) / 12 */
    const uint64_t one[] = {INT64_MAX};
    assert_int_equal(percentile_among(one, 1, INT64_MAX), 50);
    const uint64_t equal[] = {5, 5, 5, 5};
    assert_int_equal(percentile_among(equal, 4, 5), 50);
}

static void check_all(uint64_t *raws, size_t count)
{
    fl_sort_raws(raws, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t less = 0, equal = 0;
        for (size_t other = 0; other < count; other++) {
            less += raws[other] < raws[i];
            equal += raws[other] == raws[i];
        }
        assert_int_equal(percentile_among(raws, count, raws[i]),
                         (200 * less + 100 * equal + count) / (2 * count));
    }
}

/* Of all magnitudes: with more bits than buckets are told apart by, one large among small ones, many equal.
 */
static void test_all_of_many(void **state)
{
    (void)state;
    enum { COUNT_MAX = 600 };
    uint64_t raws[COUNT_MAX], random = 4;
    for (unsigned bits = 1; bits <= 62; bits += 4) {
        for (size_t count = 1; count <= COUNT_MAX; count = count * 3 + bits) {
            for (size_t i = 0; i < count; i++)
                raws[i] = 1 + (next_random(&random) & ((UINT64_C(1) << bits) - 1));
            check_all(raws, count);
            raws[count / 2] = INT64_MAX;
            check_all(raws, count);
        }
    }
}

/* No raw above 0: nobody has a percentile. */
static void test_none(void **state)
{
    (void)state;
    struct fl_raw_list list = {0};
    struct fl_percentile_cuts cuts;
    assert_true(fl_percentile_find_cuts(&list, &cuts));
    assert_true(fl_raw_list_add(&list, -3) && fl_raw_list_add(&list, 0));
    assert_true(fl_percentile_find_cuts(&list, &cuts));
    assert_true(cuts.raw[0] == UINT64_MAX);
    fl_raw_list_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_formula),
        cmocka_unit_test(test_all_of_many),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
