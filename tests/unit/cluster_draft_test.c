/* cluster_draft_test.c - order, numbers and names of clusters follow their rules.
 *
 * Fits of a few customers are put together by hand, so that sizes, shares and cosines are known: order by
 * size, names by index with each of its exceptions, numbers kept from 0.8 on and never given twice, through
 * several fits one after the other. */
#include "tests/unit/engine_fixture.h"

#include "engine/clusters/cluster_draft.h"
#include "engine/clusters/cluster_names.h"
#include "engine/clusters/cluster_numbers.h"
#include "engine/kernels/cluster_kernels.h"

/* ---- names ---- */

static const struct fl_text letters[] = {{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}};
#define SHARE(percent) ((int64_t)(percent)*42949673) /* hundredths of 2^32, rounded up */

static void assert_name(const int64_t *own, int64_t customers, const int64_t *all, uint32_t count,
                        const char *wanted)
{
    char name[FL_CLUSTER_NAME_BYTES_MAX];
    const size_t size = fl_cluster_name(own, customers, all, letters, count, name);
    if (size != strlen(wanted) || memcmp(name, wanted, size) != 0)
        fail_msg("`%.*s`, not `%s`", (int)size, name, wanted);
}

static void test_names_by_index(void **state)
{
    (void)state;
    const int64_t all[] = {SHARE(400), SHARE(300), SHARE(200), SHARE(100), SHARE(10)};
    /* Indexes 1/4, 1/3, 1/2, 1/5, 0: e has none. */
    const int64_t own[] = {SHARE(100), SHARE(100), SHARE(100), SHARE(20), 0};
    assert_name(own, 4, all, 5, "c + b + a");
    /* Of equal indexes the first. */
    const int64_t alike[] = {SHARE(40), SHARE(30), SHARE(20), SHARE(10), SHARE(1)};
    assert_name(alike, 1, all, 5, "a + b + c");
    /* e has the largest index, and less than one in a hundred of two customers. */
    const int64_t rare[] = {SHARE(80), SHARE(50), SHARE(40), SHARE(28), SHARE(2) - 1000};
    assert_name(rare, 2, all, 5, "d + a + c");
    const int64_t enough[] = {SHARE(80), SHARE(50), SHARE(40), SHARE(28), SHARE(2)};
    assert_name(enough, 2, all, 5, "d + a + c");
    const int64_t often[] = {SHARE(80), SHARE(50), SHARE(40), SHARE(24), SHARE(6)};
    assert_name(often, 2, all, 5, "e + d + a");
    /* Fewer than three have a hundredth: then all are asked, but those that nobody buys. */
    const int64_t few[] = {SHARE(996), SHARE(3), 0, 0, SHARE(1)};
    assert_name(few, 10, all, 5, "a + e + b");
    const int64_t one[] = {SHARE(100), 0, 0, 0, 0};
    assert_name(one, 1, all, 5, "a");
}

static void test_long_names_are_cut_between_characters(void **state)
{
    (void)state;
    char bytes[1001], name[FL_CLUSTER_NAME_BYTES_MAX];
    for (size_t i = 0; i < 1000; i += 2)
        memcpy(bytes + 1 + i, "\xc3\xa9", 2);
    bytes[0] = 'x';
    const struct fl_text categories[] = {{bytes + 1, 1000}, {bytes, 1001}, {"z", 1}};
    const int64_t own[] = {SHARE(40), SHARE(30), SHARE(30)}, all[] = {SHARE(80), SHARE(90), SHARE(120)};
    const size_t size = fl_cluster_name(own, 1, all, categories, 3, name);
    assert_int_equal(size, 300 + 3 + 299 + 3 + 1);
    assert_true(fl_utf8_is_valid(name, size));
}

static void test_shares_are_squares(void **state)
{
    (void)state;
    static const uint64_t starts[] = {0, 2, 3};
    static const uint16_t categories[] = {0, 2, 2};
    static const float weights[] = {0.5F, 0.75F, 1};
    static const uint32_t cluster[] = {1, 0};
    const struct fl_basket_vectors vectors = {
        .count = 2, .category_count = 3, .starts = starts, .categories = categories, .weights = weights};
    int64_t sums[6] = {0}, all[3] = {0};
    fl_cluster_shares_add(&vectors, cluster, sums, all);
    const int64_t whole = INT64_C(1) << 32;
    const int64_t wanted[] = {0, 0, whole, whole / 4, 0, whole / 16 * 9};
    assert_memory_equal(sums, wanted, sizeof wanted);
    assert_true(all[0] == whole / 4 && all[1] == 0 && all[2] == whole + whole / 16 * 9);
}

/* ---- numbers ---- */

/* Two clusters of the old model over b, c, d; those of the fit over a, b, c. */
static void assert_matched(const float *centroids, unsigned k, const uint32_t *wanted)
{
    static struct fl_text old_categories[] = {{"b", 1}, {"c", 1}, {"d", 1}};
    static float old_centroids[] = {1, 0, 0, 0, 0.6F, 0.8F};
    const struct fl_cluster_model old = {
        .k = 2, .category_count = 3, .categories = old_categories, .centroids = old_centroids};
    const struct fl_kmeans kmeans = {.k = k, .category_count = 3, .centroids = (float *)(uintptr_t)centroids};
    uint32_t old_of[FL_CLUSTERS_MAX];
    assert_int_equal(fl_cluster_numbers_match(&kmeans, letters, &old, old_of, NULL), FL_OK);
    for (unsigned i = 0; i < k; i++)
        assert_int_equal(old_of[i], wanted[i]);
}

static void test_matches_from_eight_tenths(void **state)
{
    (void)state;
    const uint32_t no = FL_NO_CLUSTER;
    /* Cosines with the old first: 0.6 and 0.8; the category that only one has counts in its length. */
    assert_matched((const float[]){0.8F, 0.6F, 0, 3, 4, 0}, 2, (const uint32_t[]){no, 0});
    assert_matched((const float[]){0.6F, 0.799F, 0}, 1, (const uint32_t[]){no});
    /* c alone has 0.6 with the old second, and is not it. */
    assert_matched((const float[]){0, 0, 1}, 1, (const uint32_t[]){no});
    /* Both are like the first, one more so: it is the one, though it comes second. */
    assert_matched((const float[]){0, 0.9F, 0.3F, 0, 1, 0}, 2, (const uint32_t[]){no, 0});
    /* More than there were. */
    assert_matched((const float[]){1, 0, 0, 0, 1, 0, 0.1F, 0.9F, 0}, 3, (const uint32_t[]){no, 0, no});
}

/* ---- fits one after the other ---- */

enum { CUSTOMERS_MAX = 40, WORDS = 6 };

/* Customers who each buy one of six categories. */
struct fit {
    struct fl_fit_vectors vectors;
    struct fl_kmeans kmeans;
    int64_t keys[CUSTOMERS_MAX], breadths[CUSTOMERS_MAX];
    uint64_t starts[CUSTOMERS_MAX + 1];
    uint16_t categories[CUSTOMERS_MAX];
    float weights[CUSTOMERS_MAX], centroids[WORDS * WORDS];
    uint32_t cluster[CUSTOMERS_MAX];
    size_t sizes[WORDS];
};

/* sizes[i]: customers of cluster i, who buy category[i]. */
static void make_fit(struct fit *fit, unsigned k, const size_t *sizes, const uint16_t *category)
{
    size_t count = 0;
    *fit = (struct fit){0};
    for (unsigned i = 0; i < k; i++) {
        fit->centroids[i * WORDS + category[i]] = 1;
        fit->sizes[i] = sizes[i];
        for (size_t j = 0; j < sizes[i]; j++, count++) {
            fit->keys[count] = (int64_t)count;
            fit->breadths[count] = 20000 - 500 * (int64_t)count;
            fit->starts[count + 1] = count + 1;
            fit->categories[count] = category[i];
            fit->weights[count] = 1;
            fit->cluster[count] = i;
        }
    }
    for (uint32_t i = 0; i < WORDS; i++)
        fit->vectors.words[i] = i;
    fit->vectors.vectors =
        (struct fl_basket_vectors){count, WORDS, fit->keys, fit->starts, fit->categories, fit->weights};
    fit->vectors.breadths_milli = fit->breadths;
    fit->kmeans = (struct fl_kmeans){.k = k,
                                     .category_count = WORDS,
                                     .centroids = fit->centroids,
                                     .cluster = fit->cluster,
                                     .sizes = fit->sizes,
                                     .inertia = 1.5};
}

static const char word_bytes[] = "abcdef";
static const uint32_t word_offsets[] = {0, 1, 2, 3, 4, 5, 6};

static void draft(const struct fit *fit, const struct fl_cluster_model *old, struct fl_cluster_model *model,
                  bool *kept)
{
    const struct fl_words words = {.count = WORDS, .offsets = word_offsets, .bytes = word_bytes};
    const struct fl_cluster_draft_plan plan = {.vectors = &fit->vectors,
                                               .words = &words,
                                               .kmeans = &fit->kmeans,
                                               .old = old,
                                               .day = 20000,
                                               .seed = 9,
                                               .stability_milli = 750};
    assert_int_equal(fl_cluster_draft(&plan, model, kept, NULL), FL_OK);
}

static void assert_cluster(const struct fl_cluster_model *model, unsigned at, uint32_t number,
                           const char *name, int64_t customers)
{
    const struct fl_cluster *cluster = &model->clusters[at];
    if (cluster->number != number || cluster->customers != customers ||
        !fl_text_equal(cluster->name, fl_text_of(name)))
        fail_msg("cluster %u of %lld: `%.*s`", cluster->number, (long long)cluster->customers,
                 (int)cluster->name.size, cluster->name.bytes);
}

static void test_a_first_fit(void **state)
{
    (void)state;
    static struct fit fit;
    struct fl_cluster_model model;
    bool kept[FL_CLUSTERS_MAX];
    make_fit(&fit, 4, (const size_t[]){3, 9, 3, 6}, (const uint16_t[]){4, 1, 0, 3});
    draft(&fit, NULL, &model, kept);
    assert_int_equal(model.k, 4);
    assert_cluster(&model, 0, 1, "b", 9);
    assert_cluster(&model, 1, 2, "d", 6);
    assert_cluster(&model, 2, 3, "e", 3); /* as the fit had them */
    assert_cluster(&model, 3, 4, "a", 3);
    assert_true(model.centroids[0 * WORDS + 1] == 1 && model.centroids[3 * WORDS + 0] == 1);
    assert_int_equal(model.next_number, 5);
    assert_int_equal(model.customers, 21);
    assert_int_equal(model.breadth_cut_milli, 19000); /* the third of 21 */
    assert_int_equal(model.share_ppm[1], 428571);
    assert_int_equal(model.share_ppm[2], 0);
    assert_int_equal(model.history_count, 1);
    assert_int_equal(model.history[0].new_numbers, 4);
    assert_false(kept[0] || kept[3]);
    fl_cluster_model_release(&model);
}

static void test_numbers_stay_and_are_never_given_twice(void **state)
{
    (void)state;
    static struct fit fit;
    struct fl_cluster_model first, second, third, fourth;
    bool kept[FL_CLUSTERS_MAX];
    make_fit(&fit, 3, (const size_t[]){9, 6, 3}, (const uint16_t[]){0, 1, 2});
    draft(&fit, NULL, &first, kept);
    first.clusters[1].name = fl_text_of("renamed"); /* by hand, in the file */
    /* c has gone, d has come, b is the largest now. */
    make_fit(&fit, 3, (const size_t[]){5, 8, 6}, (const uint16_t[]){0, 1, 3});
    draft(&fit, &first, &second, kept);
    assert_cluster(&second, 0, 2, "renamed", 8);
    assert_cluster(&second, 1, 4, "d", 6);
    assert_cluster(&second, 2, 1, "a", 5);
    assert_true(kept[0] && !kept[1] && kept[2]);
    assert_int_equal(second.next_number, 5);
    assert_int_equal(second.history_count, 2);
    assert_int_equal(second.history[1].kept, 2);
    assert_int_equal(second.history[1].new_numbers, 1);
    /* c is back, and is another one. */
    make_fit(&fit, 2, (const size_t[]){5, 8}, (const uint16_t[]){2, 3});
    draft(&fit, &second, &third, kept);
    assert_cluster(&third, 0, 4, "d", 8);
    assert_cluster(&third, 1, 5, "c", 5);
    third.next_number = INT32_MAX;
    make_fit(&fit, 2, (const size_t[]){5, 8}, (const uint16_t[]){2, 3});
    draft(&fit, &third, &fourth, kept);
    assert_int_equal(fourth.next_number, INT32_MAX);
    fl_cluster_model_release(&fourth);
    const struct fl_words words = {.count = WORDS, .offsets = word_offsets, .bytes = word_bytes};
    make_fit(&fit, 1, (const size_t[]){5}, (const uint16_t[]){0});
    const struct fl_cluster_draft_plan plan = {
        .vectors = &fit.vectors, .words = &words, .kmeans = &fit.kmeans, .old = &third};
    assert_int_equal(fl_cluster_draft(&plan, &fourth, kept, NULL), FL_LIMIT);
    assert_null(fourth.clusters);
    fl_cluster_model_release(&first);
    fl_cluster_model_release(&second);
    fl_cluster_model_release(&third);
}

/* Three clusters that all buy a most: names are told apart, also from names that were kept. */
static void test_equal_names(void **state)
{
    (void)state;
    static struct fit fit;
    struct fl_cluster_model first, second;
    bool kept[FL_CLUSTERS_MAX];
    make_fit(&fit, 3, (const size_t[]){4, 3, 2}, (const uint16_t[]){0, 0, 0});
    draft(&fit, NULL, &first, kept);
    assert_cluster(&first, 0, 1, "a", 4);
    assert_cluster(&first, 1, 2, "a (2)", 3);
    assert_cluster(&first, 2, 3, "a (3)", 2);
    first.clusters[0].name = fl_text_of("b");
    make_fit(&fit, 2, (const size_t[]){9, 4}, (const uint16_t[]){1, 0});
    first.k = 1;
    draft(&fit, &first, &second, kept);
    assert_cluster(&second, 0, 4, "b (2)", 9);
    assert_cluster(&second, 1, 1, "b", 4);
    fl_cluster_model_release(&first);
    fl_cluster_model_release(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_by_index),
        cmocka_unit_test(test_long_names_are_cut_between_characters),
        cmocka_unit_test(test_shares_are_squares),
        cmocka_unit_test(test_matches_from_eight_tenths),
        cmocka_unit_test(test_a_first_fit),
        cmocka_unit_test(test_numbers_stay_and_are_never_given_twice),
        cmocka_unit_test(test_equal_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
