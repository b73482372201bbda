/* cluster_night_test.c - clusters of nights: who is in which, who moves, and when.
 *
 * The model is planted: two clusters, bread and wine, at the ends of two categories. One customer drinks more
 * and more over six nights, whose distances are known by formula; with it are some hundred of random habits,
 * and one whose rows come in pieces. The nights are made one by one, each after the one before, and once more
 * as a replay, over New Year and so in two passes: the manifests, which hold the digests of all tables, must
 * be equal, for any number of threads and files. Then the night before has no clusters or knew rows that
 * arrived later, and the model is fitted again. */
#include "tests/unit/cluster_fixture.h"

#include <math.h>

#include "engine/run_folder.h"
#include "engine/run_manifest.h"
#include "formats/table/table_reader.h"

enum { NIGHTS = 6, CUSTOMERS = 300, HUGE_ROWS = 20000, BREAD = 7, WINE = 3, DRINKER = 1, HUGE = 900 };
static const char first_day[] = "2025-12-29";
static struct fl_model *model;

/* ---- folders ---- */

static void put_line(struct fl_buffer *csv, int customer, int day, const char *order, const char *category,
                     int amount)
{
    char line[120], text[11];
    fl_day_format(day_of(first_day) + day, text);
    (void)snprintf(line, sizeof line, "%d,%s,purchase_web,%s,%s,%d.%02d\n", customer, text, order, category,
                   amount / 100, amount % 100);
    append_text(csv, line);
}

/* Share of wine after each night: 0, 0.52, 0.6, 1800 of 3462, 0.6, 0.6. */
static void put_drinker(struct fl_buffer *csv)
{
    put_line(csv, DRINKER, -1, "a", "bread", 600);
    put_line(csv, DRINKER, -1, "b", "bread", 300);
    put_line(csv, DRINKER, 0, "c", "bread", 300);
    put_line(csv, DRINKER, 1, "d", "wine", 1300);
    put_line(csv, DRINKER, 2, "e", "wine", 500);
    put_line(csv, DRINKER, 3, "f", "bread", 462);
    put_line(csv, DRINKER, 4, "g", "wine", 693);
}

/* The customers of one file of several. */
static void put_customers(struct fl_buffer *csv, size_t file, size_t files)
{
    static const char *const categories[] = {"bread", "wine", "cheese", ""};
    uint64_t random = 3;
    csv->size = 0;
    append_text(csv, "customer,day,type,order,category,amount\n");
    for (size_t i = 0; i < (size_t)CUSTOMERS * 12; i++) {
        const int customer = 2 + (int)(next_random(&random) % CUSTOMERS);
        const int day = NIGHTS - 1 - (int)(next_random(&random) % 25);
        char order[8];
        (void)snprintf(order, sizeof order, "o%u", (unsigned)(next_random(&random) % 3));
        const char *category = categories[next_random(&random) % 4];
        const int amount = 1 + (int)(next_random(&random) % 5000);
        if (i % files == file)
            put_line(csv, customer, day, order, category, amount);
    }
    for (size_t i = 0; i < HUGE_ROWS; i++) {
        const int day = NIGHTS - 1 - (int)(next_random(&random) % 60);
        if (i % files == file)
            put_line(csv, HUGE, day, "", categories[next_random(&random) % 3], 100);
        else
            (void)next_random(&random);
    }
    if (file == 0)
        put_drinker(csv);
}

static void make_data(const char *folder, size_t files)
{
    struct fl_buffer csv = {0};
    for (size_t file = 0; file < files; file++) {
        put_customers(&csv, file, files);
        import_text(model, folder, (const char *)csv.bytes, csv.size);
    }
    fl_buffer_release(&csv);
}

static void make_model(const char *folder, uint32_t bread, uint32_t wine)
{
    static const float centroids[] = {1, 0, 0, 1};
    char name[64];
    init_model_folder(folder);
    const struct fixture_clusters clusters = {.k = 2,
                                              .numbers = {bread, wine},
                                              .names = {"bread", "wine"},
                                              .category_count = 2,
                                              .categories = {"bread", "wine"},
                                              .centroids = centroids,
                                              .breadth_cut_milli = 2500};
    (void)snprintf(name, sizeof name, "%s/clusters.yaml", folder);
    if (bread != 0)
        put_clusters(name, &clusters);
}

static int make_folders(void **state)
{
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    make_model("model", BREAD, WINE);
    make_model("plain", 0, 0);
    make_model("again", 11, WINE);
    make_data("data", 1);
    make_data("data5", 5);
    return 0;
}

static int free_folders(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

struct night {
    const char *model, *data, *out, *previous, *columns;
    int day;
    unsigned threads;
    bool is_replay; /* up to the day */
    bool knows_now;
    const struct fl_io *io; /* NULL: the system's */
};

static struct fl_run_report run_well(struct night night)
{
    char model_path[FIXTURE_PATH_SIZE], data_path[FIXTURE_PATH_SIZE], out_path[FIXTURE_PATH_SIZE],
        previous_path[FIXTURE_PATH_SIZE];
    const struct fl_run_plan plan = {
        .io = night.io == NULL ? &fl_io_system : night.io,
        .model = fixture_path(night.model, model_path),
        .data = fixture_path(night.data, data_path),
        .out = fixture_path(night.out, out_path),
        .as_of_day = day_of(first_day) + night.day,
        .replay_from_day = day_of(first_day),
        .is_replay = night.is_replay,
        .view = night.knows_now ? FL_VIEW_KNOWN_NOW : FL_VIEW_KNOWN_THEN,
        .columns = night.columns,
        .needs_clusters = strcmp(night.model, "plain") != 0,
        .previous = night.previous == NULL ? NULL : fixture_path(night.previous, previous_path),
        .threads = night.threads,
        .memory_bytes = UINT64_C(1) << 30};
    struct fl_run_report report = {0};
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_run(&plan, &report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
    return report;
}

/* ---- what a run says ---- */

struct row {
    bool there;
    int64_t cluster, second, pending, before; /* -1: null */
    int64_t distance, second_distance, nights, baskets, breadth;
    char name[16], range[16], confidence[16];
};

static struct fl_table *open_output(const char *run, const char *table)
{
    char path[FIXTURE_PATH_SIZE], name[128];
    struct fl_run_manifest manifest;
    struct fl_table *opened = NULL;
    assert_int_equal(fl_run_folder_read(&fl_io_system, fixture_path(run, path), &manifest, NULL), FL_OK);
    const struct fl_run_file *file = fl_run_manifest_output(&manifest, table);
    assert_non_null(file);
    (void)snprintf(name, sizeof name, "%s/%s", run, file->name);
    fl_run_manifest_release(&manifest);
    assert_int_equal(fl_table_open(&fl_io_system, fixture_path(name, path), FL_IO_COPY, &opened, NULL),
                     FL_OK);
    return opened;
}

static struct fl_column_data read_column(struct fl_table *table, size_t block, uint16_t id)
{
    struct fl_column_data data = {0};
    assert_int_equal(fl_table_read_column(table, block, id, &data, NULL), FL_OK);
    return data;
}

static int64_t number_at(struct fl_table *table, size_t block, uint16_t id, size_t row)
{
    struct fl_column_data data = read_column(table, block, id);
    const int64_t value = data.nulls != NULL && data.nulls[row] != 0 ? -1
                          : id == FL_SCORES_CLUSTER_PENDING_NIGHTS   ? data.as.u8[row]
                                                                     : data.as.i64[row];
    fl_column_data_release(&data);
    return value;
}

static void word_at(struct fl_table *table, size_t block, uint16_t id, size_t row, char word[16])
{
    struct fl_column_data data = read_column(table, block, id);
    const struct fl_words *words = NULL;
    assert_int_equal(fl_table_words(table, id, &words, NULL), FL_OK);
    word[0] = '\0';
    if (data.nulls == NULL || data.nulls[row] == 0) {
        const struct fl_text text = fl_words_at(words, data.as.words[row]);
        (void)snprintf(word, 16, "%.*s", (int)text.size, text.bytes);
    }
    fl_column_data_release(&data);
}

static struct row row_of(const char *run, int64_t customer)
{
    struct fl_table *table = open_output(run, "customers");
    const size_t block = fl_table_find_block(table, customer);
    struct row found = {.there = false};
    struct fl_column_data keys = read_column(table, block, FL_SCORES_CUSTOMER);
    for (size_t i = 0; i < keys.rows; i++) {
        if (keys.as.i64[i] != customer)
            continue;
        found.there = true;
        found.cluster = number_at(table, block, FL_SCORES_CLUSTER, i);
        found.second = number_at(table, block, FL_SCORES_CLUSTER_SECOND, i);
        found.pending = number_at(table, block, FL_SCORES_CLUSTER_PENDING, i);
        found.nights = number_at(table, block, FL_SCORES_CLUSTER_PENDING_NIGHTS, i);
        found.before = number_at(table, block, FL_SCORES_CLUSTER_BEFORE, i);
        found.distance = number_at(table, block, FL_SCORES_CLUSTER_DISTANCE, i);
        found.second_distance = number_at(table, block, FL_SCORES_CLUSTER_SECOND_DISTANCE, i);
        found.baskets = number_at(table, block, FL_SCORES_BASKETS, i);
        found.breadth = number_at(table, block, FL_SCORES_BREADTH, i);
        word_at(table, block, FL_SCORES_CLUSTER_NAME, i, found.name);
        word_at(table, block, FL_SCORES_RANGE, i, found.range);
        word_at(table, block, FL_SCORES_BASKET_CONFIDENCE, i, found.confidence);
    }
    fl_column_data_release(&keys);
    fl_table_close(table);
    return found;
}

static int64_t rows_of(const char *run)
{
    struct fl_table *table = open_output(run, "customers");
    const int64_t rows = (int64_t)fl_table_rows(table);
    fl_table_close(table);
    return rows;
}

/* Customers of the run's transitions from one cluster to another; "" is null, NULL any. */
static int64_t moves_of(const char *run, const char *from, const char *to)
{
    struct fl_table *table = open_output(run, "transitions");
    int64_t sum = 0;
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        struct fl_column_data customers = read_column(table, block, FL_TRANSITIONS_CUSTOMERS);
        for (size_t i = 0; i < customers.rows; i++) {
            char what[16], was[16], is[16];
            word_at(table, block, FL_TRANSITIONS_WHAT, i, what);
            word_at(table, block, FL_TRANSITIONS_FROM, i, was);
            word_at(table, block, FL_TRANSITIONS_TO, i, is);
            if (strcmp(what, "cluster") == 0 && (from == NULL || strcmp(was, from) == 0) &&
                (to == NULL || strcmp(is, to) == 0))
                sum += customers.as.i64[i];
        }
        fl_column_data_release(&customers);
    }
    fl_table_close(table);
    return sum;
}

static void assert_same_manifests(const char *a, const char *b)
{
    char name[96];
    size_t size_a = 0, size_b = 0;
    (void)snprintf(name, sizeof name, "%s/manifest.json", a);
    char *bytes_a = fixture_get(name, &size_a);
    (void)snprintf(name, sizeof name, "%s/manifest.json", b);
    char *bytes_b = fixture_get(name, &size_b);
    assert_non_null(bytes_a);
    assert_non_null(bytes_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(bytes_a, bytes_b, size_a);
    free(bytes_a);
    free(bytes_b);
}

/* ---- tests ---- */

static const char *night_name(const char *prefix, int night, char name[64])
{
    char day[11];
    fl_day_format(day_of(first_day) + night, day);
    (void)snprintf(name, 64, "%s%s", prefix, day);
    return name;
}

static void make_singles(const char *data, const char *prefix, unsigned threads)
{
    char out[64], previous[64];
    for (int night = 0; night < NIGHTS; night++)
        run_well((struct night){.model = "model",
                                .data = data,
                                .out = night_name(prefix, night, out),
                                .previous = night == 0 ? NULL : night_name(prefix, night - 1, previous),
                                .day = night,
                                .threads = threads});
}

/* From a corner: distance^2 = 2 - 2 sqrt(share). */
static void assert_distance(double share, int64_t micro)
{
    assert_true(fabs(1e6 * sqrt(2 - 2 * sqrt(share)) - (double)micro) <= 1);
}

static void test_six_nights(void **state)
{
    (void)state;
    static const double wine[NIGHTS] = {0, 0.52, 0.6, 1800.0 / 3462, 0.6, 0.6};
    static const int64_t cluster[NIGHTS] = {BREAD, BREAD, BREAD, BREAD, BREAD, WINE};
    static const int64_t pending[NIGHTS] = {-1, -1, WINE, -1, WINE, -1};
    static const int64_t baskets[NIGHTS] = {3, 4, 5, 6, 7, 7};
    char name[64];
    make_singles("data", "one-", 1);
    for (int night = 0; night < NIGHTS; night++) {
        const struct row row = row_of(night_name("one-", night, name), DRINKER);
        const bool in_wine = cluster[night] == WINE;
        assert_true(row.there);
        assert_int_equal(row.cluster, cluster[night]);
        assert_string_equal(row.name, in_wine ? "wine" : "bread");
        assert_int_equal(row.second, in_wine ? BREAD : WINE);
        assert_distance(in_wine ? wine[night] : 1 - wine[night], row.distance);
        assert_distance(in_wine ? 1 - wine[night] : wine[night], row.second_distance);
        assert_int_equal(row.pending, pending[night]);
        assert_int_equal(row.nights, pending[night] == WINE);
        assert_int_equal(row.before, night == 0 ? -1 : cluster[night - 1]);
        assert_int_equal(row.baskets, baskets[night]);
        assert_string_equal(row.confidence, "full");
        assert_string_equal(row.range, night == 0 || wine[night] >= 0.6 ? "one_range" : "mixed");
    }
    assert_int_equal(row_of("one-2025-12-29", DRINKER).breadth, 1000);
}

static void test_replay_is_its_nights(void **state)
{
    (void)state;
    char single[64], replayed[64];
    for (unsigned threads = 1; threads <= 8; threads = threads < 3 ? threads + 1 : threads + 5) {
        run_well((struct night){.model = "model",
                                .data = "data",
                                .out = "replay",
                                .day = NIGHTS - 1,
                                .threads = threads,
                                .is_replay = true});
        for (int night = 0; night < NIGHTS; night++)
            assert_same_manifests(night_name("one-", night, single), night_name("replay/", night, replayed));
        fixture_remove("replay");
    }
}

/* Bread of three orders, bought before the first night and known from a day on. */
static void put_late(struct fl_buffer *csv, int customer, int arrival, int rows)
{
    char line[120], bought[11], arrived[11];
    fl_day_format(day_of(first_day) - 1, bought);
    fl_day_format(day_of(first_day) + arrival, arrived);
    for (int row = 0; row < rows; row++) {
        (void)snprintf(line, sizeof line, "%d,%s,%s,purchase_web,o%d,bread,1.00\n", customer, bought, arrived,
                       row % 3);
        append_text(csv, line);
    }
}

/* A replay once took the cluster of a customer from the run before its first night, although a night between
 * did not know the customer, and counted -1 of those who are gone. */
static void test_replay_after_a_run_that_knew_more(void **state)
{
    (void)state;
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,day,arrival,type,order,category,amount\n");
    put_late(&csv, 1, -1, 3);
    put_late(&csv, 2, 1, 3);
    put_late(&csv, 3, 1, HUGE_ROWS);
    import_text(model, "late", (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
    run_well((struct night){.model = "model", .data = "late", .out = "knew", .day = -1, .knows_now = true});
    run_well((struct night){
        .model = "model", .data = "late", .out = "late-2025-12-29", .previous = "knew", .day = 0});
    run_well((struct night){
        .model = "model", .data = "late", .out = "late-2025-12-30", .previous = "late-2025-12-29", .day = 1});
    run_well((struct night){.model = "model",
                            .data = "late",
                            .out = "late-replay",
                            .previous = "knew",
                            .day = 1,
                            .is_replay = true});
    assert_int_equal(row_of("late-replay/2025-12-29", 1).before, BREAD);
    assert_int_equal(rows_of("late-replay/2025-12-29"), 1);
    assert_int_equal(row_of("late-replay/2025-12-30", 2).before, -1);
    assert_int_equal(row_of("late-replay/2025-12-30", 3).before, -1);
    assert_int_equal(moves_of("late-replay/2025-12-30", NULL, NULL), 3);
    assert_same_manifests("late-2025-12-29", "late-replay/2025-12-29");
    assert_same_manifests("late-2025-12-30", "late-replay/2025-12-30");
}

/* Files change the manifest's inputs, but not the name of the table, which is made of its bytes. */
static void test_files(void **state)
{
    (void)state;
    char one[64], five[64];
    make_singles("data5", "five-", 3);
    for (int night = 0; night < NIGHTS; night++) {
        struct fl_table *a = open_output(night_name("one-", night, one), "customers"),
                        *b = open_output(night_name("five-", night, five), "customers");
        assert_memory_equal(fl_table_uuid(a), fl_table_uuid(b), 16);
        assert_string_equal(strrchr(fl_table_path(a), '/'), strrchr(fl_table_path(b), '/'));
        fl_table_close(a);
        fl_table_close(b);
    }
}

static void test_moves(void **state)
{
    (void)state;
    char name[64];
    const struct fl_run_report report = run_well((struct night){.model = "model",
                                                                .data = "data",
                                                                .out = "told",
                                                                .previous = "one-2026-01-02",
                                                                .day = NIGHTS - 1,
                                                                .threads = 1});
    const char *last = night_name("one-", NIGHTS - 1, name);
    assert_same_manifests("told", last);
    const int64_t to_wine = moves_of(last, "7", "3"), to_bread = moves_of(last, "3", "7");
    assert_true(to_wine >= 1 && to_bread + to_wine < CUSTOMERS / 4);
    assert_int_equal(report.moved, to_wine + to_bread);
    assert_int_equal(report.cluster_count, 2);
    assert_int_equal(report.clusters[0].number, BREAD);
    assert_int_equal(report.clusters[0].left, to_wine);
    assert_int_equal(report.clusters[0].came, to_bread);
    assert_int_equal(report.clusters[1].customers, moves_of(last, NULL, "3"));
    assert_int_equal(report.clustered, moves_of(last, NULL, "3") + moves_of(last, NULL, "7"));
    assert_int_equal(report.counts.customers, moves_of(last, NULL, NULL)); /* nobody is gone */
}

/* The cluster columns alone are the same columns. */
static void test_columns_alone(void **state)
{
    (void)state;
    char name[64];
    run_well((struct night){.model = "model",
                            .data = "data",
                            .out = "alone",
                            .previous = "one-2026-01-02",
                            .day = NIGHTS - 1,
                            .columns = "baskets,breadth,range,basket_confidence,cluster,cluster_name,"
                                       "cluster_distance,cluster_second,cluster_second_distance,"
                                       "cluster_pending,cluster_pending_nights,cluster_before"});
    for (int customer = 1; customer <= HUGE; customer++) {
        const struct row all = row_of(night_name("one-", NIGHTS - 1, name), customer),
                         alone = row_of("alone", customer);
        assert_memory_equal(&all, &alone, sizeof all);
        customer = customer == CUSTOMERS + 1 ? HUGE - 1 : customer;
    }
    assert_int_equal(moves_of("alone", "7", "3"), moves_of(name, "7", "3"));
}

static void test_without_clusters_before(void **state)
{
    (void)state;
    run_well((struct night){.model = "plain", .data = "data", .out = "none", .day = NIGHTS - 2});
    run_well((struct night){
        .model = "model", .data = "data", .out = "first", .previous = "none", .day = NIGHTS - 1});
    const struct row plain = row_of("none", DRINKER), row = row_of("first", DRINKER);
    assert_int_equal(plain.cluster, -1);
    assert_int_equal(plain.baskets, 7);
    assert_string_equal(plain.range, "");
    assert_string_equal(plain.confidence, "full");
    assert_int_equal(row.cluster, WINE);
    assert_int_equal(row.before, -1);
    assert_int_equal(moves_of("first", "7", NULL) + moves_of("first", "3", NULL), 0);
    assert_true(moves_of("first", "", "3") > 1);
}

static int opened;

static int count_open(const char *path, int flags, mode_t mode)
{
    opened += strstr(path, "/none/customers-") != NULL;
    return fl_io_system.open(path, flags, mode);
}

/* Without a fit nobody looks for the clusters of the night before: each thread once opened its table. */
static void test_plain_after_a_night(void **state)
{
    (void)state;
    struct fl_io counting = fl_io_system;
    struct night night = {.io = &counting,
                          .model = "plain",
                          .data = "data",
                          .out = "plain-after",
                          .previous = "none",
                          .day = NIGHTS - 1,
                          .threads = 1};
    counting.open = count_open;
    opened = 0;
    run_well(night);
    assert_int_equal(opened, 1); /* for what was the night before */
    night.model = "model";
    night.out = "fitted-after";
    opened = 0;
    run_well(night);
    assert_int_equal(opened, 3); /* for that, for the move rule, for who is gone */
}

/* Bread is another cluster since: who was in it goes to the nearest at once, others stay where they were. */
static void test_fitted_again(void **state)
{
    (void)state;
    run_well((struct night){
        .model = "again", .data = "data", .out = "refit", .previous = "one-2025-12-31", .day = 3});
    const struct row drinker = row_of("refit", DRINKER);
    assert_int_equal(drinker.before, BREAD);
    assert_int_equal(drinker.cluster, WINE); /* 1800 of 3462 */
    assert_int_equal(drinker.second, 11);
    assert_int_equal(drinker.pending, -1);
    assert_int_equal(moves_of("refit", "3", "11"), 0); /* nobody was pending for a cluster that is new */
    assert_true(moves_of("refit", "7", "11") > 10 && moves_of("refit", "3", "3") > 10);
}

/* A customer that the data no longer has. */
static void test_gone(void **state)
{
    (void)state;
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,day,type,order,category,amount\n");
    put_drinker(&csv);
    import_text(model, "few", (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
    run_well((struct night){
        .model = "model", .data = "few", .out = "gone", .previous = "one-2026-01-01", .day = NIGHTS - 1});
    assert_int_equal(moves_of("gone", "7", "7"), 1);
    assert_int_equal(moves_of("gone", NULL, "3"), 0);
    assert_int_equal(moves_of("gone", "7", "") + moves_of("gone", "3", "") + moves_of("gone", "", ""),
                     rows_of("one-2026-01-01") - 1);
}

static void test_thin(void **state)
{
    (void)state;
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,day,type,order,category,amount\n");
    put_line(&csv, 1, 0, "a", "bread", 100); /* one basket */
    put_line(&csv, 2, 0, "a", "bread", 100);
    put_line(&csv, 2, 0, "b", "wine", 100); /* two */
    put_line(&csv, 3, 0, "a", "cheese", 100);
    put_line(&csv, 3, 0, "b", "cheese", 100);
    put_line(&csv, 3, 0, "c", "cheese", 100); /* nothing of the model's categories */
    put_line(&csv, 4, -365, "a", "bread", 100);
    put_line(&csv, 4, -364, "b", "bread", 100);
    put_line(&csv, 4, 0, "b", "bread", 100); /* one is before the window */
    import_text(model, "thin", (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
    run_well((struct night){.model = "model", .data = "thin", .out = "thin-run"});
    static const char *const confidences[] = {"thin", "low", "thin", "low"};
    static const int64_t clusters[] = {-1, BREAD, -1, BREAD}, baskets[] = {1, 2, 3, 2};
    for (int i = 0; i < 4; i++) {
        const struct row row = row_of("thin-run", 1 + i);
        assert_string_equal(row.confidence, confidences[i]);
        assert_int_equal(row.cluster, clusters[i]); /* of equal ones the first of the model */
        assert_int_equal(row.baskets, baskets[i]);
        assert_string_equal(row.range, clusters[i] < 0 ? "" : i == 1 ? "mixed" : "one_range");
    }
}

static void test_no_fit(void **state)
{
    (void)state;
    char model_path[FIXTURE_PATH_SIZE], data_path[FIXTURE_PATH_SIZE], out_path[FIXTURE_PATH_SIZE];
    const struct fl_run_plan plan = {.io = &fl_io_system,
                                     .model = fixture_path("plain", model_path),
                                     .data = fixture_path("data", data_path),
                                     .out = fixture_path("no-fit", out_path),
                                     .as_of_day = day_of(first_day),
                                     .needs_clusters = true,
                                     .memory_bytes = UINT64_C(1) << 30};
    struct fl_run_report report = {0};
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_run(&plan, &report, &error), FL_BAD_MODEL);
    assert_non_null(strstr(error.message, "cluster fit"));
    assert_int_not_equal(access(out_path, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_six_nights),
                                       cmocka_unit_test(test_replay_is_its_nights),
                                       cmocka_unit_test(test_replay_after_a_run_that_knew_more),
                                       cmocka_unit_test(test_files),
                                       cmocka_unit_test(test_moves),
                                       cmocka_unit_test(test_columns_alone),
                                       cmocka_unit_test(test_without_clusters_before),
                                       cmocka_unit_test(test_plain_after_a_night),
                                       cmocka_unit_test(test_fitted_again),
                                       cmocka_unit_test(test_gone),
                                       cmocka_unit_test(test_thin),
                                       cmocka_unit_test(test_no_fit)};
    return cmocka_run_group_tests(tests, make_folders, free_folders);
}
