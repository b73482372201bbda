/* cluster_model_test.c - clusters.yaml is read strictly, and what is printed is read back bit by bit.
 *
 * Each line of a good file is left out or spoilt; the message must name place and trouble. Centroids of
 * random bits, small and large, and names of every kind of character go to text and back. Each allocation of
 * the reader fails once. */
#include "tests/unit/engine_fixture.h"

#include <math.h>
#include <stdatomic.h>

#include "engine/clusters/cluster_model.h"

static const char good[] =
    "day: 2026-03-01\n"
    "seed: 7\n"
    "customers: 900\n"
    "stability: 0.914\n"
    "forced: false\n"
    "inertia: 123.456789\n"
    "breadth_cut: 4.25\n"
    "next_number: 6\n"
    "clusters:\n"
    "  - {number: 2, name: Bread + Milk, customers: 600}\n"
    "  - {number: 5, name: \"T\\u00e9a\", customers: 300}\n"
    "history:\n"
    "  - {day: 2025-11-30, customers: 700, clusters: 4, kept: 0, new: 4, stability: 0.9}\n"
    "  - {day: 2026-03-01, customers: 900, clusters: 2, kept: 1, new: 1, stability: 0.914}\n"
    "categories:\n"
    "  - {category: Bread, share: 0.5}\n"
    "  - {category: Milk, share: 0.333333}\n"
    "  - {category: Tea, share: 0.166667}\n"
    "centroids:\n"
    "  - [0.5, 0.25, 0]\n"
    "  - [1e-3, 0,\n"
    "     1]\n";

/* ---- an allocation that fails on demand ---- */

static atomic_long calls, fail_at; /* fail_at: 0 is none */

static bool fails(void)
{
    return atomic_fetch_add(&calls, 1) + 1 == atomic_load(&fail_at);
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *bytes, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}
void *__wrap_realloc(void *bytes, size_t size)
{
    return fails() ? NULL : __real_realloc(bytes, size);
}

static void test_no_memory(void **state)
{
    (void)state;
    fl_status status = FL_NO_MEMORY;
    long at = 0;
    while (status == FL_NO_MEMORY) {
        struct fl_cluster_model model;
        atomic_store(&calls, 0);
        atomic_store(&fail_at, ++at);
        status = fl_cluster_model_parse(good, strlen(good), "clusters.yaml", &model, NULL);
        atomic_store(&fail_at, 0);
        assert_true(status == FL_OK || (model.clusters == NULL && model.bytes == NULL));
        fl_cluster_model_release(&model);
    }
    assert_int_equal(status, FL_OK);
    assert_true(at > 6); /* the model alone has six */
}

/* ---- reading ---- */

static void test_reads_a_fit(void **state)
{
    (void)state;
    struct fl_cluster_model model;
    struct fl_error error = {0};
    if (fl_cluster_model_parse(good, strlen(good), "clusters.yaml", &model, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(model.day, fl_civil_to_day(2026, 3, 1));
    assert_int_equal(model.seed, 7);
    assert_int_equal(model.customers, 900);
    assert_int_equal(model.stability_milli, 914);
    assert_false(model.forced);
    assert_true(model.inertia == 123.456789);
    assert_int_equal(model.breadth_cut_milli, 4250);
    assert_int_equal(model.next_number, 6);
    assert_int_equal(model.k, 2);
    assert_int_equal(model.clusters[1].number, 5);
    assert_int_equal(model.clusters[1].customers, 300);
    assert_true(fl_text_equal(model.clusters[1].name, fl_text_of("T\xc3\xa9"
                                                                 "a")));
    assert_int_equal(model.history_count, 2);
    assert_int_equal(model.history[0].k, 4);
    assert_int_equal(model.history[0].kept, 0);
    assert_int_equal(model.history[1].new_numbers, 1);
    assert_int_equal(model.category_count, 3);
    assert_true(fl_text_equal(model.categories[2], fl_text_of("Tea")));
    assert_int_equal(model.share_ppm[1], 333333);
    assert_true(model.centroids[0] == 0.5F && model.centroids[3] == 1e-3F && model.centroids[5] == 1);
    fl_cluster_model_release(&model);
}

/* The good file with the first `from` replaced. */
static void assert_refused(const char *from, const char *to, const char *words)
{
    char text[2 * sizeof good];
    struct fl_cluster_model model;
    struct fl_error error = {0};
    const char *at = strstr(good, from);
    assert_non_null(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    const fl_status status = fl_cluster_model_parse(text, strlen(text), "clusters.yaml", &model, &error);
    if (status != FL_BAD_MODEL || strstr(error.message, words) == NULL)
        fail_msg("`%s` as `%s`: status %d, `%s` does not say `%s`", from, to, (int)status, error.message,
                 words);
    assert_null(model.clusters);
    assert_null(model.centroids);
    assert_string_equal(error.path, "clusters.yaml");
    assert_true(error.line > 0 && strchr(error.message, '^') != NULL);
}

static void test_refuses_what_is_no_fit(void **state)
{
    (void)state;
    assert_refused("day: 2026-03-01\n", "", "`day` is missing");
    assert_refused("day: 2026-03-01\n", "day: 1 March\n", "a day is written like");
    assert_refused("seed: 7", "sead: 7", "unknown key `sead`; did you mean `seed`?");
    assert_refused("seed: 7", "seed: -1", "no whole number from 0");
    assert_refused("customers: 900", "customers: 0", "no whole number from 1");
    assert_refused("stability: 0.914", "stability: 1.001", "lies from -1 to 1, with at most 3 places");
    assert_refused("stability: 0.914", "stability: 0.9141", "with at most 3 places");
    assert_refused("stability: 0.914", "stability: nan", "no decimal number");
    assert_refused("forced: false", "forced: no", "");
    assert_refused("inertia: 123.456789", "inertia: -1", "from 0 to a quadrillion");
    assert_refused("breadth_cut: 4.25", "breadth_cut: 0.999", "lies from 1 to");
    assert_refused("next_number: 6", "next_number: 5", "the number 5 was never given: `next_number` is 5");
    assert_refused("number: 2", "number: 0", "no whole number from 1");
    assert_refused("next_number: 6\n", "", "`next_number` is missing");
    /* A number of a cluster that is gone was given once more. */
    assert_refused("clusters: 4, kept: 0, new: 4", "clusters: 5, kept: 0, new: 5", "the next is at least 7");
    assert_refused("number: 2, ", "", "`number` is missing");
    assert_refused("number: 2", "number: 5", "another cluster has the number 5");
    assert_refused("Bread + Milk",
                   "T\xc3\xa9"
                   "a",
                   "cluster 2 has this name");
    assert_refused("Bread + Milk", "\"\"", "a name has 1 to");
    assert_refused("customers: 600", "customers: 901", "no whole number from 1 to 900");
    assert_refused("- {number: 2, name: Bread + Milk, customers: 600}", "- 3", "a map (key: value) belongs");
    assert_refused("clusters:\n", "clusters: {}\nx:\n", "unknown key `x`");
    assert_refused("kept: 0, new: 4", "kept: 1, new: 4", "no whole number from 3 to 3");
    assert_refused("clusters: 4", "clusters: 129", "no whole number from 1 to 128");
    assert_refused("category: Bread", "category: N", "sorted by their bytes");
    assert_refused("category: Bread", "category: Milk", "sorted by their bytes");
    assert_refused("share: 0.5", "share: 1.000001", "lies from 0 to 1");
    assert_refused("  - {category: Tea, share: 0.166667}\n", "", "a list of 2 numbers");
    assert_refused("  - [0.5, 0.25, 0]\n", "", "1 centroids for 2 clusters");
    assert_refused("[0.5, 0.25, 0]", "[0.5, 0.25]", "a list of 3 numbers");
    assert_refused("[0.5, 0.25, 0]", "3", "a list of 3 numbers");
    assert_refused("0.25, 0]", "1.1, 0]", "lies from 0 to 1");
    assert_refused("0.25, 0]", "-0.1, 0]", "lies from 0 to 1");
    assert_refused("0.25, 0]", "1e-300, 0]", "lies from 0 to 1");
    assert_refused("0.25, 0]", "1e300, 0]", "lies from 0 to 1");
    assert_refused("0.25, 0]", "x, 0]", "no decimal number");
    assert_refused("centroids:\n", "centroids: 3\nx:\n", "unknown key");
}

static void test_lists_have_to_be_lists(void **state)
{
    (void)state;
    static const char *const keys[] = {"clusters", "history", "categories", "centroids"};
    for (size_t i = 0; i < 4; i++) {
        char text[200];
        struct fl_cluster_model model;
        struct fl_error error = {0};
        size_t used = 0;
        for (size_t k = 0; k < 4; k++)
            used +=
                (size_t)snprintf(text + used, sizeof text - used, "%s: %s\n", keys[k], k == i ? "3" : "[]");
        assert_int_equal(fl_cluster_model_parse(text, used, "clusters.yaml", &model, &error), FL_BAD_MODEL);
        assert_non_null(strstr(error.message, "are a list of"));
        assert_int_equal(error.line, i + 1);
    }
}

/* An escape of two bytes may stand for three, so texts are not bounded by the size of the file. */
static void test_texts_longer_than_their_escapes(void **state)
{
    (void)state;
    static char text[sizeof good + 4000];
    const char *at = strstr(good, "Tea");
    size_t used = (size_t)(at - good);
    memcpy(text, good, used);
    text[used++] = '"';
    for (int i = 0; i < 1000; i++, used += 2)
        memcpy(text + used, "\\L", 2);
    text[used++] = '"';
    used += (size_t)snprintf(text + used, sizeof text - used, "%s", at + 3);
    struct fl_cluster_model model;
    struct fl_error error = {0};
    if (fl_cluster_model_parse(text, used, "clusters.yaml", &model, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(model.categories[2].size, 3000);
    fl_cluster_model_release(&model);
}

/* ---- writing ---- */

static void assert_same_model(const struct fl_cluster_model *a, const struct fl_cluster_model *b)
{
    assert_int_equal(a->day, b->day);
    assert_int_equal(a->seed, b->seed);
    assert_int_equal(a->customers, b->customers);
    assert_int_equal(a->stability_milli, b->stability_milli);
    assert_int_equal(a->forced, b->forced);
    assert_true(a->inertia == b->inertia);
    assert_int_equal(a->breadth_cut_milli, b->breadth_cut_milli);
    assert_int_equal(a->next_number, b->next_number);
    assert_int_equal(a->k, b->k);
    for (unsigned i = 0; i < a->k; i++) {
        assert_int_equal(a->clusters[i].number, b->clusters[i].number);
        assert_int_equal(a->clusters[i].customers, b->clusters[i].customers);
        assert_true(fl_text_equal(a->clusters[i].name, b->clusters[i].name));
    }
    assert_int_equal(a->history_count, b->history_count);
    assert_memory_equal(a->history, b->history, a->history_count * sizeof *a->history);
    assert_int_equal(a->category_count, b->category_count);
    for (uint32_t i = 0; i < a->category_count; i++)
        assert_true(fl_text_equal(a->categories[i], b->categories[i]));
    assert_memory_equal(a->share_ppm, b->share_ppm, a->category_count * sizeof *a->share_ppm);
    assert_memory_equal(a->centroids, b->centroids, a->k * a->category_count * sizeof *a->centroids);
}

static void test_reads_back_what_it_prints(void **state)
{
    (void)state;
    enum { K = 5, CATEGORIES = 7 };
    struct fl_text categories[CATEGORIES] = {fl_text_of("\x01 control \x7f, \"quoted\" \\ back"),
                                             fl_text_of("- {dash: [x]} # no comment"),
                                             fl_text_of("Caf\xc3\xa9"),
                                             fl_text_of("\xc2\x85 next line"),
                                             fl_text_of("\xe2\x80\xa8 line separator"),
                                             fl_text_of("\xef\xbb\xbf byte order mark"),
                                             fl_text_of("\xf0\x9f\x98\x80 face \xef\xbf\xbe")};
    int64_t shares[CATEGORIES] = {0, 1, 10, 333333, 333333, 333322, 1};
    struct fl_cluster clusters[K] = {{9, fl_text_of("no"), 500},
                                     {1, fl_text_of("1 + 2"), 499},
                                     {INT32_MAX - 1, fl_text_of("\xf0\x9f\x98\x80"), 300},
                                     {4, fl_text_of("a \"b\" (2)"), 300},
                                     {3, fl_text_of(" blank "), 1}};
    struct fl_cluster_fit_note history[] = {{-1000, 3, 0, 3, 12, -5}, {20513, K, 2, 3, 1600, 599}};
    float centroids[K * CATEGORIES];
    uint64_t random = 3;
    for (size_t i = 0; i < (size_t)K * CATEGORIES; i++)
        centroids[i] = i < 4 ? (float)i / 3 : ldexpf((float)(next_random(&random) >> 40), -24 - (int)i);
    const struct fl_cluster_model model = {
        .day = 20513,
        .seed = INT64_MAX,
        .customers = 1600,
        .stability_milli = 599,
        .forced = true,
        .inertia = 987654321.123456,
        .breadth_cut_milli = 17001,
        .next_number = INT32_MAX,
        .k = K,
        .clusters = clusters,
        .category_count = CATEGORIES,
        .categories = categories,
        .share_ppm = shares,
        .centroids = centroids,
        .history = history,
        .history_count = 2,
    };
    struct fl_buffer text = {0}, again = {0};
    struct fl_cluster_model back;
    struct fl_error error = {0};
    assert_int_equal(fl_cluster_model_print(&model, &text, &error), FL_OK);
    if (fl_cluster_model_parse((const char *)text.bytes, text.size, "clusters.yaml", &back, &error) != FL_OK)
        fail_msg("%s\n%.*s", error.message, (int)text.size, (const char *)text.bytes);
    assert_same_model(&model, &back);
    assert_int_equal(fl_cluster_model_print(&back, &again, &error), FL_OK);
    assert_int_equal(again.size, text.size);
    assert_memory_equal(again.bytes, text.bytes, text.size);
    fl_cluster_model_release(&back);
    fl_buffer_release(&text);
    fl_buffer_release(&again);
}

static void test_a_file_can_be_too_long(void **state)
{
    (void)state;
    static char name[5 << 20];
    memset(name, 'x', sizeof name);
    struct fl_text category = {name, sizeof name};
    struct fl_cluster cluster = {1, fl_text_of("x"), 1};
    struct fl_cluster_fit_note note = {0, 1, 0, 1, 1, 1000};
    int64_t share = 1000000;
    float centroid = 1;
    const struct fl_cluster_model model = {.customers = 1,
                                           .next_number = 2,
                                           .k = 1,
                                           .clusters = &cluster,
                                           .category_count = 1,
                                           .categories = &category,
                                           .share_ppm = &share,
                                           .centroids = &centroid,
                                           .history = &note,
                                           .history_count = 1};
    struct fl_buffer text = {0};
    struct fl_error error = {0};
    assert_int_equal(fl_cluster_model_print(&model, &text, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "shorter names"));
    fl_buffer_release(&text);
}

/* ---- in the model ---- */

static void test_is_part_of_the_model(void **state)
{
    (void)state;
    char path[FIXTURE_PATH_SIZE];
    struct fl_model *model = NULL, *with = NULL;
    struct fl_error error = {0};
    init_model_folder("m");
    assert_int_equal(fl_model_open(&fl_io_system, fixture_path("m", path), &model, &error), FL_OK);
    assert_null(model->clusters);
    fixture_put("m/clusters.yaml", good);
    assert_int_equal(fl_model_open(&fl_io_system, path, &with, &error), FL_OK);
    assert_int_equal(with->clusters->k, 2);
    assert_string_not_equal(fl_model_hash(with), fl_model_hash(model));
    const struct fl_buffer bytes = {.bytes = (uint8_t *)(uintptr_t)good, .size = strlen(good)};
    assert_int_equal(fl_model_take_fit(model, FL_MODEL_CLUSTERS, &bytes, &error), FL_OK);
    assert_string_equal(fl_model_hash(with), fl_model_hash(model));
    fl_model_free(model);
    fl_model_free(with);
    struct fl_model_remarks *remarks = NULL;
    assert_int_equal(fl_model_remark(&fl_io_system, path, &remarks, &error), FL_OK);
    bool said = false;
    for (size_t i = 0; i < remarks->count; i++)
        said = said || strcmp(remarks->list[i].text, "clusters.yaml: a fit of 2026-03-01, 2 clusters of 900 "
                                                     "customers, stability 0.914") == 0;
    assert_true(said);
    fl_model_remarks_free(remarks);
    fixture_put("m/clusters.yaml", "day: 2026-03-01\n");
    assert_int_equal(fl_model_open(&fl_io_system, path, &model, &error), FL_BAD_MODEL);
    assert_non_null(strstr(error.path, "m/clusters.yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_fit),
        cmocka_unit_test(test_refuses_what_is_no_fit),
        cmocka_unit_test(test_lists_have_to_be_lists),
        cmocka_unit_test(test_texts_longer_than_their_escapes),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_reads_back_what_it_prints),
        cmocka_unit_test(test_a_file_can_be_too_long),
        cmocka_unit_test(test_is_part_of_the_model),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
