/* compact_test.c - a compaction keeps every row, or changes nothing that a reader sees.
 *
 * A small folder is compacted while the first, second, third ... system call fails: afterwards it holds the
 * old files or the new ones, each of them whole, and a second try ends with the same files as one without a
 * fault. Files made by the writer have what no import makes: products that several files tell, keys with two
 * texts, rows out of order, columns of a newer build. A compaction in the middle of a run is made by the
 * run's own open(). */
#include "tests/unit/engine_fixture.h"

#include "formats/compact/compact.h"
#include "formats/folder/data_folder_write.h"
#include "formats/table/table_reader.h"

enum { NAMES_SIZE = 2000 };
static char data_path[FIXTURE_PATH_SIZE];

static fl_status compact(const struct fl_io *io, struct fl_compact_report *report, struct fl_error *error)
{
    const struct fl_compact_plan plan = {
        .io = io, .folder = fixture_path("data", data_path), .memory_bytes = UINT64_C(1) << 30};
    fl_error_clear(error);
    return fl_compact(&plan, report, error);
}

static void assert_compacts(size_t folded)
{
    struct fl_compact_report report;
    struct fl_error error;
    if (compact(&fl_io_system, &report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
    assert_int_equal(report.folded, folded);
}

/* ---- a folder of imports, copied as often as needed ---- */

static void copy_folder(const char *from, const char *to)
{
    char from_path[FIXTURE_PATH_SIZE], to_path[FIXTURE_PATH_SIZE], command[3 * FIXTURE_PATH_SIZE];
    fixture_remove(to);
    (void)snprintf(command, sizeof command, "cp -r %s %s", fixture_path(from, from_path),
                   fixture_path(to, to_path));
    assert_int_equal(system(command), 0);
}

static void make_imports(const struct fl_model *model)
{
    static const char *const texts[] = {
        "customer,day,type,brand,arrival\n1,2026-11-01,web_visit,Norvik,\n2,2026-11-02,web_visit,,2026-11-"
        "03\n",
        "customer,day,type,content,text\n1,2026-11-01,web_visit,a,hello\n3,2026-11-02,web_visit,b,\n",
        "customer,day,type,brand,order\n-5,2026-11-01,web_visit,Velora,o1\n2,2026-11-02,web_visit,Norvik,"
        "7\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        import_text(model, "imports", texts[i], strlen(texts[i]));
}

/* Rows of all interactions files that the manifest lists, each of which must be whole. */
static uint64_t count_rows(void)
{
    struct fl_data_folder *folder;
    struct fl_error error;
    uint64_t rows = 0;
    fl_error_clear(&error);
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path("data", data_path), &folder, &error),
                     FL_OK);
    for (size_t i = 0; i < folder->file_count; i++) {
        struct fl_table *table;
        uint64_t digest;
        char *path = fl_data_folder_path_of(folder, folder->files[i].name);
        assert_int_equal(fl_table_open(&fl_io_system, path, FL_IO_COPY, &table, &error), FL_OK);
        assert_int_equal(fl_table_verify(table, &digest, &error), FL_OK);
        assert_true(digest == folder->files[i].digest);
        rows += fl_table_rows(table);
        fl_table_close(table);
        free(path);
    }
    fl_data_folder_close(folder);
    return rows;
}

static void any_failing_call_keeps_all_rows(void **state)
{
    (void)state;
    char wanted[NAMES_SIZE], names[NAMES_SIZE];
    copy_folder("imports", "data");
    assert_compacts(3);
    fixture_list("data", wanted, sizeof wanted);
    assert_int_equal(count_rows(), 6);
    bool failed = true;
    int fault_at = 1;
    for (; failed; fault_at++) {
        struct fl_compact_report report;
        struct fl_error error;
        copy_folder("imports", "data");
        const struct fl_io io = fixture_io(fault_at, fault_at % 2 != 0 ? EIO : ENOSPC);
        const fl_status status = compact(&io, &report, &error);
        failed = fixture_calls >= fault_at;
        assert_true(failed || status == FL_OK);
        assert_int_equal(count_rows(), 6);
        if (compact(&fl_io_system, &report, &error) != FL_OK)
            fail_msg("after call %d: %s: %s", fault_at, error.path, error.message);
        fixture_list("data", names, sizeof names);
        assert_string_equal(names, wanted);
        assert_int_equal(count_rows(), 6);
    }
    assert_true(fault_at > 50);
    fixture_remove("data");
}

/* ---- files that no import makes ---- */

static char names[4][64];
static char table_name[32];
static char import_ids[4][33];

/* Lists a finished file as that of an import of its own. */
static void list_file(size_t number, const struct fl_table_summary *summary)
{
    struct fl_data_folder *folder;
    struct fl_error error;
    char mapping[] = "own names", input[] = "11111111111111111111111111111111";
    char *inputs[] = {input};
    bool already_there;
    fl_error_clear(&error);
    const struct fl_data_import import = {.id = import_ids[number],
                                          .table = table_name,
                                          .mapping_digest = mapping,
                                          .inputs = inputs,
                                          .input_count = 1};
    const struct fl_data_file file = {.name = names[number],
                                      .table = table_name,
                                      .rows = summary->rows,
                                      .size_bytes = summary->size_bytes,
                                      .digest = summary->digest,
                                      .day_min = summary->day_min,
                                      .day_max = summary->day_max,
                                      .customer_min = summary->customer_min,
                                      .customer_max = summary->customer_max,
                                      .import_id = import_ids[number]};
    char lock[64]; /* as if an import had been stopped before its manifest */
    (void)snprintf(lock, sizeof lock, "data/.import-000000000000000%zx", number);
    fixture_put(lock, "");
    assert_int_equal(
        fl_data_folder_open_or_start(&fl_io_system, fixture_path("data", data_path), &folder, &error), FL_OK);
    assert_int_equal(fl_data_folder_commit(folder, &import, &file, 1, NULL, &already_there, &error), FL_OK);
    fl_data_folder_close(folder);
}

/* The rows as file `number` of the folder. */
static void put_file(size_t number, struct fl_table_plan *plan, const struct fl_column_values *values,
                     size_t rows)
{
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    char name[256];
    (void)snprintf(table_name, sizeof table_name, "%s", plan->schema->name);
    (void)snprintf(import_ids[number], sizeof import_ids[number], "%032zx", number);
    (void)snprintf(names[number], sizeof names[number], "%s-000000000000000%zx-p0001.flint", table_name,
                   number);
    assert_int_equal(fl_directory_ensure(&fl_io_system, fixture_path("data", data_path), NULL), FL_OK);
    assert_int_equal(fl_table_writer_create(&fl_io_system, data_path, plan, &writer, NULL), FL_OK);
    assert_int_equal(fl_table_writer_append(writer, values, rows, NULL), FL_OK);
    assert_int_equal(fl_table_writer_finish(writer, table_name, names[number], name, &summary, NULL), FL_OK);
    list_file(number, &summary);
}

static const uint32_t letters[] = {0, 1, 2, 3};

/* Two products `p` and `q` with one brand each; arrival 0: none. */
static void put_products(size_t number, uint8_t uuid, uint32_t brand_p, int32_t arrival_p, uint32_t brand_q,
                         int32_t arrival_q)
{
    static const uint16_t ids[] = {FL_PRODUCTS_PRODUCT, FL_PRODUCTS_BRAND, FL_PRODUCTS_ARRIVAL};
    const struct fl_words words[] = {{2, letters, "pq"}, {3, letters, "ABC"}, {0}};
    struct fl_table_plan plan = {
        .schema = fl_schema_by_name("products"), .column_ids = ids, .column_count = 3, .words = words};
    plan.uuid[0] = uuid;
    const uint32_t products[] = {0, 1}, brands[] = {brand_p, brand_q};
    const int32_t arrivals[] = {arrival_p, arrival_q};
    const uint8_t nulls[] = {arrival_p == 0, arrival_q == 0};
    const struct fl_column_values values[] = {
        {.as.words = products}, {.as.words = brands}, {.as.i32 = arrivals, .nulls = nulls}};
    put_file(number, &plan, values, 2);
}

/* Brands of `p` and `q` in the one file that is left. */
static void assert_brands(uint32_t brand_p, uint32_t brand_q)
{
    struct fl_data_folder *folder;
    struct fl_table *table;
    struct fl_column_data data = {0};
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path("data", data_path), &folder, NULL),
                     FL_OK);
    assert_int_equal(folder->file_count, 1);
    char *path = fl_data_folder_path_of(folder, folder->files[0].name);
    assert_int_equal(fl_table_open(&fl_io_system, path, FL_IO_COPY, &table, NULL), FL_OK);
    assert_int_equal(fl_table_rows(table), 2);
    assert_int_equal(fl_table_read_column(table, 0, FL_PRODUCTS_BRAND, &data, NULL), FL_OK);
    assert_int_equal(data.as.words[0], brand_p);
    assert_int_equal(data.as.words[1], brand_q);
    fl_column_data_release(&data);
    fl_table_close(table);
    free(path);
    fl_data_folder_close(folder);
    fixture_remove("data");
}

static void products_are_those_of_a_run(void **state)
{
    (void)state;
    /* The later arrival, whatever the uuid; any arrival is later than none. */
    put_products(0, 9, 2, 100, 0, 0);
    put_products(1, 1, 0, 101, 1, 1);
    assert_compacts(2);
    assert_brands(0, 1);
    /* The same arrival or none: the larger uuid. */
    put_products(0, 2, 2, 100, 0, 0);
    put_products(1, 9, 1, 100, 2, 0);
    put_products(2, 1, 0, 100, 1, 0);
    assert_compacts(3);
    assert_brands(1, 2);
}

static void put_ids(size_t number, const char *first, const char *second)
{
    static const uint16_t ids[] = {FL_CUSTOMER_IDS_CUSTOMER, FL_CUSTOMER_IDS_ID};
    struct fl_table_plan plan = {
        .schema = fl_schema_by_name("customer_ids"), .column_ids = ids, .column_count = 2};
    plan.uuid[0] = (uint8_t)number;
    const int64_t customers[] = {1, 2};
    const struct fl_text texts[] = {fl_text_of(first), fl_text_of(second)};
    const struct fl_column_values values[] = {{.as.i64 = customers}, {.as.texts = texts}};
    put_file(number, &plan, values, 2);
}

static void two_texts_for_one_key_are_refused(void **state)
{
    (void)state;
    struct fl_compact_report report;
    struct fl_error error;
    put_ids(0, "anna", "bob");
    put_ids(1, "anna", "bob");
    assert_compacts(2);
    assert_int_equal(count_rows(), 2);
    fixture_remove("data");
    put_ids(0, "anna", "bob");
    put_ids(1, "anna", "bill");
    assert_int_equal(compact(&fl_io_system, &report, &error), FL_BAD_DATA);
    assert_string_equal(error.message, "two customer ids have the same key: one in "
                                       "customer_ids-0000000000000001-p0001.flint, one in "
                                       "customer_ids-0000000000000000-p0001.flint");
    assert_int_equal(count_rows(), 4);
    fixture_remove("data");
}

static void put_days(size_t number, const struct fl_schema *schema, const uint16_t *ids, size_t columns,
                     int32_t first, int32_t second, uint32_t block_rows)
{
    struct fl_table_plan plan = {
        .schema = schema, .column_ids = ids, .column_count = columns, .block_rows = block_rows};
    const int64_t customers[] = {1, 1};
    const int32_t days[] = {first, second};
    const uint8_t types[] = {1, 1};
    const struct fl_column_values values[] = {
        {.as.i64 = customers}, {.as.i32 = days}, {.as.u8 = types}, {.as.i64 = customers}};
    put_file(number, &plan, values, 2);
}

static void rows_out_of_order_are_refused(void **state)
{
    (void)state;
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE};
    const struct fl_schema *schema = fl_schema_by_name("interactions");
    struct fl_compact_report report;
    struct fl_error error;
    for (uint32_t block_rows = 1; block_rows <= 2;
         block_rows++) { /* over the edge of a block, and inside one */
        put_days(0, schema, ids, 3, 20001, 20000, block_rows);
        assert_int_equal(compact(&fl_io_system, &report, &error), FL_CORRUPT);
        assert_non_null(strstr(error.message, "comes before the one ahead of it in sort order"));
        assert_int_equal(error.block, 2 - block_rows);
        assert_non_null(strstr(error.path, names[0]));
        fixture_remove("data");
    }
}

static void columns_of_a_newer_build_are_kept(void **state)
{
    (void)state;
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE, 200};
    const struct fl_schema *ours = fl_schema_by_name("interactions");
    struct fl_column columns[FL_COLUMNS_MAX];
    struct fl_schema newer = *ours;
    memcpy(columns, ours->columns, ours->count * sizeof *columns);
    columns[newer.count++] = (struct fl_column){200, "newer", FL_KIND_INTEGER, false, 2};
    newer.columns = columns;
    newer.version++;
    struct fl_compact_report report;
    struct fl_error error;
    put_days(0, &newer, ids, 4, 20000, 20001, 0);
    assert_int_equal(compact(&fl_io_system, &report, &error), FL_UNSUPPORTED);
    assert_string_equal(error.message, "columns of a newer build, which would get lost here");
    fixture_remove("data");
}

/* ---- a compaction in the middle of a run ---- */

static bool compacted;

/* The first open of an interactions file comes just too late. */
static int open_too_late(const char *path, int flags, mode_t mode)
{
    if (!compacted && strstr(path, "/interactions-") != NULL) {
        compacted = true;
        assert_compacts(3);
    }
    return fl_io_system.open(path, flags, mode);
}

static void a_run_starts_over(void **state)
{
    (void)state;
    struct fl_run_report before, after;
    struct fl_error error;
    struct fl_io io = fl_io_system;
    io.open = open_too_late;
    copy_folder("imports", "data");
    init_model_folder("model");
    assert_int_equal(run_night((struct fixture_run){.data = "data", .out = "before", .as_of = "2026-11-20"},
                               &before, &error),
                     FL_OK);
    assert_int_equal(
        run_night((struct fixture_run){.io = &io, .data = "data", .out = "after", .as_of = "2026-11-20"},
                  &after, &error),
        FL_OK);
    assert_true(compacted);
    assert_memory_equal(&before.counts, &after.counts, sizeof before.counts);
    /* A file that is gone for another reason stays an error. */
    char list[NAMES_SIZE], name[FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE];
    fixture_list("data", list, sizeof list);
    const char *at = strstr(list, "interactions-");
    assert_non_null(at);
    (void)snprintf(name, sizeof name, "data/%.*s", (int)strcspn(at, " "), at);
    assert_int_equal(unlink(fixture_path(name, path)), 0);
    assert_int_equal(run_night((struct fixture_run){.data = "data", .out = "never", .as_of = "2026-11-20"},
                               &after, &error),
                     FL_MISSING);
    fixture_remove("data");
}

static int start(void **state)
{
    const int result = fixture_open(state);
    struct fl_model *model = default_model();
    make_imports(model);
    fl_model_free(model);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_failing_call_keeps_all_rows),   cmocka_unit_test(products_are_those_of_a_run),
        cmocka_unit_test(two_texts_for_one_key_are_refused), cmocka_unit_test(rows_out_of_order_are_refused),
        cmocka_unit_test(columns_of_a_newer_build_are_kept), cmocka_unit_test(a_run_starts_over),
    };
    return cmocka_run_group_tests(tests, start, fixture_close);
}
