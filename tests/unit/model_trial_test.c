/* model_trial_test.c - examples are scored as a night would score them, and compared with what is expected.
 *
 * One trial has expectations of every kind, each once met and once missed, with brands, money, days, nulls
 * and words; what came is pinned by hand calculation from the registry. The examples of the default model
 * must all be met. Then each system call of a trial fails once: the trial fails, or is right, and leaves
 * nothing behind. */
#include "tests/unit/engine_fixture.h"

static struct fl_model_test *run_trial(const struct fl_io *io, fl_status expected, struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE], scratch[FIXTURE_PATH_SIZE];
    const struct fl_model_test_plan plan = {
        .io = io, .model = fixture_path("m", path), .scratch = fixture_path("scratch", scratch)};
    struct fl_model_test *test = NULL;
    (void)mkdir(scratch, 0700);
    fl_error_clear(error);
    const fl_status status = fl_model_test(&plan, &test, error);
    if (expected != FL_OK || io == &fl_io_system) {
        if (status != expected)
            fail_msg("status %d: %s", status, error->message);
    }
    assert_true((status == FL_OK) == (test != NULL));
    char list[512];
    fixture_list("scratch", list, sizeof list);
    if (io == &fl_io_system || status == FL_OK)
        assert_string_equal(list, "");
    return test;
}

static void assert_result(const struct fl_model_test *test, size_t at, const char *column,
                          const char *expected, const char *got, bool met)
{
    assert_true(at < test->result_count);
    const struct fl_example_result *result = &test->results[at];
    assert_string_equal(result->column, column);
    assert_string_equal(result->expected, expected);
    assert_string_equal(result->got, got);
    assert_int_equal(result->met, met);
}

static void test_default_examples(void **state)
{
    (void)state;
    struct fl_error error;
    init_model_folder("m");
    struct fl_model_test *test = run_trial(&fl_io_system, FL_OK, &error);
    assert_int_equal(test->as_of_day, day_of("2026-06-30"));
    assert_true(test->example_count >= 5 && test->result_count >= 15);
    for (size_t i = 0; i < test->result_count; i++) {
        const struct fl_example_result *result = &test->results[i];
        if (!result->met)
            fail_msg("%s: %s: expected %s, came %s", test->names[result->example], result->column,
                     result->expected, result->got);
    }
    assert_int_equal(test->missed, 0);
    for (size_t i = 0; i < test->example_count; i++)
        assert_null(test->explanations[i]);
    fl_model_test_free(test);
    fixture_remove("m");
}

/* purchase_shop gives 20 points, capped at one order a day, half-life 60 days; web_visit 1 point. */
static const char examples[] =
    "examples:\n"
    "- name: a buyer\n"
    "  rows:\n"
    "  - {type: purchase_shop, days_ago: 0, amount: 10, order: 'a \"b\", c'}\n"
    "  - {type: purchase_shop, days_ago: 60, amount: 10, brand: Acme}\n"
    "  - {type: purchase_shop, days_ago: 60, amount: 10, brand: Acme}\n"
    "  expect: {raw: 30, lost_to_cap: 20, last_purchase_day: 0, first_day: 60, rows: 3, band: warm}\n"
    "  brands:\n"
    "    Acme: {rows: 2, raw: 10.5, band: [cold, hot]}\n"
    "    Other: {rows: 0}\n"
    "- name: a visitor\n"
    "  rows: [{type: web_visit, times: 2, every_days: 7}]\n"
    "  expect: {raw: 1.5, last_purchase_day: none, first_day: 8, band: warm, trend: strated, intent: none}\n";

static void test_results(void **state)
{
    (void)state;
    struct fl_error error;
    init_model_folder("m");
    fixture_put("m/model.yaml", "scopes: [customer, brand]\n");
    fixture_put("m/examples.yaml", examples);
    struct fl_model_test *test = run_trial(&fl_io_system, FL_OK, &error);
    assert_int_equal(test->example_count, 2);
    assert_string_equal(test->names[1], "a visitor");
    assert_int_equal(test->result_count, 16);
    assert_result(test, 0, "raw", "30", "30", true);
    assert_result(test, 1, "lost_to_cap", "20", "20", true);
    assert_result(test, 2, "last_purchase_day", "0", "0", true);
    assert_result(test, 3, "first_day", "60", "60", true);
    assert_result(test, 4, "rows", "3", "3", true);
    assert_result(test, 5, "band", "warm", "warm", true);
    assert_result(test, 6, "rows", "2", "2", true);
    assert_string_equal(test->results[6].table, "brands");
    assert_string_equal(test->results[6].word, "Acme");
    assert_result(test, 7, "raw", "10.5", "10", false);
    assert_result(test, 8, "band", "cold or hot", "cold", true); /* 100 * 10 / (10 + 60) = 14 */
    assert_result(test, 9, "rows", "0", "no row", false);
    assert_string_equal(test->results[9].word, "Other");
    assert_result(test, 10, "raw", "1.5", "1.5", true);
    assert_result(test, 11, "last_purchase_day", "none", "none", true);
    assert_result(test, 12, "first_day", "8", "7", false);
    assert_result(test, 13, "band", "warm", "cold", false);
    assert_null(test->results[13].note);
    assert_result(test, 14, "trend", "strated", "started", false);
    assert_string_equal(test->results[14].note, "the words here are falling, quiet, rising, started, steady");
    assert_result(test, 15, "intent", "none", "2", false); /* 1.5 of 80 */
    assert_int_equal(test->missed, 6);
    /* What a miss is made of. */
    assert_non_null(test->explanations[1]);
    assert_int_equal(test->explanations[1]->row_count, 1);
    assert_string_equal(test->explanations[1]->rows[0].type_name, "web_visit");
    assert_int_equal(test->explanations[1]->rows[0].points, 1500000);
    fl_model_test_free(test);
    fixture_remove("m");
}

/* Money in units of the currency, thousandths and days to come as an analyst writes them; a currency without
 * decimals, and one that is converted (on the as-of day of the file). */
static void test_money_and_days(void **state)
{
    (void)state;
    struct fl_error error;
    init_model_folder("m");
    fixture_put("m/examples.yaml",
                "as_of: 2026-03-31\n"
                "examples:\n"
                "- name: n\n"
                "  rows:\n"
                "  - {type: purchase_web, days_ago: 10, amount: 12.5, discount: 1, margin: -2.25}\n"
                "  - {type: purchase_web, days_ago: 20, amount: 100, currency: USD}\n"
                "  expect: {bought_12m: 62.5, margin_12m: -2.25, promo_share: 0.2,\n"
                "    rhythm_days: 47.5, winback_day: -355, main_category: none}\n");
    fixture_put("m/rates.csv", "currency,day,rate\nUSD,2026-03-11,0.5\nUSD,2026-03-12,9\n");
    struct fl_model_test *test = run_trial(&fl_io_system, FL_OK, &error);
    assert_int_equal(test->result_count, 6);
    assert_result(test, 0, "bought_12m", "62.5", "62.5", true);
    assert_result(test, 1, "margin_12m", "-2.25", "-2.25", true);
    assert_result(test, 2, "promo_share", "0.2", "0.2", true);
    assert_result(test, 3, "rhythm_days", "47.5", "47.5", true); /* (10 + 3 * 60) / 4 */
    assert_result(test, 4, "winback_day", "-355", "-355", true);
    assert_result(test, 5, "main_category", "none", "none", true);
    fl_model_test_free(test);
    fixture_put("m/model.yaml", "currency: JPY\n");
    fixture_put("m/examples.yaml", "examples: [{name: n, rows: [{type: purchase_web, amount: 1250}], "
                                   "expect: {bought_12m: 1250}}]\n");
    test = run_trial(&fl_io_system, FL_OK, &error);
    assert_result(test, 0, "bought_12m", "1250", "1250", true);
    fl_model_test_free(test);
    fixture_remove("m");
}

/* 25 misses in 26 examples: the first 20 of them are explained. */
static void test_many_misses(void **state)
{
    (void)state;
    struct fl_error error;
    char text[4000] = "examples:\n- {name: met, rows: [{type: web_visit}], expect: {rows: 1}}\n";
    for (int i = 0; i < 25; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                       "- {name: n%d, rows: [{type: web_visit}], expect: {rows: 2, intent: 99}}\n", i);
    init_model_folder("m");
    fixture_put("m/examples.yaml", text);
    struct fl_model_test *test = run_trial(&fl_io_system, FL_OK, &error);
    assert_int_equal(test->missed, 50);
    for (size_t i = 0; i < 26; i++)
        assert_int_equal(test->explanations[i] != NULL, i >= 1 && i <= FL_EXPLAINED_EXAMPLES_MAX);
    fl_model_test_free(test);
    fixture_remove("m");
}

static void test_refusals(void **state)
{
    (void)state;
    struct fl_error error;
    init_model_folder("m");
    fixture_remove("m/examples.yaml");
    assert_null(run_trial(&fl_io_system, FL_MISSING, &error));
    assert_non_null(strstr(error.path, "examples.yaml"));
    fixture_put("m/examples.yaml",
                "examples: [{name: n, rows: [{type: purchase_shop, amount: 1, currency: USD}], "
                "expect: {rows: 1}}]\n");
    assert_null(run_trial(&fl_io_system, FL_BAD_MODEL, &error));
    assert_non_null(strstr(error.message, "rates.csv"));
    /* What the importer refuses comes back with its reason; the folder of its rejects goes too. */
    static char text[70000] = "examples: [{name: n, expect: {rows: 1}, rows: [{type: web_visit, brand: ";
    const size_t size = strlen(text);
    memset(text + size, 'b', sizeof text - size - 8);
    memcpy(text + sizeof text - 8, "}]}]\n", 6);
    fixture_put("m/examples.yaml", text);
    assert_null(run_trial(&fl_io_system, FL_BAD_MODEL, &error));
    assert_string_equal(error.message, "1 of the rows of examples.yaml cannot be imported: brand: too long");
    fixture_remove("m");
}

static void test_when_calls_fail(void **state)
{
    (void)state;
    struct fl_error error;
    init_model_folder("m");
    fixture_put("m/model.yaml", "scopes: [customer, brand]\n");
    fixture_put("m/examples.yaml", examples);
    for (int at = 1;; at++) {
        const struct fl_io io = fixture_io(at, EIO);
        struct fl_model_test *test = run_trial(&io, FL_OK, &error);
        if (test != NULL)
            assert_int_equal(test->missed, 6);
        fl_model_test_free(test);
        fixture_remove("scratch"); /* what could not be removed is the system's fault */
        if (fixture_calls < at)
            break;
    }
    fixture_remove("m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_examples), cmocka_unit_test(test_results),
        cmocka_unit_test(test_money_and_days),   cmocka_unit_test(test_many_misses),
        cmocka_unit_test(test_refusals),         cmocka_unit_test(test_when_calls_fail),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
