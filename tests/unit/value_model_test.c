/* value_model_test.c - value.yaml is read strictly, and what a night takes from it is what the formulas say.
 *
 * Each line of a good file is left out, doubled or spoilt; the message must name place and trouble. What is
 * printed is read back the same, with category names of every kind of character. P(alive), purchases to come
 * and life-time value of random customers are compared with the published formula (its hypergeometric
 * function as a plain series in long double), week by week; asked twice, by several threads at once, they
 * must not change. */
#include "tests/unit/engine_fixture.h"

#include <math.h>
#include <pthread.h>

#include "engine/value/frozen_fit.h"
#include "engine/value/purchase_outlook.h"
#include "engine/value/value_model.h"

static const char good[] = "day: 2026-03-01\n"
                           "fit: bgnbd\n"
                           "currency: EUR\n"
                           "purchases:\n"
                           "  customers: 2357\n"
                           "  repeaters: 1000\n"
                           "  log_likelihood: -9582.4\n"
                           "  r: 0.2426\n"
                           "  alpha: 4.4136\n"
                           "  a: 0.7929\n"
                           "  b: 2.4259\n"
                           "spend:\n"
                           "  customers: 946\n"
                           "  log_likelihood: -4055.9\n"
                           "  p: 6.25\n"
                           "  q: 3.74\n"
                           "  v: 15.44\n"
                           "gaps:\n"
                           "  days: 21\n"
                           "  gaps: 3000\n"
                           "  categories:\n"
                           "    - {category: Coffee, days: 14, gaps: 300}\n"
                           "    - {category: \"T\\u00e9a\", days: 35, gaps: 30}\n";

static struct fl_value_model *parse(const char *text)
{
    struct fl_value_model *model = NULL;
    struct fl_error error = {0};
    if (fl_value_model_parse(text, strlen(text), "value.yaml", "EUR", &model, &error) != FL_OK)
        fail_msg("%s", error.message);
    return model;
}

/* ---- the file ---- */

static void test_reads_a_fit(void **state)
{
    (void)state;
    struct fl_value_model *model = parse(good);
    assert_int_equal(fl_value_model_day(model), fl_civil_to_day(2026, 3, 1));
    assert_int_equal(fl_value_model_gap_days(model, fl_text_of("Coffee")), 14);
    assert_int_equal(fl_value_model_gap_days(model, fl_text_of("T\xc3\xa9"
                                                               "a")),
                     35);
    assert_int_equal(fl_value_model_gap_days(model, fl_text_of("Cofee")), 21);
    assert_int_equal(fl_value_model_gap_days(model, fl_text_of("Zwieback")), 21);
    assert_int_equal(fl_value_model_gap_days(model, fl_text_of("")), 21);
    fl_value_model_free(model);
}

/* The good file with the first `from` replaced. */
static void assert_refused(const char *from, const char *to, const char *words)
{
    char text[2 * sizeof good];
    struct fl_value_model *model = (struct fl_value_model *)1;
    struct fl_error error = {0};
    const char *at = strstr(good, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    const fl_status status = fl_value_model_parse(text, strlen(text), "value.yaml", "EUR", &model, &error);
    if (status != FL_BAD_MODEL || strstr(error.message, words) == NULL)
        fail_msg("`%s` as `%s`: status %d, `%s` does not say `%s`", from, to, (int)status, error.message,
                 words);
    assert_null(model);
    assert_string_equal(error.path, "value.yaml");
    assert_true(error.line > 0 || strstr(words, "the model in") != NULL);
}

static void test_refuses_what_is_no_fit(void **state)
{
    (void)state;
    assert_refused("day: 2026-03-01\n", "", "`day` is missing");
    assert_refused("2026-03-01", "2026-02-30", "a day is written like");
    assert_refused("bgnbd", "bgnb", "did you mean `bgnbd`");
    assert_refused("EUR", "eur", "three capital letters");
    assert_refused("EUR", "USD", "the fit is in USD, the model in EUR");
    assert_refused("day:", "dya:", "unknown key `dya`; did you mean `day`?");
    assert_refused("  r: 0.2426\n", "", "`r` is missing");
    assert_refused("  r: 0.2426\n", "  r: 1\n  r: 2\n", "in line 8 already");
    assert_refused("0.2426", "0", "from 0.00001 to 100000");
    assert_refused("0.2426", "100001", "from 0.00001 to 100000");
    assert_refused("0.2426", "nan", "no decimal number");
    assert_refused("0.2426", "0.1234567890123456", "at most 15 digits");
    assert_refused("0.2426", "99", "purchase days a week");
    assert_refused("  a: 0.7929", "  aa: 0.7929", "unknown key `aa`");
    assert_refused("customers: 2357", "customers: 0", "no whole number from 1");
    assert_refused("repeaters: 1000", "repeaters: 2358", "no whole number from 1 to 2357");
    assert_refused("customers: 946", "customers: 1001", "no whole number from 1 to 1000");
    assert_refused("q: 3.74", "q: 1", "there is no mean spend");
    assert_refused("v: 15.44", "v: 0", "above 0");
    assert_refused("spend:", "spent:", "unknown key `spent`");
    assert_refused("days: 21", "days: 0", "no whole number from 1");
    assert_refused("gaps: 300}", "gaps: 29}", "no whole number from 30");
    assert_refused("Coffee", "U", "sorted by their bytes");
    assert_refused("Coffee", "\"T\\u00e9a\"", "sorted by their bytes");
    assert_refused("Coffee", "\"\"", "sorted by their bytes");
    assert_refused("    - {category: Coffee, days: 14, gaps: 300}\n", "    - 7\n",
                   "a map (key: value) belongs");
    assert_refused("  customers: 2357", "  customers: [2357]", "a list where");
    assert_refused("gaps:\n", "gaps: 3\n#", "");
}

static void test_reads_back_what_it_prints(void **state)
{
    (void)state;
    struct fl_category_gap categories[] = {
        {fl_text_of("\x01 control \x7f, \"quoted\" \\ back"), 7, 31},
        {fl_text_of("- {dash: [x]} # no comment"), 8, 32},
        {fl_text_of("Caf\xc3\xa9"), 9, 33},
        {fl_text_of("\xc2\x85 next line"), 10, 34},
        {fl_text_of("\xe2\x80\xa8 line separator"), 11, 35},
        {fl_text_of("\xef\xbb\xbf byte order mark"), 12, 36},
        {fl_text_of("\xf0\x9f\x98\x80 face \xef\xbf\xbe"), 13, 37},
    };
    const struct fl_frozen_fit fit = {
        .day = 20513,
        .kind = FL_VALUE_FIT_MBGNBD,
        .currency = "JPY",
        .purchases = {{true, 0.524843155432, 6.18308524123, 1e-5, 99999.1234567}, 1e9, -123456789.654321, 0},
        .repeaters = 123456789,
        .spend = {{6.24956981, 3.74422571, 1543353.26234}, 123456788, 12.5, 0, false},
        .gap_days = 33,
        .gaps = 1234567890123,
        .categories = categories,
        .category_count = sizeof categories / sizeof categories[0],
    };
    struct fl_buffer text = {0};
    struct fl_frozen_fit back;
    struct fl_error error = {0};
    assert_int_equal(fl_frozen_fit_print(&fit, &text, &error), FL_OK);
    if (fl_frozen_fit_parse((const char *)text.bytes, text.size, "value.yaml", &back, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(back.day, fit.day);
    assert_int_equal(back.kind, fit.kind);
    assert_string_equal(back.currency, "JPY");
    assert_memory_equal(&back.purchases.parameters.r, &fit.purchases.parameters.r, 4 * sizeof(double));
    assert_true(back.purchases.parameters.modified);
    assert_memory_equal(&back.spend.parameters, &fit.spend.parameters, sizeof fit.spend.parameters);
    assert_true(back.purchases.log_likelihood == fit.purchases.log_likelihood);
    assert_true(back.purchases.customers == 1e9 && back.spend.customers == 123456788);
    assert_int_equal(back.repeaters, fit.repeaters);
    assert_int_equal(back.gaps, fit.gaps);
    assert_int_equal(back.category_count, fit.category_count);
    for (size_t i = 0; i < fit.category_count; i++) {
        assert_true(fl_text_equal(back.categories[i].category, categories[i].category));
        assert_int_equal(back.categories[i].days, categories[i].days);
        assert_int_equal(back.categories[i].gaps, categories[i].gaps);
    }
    fl_frozen_fit_release(&back);
    fl_buffer_release(&text);
}

static void test_a_file_of_no_categories(void **state)
{
    (void)state;
    const struct fl_frozen_fit fit = {
        .currency = "EUR",
        .purchases = {{false, 1, 1, 1, 1}, 2, -1, 0},
        .repeaters = 1,
        .spend = {{1, 2, 1}, 1, -1, 0, false},
        .gap_days = 1,
        .gaps = 1,
    };
    struct fl_buffer text = {0};
    assert_int_equal(fl_frozen_fit_print(&fit, &text, NULL), FL_OK);
    assert_true(fl_buffer_append(&text, "", 1));
    struct fl_value_model *model = parse((const char *)text.bytes);
    assert_int_equal(fl_value_model_gap_days(model, fl_text_of("Coffee")), 1);
    fl_value_model_free(model);
    fl_buffer_release(&text);
}

/* An escape of two bytes may stand for three: category names once had no more room than the file. */
static void test_a_category_longer_than_its_escapes(void **state)
{
    (void)state;
    static char text[sizeof good + 4000];
    const char *at = strstr(good, "\"T\\u00e9a\"");
    size_t used = (size_t)(at - good);
    memcpy(text, good, used);
    text[used++] = '"';
    for (int i = 0; i < 1000; i++, used += 2)
        memcpy(text + used, "\\L", 2);
    (void)snprintf(text + used, sizeof text - used, "\"%s", strchr(at, ','));
    fl_value_model_free(parse(text));
}

/* ---- what it says of customers ---- */

/* 2F1(a, b; c; z) as its series. */
static long double hypergeometric(long double a, long double b, long double c, long double z)
{
    long double term = 1, sum = 1;
    for (int n = 0; n < 1000000 && (fabsl(term) > 1e-25L * fabsl(sum) || n < 1000); n++) {
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
        sum += term;
    }
    return sum;
}

/* Fader, Hardie, Lee (2005), equation 10, and its like for the MBG/NBD, of a customer who is alive. */
static long double published_expected(const struct fl_purchase_parameters *p, long double x, long double age,
                                      long double weeks)
{
    const long double survived = p->b + x + (p->modified ? 1 : 0), c = p->a + survived - 1;
    const long double all = p->alpha + age + weeks, shape = p->r + x;
    return c / (p->a - 1) *
           (1 - powl((p->alpha + age) / all, shape) * hypergeometric(shape, survived, c, weeks / all));
}

static void assert_close(double got, long double wanted, long double part)
{
    if (!(fabsl((long double)got - wanted) <= part * fabsl(wanted)))
        fail_msg("got %.15g, wanted %.15g", got, (double)wanted);
}

static const struct fl_purchase_parameters examples[] = {
    {false, 0.2426, 4.4136, 0.7929, 2.4259},
    {true, 0.525, 6.183, 0.891, 1.614},
    {true, 0.445, 14.2, 1.25, 3.3},
    {false, 2.5, 30, 0.02, 1.5},
    {true, 40, 350, 30, 500},
};

static void test_expected_purchases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        for (int x = 0; x <= 60; x = 3 * x + 1)
            for (int age = x; age < 600; age = 2 * age + 1)
                for (int weeks = 1; weeks <= 200; weeks *= 3)
                    assert_close(fl_purchase_expected(&examples[i], x, age, weeks),
                                 published_expected(&examples[i], x, age, weeks), 1e-10L);
    }
    assert_true(fl_purchase_expected(&examples[0], 3, 50, 0) == 0);
}

/* The published formula has a pole at a = 1, ours does not: it must agree with its neighbours on both sides.
 */
static void test_where_a_is_one(void **state)
{
    (void)state;
    const struct fl_purchase_parameters below = {true, 0.5, 6, 1 - 1e-4, 2}, at = {true, 0.5, 6, 1, 2},
                                        above = {true, 0.5, 6, 1 + 1e-4, 2};
    for (int x = 0; x < 20; x += 4) {
        const long double middle =
            (published_expected(&below, x, 40, 52) + published_expected(&above, x, 40, 52)) / 2;
        assert_close(fl_purchase_expected(&at, x, 40, 52), middle, 1e-8L);
    }
}

static void test_outlook_is_the_sum_of_weeks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        for (int x = 0; x <= 60; x = 3 * x + 1) {
            for (int age = x; age < 600; age = 2 * age + 1) {
                long double discounted = 0, before = 0;
                for (int week = 1; week <= 52; week++) {
                    const long double now = published_expected(&examples[i], x, age, week);
                    discounted += (now - before) / powl(1.1L, week / 52.0L);
                    before = now;
                }
                const struct fl_outlook outlook = fl_purchase_outlook(&examples[i], x, age);
                assert_close(outlook.expected, before, 1e-10L);
                assert_close(outlook.discounted, discounted, 1e-10L);
            }
        }
    }
}

static void test_bounds_of_what_is_alive(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct fl_purchase_parameters *p = &examples[i];
        assert_true(fl_purchase_alive(p, 0, 0, 0) <= 1);
        assert_true((fl_purchase_alive(p, 0, 0, 500) == 1) ==
                    !p->modified); /* BG/NBD: nobody stops at once */
        double before = 1;
        for (int age = 100; age < 3000; age += 50) {
            const double alive = fl_purchase_alive(p, 5, 100, age);
            assert_true(alive > 0 && alive <= before);
            before = alive;
        }
        assert_true(fl_purchase_alive(p, 1000, 143, 10000) == 0);
    }
}

static int64_t half_up(long double number)
{
    return (int64_t)floorl(number + 0.5L);
}

/* One unit of the last digit is left to rounding at the half. */
static void assert_within_one(int64_t got, int64_t wanted)
{
    if (got - wanted > 1 || wanted - got > 1)
        fail_msg("got %lld, wanted %lld", (long long)got, (long long)wanted);
}

/* Random customers, few and many repeats, young and old, past what is kept too; each is asked twice. */
static void test_values_of_customers(void **state)
{
    (void)state;
    struct fl_value_model *model = parse(good);
    const struct fl_purchase_parameters *p = &examples[0];
    uint64_t random = 1;
    for (int i = 0; i < 400; i++) {
        const int32_t age = (int32_t)(next_random(&random) % (i % 4 == 0 ? 6000 : 1000));
        const int32_t last = i % 3 == 0 ? 0 : (int32_t)(next_random(&random) % (uint64_t)(age + 1));
        const int64_t x =
            last == 0 ? 0 : (int64_t)(next_random(&random) % (uint64_t)(last < 400 ? last : 400)) + 1;
        const int64_t bought = x == 0 ? 0 : (int64_t)(next_random(&random) % 10000000);
        struct fl_customer_value value, again;
        fl_value_of(model, x, last, age, bought, &value);
        fl_value_of(model, x, last, age, bought, &again);
        assert_memory_equal(&value, &again, sizeof value);
        const long double weeks = age / 7.0L, last_weeks = last / 7.0L,
                          shape = (long double)p->r + (long double)x;
        const long double odds = x == 0 ? 0
                                        : p->a / ((long double)p->b + (long double)x - 1) *
                                              powl((p->alpha + weeks) / (p->alpha + last_weeks), shape);
        const long double alive = 1 / (1 + odds);
        const struct fl_outlook outlook = fl_purchase_outlook(p, (double)x, age / 7.0); /* compared above */
        const long double spend = 6.25L * (15.44L + bought / 100.0L) / (6.25L * (long double)x + 3.74L - 1);
        assert_within_one(value.p_alive_micro, half_up(1e6L * alive));
        assert_within_one(value.expected_micro, half_up(1e6L * alive * outlook.expected));
        assert_within_one(value.lifetime_value, half_up(100 * spend * alive * outlook.discounted));
    }
    fl_value_model_free(model);
}

struct asker {
    const struct fl_value_model *model;
    struct fl_customer_value values[2000];
};

static void *ask(void *context)
{
    struct asker *asker = context;
    for (int i = 0; i < 2000; i++)
        fl_value_of(asker->model, i % 20, i % 20 == 0 ? 0 : 100 + i % 20, 150 + i % 100, i % 20 * 1000,
                    &asker->values[i]);
    return NULL;
}

static void test_threads_share_a_model(void **state)
{
    (void)state;
    struct fl_value_model *model = parse(good);
    static struct asker askers[4];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        askers[i].model = model;
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_memory_equal(askers[i].values, askers[0].values, sizeof askers[0].values);
    }
    fl_value_model_free(model);
}

static void test_money_of_other_currencies(void **state)
{
    (void)state;
    static const char *const currencies[] = {"EUR", "JPY", "KWD"};
    static const int64_t units[] = {100, 1, 1000};
    int64_t values[3];
    for (int i = 0; i < 3; i++) {
        char text[sizeof good];
        struct fl_value_model *model = NULL;
        struct fl_customer_value value;
        memcpy(text, good, sizeof good);
        memcpy(strstr(text, "EUR"), currencies[i], 3);
        assert_int_equal(fl_value_model_parse(text, strlen(text), "value.yaml", currencies[i], &model, NULL),
                         FL_OK);
        fl_value_of(model, 10, 300, 310, 500000 * units[i], &value);
        values[i] = value.lifetime_value / units[i];
        fl_value_model_free(model);
    }
    assert_true(values[0] > 100000);
    assert_true(values[0] - values[1] <= 1 && values[1] - values[0] <= 1);
    assert_true(values[2] == values[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_fit),
        cmocka_unit_test(test_refuses_what_is_no_fit),
        cmocka_unit_test(test_reads_back_what_it_prints),
        cmocka_unit_test(test_a_file_of_no_categories),
        cmocka_unit_test(test_a_category_longer_than_its_escapes),
        cmocka_unit_test(test_expected_purchases),
        cmocka_unit_test(test_where_a_is_one),
        cmocka_unit_test(test_outlook_is_the_sum_of_weeks),
        cmocka_unit_test(test_bounds_of_what_is_alive),
        cmocka_unit_test(test_values_of_customers),
        cmocka_unit_test(test_threads_share_a_model),
        cmocka_unit_test(test_money_of_other_currencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
