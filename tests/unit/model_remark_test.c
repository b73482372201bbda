/* model_remark_test.c - a model that can be run is described: its files, its changes, what is hardly meant.
 *
 * The default model has nothing to be said of but its files. Then one thing is changed at a time and the
 * whole remark is pinned; a registry of one type whose most points are a sum by hand (1 point a day that
 * halves each day: 2 points) shows what is out of reach. */
#include "tests/unit/engine_fixture.h"

static const char header[] =
    "type_id,name,channel,direction,loop,weight,half_life_days,daily_cap,count_by,role,"
    "pressure,consent_class,note\n";

static struct fl_model_remarks *look(void)
{
    char path[FIXTURE_PATH_SIZE];
    struct fl_model_remarks *remarks = NULL;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_model_remark(&fl_io_system, fixture_path("m", path), &remarks, &error) != FL_OK)
        fail_msg("%s", error.message);
    return remarks;
}

static size_t count_of(const struct fl_model_remarks *remarks, enum fl_remark_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < remarks->count; i++)
        count += remarks->list[i].kind == kind;
    return count;
}

static bool says(const struct fl_model_remarks *remarks, enum fl_remark_kind kind, const char *text)
{
    for (size_t i = 0; i < remarks->count; i++) {
        if (remarks->list[i].kind == kind && strcmp(remarks->list[i].text, text) == 0)
            return true;
    }
    return false;
}

/* The model in folder m says this, and of its kind nothing else. */
static void assert_only(enum fl_remark_kind kind, const char *text)
{
    struct fl_model_remarks *remarks = look();
    if (!says(remarks, kind, text) || count_of(remarks, kind) != 1) {
        for (size_t i = 0; i < remarks->count; i++)
            print_message("%d %s\n", (int)remarks->list[i].kind, remarks->list[i].text);
        fail_msg("not only `%s`", text);
    }
    fl_model_remarks_free(remarks);
}

static void assert_only_with(const char *yaml, enum fl_remark_kind kind, const char *text)
{
    fixture_put("m/model.yaml", yaml);
    assert_only(kind, text);
}

static void test_default(void **state)
{
    (void)state;
    struct fl_model *model = default_model();
    init_model_folder("m");
    struct fl_model_remarks *remarks = look();
    assert_string_equal(remarks->hash, fl_model_hash(model));
    assert_true(says(remarks, FL_REMARK_FILE, "registry.csv: 140 interaction types"));
    assert_true(says(remarks, FL_REMARK_FILE, "model.yaml: currency EUR"));
    assert_true(says(remarks, FL_REMARK_FILE, "rates.csv: 0 rates"));
    assert_true(says(remarks, FL_REMARK_FILE, "rfm_groups.csv: 12 groups of RFM codes"));
    char keywords[128];
    (void)snprintf(keywords, sizeof keywords,
                   "keywords.csv: %zu tags, %zu rules, %zu words: the default list",
                   model->keywords.tag_count, model->keywords.rule_count, model->keywords.word_count);
    assert_true(says(remarks, FL_REMARK_FILE, keywords));
    assert_int_equal(count_of(remarks, FL_REMARK_FILE), remarks->count);
    fl_model_remarks_free(remarks);
    fixture_remove("m/rfm_groups.csv");
    fixture_remove("m/keywords.csv");
    fixture_remove("m/examples.yaml");
    fixture_put("m/model.yaml", "");
    remarks = look();
    assert_true(says(remarks, FL_REMARK_FILE, "rfm_groups.csv is not there: the default's 12 groups hold"));
    assert_true(says(remarks, FL_REMARK_FILE, "keywords.csv is not there: no tags but those given by hand"));
    assert_true(says(remarks, FL_REMARK_FILE,
                     "clusters.yaml is not there: nobody has a cluster until a cluster fit"));
    assert_true(says(remarks, FL_REMARK_FILE, "examples.yaml is not there"));
    assert_int_equal(count_of(remarks, FL_REMARK_FILE), remarks->count);
    fl_model_remarks_free(remarks);
    fl_model_free(model);
    fixture_remove("m");
}

static void test_changes(void **state)
{
    (void)state;
    char text[8192];
    size_t size = 0;
    init_model_folder("m");
    assert_only_with("value: {recency_cuts: [7, 30.5, 90, 180]}\n", FL_REMARK_CHANGE,
                     "model.yaml: value.recency_cuts: [7, 30.5, 90, 180] (default none)");
    assert_only_with("scopes: [brand, customer]\n", FL_REMARK_CHANGE,
                     "model.yaml: scopes: [customer, brand] (default [customer])");
    assert_only_with("life: {p_alive_below: 0.25}\n", FL_REMARK_CHANGE,
                     "model.yaml: life.p_alive_below: 0.25 (default 0.3)");
    assert_only_with("regex: true\n", FL_REMARK_CHANGE, "model.yaml: regex: true (default false)");
    fixture_put("m/model.yaml", "");
    char *list = fixture_get("m/keywords.csv", &size);
    fixture_put("m/keywords.csv", "tag,any\npraise,thanks\nlocal,here|there\n");
    struct fl_model_remarks *remarks = look();
    assert_true(says(remarks, FL_REMARK_FILE, "keywords.csv: 2 tags, 2 rules, 3 words"));
    fl_model_remarks_free(remarks);
    assert_only(FL_REMARK_CHANGE, "keywords.csv: another list than the default: 1 tags more, 35 of the "
                                  "default's not there");
    fixture_put_bytes("m/keywords.csv", list, size);
    free(list);
    char *groups = fixture_get("m/rfm_groups.csv", &size);
    memcpy(strstr(groups, "555,champions") + 4, "CHAMPIONS", 9);
    fixture_put("m/rfm_groups.csv", groups);
    free(groups);
    assert_only(FL_REMARK_CHANGE,
                "rfm_groups.csv: 1 codes have another group than in the default, first 555: "
                "CHAMPIONS (default champions)");
    fixture_remove("m/rfm_groups.csv");
    char *registry = fixture_get("m/registry.csv", &size);
    char *line = strstr(registry, "\n9,web_visit,"), *next = strchr(line + 1, '\n');
    (void)snprintf(text, sizeof text,
                   "9,web_visit,web,transaction,conversion,1.5,7.25,0,order,purchase,0,none,");
    struct fl_buffer changed = {0};
    assert_true(fl_buffer_append(&changed, registry, (size_t)(line + 1 - registry)));
    append_text(&changed, text);
    append_text(&changed, next);
    fixture_put_bytes("m/registry.csv", changed.bytes, changed.size);
    assert_only(
        FL_REMARK_CHANGE,
        "registry.csv: web_visit: direction transaction (default inbound), loop conversion (default "
        "awareness), weight 1.5 (default 1), half_life_days 7.25 (default 7), daily_cap 0 (default 3), "
        "count_by order (default row), role purchase (default none)");
    fl_buffer_release(&changed);
    free(registry);
    fixture_remove("m");
}

static void test_oddities(void **state)
{
    (void)state;
    init_model_folder("m");
    assert_only_with("value: {tier_by: lifetime}\n", FL_REMARK_ODDITY,
                     "model.yaml: value.tier_by is lifetime, and there is no value.yaml to foresee it: run a "
                     "value fit");
    assert_only_with("value: {rfm_days: 30, frequency_cuts: [2, 3, 4, 31]}\n", FL_REMARK_ODDITY,
                     "model.yaml: value.frequency_cuts ask for 31 purchase days within value.rfm_days 30");
    assert_only_with("value: {recency_cuts: [7, 30, 90, 730]}\n", FL_REMARK_ODDITY,
                     "model.yaml: value.recency_cuts reach beyond value.rfm_days 730, where nobody has an R");
    assert_only_with("k_points: {intent: {brand: 7}}\n", FL_REMARK_ODDITY,
                     "model.yaml: k_points are set for brand, which scopes does not ask for");
    fixture_remove("m");
}

static void test_fit(void **state)
{
    (void)state;
    init_model_folder("m");
    fixture_put("m/value.yaml",
                "day: 2026-03-01\nfit: bgnbd\ncurrency: EUR\n"
                "purchases: {customers: 2357, repeaters: 1000, log_likelihood: -9582.4, r: 0.2426, "
                "alpha: 4.4136, a: 0.7929, b: 2.4259}\n"
                "spend: {customers: 946, log_likelihood: -4055.9, p: 6.25, q: 3.74, v: 15.44}\n"
                "gaps: {days: 21, gaps: 3000, categories: [{category: C, days: 14, gaps: 300}]}\n");
    assert_only(
        FL_REMARK_ODDITY,
        "model.yaml: value.fit is mbgnbd, and value.yaml was fit as bgnbd: the next value fit changes it");
    fixture_put("m/model.yaml", "value: {fit: bgnbd, tier_by: lifetime}\n");
    struct fl_model_remarks *remarks = look();
    assert_true(says(remarks, FL_REMARK_FILE,
                     "value.yaml: a fit of 2026-03-01, bgnbd, 2357 customers; rhythms of 1 categories"));
    assert_int_equal(count_of(remarks, FL_REMARK_ODDITY), 0);
    fl_model_remarks_free(remarks);
    fixture_remove("m");
}

/* Roles that nobody has, a type that does nothing, and thresholds beyond 2 points of 120 (80 for intent). */
static void test_small_registry(void **state)
{
    (void)state;
    char registry[1000];
    init_model_folder("m");
    fixture_remove("m/examples.yaml");
    fixture_put("m/model.yaml", "value: {engaged_floor: 2, intent_floor: 3}\nbands: [2, 3, 4]\n");
    (void)snprintf(registry, sizeof registry,
                   "%s1,a,web,inbound,awareness,1,1,1,row,none,0,none,\n"
                   "2,b,web,inbound,awareness,0,7,0,row,none,0,none,\n",
                   header);
    fixture_put("m/registry.csv", registry);
    struct fl_model_remarks *remarks = look();
    static const char *const oddities[] = {
        "registry.csv: b has no weight, no role and no pressure: its rows change no score",
        "registry.csv: no type has the role purchase: nobody ever buys",
        "registry.csv: no type has the role advocate or share: nobody can be an ambassador",
        "registry.csv: no type has the role friction, which life.friction_days and loops.friction_days look "
        "for",
        "registry.csv: no type has the role opt_out, which life.opt_out_days looks for",
        "model.yaml: bands 3 is out of reach: every type at its daily cap each day gives an engagement of 2",
        "model.yaml: bands 4 is out of reach: every type at its daily cap each day gives an engagement of 2",
        "model.yaml: loops.experience_engagement 40 is out of reach: every type at its daily cap each day "
        "gives "
        "an engagement of 2",
        "model.yaml: value.intent_floor 3 is out of reach: every type at its daily cap each day gives an "
        "intent "
        "of 2",
        "model.yaml: life.lead_intent 20 is out of reach: every type at its daily cap each day gives an "
        "intent "
        "of 2",
    };
    for (size_t i = 0; i < sizeof oddities / sizeof *oddities; i++) {
        if (!says(remarks, FL_REMARK_ODDITY, oddities[i]))
            fail_msg("nothing says `%s`", oddities[i]);
    }
    assert_int_equal(count_of(remarks, FL_REMARK_ODDITY), 13); /* and three of loops' intents */
    assert_true(
        says(remarks, FL_REMARK_CHANGE, "registry.csv: web_visit (type 9) of the default is not there"));
    fl_model_remarks_free(remarks);
    /* Without a cap there is no end to points. */
    (void)snprintf(registry, sizeof registry, "%s1,a,web,inbound,awareness,1,1,0,row,purchase,0,none,\n",
                   header);
    fixture_put("m/registry.csv", registry);
    remarks = look();
    assert_int_equal(count_of(remarks, FL_REMARK_ODDITY), 3); /* roles */
    fl_model_remarks_free(remarks);
    fixture_remove("m");
}

static void test_failures(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    struct fl_model_remarks *remarks = NULL;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_model_remark(&fl_io_system, fixture_path("m", path), &remarks, &error), FL_MISSING);
    init_model_folder("m");
    fixture_put("m/examples.yaml", "examples: [{name: n}]\n");
    fl_error_clear(&error);
    assert_int_equal(fl_model_remark(&fl_io_system, path, &remarks, &error), FL_BAD_MODEL);
    assert_null(remarks);
    assert_non_null(strstr(error.path, "examples.yaml"));
    for (int at = 1;; at++) {
        const struct fl_io io = fixture_io(at, EIO);
        init_model_folder("n");
        fl_error_clear(&error);
        (void)fl_model_remark(&io, fixture_path("n", path), &remarks, &error);
        fl_model_remarks_free(remarks);
        fixture_remove("n");
        if (fixture_calls < at)
            break;
    }
    fixture_remove("m");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),  cmocka_unit_test(test_changes),
        cmocka_unit_test(test_oddities), cmocka_unit_test(test_small_registry),
        cmocka_unit_test(test_failures), cmocka_unit_test(test_fit),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
