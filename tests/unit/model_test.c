/* model_test.c - a model folder is opened whole or refused with the place of what is wrong.
 *
 * The default files must give the documented numbers; each key of model.yaml is set once to a good value and
 * once to bad ones, rates.csv likewise, with status, place and sentence pinned. The hash must change with
 * every byte of every file. Writing a default model is tried on free, taken and unwritable places, and with
 * each system call failing. */
#include "tests/unit/engine_fixture.h"

#include "engine/model/model_defaults.h"
#include "engine/model/model_keys.h"

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
    assert_memory_equal(&model->settings, &fl_model_settings_default, sizeof model->settings);
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
                        "`0` is no number from 0.000001 to 1000000000");
    assert_yaml_refused("k_points: {intent: {customer: 0.0000001}}\n", 1, 31,
                        "`0.0000001` has more than 6 decimals");
    assert_yaml_refused("k_points: {intent: {customer: 1000000001}}\n", 1, 31,
                        "`1000000001` is no number from 0.000001 to 1000000000");
    assert_yaml_refused("k_points: 7\n", 1, 11, "");
    assert_yaml_refused("trend_unit_points: -1\n", 1, 20, "`-1` is no number from 0.000001 to 1000000000");
    assert_yaml_refused("bands: [20, 40]\n", 1, 8,
                        "bands is a list of three rising scores: the lowest of warm, engaged, hot");
    assert_yaml_refused("bands: 20\n", 1, 8, "bands is a list of three rising scores");
    assert_yaml_refused("bands: [1, 40, 60]\n", 1, 9, "");
    assert_yaml_refused("bands: [20, 20, 60]\n", 1, 13, "");
    assert_yaml_refused("bands: [20, 40, 101]\n", 1, 17, "");
    assert_yaml_refused("late_report_days: -1\n", 1, 19, "");
    assert_yaml_refused("scopes: customer\n", 1, 9,
                        "scopes is a list of [customer, brand, category, product] or fewer");
    assert_yaml_refused("scopes: [brand]\n", 1, 9, "the scope customer is always needed");
    assert_yaml_refused("scopes: [customer, brand, brand]\n", 1, 27, "the scope is there twice");
    assert_yaml_refused("scopes: [customer, brands]\n", 1, 20, "");
}

/* Groups of keys, each at a value that is not its default. */
static void test_groups(void **state)
{
    (void)state;
    struct fl_model_settings settings;
    struct fl_error error;
    assert_int_equal(
        parse_yaml("type_view: true\nscopes: [customer, product]\nage_bands: [0, 50]\n"
                   "value:\n  window_days: 180\n  rfm_days: 365\n  frequency_cuts: [2, 4, 6, 8]\n"
                   "  recency_cuts: [7, 30.5, 90, 180]\n  monetary_cuts: [-1, 0.005, 99.99, 250.00001]\n"
                   "  fit: bgnbd\n  tier_by: lifetime\n  tier_shares: [1, 9.5, 89.5]\n  tier_up: 1\n"
                   "  tier_down: 0.001\n  engaged_floor: 100\n  intent_floor: 1\n",
                   &settings, &error),
        FL_OK);
    const struct fl_value_settings *value = &settings.value;
    assert_true(settings.type_view && settings.scopes[FL_SCOPE_PRODUCT]);
    assert_int_equal(settings.age_band_count, 2);
    assert_int_equal(settings.age_band_floor[1], 50);
    assert_int_equal(value->window_days, 180);
    assert_int_equal(value->rfm_days, 365);
    assert_int_equal(value->frequency_cuts[3], 8);
    assert_true(value->has_recency_cuts && value->has_monetary_cuts);
    assert_int_equal(value->recency_cuts_milli[1], 30500);
    assert_int_equal(value->monetary_cuts_milli[0], -100000);
    assert_int_equal(value->monetary_cuts_milli[1], 500);
    assert_int_equal(value->monetary_cuts_milli[3], 25000001);
    assert_int_equal(value->fit, FL_VALUE_FIT_BGNBD);
    assert_int_equal(value->tier_by, FL_TIER_BY_LIFETIME);
    assert_int_equal(value->tier_share_milli[0], 10);
    assert_int_equal(value->tier_share_milli[2], 895);
    assert_int_equal(value->tier_up_milli, 1000);
    assert_int_equal(value->tier_down_milli, 1);
    assert_int_equal(value->engaged_floor, 100);
    assert_int_equal(value->intent_floor, 1);
}

/* What money is counted in follows from the currency, wherever its line stands. */
static void test_money_of_currency(void **state)
{
    (void)state;
    struct fl_model_settings settings;
    struct fl_error error;
    assert_int_equal(
        parse_yaml("value: {monetary_cuts: [1, 2, 3, 4.001]}\ncurrency: JPY\n", &settings, &error), FL_OK);
    assert_int_equal(settings.value.monetary_cuts_milli[3], 4001);
    assert_yaml_refused("value: {monetary_cuts: [1, 2, 3, 4.0001]}\ncurrency: JPY\n", 1, 34,
                        "`4.0001` has more than 3 decimals");
}

static void test_groups_refused(void **state)
{
    (void)state;
    assert_yaml_refused("values: {window_days: 7}\n", 1, 1, "unknown key `values`; did you mean `value`?");
    assert_yaml_refused("value: {windowdays: 7}\n", 1, 9,
                        "unknown key `windowdays`; did you mean `window_days`?");
    assert_yaml_refused("value: 365\n", 1, 8, "a text where a map (key: value) belongs");
    assert_yaml_refused("value: {window_days: 0}\n", 1, 22, "`0` is no whole number from 1 to 36500");
    assert_yaml_refused("value: {frequency_cuts: [1, 3, 5, 10]}\n", 1, 26,
                        "`1` is no whole number from 2 to 36500");
    assert_yaml_refused("value: {frequency_cuts: [2, 3, 3, 10]}\n", 1, 32,
                        "`3` is no whole number from 4 to 36500");
    assert_yaml_refused("value: {frequency_cuts: none}\n", 1, 25,
                        "frequency_cuts is a list of four rising counts of purchase days");
    assert_yaml_refused("value: {recency_cuts: [1, 2, 3]}\n", 1, 23,
                        "recency_cuts is a list of four rising days since the last purchase");
    assert_yaml_refused("value: {recency_cuts: [1, 2, 3, 2.5]}\n", 1, 33,
                        "`2.5` is no number from 3.001 to 36500");
    assert_yaml_refused("value: {recency_cuts: off}\n", 1, 23, "recency_cuts is a list of four");
    assert_yaml_refused("value: {recency_cuts: 'none'}\n", 1, 23, "recency_cuts is a list of four");
    assert_yaml_refused("value: {fit: bgbnd}\n", 1, 14, "`bgbnd` is not known; did you mean `bgnbd`?");
    assert_yaml_refused("value: {tier_by: clv}\n", 1, 18, "`clv` is not known; known here: net, lifetime");
    assert_yaml_refused("value: {tier_shares: [5, 15]}\n", 1, 22,
                        "tier_shares is a list of three shares in percent: of A, B and C");
    assert_yaml_refused("value: {tier_shares: [5, 15, 0]}\n", 1, 30, "`0` is no number from 0.1 to 100");
    assert_yaml_refused("value: {tier_shares: [5, 15, 1.25]}\n", 1, 30, "`1.25` has more than 1 decimal\n");
    assert_yaml_refused("value: {tier_shares: [40, 40, 20.1]}\n", 1, 22,
                        "the shares of A, B and C are 100.1 % together, at most 100 %");
    assert_yaml_refused("value: {tier_up: 0.999}\n", 1, 18, "`0.999` is no number from 1 to 10");
    assert_yaml_refused("value: {tier_down: 1.001}\n", 1, 20, "`1.001` is no number from 0.001 to 1");
    assert_yaml_refused("value: {engaged_floor: 101}\n", 1, 24, "`101` is no whole number from 1 to 100");
    assert_yaml_refused("life: {new_days: 366}\n", 1, 18,
                        "new_days 366 is above lost_days 365: who is lost would still be new");
    assert_yaml_refused("life: {new_days: 45, lost_days: 89, lapsed_days: 60}\n", 1, 33,
                        "won_back_days 90 is above lost_days 89: who is lost again would still be won back");
    assert_yaml_refused("life: {lapsed_days: 366}\n", 1, 21, "lapsed_days 366 is above lost_days 365");
    assert_yaml_refused("life: {overdue_slipping: 5}\n", 1, 26, "overdue_slipping 5 is above overdue_lost 4");
    assert_yaml_refused("life: {prior_gaps: 0}\n", 1, 20, "");
    assert_yaml_refused("life: {p_alive_below: 1.1}\n", 1, 23, "`1.1` is no number from 0 to 1");
    assert_yaml_refused("life: {tenure_days: [90, 90, 1095]}\n", 1, 26, "");
    assert_yaml_refused("loops: {conversion_moving_intent: 46}\n", 1, 35,
                        "conversion_moving_intent 46 is above conversion_intent 45");
    assert_yaml_refused("loops: {ambassador_days: 1}\n", 1, 26, "ambassador_event_days 2 is above");
    assert_yaml_refused("loops: {nurturing_points: 0}\n", 1, 27, "");
    assert_yaml_refused("baskets: {low: 4}\n", 1, 16,
                        "low 4 is above enough 3: who has enough baskets would still be thin");
    assert_yaml_refused("baskets: {enough: 0}\n", 1, 19, "`0` is no whole number from 1 to 1000");
    assert_yaml_refused("baskets: {one_range: 1.1}\n", 1, 22, "");
    assert_yaml_refused("type_view: yes\n", 1, 12, "`yes` is neither true nor false");
    assert_yaml_refused("age_bands: []\n", 1, 12, "age_bands is a list of 1 to 16 rising ages");
    assert_yaml_refused("age_bands: [18, 25]\n", 1, 13, "the first age band begins at 0");
    assert_yaml_refused("age_bands: [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]\n", 1, 12,
                        "age_bands is a list of 1 to 16 rising ages");
}

static bool default_file_sets(const struct fl_yaml_node *root, const struct fl_model_key *key)
{
    const struct fl_yaml_node *map = key->group == NULL ? root : fl_yaml_find(root, key->group);
    return map != NULL && fl_yaml_find(map, key->name) != NULL;
}

/* Each key as it is printed at its default can be read again, alone, and gives the defaults; and the default
 * file has it with just that value. */
static void test_every_key(void **state)
{
    (void)state;
    const struct fl_model_default_file *file = fl_model_default_file(fl_model_part_name(FL_MODEL_SETTINGS));
    struct fl_yaml_file *yaml = NULL;
    assert_int_equal(fl_yaml_parse((const char *)file->bytes, file->size, "model.yaml", &yaml, NULL), FL_OK);
    for (size_t i = 0; i < fl_model_key_count; i++) {
        const struct fl_model_key *key = &fl_model_keys[i];
        char value[256], line[300], alone[400];
        struct fl_model_settings settings;
        struct fl_error error;
        fl_model_key_print(key, &fl_model_settings_default, value, sizeof value);
        (void)snprintf(line, sizeof line, "\n%s%s: %s\n", key->group == NULL ? "" : "  ", key->name, value);
        (void)snprintf(alone, sizeof alone, "%s%s%s", key->group == NULL ? "" : key->group,
                       key->group == NULL ? "" : ":", line);
        if (parse_yaml(alone, &settings, &error) != FL_OK)
            fail_msg("%s: %s", alone, error.message);
        assert_memory_equal(&settings, &fl_model_settings_default, sizeof settings);
        if (!default_file_sets(fl_yaml_root(yaml), key) ||
            memmem(file->bytes, file->size, line, strlen(line)) == NULL)
            fail_msg("the default model.yaml lacks%s", line);
    }
    fl_yaml_free(yaml);
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
    static const char *const names[] = {"m/registry.csv", "m/model.yaml", "m/rates.csv", "m/rfm_groups.csv",
                                        "m/keywords.csv"};
    char path[FIXTURE_PATH_SIZE];
    struct fl_model *first = NULL, *second = NULL, *built_in = default_model();
    init_model_folder("m");
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &first, NULL), FL_OK);
    assert_string_equal(fl_model_hash(first), fl_model_hash(built_in));
    assert_int_equal(strlen(fl_model_hash(first)), 32);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
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

/* A file that is not there leaves no trace: models of before keywords.csv keep their hash, have no tags. */
static void test_without_keywords(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], expected[FIXTURE_PATH_SIZE];
    struct fl_model *model = NULL;
    struct fl_error error;
    init_model_folder("m");
    fixture_remove("m/keywords.csv");
    fixture_put("m/registry.csv", "type_id,name,channel,direction,loop,weight,half_life_days,daily_cap,"
                                  "count_by,role,pressure,consent_class\n"
                                  "1,a,web,inbound,awareness,1,7,0,row,none,0,none\n");
    fixture_put("m/model.yaml", "");
    fixture_put("m/rates.csv", "currency,day,rate\n");
    fixture_remove("m/rfm_groups.csv");
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, NULL), FL_OK);
    assert_string_equal(fl_model_hash(model), "c06eaa35d5b9f20c6aef76a1228c4818");
    assert_false(model->has_keywords);
    assert_int_equal(model->keywords.tag_count, 0);
    fl_model_free(model);
    fixture_put("m/keywords.csv", "tag,any\na,x||y\n");
    fl_error_clear(&error);
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, &error), FL_BAD_MODEL);
    assert_string_equal(error.path, fixture_path("m/keywords.csv", expected));
    assert_int_equal(error.line, 2);
    assert_int_equal(error.line_column, 5);
    fixture_put("m/keywords.csv", "tag,regex\na,x+\n");
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, NULL), FL_BAD_MODEL);
    fixture_put("m/model.yaml", "regex: true\n");
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, NULL), FL_OK);
    assert_true(model->keywords.has_regex);
    fl_model_free(model);
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
    assert_string_equal(list, "examples.yaml keywords.csv model.yaml rates.csv registry.csv rfm_groups.csv");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), "NOK", &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "is there already, with other bytes: nothing was written");
    fixture_put("m/clusters.yaml", "");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), NULL, &error), FL_CANNOT_CREATE);
    assert_string_equal(error.message, "the folder holds a model file already: nothing was written");
    fixture_remove("m");
    assert_int_equal(fl_model_init(&fl_io_system, fixture_path("no/m", path), NULL, NULL), FL_CANNOT_CREATE);
}

/* One that was killed leaves some of the files, the last of them never first, and a temporary. */
static void test_init_is_repeated(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], list[512];
    for (int left = 0; left < 3; left++) {
        init_model_folder("m");
        fixture_put("m/.fl-tmp-1-0", "half a file");
        if (left < 2)
            fixture_remove("m/model.yaml");
        if (left < 1)
            fixture_remove("m/examples.yaml");
        assert_int_equal(fl_model_init(&fl_io_system, fixture_path("m", path), NULL, NULL), FL_OK);
        fixture_list("m", list, sizeof list);
        assert_string_equal(list,
                            "examples.yaml keywords.csv model.yaml rates.csv registry.csv rfm_groups.csv");
        fixture_remove("m");
    }
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
        assert_string_equal(
            list, status == FL_OK
                      ? "examples.yaml keywords.csv model.yaml rates.csv registry.csv rfm_groups.csv"
                      : "");
        if (fixture_calls < at)
            return fixture_remove("m");
        fixture_remove("m");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_settings),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_settings_refused),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_money_of_currency),
        cmocka_unit_test(test_groups_refused),
        cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_rates_refused),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_without_keywords),
        cmocka_unit_test(test_open_failures),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_init_is_repeated),
        cmocka_unit_test(test_init_with_a_currency),
        cmocka_unit_test(test_init_when_calls_fail),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
