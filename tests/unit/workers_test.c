/* workers_test.c - any number of threads gives the same results in the same order, and the same failure.
 *
 * Random rows in files of many small blocks are scored in one range by one thread, then by up to eight in
 * ranges of a few blocks, from one file and from seven whose blocks are cut by every range; the lists of
 * results and the counts must be equal. Ranges with more results than a worker may keep show that it waits
 * for its turn. Files with broken blocks, a sink and a progress that fail must give what one thread gives.
 * The order in which threads run is left to the system: the sanitizer for threads looks at this test too. */
#include "tests/unit/engine_fixture.h"

#include "engine/points.h"
#include "engine/workers.h"
#include "formats/table/table_writer.h"

enum { ROWS = 20000, FILES_MAX = 7, MANY = 120000, AS_OF = 20000 };

static struct fl_model *model;
static struct fl_points *points;
static struct fl_data_file files[FILES_MAX];
static char names[FILES_MAX][256];
static struct fl_data_folder folder;

struct row {
    int64_t customer;
    int32_t day;
    uint8_t type;
};
static struct row rows[ROWS];

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    return x->day != y->day ? x->day - y->day : (int)x->type - (int)y->type;
}

static int make_rows(void **state)
{
    uint64_t random = 31;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    assert_int_equal(fl_points_create(model, &points, NULL), FL_OK);
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = (struct row){.customer = (int64_t)(next_random(&random) % 900) - 100,
                               .day = AS_OF - (int32_t)(next_random(&random) % 300),
                               .type = (uint8_t)(1 + next_random(&random) % 140)};
    for (size_t i = 0; i < ROWS / 5; i++)
        rows[i].customer = 400; /* one customer of many blocks */
    qsort(rows, ROWS, sizeof *rows, compare_rows);
    return 0;
}

static int free_rows(void **state)
{
    fl_points_free(points);
    fl_model_free(model);
    return fixture_close(state);
}

/* Writes each `step`-th row from `first` on as a file of blocks of `block_rows` rows. */
static void write_file(size_t index, const struct row *from, size_t count, size_t first, size_t step,
                       uint32_t block_rows)
{
    static const uint16_t ids[] = {FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY, FL_INTERACTIONS_TYPE};
    const struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                       .column_ids = ids,
                                       .column_count = 3,
                                       .block_rows = block_rows};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char stem[32];
    static char table[] = "interactions";
    (void)snprintf(stem, sizeof stem, "f%zu", index);
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, NULL), FL_OK);
    for (size_t i = first; i < count; i += step) {
        const struct fl_column_values values[] = {
            {.as.i64 = &from[i].customer}, {.as.i32 = &from[i].day}, {.as.u8 = &from[i].type}};
        assert_int_equal(fl_table_writer_append(writer, values, 1, NULL), FL_OK);
    }
    assert_int_equal(fl_table_writer_finish(writer, stem, NULL, names[index], &summary, NULL), FL_OK);
    files[index] = (struct fl_data_file){.name = names[index],
                                         .table = table,
                                         .rows = summary.rows,
                                         .customer_min = summary.customer_min,
                                         .customer_max = summary.customer_max};
}

static void write_files(size_t count, uint32_t block_rows)
{
    for (size_t i = 0; i < count; i++)
        write_file(i, rows, ROWS, i, count, block_rows);
    folder = (struct fl_data_folder){
        .io = &fl_io_system, .path = fixture_folder, .files = files, .file_count = count};
}

/* What came out. */
struct outcome {
    struct seen {
        int64_t customer, raw, intent_raw;
        uint64_t rows, units;
        int64_t last_day; /* wide: no padding to be compared */
    } * seen;
    size_t count, fail_at;
    struct fl_run_counts counts;
    fl_status status;
    struct fl_error error;
};

static fl_status see(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct outcome *outcome = context;
    assert_int_equal(results->scope, FL_SCOPE_CUSTOMER);
    for (size_t i = 0; i < results->count; i++) {
        const struct fl_scope_score *of_one = &results->scores[i];
        assert_true(outcome->count < MANY);
        if (outcome->count == outcome->fail_at)
            return fl_fail(error, FL_TEMPORARY, "the disk is full at customer %lld",
                           (long long)results->customers[i]);
        outcome->seen[outcome->count++] =
            (struct seen){results->customers[i], of_one->raw,   of_one->intent_raw,
                          of_one->rows,          of_one->units, of_one->last_day};
    }
    return FL_OK;
}

static void score(unsigned threads, uint32_t range_rows,
                  int (*progress)(void *context, uint64_t done, uint64_t all), void *progress_context,
                  struct outcome *outcome)
{
    const struct fl_range_scorer_plan plan = {
        .scan = {.io = &fl_io_system,
                 .folder = &folder,
                 .rules = {.registry = &model->registry,
                           .as_of_day = AS_OF - 10,
                           .late_report_days = 30,
                           .customer_first = INT64_MIN,
                           .customer_last = INT64_MAX},
                 .memory_bytes = UINT64_C(1) << 32,
                 .progress = progress,
                 .progress_context = progress_context},
        .rules = {.model = model, .points = points, .memory_bytes = UINT64_C(1) << 30},
        .range_rows = range_rows};
    struct fl_workers *workers = NULL;
    fl_error_clear(&outcome->error);
    outcome->count = 0;
    outcome->seen = calloc(MANY, sizeof *outcome->seen);
    assert_non_null(outcome->seen);
    assert_int_equal(fl_workers_open(&plan, threads, &workers, &outcome->error), FL_OK);
    outcome->status = fl_workers_run(workers, see, outcome, &outcome->counts, &outcome->error);
    fl_workers_close(workers);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->status, b->status);
    assert_string_equal(a->error.message, b->error.message);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->seen, b->seen, a->count * sizeof *a->seen);
}

static const unsigned thread_counts[] = {2, 3, 8};

static void check_threads(const struct outcome *one, uint32_t range_rows)
{
    for (size_t i = 0; i < sizeof thread_counts / sizeof thread_counts[0]; i++) {
        struct outcome many = {.fail_at = one->fail_at};
        score(thread_counts[i], range_rows, NULL, NULL, &many);
        assert_same(one, &many);
        if (one->status == FL_OK)
            assert_memory_equal(&one->counts, &many.counts, sizeof many.counts);
        free(many.seen);
    }
}

static void test_same_results(void **state)
{
    (void)state;
    struct outcome one = {.fail_at = SIZE_MAX}, split = {.fail_at = SIZE_MAX};
    write_files(1, 64);
    score(1, 0, NULL, NULL, &one);
    assert_int_equal(one.status, FL_OK);
    assert_int_equal(one.counts.rows_in, ROWS);
    assert_int_equal(one.counts.customers, one.count);
    assert_true(one.count > 800 && one.counts.after_as_of > 0);
    check_threads(&one, 1);
    check_threads(&one, 1000);
    write_files(FILES_MAX, 50);
    score(1, 0, NULL, NULL, &split);
    assert_same(&one, &split);
    check_threads(&one, 1);
    free(one.seen);
    free(split.seen);
}

/* Each file has days of its own, so that most customers' runs follow each other. */
static void test_files_of_days(void **state)
{
    (void)state;
    static struct row of_days[ROWS];
    struct outcome one = {.fail_at = SIZE_MAX}, split = {.fail_at = SIZE_MAX};
    write_files(1, 64);
    score(1, 0, NULL, NULL, &one);
    for (size_t file = 0; file < FILES_MAX; file++) {
        size_t count = 0;
        for (size_t i = 0; i < ROWS; i++) {
            if ((size_t)(AS_OF - rows[i].day) * FILES_MAX / 300 == file)
                of_days[count++] = rows[i];
        }
        write_file(file, of_days, count, 0, 1, 50);
    }
    folder.file_count = FILES_MAX;
    score(1, 0, NULL, NULL, &split);
    assert_same(&one, &split);
    check_threads(&one, 1);
    free(one.seen);
    free(split.seen);
}

static void test_full_batches(void **state)
{
    (void)state;
    struct row *many = calloc(MANY, sizeof *many);
    struct outcome one = {.fail_at = SIZE_MAX};
    assert_non_null(many);
    for (size_t i = 0; i < MANY; i++)
        many[i] = (struct row){.customer = (int64_t)i, .day = AS_OF - 20, .type = 1};
    write_file(0, many, MANY, 0, 1, 0);
    folder.file_count = 1;
    score(1, 0, NULL, NULL, &one);
    assert_int_equal(one.status, FL_OK);
    assert_int_equal(one.count, MANY);
    check_threads(&one, 1);
    free(one.seen);
    free(many);
}

static void test_sink_fails(void **state)
{
    (void)state;
    write_files(1, 64);
    for (size_t fail_at = 0; fail_at < 800; fail_at += 133) {
        struct outcome one = {.fail_at = fail_at};
        score(1, 0, NULL, NULL, &one);
        assert_int_equal(one.status, FL_TEMPORARY);
        check_threads(&one, 1);
        free(one.seen);
    }
}

static void test_broken_blocks(void **state)
{
    (void)state;
    struct row good[2] = {rows[ROWS / 2], rows[ROWS - 100]};
    rows[ROWS / 2].day = AS_OF + 50; /* as if written by another: the first of the two is told */
    rows[ROWS - 100].day = AS_OF + 50;
    write_files(1, 64);
    rows[ROWS / 2] = good[0];
    rows[ROWS - 100] = good[1];
    struct outcome one = {.fail_at = SIZE_MAX};
    score(1, 0, NULL, NULL, &one);
    assert_int_equal(one.status, FL_CORRUPT);
    for (size_t i = 0; i < sizeof thread_counts / sizeof thread_counts[0]; i++) {
        struct outcome many = {.fail_at = SIZE_MAX};
        score(thread_counts[i], 1, NULL, NULL, &many);
        assert_int_equal(many.status, FL_CORRUPT);
        assert_string_equal(many.error.message, one.error.message);
        assert_int_equal(many.error.block, one.error.block);
        free(many.seen);
    }
    free(one.seen);
}

static int stop_in_the_middle(void *context, uint64_t done, uint64_t all)
{
    uint64_t *last = context;
    assert_true(done >= *last && done <= all);
    *last = done;
    return done > all / 2;
}

static void test_progress(void **state)
{
    (void)state;
    write_files(1, 64);
    for (unsigned threads = 1; threads <= 4; threads++) {
        struct outcome outcome = {.fail_at = SIZE_MAX};
        uint64_t last = 0;
        score(threads, 1, stop_in_the_middle, &last, &outcome);
        assert_int_equal(outcome.status, FL_INTERRUPTED);
        assert_true(last > 0);
        free(outcome.seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_results),  cmocka_unit_test(test_files_of_days),
        cmocka_unit_test(test_full_batches),  cmocka_unit_test(test_sink_fails),
        cmocka_unit_test(test_broken_blocks), cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
