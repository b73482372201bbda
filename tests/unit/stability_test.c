/* stability_test.c - how far labelings agree, and which numbers of clusters are found again.
 *
 * The adjusted Rand index is compared with a count of all pairs of customers, and with values worked out by
 * hand. Stability is measured on customers of six kinds, which six clusters find again and others do not, at
 * several numbers of threads, and once made again pair by pair from the words of SEMANTICS.md. */
#include "tests/unit/basket_fixture.h"

#include "engine/clusters/adjusted_rand.h"
#include "engine/clusters/kmeans.h"
#include "engine/clusters/splitmix64.h"
#include "engine/clusters/stability.h"
#include "engine/clusters/subsample.h"

/* By pairs: the index less what chance gives, over the largest less that. */
static double slow_rand(const uint32_t *a, const uint32_t *b, size_t count)
{
    double both = 0, in_a = 0, in_b = 0, all = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++) {
            both += a[i] == a[j] && b[i] == b[j];
            in_a += a[i] == a[j];
            in_b += b[i] == b[j];
            all++;
        }
    const double by_chance = all == 0 ? 0 : in_a * in_b / all, most = (in_a + in_b) / 2;
    return most == by_chance ? 1 : (both - by_chance) / (most - by_chance);
}

static void test_index_against_all_pairs(void **state)
{
    uint64_t random = 21;
    (void)state;
    for (int i = 0; i < 300; i++) {
        uint32_t a[120], b[120];
        const size_t count = next_random(&random) % 121;
        const unsigned in_a = 1 + (unsigned)(next_random(&random) % (i % 3 == 0 ? FL_CLUSTERS_MAX : 5));
        const unsigned in_b = 1 + (unsigned)(next_random(&random) % 6);
        for (size_t j = 0; j < count; j++) {
            a[j] = (uint32_t)(next_random(&random) % in_a);
            b[j] = next_random(&random) % 3 == 0 ? (uint32_t)(next_random(&random) % in_b) : a[j];
        }
        assert_true(fabs(fl_adjusted_rand(a, b, count) - slow_rand(a, b, count)) < 1e-12);
    }
}

static void test_index_by_hand(void **state)
{
    static const uint32_t a[] = {0, 0, 1, 1}, renamed[] = {3, 3, 0, 0}, other[] = {0, 1, 0, 1},
                          split[] = {0, 0, 1, 2}, one[] = {5, 5, 5, 5}, each[] = {0, 1, 2, 3};
    (void)state;
    assert_true(fl_adjusted_rand(a, renamed, 4) == 1);
    assert_true(fl_adjusted_rand(a, other, 4) == -0.5);
    assert_true(fabs(fl_adjusted_rand(a, split, 4) - 4.0 / 7) < 1e-15);
    assert_true(fl_adjusted_rand(one, each, 4) == 0);
    assert_true(fl_adjusted_rand(one, one, 4) == 1);
    assert_true(fl_adjusted_rand(each, each, 4) == 1);
    assert_true(fl_adjusted_rand(a, a, 0) == 1);
}

static void test_subsamples_follow_the_hash(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(1000, 20, 4, 0.4, 3);
    uint64_t highest;
    struct fl_subsample subsample;
    assert_int_equal(fl_subsample_highest(&made.vectors, 1000, &highest, NULL), FL_OK);
    assert_true(highest == UINT64_MAX);
    assert_int_equal(fl_subsample_highest(&made.vectors, 137, &highest, NULL), FL_OK);
    assert_int_equal(fl_subsample_make(&made.vectors, 0, highest, &subsample, NULL), FL_OK);
    assert_int_equal(subsample.vectors.count, 137);
    size_t at = 0;
    for (size_t i = 0; i < 1000; i++) {
        if (fl_splitmix64((uint64_t)made.keys[i]) > highest)
            continue;
        const uint64_t entries = made.starts[i + 1] - made.starts[i], start = subsample.starts[at];
        assert_int_equal(subsample.customers[at], i);
        assert_true(subsample.keys[at] == made.keys[i]);
        assert_true(subsample.starts[at + 1] - start == entries);
        assert_memory_equal(subsample.categories + start, made.categories + made.starts[i],
                            entries * sizeof *made.categories);
        assert_memory_equal(subsample.weights + start, made.weights + made.starts[i],
                            entries * sizeof *made.weights);
        at++;
    }
    assert_int_equal(at, 137);
    fl_subsample_release(&subsample);
    baskets_free(&made);
}

static void test_the_number_of_kinds_is_chosen(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(1500, 60, 6, 0.3, 11);
    struct fl_stability first = {.k = 0};
    for (unsigned threads = 0; threads <= 3; threads++) {
        struct fl_stability stability;
        const struct fl_stability_plan plan = {.vectors = &made.vectors,
                                               .k_first = FL_K_LEAST,
                                               .k_last = FL_K_MOST,
                                               .iterations_max = 300,
                                               .seed = 1,
                                               .threads = threads};
        assert_int_equal(fl_stability_measure(&plan, &stability, NULL), FL_OK);
        assert_int_equal(stability.k, 6);
        assert_true(stability.mean[6] > 0.85 && stability.mean[9] < stability.mean[6] - 0.02);
        if (threads == 0)
            first = stability;
        assert_memory_equal(&stability, &first, sizeof first);
    }
    baskets_free(&made);
}

/* The fit of subsample `number`, as labels by customer; FL_NO_CLUSTER: not in it. */
static void fit_subsample(const struct made_baskets *made, uint64_t number, unsigned k, uint64_t seed,
                          uint32_t *label_of)
{
    struct made_baskets part = baskets_new(made->vectors.count, made->vectors.category_count);
    size_t count = 0, customer_of[1000];
    for (size_t i = 0; i < made->vectors.count; i++) {
        label_of[i] = UINT32_MAX;
        /* four of five: the hash as a fraction of 2^64 is below 0.8 */
        if (fl_splitmix64(fl_splitmix64((uint64_t)made->keys[i]) ^ number) >= UINT64_C(14757395258967641292))
            continue;
        uint64_t at = part.starts[count];
        for (uint64_t j = made->starts[i]; j < made->starts[i + 1]; j++, at++) {
            part.categories[at] = made->categories[j];
            part.weights[at] = made->weights[j];
        }
        customer_of[count++] = i;
        part.starts[count] = at;
    }
    part.vectors.count = count;
    struct fl_kmeans kmeans;
    const struct fl_kmeans_plan plan = {
        .vectors = &part.vectors, .k = k, .starts = 1, .iterations_max = 300, .seed = seed + number};
    assert_int_equal(fl_kmeans_fit(&plan, &kmeans, NULL), FL_OK);
    for (size_t i = 0; i < count; i++)
        label_of[customer_of[i]] = kmeans.cluster[i];
    fl_kmeans_release(&kmeans);
    baskets_free(&part);
}

static void test_mean_is_that_of_the_pairs(void **state)
{
    enum { CUSTOMERS = 600, K = 5, SEED = 40 };
    (void)state;
    struct made_baskets made = baskets_of_kinds(CUSTOMERS, 30, 4, 0.6, 12);
    double sum = 0;
    for (uint64_t pair = 0; pair < FL_STABILITY_PAIRS; pair++) {
        uint32_t a[CUSTOMERS], b[CUSTOMERS];
        size_t common = 0;
        fit_subsample(&made, 2 * pair + 1, K, SEED, a);
        fit_subsample(&made, 2 * pair + 2, K, SEED, b);
        for (size_t i = 0; i < CUSTOMERS; i++)
            if (a[i] != UINT32_MAX && b[i] != UINT32_MAX) {
                a[common] = a[i];
                b[common++] = b[i];
            }
        assert_true(common > CUSTOMERS / 2);
        sum += slow_rand(a, b, common);
    }
    struct fl_stability stability;
    const struct fl_stability_plan plan = {
        .vectors = &made.vectors, .k_first = K, .k_last = K, .iterations_max = 300, .seed = SEED};
    assert_int_equal(fl_stability_measure(&plan, &stability, NULL), FL_OK);
    assert_int_equal(stability.k, K);
    assert_true(fabs(stability.mean[K] - sum / FL_STABILITY_PAIRS) < 1e-12);
    baskets_free(&made);
}

static int stop_after_two(void *context, unsigned pairs_done, unsigned pairs)
{
    unsigned *calls = context;
    assert_int_equal(pairs, FL_STABILITY_PAIRS);
    assert_int_equal(pairs_done, ++*calls);
    return *calls == 2;
}

static void test_odd_cases(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(9, 20, 4, 0.6, 12);
    struct fl_stability stability;
    struct fl_error error;
    unsigned calls = 0;
    struct fl_stability_plan plan = {.vectors = &made.vectors,
                                     .k_first = FL_K_LEAST,
                                     .k_last = FL_K_MOST,
                                     .iterations_max = 300,
                                     .seed = 2};
    assert_int_equal(fl_stability_measure(&plan, &stability, NULL), FL_OK); /* too few customers */
    assert_true(stability.mean[10] == 0 && stability.mean[12] == 0);
    plan.progress = stop_after_two;
    plan.progress_context = &calls;
    fl_error_clear(&error);
    assert_int_equal(fl_stability_measure(&plan, &stability, &error), FL_INTERRUPTED);
    assert_non_null(strstr(error.message, "2 of 20"));
    assert_int_equal(calls, 2);
    baskets_free(&made);
}

/* Eight threads held eight pairs of subsamples, whatever --memory said. */
static void test_threads_fit_memory(void **state)
{
    const uint64_t starts[] = {0, 30, 60, 90, 120};
    const struct fl_basket_vectors vectors = {.count = 4, .category_count = 500, .starts = starts};
    struct fl_stability_plan plan = {.k_last = 12, .threads = 8};
    const uint64_t pair_bytes = 4 * 100 + 120 * 10 + 12 * 500 * 32;
    (void)state;
    assert_int_equal(fl_stability_threads(&plan, &vectors), 8);
    plan.memory_bytes = 100 * pair_bytes;
    assert_int_equal(fl_stability_threads(&plan, &vectors), 8);
    plan.memory_bytes = 3 * (pair_bytes + 1);
    assert_int_equal(fl_stability_threads(&plan, &vectors), 3);
    plan.memory_bytes = 1;
    assert_int_equal(fl_stability_threads(&plan, &vectors), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_index_against_all_pairs),
        cmocka_unit_test(test_index_by_hand),
        cmocka_unit_test(test_subsamples_follow_the_hash),
        cmocka_unit_test(test_the_number_of_kinds_is_chosen),
        cmocka_unit_test(test_mean_is_that_of_the_pairs),
        cmocka_unit_test(test_odd_cases),
        cmocka_unit_test(test_threads_fit_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
