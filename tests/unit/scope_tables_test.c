/* scope_tables_test.c - brands, categories, products, types of a run: the same bytes however rows are spread.
 *
 * Random rows with words, amounts and currencies, a third of them of one customer of more than a block, are
 * imported as 1, 7 and 64 files and scored by one thread and by three: every table of results must have the
 * same name, which is made of its digest, and the same bytes. The types of each customer must rise, and their
 * rows, units, points add up to the customer's own, which another loop has summed. A run without the type
 * view has no such table. */
#include "tests/unit/engine_fixture.h"

#include "engine/run_folder.h"
#include "formats/table/table_reader.h"

enum { ROWS = 200000, TABLES = 5 };

static const char as_of[] = "2026-11-20";
static const char *const tables[TABLES] = {"customers", "brands", "categories", "products", "types"};
static struct fl_model *model;
static struct fixture_row rows[ROWS];

static int make_rows(void **state)
{
    uint64_t random = 8;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    init_model_folder("model");
    for (size_t i = 0; i < ROWS; i++) {
        const uint64_t dice = next_random(&random);
        rows[i] = (struct fixture_row){.customer = dice % 3 == 0 ? 500 : (int64_t)(dice / 3 % 1500),
                                       .day = day_of(as_of) + 3 - (int32_t)(next_random(&random) % 500)};
        rows[i].type = (uint8_t)(1 + next_random(&random) % 140);
        rows[i].has_order = next_random(&random) % 2 == 0;
        rows[i].order = (int64_t)(next_random(&random) % 4);
    }
    return 0;
}

static int free_rows(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

/* Words and amounts follow from the row's number, so that each split has the same rows. */
static void print_row(size_t i, struct fl_buffer *csv)
{
    const struct fixture_row *row = &rows[i];
    char line[300], day[11], order[32] = "", brand[16] = "", category[16] = "", product[16] = "";
    fl_day_format(row->day, day);
    if (row->has_order)
        (void)snprintf(order, sizeof order, "%lld", (long long)row->order);
    if (i % 3 != 0)
        (void)snprintf(brand, sizeof brand, "b%zu", i * 7 % 90);
    if (i % 4 != 0)
        (void)snprintf(category, sizeof category, "c%zu", i * 13 % 11);
    if (i % 5 != 0)
        (void)snprintf(product, sizeof product, "p%zu", i * 11 % 700);
    (void)snprintf(line, sizeof line, "%lld,%s,%s,%s,%s,%s,%s,%s,%zu.%02zu,%zu\n", (long long)row->customer,
                   day, model->registry.types[row->type].name, order, brand, category, product,
                   i % 6 == 0 ? "USD" : "", i % 300, i % 100, i % 2);
    append_text(csv, line);
}

static void import_files(const char *name, size_t files)
{
    struct fl_buffer csv = {0};
    for (size_t file = 0; file < files; file++) {
        csv.size = 0;
        append_text(&csv, "customer,day,type,order,brand,category,product,currency,amount,discount\n");
        for (size_t i = file; i < ROWS; i += files)
            print_row(i, &csv);
        import_text(model, name, (const char *)csv.bytes, csv.size);
    }
    fl_buffer_release(&csv);
}

static void run_with(const char *data, const char *out, unsigned threads)
{
    char model_path[FIXTURE_PATH_SIZE], data_path[FIXTURE_PATH_SIZE], out_path[FIXTURE_PATH_SIZE];
    const struct fl_run_plan plan = {.io = &fl_io_system,
                                     .model = fixture_path("model", model_path),
                                     .data = fixture_path(data, data_path),
                                     .out = fixture_path(out, out_path),
                                     .as_of_day = day_of(as_of),
                                     .io_mode = FL_IO_MAP,
                                     .memory_bytes = UINT64_C(1) << 30,
                                     .threads = threads};
    struct fl_run_report report;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_run(&plan, &report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
    assert_int_equal(report.counts.rows_in, ROWS);
}

/* The file name of a table of a run, empty when it has none. */
static void table_name(const char *out, const char *table, char name[FIXTURE_PATH_SIZE])
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_run_folder *folder = NULL;
    assert_int_equal(fl_run_folder_open(&fl_io_system, fixture_path(out, path), &folder, NULL), FL_OK);
    const struct fl_run_file *file = fl_run_folder_find(folder, table);
    (void)snprintf(name, FIXTURE_PATH_SIZE, "%s", file == NULL ? "" : file->name);
    fl_run_folder_close(folder);
}

static char *bytes_of(const char *out, const char *name, size_t *size)
{
    char path[FIXTURE_PATH_SIZE];
    assert_true(snprintf(path, sizeof path, "%s/%s", out, name) < (int)sizeof path);
    char *bytes = fixture_get(path, size);
    assert_non_null(bytes);
    return bytes;
}

static void assert_same_tables(const char *out_a, const char *out_b)
{
    for (size_t i = 0; i < TABLES; i++) {
        char name_a[FIXTURE_PATH_SIZE], name_b[FIXTURE_PATH_SIZE];
        size_t size_a = 0, size_b = 0;
        table_name(out_a, tables[i], name_a);
        table_name(out_b, tables[i], name_b);
        assert_string_not_equal(name_a, "");
        assert_string_equal(name_a, name_b);
        char *a = bytes_of(out_a, name_a, &size_a), *b = bytes_of(out_b, name_b, &size_b);
        assert_int_equal(size_a, size_b);
        assert_memory_equal(a, b, size_a);
        free(a);
        free(b);
    }
}

static void test_same_bytes(void **state)
{
    (void)state;
    fixture_put("model/model.yaml", "scopes: [customer, brand, category, product]\ntype_view: true\n");
    fixture_put("model/rates.csv", "currency,day,rate\nUSD,2025-01-01,0.9137\nUSD,2026-05-05,0.88\n");
    import_files("d1", 1);
    import_files("d7", 7);
    import_files("d64", 64);
    run_with("d1", "o1", 1);
    run_with("d7", "o7", 1);
    run_with("d64", "o64", 1);
    assert_same_tables("o1", "o7");
    assert_same_tables("o1", "o64");
    run_with("d7", "t7", 3);
    run_with("d64", "t64", 3);
    assert_same_tables("o1", "t7");
    assert_same_tables("o1", "t64");
}

/* A table of the run `o1`, its columns of one block. */
struct table_rows {
    struct fl_table *table;
    struct fl_column_data customer, rows, units, points, last_day, word;
};

static void open_rows(const char *table, struct table_rows *opened)
{
    char name[FIXTURE_PATH_SIZE], inner[2 * FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE];
    *opened = (struct table_rows){0};
    table_name("o1", table, name);
    (void)snprintf(inner, sizeof inner, "%s/%s", fixture_path("o1", path), name);
    assert_int_equal(fl_table_open(&fl_io_system, inner, FL_IO_COPY, &opened->table, NULL), FL_OK);
}

static void read_block(struct table_rows *opened, size_t block)
{
    struct {
        uint16_t id;
        struct fl_column_data *data;
    } const columns[] = {{FL_SCORES_CUSTOMER, &opened->customer}, {FL_SCORES_ROWS, &opened->rows},
                         {FL_SCORES_UNITS, &opened->units},       {FL_SCORES_RAW, &opened->points},
                         {FL_SCORES_LAST_DAY, &opened->last_day}, {FL_TYPE_SCORES_TYPE, &opened->word}};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (fl_table_has(opened->table, columns[i].id))
            assert_int_equal(fl_table_read_column(opened->table, block, columns[i].id, columns[i].data, NULL),
                             FL_OK);
    }
}

static void close_rows(struct table_rows *opened)
{
    fl_column_data_release(&opened->customer);
    fl_column_data_release(&opened->rows);
    fl_column_data_release(&opened->units);
    fl_column_data_release(&opened->points);
    fl_column_data_release(&opened->last_day);
    fl_column_data_release(&opened->word);
    fl_table_close(opened->table);
}

static void test_types_add_up(void **state)
{
    (void)state;
    enum { CUSTOMERS = 1500 };
    static int64_t count[CUSTOMERS], units[CUSTOMERS], points[CUSTOMERS];
    static int32_t last_day[CUSTOMERS];
    struct table_rows types, customers;
    int64_t before = -1;
    uint32_t word_before = 0;
    open_rows("types", &types);
    assert_string_equal(fl_table_schema(types.table)->name, "type_scores");
    for (size_t block = 0; block < fl_table_blocks(types.table); block++) {
        read_block(&types, block);
        for (size_t i = 0; i < types.customer.rows; i++) {
            const int64_t customer = types.customer.as.i64[i];
            const uint32_t word = types.word.as.words[i];
            assert_true(customer > before || (customer == before && word > word_before));
            before = customer;
            word_before = word;
            count[customer] += types.rows.as.i64[i];
            units[customer] += types.units.as.i64[i];
            points[customer] += types.points.as.i64[i];
            if (types.last_day.as.i32[i] > last_day[customer])
                last_day[customer] = types.last_day.as.i32[i];
        }
    }
    close_rows(&types);
    open_rows("customers", &customers);
    assert_int_equal(fl_table_rows(customers.table), CUSTOMERS);
    for (size_t block = 0; block < fl_table_blocks(customers.table); block++) {
        read_block(&customers, block);
        for (size_t i = 0; i < customers.customer.rows; i++) {
            const int64_t customer = customers.customer.as.i64[i];
            assert_int_equal(count[customer], customers.rows.as.i64[i]);
            assert_int_equal(units[customer], customers.units.as.i64[i]);
            assert_int_equal(points[customer], customers.points.as.i64[i]);
            assert_int_equal(last_day[customer], customers.last_day.as.i32[i]);
        }
    }
    close_rows(&customers);
}

/* Five wishes of a day and a purchase, counted as the registry says. */
static void test_one_customer(void **state)
{
    (void)state;
    static const char csv[] =
        "customer,day,type\n1,2026-11-20,web_wishlist_add\n1,2026-11-20,web_wishlist_add\n"
        "1,2026-11-20,web_wishlist_add\n1,2026-11-20,web_wishlist_add\n"
        "1,2026-11-20,web_wishlist_add\n1,2026-11-19,purchase_shop\n"
        "1,2026-11-21,purchase_shop\n";
    struct table_rows types;
    const struct fl_words *words = NULL;
    char name[FIXTURE_PATH_SIZE];
    import_text(model, "one", csv, sizeof csv - 1);
    fixture_remove("o1");
    struct fl_run_report report;
    assert_int_equal(
        run_night((struct fixture_run){.data = "one", .out = "o1", .as_of = as_of}, &report, NULL), FL_OK);
    open_rows("types", &types);
    read_block(&types, 0);
    assert_int_equal(types.customer.rows, 2);
    assert_int_equal(fl_table_words(types.table, FL_TYPE_SCORES_TYPE, &words, NULL), FL_OK);
    assert_true(fl_text_equal(fl_words_at(words, types.word.as.words[0]), fl_text_of("purchase_shop")));
    assert_true(fl_text_equal(fl_words_at(words, types.word.as.words[1]), fl_text_of("web_wishlist_add")));
    assert_int_equal(types.rows.as.i64[1], 5); /* counts up to 3 times a day, 6 points each */
    assert_int_equal(types.units.as.i64[1], 3);
    assert_int_equal(types.points.as.i64[1], 18000000);
    assert_int_equal(types.rows.as.i64[0], 1);
    assert_int_equal(types.last_day.as.i32[0], day_of("2026-11-19"));
    close_rows(&types);
    fixture_put("model/model.yaml", "scopes: [customer]\n");
    assert_int_equal(
        run_night((struct fixture_run){.data = "one", .out = "plain", .as_of = as_of}, &report, NULL), FL_OK);
    table_name("plain", "types", name);
    assert_string_equal(name, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_types_add_up),
        cmocka_unit_test(test_one_customer),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
