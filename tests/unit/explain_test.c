/* explain_test.c - an explanation adds up to what the run stored, or says why not.
 *
 * Every customer of a random night in several files is explained: the points of the types must add up to raw,
 * and the order must be right (the comparison with the stored row is the function's own: a difference is an
 * error). One customer is worked out by hand. Later imports must not matter; missing inputs, changed model
 * copies, unknown customers and a run that stored something else must be told. */
#include "tests/unit/engine_fixture.h"

#include "engine/run_folder.h"
#include "formats/base/checksum.h"

enum { ROWS = 1500, CUSTOMERS = 60 };
static const char as_of[] = "2026-11-20";

static struct fl_model *model;
static bool points_only; /* the tests run with all of it, and with points alone */

static void run_well(const char *data, const char *out)
{
    struct fl_run_report report;
    struct fl_error error;
    if (run_night((struct fixture_run){.data = data, .out = out, .as_of = as_of}, &report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
}

static int make_night(void **state)
{
    static struct fixture_row rows[ROWS];
    uint64_t random = 17;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    init_model_folder("model");
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (struct fixture_row){.customer = (int64_t)(next_random(&random) % CUSTOMERS) - 10,
                                       .day = day_of(as_of) - (int32_t)(next_random(&random) % 1300)};
        rows[i].type = (uint8_t)(1 + next_random(&random) % 140);
        rows[i].has_order = next_random(&random) % 2 == 0;
        rows[i].order = (int64_t)(next_random(&random) % 3);
    }
    import_rows(model, "data", rows, ROWS, 5);
    run_well("data", "run");
    return 0;
}

static int free_night(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

static fl_status explain(const char *run, const char *data, const char *customer,
                         struct fl_explanation *explanation, struct fl_error *error)
{
    char run_path[FIXTURE_PATH_SIZE], data_path[FIXTURE_PATH_SIZE];
    const struct fl_explain_plan plan = {.io = &fl_io_system,
                                         .run = fixture_path(run, run_path),
                                         .data = fixture_path(data, data_path),
                                         .customer = customer,
                                         .points_only = points_only,
                                         .days = 20};
    fl_error_clear(error);
    return fl_explain(&plan, explanation, error);
}

static int64_t magnitude(int64_t points)
{
    return points < 0 ? -points : points;
}

static void every_customer(void)
{
    static struct fl_explanation explanation;
    for (int customer = -10; customer < CUSTOMERS - 10; customer++) {
        struct fl_error error;
        char text[16];
        int64_t sum = 0;
        (void)snprintf(text, sizeof text, "%d", customer);
        if (explain("run", "data", text, &explanation, &error) != FL_OK)
            fail_msg("%s: %s", text, error.message);
        assert_int_equal(explanation.customer, customer);
        assert_null(explanation.customer_id);
        for (size_t i = 0; i < explanation.row_count; i++) {
            const struct fl_explain_row *row = &explanation.rows[i];
            sum += row->points;
            assert_string_equal(row->type_name, model->registry.types[row->type].name);
            assert_true(row->first_day <= row->last_day && row->last_day <= day_of(as_of));
            assert_true(i == 0 || magnitude(row[-1].points) > magnitude(row->points) ||
                        (magnitude(row[-1].points) == magnitude(row->points) && row[-1].type < row->type));
        }
        assert_int_equal(sum, explanation.raw);
        assert_int_equal(explanation.loop_points[0] + explanation.loop_points[1] +
                             explanation.loop_points[2] + explanation.loop_points[3],
                         explanation.raw);
        assert_int_equal(explanation.k_micro, 120000000);
        assert_int_equal(explanation.percentile == -1, explanation.raw <= 0);
        fl_explanation_release(&explanation);
    }
}

static void test_every_customer(void **state)
{
    (void)state;
    every_customer();
    points_only = true;
    every_customer();
    points_only = false;
}

static void test_by_hand(void **state)
{
    (void)state;
    static struct fl_explanation explanation;
    struct fl_error error;
    /* purchase_web: 20 points, half-life 60 days, one order a day counts. Two lines of one order 60 days ago
     * give 10 points each, half of it left; the same again past the horizon gives nothing. */
    static const char csv[] = "customer,day,type,order\n"
                              "1,2026-09-21,purchase_web,a\n1,2026-09-21,purchase_web,a\n"
                              "1,2020-01-01,purchase_web,b\n1,2026-11-20,web_visit,\n";
    import_text(model, "hand", csv, strlen(csv));
    run_well("hand", "hand_run");
    assert_int_equal(explain("hand_run", "hand", "1", &explanation, &error), FL_OK);
    const struct fl_explain_row *row = &explanation.rows[0];
    const int64_t weight = model->registry.types[type_of(model, "purchase_web")].weight_milli * INT64_C(1000);
    assert_int_equal(explanation.row_count, 2);
    assert_string_equal(row->type_name, "purchase_web");
    assert_int_equal(row->rows, 3);
    assert_int_equal(row->units, 2);
    assert_int_equal(model->registry.types[row->type].half_life_milli, 60000);
    assert_int_equal(row->points, weight / 2);
    assert_int_equal(row->lost_to_cap, weight);
    assert_int_equal(row->lost_to_decay, weight / 2 + weight);
    assert_int_equal(row->first_day, day_of("2020-01-01"));
    assert_int_equal(row->last_day, day_of("2026-09-21"));
    assert_int_equal(explanation.rows[1].points, 1000000);
    assert_int_equal(explanation.raw, weight / 2 + 1000000);
    assert_int_equal(explanation.intent_raw, 1000000);
    assert_true(explanation.has_purchase);
    assert_int_equal(explanation.last_purchase_day, day_of("2026-09-21"));
    assert_string_equal(explanation.band, "cold");
    assert_string_equal(explanation.trend, "steady");
    assert_string_equal(explanation.intent_trend, "steady");
    assert_int_equal(explanation.points_28, 1000000);
    assert_int_equal(explanation.points_84, weight);
    assert_int_equal(explanation.percentile, 50);
    fl_explanation_release(&explanation);
}

static void assert_refused(const char *run, const char *data, const char *customer, fl_status status,
                           const char *words)
{
    static struct fl_explanation explanation;
    struct fl_error error;
    const fl_status given = explain(run, data, customer, &explanation, &error);
    if (given != status || strstr(error.message, words) == NULL)
        fail_msg("%s: %s", fl_status_name(given), error.message);
    assert_int_equal(explanation.row_count, 0);
    assert_null(explanation.owned);
}

static void test_not_there(void **state)
{
    (void)state;
    assert_refused("run", "data", "12345", FL_MISSING, "no such customer in the run");
    assert_refused("run", "data", "-9223372036854775808", FL_MISSING, "no such customer in the run");
    assert_refused("run", "data", "anna", FL_USAGE, "the customer ids of this folder are whole numbers");
    assert_refused("none", "data", "1", FL_MISSING, "");
    assert_refused("run", "none", "1", FL_MISSING, "");
    assert_refused("run", "hand", "1", FL_MISSING,
                   "an input of the run is gone from the data folder: interactions-");
}

static void test_later_import(void **state)
{
    (void)state;
    static struct fl_explanation explanation;
    struct fl_error error;
    static const char csv[] = "customer,day,type\n1,2026-11-20,web_visit\n";
    import_text(model, "hand", csv, strlen(csv));
    assert_int_equal(explain("hand_run", "hand", "1", &explanation, &error), FL_OK);
    assert_int_equal(explanation.rows[1].rows, 1);
    fl_explanation_release(&explanation);
}

/* A run whose table was made of other rows, under a manifest and a seal that fit. */
static void test_stored_something_else(void **state)
{
    (void)state;
    size_t size = 0;
    char *manifest = fixture_get("hand_run/manifest.json", &size);
    assert_non_null(manifest);
    char *day = strstr(manifest, as_of);
    assert_non_null(day);
    memcpy(day, "2026-11-21", 10);
    char seal[18];
    fl_hex64(fl_digest64(manifest, size), seal);
    seal[16] = '\n';
    seal[17] = '\0';
    fixture_put("hand_run/manifest.json", manifest);
    fixture_put("hand_run/_SUCCESS", seal);
    free(manifest);
    assert_refused("hand_run", "hand", "1", FL_INTERNAL, "differs from what the run stored");
}

static void test_changed_model_copy(void **state)
{
    (void)state;
    fixture_put("run/rates.csv", "currency,day,rate\nUSD,2020-01-01,1\n");
    assert_refused("run", "data", "1", FL_CORRUPT, "the copied model has the hash");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_customer),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_not_there),
        cmocka_unit_test(test_later_import),
        cmocka_unit_test(test_stored_something_else),
        cmocka_unit_test(test_changed_model_copy),
    };
    return cmocka_run_group_tests(tests, make_night, free_night);
}
