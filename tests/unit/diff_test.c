/* diff_test.c - a diff that fails leaves nothing behind, and says what is wrong with tables that no run
 * writes.
 *
 * Two small runs that differ in registry, model and data are compared while each call to the system fails
 * once, and while each progress report asks to stop: either the whole answer comes, or a status with no
 * movers.csv and no folder of a run in between. Then tables are put into a run by
 * hand, under a manifest and a seal that fit: sums past 64 bits, rows that go down, words that two files
 * number differently, a run of another version. What diff counts is tested by tests/cli/diff_test.py. */
#include "tests/unit/engine_fixture.h"

#include "engine/run_folder.h"
#include "formats/base/checksum.h"
#include "formats/table/table_writer.h"

enum { FAULTS_MAX = 20000 };
static const char as_of[] = "2026-11-20";

static struct fl_model *model;

static void run_well(const char *data, const char *out)
{
    struct fl_run_report report;
    struct fl_error error;
    if (run_night((struct fixture_run){.data = data, .out = out, .as_of = as_of}, &report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
}

/* Replaces `old` once in a file of the model. */
static void change_model(const char *name, const char *old, const char *new)
{
    size_t size = 0;
    char path[64];
    (void)snprintf(path, sizeof path, "model/%s", name);
    char *text = fixture_get(path, &size);
    assert_non_null(text);
    char *at = strstr(text, old);
    assert_non_null(at);
    assert_int_equal(strlen(old), strlen(new));
    memcpy(at, new, strlen(new));
    fixture_put(path, text);
    free(text);
}

static int make_nights(void **state)
{
    static const char first[] = "customer,day,type\n1,2026-11-20,web_visit\n2,2026-11-01,purchase_web\n";
    static const char second[] = "customer,day,type\n1,2026-11-20,web_visit\n3,2026-11-20,web_visit\n";
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    init_model_folder("model");
    import_text(model, "data", first, strlen(first));
    run_well("data", "a");
    import_text(model, "data", second, strlen(second));
    change_model("registry.csv", "web_visit,web,inbound,awareness,1,", "web_visit,web,inbound,awareness,3,");
    change_model("model.yaml", "horizon_days: 1095", "horizon_days: 1000");
    run_well("data", "b");
    assert_int_equal(mkdir(fixture_path("scratch", path), 0700), 0);
    return 0;
}

static int free_nights(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

struct wish {
    const struct fl_io *io;
    const char *a, *b, *table;
    bool with_data, with_out;
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all);
    void *progress_context;
};

static fl_status diff(struct wish wish, struct fl_diff **diff, struct fl_error *error)
{
    char a[FIXTURE_PATH_SIZE], b[FIXTURE_PATH_SIZE], data[FIXTURE_PATH_SIZE], out[FIXTURE_PATH_SIZE],
        scratch[FIXTURE_PATH_SIZE];
    const struct fl_diff_plan plan = {.io = wish.io == NULL ? &fl_io_system : wish.io,
                                      .run_a = fixture_path(wish.a, a),
                                      .run_b = fixture_path(wish.b, b),
                                      .table = wish.table == NULL ? "customers" : wish.table,
                                      .data = wish.with_data ? fixture_path("data", data) : NULL,
                                      .scratch = fixture_path("scratch", scratch),
                                      .out = wish.with_out ? fixture_path("moved", out) : NULL,
                                      .sample = 2,
                                      .memory_bytes = UINT64_C(1) << 30,
                                      .threads = 1,
                                      .progress = wish.progress,
                                      .progress_context = wish.progress_context};
    fl_error_clear(error);
    return fl_diff(&plan, diff, error);
}

static void assert_empty(const char *folder)
{
    char list[400];
    fixture_list(folder, list, sizeof list);
    assert_string_equal(list, "");
}

static void assert_whole(const struct fl_diff *told)
{
    assert_true(told->has_effects);
    assert_int_equal(told->both, 2);
    assert_int_equal(told->effects[FL_DIFF_REGISTRY].raw_net, 2000000);
    assert_int_equal(told->effects[FL_DIFF_DATA].raw_net, 6000000);
    assert_int_equal(told->listed, 2);
    assert_true(told->mover_count == 1 && told->movers[0].explained);
}

/* One diff in which call `fault_at` fails; false: there are fewer. */
static bool survives_fault(int fault_at)
{
    char list[400];
    struct fl_error error;
    struct fl_diff *told = NULL;
    const struct fl_io io = fixture_io(fault_at, EIO);
    const struct wish wish = {.io = &io, .a = "a", .b = "b", .with_data = true, .with_out = true};
    const fl_status status = diff(wish, &told, &error);
    const bool came = fixture_calls >= fault_at;
    fixture_list("moved", list, sizeof list);
    if (status == FL_OK) {
        assert_whole(told);
        assert_string_equal(list, "movers.csv");
    } else {
        assert_null(told);
        assert_true(came && error.message[0] != '\0' && error.status == status);
        /* The last step is to sync the folder that movers.csv has come into. */
        assert_true(list[0] == '\0' || strcmp(list, "movers.csv") == 0);
    }
    assert_empty("scratch");
    fl_diff_free(told);
    fixture_remove("moved");
    return came;
}

static void test_each_call_fails(void **state)
{
    (void)state;
    int fault_at = 1;
    /* Each of the first ones, then a part: a run in between makes most of the calls, and has its own test. */
    while (survives_fault(fault_at)) {
        fault_at += fault_at < 60 ? 1 : 5;
        assert_true(fault_at < FAULTS_MAX);
    }
    assert_true(fault_at > 150);
}

static int stop_at_last(void *context, uint64_t rows_done, uint64_t rows_all)
{
    int *left = context;
    (void)rows_done;
    (void)rows_all;
    return (*left)-- == 0;
}

static void test_stopped(void **state)
{
    (void)state;
    fl_status status = FL_INTERRUPTED;
    int calls = 0;
    for (; status == FL_INTERRUPTED; calls++) {
        struct fl_error error;
        struct fl_diff *told = NULL;
        int left = calls;
        const struct wish wish = {.a = "a",
                                  .b = "b",
                                  .with_data = true,
                                  .with_out = true,
                                  .progress = stop_at_last,
                                  .progress_context = &left};
        status = diff(wish, &told, &error);
        assert_int_equal(status == FL_OK, told != NULL);
        assert_empty("scratch");
        if (status == FL_INTERRUPTED)
            assert_empty("moved");
        fl_diff_free(told);
    }
    assert_int_equal(status, FL_OK);
    assert_true(calls > 3);
    fixture_remove("moved");
}

/* ---- tables of our own ---- */

/* Seals the manifest of a run of the fixture. */
static void put_manifest(const char *run, const struct fl_buffer *text)
{
    char path[64], seal[18];
    (void)snprintf(path, sizeof path, "%s/manifest.json", run);
    fixture_put_bytes(path, text->bytes, text->size);
    fl_hex64(fl_digest64(text->bytes, text->size), seal);
    seal[16] = '\n';
    seal[17] = '\0';
    (void)snprintf(path, sizeof path, "%s/_SUCCESS", run);
    fixture_put(path, seal);
}

/* A column of a forged table; words only for a column of words. */
struct forged_column {
    uint16_t id;
    struct fl_column_values values;
    struct fl_words words;
};

/* The columns as the schema orders them. */
static size_t sort_columns(const struct fl_schema *schema, const struct forged_column *columns, size_t count,
                           struct forged_column *sorted)
{
    size_t found = 0;
    for (size_t i = 0; i < schema->count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (schema->columns[i].id == columns[j].id)
                sorted[found++] = columns[j];
        }
    }
    return found;
}

/* Lists the file as the run's only table of that name. */
static void list_table(const char *path, const char *run, const char *table, const char *name,
                       const struct fl_table_summary *summary)
{
    struct fl_run_manifest manifest;
    struct fl_buffer text = {0};
    assert_int_equal(fl_run_folder_read(&fl_io_system, path, &manifest, NULL), FL_OK);
    size_t at = 0;
    while (at < manifest.output_count && strcmp(manifest.outputs[at].table, table) != 0)
        at++;
    if (at == manifest.output_count) {
        assert_int_equal(fl_run_manifest_add_output(&manifest, table, name, 0, 0, 0, NULL), FL_OK);
    } else {
        free(manifest.outputs[at].name);
        manifest.outputs[at].name = strdup(name);
    }
    manifest.outputs[at].rows = summary->rows;
    manifest.outputs[at].size_bytes = summary->size_bytes;
    manifest.outputs[at].digest = summary->digest;
    assert_int_equal(fl_run_manifest_print(&manifest, &text, NULL), FL_OK);
    put_manifest(run, &text);
    fl_run_manifest_release(&manifest);
    fl_buffer_release(&text);
}

/* Makes a run, then puts a table of our own into it. */
static void forge(const char *run, const char *table, const char *schema_name,
                  const struct forged_column *columns, size_t count, size_t rows)
{
    enum { COLUMNS_MAX = 12 };
    const struct fl_schema *schema = fl_schema_by_name(schema_name);
    struct forged_column sorted[COLUMNS_MAX];
    uint16_t ids[COLUMNS_MAX];
    struct fl_words words[COLUMNS_MAX];
    struct fl_column_values values[COLUMNS_MAX];
    assert_true(count <= COLUMNS_MAX && sort_columns(schema, columns, count, sorted) == count);
    for (size_t i = 0; i < count; i++) {
        ids[i] = sorted[i].id;
        words[i] = sorted[i].words;
        values[i] = sorted[i].values;
    }
    char path[FIXTURE_PATH_SIZE], name[256];
    const struct fl_table_plan plan = {
        .schema = schema, .column_ids = ids, .column_count = count, .words = words};
    struct fl_table_writer *writer;
    struct fl_table_summary summary;
    run_well("data", run);
    fixture_path(run, path);
    assert_int_equal(fl_table_writer_create(&fl_io_system, path, &plan, &writer, NULL), FL_OK);
    assert_int_equal(fl_table_writer_append(writer, values, rows, NULL), FL_OK);
    assert_int_equal(fl_table_writer_finish(writer, table, NULL, name, &summary, NULL), FL_OK);
    list_table(path, run, table, name, &summary);
}

struct forged_row {
    int64_t customer, raw;
    uint32_t brand;
    uint8_t engagement;
};

/* Two rows as the brands of a run; brands are A and B. */
static void forge_brands(const char *run, const struct forged_row rows[2])
{
    static const uint32_t offsets[] = {0, 1, 2};
    const int64_t customers[] = {rows[0].customer, rows[1].customer}, raws[] = {rows[0].raw, rows[1].raw};
    const uint32_t brands[] = {rows[0].brand, rows[1].brand};
    const uint8_t engagements[] = {rows[0].engagement, rows[1].engagement};
    const struct forged_column columns[] = {{FL_BRAND_SCORES_CUSTOMER, {.as.i64 = customers}, {0}},
                                            {FL_BRAND_SCORES_BRAND, {.as.words = brands}, {2, offsets, "AB"}},
                                            {FL_BRAND_SCORES_ENGAGEMENT, {.as.u8 = engagements}, {0}},
                                            {FL_BRAND_SCORES_RAW, {.as.i64 = raws}, {0}}};
    forge(run, "brands", "brand_scores", columns, 4, 2);
}

static void assert_refused(struct wish wish, fl_status status, const char *words)
{
    struct fl_error error;
    struct fl_diff *told = NULL;
    const fl_status given = diff(wish, &told, &error);
    if (given != status || strstr(error.message, words) == NULL)
        fail_msg("%s: %s", fl_status_name(given), error.message);
    assert_null(told);
}

static void test_forged_tables(void **state)
{
    (void)state;
    static const struct {
        struct forged_row rows[2];
        fl_status status;
        const char *words;
    } cases[] = {
        {{{1, 5, 0, 1}, {1, 7, 1, 1}}, FL_OK, ""},
        {{{1, 5, 1, 1}, {1, 7, 0, 1}}, FL_CORRUPT, "the rows do not ascend"},
        {{{1, 5, 0, 1}, {1, 7, 0, 1}}, FL_CORRUPT, "the rows do not ascend"},
        {{{1, INT64_MAX, 0, 1}, {2, 1, 0, 1}}, FL_LIMIT, "more than 64 bits hold"},
        {{{1, INT64_MIN, 0, 1}, {2, -1, 0, 1}}, FL_LIMIT, "more than 64 bits hold"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char run[16];
        (void)snprintf(run, sizeof run, "forged%zu", i);
        forge_brands(run, cases[i].rows);
        if (cases[i].status != FL_OK) {
            assert_refused((struct wish){.a = run, .b = run, .table = "brands"}, cases[i].status,
                           cases[i].words);
            continue;
        }
        struct fl_diff *told = NULL;
        struct fl_error error;
        assert_int_equal(diff((struct wish){.a = run, .b = run, .table = "brands"}, &told, &error), FL_OK);
        assert_int_equal(told->both, 2);
        assert_int_equal(told->raw[1], 12);
        fl_diff_free(told);
    }
    /* The change of one row past 64 bits, and of rows that one run alone has. */
    assert_refused((struct wish){.a = "forged3", .b = "forged4", .table = "brands"}, FL_LIMIT, "64 bits");
    assert_refused((struct wish){.a = "forged0", .b = "a", .table = "brands"}, FL_USAGE, "no table `brands`");
}

/* Customers 1..4 in both, with words that the two files number differently, nulls, and flags. */
static void forge_customers(void)
{
    static const int64_t customers[] = {1, 2, 3, 4};
    static const uint8_t engagements[2][4] = {{10, 50, 50, 70}, {45, 50, 20, 70}};
    static const int64_t raws[2][4] = {{100, 900, 900, 2000}, {800, 900, 200, 2000}};
    static const uint8_t ambassadors[2][4] = {{0, 1, 0, 1}, {1, 1, 0, 0}};
    static const uint32_t abz[] = {0, 1, 2, 3}, bz[] = {0, 1, 2}, north_south[] = {0, 5, 10},
                          south[] = {0, 5};
    static const uint32_t tiers[2][4] = {{1, 0, 1, 2}, {0, 0, 1, 0}};   /* B A B Z; B ? Z B */
    static const uint32_t regions[2][4] = {{1, 0, 0, 1}, {0, 0, 0, 0}}; /* south north ? south; all south */
    static const uint8_t no_tier[2][4] = {{0, 0, 0, 0}, {0, 1, 0, 0}}, no_region[4] = {0, 0, 1, 0};
    for (int side = 0; side < 2; side++) {
        const struct forged_column columns[] = {
            {FL_SCORES_CUSTOMER, {.as.i64 = customers}, {0}},
            {FL_SCORES_ENGAGEMENT, {.as.u8 = engagements[side]}, {0}},
            {FL_SCORES_RAW, {.as.i64 = raws[side]}, {0}},
            {FL_SCORES_AMBASSADOR, {.as.u8 = ambassadors[side]}, {0}},
            {FL_SCORES_TIER,
             {.as.words = tiers[side], .nulls = no_tier[side]},
             {side == 0 ? 3 : 2, side == 0 ? abz : bz, side == 0 ? "ABZ" : "BZ"}},
            {FL_SCORES_REGION,
             {.as.words = regions[side], .nulls = side == 0 ? no_region : NULL},
             {side == 0 ? 2 : 1, side == 0 ? north_south : south, side == 0 ? "northsouth" : "south"}},
            {FL_SCORES_TIER_BEFORE, {.as.words = tiers[0]}, {3, abz, "ABZ"}}};
        forge(side == 0 ? "customers_a" : "customers_b", "customers", "customer_scores", columns, 7, 4);
    }
}

static void assert_group(const struct fl_diff_group *group, const char *word, uint64_t rows, uint64_t up,
                         uint64_t down, int64_t raw_change)
{
    if (word == NULL)
        assert_null(group->word);
    else
        assert_string_equal(group->word, word);
    assert_int_equal(group->rows, rows);
    assert_int_equal(group->up, up);
    assert_int_equal(group->down, down);
    assert_int_equal(group->raw_change, raw_change);
}

static void test_words_and_groups(void **state)
{
    (void)state;
    struct fl_diff *told = NULL;
    struct fl_error error;
    forge_customers();
    if (diff((struct wish){.a = "customers_a", .b = "customers_b"}, &told, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
    assert_int_equal(told->both, 4);
    /* tier_before is last night's, and no change from A to B. */
    assert_int_equal(told->words_count, 2);
    const struct fl_diff_words *tier = &told->words[0];
    assert_string_equal(tier->column, "tier");
    assert_int_equal(tier->word_count, 4);
    assert_string_equal(tier->words[2], "Z");
    assert_null(tier->words[3]);
    /* B>B, A>-, B>Z, Z>B */
    const uint64_t wanted[16] = {[1 * 4 + 1] = 1, [0 * 4 + 3] = 1, [1 * 4 + 2] = 1, [2 * 4 + 1] = 1};
    assert_memory_equal(tier->rows, wanted, sizeof wanted);
    assert_int_equal(tier->changed, 3);
    assert_string_equal(told->words[1].column, "region");
    assert_int_equal(told->words[1].changed, 2);
    assert_int_equal(told->flag_count, 1);
    assert_int_equal(told->flags[0].gained, 1);
    assert_int_equal(told->flags[0].lost, 1);
    assert_int_equal(told->split_count, 2);
    assert_int_equal(told->splits[0].group_count, 3);
    assert_group(&told->splits[0].groups[0], "A", 1, 0, 0, 0);
    assert_group(&told->splits[0].groups[1], "B", 2, 1, 1, 0);
    assert_group(&told->splits[0].groups[2], "Z", 1, 0, 0, 0);
    assert_int_equal(told->splits[1].group_count, 3);
    assert_group(&told->splits[1].groups[0], "north", 1, 0, 0, 0);
    assert_group(&told->splits[1].groups[1], "south", 2, 1, 0, 700);
    assert_group(&told->splits[1].groups[2], NULL, 1, 0, 1, -700);
    assert_int_equal(told->listed, 4);
    assert_int_equal(told->movers[0].customer, 1);
    assert_string_equal(told->movers[0].crossed, "engagement up 20; engagement up 40; ambassador gained");
    assert_int_equal(told->movers[1].customer, 3);
    assert_string_equal(told->movers[1].crossed, "tier B>Z; engagement down 40");
    fl_diff_free(told);
}

static void test_another_version(void **state)
{
    (void)state;
    static const char mine[] = "\"version\": \"" FOURLOOP_VERSION "\"";
    size_t size = 0;
    struct fl_error error;
    struct fl_diff *told = NULL;
    run_well("data", "old");
    char *text = fixture_get("old/manifest.json", &size);
    assert_non_null(text);
    char *at = strstr(text, mine);
    assert_non_null(at);
    at[sizeof mine - 3] = '~';
    const struct fl_buffer changed = {(uint8_t *)text, size, size};
    put_manifest("old", &changed);
    free(text);
    assert_refused((struct wish){.a = "a", .b = "old", .with_data = true}, FL_UNSUPPORTED, "score it again");
    assert_int_equal(diff((struct wish){.a = "a", .b = "old"}, &told, &error), FL_OK);
    assert_false(told->same_version);
    assert_false(told->has_effects);
    fl_diff_free(told);
    assert_int_equal(diff((struct wish){.a = "old", .b = "old"}, &told, &error), FL_OK);
    assert_true(told->same_version);
    fl_diff_free(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_fails), cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_forged_tables),   cmocka_unit_test(test_words_and_groups),
        cmocka_unit_test(test_another_version),
    };
    return cmocka_run_group_tests(tests, make_nights, free_nights);
}
