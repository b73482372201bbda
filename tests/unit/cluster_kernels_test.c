/* cluster_kernels_test.c - each CPU level finds the nearest clusters of the scalar loops, with the same bits.
 *
 * All numbers of clusters 1..128 hit every number of vectors and every padding; rows of 0..40 entries begin
 * anywhere, and some have up to 200 entries. Some centroids are equal, so that there are ties, within a
 * vector and across, and some are zero, so that there are scores of zero. Arrays end where a page without
 * access begins. The scalar results are compared with the words of SEMANTICS.md, one score at a time. */
#include "tests/unit/basket_fixture.h"

#include <sys/mman.h>

#include "engine/clusters/cluster_table.h"

enum { ROWS = 300, CATEGORIES = 200, ENTRIES_MAX = 40, PAGES = 32 * 4096 };

struct rows {
    struct fl_basket_vectors vectors;
    uint64_t *starts;
    uint16_t *categories;
    float *weights;
};

static struct rows rows;
static float centroids[FL_CLUSTERS_MAX * CATEGORIES];

/* `size` bytes in front of a page without access. */
static void *guarded(size_t size)
{
    uint8_t *pages = mmap(NULL, PAGES + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pages, MAP_FAILED);
    assert_true(size <= PAGES);
    assert_int_equal(mprotect(pages + PAGES, 4096, PROT_NONE), 0);
    return pages + PAGES - size;
}

static int make_rows(void **state)
{
    uint64_t random = 5;
    size_t entries = 0, lengths[ROWS];
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const unsigned entries_max = i % 11 == 5 ? CATEGORIES : ENTRIES_MAX;
        lengths[i] = i % 7 == 3 ? 0 : next_random(&random) % (entries_max + 1);
        entries += lengths[i];
    }
    rows.starts = guarded((ROWS + 1) * sizeof *rows.starts);
    rows.categories = guarded(entries * sizeof *rows.categories);
    rows.weights = guarded(entries * sizeof *rows.weights);
    rows.starts[0] = 0;
    for (size_t i = 0; i < ROWS; i++) {
        uint64_t at = rows.starts[i];
        rows.starts[i + 1] = at + lengths[i];
        for (unsigned category = 0; category < CATEGORIES && at < rows.starts[i + 1]; category++) {
            const bool must = CATEGORIES - category <= rows.starts[i + 1] - at;
            if (!must && next_random(&random) % 2 == 0)
                continue;
            rows.categories[at] = (uint16_t)category;
            rows.weights[at++] = (float)random_share(&random);
        }
    }
    rows.vectors =
        (struct fl_basket_vectors){ROWS, CATEGORIES, NULL, rows.starts, rows.categories, rows.weights};
    return 0;
}

/* Every fifth is equal to one before it, or is zero, or is smaller than any normal number. */
static void make_centroids(unsigned k, uint64_t *random)
{
    for (unsigned i = 0; i < k; i++) {
        float *centroid = centroids + i * CATEGORIES;
        const unsigned other = (unsigned)(next_random(random) % (i + 1));
        for (unsigned category = 0; category < CATEGORIES; category++)
            centroid[category] = (float)(random_share(random) - 0.3);
        if (i % 5 == 4)
            memcpy(centroid, centroids + other * CATEGORIES, CATEGORIES * sizeof *centroid);
        if (i % 20 == 7)
            memset(centroid, 0, CATEGORIES * sizeof *centroid);
        for (unsigned category = 0; i % 20 == 11 && category < CATEGORIES; category++)
            centroid[category] *= -0x1p-140F;
    }
}

static float slow_score(unsigned cluster, size_t row)
{
    const float *centroid = centroids + cluster * CATEGORIES;
    double square = 0;
    for (unsigned category = 0; category < CATEGORIES; category++)
        square += (double)centroid[category] * (double)centroid[category];
    float score = (float)(-(square / 2));
    for (uint64_t i = rows.starts[row]; i < rows.starts[row + 1]; i++)
        score = fmaf(rows.weights[i], centroid[rows.categories[i]], score);
    return score;
}

static struct fl_nearest_two slow_nearest(unsigned k, size_t row)
{
    struct fl_nearest_two two = {FL_NO_CLUSTER, FL_NO_CLUSTER, -INFINITY, -INFINITY, 0};
    for (uint64_t i = rows.starts[row]; i < rows.starts[row + 1]; i++)
        two.square += (double)rows.weights[i] * (double)rows.weights[i];
    for (unsigned cluster = 0; cluster < k; cluster++) {
        const float score = slow_score(cluster, row);
        if (two.cluster == FL_NO_CLUSTER || score > two.score) {
            two.second = two.cluster;
            two.second_score = two.score;
            two.cluster = cluster;
            two.score = score;
        } else if (two.second == FL_NO_CLUSTER || score > two.second_score) {
            two.second = cluster;
            two.second_score = score;
        }
    }
    return two;
}

static void fill_table(struct fl_cluster_table *table, unsigned k, uint64_t *random)
{
    make_centroids(k, random);
    assert_int_equal(fl_cluster_table_init(table, k, CATEGORIES, NULL), FL_OK);
    fl_cluster_table_fill(table, k, centroids);
}

static void test_scalar_says_what_the_words_say(void **state)
{
    uint64_t random = 9;
    (void)state;
    for (unsigned k = 1; k <= 40; k++) {
        struct fl_cluster_table table;
        struct fl_nearest_two two[ROWS];
        const struct fl_cluster_rows all = fl_cluster_rows_of(&rows.vectors);
        fill_table(&table, k, &random);
        fl_cluster_kernels_of(FL_CPU_SCALAR)->nearest_two(&table.lanes, &all, 0, ROWS, two);
        for (size_t row = 0; row < ROWS; row++) {
            const struct fl_nearest_two expected = slow_nearest(k, row);
            const uint64_t start = rows.starts[row];
            assert_int_equal(two[row].cluster, expected.cluster);
            assert_int_equal(two[row].second, expected.second);
            assert_true(two[row].score == expected.score && two[row].second_score == expected.second_score);
            assert_true(two[row].square == expected.square);
            assert_true(fl_cluster_score(&table, rows.categories + start, rows.weights + start,
                                         (size_t)(rows.starts[row + 1] - start),
                                         two[row].cluster) == two[row].score);
        }
        fl_cluster_table_release(&table);
    }
}

struct outcome {
    uint32_t clusters[ROWS];
    float scores[ROWS];
    struct fl_nearest_two two[ROWS];
    float all[ROWS * FL_CLUSTER_LANES];
};

/* What is not written stays 0xA5. */
static void run_level(enum fl_cpu_level level, const struct fl_cluster_table *table, unsigned k, size_t first,
                      size_t count, struct outcome *outcome)
{
    const struct fl_cluster_kernels *kernels = fl_cluster_kernels_of(level);
    const struct fl_cluster_rows all = fl_cluster_rows_of(&rows.vectors);
    memset(outcome, 0xA5, sizeof *outcome);
    kernels->nearest(&table->lanes, &all, first, count, outcome->clusters, outcome->scores);
    kernels->nearest_two(&table->lanes, &all, first, count, outcome->two);
    if (k > FL_CLUSTER_LANES)
        return;
    kernels->scores(&table->lanes, &all, first, count, outcome->all);
    for (size_t row = 0; row < count; row++) /* the others are undefined */
        for (unsigned lane = k; lane < FL_CLUSTER_LANES; lane++)
            outcome->all[row * FL_CLUSTER_LANES + lane] = 0;
}

static void test_levels_give_the_same_bits(void **state)
{
    static struct outcome expected, got;
    uint64_t random = 13;
    (void)state;
    for (unsigned k = 1; k <= FL_CLUSTERS_MAX; k++) {
        struct fl_cluster_table table;
        const size_t first = k % 3 == 0 ? 0 : next_random(&random) % ROWS;
        const size_t count = k % 3 == 1 ? next_random(&random) % (ROWS - first + 1) : ROWS - first;
        fill_table(&table, k, &random);
        run_level(FL_CPU_SCALAR, &table, k, first, count, &expected);
        for (int level = FL_CPU_SCALAR + 1; level <= (int)fl_cpu_found(); level++) {
            run_level((enum fl_cpu_level)level, &table, k, first, count, &got);
            assert_memory_equal(&got, &expected, sizeof got);
        }
        for (size_t i = 0; i < count; i++) { /* both entries agree, there are no ties for the first to lose */
            assert_true(expected.clusters[i] == expected.two[i].cluster && expected.clusters[i] < k);
            assert_true(expected.two[i].second != expected.two[i].cluster);
            assert_true((expected.two[i].second == FL_NO_CLUSTER) == (k == 1));
            assert_false(expected.scores[i] == 0 && signbit(expected.scores[i]));
        }
        fl_cluster_table_release(&table);
    }
}

static void test_no_rows(void **state)
{
    struct fl_cluster_table table;
    uint64_t random = 1;
    (void)state;
    const uint64_t starts[] = {0};
    const struct fl_cluster_rows none = {starts, NULL, NULL};
    fill_table(&table, 3, &random);
    for (int level = FL_CPU_SCALAR; level <= (int)fl_cpu_found(); level++) {
        const struct fl_cluster_kernels *kernels = fl_cluster_kernels_of((enum fl_cpu_level)level);
        kernels->nearest(&table.lanes, &none, 0, 0, NULL, NULL);
        kernels->nearest_two(&table.lanes, &none, 0, 0, NULL);
        kernels->scores(&table.lanes, &none, 0, 0, NULL);
    }
    fl_cluster_table_release(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_says_what_the_words_say),
        cmocka_unit_test(test_levels_give_the_same_bits),
        cmocka_unit_test(test_no_rows),
    };
    return cmocka_run_group_tests(tests, make_rows, NULL);
}
