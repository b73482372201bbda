/* kmeans_speed.c - how long the iterations of k-means take, for tools/bench.
 *
 * Usage: kmeans_speed ROWS CENTRES ITERATIONS THREADS OUT
 *
 * ROWS and CENTRES are files of bench/cluster_rows.py. Prints the CPU time of the fit in nanoseconds, its
 * wall time, the iterations it made. OUT gets the centres that it ended with, in the form of CENTRES. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/clusters/kmeans.h"
#include "tools/dev/row_file.h"

static int64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static fl_status write_centres(const char *path, const struct fl_kmeans *kmeans, struct fl_error *error)
{
    const size_t count = (size_t)kmeans->k * kmeans->category_count;
    FILE *file = fopen(path, "wbe");
    if (file == NULL)
        return fl_fail(error, FL_IO, "%s: cannot be written", path);
    const bool whole = fwrite(kmeans->centroids, sizeof *kmeans->centroids, count, file) == count;
    if (fclose(file) != 0 || !whole)
        return fl_fail(error, FL_IO, "%s: cannot be written", path);
    return FL_OK;
}

static fl_status measure(const struct fl_kmeans_plan *plan, const char *out, struct fl_error *error)
{
    struct fl_kmeans kmeans;
    const int64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), wall = now_ns(CLOCK_MONOTONIC);
    fl_status status = fl_kmeans_fit(plan, &kmeans, error);
    const int64_t cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu, wall_ns = now_ns(CLOCK_MONOTONIC) - wall;
    if (status != FL_OK)
        return status;
    printf("%" PRId64 " %" PRId64 " %u\n", cpu_ns, wall_ns, kmeans.iterations);
    status = write_centres(out, &kmeans, error);
    fl_kmeans_release(&kmeans);
    return status;
}

int main(int argc, char **argv)
{
    struct fl_error error;
    struct row_file file;
    fl_error_clear(&error);
    if (argc != 6) {
        (void)fprintf(stderr, "usage: kmeans_speed ROWS CENTRES ITERATIONS THREADS OUT\n");
        return fl_status_exit_code(FL_USAGE);
    }
    fl_status status = row_file_read(argv[1], argv[2], &file, &error);
    if (status == FL_OK) {
        const struct fl_kmeans_plan plan = {.vectors = &file.vectors,
                                            .k = file.k,
                                            .starts = 1,
                                            .iterations_max = (unsigned)strtoul(argv[3], NULL, 10),
                                            .threads = (unsigned)strtoul(argv[4], NULL, 10),
                                            .first_centroids = file.centres};
        status = measure(&plan, argv[5], &error);
        row_file_release(&file);
    }
    if (status != FL_OK)
        (void)fprintf(stderr, "kmeans_speed: %s: %s\n", argv[1], error.message);
    return fl_status_exit_code(status);
}
