/* no_memory_test.c - each allocation of an import, a compaction, a run, an explanation, a diff, an export
 * fails once.
 *
 * Method: the linker puts functions of this file before malloc() and its kin. A step is done once to count
 * what it asks for; then again and again, in the same state, with allocation 1, 2, 3 ... failing, until none
 * is left to fail. Each time it must end well or with FL_NO_MEMORY and a sentence, give back all that it
 * took, and leave behind what was there before: no temporary, no file that nobody lists. At the end it must
 * come to the same files as undisturbed. Every call of ours is met that these inputs lead to: text ids,
 * words, texts, spills to disk, rejects, all kinds of inputs, three scopes, a products table, two threads.
 * What zstd, libyaml and the C library take for themselves does not fail here (tests/faults does
 * that). */
#include "tests/unit/engine_fixture.h"

#include <stdatomic.h>

#include "engine/profiles.h"
#include "formats/compact/compact.h"
#include "formats/exporters/export_walk.h"
#include "formats/importers/import_job.h"

/* ---- allocations that fail on demand ---- */

static atomic_long calls, live; /* live: taken, not given back */
static atomic_long fail_at;     /* 0: none */

static bool fails(void)
{
    if (atomic_fetch_add(&calls, 1) + 1 != atomic_load(&fail_at))
        return false;
    errno = ENOMEM;
    return true;
}

static void *taken(void *bytes)
{
    if (bytes != NULL)
        atomic_fetch_add(&live, 1);
    return bytes;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *bytes, size_t size);
void *__real_reallocarray(void *bytes, size_t count, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t size);
void __real_free(void *bytes);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);
void *__wrap_reallocarray(void *bytes, size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size);
void __wrap_free(void *bytes);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : taken(__real_malloc(size));
}
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : taken(__real_calloc(count, size));
}
void *__wrap_realloc(void *bytes, size_t size)
{
    if (fails())
        return NULL;
    return bytes == NULL ? taken(__real_malloc(size)) : __real_realloc(bytes, size);
}
void *__wrap_reallocarray(void *bytes, size_t count, size_t size)
{
    if (fails())
        return NULL;
    return bytes == NULL ? taken(__real_calloc(count, size)) : __real_reallocarray(bytes, count, size);
}
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : taken(__real_aligned_alloc(alignment, size));
}
char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : taken(__real_strdup(text));
}
char *__wrap_strndup(const char *text, size_t size)
{
    return fails() ? NULL : taken(__real_strndup(text, size));
}
void __wrap_free(void *bytes)
{
    if (bytes != NULL)
        atomic_fetch_sub(&live, 1);
    __real_free(bytes);
}

/* ---- the steps ---- */

static struct fl_model *model;
static struct fl_io io; /* the system, without its waiting for the disk */

/* Chats, purchases in words of all kinds, a row that is refused. */
static const char rows_csv[] =
    "who,time,type,order,brand,category,product,quantity,amount,currency,speaker,message,text\n"
    "anna,2026-03-30 10:00:00,web_visit,,,,,,,,,,\n"
    "anna,2026-03-30 10:05:00,purchase_web,77,Norvik,garden-eco,P1,1.5,12.50,EUR,,,\n"
    "anna,2026-03-30 10:05:00,purchase_web,77,Norvik,garden-eco,P2,1,7.00,EUR,,,\n"
    "bob,2026-03-29 18:20:00,chat_customer_message,,,,,,,,customer,m1,\"Hallo, waar blijft \"\"alles\"\"?\"\n"
    "bob,2026-02-30 18:20:00,web_visit,,,,,,,,,,\n"
    "cleo,2026-02-01 09:00:00,shop_advice_talk,,Velora,,,,,,,,\n"
    "cleo,2026-03-31 00:00:00,return_registered,78,Velora,,P3,1,5.00,EUR,,,\n";
static const char mapping_yaml[] = "zone: Europe/Oslo\nids: text\ncolumns:\n  customer: who\n  time: time\n"
                                   "  type: type\n  order: order\n  brand: brand\n  category: category\n"
                                   "  product: product\n  quantity: quantity\n  amount: amount\n"
                                   "  currency: currency\n  speaker: speaker\n  message: message\n"
                                   "  text: text\n";

/* By a mapping, or by our own names into `table`. */
static fl_status import_of(const char *into, const char *name, const char *mapping_name, const char *table,
                           size_t rows_bytes, struct fl_error *error)
{
    char folder[FIXTURE_PATH_SIZE], mapping[FIXTURE_PATH_SIZE], input_path[FIXTURE_PATH_SIZE];
    char key[FIXTURE_PATH_SIZE];
    const char *input = fixture_path(name, input_path);
    const struct fl_import_plan plan = {.io = &io,
                                        .folder = fixture_path(into, folder),
                                        .mapping_path =
                                            mapping_name != NULL ? fixture_path(mapping_name, mapping) : NULL,
                                        .table = table,
                                        .money = mapping_name == NULL ? FL_MONEY_MINOR : FL_MONEY_NOT_SAID,
                                        .inputs = &input,
                                        .input_count = 1,
                                        .types = fl_model_types(model),
                                        .types_digest = fl_model_registry_digest(model),
                                        .rejects_max = 5,
                                        .key_path = table == NULL ? fixture_path("key", key) : NULL};
    const struct fl_import_tuning tuning = {.rows_bytes = rows_bytes,
                                            .ids_bytes = rows_bytes,
                                            .reader_bytes = rows_bytes / 2,
                                            .words = FL_WORD_LIMITS,
                                            .progress_rows = 2};
    struct fl_import_report report;
    return fl_import_tuned(&plan, &tuning, &report, error);
}

static fl_status import(const char *into, const char *name, bool mapped, size_t rows_bytes,
                        struct fl_error *error)
{
    return import_of(into, name, mapped ? "mapping.yaml" : NULL, mapped ? NULL : "products", rows_bytes,
                     error);
}

static void must(fl_status status, const struct fl_error *error)
{
    if (status != FL_OK)
        fail_msg("%s: %s", error->path, error->message);
}

/* Two interactions files and products, for what comes after an import. */
static void prepare_data(void)
{
    struct fl_error error;
    fl_error_clear(&error);
    fixture_remove("data");
    must(import("data", "rows.csv", true, 1 << 20, &error), &error);
    must(import("data", "more.csv", true, 1 << 20, &error), &error);
    must(import("data", "products.csv", false, 1 << 20, &error), &error);
}

/* Two files of customers, one of stores. */
static void prepare_profiles(void)
{
    struct fl_error error;
    fl_error_clear(&error);
    fixture_put("people.csv", "customer,birth_year,country,latitude,longitude\n1,1980,NL,52.1,5.1\n");
    fixture_put("others.csv", "customer,age_band,region,latitude,longitude\n2,65+,Oslo,59.9,10.7\n");
    fixture_put("stores.csv", "store,latitude,longitude\nS1,52.1,5.1\nS2,59.9,10.7\n");
    must(import_of("people", "people.csv", NULL, "customers", 1 << 20, &error), &error);
    must(import_of("people", "others.csv", NULL, "customers", 1 << 20, &error), &error);
    must(import_of("people", "stores.csv", NULL, "stores", 1 << 20, &error), &error);
}

static void prepare_nothing(void)
{
    fixture_remove("into");
    fixture_remove("out");
    fixture_remove("table.csv");
}

/* Every kind of cell. */
static const char keywords_csv[] = "tag,any,all,none,near,speaker,points\n"
                                   "question,where*|a text,,no question,,,1\n"
                                   "question,,some|length,,text near/3 length,both,\n"
                                   "by_hand,,,,,,\n";

static fl_status step_import(struct fl_error *error)
{
    return import("into", "rows.csv", true, 1 << 20, error);
}

static fl_status step_import_that_spills(struct fl_error *error)
{
    return import("into", "long.csv", true, FL_ROW_STORE_BYTES_MIN, error);
}

enum { TYPED_ROWS_BYTES = 32 << 20 };

static fl_status step_import_lines(struct fl_error *error)
{
    return import("into", "rows.ndjson", true, 1 << 20, error);
}

static fl_status step_import_parquet(struct fl_error *error)
{
    return import_of("into", "rows.parquet", NULL, "interactions", TYPED_ROWS_BYTES, error);
}

static fl_status step_import_arrow(struct fl_error *error)
{
    return import_of("into", "rows.arrow", NULL, "interactions", TYPED_ROWS_BYTES, error);
}

/* Every row by way of texts; one is refused. */
static fl_status step_import_carefully(struct fl_error *error)
{
    return import_of("into", "rows.parquet", "careful.yaml", "interactions", TYPED_ROWS_BYTES, error);
}

static fl_status step_compact(struct fl_error *error)
{
    char folder[FIXTURE_PATH_SIZE];
    struct fl_compact_report report;
    const struct fl_compact_plan plan = {
        .io = &io, .folder = fixture_path("data", folder), .memory_bytes = 1 << 30};
    return fl_compact(&plan, &report, error);
}

static fl_status run_as(const char *model_name, const char *day, const char *out, unsigned threads,
                        struct fl_error *error)
{
    char model_path[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE], out_path[FIXTURE_PATH_SIZE];
    struct fl_run_report report;
    const struct fl_run_plan plan = {.io = &io,
                                     .model = fixture_path(model_name, model_path),
                                     .data = fixture_path("data", data),
                                     .out = fixture_path(out, out_path),
                                     .as_of_day = day_of(day),
                                     .io_mode = FL_IO_COPY,
                                     .memory_bytes = 1 << 30,
                                     .threads = threads};
    return fl_run(&plan, &report, error);
}

static fl_status run(const char *out, unsigned threads, struct fl_error *error)
{
    return run_as("model", "2026-03-31", out, threads, error);
}

static fl_status step_run(struct fl_error *error)
{
    return run("out", 1, error);
}

static fl_status step_run_with_tags(struct fl_error *error)
{
    return run_as("tagging_model", "2026-03-31", "out", 1, error);
}

static fl_status step_run_on_two_threads(struct fl_error *error)
{
    return run("out", 2, error);
}

static fl_status step_explain(struct fl_error *error)
{
    char run_path[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE];
    const struct fl_explain_plan plan = {.io = &io,
                                         .run = fixture_path("run", run_path),
                                         .data = fixture_path("data", data),
                                         .customer = "anna",
                                         .days = 20};
    struct fl_explanation explanation;
    const fl_status status = fl_explain(&plan, &explanation, error);
    if (status == FL_OK)
        fl_explanation_release(&explanation);
    return status;
}

static void prepare_diff(void)
{
    fixture_remove("moved");
}

/* With data two runs in between, and the mover explained; movers.csv. */
static fl_status diff_of(const char *table, bool with_data, struct fl_error *error)
{
    char a[FIXTURE_PATH_SIZE], b[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE], out[FIXTURE_PATH_SIZE];
    struct fl_diff *diff;
    const struct fl_diff_plan plan = {.io = &io,
                                      .run_a = fixture_path("earlier", a),
                                      .run_b = fixture_path("run", b),
                                      .table = table,
                                      .data = with_data ? fixture_path("data", data) : NULL,
                                      .scratch = fixture_folder,
                                      .out = fixture_path("moved", out),
                                      .sample = 1,
                                      .memory_bytes = 1 << 30,
                                      .threads = 1};
    const fl_status status = fl_diff(&plan, &diff, error);
    if (status == FL_OK)
        assert_true(diff->has_effects == with_data && diff->mover_count == 1);
    fl_diff_free(diff);
    return status;
}

static fl_status step_diff(struct fl_error *error)
{
    return diff_of("customers", true, error);
}

static fl_status step_diff_brands(struct fl_error *error)
{
    return diff_of("brands", false, error);
}

static fl_status step_model_check(struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_model_remarks *remarks = NULL;
    const fl_status status = fl_model_remark(&io, fixture_path("model", path), &remarks, error);
    fl_model_remarks_free(remarks);
    return status;
}

/* Its own folder may stay when the memory to remove it is what fails: it is in `scratch`, which no list has.
 */
static fl_status step_model_test(struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE], scratch[FIXTURE_PATH_SIZE];
    struct fl_model_test *test = NULL;
    const struct fl_model_test_plan plan = {
        .io = &io, .model = fixture_path("model", path), .scratch = fixture_path("scratch", scratch)};
    const fl_status status = fl_model_test(&plan, &test, error);
    fl_model_test_free(test);
    return status;
}

static fl_status find_profiles(const struct fl_data_folder *folder, struct fl_error *error)
{
    struct fl_profiles *profiles = NULL;
    struct fl_profile_join *join = NULL;
    struct fl_profile profile = {0};
    fl_status status =
        fl_profiles_open(folder, FL_IO_COPY, &model->settings, day_of("2026-03-31"), &profiles, error);
    if (status == FL_OK)
        status = fl_profile_join_open(profiles, FL_PROFILE_WITH_ALL, &join, error);
    for (int64_t customer = 1; customer <= 2 && status == FL_OK; customer++) {
        status = fl_profile_join_find(join, customer, &profile, error);
        if (status == FL_OK)
            assert_true(profile.found && profile.has_store_distance);
    }
    fl_profile_join_close(join);
    fl_profiles_close(profiles);
    return status;
}

static fl_status step_profiles(struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_data_folder *folder = NULL;
    fl_status status = fl_data_folder_open(&io, fixture_path("people", path), &folder, error);
    if (status == FL_OK)
        status = find_profiles(folder, error);
    fl_data_folder_close(folder);
    return status;
}

static fl_status export_as(struct fl_table *table, const struct fl_export_format *format, const char *name,
                           struct fl_error *error)
{
    struct fl_output *output;
    fl_status status = fl_output_create(&io, fixture_folder, &output, error);
    if (status != FL_OK)
        return status;
    const struct fl_export_options options = fl_export_options_default();
    const struct fl_export_part part = fl_export_whole(table);
    status = fl_export_walk(table, &part, format, &options, output, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    return fl_output_commit(output, name, error);
}

static fl_status step_export(struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE], name[FIXTURE_PATH_SIZE];
    struct fl_run_folder *folder;
    fl_status status = fl_run_folder_open(&io, fixture_path("run", path), &folder, error);
    if (status != FL_OK)
        return status;
    (void)snprintf(name, sizeof name, "run/%s", fl_run_folder_find(folder, "customers")->name);
    fl_run_folder_close(folder);
    struct fl_table *table;
    status = fl_table_open(&io, fixture_path(name, path), FL_IO_MAP, &table, error);
    if (status == FL_OK)
        status = export_as(table, &fl_export_format_csv, "table.csv", error);
    fl_table_close(table);
    return status;
}

/* ---- the test of a step ---- */

enum { LIST_SIZE = 4096, AGAIN_EACH = 7 };

/* All folders that a step may write into. */
static void list_all(char list[LIST_SIZE])
{
    static const char *const folders[] = {"",    "into", "into/rejects", "data",
                                          "out", "run",  "earlier",      "moved"};
    list[0] = '\0';
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        const size_t used = strlen(list);
        (void)snprintf(list + used, LIST_SIZE - used, "\n%s: ", folders[i]);
        fixture_list(folders[i], list + strlen(list), LIST_SIZE - strlen(list));
    }
}

/* What a step that failed may leave behind, as the same command takes it up or sweeps it away: empty folders,
 * the key of an import that came to nothing, files of a run without its _SUCCESS. */
static void forget_harmless(void)
{
    char path[FIXTURE_PATH_SIZE];
    (void)rmdir(fixture_path("into/rejects", path));
    (void)unlink(fixture_path("into/key", path));
    (void)unlink(fixture_path("into/.lock", path));
    (void)rmdir(fixture_path("into", path));
    if (access(fixture_path("out/_SUCCESS", path), F_OK) != 0)
        fixture_remove("out");
}

struct step {
    void (*prepare)(void);
    fl_status (*perform)(struct fl_error *error);
    char before[LIST_SIZE], after[LIST_SIZE]; /* what there is */
};

static void expect_list(const char *wanted, long number)
{
    char list[LIST_SIZE];
    list_all(list);
    if (strcmp(list, wanted) != 0)
        fail_msg("allocation %ld left:%s\nwanted:%s", number, list, wanted);
}

/* With allocation `number` failing. *met: there were so many; *done: the step came to its end all the same.
 */
static void perform_failing(const struct step *step, long number, bool *met, bool *done)
{
    struct fl_error error;
    fl_error_clear(&error);
    const long live_before = atomic_load(&live);
    atomic_store(&calls, 0);
    atomic_store(&fail_at, number);
    const fl_status status = step->perform(&error);
    atomic_store(&fail_at, 0);
    *met = atomic_load(&calls) >= number;
    *done = status == FL_OK;
    if (atomic_load(&live) != live_before)
        fail_msg("allocation %ld: %ld were not given back; %s", number, atomic_load(&live) - live_before,
                 error.message);
    if (*done)
        return;
    if (status != FL_NO_MEMORY || strstr(error.message, "memory") == NULL)
        fail_msg("allocation %ld: %s: %s", number, fl_status_name(status), error.message);
    forget_harmless();
    expect_list(step->before, number);
}

/* The same command again comes to the same end, whatever has happened before. */
static void perform_again(const struct step *step, long number)
{
    struct fl_error error;
    fl_error_clear(&error);
    must(step->perform(&error), &error);
    expect_list(step->after, number);
}

static void fail_some(void (*prepare)(void), fl_status (*perform)(struct fl_error *error), long stride)
{
    struct step step = {.prepare = prepare, .perform = perform};
    struct fl_error error;
    fl_error_clear(&error);
    prepare();
    list_all(step.before);
    must(perform(&error), &error);
    list_all(step.after);
    prepare();
    long number = 1;
    for (bool met = true, done; met; number += stride) {
        perform_failing(&step, number, &met, &done);
        /* What a failure leaves behind is the same as before, so one in a few is enough. */
        if (!done && number % (AGAIN_EACH * stride) != 1)
            continue;
        perform_again(&step, number);
        prepare();
    }
    print_message("%ld allocations\n", number - 1 - stride);
    assert_true(number > 20);
}

static void fail_each(void (*prepare)(void), fl_status (*perform)(struct fl_error *error))
{
    fail_some(prepare, perform, 1);
}

static void test_import(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_import);
}

static void test_import_that_spills(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_import_that_spills);
}

static void test_imports_of_other_kinds(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_import_lines);
    fail_each(prepare_nothing, step_import_parquet);
    fail_each(prepare_nothing, step_import_arrow);
    fail_each(prepare_nothing, step_import_carefully);
}

static void test_profiles(void **state)
{
    (void)state;
    prepare_profiles();
    fail_each(prepare_nothing, step_profiles);
}

static void test_compact(void **state)
{
    (void)state;
    fail_each(prepare_data, step_compact);
}

static void test_run(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_run);
    fail_each(prepare_nothing, step_run_on_two_threads);
}

static void test_tags(void **state)
{
    (void)state;
    fail_some(prepare_nothing, step_run_with_tags, 7); /* most are those of any run */
}

static void test_explain(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_explain);
}

static void test_diff(void **state)
{
    (void)state;
    fail_some(prepare_diff, step_diff, 7); /* most are those of two runs and two explanations */
    fail_each(prepare_diff, step_diff_brands);
    prepare_diff();
}

static void test_model(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_model_check);
    fail_each(prepare_nothing, step_model_test);
}

static void test_export(void **state)
{
    (void)state;
    fail_each(prepare_nothing, step_export);
}

/* More rows than the smallest row store holds. */
static void put_long_rows(void)
{
    struct fl_buffer csv = {0};
    append_text(&csv,
                "who,time,type,order,brand,category,product,quantity,amount,currency,speaker,message,text\n");
    for (int i = 0; i < 3000; i++) {
        char line[200];
        (void)snprintf(line, sizeof line,
                       "id-%d,2026-03-%02d 10:00:00,web_visit,,brand-%d,,,,,,,,a text of some length %d\n",
                       i % 300, 1 + i % 28, i % 7, i);
        append_text(&csv, line);
    }
    fixture_put_bytes("long.csv", csv.bytes, csv.size);
    fl_buffer_release(&csv);
}

/* What is in the data folder, as other programs would bring it. */
static void put_other_kinds(void)
{
    char list[LIST_SIZE], path[FIXTURE_PATH_SIZE], name[FIXTURE_PATH_SIZE];
    struct fl_error error;
    fl_error_clear(&error);
    fixture_list("data", list, sizeof list);
    const char *file = strstr(list, "interactions-");
    assert_non_null(file);
    (void)snprintf(name, sizeof name, "data/%.*s", (int)strcspn(file, " \n"), file);
    struct fl_table *table;
    must(fl_table_open(&io, fixture_path(name, path), FL_IO_MAP, &table, &error), &error);
    must(export_as(table, &fl_export_format_parquet, "rows.parquet", &error), &error);
    must(export_as(table, &fl_export_format_arrow, "rows.arrow", &error), &error);
    fl_table_close(table);
    fixture_put("careful.yaml", "columns: {customer: customer, time: day, type: type, text: text,"
                                " product: {column: product, empty: reject}}\n"
                                "skip when: [{column: type, is: never, reason: never}]\n");
    fixture_put(
        "rows.ndjson",
        "{\"who\": \"anna\", \"time\": \"2026-03-30T10:00:00Z\", \"type\": \"web_visit\", \"order\": 7,"
        " \"brand\": \"Norvik\", \"category\": null, \"product\": true, \"quantity\": 1.5,"
        " \"amount\": 12.5, \"currency\": \"EUR\", \"speaker\": \"customer\", \"message\": \"m\","
        " \"text\": \"a\\nb\", \"more\": [1, {}]}\n{\"who\": [\"bob\"]}\n{\"who\"\n");
}

/* Differs from the run in registry, model, and data. */
static void put_earlier_run(void)
{
    size_t size = 0;
    struct fl_error error;
    fl_error_clear(&error);
    init_model_folder("earlier_model");
    fixture_remove("earlier_model/keywords.csv");
    fixture_put("earlier_model/model.yaml", "horizon_days: 50\nscopes: [customer, brand, category]\n");
    char *registry = fixture_get("earlier_model/registry.csv", &size);
    assert_non_null(registry);
    char *weight = strstr(registry, "web_visit,web,inbound,awareness,1");
    assert_non_null(weight);
    weight[strlen("web_visit,web,inbound,awareness,")] = '2';
    fixture_put("earlier_model/registry.csv", registry);
    free(registry);
    must(run_as("earlier_model", "2026-03-30", "earlier", 1, &error), &error);
}

static int open_all(void **state)
{
    struct fl_error error;
    fl_error_clear(&error);
    if (fixture_open(state) != 0)
        return -1;
    io = fixture_io(0, 0);
    model = default_model();
    init_model_folder("model");
    fixture_remove("model/keywords.csv"); /* whose tables take longer to make than all the rest of a step */
    init_model_folder("tagging_model");
    fixture_put("tagging_model/keywords.csv", keywords_csv);
    fixture_put("model/model.yaml", "horizon_days: 60\nscopes: [customer, brand, category]\n");
    fixture_put("model/examples.yaml", "examples: [{name: n, rows: [{type: web_visit, brand: B}, {type: "
                                       "purchase_web, amount: 3}], expect: {rows: 1, band: [warm, cold]}, "
                                       "brands: {B: {rows: 1, band: none}}}]\n");
    char scratch[FIXTURE_PATH_SIZE];
    assert_int_equal(mkdir(fixture_path("scratch", scratch), 0700), 0);
    fixture_put("rows.csv", rows_csv);
    fixture_put("more.csv", "who,time,type,order,brand,category,product,quantity,amount,currency,speaker,"
                            "message,text\ndora,2026-03-30 10:00:00,web_visit,,,,P1,,,,,,\n");
    fixture_put("products.csv", "product,brand,category\nP1,Norvik,garden-eco\nP3,Velora,bath\n");
    fixture_put("mapping.yaml", mapping_yaml);
    fixture_put("key", "sixteen bytes...");
    put_long_rows();
    prepare_data();
    must(run("run", 1, &error), &error);
    put_earlier_run();
    put_other_kinds();
    return 0;
}

static int close_all(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

int main(void)
{
    /* The compaction comes last: the run belongs to the files before it. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_import),   cmocka_unit_test(test_import_that_spills),
        cmocka_unit_test(test_run),      cmocka_unit_test(test_tags),
        cmocka_unit_test(test_explain),  cmocka_unit_test(test_export),
        cmocka_unit_test(test_model),    cmocka_unit_test(test_imports_of_other_kinds),
        cmocka_unit_test(test_profiles), cmocka_unit_test(test_diff),
        cmocka_unit_test(test_compact),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
