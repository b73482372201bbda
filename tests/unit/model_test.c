/* model_test.c - a model folder is opened whole or refused with the place of what is wrong.
 *
 * The default files must give the documented numbers; each key of model.yaml is set once to a good value and
 * once to bad ones, rates.csv likewise, with status, place and sentence pinned. The hash must change with
 * every byte of every file. Writing a default model is tried on free, taken and unwritable places, and with
 * each system call failing. */
#include "tests/unit/engine_fixture.h"

static fl_status parse_yaml(const char *text, struct fl_model_settings *settings, struct fl_error *error)
{
    fl_error_clear(error);
    return fl_model_file_parse(text, strlen(text), "model.yaml", settings, error);
}

static void assert_yaml_refused(const char *text, int64_t line, int64_t column, const char *sentence)
{
    struct fl_model_settings settings;
    struct fl_error error;
    assert_int_equal(parse_yaml(text, &settings, &error), FL_BAD_MODEL);
    if (strstr(error.message, sentence) != error.message)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    assert_string_equal(error.path, "model.yaml");
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, column);
}

static void assert_default_settings(const struct fl_model_settings *settings)
{
    static const int64_t engagement[FL_SCOPES] = {120000000, 60000000, 40000000, 30000000};
    static const int64_t intent[FL_SCOPES] = {80000000, 40000000, 40000000, 30000000};
    assert_string_equal(settings->currency, "EUR");
    assert_int_equal(settings->horizon_days, 1095);
    assert_memory_equal(settings->engagement_k_micro, engagement, sizeof engagement);
    assert_memory_equal(settings->intent_k_micro, intent, sizeof intent);
    assert_int_equal(settings->trend_unit_micro, 30000000);
    assert_memory_equal(settings->band_floor, "\x14\x28\x3c", 3);
    assert_int_equal(settings->late_report_days, 30);
    assert_true(settings->scopes[FL_SCOPE_CUSTOMER]);
    assert_false(settings->scopes[FL_SCOPE_BRAND] || settings->scopes[FL_SCOPE_CATEGORY]);
}

static void test_default_settings(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    struct fl_model_settings settings;
    struct fl_error error;
    assert_default_settings(&model->settings);
    assert_int_equal(parse_yaml("currency: EUR\n", &settings, &error), FL_OK);
    assert_default_settings(&settings);
    assert_int_equal(model->rates.count, 0);
    fl_model_free(model);
}

static void test_settings(void **state)
{
    (void)state;
    struct fl_model_settings settings;
    struct fl_error error;
    assert_int_equal(
        parse_yaml("currency: JPY\nhorizon_days: 1\nk_points: {intent: {brand: 0.000001, product: 7.5}}\n"
                   "trend_unit_points: 1000000000\nbands: [2, 3, 100]\nlate_report_days: 0\n"
                   "scopes: [category, customer]\n",
                   &settings, &error),
        FL_OK);
    assert_string_equal(settings.currency, "JPY");
    assert_int_equal(settings.horizon_days, 1);
    assert_int_equal(settings.intent_k_micro[FL_SCOPE_CUSTOMER], 80000000);
    assert_int_equal(settings.intent_k_micro[FL_SCOPE_BRAND], 1);
    assert_int_equal(settings.intent_k_micro[FL_SCOPE_PRODUCT], 7500000);
    assert_int_equal(settings.engagement_k_micro[FL_SCOPE_BRAND], 60000000);
    assert_int_equal(settings.trend_unit_micro, INT64_C(1000000000000000));
    assert_memory_equal(settings.band_floor, "\x02\x03\x64", 3);
    assert_int_equal(settings.late_report_days, 0);
    assert_true(settings.scopes[FL_SCOPE_CUSTOMER] && settings.scopes[FL_SCOPE_CATEGORY]);
    assert_false(settings.scopes[FL_SCOPE_BRAND] || settings.scopes[FL_SCOPE_PRODUCT]);
}

static void test_settings_refused(void **state)
{
    (void)state;
    assert_yaml_refused("horizon_day: 7\n", 1, 1, "");
    assert_yaml_refused("currency: EUR\nhorizon_days: 0\n", 2, 15, "");
    assert_yaml_refused("horizon_days: 10001\n", 1, 15, "");
    assert_yaml_refused("horizon_days: 7.5\n", 1, 15, "");
    assert_yaml_refused("currency: eur\n", 1, 11, "a currency is three capital letters, such as EUR");
    assert_yaml_refused("currency: [EUR]\n", 1, 11, "");
    assert_yaml_refused("k_points: {engagment: {customer: 1}}\n", 1, 12, "");
    assert_yaml_refused("k_points: {intent: {customers: 1}}\n", 1, 21, "");
    assert_yaml_refused("k_points: {intent: {customer: 0}}\n", 1, 31,
                        "points lie above 0 and up to 1000000000");
    assert_yaml_refused("k_points: {intent: {customer: 0.0000001}}\n", 1, 31,
                        "points have at most 6 decimals");
    assert_yaml_refused("k_points: {intent: {customer: 1000000001}}\n", 1, 31,
                        "points lie above 0 and up to 1000000000");
    assert_yaml_refused("k_points: 7\n", 1, 11, "");
    assert_yaml_refused("trend_unit_points: -1\n", 1, 20, "points lie above 0 and up to 1000000000");
    assert_yaml_refused("bands: [20, 40]\n", 1, 8,
                        "bands are a list of three scores: the lowest of warm, engaged, hot");
    assert_yaml_refused("bands: 20\n", 1, 8, "bands are a list of three scores");
    assert_yaml_refused("bands: [1, 40, 60]\n", 1, 9, "");
    assert_yaml_refused("bands: [20, 20, 60]\n", 1, 13, "");
    assert_yaml_refused("bands: [20, 40, 101]\n", 1, 17, "");
    assert_yaml_refused("late_report_days: -1\n", 1, 19, "");
    assert_yaml_refused("scopes: customer\n", 1, 9, "scopes are a list: [customer, brand, category]");
    assert_yaml_refused("scopes: [brand]\n", 1, 9, "the scope customer is always needed");
    assert_yaml_refused("scopes: [customer, brand, brand]\n", 1, 27, "the scope is there twice");
    assert_yaml_refused("scopes: [customer, brands]\n", 1, 20, "");
    assert_yaml_refused("scopes: [customer, product]\n", 1, 20, "");
}

static fl_status parse_rates(const char *text, struct fl_rates *rates, struct fl_error *error)
{
    fl_error_clear(error);
    return fl_rates_parse(text, strlen(text), "rates.csv", "EUR", rates, error);
}

static void test_rates(void **state)
{
    (void)state;
    struct fl_rates rates;
    struct fl_error error;
    assert_int_equal(
        parse_rates("currency;day;rate\nUSD;2026-03-01;0,9\nGBP;2026-01-01;1,15\nUSD;2026-01-01;0,8\n"
                    "EUR;2026-01-01;1\n",
                    &rates, &error),
        FL_OK);
    const struct fl_rate *rate = fl_rates_find(&rates, "USD", day_of("2026-02-28"));
    assert_non_null(rate);
    assert_int_equal(rate->rate.mantissa, 8);
    assert_int_equal(rate->rate.places, 1);
    assert_int_equal(fl_rates_find(&rates, "USD", day_of("2026-01-01"))->day, day_of("2026-01-01"));
    assert_int_equal(fl_rates_find(&rates, "USD", day_of("2026-03-01"))->day, day_of("2026-03-01"));
    assert_int_equal(fl_rates_find(&rates, "USD", day_of("2030-03-01"))->day, day_of("2026-03-01"));
    assert_null(fl_rates_find(&rates, "USD", day_of("2025-12-31")));
    assert_null(fl_rates_find(&rates, "CHF", day_of("2026-02-28")));
    assert_int_equal(fl_rates_first_day(&rates, "USD"), day_of("2026-01-01"));
    assert_int_equal(fl_rates_first_day(&rates, "CHF"), INT32_MAX);
    fl_rates_release(&rates);
}

static void assert_rates_refused(const char *text, int64_t line, int64_t column, const char *sentence)
{
    struct fl_rates rates;
    struct fl_error error;
    assert_int_equal(parse_rates(text, &rates, &error), FL_BAD_MODEL);
    if (strstr(error.message, sentence) != error.message)
        fail_msg("`%s` instead of `%s`", error.message, sentence);
    assert_int_equal(error.line, line);
    assert_int_equal(error.line_column, column);
    assert_null(rates.entries);
}

static void test_rates_refused(void **state)
{
    (void)state;
    assert_rates_refused("currency,day\n", 1, 1, "the column `rate` is missing\n");
    assert_rates_refused("currency,day,rate\nusd,2026-01-01,1\n", 2, 1,
                         "a currency is three capital letters");
    assert_rates_refused("currency,day,rate\nUSD,1.1.2026,1\n", 2, 5, "a day is written YYYY-MM-DD");
    assert_rates_refused("currency,day,rate\nUSD,2026-02-30,1\n", 2, 5, "a day is written YYYY-MM-DD");
    assert_rates_refused("currency,day,rate\nUSD,2026-01-01,0\n", 2, 16, "a rate is above 0");
    assert_rates_refused("currency,day,rate\nUSD,2026-01-01,x\n", 2, 16, "`x` is no decimal number");
    assert_rates_refused("currency,day,rate\nEUR,2026-01-01,1.1\n", 2, 16,
                         "EUR is the model's own currency: its rate is 1");
    assert_rates_refused("currency,day,rate\nUSD,2026-01-01,1\nGBP,2026-01-01,1\nUSD,2026-01-01,2\n", 4, 1,
                         "a second rate of USD for the same day, the first is on line 2");
}

/* Changing one byte of one file (in a comment, a note, or by a line end) must change the hash. */
static void test_hash(void **state)
{
    (void)state;
    static const char *const names[] = {"m/registry.csv", "m/model.yaml", "m/rates.csv"};
    char path[FIXTURE_PATH_SIZE];
    struct fl_model *first = NULL, *second = NULL, *built_in = default_model();
    init_model_folder("m");
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &first, NULL), FL_OK);
    assert_string_equal(fl_model_hash(first), fl_model_hash(built_in));
    assert_int_equal(strlen(fl_model_hash(first)), 32);
    for (size_t i = 0; i < 3; i++) {
        size_t size = 0;
        char *bytes = fixture_get(names[i], &size);
        assert_non_null(bytes);
        bytes[size] = '\n';
        fixture_put_bytes(names[i], bytes, size + 1);
        assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &second, NULL), FL_OK);
        assert_string_not_equal(fl_model_hash(first), fl_model_hash(second));
        assert_int_equal(memcmp(fl_model_registry_digest(first), fl_model_registry_digest(second), 16) == 0,
                         i != 0);
        fixture_put_bytes(names[i], bytes, size);
        fl_model_free(second);
        free(bytes);
    }
    fl_model_free(first);
    fl_model_free(built_in);
    fixture_remove("m");
}

static void test_open_failures(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], expected[FIXTURE_PATH_SIZE];
    struct fl_model *model = NULL;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, &error), FL_MISSING);
    assert_null(model);
    init_model_folder("m");
    fixture_put("m/model.yaml", "bands: [1, 2, 3]\n");
    fl_error_clear(&error);
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, &error), FL_BAD_MODEL);
    assert_string_equal(error.path, fixture_path("m/model.yaml", expected));
    assert_int_equal(error.line, 1);
    assert_null(model);
    fixture_remove("m");
}

static void test_init(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], list[512];
    struct fl_error error;
    fl_error_clear(&error);
    init_model_folder("m");
    fixture_list("m", list, sizeof list);
    assert_string_equal(list, "model.yaml rates.csv registry.csv");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), NULL, &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "the folder holds a model file already: nothing was written");
    fixture_remove("m/registry.csv");
    fixture_remove("m/model.yaml");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), NULL, NULL), FL_CANNOT_CREATE);
    fixture_list("m", list, sizeof list);
    assert_string_equal(list, "rates.csv");
    fixture_remove("m");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("no/m", path), NULL, NULL), FL_CANNOT_CREATE);
}

static void test_init_with_a_currency(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    struct fl_error error;
    struct fl_model *model = NULL;
    fl_error_clear(&error);
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), "Euro", &error), FL_USAGE);
    assert_string_equal(error.message, "`Euro` is no currency: three capital letters");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), "NOK", NULL), FL_OK);
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, NULL), FL_OK);
    assert_string_equal(model->settings.currency, "NOK");
    assert_int_equal(model->settings.horizon_days, 1095); /* what stands behind the line is there, too */
    fl_model_free(model);
    fixture_remove("m");
}

static void test_init_when_calls_fail(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], list[512];
    for (int at = 1;; at++) {
        const struct fl_io io = fixture_io(at, EIO);
        const fl_status status = fl_model_init(&io, fixture_path("m", path), NULL, NULL);
        fixture_list("m", list, sizeof list);
        assert_string_equal(list, status == FL_OK ? "model.yaml rates.csv registry.csv" : "");
        if (fixture_calls < at)
            return fixture_remove("m");
        fixture_remove("m");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_settings),     cmocka_unit_test(test_settings),
        cmocka_unit_test(test_settings_refused),     cmocka_unit_test(test_rates),
        cmocka_unit_test(test_rates_refused),        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_open_failures),        cmocka_unit_test(test_init),
        cmocka_unit_test(test_init_with_a_currency), cmocka_unit_test(test_init_when_calls_fail),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
