/* scan_test.c - the merge of files gives each customer's rows once, in order, however they are spread.
 *
 * Random rows (customers of one row and of many, some in one file, some in all) are imported as 1, 2, 7 and
 * 64 files. The pieces of a scan are collected: they must equal the sorted rows of the test, in every split
 * the same, with every row's fate counted as a loop over the rows counts it. A customer of more than a block
 * is spread over files in three ways. Rows are dealt to up to 70 files by day, with shared days, at random,
 * by customer, with files of which no row counts: always the pieces' rows of one file. Ranges, limits, stops
 * and files that lie are tried one by one. */
#include "tests/unit/engine_fixture.h"

#include "engine/scan.h"
#include "formats/table/table_writer.h"

enum { ROWS = 6000 };

static struct fl_model *model;
static struct fixture_row rows[ROWS];

static int make_rows(void **state)
{
    uint64_t random = 11;
    model = default_model();
    for (size_t i = 0; i < ROWS; i++) {
        /* A third of all rows belong to three customers; negative keys sort first. */
        const uint64_t dice = next_random(&random);
        const int64_t customer = dice % 3 == 0 ? (int64_t)(dice / 3 % 3) : (int64_t)(dice / 3 % 900) - 100;
        rows[i] =
            (struct fixture_row){.customer = customer, .day = 20000 - (int32_t)(next_random(&random) % 300)};
        rows[i].type = (uint8_t)(1 + next_random(&random) % 140);
        rows[i].has_order = next_random(&random) % 2 == 0;
        rows[i].order = (int64_t)(next_random(&random) % 5);
        rows[i].has_arrival = next_random(&random) % 4 != 0;
        rows[i].arrival = rows[i].day + (int32_t)(next_random(&random) % 60) - 1;
    }
    return fixture_open(state);
}

static int free_rows(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

/* What a scan gave, row by row. */
struct seen {
    struct seen_row {
        int64_t customer, order;
        int32_t day;
        uint8_t type, order_null;
    } * rows;
    size_t count, customers;
    struct fl_run_counts counts;
};

static struct fl_row_rules rules_of(int32_t as_of_day, enum fl_view view)
{
    return (struct fl_row_rules){.registry = &model->registry,
                                 .as_of_day = as_of_day,
                                 .view = view,
                                 .late_report_days = 30,
                                 .customer_first = INT64_MIN,
                                 .customer_last = INT64_MAX};
}

static void add_rows(struct seen *seen, int64_t customer, const struct fl_rows *of_one)
{
    for (size_t i = 0; i < of_one->count; i++) {
        struct seen_row *row = &seen->rows[seen->count++];
        *row = (struct seen_row){.customer = customer,
                                 .day = of_one->day[i],
                                 .type = of_one->type[i],
                                 .order_null = of_one->order == NULL || of_one->order_null[i] != 0};
        row->order = row->order_null ? 0 : of_one->order[i];
    }
}

static void add_piece(struct seen *seen, const struct fl_scan_piece *piece)
{
    assert_true(piece->whole ? piece->first : piece->scopes.count == 1);
    for (size_t i = 0; i < piece->scopes.count; i++) {
        const struct fl_rows of_one = fl_scope_rows_of(&piece->scopes, i);
        assert_true(of_one.count > 0);
        add_rows(seen, piece->customers[i], &of_one);
        seen->customers += i > 0 || piece->first;
    }
}

static fl_status scan_folder(const char *name, const struct fl_row_rules *rules, size_t rows_max,
                             struct seen *seen, struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_data_folder *folder = NULL;
    struct fl_scan *scan = NULL;
    *seen = (struct seen){.rows = calloc(rows_max + 1, sizeof(struct seen_row))};
    assert_non_null(seen->rows);
    fl_error_clear(error);
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path(name, path), &folder, NULL), FL_OK);
    const struct fl_scan_plan plan = {.io = &fl_io_system,
                                      .folder = folder,
                                      .io_mode = FL_IO_MAP,
                                      .rules = *rules,
                                      .memory_bytes = UINT64_C(256) << 20};
    fl_status status = fl_scan_open(&plan, &scan, error);
    for (struct fl_scan_piece piece; status == FL_OK;) {
        status = fl_scan_next(scan, &piece, error);
        if (status == FL_OK && piece.scopes.count == 0)
            break;
        if (status == FL_OK) {
            const struct fl_scope_rows *scopes = &piece.scopes;
            assert_true(seen->count + scopes->ends[scopes->count - 1] - scopes->from <= rows_max);
            add_piece(seen, &piece);
        }
    }
    if (status == FL_OK) {
        seen->counts = *fl_scan_counts(scan);
        assert_true(fl_scan_memory(scan) <= plan.memory_bytes);
    }
    fl_scan_close(scan);
    fl_data_folder_close(folder);
    return status;
}

static struct seen scan_well(const char *name, const struct fl_row_rules *rules, size_t rows_max)
{
    struct seen seen;
    struct fl_error error;
    if (scan_folder(name, rules, rows_max, &seen, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
    return seen;
}

static bool row_counts(const struct fixture_row *row, const struct fl_row_rules *rules)
{
    const int32_t arrival = row->has_arrival ? row->arrival : row->day;
    return row->day <= rules->as_of_day &&
           (rules->view == FL_VIEW_KNOWN_NOW || arrival <= rules->as_of_day) &&
           row->customer >= rules->customer_first && row->customer <= rules->customer_last;
}

/* Whether orders are kept: a block without a type counted by order does not read them. Here every block has
 * one. */
static int compare_fixture_rows(const void *a, const void *b)
{
    const struct fixture_row *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->type != y->type)
        return (int)x->type - (int)y->type;
    return (int)x->has_order - (int)y->has_order;
}

static void assert_right(const struct seen *seen, const struct fl_row_rules *rules)
{
    static struct fixture_row expected[ROWS];
    struct fl_run_counts counts = {0};
    size_t count = 0, customers = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const int32_t late = rows[i].has_arrival ? rows[i].arrival - rows[i].day : 0;
        counts.after_as_of += rows[i].day > rules->as_of_day;
        counts.not_yet_known += rows[i].day <= rules->as_of_day && !row_counts(&rows[i], rules);
        if (!row_counts(&rows[i], rules))
            continue;
        expected[count++] = rows[i];
        counts.scored++;
        counts.late += late > 0;
        counts.late_reported += late > 30;
    }
    counts.rows_in = ROWS;
    assert_memory_equal(&seen->counts, &counts, sizeof counts);
    qsort(expected, count, sizeof *expected, compare_fixture_rows);
    assert_int_equal(seen->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(seen->rows[i].customer, expected[i].customer);
        assert_int_equal(seen->rows[i].day, expected[i].day);
        assert_int_equal(seen->rows[i].type, expected[i].type);
        assert_int_equal(seen->rows[i].order_null, !expected[i].has_order);
        customers += i == 0 || expected[i].customer != expected[i - 1].customer;
        /* Equal orders of a group lie together because orders rise. */
        if (i > 0 && compare_fixture_rows(&expected[i - 1], &expected[i]) == 0 && expected[i].has_order)
            assert_true(seen->rows[i].order >= seen->rows[i - 1].order);
    }
    assert_int_equal(seen->customers, customers);
}

static void test_splits(void **state)
{
    (void)state;
    static const size_t files[] = {1, 2, 7, 64};
    struct seen first[3] = {{0}};
    for (size_t split = 0; split < 4; split++) {
        char name[16];
        (void)snprintf(name, sizeof name, "d%zu", files[split]);
        import_rows(model, name, rows, ROWS, files[split]);
        const struct fl_row_rules rules[3] = {rules_of(20000, FL_VIEW_KNOWN_NOW),
                                              rules_of(19900, FL_VIEW_KNOWN_NOW),
                                              rules_of(19900, FL_VIEW_KNOWN_THEN)};
        for (size_t i = 0; i < 3; i++) {
            struct seen seen = scan_well(name, &rules[i], ROWS);
            assert_right(&seen, &rules[i]);
            if (split == 0) {
                first[i] = seen;
                continue;
            }
            assert_int_equal(seen.count, first[i].count);
            assert_memory_equal(seen.rows, first[i].rows, seen.count * sizeof *seen.rows);
            free(seen.rows);
        }
    }
    for (size_t i = 0; i < 3; i++)
        free(first[i].rows);
}

static void test_range(void **state)
{
    (void)state;
    struct fl_row_rules rules = rules_of(20000, FL_VIEW_KNOWN_NOW);
    static const int64_t ranges[][2] = {{1, 1}, {-100, -100}, {0, 2}, {5000, 6000}, {700, INT64_MAX}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        size_t expected = 0;
        rules.customer_first = ranges[i][0];
        rules.customer_last = ranges[i][1];
        for (size_t row = 0; row < ROWS; row++)
            expected += row_counts(&rows[row], &rules);
        struct seen seen = scan_well("d7", &rules, ROWS);
        assert_int_equal(seen.count, expected);
        assert_int_equal(seen.counts.rows_in, expected);
        for (size_t row = 0; row < seen.count; row++)
            assert_true(seen.rows[row].customer >= ranges[i][0] && seen.rows[row].customer <= ranges[i][1]);
        free(seen.rows);
    }
}

static void test_unknown_types(void **state)
{
    (void)state;
    struct fl_row_rules rules = rules_of(20000, FL_VIEW_KNOWN_NOW);
    struct fl_registry narrow = model->registry;
    uint64_t of_type_7 = 0;
    rules.registry = &narrow;
    narrow.known_bits[0] &= ~(UINT64_C(1) << 7);
    for (size_t row = 0; row < ROWS; row++)
        of_type_7 += rows[row].type == 7;
    assert_true(of_type_7 > 10);
    struct seen seen = scan_well("d2", &rules, ROWS);
    assert_int_equal(seen.counts.quarantined, of_type_7);
    assert_int_equal(seen.counts.quarantined_by_type[7], of_type_7);
    assert_int_equal(seen.counts.scored, ROWS - of_type_7);
    assert_int_equal(seen.count, ROWS - of_type_7);
    free(seen.rows);
}

/* One customer with more rows than two blocks and a chunk hold, between two small ones: all in one file, its
 * rows in two files by turns, and one day's rows in one file, the rest in the other. */
static void test_large_customer(void **state)
{
    (void)state;
    enum { LARGE = 150000, COUNT = LARGE + 2 };
    struct fixture_row *large = calloc(COUNT, sizeof *large);
    assert_non_null(large);
    for (size_t i = 0; i < COUNT; i++) {
        large[i] = (struct fixture_row){.customer = 5, .day = 19000 + (int32_t)(i % 900), .type = 9};
        large[i].has_order = false;
    }
    large[0].customer = 4;
    large[1].customer = 6;
    const struct fl_row_rules rules = rules_of(20000, FL_VIEW_KNOWN_NOW);
    import_rows(model, "large1", large, COUNT, 1);
    import_rows(model, "large2", large, COUNT, 2);
    struct seen one = scan_well("large1", &rules, COUNT), two = scan_well("large2", &rules, COUNT);
    assert_int_equal(one.count, COUNT);
    assert_int_equal(two.count, COUNT);
    assert_int_equal(one.customers, 3);
    assert_int_equal(two.customers, 3);
    assert_memory_equal(one.rows, two.rows, COUNT * sizeof *one.rows);
    assert_int_equal(one.rows[0].customer, 4);
    assert_int_equal(one.rows[COUNT - 1].customer, 6);
    free(two.rows);
    free(one.rows);
    free(large);
}

/* ---- ways to deal rows to files ---- */

enum dealing { BY_DAY, BY_DAY_REVERSED, SHARED_DAYS, AT_RANDOM, BY_CUSTOMER, LATE_ROWS, DEALINGS };

static size_t file_of(const struct fixture_row *row, enum dealing dealing, size_t files, uint64_t *random)
{
    const size_t by_day = (size_t)(row->day - 19701) * files / 300, dice = (size_t)next_random(random);
    switch (dealing) {
    case BY_DAY:
        return by_day;
    case BY_DAY_REVERSED:
        return files - 1 - by_day;
    case SHARED_DAYS:
        return by_day + 1 < files && row->day % 3 == 0 ? by_day + dice % 2 : by_day;
    case AT_RANDOM:
        return dice % files;
    case BY_CUSTOMER:
        return (size_t)(row->customer + 100) % files;
    default:
        return dice % 50 == 0 ? files - 1 : by_day; /* one in fifty comes in with the last file */
    }
}

/* As `files` files, in the order of their numbers; a file that gets no row gets one that does not count. */
static void deal_rows(const char *name, const struct fixture_row *all, size_t count, enum dealing dealing,
                      size_t files)
{
    struct fixture_row *dealt = calloc(count + 1, sizeof *dealt);
    size_t *file = calloc(count, sizeof *file);
    struct fl_buffer csv = {0};
    uint64_t random = files;
    assert_true(dealt != NULL && file != NULL);
    for (size_t row = 0; row < count; row++)
        file[row] = file_of(&all[row], dealing, files, &random);
    for (size_t i = 0; i < files; i++) {
        size_t of_file = 0;
        for (size_t row = 0; row < count; row++) {
            if (file[row] == i)
                dealt[of_file++] = all[row];
        }
        if (of_file == 0 || i % 10 == 3)
            dealt[of_file++] = (struct fixture_row){.customer = (int64_t)i, .day = 20001, .type = 1};
        print_rows(model, dealt, of_file, 0, 1, &csv);
        import_text(model, name, (const char *)csv.bytes, csv.size);
    }
    fl_buffer_release(&csv);
    free(file);
    free(dealt);
}

static void test_dealings(void **state)
{
    (void)state;
    static const size_t files[] = {2, 30, 70};
    const struct fl_row_rules rules = rules_of(20000, FL_VIEW_KNOWN_NOW);
    struct seen one = scan_well("d1", &rules, ROWS);
    for (int dealing = 0; dealing < DEALINGS; dealing++) {
        for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "dealt%d-%zu", dealing, files[i]);
            deal_rows(name, rows, ROWS, (enum dealing)dealing, files[i]);
            struct seen seen = scan_well(name, &rules, ROWS);
            assert_int_equal(seen.count, one.count);
            assert_int_equal(seen.customers, one.customers);
            assert_memory_equal(seen.rows, one.rows, seen.count * sizeof *seen.rows);
            free(seen.rows);
        }
    }
    free(one.rows);
}

static int stop_at_once(void *context, uint64_t rows_done, uint64_t rows_all)
{
    int *calls = context;
    assert_true(rows_done <= rows_all);
    return ++*calls == 3;
}

static void test_limit_and_stop(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    struct fl_data_folder *folder = NULL;
    struct fl_scan *scan = NULL;
    struct fl_error error;
    int calls = 0;
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path("d7", path), &folder, NULL), FL_OK);
    struct fl_scan_plan plan = {.io = &fl_io_system,
                                .folder = folder,
                                .rules = rules_of(20000, FL_VIEW_KNOWN_NOW),
                                .memory_bytes = UINT64_C(1) << 20};
    fl_error_clear(&error);
    assert_int_equal(fl_scan_open(&plan, &scan, &error), FL_USAGE);
    assert_null(scan);
    assert_non_null(strstr(error.message, "--memory of 1048576 bytes: a run needs at least"));
    plan.memory_bytes = UINT64_C(1) << 30;
    assert_int_equal(fl_scan_open(&plan, &scan, NULL), FL_OK);
    plan.memory_bytes = fl_scan_memory(scan) - 1;
    fl_scan_close(scan);
    fl_error_clear(&error);
    assert_int_equal(fl_scan_open(&plan, &scan, &error), FL_LIMIT);
    assert_null(scan);
    assert_non_null(strstr(error.message, "compact the folder, or raise --memory"));
    plan.memory_bytes = UINT64_C(1) << 30;
    plan.progress = stop_at_once;
    plan.progress_context = &calls;
    fl_error_clear(&error);
    assert_int_equal(fl_scan_open(&plan, &scan, &error), FL_OK);
    struct fl_scan_piece piece;
    assert_int_equal(fl_scan_next(scan, &piece, &error), FL_INTERRUPTED);
    fl_scan_close(scan);
    assert_int_equal(calls, 3);
    fl_data_folder_close(folder);
}

/* ---- files that a writer of ours would not make ---- */

/* A data folder in memory of one file made from columns as they are given. */
static fl_status scan_made(const int64_t *customer, const int32_t *day, const uint8_t *type, size_t count,
                           uint64_t rows_said, struct fl_error *error)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE};
    const struct fl_table_plan table_plan = {
        .schema = fl_schema_by_name("interactions"), .column_ids = ids, .column_count = 3};
    const struct fl_column_values values[] = {{.as.i64 = customer}, {.as.i32 = day}, {.as.u8 = type}};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char name[256], table[] = "interactions";
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &table_plan, &writer, NULL),
                     FL_OK);
    assert_int_equal(fl_table_writer_append(writer, values, count, NULL), FL_OK);
    assert_int_equal(fl_table_writer_finish(writer, NULL, "made.flint", name, &summary, NULL), FL_OK);
    struct fl_data_file file = {.name = name,
                                .table = table,
                                .rows = rows_said,
                                .customer_min = INT64_MIN,
                                .customer_max = INT64_MAX};
    struct fl_data_folder folder = {
        .io = &fl_io_system, .path = fixture_folder, .files = &file, .file_count = 1};
    const struct fl_scan_plan plan = {.io = &fl_io_system,
                                      .folder = &folder,
                                      .rules = rules_of(20000, FL_VIEW_KNOWN_NOW),
                                      .memory_bytes = UINT64_C(1) << 30};
    struct fl_scan *scan = NULL;
    fl_error_clear(error);
    struct fl_scan_piece piece;
    fl_status status = fl_scan_open(&plan, &scan, error);
    if (status == FL_OK)
        status = fl_scan_next(scan, &piece, error);
    fl_scan_close(scan);
    return status;
}

static void test_lying_files(void **state)
{
    (void)state;
    struct fl_error error;
    const int64_t customer[] = {1, 1, 1};
    const int32_t days[] = {100, 101, 101}, falling[] = {101, 100, 100};
    const uint8_t types[] = {9, 1, 2}, falling_types[] = {9, 2, 1};
    assert_int_equal(scan_made(customer, days, types, 3, 3, &error), FL_OK);
    assert_int_equal(scan_made(customer, days, types, 3, 4, &error), FL_CORRUPT);
    assert_string_equal(error.message, "3 rows, the manifest says 4");
    assert_int_equal(scan_made(customer, falling, types, 3, 3, &error), FL_CORRUPT);
    assert_string_equal(error.message, "the rows are not in the order of customer, day, type");
    assert_int_equal(error.block, 0);
    assert_int_equal(scan_made(customer, days, falling_types, 3, 3, &error), FL_CORRUPT);
    assert_string_equal(error.message, "the rows are not in the order of customer, day, type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits),         cmocka_unit_test(test_range),
        cmocka_unit_test(test_unknown_types),  cmocka_unit_test(test_large_customer),
        cmocka_unit_test(test_limit_and_stop), cmocka_unit_test(test_lying_files),
        cmocka_unit_test(test_dealings),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
