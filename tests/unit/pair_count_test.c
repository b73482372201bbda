/* pair_count_test.c - pairs are those of a square of counters, whatever threads, limits and chunks.
 *
 * Random baskets, in number and skew such that items are dropped, baskets shrink to one item, chunks fill and
 * lists of pairs grow, are counted by the engine and by adding to a square for each pair of each basket. p is
 * compared with a sum of exact quotients where these are few, and with known values far out; numbers as text
 * with what the C library reads back. */
#include "tests/unit/engine_fixture.h"

#include "engine/clusters/hypergeometric.h"
#include "engine/clusters/pair_count.h"
#include "engine/clusters/pair_measures.h"
#include "engine/clusters/pair_offers.h"
#include "engine/double_text.h"

/* More items than are counted as common ones. */
enum { ITEMS = 700, BASKETS = 60000 };

/* The baskets, and what is to be counted in them. */
struct square {
    uint32_t together[ITEMS][ITEMS], baskets[ITEMS];
};

static void add_basket(struct fl_basket_writer *writer, struct square *square, uint64_t *random)
{
    uint32_t items[ITEMS];
    bool in[ITEMS] = {false};
    size_t count = 0;
    const size_t wanted = next_random(random) % 300 == 0 ? FL_BASKET_LINES_MAX : 1 + next_random(random) % 9;
    while (count < wanted) {
        /* Small numbers are rare, so new numbers are others than the items'. */
        const uint32_t limit = 1 + (uint32_t)(next_random(random) % ITEMS);
        const uint32_t item = wanted == FL_BASKET_LINES_MAX
                                  ? (uint32_t)(next_random(random) % ITEMS)
                                  : ITEMS - 1 - (uint32_t)(next_random(random) % limit);
        if (!in[item])
            items[count++] = item;
        in[item] = true;
    }
    for (size_t i = 0; i < count; i++) {
        square->baskets[items[i]]++;
        for (size_t j = 0; j < count; j++)
            square->together[items[i]][items[j]]++;
    }
    if (count > 1)
        assert_int_equal(fl_basket_writer_add(writer, items, count, NULL), FL_OK);
}

static void draw(struct fl_basket_list *list, struct square *square)
{
    uint64_t random = 7;
    fl_basket_list_init(list, UINT64_C(1) << 30);
    struct fl_basket_writer writers[2] = {{.list = list}, {.list = list}};
    memset(square, 0, sizeof *square);
    for (size_t i = 0; i < BASKETS; i++)
        add_basket(&writers[i % 2], square, &random);
    assert_int_equal(fl_basket_list_check(list, NULL), FL_OK);
    assert_true(list->count >= 2);
}

static struct fl_pair_plan plan_of(struct fl_basket_list *list, const struct square *square, uint32_t least)
{
    return (struct fl_pair_plan){.baskets = list,
                                 .item_baskets = square->baskets,
                                 .item_count = ITEMS,
                                 .basket_count = BASKETS,
                                 .baskets_min = least,
                                 .memory_bytes = UINT64_C(1) << 30};
}

static int64_t lead_of(const struct square *square, uint32_t a, uint32_t b)
{
    return (int64_t)square->together[a][b] * BASKETS -
           (int64_t)square->baskets[a] * (int64_t)square->baskets[b];
}

static void assert_all(const struct fl_pair_list *list, const struct square *square, uint32_t least)
{
    size_t wanted = 0;
    for (uint32_t a = 0; a < ITEMS; a++) {
        for (uint32_t b = a + 1; b < ITEMS; b++)
            wanted += square->together[a][b] >= least;
    }
    assert_int_equal(list->count, wanted);
    assert_int_equal(list->found, wanted);
    for (size_t i = 0; i < list->count; i++) {
        const struct fl_item_pair *pair = &list->pairs[i], *before = i == 0 ? NULL : pair - 1;
        assert_true(pair->a < pair->b && pair->b < ITEMS);
        assert_int_equal(pair->baskets, square->together[pair->a][pair->b]);
        assert_int_equal(pair->lead, lead_of(square, pair->a, pair->b));
        if (before == NULL)
            continue;
        assert_true(before->lead > pair->lead ||
                    (before->lead == pair->lead &&
                     (before->a < pair->a || (before->a == pair->a && before->b < pair->b))));
    }
}

static void test_counts_are_those_of_a_square(void **state)
{
    static struct square square;
    (void)state;
    for (uint32_t least = 1; least < 3000; least = least * 7 + 1) {
        for (unsigned threads = 0; threads <= 3; threads++) {
            struct fl_basket_list baskets;
            struct fl_pair_list list;
            draw(&baskets, &square);
            struct fl_pair_plan plan = plan_of(&baskets, &square, least);
            plan.threads = threads;
            assert_int_equal(fl_count_pairs(&plan, &list, NULL), FL_OK);
            assert_all(&list, &square, least);
            fl_pair_list_release(&list);
            fl_basket_list_release(&baskets);
        }
    }
}

static void test_the_first_ones(void **state)
{
    static struct square square;
    static const size_t tops[] = {1, 10, 100, 2000, 100000};
    (void)state;
    struct fl_basket_list baskets;
    struct fl_pair_list all, list;
    draw(&baskets, &square);
    struct fl_pair_plan plan = plan_of(&baskets, &square, 1);
    assert_int_equal(fl_count_pairs(&plan, &all, NULL), FL_OK);
    fl_basket_list_release(&baskets);
    for (size_t i = 0; i < sizeof tops / sizeof tops[0]; i++) {
        for (unsigned threads = 1; threads <= 2; threads++) {
            draw(&baskets, &square);
            plan = plan_of(&baskets, &square, 1);
            plan.pairs_max = tops[i];
            plan.threads = threads;
            assert_int_equal(fl_count_pairs(&plan, &list, NULL), FL_OK);
            assert_int_equal(list.count, tops[i] < all.count ? tops[i] : all.count);
            assert_int_equal(list.found, all.count);
            for (size_t pair = 0; pair < list.count; pair++)
                assert_memory_equal(&list.pairs[pair].a, &all.pairs[pair].a, 3 * sizeof(uint32_t));
            fl_pair_list_release(&list);
            fl_basket_list_release(&baskets);
        }
    }
    fl_pair_list_release(&all);
}

static void test_limits_are_said(void **state)
{
    static struct square square;
    (void)state;
    struct fl_basket_list baskets;
    struct fl_pair_list list;
    struct fl_error error = {0};
    draw(&baskets, &square);
    struct fl_pair_plan plan = plan_of(&baskets, &square, 1);
    plan.memory_bytes = 10000;
    assert_int_equal(fl_count_pairs(&plan, &list, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "raise --memory"));
    fl_basket_list_release(&baskets);
    draw(&baskets, &square);
    plan = plan_of(&baskets, &square, 1);
    plan.memory_bytes = strtoull(strstr(error.message, "needs ") + 6, NULL, 10) + 1000;
    assert_int_equal(fl_count_pairs(&plan, &list, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "give --top"));
    fl_basket_list_release(&baskets);
    /* Two chunks are wanted, one has room. */
    fl_basket_list_init(&baskets, sizeof(struct fl_basket_chunk));
    struct fl_basket_writer writer = {.list = &baskets};
    const uint32_t items[2] = {1, 2};
    for (size_t i = 0; i <= FL_BASKET_CHUNK_ITEMS / 2; i++)
        assert_int_equal(fl_basket_writer_add(&writer, items, 2, NULL), FL_OK);
    assert_int_equal(fl_basket_list_check(&baskets, &error), FL_LIMIT);
    assert_int_equal(baskets.wanted_bytes, 2 * sizeof(struct fl_basket_chunk));
    fl_basket_list_release(&baskets);
}

/* What came so far of the matrix. */
struct offers {
    const struct square *square;
    struct fl_offer before;
    size_t count;
};

static fl_status take_offer(void *context, const struct fl_offer *offer, struct fl_error *error)
{
    struct offers *offers = context;
    const struct square *square = offers->square;
    (void)error;
    assert_int_equal(offer->baskets, square->together[offer->bought][offer->offer]);
    assert_true(lead_of(square, offer->bought, offer->offer) > 0);
    assert_true(fl_hypergeometric_tail(BASKETS, square->baskets[offer->bought], square->baskets[offer->offer],
                                       offer->baskets) <= 0.01);
    if (offers->count++ > 0 && offers->before.bought == offer->bought) {
        assert_int_equal(offer->rank, offers->before.rank + 1);
        assert_true(offers->before.baskets >= offer->baskets);
    } else {
        assert_int_equal(offer->rank, 1);
    }
    offers->before = *offer;
    return FL_OK;
}

static void test_offers(void **state)
{
    static struct square square;
    (void)state;
    struct fl_basket_list baskets;
    struct fl_pair_list list;
    draw(&baskets, &square);
    struct fl_pair_plan plan = plan_of(&baskets, &square, 5);
    plan.positive_only = true;
    assert_int_equal(fl_count_pairs(&plan, &list, NULL), FL_OK);
    struct offers offers = {.square = &square};
    assert_int_equal(fl_pair_offers(&plan, &list, SIZE_MAX, take_offer, &offers, NULL), FL_OK);
    size_t wanted = 0;
    for (uint32_t a = 0; a < ITEMS; a++) {
        for (uint32_t b = 0; b < ITEMS; b++)
            wanted += a != b && square.together[a][b] >= 5 && lead_of(&square, a, b) > 0 &&
                      fl_hypergeometric_tail(BASKETS, square.baskets[a], square.baskets[b],
                                             square.together[a][b]) <= 0.01;
    }
    assert_true(wanted > 100);
    assert_int_equal(offers.count, wanted);
    fl_pair_list_release(&list);
    fl_basket_list_release(&baskets);
}

/* ---- measures ---- */

static double choose(int64_t n, int64_t k)
{
    double ways = 1;
    for (int64_t i = 0; i < k; i++)
        ways = ways * (double)(n - i) / (double)(i + 1);
    return k < 0 || k > n ? 0 : ways;
}

static void assert_near(double found, double wanted, double relative)
{
    if (!(found >= wanted * (1 - relative) && found <= wanted * (1 + relative)))
        fail_msg("%.17g, wanted %.17g", found, wanted);
}

/* Every table of up to 24 baskets. */
static void test_small_tables(void **state)
{
    (void)state;
    for (int64_t all = 1; all <= 24; all++) {
        for (int64_t a = 1; a <= all; a++) {
            for (int64_t b = 1; b <= all; b++) {
                double tail = 0;
                for (int64_t both = a < b ? a : b; both >= 0; both--) {
                    tail += choose(a, both) * choose(all - a, b - both) / choose(all, b);
                    assert_near(fl_hypergeometric_tail(all, a, b, both), tail, 1e-12);
                }
            }
        }
    }
}

/* Far out, of many, at the edges: values of Python's exact fractions. */
static void test_known_tails(void **state)
{
    static const struct {
        int64_t all, a, b, both;
        double tail;
    } cases[] = {
        {9835, 1903, 2513, 736, 1.4438915547437529e-45},
        {9835, 100, 90, 90, 1.7295764808425062e-208},
        {9835, 2513, 1903, 480, 0.6526115805136562},
        {9835, 2513, 1903, 470, 0.8364587101982689},
        {200000, 3000, 4000, 350, 1.1022806321256718e-155},
        {200000, 3000, 4000, 330, 4.4177032868322137e-139},
        {200000, 1000, 1000, 130, 6.5316920462509734e-139},
        {150000, 75000, 75000, 37700, 0.019678684857570735},
        {150000, 75000, 75000, 41000, 9.3628265891927678e-287},
        {150000, 75000, 75000, 36000, 1},
        {300000, 12, 20, 12, 1.1356502028434951e-52},
        {100000, 50, 99990, 50, 0.99501101100942912},
        {100000, 60000, 300, 170, 0.89203674038146918},
        {40000, 39990, 39985, 39978, 5.1110760083882538e-09},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_near(fl_hypergeometric_tail(cases[i].all, cases[i].a, cases[i].b, cases[i].both),
                    cases[i].tail, 1e-9);
    assert_true(fl_hypergeometric_tail(1000000, 500000, 500000, 500000) == 0); /* far below any double */
    assert_true(fl_hypergeometric_tail(1000, 1000, 10, 10) == 1);
}

static void test_measures(void **state)
{
    (void)state;
    const struct fl_pair_counts counts = {.all = 1000, .a = 100, .b = 50, .both = 20};
    const struct fl_pair_measures measures = fl_pair_measures_of(&counts);
    assert_true(measures.support == 0.02 && measures.confidence_a_to_b == 0.2);
    assert_true(measures.confidence_b_to_a == 0.4 && measures.lift == 4);
    assert_true(measures.leverage == 0.015);
    assert_true(measures.fisher_p == fl_hypergeometric_tail(1000, 100, 50, 20));
}

/* ---- numbers as text ---- */

static void assert_text(double number, const char *wanted)
{
    char text[FL_DOUBLE_TEXT_ROOM];
    const size_t size = fl_put_double(text, number);
    assert_int_equal(size, strlen(wanted));
    assert_memory_equal(text, wanted, size);
}

static void test_doubles_are_given_back(void **state)
{
    (void)state;
    uint64_t random = 5;
    assert_text(0, "0");
    assert_text(1, "1");
    assert_text(-0.25, "-0.25");
    assert_text(0.1, "0.1");
    assert_text(100, "100");
    assert_text(1.0 / 3, "0.3333333333333333");
    assert_text(0.00001, "1e-05");
    assert_text(123456789.125, "123456789.125");
    assert_text(0.1 + 0.2, "0.30000000000000004");
    assert_text(1e300, "1e+300");
    for (int i = 0; i < 1000000; i++) {
        const uint64_t drawn = next_random(&random);
        /* Of all sizes around the bounds of the quick way, powers of two and their neighbours among them. */
        const uint64_t power = (uint64_t)(1023 - 40 + (int)(drawn % 90)) << 52;
        const uint64_t bits = drawn % 16 == 0 ? power + next_random(&random) % 3 - 1
                                              : power | (next_random(&random) >> (12 + drawn % 7 * 8));
        char text[FL_DOUBLE_TEXT_ROOM + 1];
        double number;
        memcpy(&number, &bits, sizeof number);
        text[fl_put_double(text, number)] = '\0';
        if (strtod(text, NULL) != number)
            fail_msg("%s for %.17g", text, number);
    }
}

/* More items than places have numbers: more memory, which was asked for, does not help. */
static void test_a_list_of_all_places(void **state)
{
    struct fl_error error = {0};
    const struct fl_basket_list list = {.count = (UINT64_C(1) << 32) / FL_BASKET_CHUNK_ITEMS,
                                        .memory_bytes = UINT64_MAX,
                                        .wanted_bytes = UINT64_C(1) << 40};
    (void)state;
    assert_int_equal(fl_basket_list_check(&list, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "more than 4294967296 items: take a shorter window"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_those_of_a_square),
        cmocka_unit_test(test_the_first_ones),
        cmocka_unit_test(test_limits_are_said),
        cmocka_unit_test(test_offers),
        cmocka_unit_test(test_small_tables),
        cmocka_unit_test(test_known_tails),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_doubles_are_given_back),
        cmocka_unit_test(test_a_list_of_all_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
