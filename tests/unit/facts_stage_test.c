/* facts_stage_test.c - the facts of a data folder's customers, on any number of threads.
 *
 * Random rows with money and categories are imported as 1, 7 and 64 files, so that customers come whole,
 * joined and in pieces, some with profiles; one has more rows than are merged at once. What comes out for
 * each must equal slow_facts.h on its rows and its score, with one thread and with several in ranges of a few
 * rows. A folder of more customers than a waiting batch has facts for shows that none is lost or given to
 * another. A customer with more days than its memory holds stops the run, whoever met it. */
#include "tests/unit/slow_facts.h"

#include "engine/workers.h"

enum { ROWS = 60000, CUSTOMERS = 120, LARGE = 60, LAST_DAY = 20500, SPAN = 1200, AS_OF = LAST_DAY - 100 };
enum { MANY = 40000 };

static const char *const categories[] = {"", "books", "garden", "toys", "wine"};
static struct fl_model *model;
static struct fl_points *points;
static struct stage_row {
    int64_t customer;
    struct fact_row row;
} rows[ROWS];

static int compare_rows(const void *a, const void *b)
{
    const struct stage_row *x = a, *y = b;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

static int make_rows(void **state)
{
    uint64_t random = 3;
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    assert_int_equal(fl_points_create(model, &points, NULL), FL_OK);
    for (size_t i = 0; i < ROWS; i++) {
        const bool money = next_random(&random) % 3 == 0;
        rows[i].customer =
            next_random(&random) % 3 != 0 ? LARGE : (int64_t)(next_random(&random) % CUSTOMERS);
        rows[i].row = (struct fact_row){
            .day = LAST_DAY - (int32_t)(next_random(&random) % SPAN),
            .type = (uint8_t)(money ? 111 + next_random(&random) % 13 : 1 + next_random(&random) % 140),
            .amount = (int64_t)(next_random(&random) % 20000),
            .margin = (int64_t)(next_random(&random) % 4000) - 1000,
            .promoted = next_random(&random) % 3 == 0,
            .category = (uint32_t)(next_random(&random) % 5)};
    }
    qsort(rows, ROWS, sizeof *rows, compare_rows);
    return 0;
}

static int free_rows(void **state)
{
    fl_points_free(points);
    fl_model_free(model);
    return fixture_close(state);
}

static void print_row(const struct stage_row *row, struct fl_buffer *csv)
{
    char line[200], day[11];
    fl_day_format(row->row.day, day);
    (void)snprintf(line, sizeof line, "%lld,%s,%s,%s,%lld.%02lld,%s%lld.%02lld,%s\n",
                   (long long)row->customer, day, model->registry.types[row->row.type].name,
                   categories[row->row.category], (long long)row->row.amount / 100,
                   (long long)row->row.amount % 100, row->row.margin < 0 ? "-" : "",
                   llabs((long long)row->row.margin) / 100, llabs((long long)row->row.margin) % 100,
                   row->row.promoted ? "0.01" : "");
    append_text(csv, line);
}

static void import_files(const char *name, const struct stage_row *from, size_t count, size_t files)
{
    struct fl_buffer csv = {0};
    for (size_t file = 0; file < files; file++) {
        csv.size = 0;
        append_text(&csv, "customer,day,type,category,amount,margin,discount\n");
        for (size_t i = file; i < count; i += files)
            print_row(&from[i], &csv);
        import_text(model, name, (const char *)csv.bytes, csv.size);
    }
    fl_buffer_release(&csv);
}

/* Every third customer has a profile: a first contact before or after its rows, a country or none, a distance
 * or none. */
static int32_t first_contact_of(int64_t customer)
{
    return LAST_DAY - SPAN - 500 + (int32_t)(customer * 37 % 2000);
}

static void import_profiles(const char *name, int64_t customers)
{
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,first_contact,country,store_distance_m\n");
    for (int64_t customer = 0; customer < customers; customer += 3) {
        char line[100], day[11];
        fl_day_format(first_contact_of(customer), day);
        (void)snprintf(line, sizeof line, "%lld,%s,%s,%s\n", (long long)customer, day,
                       customer % 2 == 0 ? "NL" : "", customer % 5 == 0 ? "1200" : "");
        append_text(&csv, line);
    }
    import_table(model, name, "customers", (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
}

/* What came out, in its order. */
struct outcome {
    int64_t customers[MANY];
    struct fl_customer_facts facts[MANY];
    struct fl_scope_score scores[MANY];
    size_t count;
    fl_status status;
    struct fl_error error;
};

static fl_status see(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct outcome *outcome = context;
    (void)error;
    if (results->scope != FL_SCOPE_CUSTOMER) {
        assert_null(results->facts);
        return FL_OK;
    }
    assert_non_null(results->facts);
    assert_true(outcome->count + results->count <= MANY);
    memcpy(outcome->customers + outcome->count, results->customers, results->count * sizeof(int64_t));
    memcpy(outcome->facts + outcome->count, results->facts, results->count * sizeof *outcome->facts);
    memcpy(outcome->scores + outcome->count, results->scores, results->count * sizeof *outcome->scores);
    outcome->count += results->count;
    return FL_OK;
}

/* A run of a folder: what its threads share. */
struct night {
    struct fl_data_folder *folder;
    struct fl_scope_words words;
    struct fl_money money;
    struct fl_facts_rules rules;
    struct fl_profiles *profiles;
};

static void open_night(const char *name, struct night *night)
{
    char path[FIXTURE_PATH_SIZE];
    const bool wanted[FL_WORDED_SCOPES] = {[FL_WORDED_CATEGORY] = true};
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path(name, path), &night->folder, NULL),
                     FL_OK);
    assert_int_equal(fl_scope_words_open(night->folder, FL_IO_COPY, wanted, &night->words, NULL), FL_OK);
    fl_money_init(&night->money, model);
    assert_int_equal(
        fl_profiles_open(night->folder, FL_IO_COPY, &model->settings, AS_OF, &night->profiles, NULL), FL_OK);
    assert_int_equal(fl_facts_rules_init(&model->settings, NULL,
                                         &night->words.words[FL_WORDED_CATEGORY].words, &night->rules, NULL),
                     FL_OK);
}

static void close_night(struct night *night)
{
    fl_facts_rules_release(&night->rules);
    fl_profiles_close(night->profiles);
    fl_scope_words_release(&night->words);
    fl_data_folder_close(night->folder);
}

static void score(const struct night *night, unsigned threads, uint32_t range_rows, uint64_t memory_bytes,
                  struct outcome *outcome)
{
    const struct fl_range_scorer_plan plan = {
        .scan = {.io = &fl_io_system,
                 .folder = night->folder,
                 .io_mode = FL_IO_COPY,
                 .rules = {.registry = &model->registry,
                           .as_of_day = AS_OF,
                           .late_report_days = 30,
                           .customer_first = INT64_MIN,
                           .customer_last = INT64_MAX},
                 .words = &night->words,
                 .money = &night->money,
                 .memory_bytes = UINT64_C(1) << 33},
        .rules = {.model = model, .points = points, .facts = &night->rules, .memory_bytes = memory_bytes},
        .profiles = night->profiles,
        .range_rows = range_rows};
    struct fl_workers *workers = NULL;
    struct fl_run_counts counts;
    outcome->count = 0;
    fl_error_clear(&outcome->error);
    outcome->status = fl_workers_open(&plan, threads, &workers, &outcome->error);
    if (outcome->status == FL_OK)
        outcome->status = fl_workers_run(workers, see, outcome, &counts, &outcome->error);
    fl_workers_close(workers);
}

/* The words of categories are sorted as in `categories`, without the first. */
static void check_customer(const struct night *night, int64_t customer, const struct fl_scope_score *of_one,
                           const struct fl_customer_facts *facts)
{
    static struct fact_row own[ROWS];
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].customer != customer)
            continue;
        own[count] = rows[i].row;
        own[count].category = own[count].category == 0 ? FL_NO_WORD : own[count].category - 1;
        if (model->registry.types[own[count].type].role != FL_ROLE_PURCHASE)
            own[count].margin = -own[count].margin; /* the scan takes off what came back */
        count++;
    }
    const struct slow_facts slow = {&model->registry, &night->rules, own, count};
    const struct fl_customer_night of_night = {.as_of_day = AS_OF,
                                               .first_row_day = of_one->first_day,
                                               .has_first_contact = customer % 3 == 0,
                                               .first_contact_day = first_contact_of(customer),
                                               .falling = of_one->trend == FL_TREND_FALLING,
                                               .intent = of_one->intent};
    const struct fl_customer_facts expected = slow_facts(&slow, &of_night);
    assert_equal_facts(facts, &expected);
    assert_int_equal(facts->country, customer % 6 == 0 ? 0 : FL_NO_WORD);
    assert_int_equal(facts->region, FL_NO_WORD);
    assert_int_equal(facts->has_store_distance, customer % 15 == 0);
    assert_int_equal(facts->store_distance_m, customer % 15 == 0 ? 1200 : 0);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->customers[i], b->customers[i]);
        assert_equal_facts(&a->facts[i], &b->facts[i]);
        assert_int_equal(a->facts[i].country, b->facts[i].country);
        assert_int_equal(a->facts[i].store_distance_m, b->facts[i].store_distance_m);
    }
}

static void test_folder(void **state)
{
    (void)state;
    static const size_t files[] = {1, 7, 64};
    static struct outcome one, other;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char name[32];
        struct night night;
        (void)snprintf(name, sizeof name, "data%zu", files[i]);
        import_files(name, rows, ROWS, files[i]);
        import_profiles(name, CUSTOMERS);
        open_night(name, &night);
        score(&night, 1, 0, UINT64_C(1) << 24, i == 0 ? &one : &other);
        assert_int_equal((i == 0 ? &one : &other)->status, FL_OK);
        for (size_t customer = 0; i == 0 && customer < one.count; customer++)
            check_customer(&night, one.customers[customer], &one.scores[customer], &one.facts[customer]);
        if (i > 0)
            assert_same(&one, &other);
        for (unsigned threads = 2; threads <= 3; threads++) {
            score(&night, threads, 100, UINT64_C(1) << 24, &other);
            assert_int_equal(other.status, FL_OK);
            assert_same(&one, &other);
        }
        close_night(&night);
    }
    assert_int_equal(one.count, CUSTOMERS);
}

static void test_full_batches(void **state)
{
    (void)state;
    static struct outcome one, other;
    struct night night;
    struct stage_row *many = calloc(MANY, sizeof *many);
    assert_non_null(many);
    for (size_t i = 0; i < MANY; i++)
        many[i] = (struct stage_row){.customer = (int64_t)i,
                                     .row = {.day = AS_OF - (int32_t)(i % 700),
                                             .type = type_of(model, "purchase_web"),
                                             .amount = (int64_t)i}};
    import_files("many", many, MANY, 1);
    import_profiles("many", MANY);
    open_night("many", &night);
    score(&night, 1, 0, UINT64_C(1) << 24, &one);
    assert_int_equal(one.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(one.facts[i].days_since_purchase, i % 700);
        assert_int_equal(one.facts[i].bought_12m, i % 700 < 365 ? i : 0);
    }
    for (unsigned threads = 2; threads <= 8; threads *= 2) {
        score(&night, threads, MANY / 2, UINT64_C(1) << 24, &other);
        assert_int_equal(other.status, FL_OK);
        assert_same(&one, &other);
    }
    close_night(&night);
    free(many);
}

static void test_little_memory(void **state)
{
    (void)state;
    static struct outcome one, other;
    struct night night;
    import_files("data", rows, ROWS, 1);
    open_night("data", &night);
    score(&night, 1, 0, 1000, &one);
    assert_int_equal(one.status, FL_LIMIT);
    assert_non_null(strstr(one.error.message, "raise --memory"));
    score(&night, 3, 100, 1000, &other);
    assert_int_equal(other.status, FL_LIMIT);
    assert_string_equal(one.error.message, other.error.message);
    close_night(&night);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_full_batches),
        cmocka_unit_test(test_little_memory),
    };
    return cmocka_run_group_tests(tests, make_rows, free_rows);
}
