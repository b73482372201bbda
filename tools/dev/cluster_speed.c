/* cluster_speed.c - how long customers take to their nearest cluster, and in an iteration of a fit.
 *
 * Usage: cluster_speed [CUSTOMERS [CATEGORIES]]
 *
 * Made-up baskets with 16 to 46 categories, smaller numbers more often. Prints nanoseconds of CPU time for
 * each customer of the kernels at every level, and of an iteration of a fit with 1 and 2 threads, whose
 * milliseconds are wall time; the best of some tries. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/clusters/cluster_table.h"
#include "engine/clusters/kmeans.h"
#include "engine/clusters/splitmix64.h"

enum { ENTRIES_MIN = 16, ENTRIES_MAX = 46, TRIES = 3, ITERATIONS = 10, SEED = 7 };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double random_share(uint64_t *draw)
{
    return (double)(fl_cluster_chance(SEED, 0, (*draw)++) >> 11) * 0x1p-53;
}

/* Room for all is taken at once. */
struct made {
    struct fl_basket_vectors vectors;
    int64_t *keys;
    uint64_t *starts;
    uint16_t *categories;
    float *weights;
};

static void make_row(struct made *made, size_t row, uint32_t category_count, uint64_t *draw)
{
    bool bought[FL_CLUSTER_CATEGORIES_MAX] = {false};
    uint64_t at = made->starts[row];
    unsigned wanted = ENTRIES_MIN + (unsigned)(random_share(draw) * (ENTRIES_MAX - ENTRIES_MIN + 1));
    while (wanted > 0) {
        const double place = random_share(draw);
        const uint32_t category = (uint32_t)(place * place * category_count);
        wanted -= !bought[category];
        bought[category] = true;
    }
    double net = 0;
    for (uint32_t category = 0; category < category_count; category++) {
        if (!bought[category])
            continue;
        made->categories[at] = (uint16_t)category;
        made->weights[at] = (float)(random_share(draw) + 0.01);
        net += (double)made->weights[at++];
    }
    for (uint64_t i = made->starts[row]; i < at; i++)
        made->weights[i] = (float)sqrt((double)made->weights[i] / net);
    made->starts[row + 1] = at;
    made->keys[row] = (int64_t)row;
}

static bool make_baskets(struct made *made, size_t count, uint32_t category_count)
{
    uint64_t draw = 0;
    made->keys = malloc(count * sizeof *made->keys);
    made->starts = calloc(count + 1, sizeof *made->starts);
    made->categories = malloc(count * ENTRIES_MAX * sizeof *made->categories);
    made->weights = malloc(count * ENTRIES_MAX * sizeof *made->weights);
    if (made->keys == NULL || made->starts == NULL || made->categories == NULL || made->weights == NULL)
        return false;
    for (size_t row = 0; row < count; row++)
        make_row(made, row, category_count, &draw);
    made->vectors = (struct fl_basket_vectors){count,        category_count,   made->keys,
                                               made->starts, made->categories, made->weights};
    return true;
}

/* ---- kernels ---- */

struct results {
    uint32_t *clusters;
    float *scores;
    struct fl_nearest_two *two;
};

static void run_kernel(const struct fl_cluster_kernels *kernels, const struct fl_cluster_table *table,
                       const struct fl_basket_vectors *vectors, bool is_two, const struct results *results)
{
    const struct fl_cluster_rows rows = fl_cluster_rows_of(vectors);
    if (is_two)
        kernels->nearest_two(&table->lanes, &rows, 0, vectors->count, results->two);
    else
        kernels->nearest(&table->lanes, &rows, 0, vectors->count, results->clusters, results->scores);
}

static void time_kernel(enum fl_cpu_level level, bool is_two, unsigned k,
                        const struct fl_cluster_table *table, const struct fl_basket_vectors *vectors,
                        const struct results *results)
{
    double least = INFINITY;
    struct fl_basket_vectors some = *vectors;
    some.count /= level == FL_CPU_SCALAR ? 100 : 1; /* which is slow enough to be measured with few */
    for (int i = 0; i < TRIES; i++) {
        const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        run_kernel(fl_cluster_kernels_of(level), table, &some, is_two, results);
        least = fmin(least, seconds(CLOCK_THREAD_CPUTIME_ID) - start);
    }
    printf("k %3u %-6s %-11s %7.1f ns a customer\n", k, fl_cpu_level_name(level),
           is_two ? "nearest_two" : "nearest", least * 1e9 / (double)some.count);
}

static fl_status time_kernels(const struct fl_kmeans *kmeans, const struct fl_basket_vectors *vectors,
                              const struct results *results)
{
    struct fl_cluster_table table;
    const fl_status status = fl_cluster_table_init(&table, kmeans->k, kmeans->category_count, NULL);
    if (status != FL_OK)
        return status;
    fl_cluster_table_fill(&table, kmeans->k, kmeans->centroids);
    for (int level = FL_CPU_SCALAR; level <= (int)fl_cpu_found(); level++) {
        time_kernel((enum fl_cpu_level)level, false, kmeans->k, &table, vectors, results);
        time_kernel((enum fl_cpu_level)level, true, kmeans->k, &table, vectors, results);
    }
    fl_cluster_table_release(&table);
    return FL_OK;
}

/* ---- iterations ---- */

struct stopwatch {
    double last, least;         /* when the last iteration was done; the shortest of those after the first */
    double last_cpu, least_cpu; /* the same in CPU time of all threads */
};

static int stop_time(void *context, unsigned start, unsigned iteration, size_t moved, double inertia)
{
    struct stopwatch *watch = context;
    const double now = seconds(CLOCK_MONOTONIC), now_cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    (void)start;
    (void)moved;
    (void)inertia;
    if (iteration > 1) {
        watch->least = fmin(watch->least, now - watch->last);
        watch->least_cpu = fmin(watch->least_cpu, now_cpu - watch->last_cpu);
    }
    watch->last = now;
    watch->last_cpu = now_cpu;
    return 0;
}

/* Leaves the last fit in *kmeans. */
static fl_status time_fit(const struct fl_basket_vectors *vectors, unsigned k, unsigned threads,
                          struct fl_kmeans *kmeans, struct fl_error *error)
{
    double least_all = INFINITY;
    struct stopwatch watch = {.least = INFINITY, .least_cpu = INFINITY};
    for (int i = 0; i < TRIES; i++) {
        const struct fl_kmeans_plan plan = {.vectors = vectors,
                                            .k = k,
                                            .starts = 1,
                                            .iterations_max = ITERATIONS,
                                            .seed = SEED,
                                            .threads = threads,
                                            .progress = stop_time,
                                            .progress_context = &watch};
        fl_kmeans_release(kmeans);
        const double start = seconds(CLOCK_MONOTONIC);
        const fl_status status = fl_kmeans_fit(&plan, kmeans, error);
        if (status != FL_OK)
            return status;
        least_all = fmin(least_all, watch.last - start);
    }
    printf("k %3u %u threads: an iteration %6.1f ms, %6.1f ns a customer of CPU time; with the first centres "
           "%6.1f ms in all; inertia %.6f\n",
           k, threads, watch.least * 1e3, watch.least_cpu * 1e9 / (double)vectors->count, least_all * 1e3,
           kmeans->inertia);
    return FL_OK;
}

static fl_status time_all(const struct fl_basket_vectors *vectors, const struct results *results,
                          struct fl_error *error)
{
    static const unsigned ks[] = {16, 64, 128};
    struct fl_kmeans kmeans = {0};
    fl_status status = FL_OK;
    for (unsigned i = 0; i < sizeof ks / sizeof ks[0] && status == FL_OK; i++) {
        for (unsigned threads = 1; threads <= 2 && status == FL_OK; threads++)
            status = time_fit(vectors, ks[i], threads, &kmeans, error);
        if (status == FL_OK)
            status = time_kernels(&kmeans, vectors, results);
    }
    fl_kmeans_release(&kmeans);
    return status;
}

int main(int argc, char **argv)
{
    const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    const unsigned long category_count = argc > 2 ? strtoul(argv[2], NULL, 10) : 500;
    if (count < 1000 || category_count < 2 * ENTRIES_MAX || category_count > FL_CLUSTER_CATEGORIES_MAX) {
        (void)fprintf(stderr, "usage: cluster_speed [CUSTOMERS [CATEGORIES]], at least 1000 and %d\n",
                      2 * ENTRIES_MAX);
        return 64;
    }
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    struct made made;
    const struct results results = {malloc(count * sizeof(uint32_t)), malloc(count * sizeof(float)),
                                    malloc(count * sizeof(struct fl_nearest_two))};
    if (!make_baskets(&made, count, (uint32_t)category_count) || results.clusters == NULL ||
        results.scores == NULL || results.two == NULL)
        return 71;
    printf("%zu customers, %lu categories, %.1f of them each\n", count, category_count,
           (double)made.starts[count] / (double)count);
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = time_all(&made.vectors, &results, &error);
    if (status != FL_OK)
        (void)fprintf(stderr, "cluster_speed: %s\n", error.message);
    free(made.keys);
    free(made.starts);
    free(made.categories);
    free(made.weights);
    free(results.clusters);
    free(results.scores);
    free(results.two);
    return fl_status_exit_code(status);
}
