/* run_test.c - a night from a data folder to a published run folder.
 *
 * The same rows in 1, 7 and 64 files, imported in any order, with another zone and locale around, must give
 * the same bytes. Each promise of the output folder is tried: a repeated run, another run, foreign files,
 * remains of a killed one, a folder in use; and a run during which each system call fails once must leave
 * nothing behind, or a complete run. Counts, ids as text, currencies, views and limits are checked on small
 * nights that can be worked out by hand. */
#include "tests/unit/engine_fixture.h"

#include <fcntl.h>
#include <locale.h>
#include <sys/file.h>
#include <time.h>

#include "formats/table/table_reader.h"

enum { ROWS = 3000 };
static const char as_of[] = "2026-11-20";

static struct fl_model *model;
static struct fixture_row rows[ROWS];

static int make_rows(void **state)
{
    uint64_t random = 5;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    init_model_folder("model");
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (struct fixture_row){.customer = (int64_t)(next_random(&random) % 120) - 3,
                                       .day = day_of(as_of) + 5 - (int32_t)(next_random(&random) % 400)};
        rows[i].type = (uint8_t)(1 + next_random(&random) % 140);
        rows[i].has_order = next_random(&random) % 2 == 0;
        rows[i].order = (int64_t)(next_random(&random) % 4);
        rows[i].has_arrival = next_random(&random) % 2 == 0;
        rows[i].arrival = rows[i].day + (int32_t)(next_random(&random) % 50);
    }
    import_rows(model, "d1", rows, ROWS, 1);
    return 0;
}

static int free_rows(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

static void run_well(struct fixture_run run, struct fl_run_report *report)
{
    struct fl_error error;
    if (run_night(run, report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
}

/* The name of the run's segment file. */
static void segment_name(const char *out, char name[FIXTURE_PATH_SIZE])
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_run_folder *folder = NULL;
    assert_int_equal(fl_run_folder_open(&fl_io_system, fixture_path(out, path), &folder, NULL), FL_OK);
    (void)snprintf(name, FIXTURE_PATH_SIZE, "%s/%s", out, fl_run_folder_find(folder, "customers")->name);
    fl_run_folder_close(folder);
}

static void assert_same_file(const char *name_a, const char *name_b)
{
    size_t size_a = 0, size_b = 0;
    char *a = fixture_get(name_a, &size_a), *b = fixture_get(name_b, &size_b);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(a, b, size_a);
    free(a);
    free(b);
}

static void assert_same_segments(const char *out_a, const char *out_b)
{
    char a[FIXTURE_PATH_SIZE], b[FIXTURE_PATH_SIZE];
    segment_name(out_a, a);
    segment_name(out_b, b);
    assert_string_equal(strchr(a, '/'), strchr(b, '/'));
    assert_same_file(a, b);
}

static void test_same_bytes(void **state)
{
    (void)state;
    struct fl_run_report report, other;
    run_well((struct fixture_run){.data = "d1", .out = "o1", .as_of = as_of}, &report);
    assert_false(report.already_there);
    assert_int_equal(report.counts.rows_in, ROWS);
    assert_true(report.counts.after_as_of > 0);
    assert_int_equal(report.counts.scored + report.counts.after_as_of, ROWS);
    /* All else that could differ: the order of imports, the zone, the locale. */
    static struct fixture_row turned[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        turned[i] = rows[ROWS - 1 - i];
    import_rows(model, "d7", turned, ROWS, 7);
    import_rows(model, "d64", rows, ROWS, 64);
    assert_int_equal(setenv("TZ", "Pacific/Kiritimati", 1), 0);
    tzset();
    (void)setlocale(LC_ALL, "de_DE.UTF-8");
    run_well((struct fixture_run){.data = "d7", .out = "o7", .as_of = as_of}, &other);
    (void)setlocale(LC_ALL, "C");
    run_well((struct fixture_run){.data = "d64", .out = "o64", .as_of = as_of}, &other);
    assert_memory_equal(&report.counts, &other.counts, sizeof report.counts);
    assert_same_segments("o1", "o7");
    assert_same_segments("o1", "o64");
    /* A second run of the very same inputs: every file but the times. */
    run_well((struct fixture_run){.data = "d1", .out = "again", .as_of = as_of}, &other);
    assert_same_segments("o1", "again");
    static const char *const names[] = {"manifest.json", "_SUCCESS",       "registry.csv", "model.yaml",
                                        "rates.csv",     "rfm_groups.csv", "keywords.csv"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char a[64], b[64];
        (void)snprintf(a, sizeof a, "o1/%s", names[i]);
        (void)snprintf(b, sizeof b, "again/%s", names[i]);
        assert_same_file(a, b);
    }
    assert_same_file("o1/registry.csv", "model/registry.csv");
}

static void test_folder_is_private(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], name[FIXTURE_PATH_SIZE];
    struct stat facts;
    assert_int_equal(stat(fixture_path("o1", path), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    segment_name("o1", name);
    assert_int_equal(stat(fixture_path(name, path), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    struct fl_table *table = NULL;
    uint64_t digest = 0;
    assert_int_equal(fl_table_open(&fl_io_system, path, FL_IO_COPY, &table, NULL), FL_OK);
    assert_int_equal(fl_table_verify(table, &digest, NULL), FL_OK);
    assert_string_equal(fl_table_fact(table, "as_of"), as_of);
    assert_string_equal(fl_table_fact(table, "view"), "known-now");
    assert_string_equal(fl_table_fact(table, "model_hash"), fl_model_hash(model));
    fl_table_close(table);
}

static void test_already_there(void **state)
{
    (void)state;
    struct fl_run_report report;
    char before[1024], after[1024];
    fixture_list("o1", before, sizeof before);
    run_well((struct fixture_run){.data = "d1", .out = "o1", .as_of = as_of}, &report);
    assert_true(report.already_there);
    assert_int_equal(report.counts.rows_in, ROWS);
    fixture_list("o1", after, sizeof after);
    assert_string_equal(before, after);
}

static void assert_refused(struct fixture_run run, fl_status status, const char *words)
{
    struct fl_run_report report;
    struct fl_error error;
    char before[1024], after[1024];
    fixture_list(run.out, before, sizeof before);
    const fl_status given = run_night(run, &report, &error);
    if (given != status || strstr(error.message, words) == NULL)
        fail_msg("%s: %s", fl_status_name(given), error.message);
    fixture_list(run.out, after, sizeof after);
    assert_string_equal(before, after);
}

static void test_other_run(void **state)
{
    (void)state;
    assert_refused((struct fixture_run){.data = "d1", .out = "o1", .as_of = "2026-11-19"}, FL_CANNOT_CREATE,
                   "the output folder holds a run of other inputs (_SUCCESS): nothing was touched");
    assert_refused((struct fixture_run){.data = "d7", .out = "o1", .as_of = as_of}, FL_CANNOT_CREATE,
                   "a run of other inputs");
    assert_refused(
        (struct fixture_run){.data = "d1", .out = "o1", .as_of = as_of, .view = FL_VIEW_KNOWN_THEN},
        FL_CANNOT_CREATE, "a run of other inputs");
    assert_refused((struct fixture_run){.data = "d1", .out = "no/parent", .as_of = as_of}, FL_CANNOT_CREATE,
                   "");
    assert_refused((struct fixture_run){.data = "none", .out = "o2", .as_of = as_of}, FL_MISSING, "");
}

static void test_foreign_files(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    struct fixture_run run = {.data = "d1", .out = "f", .as_of = as_of};
    assert_int_equal(mkdir(fixture_path("f", path), 0700), 0);
    fixture_put("f/notes.txt", "mine");
    assert_refused(run, FL_CANNOT_CREATE,
                   "the output folder holds a foreign file (notes.txt): nothing was touched");
    fixture_remove("f/notes.txt");
    fixture_put("f/customers-0123456789abcdeg.flseg", "not a name of ours");
    assert_refused(run, FL_CANNOT_CREATE, "customers-0123456789abcdeg.flseg");
    fixture_remove("f/customers-0123456789abcdeg.flseg");
    fixture_put("f/.hidden", "");
    assert_refused(run, FL_CANNOT_CREATE, ".hidden");
    fixture_remove("f");
    /* A model folder without examples has only names of ours, and must survive a wrong --out; so must a data
     * folder. */
    fixture_remove("model/examples.yaml");
    run.out = "model";
    assert_refused(run, FL_CANNOT_CREATE, "a foreign file (");
    run.out = "d1";
    assert_refused(run, FL_CANNOT_CREATE, "a foreign file");
}

static void test_damaged_run(void **state)
{
    (void)state;
    struct fl_run_report report;
    struct fixture_run run = {.data = "d1", .out = "broken", .as_of = as_of};
    char name[FIXTURE_PATH_SIZE];
    run_well(run, &report);
    segment_name("broken", name);
    fixture_put(name, "short");
    assert_refused(run, FL_CORRUPT, "its size is not what the manifest says");
    fixture_remove(name);
    assert_refused(run, FL_CORRUPT, "the manifest lists it, but it is missing");
    fixture_put("broken/manifest.json", "{}");
    assert_refused(run, FL_CANNOT_CREATE, "a damaged run");
    fixture_remove("broken");
}

static void test_sweep(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE], list[1024];
    struct fl_run_report report;
    assert_int_equal(mkdir(fixture_path("s", path), 0700), 0);
    fixture_put("s/.fl-tmp-abandoned", "x");
    fixture_put("s/.fl-tmp-customers", "x");
    fixture_put("s/customers-0123456789abcdef.flseg", "x");
    fixture_put("s/registry.csv", "x");
    fixture_put("s/manifest.json", "x");
    run_well((struct fixture_run){.data = "d1", .out = "s", .as_of = as_of}, &report);
    assert_false(report.already_there);
    assert_same_segments("s", "o1");
    fixture_list("s", list, sizeof list);
    assert_null(strstr(list, ".fl-"));
    assert_null(strstr(list, "0123456789abcdef"));
    fixture_remove("s");
}

static void test_folder_in_use(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(mkdir(fixture_path("used", path), 0700), 0);
    const int file = open(path, O_RDONLY | O_DIRECTORY);
    assert_true(file >= 0);
    assert_int_equal(flock(file, LOCK_EX), 0);
    assert_refused((struct fixture_run){.data = "d1", .out = "used", .as_of = as_of}, FL_TEMPORARY,
                   "another run is writing here");
    (void)close(file);
    fixture_remove("used");
}

/* After each failure the folder is gone, or the run is complete (when only the last words failed). */
static void test_each_call_fails(void **state)
{
    (void)state;
    static const int errors[] = {EIO, ENOSPC};
    for (size_t which = 0; which < sizeof errors / sizeof errors[0]; which++) {
        for (int at = 1;; at++) {
            const struct fl_io io = fixture_io(at, errors[which]);
            struct fl_run_report report;
            struct fl_error error;
            char path[FIXTURE_PATH_SIZE];
            const fl_status status = run_night(
                (struct fixture_run){.io = &io, .data = "d1", .out = "x", .as_of = as_of}, &report, &error);
            const bool faulted = fixture_calls >= at;
            char list[1024];
            fixture_list("x", list, sizeof list);
            if (status == FL_OK) {
                assert_same_segments("x", "o1");
                assert_null(strstr(list, ".fl-"));
            } else if (access(fixture_path("x", path), F_OK) == 0) {
                fail_msg("call %d: %s: left `%s`", at, error.message, list);
            }
            fixture_remove("x");
            if (!faulted)
                break;
        }
    }
}

static int stop(void *context, uint64_t rows_done, uint64_t rows_all)
{
    (void)context;
    assert_true(rows_done <= rows_all);
    return 1;
}

static void test_stop_and_limit(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    assert_refused((struct fixture_run){.data = "d1", .out = "stopped", .as_of = as_of, .progress = stop},
                   FL_INTERRUPTED, "of 3000 rows");
    assert_refused(
        (struct fixture_run){.data = "d64", .out = "stopped", .as_of = as_of, .memory_bytes = 1 << 20},
        FL_USAGE, "--memory of 1048576 bytes: a run needs at least");
    assert_int_equal(access(fixture_path("stopped", path), F_OK), -1);
}

/* ---- small nights by hand ---- */

/* One value of the run's table, by the rank of the customer. */
static int64_t value_of(const char *out, uint16_t column, size_t row, bool *null)
{
    char name[FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE];
    struct fl_table *table = NULL;
    struct fl_column_data data = {0};
    segment_name(out, name);
    assert_int_equal(fl_table_open(&fl_io_system, fixture_path(name, path), FL_IO_COPY, &table, NULL), FL_OK);
    assert_int_equal(fl_table_read_column(table, 0, column, &data, NULL), FL_OK);
    assert_true(row < data.rows);
    *null = data.nulls != NULL && data.nulls[row] != 0;
    const struct fl_schema *schema = fl_table_schema(table);
    const enum fl_kind kind = schema->columns[fl_schema_find_id(schema, column)].kind;
    const int64_t value = kind == FL_KIND_SMALL  ? data.as.u8[row]
                          : kind == FL_KIND_DAY  ? data.as.i32[row]
                          : kind == FL_KIND_WORD ? (int64_t)data.as.words[row]
                                                 : data.as.i64[row];
    fl_column_data_release(&data);
    fl_table_close(table);
    return value;
}

static void import_csv(const char *folder, const char *csv)
{
    import_text(model, folder, csv, strlen(csv));
}

static void test_views_and_counts(void **state)
{
    (void)state;
    struct fl_run_report report;
    bool null;
    import_csv("small", "customer,day,type,arrival\n"
                        "1,2026-11-20,web_visit,2026-11-20\n"
                        "1,2026-11-19,web_visit,2026-11-21\n"   /* late by 2, not yet known */
                        "1,2026-10-01,web_visit,2026-11-20\n"   /* late by 50 */
                        "1,2026-11-21,web_visit,\n"             /* after */
                        "2,2026-11-19,web_visit,2026-11-21\n"); /* not yet known: no row at all */
    run_well((struct fixture_run){.data = "small", .out = "now", .as_of = as_of}, &report);
    assert_int_equal(report.counts.customers, 2);
    assert_int_equal(report.counts.scored, 4);
    assert_int_equal(report.counts.after_as_of, 1);
    assert_int_equal(report.counts.late, 3);
    assert_int_equal(report.counts.late_reported, 1);
    run_well((struct fixture_run){.data = "small", .out = "then", .as_of = as_of, .view = FL_VIEW_KNOWN_THEN},
             &report);
    assert_int_equal(report.counts.customers, 1);
    assert_int_equal(report.counts.scored, 2);
    assert_int_equal(report.counts.not_yet_known, 2);
    assert_int_equal(report.counts.late, 1);
    assert_int_equal(value_of("then", FL_SCORES_ROWS, 0, &null), 2);
    assert_int_equal(value_of("now", FL_SCORES_ROWS, 0, &null), 3);
    assert_int_equal(value_of("now", FL_SCORES_PERCENTILE, 0, &null), 75);
    assert_int_equal(value_of("now", FL_SCORES_PERCENTILE, 1, &null), 25);
    (void)value_of("now", FL_SCORES_LAST_PURCHASE_DAY, 1, &null);
    assert_true(null);
}

static void test_percentile_of_nothing(void **state)
{
    (void)state;
    struct fl_run_report report;
    bool null;
    import_csv("bad", "customer,day,type\n1,2026-11-19,complaint_filed\n2,2026-11-19,purchase_web\n");
    run_well((struct fixture_run){.data = "bad", .out = "bad_out", .as_of = as_of}, &report);
    assert_true(value_of("bad_out", FL_SCORES_RAW, 0, &null) < 0);
    (void)value_of("bad_out", FL_SCORES_PERCENTILE, 0, &null);
    assert_true(null);
    assert_int_equal(value_of("bad_out", FL_SCORES_PERCENTILE, 1, &null), 50);
    assert_false(null);
    assert_int_equal(value_of("bad_out", FL_SCORES_LAST_PURCHASE_DAY, 1, &null), day_of("2026-11-19"));
}

static void test_no_rows_count(void **state)
{
    (void)state;
    struct fl_run_report report;
    import_csv("late", "customer,day,type\n1,2026-11-21,web_visit\n");
    run_well((struct fixture_run){.data = "late", .out = "empty", .as_of = as_of}, &report);
    assert_int_equal(report.counts.customers, 0);
    assert_int_equal(report.counts.after_as_of, 1);
    run_well((struct fixture_run){.data = "late", .out = "empty", .as_of = as_of}, &report);
    assert_true(report.already_there);
}

/* An import with a registry that has one type more than the run's model. */
static void test_unknown_type(void **state)
{
    (void)state;
    struct fl_run_report report;
    char path[FIXTURE_PATH_SIZE];
    size_t size = 0;
    struct fl_model *wider = NULL;
    init_model_folder("wider");
    char *registry = fixture_get("wider/registry.csv", &size);
    assert_non_null(registry);
    (void)snprintf(registry + size, 200, "250,drone_drop,shop,inbound,conversion,5,7,0,row,none,0,none,\n");
    fixture_put("wider/registry.csv", registry);
    free(registry);
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("wider", path), &wider, NULL), FL_OK);
    static const char csv[] =
        "customer,day,type\n1,2026-11-19,drone_drop\n1,2026-11-19,web_visit\n2,2026-11-19,"
        "drone_drop\n";
    import_text(wider, "drones", csv, strlen(csv));
    run_well((struct fixture_run){.data = "drones", .out = "drones_out", .as_of = as_of}, &report);
    assert_int_equal(report.counts.quarantined, 2);
    assert_int_equal(report.counts.quarantined_by_type[250], 2);
    assert_int_equal(report.counts.scored, 1);
    assert_int_equal(report.counts.customers, 1);
    fl_model_free(wider);
}

static void test_currencies(void **state)
{
    (void)state;
    struct fl_run_report report;
    struct fixture_run run = {.data = "money", .out = "money_out", .as_of = as_of};
    import_csv("money", "customer,day,type,amount,currency\n"
                        "1,2026-11-01,purchase_web,10.00,EUR\n"
                        "1,2026-11-02,purchase_web,10.00,\n"
                        "1,2026-11-03,web_visit,,GBP\n"
                        "1,2026-11-10,purchase_web,10.00,USD\n"
                        "1,2026-11-21,purchase_web,10.00,CHF\n");
    assert_refused(
        run, FL_BAD_MODEL,
        "amounts in USD have no rate on or before their day: add a line `USD,2026-11-10,<EUR for one "
        "USD>` to rates.csv");
    fixture_put("model/rates.csv", "currency,day,rate\nUSD,2026-11-11,0.9\n");
    assert_refused(run, FL_BAD_MODEL, "USD");
    fixture_put("model/rates.csv", "currency,day,rate\nUSD,2026-11-10,0.9\n");
    run_well(run, &report);
    /* The franc counts from its own day on. */
    run.as_of = "2026-11-21";
    run.out = "money_later";
    assert_refused(run, FL_BAD_MODEL, "amounts in CHF have no rate");
    fixture_put("model/rates.csv", "currency,day,rate\n");
    /* All at once, each with the first day that needs it, wherever that stands. */
    import_csv("money", "customer,day,type,amount,currency\n"
                        "1,2026-11-05,purchase_web,10.00,USD\n"
                        "2,2026-11-07,purchase_web,10.00,SEK\n");
    assert_refused(
        run, FL_BAD_MODEL,
        "amounts in 3 currencies have no rate on or before their day: add these lines to rates.csv: "
        "`");
    static const char *const lines[] = {"`USD,2026-11-05,<EUR for one USD>`",
                                        "`SEK,2026-11-07,<EUR for one SEK>`",
                                        "`CHF,2026-11-21,<EUR for one CHF>`"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_refused(run, FL_BAD_MODEL, lines[i]);
    import_csv("many", "customer,day,type,amount,currency\n"
                       "1,2026-11-01,purchase_web,1,AAA\n1,2026-11-01,purchase_web,1,BBB\n"
                       "1,2026-11-01,purchase_web,1,CCC\n1,2026-11-01,purchase_web,1,DDD\n"
                       "1,2026-11-01,purchase_web,1,EEE\n1,2026-11-01,purchase_web,1,FFF\n"
                       "1,2026-11-01,purchase_web,1,GGG\n1,2026-11-01,purchase_web,1,HHH\n"
                       "1,2026-11-01,purchase_web,1,III\n");
    run.data = "many";
    assert_refused(run, FL_BAD_MODEL, "amounts in 8 currencies and more have no rate");
}

/* Ids as text: in the results again, whatever file they came in. */
static void test_text_ids(void **state)
{
    (void)state;
    struct fl_run_report report;
    char name[FIXTURE_PATH_SIZE], path[FIXTURE_PATH_SIZE], mapping[FIXTURE_PATH_SIZE];
    static const char *const csvs[] = {
        "who,when,what\nanna,2026-11-01,web_visit\nbob,2026-11-02,web_visit\n",
        "who,when,what\nanna,2026-11-03,purchase_web\ncleo,2026-11-02,web_visit\n"};
    fixture_put("mapping.yaml", "table: interactions\nzone: UTC\nids: text\ncolumns:\n  customer: who\n"
                                "  day: when\n  type: what\n");
    for (size_t i = 0; i < 2; i++) {
        char input_path[FIXTURE_PATH_SIZE];
        fixture_put("input.csv", csvs[i]);
        const char *input = fixture_path("input.csv", input_path);
        struct fl_import_report imported;
        struct fl_error error;
        const struct fl_import_plan plan = {.io = &fl_io_system,
                                            .folder = fixture_path("text", path),
                                            .mapping_path = fixture_path("mapping.yaml", mapping),
                                            .inputs = &input,
                                            .input_count = 1,
                                            .types = fl_model_types(model),
                                            .types_digest = fl_model_registry_digest(model),
                                            .memory_bytes = FL_IMPORT_MEMORY_MIN};
        fl_error_clear(&error);
        if (fl_import(&plan, &imported, &error) != FL_OK)
            fail_msg("%s: %s", error.path, error.message);
    }
    run_well((struct fixture_run){.data = "text", .out = "text_out", .as_of = as_of}, &report);
    assert_int_equal(report.counts.customers, 3);
    segment_name("text_out", name);
    struct fl_table *table = NULL;
    struct fl_data_folder *folder = NULL;
    struct fl_column_data keys = {0}, ids = {0};
    assert_int_equal(fl_table_open(&fl_io_system, fixture_path(name, path), FL_IO_COPY, &table, NULL), FL_OK);
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path("text", path), &folder, NULL), FL_OK);
    assert_int_equal(fl_table_read_column(table, 0, FL_SCORES_CUSTOMER, &keys, NULL), FL_OK);
    assert_int_equal(fl_table_read_column(table, 0, FL_SCORES_CUSTOMER_ID, &ids, NULL), FL_OK);
    unsigned met = 0;
    for (size_t row = 0; row < 3; row++) {
        const uint32_t from = ids.text_offsets[row];
        const struct fl_text id = {ids.text_bytes + from, ids.text_offsets[row + 1] - from};
        assert_int_equal(fl_data_folder_key_of(folder, id), keys.as.i64[row]);
        met |= (fl_text_equal(id, fl_text_of("anna")) ? 1u : 0u) |
               (fl_text_equal(id, fl_text_of("bob")) ? 2u : 0u) |
               (fl_text_equal(id, fl_text_of("cleo")) ? 4u : 0u);
    }
    assert_int_equal(met, 7);
    fl_column_data_release(&keys);
    fl_column_data_release(&ids);
    fl_data_folder_close(folder);
    fl_table_close(table);
}

/* ---- brands and categories ---- */

/* The scoped table of a run as text: customer, word, rows, raw of each row. */
static void print_table(const char *out, const char *table_name, uint16_t word_id, char *text, size_t size)
{
    char path[FIXTURE_PATH_SIZE], inner[2 * FIXTURE_PATH_SIZE];
    struct fl_run_folder *folder = NULL;
    struct fl_table *table = NULL;
    struct fl_column_data customer = {0}, word = {0}, count = {0}, raw = {0};
    const struct fl_words *words = NULL;
    assert_int_equal(fl_run_folder_open(&fl_io_system, fixture_path(out, path), &folder, NULL), FL_OK);
    const struct fl_run_file *file = fl_run_folder_find(folder, table_name);
    assert_non_null(file);
    (void)snprintf(inner, sizeof inner, "%s/%s", path, file->name);
    assert_int_equal(fl_table_open(&fl_io_system, inner, FL_IO_COPY, &table, NULL), FL_OK);
    text[0] = '\0';
    if (fl_table_blocks(table) > 0) {
        assert_int_equal(fl_table_read_column(table, 0, FL_SCORES_CUSTOMER, &customer, NULL), FL_OK);
        assert_int_equal(fl_table_read_column(table, 0, word_id, &word, NULL), FL_OK);
        assert_int_equal(fl_table_read_column(table, 0, FL_SCORES_ROWS, &count, NULL), FL_OK);
        assert_int_equal(fl_table_read_column(table, 0, FL_SCORES_RAW, &raw, NULL), FL_OK);
        assert_int_equal(fl_table_words(table, word_id, &words, NULL), FL_OK);
    }
    for (size_t row = 0; row < customer.rows; row++) {
        const struct fl_text name = fl_words_at(words, word.as.words[row]);
        const size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%lld %.*s %lld %lld; ", (long long)customer.as.i64[row],
                       (int)name.size, name.bytes, (long long)count.as.i64[row], (long long)raw.as.i64[row]);
    }
    fl_column_data_release(&customer);
    fl_column_data_release(&word);
    fl_column_data_release(&count);
    fl_column_data_release(&raw);
    fl_table_close(table);
    fl_run_folder_close(folder);
}

static void import_products(const char *folder, const char *csv)
{
    import_table(model, folder, "products", csv, strlen(csv));
}

/* A row's own brand, else its product's, else none; capping inside the scope; words of one file unknown to
 * the other. */
static void test_scopes(void **state)
{
    (void)state;
    struct fl_run_report report;
    char text[1024], again[1024];
    static const char *const parts[] = {"customer,day,type,brand,category,product\n"
                                        "2,2026-11-20,web_wishlist_add,Zeta,,p1\n"
                                        "1,2026-11-20,web_wishlist_add,,shoes,p1\n"
                                        "1,2026-11-20,web_wishlist_add,,,p3\n",
                                        "customer,day,type,brand,category,product\n"
                                        "1,2026-11-20,web_wishlist_add,Alpha,,\n"
                                        "1,2026-11-20,web_wishlist_add,,,p2\n"
                                        "1,2026-11-21,web_wishlist_add,Later,,\n"};
    fixture_put("model/model.yaml", "scopes: [customer, brand, category]\n");
    for (size_t i = 0; i < 2; i++)
        import_csv("scoped", parts[i]);
    import_products("scoped", "product,brand,category\np1,Beta,hats\np2,Alpha,\n");
    run_well((struct fixture_run){.data = "scoped", .out = "scoped_out", .as_of = as_of}, &report);
    assert_int_equal(report.counts.customers, 2);
    /* web_wishlist_add is worth 6 points and counts up to 4 times a day. */
    print_table("scoped_out", "brands", FL_BRAND_SCORES_BRAND, text, sizeof text);
    assert_string_equal(text, "1 Alpha 2 12000000; 1 Beta 1 6000000; 2 Zeta 1 6000000; ");
    print_table("scoped_out", "categories", FL_CATEGORY_SCORES_CATEGORY, text, sizeof text);
    assert_string_equal(text, "1 shoes 1 6000000; 2 hats 1 6000000; ");
    /* Products are the rows' own; that they stand in a products table is nothing. */
    fixture_put("model/model.yaml", "scopes: [customer, product]\n");
    run_well((struct fixture_run){.data = "scoped", .out = "scoped_products", .as_of = as_of}, &report);
    print_table("scoped_products", "products", FL_PRODUCT_SCORES_PRODUCT, text, sizeof text);
    assert_string_equal(text, "1 p1 1 6000000; 1 p2 1 6000000; 1 p3 1 6000000; 2 p1 1 6000000; ");
    fixture_put("model/model.yaml", "scopes: [customer, brand, category]\n");
    /* A new products table is another input. */
    import_products("scoped", "product,brand,category\np3,Gamma,hats\n");
    assert_refused((struct fixture_run){.data = "scoped", .out = "scoped_out", .as_of = as_of},
                   FL_CANNOT_CREATE, "a run of other inputs");
    run_well((struct fixture_run){.data = "scoped", .out = "scoped_again", .as_of = as_of}, &report);
    print_table("scoped_again", "brands", FL_BRAND_SCORES_BRAND, again, sizeof again);
    assert_string_equal(again, "1 Alpha 2 12000000; 1 Beta 1 6000000; 1 Gamma 1 6000000; 2 Zeta 1 6000000; ");
    fixture_remove("model");
    init_model_folder("model");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bytes),
        cmocka_unit_test(test_folder_is_private),
        cmocka_unit_test(test_already_there),
        cmocka_unit_test(test_other_run),
        cmocka_unit_test(test_foreign_files),
        cmocka_unit_test(test_damaged_run),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_folder_in_use),
        cmocka_unit_test(test_each_call_fails),
        cmocka_unit_test(test_stop_and_limit),
        cmocka_unit_test(test_views_and_counts),
        cmocka_unit_test(test_percentile_of_nothing),
        cmocka_unit_test(test_no_rows_count),
        cmocka_unit_test(test_unknown_type),
        cmocka_unit_test(test_currencies),
        cmocka_unit_test(test_text_ids),
        cmocka_unit_test(test_scopes),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
