/* result_columns_test.c - names of columns are read, printed in the table's order, and refused when unknown.
 *
 * A run of some columns must hold what a run of all holds in them: a night is scored in both ways, each
 * column by itself, and the values are compared; explain must agree with both. */
#include "tests/unit/engine_fixture.h"

#include "engine/result_columns.h"
#include "formats/table/table_reader.h"

enum { ROWS = 800 };
static const char as_of[] = "2026-11-20";
static struct fl_model *model;

static int make_night(void **state)
{
    static struct fixture_row rows[ROWS];
    uint64_t random = 41;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    init_model_folder("model");
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (struct fixture_row){.customer = (int64_t)(next_random(&random) % 40),
                                       .day = day_of(as_of) - (int32_t)(next_random(&random) % 200)};
        rows[i].type = (uint8_t)(1 + next_random(&random) % 140);
        rows[i].has_order = true;
        rows[i].order = (int64_t)(next_random(&random) % 3);
    }
    import_rows(model, "data", rows, ROWS, 3);
    assert_int_equal(run_night((struct fixture_run){.data = "data", .out = "all", .as_of = as_of},
                               &(struct fl_run_report){0}, &(struct fl_error){0}),
                     FL_OK);
    return 0;
}

static int end_night(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

static void test_names(void **state)
{
    (void)state;
    fl_result_columns columns = 7;
    struct fl_buffer names = {0};
    struct fl_error error;
    assert_int_equal(fl_result_columns_parse(NULL, &columns, NULL), FL_OK);
    assert_int_equal(columns, 0);
    assert_true(fl_result_columns_has(columns, FL_SCORES_TREND));
    assert_false(fl_result_columns_raw_only(columns));
    assert_int_equal(fl_result_columns_parse("raw,engagement", &columns, NULL), FL_OK);
    assert_true(fl_result_columns_raw_only(columns));
    assert_false(fl_result_columns_has(columns, FL_SCORES_TREND));
    assert_true(fl_result_columns_print(columns, &names));
    assert_string_equal((const char *)names.bytes, "customer,customer_id,engagement,raw");
    assert_int_equal(fl_result_columns_parse("raw,trend", &columns, NULL), FL_OK);
    assert_false(fl_result_columns_raw_only(columns));
    const char *wrong[] = {"", "raw,", "Raw", "raw,points"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fl_error_clear(&error);
        assert_int_equal(fl_result_columns_parse(wrong[i], &columns, &error), FL_USAGE);
        assert_non_null(strstr(error.message, "is no column of the customers table"));
    }
    fl_buffer_release(&names);
}

static struct fl_table *open_customers(const char *out)
{
    char path[FIXTURE_PATH_SIZE], name[FIXTURE_PATH_SIZE];
    struct fl_run_folder *folder = NULL;
    struct fl_table *table = NULL;
    assert_int_equal(fl_run_folder_open(&fl_io_system, fixture_path(out, path), &folder, NULL), FL_OK);
    (void)snprintf(name, sizeof name, "%s/%s", out, fl_run_folder_find(folder, "customers")->name);
    assert_int_equal(fl_table_open(&fl_io_system, fixture_path(name, path), FL_IO_COPY, &table, NULL), FL_OK);
    fl_run_folder_close(folder);
    return table;
}

/* What a null's place holds is nobody's business. */
static void assert_same_values(const struct fl_column_data *a, const struct fl_column_data *b,
                               size_t size_bytes)
{
    for (size_t row = 0; row < a->rows; row++) {
        const bool null = a->nulls != NULL && a->nulls[row] != 0;
        assert_int_equal(null, b->nulls != NULL && b->nulls[row] != 0);
        if (!null)
            assert_memory_equal(a->values_buffer.bytes + row * size_bytes,
                                b->values_buffer.bytes + row * size_bytes, size_bytes);
    }
}

static void check_column(const struct fl_column *column)
{
    char out[64], data[FIXTURE_PATH_SIZE], run[FIXTURE_PATH_SIZE];
    struct fl_run_report report;
    struct fl_explanation explanation;
    (void)snprintf(out, sizeof out, "out-%s", column->name);
    assert_int_equal(
        run_night((struct fixture_run){.data = "data", .out = out, .as_of = as_of, .columns = column->name},
                  &report, NULL),
        FL_OK);
    struct fl_table *all = open_customers("all"), *some = open_customers(out);
    struct fl_column_data expected = {0}, found = {0};
    assert_int_equal(fl_table_read_column(all, 0, column->id, &expected, NULL), FL_OK);
    assert_int_equal(fl_table_read_column(some, 0, column->id, &found, NULL), FL_OK);
    assert_int_equal(expected.rows, found.rows);
    if (fl_kind_storage(column->kind) != FL_STORAGE_TEXT)
        assert_same_values(&expected, &found, fl_kind_size_bytes(column->kind));
    const bool is_raw = column->id == FL_SCORES_RAW, is_trend = column->id == FL_SCORES_TREND;
    assert_true(fl_table_has(some, FL_SCORES_RAW) == is_raw &&
                fl_table_has(some, FL_SCORES_TREND) == is_trend);
    fl_column_data_release(&expected);
    fl_column_data_release(&found);
    fl_table_close(all);
    fl_table_close(some);
    const struct fl_explain_plan plan = {.io = &fl_io_system,
                                         .run = fixture_path(out, run),
                                         .data = fixture_path("data", data),
                                         .customer = "7",
                                         .days = 20};
    assert_int_equal(fl_explain(&plan, &explanation, NULL), FL_OK);
    fl_explanation_release(&explanation);
}

static void test_each_column(void **state)
{
    (void)state;
    const struct fl_schema *schema = fl_schema_by_name("customer_scores");
    for (size_t i = 0; i < schema->count; i++)
        check_column(&schema->columns[i]);
}

static void test_another_run(void **state)
{
    (void)state;
    struct fl_run_report report;
    struct fixture_run run = {.data = "data", .out = "some", .as_of = as_of, .columns = "engagement,raw"};
    assert_int_equal(run_night(run, &report, NULL), FL_OK);
    run.columns = "raw,engagement,raw"; /* the same ones */
    assert_int_equal(run_night(run, &report, NULL), FL_OK);
    assert_true(report.already_there);
    run.columns = "raw";
    assert_int_equal(run_night(run, &report, NULL), FL_CANNOT_CREATE);
    run.columns = NULL;
    assert_int_equal(run_night(run, &report, NULL), FL_CANNOT_CREATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_each_column),
        cmocka_unit_test(test_another_run),
    };
    return cmocka_run_group_tests(tests, make_night, end_night);
}
