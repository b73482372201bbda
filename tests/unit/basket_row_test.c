/* basket_row_test.c - a customer's baskets, categories, breadth and vector, against sums over all its rows.
 *
 * Random rows of many types, orders and categories come in pieces cut anywhere; baskets are counted again as
 * a set of (day, order), nets as sums over rows, breadth and weights by the formulas. Categories lie near and
 * far, so that all words of the marks are met. Then an order bought by two types, days of more orders than
 * are compared, and the borders of what is asked. */
#include "tests/unit/facts_fixture.h"

#include <math.h>

#include "engine/clusters/basket_row.h"

enum { ROWS = 3000, FIRST_DAY = 9000, DAYS = 50, CATEGORIES = 10000, ORDERS = 5 };

static struct fl_model *model;
static struct fact_row rows[ROWS];
static struct fact_arrays arrays;
static int64_t orders[FACT_ROWS_MAX];
static uint8_t orderless[FACT_ROWS_MAX];
static const struct fl_basket_settings settings = {
    .window_days = 20, .low = 2, .enough = 3, .one_range_milli = 600};

static int open_model(void **state)
{
    (void)state;
    model = default_model();
    return 0;
}

static int close_model(void **state)
{
    (void)state;
    fl_model_free(model);
    return 0;
}

static struct slow_facts slow_of(size_t count)
{
    return (struct slow_facts){.registry = &model->registry, .rows = rows, .count = count};
}

/* ---- random rows ---- */

static int compare_rows(const void *a, const void *b)
{
    const struct fact_row *x = a, *y = b;
    return x->day != y->day ? (x->day < y->day ? -1 : 1) : (int)x->type - (int)y->type;
}

static void make_rows(uint64_t *random)
{
    for (size_t i = 0; i < ROWS; i++) {
        const unsigned kind = (unsigned)(next_random(random) % 8);
        rows[i] = (struct fact_row){
            .day = FIRST_DAY + (int32_t)(next_random(random) % DAYS),
            .type = kind < 4   ? type_of(model, kind < 2 ? "purchase_web" : "purchase_shop")
                    : kind < 6 ? type_of(model, "return_registered")
                               : (uint8_t)(1 + next_random(random) % 140),
            .amount = (int64_t)(next_random(random) % 1000),
            .category = (uint32_t)(next_random(random) % 5 == 0 ? next_random(random) % CATEGORIES
                                                                : next_random(random) % 70)};
        if (next_random(random) % 9 == 0)
            rows[i].category = FL_NO_WORD;
    }
    qsort(rows, ROWS, sizeof rows[0], compare_rows);
}

/* Rising within a day and type, those without one first. */
static void make_orders(uint64_t *random)
{
    for (size_t i = 0; i < ROWS; i++) {
        const bool same = i > 0 && rows[i].day == rows[i - 1].day && rows[i].type == rows[i - 1].type;
        const int64_t least = same && orderless[i - 1] == 0 ? orders[i - 1] : 0;
        orderless[i] = (!same || orderless[i - 1] != 0) && next_random(random) % 2 == 0;
        orders[i] = orderless[i] ? 0 : least + (int64_t)(next_random(random) % ORDERS) / 2;
    }
    arrays.rows.order = orders;
    arrays.rows.order_null = orderless;
}

/* ---- the slow way ---- */

static bool in_window(size_t row, int32_t as_of_day)
{
    return rows[row].day <= as_of_day && rows[row].day > as_of_day - settings.window_days;
}

static int64_t slow_baskets(const struct slow_facts *slow, int32_t as_of_day)
{
    int64_t baskets = 0;
    for (size_t i = 0; i < slow->count; i++) {
        bool first = in_window(i, as_of_day) && slow_role(slow, i) == FL_ROLE_PURCHASE;
        for (size_t before = 0; before < i && first; before++)
            first = rows[before].day != rows[i].day || slow_role(slow, before) != FL_ROLE_PURCHASE ||
                    orderless[before] != orderless[i] || orders[before] != orders[i];
        baskets += first;
    }
    return baskets;
}

static void check_row(const struct slow_facts *slow, const struct fl_basket_row *row, int32_t as_of_day)
{
    static int64_t nets[CATEGORIES];
    size_t count = 0;
    int64_t all = 0, top = 0;
    double entropy = 0;
    memset(nets, 0, sizeof nets);
    for (size_t i = 0; i < slow->count; i++) {
        if (in_window(i, as_of_day) && rows[i].category != FL_NO_WORD)
            nets[rows[i].category] += slow_net(slow, i);
    }
    for (size_t category = 0; category < CATEGORIES; category++) {
        if (nets[category] <= 0)
            continue;
        assert_true(count < row->count);
        assert_int_equal(row->categories[count], category);
        assert_int_equal(row->nets[count++], nets[category]);
        all += nets[category];
        top = nets[category] > top ? nets[category] : top;
    }
    assert_int_equal(row->count, count);
    assert_int_equal(row->net, all);
    assert_int_equal(row->top_net, top);
    assert_int_equal(row->baskets, slow_baskets(slow, as_of_day));
    for (size_t i = 0; i < count; i++)
        entropy -= (double)row->nets[i] / (double)all * log((double)row->nets[i] / (double)all);
    if (count > 0)
        assert_int_equal(fl_basket_breadth_milli(row), (int64_t)floor(1000 * exp(entropy) + 0.5));
}

static void test_rows(void **state)
{
    (void)state;
    uint64_t random = 21;
    struct fl_day_facts days;
    struct fl_basket_maker maker;
    const struct slow_facts slow = slow_of(ROWS);
    fl_day_facts_init(&days, &model->registry, UINT64_C(1) << 24);
    assert_int_equal(fl_basket_maker_init(&maker, &settings, CATEGORIES, NULL), FL_OK);
    for (size_t piece = 1; piece <= ROWS; piece *= 9) {
        make_rows(&random);
        fill_fact_arrays(&slow, &arrays);
        make_orders(&random);
        add_fact_pieces(&days, &arrays, piece, &random);
        for (int32_t day = FIRST_DAY - 1; day <= FIRST_DAY + DAYS; day += 17) {
            struct fl_basket_row row;
            fl_basket_row_make(&maker, &days, day, &row);
            check_row(&slow, &row, day);
        }
    }
    fl_basket_maker_release(&maker);
    fl_day_facts_release(&days);
}

/* ---- baskets ---- */

/* Of rows of one day: types, orders (below 0: none). */
static int64_t baskets_of(const char *const *types, const int64_t *wanted, size_t count)
{
    static int32_t day[FACT_ROWS_MAX];
    static uint8_t type[FACT_ROWS_MAX];
    struct fl_day_facts days;
    for (size_t i = 0; i < count; i++) {
        day[i] = FIRST_DAY;
        type[i] = type_of(model, types[i]);
        orders[i] = wanted[i];
        orderless[i] = wanted[i] < 0;
    }
    fl_day_facts_init(&days, &model->registry, UINT64_C(1) << 24);
    const struct fl_rows some = {
        .day = day, .type = type, .order = orders, .order_null = orderless, .count = count};
    assert_int_equal(fl_day_facts_add(&days, &some, NULL, NULL), FL_OK);
    const int64_t baskets = days.days[0].baskets;
    fl_day_facts_release(&days);
    return baskets;
}

static void test_baskets(void **state)
{
    (void)state;
    static const char *const shop = "purchase_shop", *const web = "purchase_web",
                             *const back = "return_registered";
    assert_int_equal(baskets_of((const char *const[]){shop, shop, shop}, (const int64_t[]){1, 1, 2}, 3), 2);
    assert_int_equal(baskets_of((const char *const[]){shop, web}, (const int64_t[]){5, 5}, 2), 1);
    assert_int_equal(baskets_of((const char *const[]){shop, web, web}, (const int64_t[]){5, -1, 5}, 3), 2);
    assert_int_equal(baskets_of((const char *const[]){shop, web}, (const int64_t[]){-1, -1}, 2), 1);
    assert_int_equal(baskets_of((const char *const[]){shop, back}, (const int64_t[]){1, 2}, 2), 1);
    assert_int_equal(baskets_of((const char *const[]){back}, (const int64_t[]){2}, 1), 0);
}

/* Two types with the same orders, one more than are compared: the last one counts twice. */
static void test_many_orders(void **state)
{
    (void)state;
    enum { MANY = FL_DAY_ORDERS_MAX + 1 };
    static const char *types[2 * MANY];
    static int64_t wanted[2 * MANY];
    for (size_t i = 0; i < MANY; i++) {
        types[i] = "purchase_shop";
        types[MANY + i] = "purchase_web";
        wanted[i] = wanted[MANY + i] = (int64_t)(7 * i);
    }
    assert_int_equal(baskets_of(types, wanted, (size_t)2 * MANY), MANY + 1);
}

/* ---- what follows ---- */

static void test_weights(void **state)
{
    (void)state;
    const uint32_t categories[] = {3, 4, 70, 99};
    const int64_t nets[] = {100, 900, 5000, 400};
    const struct fl_basket_row row = {
        .count = 4, .categories = categories, .nets = nets, .net = 6400, .top_net = 5000};
    uint16_t places[100], found[FL_CLUSTER_CATEGORIES_MAX];
    float weights[FL_CLUSTER_CATEGORIES_MAX];
    memset(places, 0xff, sizeof places);
    assert_int_equal(fl_basket_weights(&row, places, found, weights), 0);
    places[3] = 0;
    places[4] = 2;
    places[99] = 511;
    assert_int_equal(fl_basket_weights(&row, places, found, weights), 3);
    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 2);
    assert_int_equal(found[2], 511);
    assert_true(weights[0] == (float)sqrt(100.0 / 1400) && weights[1] == (float)sqrt(900.0 / 1400) &&
                weights[2] == (float)sqrt(400.0 / 1400));
}

static void test_borders(void **state)
{
    (void)state;
    const struct fl_basket_row six = {.count = 2, .net = 1000, .top_net = 600},
                               less = {.count = 2, .net = 1000, .top_net = 599},
                               large = {.count = 2,
                                        .net = FL_CUSTOMER_MONEY_MAX,
                                        .top_net = FL_CUSTOMER_MONEY_MAX};
    assert_true(fl_basket_is_one_range(&six, &settings));
    assert_false(fl_basket_is_one_range(&less, &settings));
    assert_true(fl_basket_is_one_range(&large, &settings));
    assert_int_equal(fl_basket_confidence_of(1, true, &settings), FL_BASKETS_THIN);
    assert_int_equal(fl_basket_confidence_of(2, true, &settings), FL_BASKETS_LOW);
    assert_int_equal(fl_basket_confidence_of(3, true, &settings), FL_BASKETS_FULL);
    assert_int_equal(fl_basket_confidence_of(3, false, &settings), FL_BASKETS_THIN);
    assert_string_equal(fl_basket_confidence_word(FL_BASKETS_LOW), "low");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_baskets),
                                       cmocka_unit_test(test_many_orders), cmocka_unit_test(test_weights),
                                       cmocka_unit_test(test_borders)};
    return cmocka_run_group_tests(tests, open_model, close_model);
}
