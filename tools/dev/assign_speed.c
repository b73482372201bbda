/* assign_speed.c - how long a night's look for the nearest two clusters takes, for tools/bench.
 *
 * Usage: assign_speed ROWS CENTRES
 *
 * ROWS and CENTRES are files of bench/cluster_rows.py. Prints CPU nanoseconds a customer, the best of some
 * tries, from the customer's row to both clusters and both distances. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/clusters/cluster_stage.h"
#include "engine/clusters/cluster_table.h"
#include "tools/dev/row_file.h"

enum { TRIES = 501, BATCH = FL_CLUSTERED_AT_ONCE };

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Both distances of each customer, squared: summed, so that nothing of it can be left out. */
static double assign_all(const struct fl_cluster_table *table, const struct fl_basket_vectors *vectors)
{
    const struct fl_cluster_kernels *kernels = fl_cluster_kernels();
    const struct fl_cluster_rows rows = fl_cluster_rows_of(vectors);
    struct fl_nearest_two nearest[BATCH];
    double sum = 0;
    for (size_t first = 0; first < vectors->count; first += BATCH) {
        const size_t left = vectors->count - first, count = left < BATCH ? left : BATCH;
        kernels->nearest_two(&table->lanes, &rows, first, count, nearest);
        for (size_t i = 0; i < count; i++)
            sum += fl_cluster_distance_square(nearest[i].square, nearest[i].score) +
                   fl_cluster_distance_square(nearest[i].square, nearest[i].second_score);
    }
    return sum;
}

static fl_status measure(const struct row_file *file, struct fl_error *error)
{
    struct fl_cluster_table table;
    const fl_status status = fl_cluster_table_init(&table, file->k, file->vectors.category_count, error);
    if (status != FL_OK)
        return status;
    fl_cluster_table_fill(&table, file->k, file->centres);
    int64_t best_ns = INT64_MAX;
    double sum = 0;
    for (int i = 0; i < TRIES; i++) {
        const int64_t start = cpu_ns();
        sum = assign_all(&table, &file->vectors);
        const int64_t took = cpu_ns() - start;
        best_ns = took < best_ns ? took : best_ns;
    }
    printf("%.3f %.6g\n", (double)best_ns / (double)file->vectors.count, sum);
    fl_cluster_table_release(&table);
    return FL_OK;
}

int main(int argc, char **argv)
{
    struct fl_error error;
    struct row_file file;
    fl_error_clear(&error);
    if (argc != 3) {
        (void)fprintf(stderr, "usage: assign_speed ROWS CENTRES\n");
        return fl_status_exit_code(FL_USAGE);
    }
    fl_status status = row_file_read(argv[1], argv[2], &file, &error);
    if (status == FL_OK) {
        status = measure(&file, &error);
        row_file_release(&file);
    }
    if (status != FL_OK)
        (void)fprintf(stderr, "assign_speed: %s: %s\n", argv[1], error.message);
    return fl_status_exit_code(status);
}
