/* explain_full_test.c - the whole explanation of a customer: each column of its row, and why.
 *
 * Two nights of random rows with brands, categories, products, money, profiles and a fit. Every customer of
 * both is explained, of some each of their brands: the comparison with all that was stored is the function's
 * own, so a difference is an error. Beyond that every column must be said once, with the value that the table
 * has; the first condition that holds must be the word that was stored; types, days and scopes must add up to
 * the columns. Then single things are changed, in tables and in what was counted, and each must be found by
 * name.
 */
#include "tests/unit/cluster_fixture.h"

#include "engine/customer_facts.h"
#include "engine/explain_place.h"
#include "engine/run_folder.h"
#include "engine/value/frozen_fit.h"

enum { ROWS = 6000, CUSTOMERS = 120 };
static const char as_of[] = "2026-11-20", day_before[] = "2026-11-19";
static struct fl_model *model;

/* ---- folders ---- */

static const char keywords[] = "tag,any,speaker,points,expiry_days,priority\n"
                               "late,late|later,,-2,20,3\nthanks,thank*,both,1,300,\nquiet,hush,,5,1,\n";

static void print_row(uint64_t *random, struct fl_buffer *csv, unsigned amount_more)
{
    /* Some customers buy much, some never; three types in four are any of the registry. */
    const int customer = (int)(next_random(random) % CUSTOMERS);
    const bool buys = customer % 5 != 0 && next_random(random) % 4 == 0;
    const unsigned type = buys ? type_of(model, "purchase_web") : 1 + (unsigned)(next_random(random) % 140);
    const enum fl_role role = model->registry.types[type].role;
    const bool is_purchase = role == FL_ROLE_PURCHASE, moves = is_purchase || role == FL_ROLE_RETURN;
    char line[300], day[11], brand[16] = "", product[16] = "", amount[48] = "";
    fl_day_format(day_of(as_of) - (int32_t)(next_random(random) % (unsigned)(60 + customer * 12)), day);
    if (is_purchase && customer % 5 == 0)
        return;
    if (next_random(random) % 3 != 0)
        (void)snprintf(brand, sizeof brand, "b%u", (unsigned)(next_random(random) % 9));
    if (next_random(random) % 3 != 0)
        (void)snprintf(product, sizeof product, "p%u", (unsigned)(next_random(random) % 40));
    if (moves)
        (void)snprintf(amount, sizeof amount, "%u.%02u,%u.10",
                       (unsigned)(next_random(random) % 200) + amount_more,
                       (unsigned)(next_random(random) % 100), (unsigned)(next_random(random) % 50));
    static const char *const texts[] = {
        "", "", "", "it is late", "Thank you", "hush; thanks - later", "nothing", "\"late, late\""};
    (void)snprintf(line, sizeof line, "%d,%s,%s,o%u,%s,%s,%s,%s,%s\n", customer, day,
                   model->registry.types[type].name, (unsigned)(next_random(random) % 4), brand, product,
                   moves ? amount : ",", next_random(random) % 3 == 0 ? "1" : "",
                   texts[next_random(random) % 8]);
    append_text(csv, line);
}

static void make_data(const char *folder, unsigned amount_more, const char *country)
{
    struct fl_buffer csv = {0};
    uint64_t random = 11;
    char line[200];
    append_text(&csv, "customer,day,type,order,brand,product,amount,margin,discount,text\n");
    for (int i = 0; i < ROWS; i++)
        print_row(&random, &csv, amount_more);
    import_text(model, folder, (const char *)csv.bytes, csv.size);
    csv.size = 0;
    append_text(&csv, "product,brand,category\n");
    for (int i = 0; i < 40; i++) {
        (void)snprintf(line, sizeof line, "p%d,b%d,c%d\n", i, i % 9, i % 4);
        append_text(&csv, line);
    }
    import_table(model, folder, "products", (const char *)csv.bytes, csv.size);
    csv.size = 0;
    append_text(&csv,
                "customer,birth_year,age_band,country,latitude,longitude,store_distance_m,first_contact\n");
    for (int i = 0; i < CUSTOMERS; i += 2) {
        (void)snprintf(line, sizeof line, "%d,%d,%s,%s,52.%d,5.%d,%s,%s\n", i, 1950 + i % 50,
                       i % 3 == 0 ? "30s" : "", country, i, i, i % 4 == 0 ? "700" : "",
                       i % 6 == 0 ? "2020-01-31" : "");
        append_text(&csv, line);
    }
    import_table(model, folder, "customers", (const char *)csv.bytes, csv.size);
    static const char given[] = "customer,tag,day,until\n3,vip,2026-10-01,\n4,late,2026-11-01,2026-12-24\n"
                                "5,vip,2026-01-01,2026-01-02\n";
    import_table(model, folder, "given_tags", given, sizeof given - 1);
    static const char stores[] = "store,latitude,longitude\nEast,52.2,6.1\nWest,52.3,4.5\n";
    import_table(model, folder, "stores", stores, sizeof stores - 1);
    fl_buffer_release(&csv);
}

static void put_fit(void)
{
    struct fl_category_gap gap = {fl_text_of("c1"), 7, 50};
    const struct fl_frozen_fit fit = {
        .day = day_of("2026-10-01"),
        .kind = FL_VALUE_FIT_MBGNBD,
        .currency = "EUR",
        .purchases = {.parameters = {.modified = true, .r = 0.525, .alpha = 6.183, .a = 0.891, .b = 1.614},
                      .customers = 500,
                      .log_likelihood = -1000},
        .repeaters = 200,
        .spend = {.parameters = {.p = 6.25, .q = 3.74, .v = 15.44}, .customers = 200, .log_likelihood = -900},
        .gap_days = 9,
        .gaps = 100,
        .categories = &gap,
        .category_count = 1};
    struct fl_buffer text = {0};
    assert_int_equal(fl_frozen_fit_print(&fit, &text, NULL), FL_OK);
    fixture_put_bytes("model/value.yaml", (const char *)text.bytes, text.size);
    fl_buffer_release(&text);
}

static void put_three_clusters(void)
{
    static const float centroids[] = {0.9f, 0.2f, 0.2f, 0.4f, 0.6f, 0.6f, 0.5f, 0.7f, 0.4f};
    const struct fixture_clusters clusters = {.k = 3,
                                              .numbers = {2, 9, 4},
                                              .names = {"c0", "c1 + c3", "c1"},
                                              .category_count = 3,
                                              .categories = {"c0", "c1", "c3"},
                                              .centroids = centroids,
                                              .breadth_cut_milli = 3800};
    put_clusters("model/clusters.yaml", &clusters);
}

static void run_well(const char *data, const char *out, const char *day, const char *previous,
                     const char *columns)
{
    char model_path[FIXTURE_PATH_SIZE], data_path[FIXTURE_PATH_SIZE], out_path[FIXTURE_PATH_SIZE],
        previous_path[FIXTURE_PATH_SIZE];
    const struct fl_run_plan plan = {.io = &fl_io_system,
                                     .model = fixture_path("model", model_path),
                                     .data = fixture_path(data, data_path),
                                     .out = fixture_path(out, out_path),
                                     .as_of_day = day_of(day),
                                     .columns = columns,
                                     .previous =
                                         previous == NULL ? NULL : fixture_path(previous, previous_path),
                                     .memory_bytes = UINT64_C(1) << 30};
    struct fl_run_report report;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_run(&plan, &report, &error) != FL_OK)
        fail_msg("%s: %s", error.path, error.message);
}

static int make_nights(void **state)
{
    assert_int_equal(fixture_open(state), 0);
    model = default_model();
    init_model_folder("model");
    fixture_put("model/model.yaml", "scopes: [customer, brand, category, product]\ntype_view: true\n");
    fixture_put("model/keywords.csv", keywords);
    put_fit();
    put_three_clusters();
    make_data("data", 0, "NL");
    run_well("data", "before", day_before, NULL, NULL);
    run_well("data", "run", as_of, "before", NULL);
    return 0;
}

static int free_nights(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

/* ---- explaining ---- */

static struct fl_explanation told;

static fl_status explain(const char *run, int customer, const char *scope, struct fl_error *error)
{
    char run_path[FIXTURE_PATH_SIZE], data_path[FIXTURE_PATH_SIZE], text[16];
    (void)snprintf(text, sizeof text, "%d", customer);
    const struct fl_explain_plan plan = {.io = &fl_io_system,
                                         .run = fixture_path(run, run_path),
                                         .data = fixture_path("data", data_path),
                                         .customer = text,
                                         .scope = scope,
                                         .days = 5};
    fl_error_clear(error);
    return fl_explain(&plan, &told, error);
}

static void explain_well(const char *run, int customer, const char *scope)
{
    struct fl_error error;
    if (explain(run, customer, scope, &error) != FL_OK)
        fail_msg("%s, %d, %s: %s", run, customer, scope, error.message);
}

/* The line of a column or of what is asked; there must be one, or with `may_lack` none. */
static const struct fl_explain_line *line_of(const char *name, bool may_lack)
{
    const struct fl_explain_line *found = NULL;
    for (size_t i = 0; i < told.line_count; i++) {
        if (strcmp(told.lines[i].name, name) != 0)
            continue;
        if (found != NULL)
            fail_msg("%s is said twice", name);
        found = &told.lines[i];
    }
    if (found == NULL && !may_lack)
        fail_msg("%s is not said", name);
    return found;
}

static struct fl_run_manifest manifest_of(const char *run)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_run_manifest manifest;
    assert_int_equal(fl_run_folder_read(&fl_io_system, fixture_path(run, path), &manifest, NULL), FL_OK);
    return manifest;
}

static void open_stored(const char *run, int customer, struct fl_run_manifest *manifest,
                        struct fl_stored_rows *stored)
{
    char path[FIXTURE_PATH_SIZE];
    *manifest = manifest_of(run);
    *stored = (struct fl_stored_rows){.table = NULL};
    assert_int_equal(fl_stored_rows_open(&fl_io_system, fixture_path(run, path), manifest, "customers",
                                         "customer_scores", customer, stored, NULL),
                     FL_OK);
    assert_int_equal(stored->count, 1);
}

/* Each column that the table has is said once, as it was stored. */
static void assert_all_columns(const char *run, int customer)
{
    struct fl_run_manifest manifest;
    struct fl_stored_rows stored;
    open_stored(run, customer, &manifest, &stored);
    const struct fl_schema *schema = fl_table_schema(stored.table);
    for (size_t i = 0; i < schema->count; i++) {
        const struct fl_column *column = &schema->columns[i];
        if (!fl_table_has(stored.table, column->id) || column->id <= FL_SCORES_CUSTOMER_ID)
            continue;
        const struct fl_explain_line *line = line_of(column->name, false);
        int64_t value = 0;
        const bool has = fl_stored_value(&stored, column->id, 0, &value) ||
                         fl_stored_text(&stored, column->id, 0).bytes != NULL;
        assert_true(line->is_column && line->why[0] != '\0' && line->group != NULL);
        assert_int_equal(line->kind != FL_EXPLAIN_NULL, has);
        if (line->kind == FL_EXPLAIN_NUMBER)
            assert_int_equal(line->number, value);
    }
    fl_stored_rows_release(&stored);
    fl_run_manifest_release(&manifest);
}

/* Of conditions in order the first that holds names the word; else one of the others is it. */
static void assert_first(const char *column, const char *const *asked, const char *const *words,
                         const char *other, const char *or_other)
{
    const char *said = line_of(column, false)->shown;
    for (size_t i = 0; asked[i] != NULL; i++) {
        const struct fl_explain_line *line = line_of(asked[i], true);
        if (line != NULL && line->number == 1) {
            assert_string_equal(said, words[i]);
            return;
        }
    }
    if (strcmp(said, other) != 0)
        assert_string_equal(said, or_other);
}

static void assert_conditions(bool customer)
{
    static const char *const loops[] = {"conversion: intent",     "conversion: moving", "experience: intent",
                                        "experience: engagement", "nurturing: points",  NULL};
    static const char *const loop_words[] = {"conversion", "conversion", "experience", "experience",
                                             "nurturing"};
    static const char *const phases[] = {"connect: a purchase", "conquer: loop", "entice: loop", NULL};
    static const char *const phase_words[] = {"connect", "conquer", "entice"};
    static const char *const stages[] = {"lead", "won_back", "new", "lost", "lapsed", "slipping", NULL};
    assert_first("loop", loops, loop_words, "awareness", "awareness");
    assert_first("phase", phases, phase_words, "find", "find");
    const bool ambassador = strcmp(line_of("phase", false)->shown, "connect") == 0 &&
                            line_of("ambassador: events", false)->number == 1 &&
                            line_of("ambassador: no friction", false)->number == 1;
    assert_int_equal(line_of("ambassador", false)->number, ambassador);
    if (customer)
        assert_first("stage", stages, stages, "active", "prospect");
}

static void assert_adds_up(void)
{
    int64_t points = told.tag_points, intent = 0, recent = 0, before = 0, tag_points = 0;
    for (size_t i = 0; i < told.tag_count; i++)
        tag_points += told.tags[i].points;
    assert_int_equal(tag_points, told.tag_points);
    for (size_t i = 0; i < told.row_count; i++) {
        points += told.rows[i].points;
        intent += told.rows[i].intent_points;
        recent += told.rows[i].points_28;
        before += told.rows[i].points_84;
    }
    assert_int_equal(points, line_of("raw", false)->number);
    assert_int_equal(intent, line_of("intent_raw", false)->number);
    assert_int_equal(recent, line_of("points_28", false)->number);
    assert_int_equal(before, line_of("points_84", false)->number);
    assert_true(told.day_count == (told.day_count_all < 5 ? told.day_count_all : 5));
}

static void explain_scopes(const char *run, int customer)
{
    static char names[200][32];
    const size_t count = told.scope_count < 200 ? told.scope_count : 200;
    for (size_t i = 0; i < count; i++)
        (void)snprintf(names[i], sizeof names[i], "%s=%s", told.scopes[i].scope, told.scopes[i].word);
    fl_explanation_release(&told);
    for (size_t i = 0; i < count; i++) {
        explain_well(run, customer, names[i]);
        assert_string_equal(told.word, strchr(names[i], '=') + 1);
        assert_adds_up();
        assert_conditions(false);
        assert_null(line_of("stage", true));
        fl_explanation_release(&told);
    }
}

static void explain_all(const char *run)
{
    unsigned stages[8] = {0};
    for (int customer = 0; customer < CUSTOMERS; customer++) {
        explain_well(run, customer, NULL);
        assert_null(told.word);
        assert_string_equal(told.currency, "EUR");
        assert_all_columns(run, customer);
        assert_adds_up();
        assert_conditions(true);
        for (unsigned stage = 0; stage < 8; stage++)
            stages[stage] += strcmp(line_of("stage", false)->shown, fl_stage_word(stage)) == 0;
        assert_true(told.scope_count > 0);
        if (customer % 40 == 1) /* each has some fifty */
            explain_scopes(run, customer);
        fl_explanation_release(&told);
    }
    assert_true(stages[FL_STAGE_ACTIVE] > 0 && stages[FL_STAGE_PROSPECT] + stages[FL_STAGE_LEAD] > 0);
}

static void test_every_customer(void **state)
{
    (void)state;
    explain_all("before");
    explain_all("run");
}

/* A run of few columns is explained by those. */
static void test_columns(void **state)
{
    (void)state;
    static const char *const lists[] = {"raw",
                                        "tier",
                                        "winback_day",
                                        "engagement,loop",
                                        "rfm_code,rfm_group",
                                        "tier,tier_before,net_12m,tier_pending,tier_pending_nights"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char out[32];
        (void)snprintf(out, sizeof out, "some%zu", i);
        run_well("data", out, as_of, "before", lists[i]);
        for (int customer = 0; customer < CUSTOMERS; customer += 7) {
            explain_well(out, customer, NULL);
            assert_all_columns(out, customer);
            fl_explanation_release(&told);
        }
    }
}

/* ---- what is refused ---- */

static void assert_refused(const char *run, int customer, const char *scope, fl_status status,
                           const char *words)
{
    struct fl_error error;
    const fl_status given = explain(run, customer, scope, &error);
    if (given != status || strstr(error.message, words) == NULL)
        fail_msg("%s: %s", fl_status_name(given), error.message);
    assert_null(told.owned);
    assert_null(told.lines);
}

static void test_scopes_refused(void **state)
{
    (void)state;
    assert_refused("run", 1, "brand", FL_USAGE, "a scope is brand=, category= or product= and its name");
    assert_refused("run", 1, "brand=", FL_USAGE, "a scope is");
    assert_refused("run", 1, "customer=1", FL_USAGE, "a scope is");
    assert_refused("run", 1, "br=b1", FL_USAGE, "a scope is");
    assert_refused("run", 1, "brand=nobody", FL_MISSING, "the customer has no row of this scope in the run");
    fixture_put("model/model.yaml", "scopes: [customer, brand]\n");
    run_well("data", "narrow", as_of, NULL, NULL);
    assert_refused("narrow", 1, "category=c1", FL_USAGE, "the run has no table of categories");
    explain_well("narrow", 1, "brand=b1");
    fl_explanation_release(&told);
    fixture_put("model/model.yaml", "scopes: [customer, brand, category, product]\ntype_view: true\n");
}

/* ---- what was stored is something else ---- */

/* The bytes of one run's table under the name of another's. */
static void swap_table(const char *into, const char *from, const char *table)
{
    char to_path[2 * FIXTURE_PATH_SIZE], from_path[2 * FIXTURE_PATH_SIZE];
    struct fl_run_manifest to = manifest_of(into), other = manifest_of(from);
    size_t size = 0;
    (void)snprintf(to_path, sizeof to_path, "%s/%s", into, fl_run_manifest_output(&to, table)->name);
    (void)snprintf(from_path, sizeof from_path, "%s/%s", from, fl_run_manifest_output(&other, table)->name);
    char *bytes = fixture_get(from_path, &size);
    assert_non_null(bytes);
    fixture_put_bytes(to_path, bytes, size);
    free(bytes);
    fl_run_manifest_release(&to);
    fl_run_manifest_release(&other);
}

/* Whoever differs first says so, for some column of the table. */
static void assert_found(const char *run, const char *table, const char *column)
{
    char words[100];
    (void)snprintf(words, sizeof words, "customer's %s in the table %s differs from what the run stored",
                   column, table);
    for (int customer = 0; customer < CUSTOMERS; customer++) {
        struct fl_error error;
        const fl_status status = explain(run, customer, NULL, &error);
        fl_explanation_release(&told);
        if (status == FL_OK)
            continue;
        if (status != FL_INTERNAL || strstr(error.message, words) == NULL)
            fail_msg("%s: %s", fl_status_name(status), error.message);
        assert_string_equal(error.column, column);
        return;
    }
    fail_msg("nobody differs in %s", table);
}

static void test_other_tables_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *run, *from, *table, *column;
    } cases[] = {
        {"s1", "dear", "customers", "net_12m"},   {"s2", "dear", "brands", "net_12m"},
        {"s3", "dear", "categories", "net_12m"},  {"s4", "dear", "products", "net_12m"},
        {"s5", "abroad", "customers", "country"}, {"s6", "later", "types", "rows"},
    };
    make_data("dear_data", 7, "NL");
    make_data("abroad_data", 0, "BE");
    run_well("dear_data", "dear", as_of, NULL, NULL);
    run_well("abroad_data", "abroad", as_of, NULL, NULL);
    run_well("data", "later", day_before, NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_well("data", cases[i].run, as_of, NULL, NULL);
        swap_table(cases[i].run, cases[i].from, cases[i].table);
        if (strcmp(cases[i].table, "types") != 0)
            assert_found(cases[i].run, cases[i].table, cases[i].column);
    }
    /* A type's row that is not there, or has fewer rows: one or the other comes first. */
    struct fl_error error;
    unsigned differ = 0;
    for (int customer = 0; customer < CUSTOMERS; customer++) {
        differ += explain("s6", customer, NULL, &error) == FL_INTERNAL;
        fl_explanation_release(&told);
    }
    assert_true(differ > 0);
}

/* Tags that another list would have brought. */
static void test_other_tags_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *run, *from, *keywords, *column;
    } cases[] = {{"t1", "dearer",
                  "tag,any,speaker,points,expiry_days,priority\nlate,late|later,,-3,20,3\n"
                  "thanks,thank*,both,1,300,\nquiet,hush,,5,1,\n",
                  "points"},
                 {"t2", "sooner",
                  "tag,any,expiry_days\nlate,late|later,19\nthanks,thank*,299\nquiet,hush,1\n", "expires"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture_put("model/keywords.csv", cases[i].keywords);
        run_well("data", cases[i].from, as_of, NULL, NULL);
        fixture_put("model/keywords.csv", keywords);
        run_well("data", cases[i].run, as_of, NULL, NULL);
        swap_table(cases[i].run, cases[i].from, "tags");
        assert_found(cases[i].run, "tags", cases[i].column);
    }
}

/* What all customers decide is counted again: when one more stood below, or the borders were others, what was
 * stored would no longer follow. */
static void test_place_is_checked(void **state)
{
    (void)state;
    static const char *const columns[] = {"percentile", "rfm_r", "rfm_m", "tier"};
    char path[FIXTURE_PATH_SIZE];
    struct fl_model *of_run = NULL;
    struct fl_run_manifest manifest;
    struct fl_stored_rows stored;
    open_stored("before", 61, &manifest, &stored);
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("before", path), &of_run, NULL), FL_OK);
    for (int change = 0; change < 4; change++) {
        struct fl_explain_place place = {.raw = {.less = 0}};
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(fl_explain_place_find(&fl_io_system, fixture_path("before", path), &manifest, of_run,
                                               &stored, &place, NULL),
                         FL_OK);
        assert_int_equal(fl_explain_place_check(&place, of_run, &stored, NULL), FL_OK);
        assert_true(place.raw.known && place.recency_days.known && place.monetary.known &&
                    place.tier_value.known);
        if (change == 0)
            place.raw.less = place.raw.less < place.raw.count / 2 ? place.raw.count : 0;
        if (change == 1)
            place.recency_days.less = place.recency_days.less < place.recency_days.count / 2
                                          ? place.recency_days.count - place.recency_days.equal
                                          : 0;
        if (change == 2)
            place.monetary.less =
                place.monetary.less < place.monetary.count / 2 ? place.monetary.count - 1 : 0;
        for (int tier = 0; change == 3 && tier < FL_TIER_D; tier++)
            place.borders.lowest[tier] =
                place.tier_value.value >= place.borders.lowest[0] ? INT64_MAX : INT64_MIN;
        assert_int_equal(fl_explain_place_check(&place, of_run, &stored, &error), FL_INTERNAL);
        assert_string_equal(error.column, columns[change]);
    }
    fl_model_free(of_run);
    fl_stored_rows_release(&stored);
    fl_run_manifest_release(&manifest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_customer),   cmocka_unit_test(test_columns),
        cmocka_unit_test(test_scopes_refused),   cmocka_unit_test(test_other_tables_are_found),
        cmocka_unit_test(test_place_is_checked), cmocka_unit_test(test_other_tags_are_found),
    };
    return cmocka_run_group_tests(tests, make_nights, free_nights);
}
