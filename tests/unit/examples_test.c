/* examples_test.c - examples.yaml is read whole or refused with the place of what is wrong.
 *
 * One file with every key is read and looked at member by member; then each rule is broken once, with place
 * and sentence pinned. The forms of a number are listed with what they mean. */
#include "tests/unit/engine_fixture.h"

#include "engine/model/examples.h"

static struct fl_model *model;

static int open_all(void **state)
{
    if (fixture_open(state) != 0)
        return -1;
    model = default_model();
    model->settings.scopes[FL_SCOPE_BRAND] = true;
    return 0;
}

static int close_all(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

static fl_status parse(const char *text, struct fl_examples *examples, struct fl_error *error)
{
    fl_error_clear(error);
    return fl_examples_parse(text, strlen(text), "examples.yaml", model, examples, error);
}

static void assert_refused(const char *text, int64_t line, int64_t column, const char *sentence)
{
    struct fl_examples examples;
    struct fl_error error;
    assert_int_equal(parse(text, &examples, &error), FL_BAD_MODEL);
    if (strncmp(error.message, sentence, strlen(sentence)) != 0)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    assert_string_equal(error.path, "examples.yaml");
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, column);
    fl_examples_release(&examples);
}

/* An example of one row, or of one expectation, that is refused at this column of its line. */
static void assert_row_refused(const char *row, int64_t column, const char *sentence)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "examples:\n- name: n\n  expect: {rows: 1}\n  rows:\n  - %s\n", row);
    assert_refused(text, 5, column, sentence);
}

static void assert_check_refused(const char *check, int64_t column, const char *sentence)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "examples:\n- name: n\n  rows: [{type: web_visit}]\n  %s\n", check);
    assert_refused(text, 4, column, sentence);
}

static void test_all_of_it(void **state)
{
    (void)state;
    struct fl_examples examples;
    struct fl_error error;
    assert_int_equal(
        parse("as_of: 2026-01-31\n"
              "examples:\n"
              "- name: first\n"
              "  rows:\n"
              "  - {type: purchase_web, days_ago: 7, times: 3, every_days: 14, order: o, amount: 12.5,\n"
              "     discount: 0, margin: -1, currency: USD, brand: B, category: C, product: P}\n"
              "  - {type: web_visit}\n"
              "  expect: {engagement: 40-50, band: [warm, cold], percentile: 1}\n",
              &examples, &error),
        FL_BAD_MODEL); /* percentile, below */
    fl_examples_release(&examples);
    assert_int_equal(
        parse("as_of: 2026-01-31\n"
              "examples:\n"
              "- name: first\n"
              "  rows:\n"
              "  - {type: purchase_web, days_ago: 7, times: 3, every_days: 14, order: o, amount: 12.5,\n"
              "     discount: 0, margin: -1, currency: USD, brand: B, category: C, product: P}\n"
              "  - {type: web_visit}\n"
              "  expect: {engagement: 40-50, band: [warm, cold]}\n"
              "- name: second\n"
              "  rows: [{type: web_visit}]\n"
              "  brands: {B: {intent: none}, 'C d': {}}\n",
              &examples, &error),
        FL_OK);
    assert_true(examples.has_as_of);
    assert_int_equal(examples.as_of_day, day_of("2026-01-31"));
    assert_int_equal(examples.count, 2);
    const struct fl_example *first = &examples.list[0], *second = &examples.list[1];
    assert_string_equal(first->name, "first");
    assert_int_equal(first->row_count, 2);
    assert_int_equal(first->rows[0].days_ago, 7);
    assert_int_equal(first->rows[0].times, 3);
    assert_int_equal(first->rows[0].every_days, 14);
    assert_string_equal(first->rows[0].amount, "12.5");
    assert_string_equal(first->rows[0].margin, "-1");
    assert_string_equal(first->rows[0].product, "P");
    assert_int_equal(first->rows[1].days_ago, 0);
    assert_int_equal(first->rows[1].times, 1);
    assert_null(first->rows[1].currency);
    assert_int_equal(first->target_count, 1);
    assert_null(first->targets[0].word);
    assert_int_equal(first->targets[0].check_count, 2);
    assert_string_equal(first->targets[0].checks[0].column->name, "engagement");
    assert_int_equal(second->target_count, 2);
    assert_int_equal(second->targets[0].scope, FL_SCOPE_BRAND);
    assert_string_equal(second->targets[1].word, "C d");
    assert_true(second->targets[0].checks[0].null);
    fl_examples_release(&examples);
}

/* Low and high of an expectation of raw, "-" for none. */
static void assert_bounds(const char *expected, const char *low, const char *high)
{
    char text[400];
    struct fl_examples examples;
    struct fl_error error;
    struct fl_decimal number;
    (void)snprintf(text, sizeof text, "examples: [{name: n, rows: [{type: web_visit}], expect: {raw: %s}}]",
                   expected);
    if (parse(text, &examples, &error) != FL_OK)
        fail_msg("%s: %s", expected, error.message);
    const struct fl_example_check *check = &examples.list[0].targets[0].checks[0];
    assert_int_equal(check->has_low, strcmp(low, "-") != 0);
    assert_int_equal(check->has_high, strcmp(high, "-") != 0);
    if (check->has_low) {
        assert_true(fl_decimal_parse(low, strlen(low), '.', &number));
        assert_int_equal(fl_decimal_compare(number, check->low), 0);
    }
    if (check->has_high) {
        assert_true(fl_decimal_parse(high, strlen(high), '.', &number));
        assert_int_equal(fl_decimal_compare(number, check->high), 0);
    }
    fl_examples_release(&examples);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_bounds("45", "45", "45");
    assert_bounds("-0.5", "-0.5", "-0.5");
    assert_bounds("40-50", "40", "50");
    assert_bounds("40 - 50", "40", "50");
    assert_bounds("40..50", "40", "50");
    assert_bounds("40.5..50.25", "40.5", "50.25");
    assert_bounds("-10--5", "-10", "-5");
    assert_bounds("-10..5", "-10", "5");
    assert_bounds("at least 40", "40", "-");
    assert_bounds("at most -1", "-", "-1");
    assert_bounds("'>= 40'", "40", "-");
    assert_bounds("'<=40.0'", "-", "40");
}

static void test_rows_refused(void **state)
{
    (void)state;
    assert_row_refused("{typ: web_visit}", 6, "unknown key `typ`; did you mean `type`?");
    assert_row_refused("{days_ago: 3}", 5, "a row needs a type, such as web_visit");
    assert_row_refused("{type: web_vist}", 12,
                       "`web_vist` is no type of the registry; did you mean `web_visit`?");
    assert_row_refused("{type: qqqq}", 12, "`qqqq` is no type of the registry: registry.csv lists them");
    assert_row_refused("{type: web_visit, days_ago: -1}", 33, "`-1` is no whole number from 0 to 36500");
    assert_row_refused("{type: web_visit, times: 0}", 30, "`0` is no whole number from 1 to 10000");
    assert_row_refused("{type: web_visit, times: 3, every_days: 20000}", 5,
                       "the oldest of these rows is 40000 days old, at most 36500");
    assert_row_refused("{type: web_visit, amount: -3}", 31, "amount is not below 0");
    assert_row_refused("{type: web_visit, amount: 3 EUR}", 31, "`3 EUR` is no decimal number");
    assert_row_refused("{type: web_visit, discount: 1e30}", 33, "discount is beyond 1000000000000");
    assert_row_refused("{type: web_visit, margin: -1000000000000.01}", 31, "margin is beyond 1000000000000");
    assert_row_refused("{type: web_visit, brand: ''}", 30, "brand is empty: leave it out");
    assert_row_refused("{type: web_visit, currency: Euro}", 33, "a currency is three capital letters");
    assert_row_refused("web_visit", 5, "a text where a map (key: value) belongs");
}

static void test_checks_refused(void **state)
{
    (void)state;
    assert_check_refused("expect: {engagment: 3}", 12, "unknown key `engagment`; did you mean `engagement`?");
    assert_check_refused("expect: {customer_id: 3}", 12, "unknown key `customer_id`");
    assert_check_refused("expect: {percentile: 3}", 12, "percentile compares a customer with others");
    assert_check_refused("expect: {engagement: high}", 24,
                         "engagement is a number as in 45, 40-50, at least 40, at most 50, or none");
    assert_check_refused("expect: {engagement: 50-40}", 24, "engagement is a number");
    assert_check_refused("expect: {engagement: 40-50-60}", 24, "engagement is a number");
    assert_check_refused("expect: {engagement: [40, 50]}", 24, "engagement is a number");
    assert_check_refused(
        "expect: {last_day: 2026-01-31}", 22,
        "last_day is a number as in 45, 40-50, at least 40, at most 50, or none; days count back");
    assert_check_refused("expect: {band: []}", 18, "band is a word, or a list of words that are all fine");
    assert_check_refused("expect: {band: {cold: 1}}", 18, "band is a word, or a list of words");
    assert_check_refused("categories: {C: {intent: 3}}", 15,
                         "the model scores no categories: add them to `scopes` in model.yaml");
    assert_check_refused("brands: [B]", 11, "brands are a map");
    assert_check_refused("brands: {B: {percentile: 3}}", 16, "unknown key `percentile`");
    assert_check_refused("expects: {}", 3, "unknown key `expects`; did you mean `expect`?");
}

/* Quintiles need others, frozen cut points do not; `tier` always does. Columns to come are asked by name. */
static void test_file_refused(void **state)
{
    (void)state;
    assert_refused("", 1, 1, "a text where a map (key: value) belongs");
    assert_refused("as_of: 2026-01-31\n", 1, 1, "`examples` is a list of 1 to 10000 examples");
    assert_refused("examples: []\n", 1, 11, "`examples` is a list of 1 to 10000 examples");
    assert_refused("as_of: 31.1.2026\nexamples: []\n", 1, 8, "a day is written YYYY-MM-DD");
    assert_refused("examples: [{rows: [{type: web_visit}], expect: {}}]\n", 1, 12, "an example has a `name`");
    assert_refused("examples: [{name: n, expect: {}}]\n", 1, 12,
                   "an example has `rows`, a list of at least one");
    assert_refused("examples: [{name: n, rows: []}]\n", 1, 28, "an example has `rows`");
    assert_refused("examples: [{name: n, rows: [{type: web_visit}]}]\n", 1, 12, "an example has `expect`");
    char text[20000] = "examples:\n- name: n\n  expect: {rows: 1}\n  rows:\n";
    for (int i = 0; i < 101; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                       "  - {type: web_visit, times: 10000}\n");
    assert_refused(text, 105, 5, "more than 1000000 rows in all examples");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it),    cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_rows_refused), cmocka_unit_test(test_checks_refused),
        cmocka_unit_test(test_file_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
