/* basket_sample_test.c - the sample of a cluster fit is what its definition says, in whatever order customers
 * come.
 *
 * Customers of one to forty categories come in several orders; all of them sorted by hash, the first that fit
 * into the memory and the number asked for are the sample, each with its own categories. Limits lie where
 * none, some, one and all of the customers are cut, by memory, by number, by both. */
#include "tests/unit/engine_fixture.h"

#include "engine/clusters/basket_sample.h"
#include "engine/clusters/splitmix64.h"

enum { CUSTOMERS = 3000, CATEGORIES_MAX = 40, ORDERS = 3 };

struct known {
    int64_t key;
    uint64_t hash;
    uint32_t count;
};

static struct known known[CUSTOMERS]; /* by hash */
static struct fl_basket_maker maker;  /* rows have its logarithms */

static int by_hash(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    return (a->hash > b->hash) - (a->hash < b->hash);
}

static int by_key(const void *left, const void *right)
{
    const struct known *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

static int open_all(void **state)
{
    static const struct fl_basket_settings settings;
    (void)state;
    uint64_t random = 5;
    assert_int_equal(fl_basket_maker_init(&maker, &settings, 1, NULL), FL_OK);
    for (size_t i = 0; i < CUSTOMERS; i++) {
        const int64_t key = (int64_t)i * 3 - 1000;
        known[i] =
            (struct known){key, fl_key_hash(key, 0), 1 + (uint32_t)(next_random(&random) % CATEGORIES_MAX)};
    }
    qsort(known, CUSTOMERS, sizeof known[0], by_hash);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    fl_basket_maker_release(&maker);
    return 0;
}

static int64_t net_of(int64_t key, uint32_t at)
{
    return (key + 5000) * 100 + at;
}

static void add(struct fl_basket_sample *sample, const struct known *customer)
{
    uint32_t categories[CATEGORIES_MAX];
    int64_t nets[CATEGORIES_MAX];
    struct fl_basket_row row = {
        .count = customer->count, .categories = categories, .nets = nets, .logs = maker.logs};
    for (uint32_t i = 0; i < customer->count; i++) {
        categories[i] = 2 * i;
        nets[i] = net_of(customer->key, i);
        row.net += nets[i];
    }
    assert_int_equal(fl_basket_sample_add(sample, customer->key, &row, NULL), FL_OK);
}

static size_t wanted_count(uint64_t memory_bytes, uint64_t most)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < CUSTOMERS; i++) {
        bytes += FL_SAMPLE_CUSTOMER_BYTES + (uint64_t)FL_SAMPLE_CATEGORY_BYTES * known[i].count;
        if ((most != 0 && i == most) || (bytes > memory_bytes && i > 0))
            return i;
    }
    return CUSTOMERS;
}

static void assert_same(const struct fl_basket_sample *sample, size_t count)
{
    struct known sorted[CUSTOMERS];
    assert_int_equal(sample->count, count);
    assert_int_equal(sample->offered, CUSTOMERS);
    memcpy(sorted, known, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_key);
    for (size_t i = 0; i < count; i++) {
        const struct fl_sampled_customer *customer = &sample->customers[i];
        assert_int_equal(customer->key, sorted[i].key);
        assert_int_equal(customer->count, sorted[i].count);
        for (uint32_t k = 0; k < customer->count; k++) {
            assert_int_equal(sample->categories[customer->first + k], 2 * k);
            assert_int_equal(sample->nets[customer->first + k], net_of(customer->key, k));
        }
    }
}

static size_t place_in(int order, size_t i)
{
    return order == 0 ? i : order == 1 ? CUSTOMERS - 1 - i : i * 1009 % CUSTOMERS;
}

static void test_any_order(void **state)
{
    (void)state;
    static const uint64_t memories[] = {0, 1000, 100000, 800000, UINT64_MAX};
    static const uint64_t numbers[] = {0, 1, 10, 1500, CUSTOMERS, 10 * CUSTOMERS};
    for (size_t m = 0; m < sizeof memories / sizeof memories[0]; m++) {
        for (size_t n = 0; n < sizeof numbers / sizeof numbers[0]; n++) {
            const size_t count = wanted_count(memories[m], numbers[n]);
            const size_t asked = numbers[n] == 0 || numbers[n] > CUSTOMERS ? CUSTOMERS : (size_t)numbers[n];
            for (int order = 0; order < ORDERS; order++) {
                struct fl_basket_sample sample = {.memory_bytes = memories[m], .customers_max = numbers[n]};
                fl_basket_sample_init(&sample);
                for (size_t i = 0; i < CUSTOMERS; i++)
                    add(&sample, &known[place_in(order, i)]);
                fl_basket_sample_finish(&sample);
                assert_same(&sample, count);
                assert_int_equal(sample.memory_cut, count < asked);
                fl_basket_sample_release(&sample);
            }
        }
    }
}

/* While it is filled it holds an eighth more than it may keep, and room for a quarter more. */
static void test_stays_within_memory(void **state)
{
    (void)state;
    struct fl_basket_sample sample = {.memory_bytes = 200000};
    fl_basket_sample_init(&sample);
    for (size_t i = 0; i < CUSTOMERS; i++) {
        add(&sample, &known[CUSTOMERS - 1 - i]);
        assert_true(sample.count * FL_SAMPLE_CUSTOMER_BYTES +
                        sample.category_count * FL_SAMPLE_CATEGORY_BYTES <
                    sample.memory_bytes / 8 * 9 + 2000);
    }
    fl_basket_sample_release(&sample);
}

static void test_nobody(void **state)
{
    (void)state;
    struct fl_basket_sample sample = {.memory_bytes = 1000};
    fl_basket_sample_init(&sample);
    fl_basket_sample_finish(&sample);
    assert_int_equal(sample.count, 0);
    assert_false(sample.memory_cut);
    fl_basket_sample_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_stays_within_memory),
        cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
