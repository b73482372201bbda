/* rank_correlation_test.c - Spearman's coefficient of small cases that were worked out by hand, then of
 * random ones.
 *
 * By hand, with rho = sum((a - m)(b - m)) / sqrt(sum((a - m)^2) sum((b - m)^2)) over ranks:
 *   1 2 3 4 5 against 5 6 7 8 7: ranks of b 1 2 3.5 5 3.5; products 4 + 1 + 0 + 2 + 1 = 8; squares 10
 * and 9.5; 8 / sqrt(95) = 0.8207827 (the example of scipy.stats.spearmanr's documentation). 1 1 2 against 1 2
 * 2: ranks 1.5 1.5 3 and 1 2.5 2.5; products 0.5 - 0.25 + 0.5 = 0.75, squares 1.5: 0.5. Random ones, with
 * many ties and past the size that is sorted by insertion, equal a count of all pairs. */
#include "tests/unit/engine_fixture.h"

#include "engine/rank_correlation.h"

enum { RANDOM_MAX = 700 };

static void assert_correlates(const int64_t *a, const int64_t *b, size_t count, int32_t wanted)
{
    struct fl_rank_pair pairs[16];
    int32_t micro = -7;
    assert_true(count <= 16);
    for (size_t i = 0; i < count; i++)
        pairs[i] = (struct fl_rank_pair){{a[i], b[i]}};
    assert_true(fl_rank_correlation(pairs, count, &micro));
    assert_int_equal(micro, wanted);
}

static void test_by_hand(void **state)
{
    (void)state;
    assert_correlates((int64_t[]){1, 2, 3, 4, 5}, (int64_t[]){5, 6, 7, 8, 7}, 5, 820783);
    assert_correlates((int64_t[]){1, 1, 2}, (int64_t[]){1, 2, 2}, 3, 500000);
    assert_correlates((int64_t[]){1, 2, 3}, (int64_t[]){9, 8, 7}, 3, -1000000);
    assert_correlates((int64_t[]){INT64_MIN, -1, 0, INT64_MAX}, (int64_t[]){-9, -8, 0, 5}, 4, 1000000);
    /* One exchange of neighbours: 1 - 6 * 2 / (4 * 15) */
    assert_correlates((int64_t[]){1, 2, 3, 4}, (int64_t[]){10, 30, 20, 40}, 4, 800000);
}

static void test_nothing_to_correlate(void **state)
{
    (void)state;
    struct fl_rank_pair pairs[3] = {{{1, 4}}, {{2, 4}}, {{3, 4}}};
    int32_t micro = 0;
    assert_false(fl_rank_correlation(pairs, 3, &micro));
    assert_false(fl_rank_correlation(pairs, 1, &micro));
    assert_false(fl_rank_correlation(pairs, 0, &micro));
}

/* Twice the rank less the average: customers with less, minus customers with more. */
static int64_t slow_rank(const struct fl_rank_pair *pairs, size_t count, size_t of, int side)
{
    int64_t rank = 0;
    for (size_t i = 0; i < count; i++)
        rank +=
            (pairs[i].value[side] < pairs[of].value[side]) - (pairs[i].value[side] > pairs[of].value[side]);
    return rank;
}

static int32_t slow_correlation(const struct fl_rank_pair *pairs, size_t count)
{
    long double both = 0, first = 0, second = 0;
    for (size_t i = 0; i < count; i++) {
        const long double a = (long double)slow_rank(pairs, count, i, 0);
        const long double b = (long double)slow_rank(pairs, count, i, 1);
        both += a * b;
        first += a * a;
        second += b * b;
    }
    return (int32_t)__builtin_lroundl(both / __builtin_sqrtl(first * second) * 1e6L);
}

static void test_random(void **state)
{
    (void)state;
    static struct fl_rank_pair pairs[RANDOM_MAX];
    uint64_t random = 5;
    for (size_t count = 2; count <= RANDOM_MAX; count += 58) {
        const uint64_t values = count % 4 == 0 ? UINT64_MAX : 1 + count / 3; /* all distinct, or ties */
        for (size_t i = 0; i < count; i++) {
            pairs[i].value[0] = (int64_t)(next_random(&random) % values) - 20;
            pairs[i].value[1] = pairs[i].value[0] / 3 + (int64_t)(next_random(&random) % 60);
        }
        pairs[0].value[0] = pairs[0].value[1] = INT64_MIN;
        const int32_t wanted = slow_correlation(pairs, count);
        int32_t micro = 0;
        assert_true(fl_rank_correlation(pairs, count, &micro));
        assert_int_equal(micro, wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand),
                                       cmocka_unit_test(test_nothing_to_correlate),
                                       cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
