/* kmeans_test.c - a fit gives the bits of a slow one, which follows the words of SEMANTICS.md on dense rows.
 *
 * Centroids, clusters and iterations of several made-up retailers must be equal at 1, 2, 3 and 8 threads;
 * the inertia, which the slow fit adds up customer by customer, to 1e-12 of it. First centroids are given
 * (some equal, or far from all customers, so that clusters are empty) or drawn. */
#include "tests/unit/basket_fixture.h"

#include "engine/clusters/cluster_table.h"
#include "engine/clusters/kmeans.h"
#include "engine/clusters/splitmix64.h"

enum { CATEGORIES_MAX = 64, CUSTOMERS_MAX = 2500 };

/* ---- the slow fit ---- */

struct slow {
    size_t count;
    uint32_t category_count;
    unsigned k;
    float (*x)[CATEGORIES_MAX];
    float centroids[FL_CLUSTERS_MAX][CATEGORIES_MAX];
    uint32_t cluster[CUSTOMERS_MAX], before[CUSTOMERS_MAX];
    size_t sizes[FL_CLUSTERS_MAX];
    unsigned iterations;
    size_t moved; /* in all iterations together */
    bool converged;
};

static double square_of(const float *x, uint32_t category_count)
{
    double square = 0;
    for (uint32_t i = 0; i < category_count; i++)
        square += (double)x[i] * (double)x[i];
    return square;
}

static double slow_distance(const struct slow *slow, size_t customer, const float *centroid)
{
    const float *x = slow->x[customer];
    float score = (float)(-(square_of(centroid, slow->category_count) / 2));
    for (uint32_t i = 0; i < slow->category_count; i++)
        if (x[i] != 0)
            score = fmaf(x[i], centroid[i], score);
    return fmax(0, square_of(x, slow->category_count) - 2 * (double)score);
}

static struct slow *slow_new(const struct fl_basket_vectors *vectors, unsigned k)
{
    struct slow *slow = calloc(1, sizeof *slow);
    assert_non_null(slow);
    assert_true(vectors->count <= CUSTOMERS_MAX && vectors->category_count <= CATEGORIES_MAX);
    slow->count = vectors->count;
    slow->category_count = vectors->category_count;
    slow->k = k;
    slow->x = calloc(vectors->count, sizeof *slow->x);
    assert_non_null(slow->x);
    for (size_t row = 0; row < vectors->count; row++)
        for (uint64_t i = vectors->starts[row]; i < vectors->starts[row + 1]; i++)
            slow->x[row][vectors->categories[i]] = vectors->weights[i];
    return slow;
}

static void slow_free(struct slow *slow)
{
    free(slow->x);
    free(slow);
}

/* Squared distances * 2^32 from the nearest of the centroids so far, which those `before` do not know the
 * last of. Returns their sum. */
static uint64_t slow_distances(const struct slow *slow, const float *last, const uint64_t *before,
                               uint64_t *distances)
{
    uint64_t sum = 0;
    for (size_t customer = 0; customer < slow->count; customer++) {
        const uint64_t distance = (uint64_t)llrint(slow_distance(slow, customer, last) * 0x1p32);
        distances[customer] = distance < before[customer] ? distance : before[customer];
        sum += distances[customer];
    }
    return sum;
}

static size_t slow_draw(const struct slow *slow, const uint64_t *distances, uint64_t sum, uint64_t chance)
{
    if (sum == 0)
        return (size_t)((unsigned __int128)chance * slow->count >> 64);
    uint64_t place = (uint64_t)((unsigned __int128)chance * sum >> 64);
    size_t customer = 0;
    while (place >= distances[customer])
        place -= distances[customer++];
    return customer;
}

static void slow_seed(struct slow *slow, uint64_t seed, unsigned start)
{
    static uint64_t distances[CUSTOMERS_MAX], tried[CUSTOMERS_MAX];
    uint64_t draw = 0, sum = 0;
    memset(distances, 0xFF, sizeof distances);
    for (unsigned centre = 0; centre < slow->k; centre++) {
        const unsigned tries = centre == 0 ? 1 : 2 + (unsigned)floor(log((double)slow->k));
        uint64_t least = UINT64_MAX;
        size_t best = 0;
        for (unsigned try = 0; try < tries; try++) {
            const size_t customer = slow_draw(slow, distances, sum, fl_cluster_chance(seed, start, draw++));
            const uint64_t left = slow_distances(slow, slow->x[customer], distances, tried);
            best = left < least ? customer : best;
            least = left < least ? left : least;
        }
        memcpy(slow->centroids[centre], slow->x[best], sizeof slow->x[best]);
        sum = slow_distances(slow, slow->x[best], distances, distances);
    }
}

static void slow_assign(struct slow *slow, double *nearest)
{
    memset(slow->sizes, 0, sizeof slow->sizes);
    for (size_t customer = 0; customer < slow->count; customer++) {
        const double square = square_of(slow->x[customer], slow->category_count);
        float best = -INFINITY;
        for (unsigned i = 0; i < slow->k; i++) {
            const float *centroid = slow->centroids[i];
            float score = (float)(-(square_of(centroid, slow->category_count) / 2));
            for (uint32_t c = 0; c < slow->category_count; c++)
                score = fmaf(slow->x[customer][c], centroid[c], score);
            if (score > best) {
                best = score;
                slow->cluster[customer] = i;
            }
        }
        nearest[customer] = fmax(0, square - 2 * (double)best);
        slow->sizes[slow->cluster[customer]]++;
    }
}

static void slow_fill_empty(struct slow *slow, const double *nearest)
{
    for (unsigned empty = 0; empty < slow->k; empty++) {
        if (slow->sizes[empty] != 0)
            continue;
        size_t farthest = SIZE_MAX;
        for (size_t i = 0; i < slow->count; i++)
            if (slow->sizes[slow->cluster[i]] > 1 && (farthest == SIZE_MAX || nearest[i] > nearest[farthest]))
                farthest = i;
        slow->sizes[slow->cluster[farthest]]--;
        slow->cluster[farthest] = empty;
        slow->sizes[empty] = 1;
    }
}

static void slow_means(struct slow *slow)
{
    for (unsigned i = 0; i < slow->k; i++)
        for (uint32_t c = 0; c < slow->category_count; c++) {
            int64_t sum = 0;
            for (size_t customer = 0; customer < slow->count; customer++)
                if (slow->cluster[customer] == i)
                    sum += llrint((double)slow->x[customer][c] * 0x1p32);
            slow->centroids[i][c] = (float)((double)sum / ((double)slow->sizes[i] * 0x1p32));
        }
}

static void slow_fit(struct slow *slow, unsigned iterations_max)
{
    static double nearest[CUSTOMERS_MAX];
    memset(slow->before, 0xFF, sizeof slow->before);
    while (!slow->converged && slow->iterations < iterations_max) {
        slow_assign(slow, nearest);
        slow_fill_empty(slow, nearest);
        slow->iterations++;
        size_t moved = 0;
        for (size_t customer = 0; customer < slow->count; customer++)
            moved += slow->cluster[customer] != slow->before[customer];
        memcpy(slow->before, slow->cluster, sizeof slow->before);
        slow->moved += moved;
        slow->converged = moved == 0;
        if (!slow->converged)
            slow_means(slow);
    }
}

static double slow_inertia(const struct slow *slow)
{
    static long double means[FL_CLUSTERS_MAX][CATEGORIES_MAX];
    long double inertia = 0;
    memset(means, 0, sizeof means);
    for (size_t customer = 0; customer < slow->count; customer++)
        for (uint32_t c = 0; c < slow->category_count; c++)
            means[slow->cluster[customer]][c] +=
                (long double)slow->x[customer][c] / (long double)slow->sizes[slow->cluster[customer]];
    for (size_t customer = 0; customer < slow->count; customer++)
        for (uint32_t c = 0; c < slow->category_count; c++) {
            const long double off = (long double)slow->x[customer][c] - means[slow->cluster[customer]][c];
            inertia += off * off;
        }
    return (double)inertia;
}

/* ---- comparisons ---- */

static void assert_equal_fits(const struct fl_kmeans *kmeans, const struct slow *slow)
{
    assert_int_equal(kmeans->iterations, slow->iterations);
    assert_int_equal(kmeans->converged, slow->converged);
    assert_memory_equal(kmeans->cluster, slow->cluster, slow->count * sizeof *slow->cluster);
    for (unsigned i = 0; i < slow->k; i++) {
        assert_int_equal(kmeans->sizes[i], slow->sizes[i]);
        assert_memory_equal(kmeans->centroids + (size_t)i * slow->category_count, slow->centroids[i],
                            slow->category_count * sizeof(float));
    }
    const double inertia = slow_inertia(slow);
    /* The sum of all squares loses its last bits, and each x * 2^32 some. */
    assert_true(fabs(kmeans->inertia - inertia) <= 1e-12 * inertia + 1e-10 * (double)slow->count);
}

static int count_moves(void *context, unsigned start, unsigned iteration, size_t moved, double inertia)
{
    size_t *all = context;
    (void)start;
    (void)iteration;
    (void)inertia;
    *all += moved;
    return 0;
}

/* `first`: as in the plan. */
static void compare_with_slow(const struct fl_basket_vectors *vectors, unsigned k, unsigned iterations_max,
                              const float *first)
{
    static const unsigned threads[] = {0, 1, 2, 3, 8};
    struct slow *slow = slow_new(vectors, k);
    if (first == NULL)
        slow_seed(slow, 77, 0);
    for (unsigned i = 0; first != NULL && i < k; i++)
        memcpy(slow->centroids[i], first + (size_t)i * vectors->category_count,
               vectors->category_count * sizeof *first);
    slow_fit(slow, iterations_max);
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        struct fl_kmeans kmeans;
        size_t moved = 0;
        const struct fl_kmeans_plan plan = {.vectors = vectors,
                                            .k = k,
                                            .starts = 1,
                                            .iterations_max = iterations_max,
                                            .seed = 77,
                                            .threads = threads[i],
                                            .first_centroids = first,
                                            .progress = count_moves,
                                            .progress_context = &moved};
        assert_int_equal(fl_kmeans_fit(&plan, &kmeans, NULL), FL_OK);
        assert_equal_fits(&kmeans, slow);
        assert_int_equal(moved, slow->moved);
        fl_kmeans_release(&kmeans);
    }
    slow_free(slow);
}

static void test_drawn_centres(void **state)
{
    (void)state;
    struct made_baskets many = baskets_of_kinds(CUSTOMERS_MAX, 40, 6, 0.3, 1);
    compare_with_slow(&many.vectors, 6, 300, NULL);
    compare_with_slow(&many.vectors, 21, 4, NULL); /* does not end by itself */
    baskets_free(&many);
    struct made_baskets few = baskets_of_kinds(300, CATEGORIES_MAX, 9, 0.5, 2);
    for (unsigned k = 1; k <= 20; k += 3)
        compare_with_slow(&few.vectors, k, 300, NULL);
    compare_with_slow(&few.vectors, 55, 300, NULL);
    compare_with_slow(&few.vectors, FL_CLUSTERS_MAX, 300, NULL);
    baskets_free(&few);
}

static void test_as_many_clusters_as_customers(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(17, 30, 3, 0.8, 3);
    compare_with_slow(&made.vectors, 17, 300, NULL);
    compare_with_slow(&made.vectors, 1, 300, NULL);
    baskets_free(&made);
}

/* Equal centroids leave all but the first of them empty; those of zeroes, or far away, may be too. */
static void test_empty_clusters(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(1500, 20, 4, 0.4, 4);
    float first[12 * 20] = {0};
    for (unsigned i = 0; i < 12; i++)
        first[i * 20 + (i < 6 ? 0 : i)] = i < 9 ? 1 : -1;
    for (unsigned k = 2; k <= 12; k++)
        for (unsigned iterations = 1; iterations <= 40; iterations = 3 * iterations + 1)
            compare_with_slow(&made.vectors, k, iterations, first);
    baskets_free(&made);
}

/* Few customers and many clusters, which lose all of theirs on the way as others come nearer. */
static void test_clusters_that_become_empty(void **state)
{
    uint64_t random = 19;
    (void)state;
    for (int i = 0; i < 250; i++) {
        const size_t count = 12 + next_random(&random) % 30;
        const unsigned k = 3 + (unsigned)(next_random(&random) % 8);
        float first[10 * 3];
        struct made_baskets made = baskets_of_kinds(count, 3, 1, 0.5, next_random(&random));
        for (unsigned j = 0; j < k * 3; j++)
            first[j] = (float)(2 * random_share(&random) - 0.5);
        compare_with_slow(&made.vectors, k, 300, first);
        baskets_free(&made);
    }
}

/* Who buys one category alone is as far from every other: ties everywhere, of tries, of the nearest, of the
 * farthest. */
static void test_ties(void **state)
{
    (void)state;
    struct made_baskets made = baskets_new(200, 14);
    uint64_t random = 41;
    for (size_t row = 0; row < 200; row++) {
        double nets[14] = {0};
        nets[row < 14 ? row : next_random(&random) % 14] = 1;
        baskets_put(&made, row, nets);
    }
    const float none[14 * 14] = {0};
    for (unsigned k = 1; k <= 14; k++) {
        compare_with_slow(&made.vectors, k, 300, NULL);
        compare_with_slow(&made.vectors, k, 300, none);
    }
    baskets_free(&made);
}

/* Three different customers, each several times: with three clusters all distances are about 0. */
static void test_equal_customers(void **state)
{
    (void)state;
    struct made_baskets made = baskets_new(50, 5);
    static const double nets[3][5] = {{1, 2, 0, 0, 0}, {0, 0, 3, 1, 7}, {1, 1, 1, 1, 1}};
    for (size_t row = 0; row < 50; row++)
        baskets_put(&made, row, nets[row * row % 3]);
    baskets_put(&made, 49, nets[2]);
    compare_with_slow(&made.vectors, 2, 300, NULL);
    compare_with_slow(&made.vectors, 3, 300, NULL);
    struct fl_kmeans kmeans;
    struct fl_error error;
    struct fl_kmeans_plan plan = {.vectors = &made.vectors, .k = 4, .starts = 3, .iterations_max = 300};
    fl_error_clear(&error);
    assert_int_equal(fl_kmeans_fit(&plan, &kmeans, &error), FL_BAD_DATA);
    assert_non_null(strstr(error.message, "4 clusters"));
    assert_null(kmeans.centroids);
    made.vectors.count = 0;
    plan.k = 1;
    assert_int_equal(fl_kmeans_fit(&plan, &kmeans, NULL), FL_BAD_DATA);
    baskets_free(&made);
}

/* Of several starts the best is kept, and its number said: alone it gives the same. */
static void test_the_best_start_is_kept(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(800, 30, 8, 0.5, 6);
    struct fl_kmeans best;
    const struct fl_kmeans_plan plan = {
        .vectors = &made.vectors, .k = 8, .starts = 12, .iterations_max = 300, .seed = 5, .threads = 2};
    assert_int_equal(fl_kmeans_fit(&plan, &best, NULL), FL_OK);
    for (unsigned start = 0; start < plan.starts; start++) {
        struct slow *slow = slow_new(&made.vectors, 8);
        slow_seed(slow, 5, start);
        slow_fit(slow, 300);
        const double inertia = slow_inertia(slow);
        assert_true(start == best.start || inertia > best.inertia - 1e-9);
        if (start == best.start)
            assert_equal_fits(&best, slow);
        slow_free(slow);
    }
    fl_kmeans_release(&best);
    baskets_free(&made);
}

struct watch {
    unsigned calls, stop_after;
    size_t moved;
    double inertia;
};

static int watch_progress(void *context, unsigned start, unsigned iteration, size_t moved, double inertia)
{
    struct watch *watch = context;
    watch->calls++;
    assert_int_equal(start, 0);
    assert_int_equal(iteration, watch->calls);
    assert_true(iteration == 1 || inertia <= watch->inertia + 1e-9);
    watch->moved = moved;
    watch->inertia = inertia;
    return watch->calls == watch->stop_after;
}

static void test_progress_is_told_and_may_stop(void **state)
{
    (void)state;
    struct made_baskets made = baskets_of_kinds(500, 20, 4, 0.4, 7);
    struct watch watch = {0};
    struct fl_kmeans kmeans;
    const struct fl_kmeans_plan plan = {.vectors = &made.vectors,
                                        .k = 4,
                                        .starts = 1,
                                        .iterations_max = 300,
                                        .progress = watch_progress,
                                        .progress_context = &watch};
    assert_int_equal(fl_kmeans_fit(&plan, &kmeans, NULL), FL_OK);
    assert_true(watch.moved == 0 && watch.calls == kmeans.iterations && watch.inertia == kmeans.inertia);
    fl_kmeans_release(&kmeans);
    watch = (struct watch){.stop_after = 2};
    assert_int_equal(fl_kmeans_fit(&plan, &kmeans, NULL), FL_INTERRUPTED);
    assert_int_equal(watch.calls, 2);
    assert_null(kmeans.cluster);
    baskets_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drawn_centres),
        cmocka_unit_test(test_as_many_clusters_as_customers),
        cmocka_unit_test(test_empty_clusters),
        cmocka_unit_test(test_clusters_that_become_empty),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_equal_customers),
        cmocka_unit_test(test_the_best_start_is_kept),
        cmocka_unit_test(test_progress_is_told_and_may_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
