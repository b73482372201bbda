/* kmeans_matrix.c - fits of any rows and agreement of any labels, for kmeans_sklearn_test.py.
 *
 * Reads words from standard input, several tasks one after the other:
 *   fit ROWS CATEGORIES K STARTS ITERATIONS SEED THREADS FIRST
 *     then for each row its number of entries and the entries as category and weight; then, if FIRST is 1, K
 * * CATEGORIES numbers. Prints inertia, iterations, 1 if converged; a line of clusters; a line of centroids.
 *   rand ROWS
 *     then two labels for each row. Prints the adjusted Rand index. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clusters/adjusted_rand.h"
#include "engine/clusters/kmeans.h"

static uint64_t read_number(void)
{
    uint64_t number = 0;
    if (scanf("%" SCNu64, &number) != 1)
        exit(65);
    return number;
}

static float read_float(void)
{
    float number = 0;
    if (scanf("%f", &number) != 1)
        exit(65);
    return number;
}

static void *take(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (memory == NULL)
        exit(71);
    return memory;
}

struct rows {
    struct fl_basket_vectors vectors;
    int64_t *keys;
    uint64_t *starts;
    uint16_t *categories;
    float *weights;
};

static struct rows read_rows(size_t count, uint32_t category_count)
{
    struct rows rows = {.keys = take(count, sizeof *rows.keys),
                        .starts = take(count, sizeof *rows.starts),
                        .categories = take(count * category_count, sizeof *rows.categories),
                        .weights = take(count * category_count, sizeof *rows.weights)};
    for (size_t row = 0; row < count; row++) {
        uint64_t at = rows.starts[row];
        for (uint64_t left = read_number(); left > 0 && at < count * category_count; left--) {
            rows.categories[at] = (uint16_t)read_number();
            rows.weights[at++] = read_float();
        }
        rows.keys[row] = (int64_t)row;
        rows.starts[row + 1] = at;
    }
    rows.vectors = (struct fl_basket_vectors){count,       category_count,  rows.keys,
                                              rows.starts, rows.categories, rows.weights};
    return rows;
}

static void print_fit(const struct fl_kmeans *kmeans, size_t count)
{
    printf("%.17g %u %d\n", kmeans->inertia, kmeans->iterations, kmeans->converged);
    for (size_t i = 0; i < count; i++)
        printf("%" PRIu32 " ", kmeans->cluster[i]);
    printf("\n");
    for (size_t i = 0; i < (size_t)kmeans->k * kmeans->category_count; i++)
        printf("%.9g ", (double)kmeans->centroids[i]);
    printf("\n");
}

static void fit(void)
{
    const size_t count = read_number();
    const uint32_t category_count = (uint32_t)read_number();
    struct fl_kmeans_plan plan = {.k = (unsigned)read_number()};
    plan.starts = (unsigned)read_number();
    plan.iterations_max = (unsigned)read_number();
    plan.seed = read_number();
    plan.threads = (unsigned)read_number();
    const bool has_first = read_number() == 1;
    struct rows rows = read_rows(count, category_count);
    float *first = take((size_t)plan.k * category_count, sizeof *first);
    for (size_t i = 0; has_first && i < (size_t)plan.k * category_count; i++)
        first[i] = read_float();
    plan.vectors = &rows.vectors;
    plan.first_centroids = has_first ? first : NULL;
    struct fl_kmeans kmeans;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = fl_kmeans_fit(&plan, &kmeans, &error);
    if (status != FL_OK) {
        (void)fprintf(stderr, "kmeans_matrix: %s\n", error.message);
        exit(fl_status_exit_code(status));
    }
    print_fit(&kmeans, count);
    fl_kmeans_release(&kmeans);
    free(first);
    free(rows.keys);
    free(rows.starts);
    free(rows.categories);
    free(rows.weights);
}

static void compare_labels(void)
{
    const size_t count = read_number();
    uint32_t *a = take(count, sizeof *a), *b = take(count, sizeof *b);
    for (size_t i = 0; i < count; i++) {
        a[i] = (uint32_t)read_number() % FL_CLUSTERS_MAX;
        b[i] = (uint32_t)read_number() % FL_CLUSTERS_MAX;
    }
    printf("%.17g\n", fl_adjusted_rand(a, b, count));
    free(a);
    free(b);
}

int main(void)
{
    char task[8];
    while (scanf("%7s", task) == 1) {
        if (strcmp(task, "fit") == 0)
            fit();
        else if (strcmp(task, "rand") == 0)
            compare_labels();
        else
            return 64;
    }
    return 0;
}
