/* kmeans.c - k-means of sparse rows: several starts, of which the best is kept. */
#include "engine/clusters/kmeans.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/clusters/kmeans_seeding.h"
#include "engine/clusters/kmeans_step.h"

/* What one start came to. */
struct outcome {
    unsigned start, iterations;
    bool converged;
    double inertia;
};

static fl_status take_result_memory(const struct fl_kmeans_plan *plan, struct fl_kmeans *kmeans,
                                    struct fl_error *error)
{
    const size_t count = plan->vectors->count, numbers = (size_t)plan->k * plan->vectors->category_count;
    kmeans->k = plan->k;
    kmeans->category_count = plan->vectors->category_count;
    kmeans->centroids = malloc((numbers + 1) * sizeof *kmeans->centroids);
    kmeans->cluster = malloc((count + 1) * sizeof *kmeans->cluster);
    kmeans->sizes = malloc(plan->k * sizeof *kmeans->sizes);
    if (kmeans->centroids == NULL || kmeans->cluster == NULL || kmeans->sizes == NULL)
        return fl_fail_memory(error, (count + 1) * sizeof *kmeans->cluster);
    return FL_OK;
}

static void keep(const struct fl_kmeans_step *step, const struct outcome *outcome, struct fl_kmeans *kmeans)
{
    const size_t numbers = (size_t)kmeans->k * kmeans->category_count;
    memcpy(kmeans->centroids, step->centroids, numbers * sizeof *kmeans->centroids);
    memcpy(kmeans->cluster, step->cluster, step->rows->vectors->count * sizeof *kmeans->cluster);
    for (unsigned i = 0; i < kmeans->k; i++)
        kmeans->sizes[i] = (size_t)step->sizes[i];
    kmeans->inertia = outcome->inertia;
    kmeans->start = outcome->start;
    kmeans->iterations = outcome->iterations;
    kmeans->converged = outcome->converged;
}

/* From the centroids in `step` on. */
static fl_status iterate(const struct fl_kmeans_plan *plan, struct fl_kmeans_step *step,
                         struct outcome *outcome, struct fl_error *error)
{
    fl_kmeans_step_begin(step);
    while (!outcome->converged && outcome->iterations < plan->iterations_max) {
        const size_t moved = fl_kmeans_step(step);
        outcome->iterations++;
        outcome->converged = moved == 0;
        outcome->inertia = fl_kmeans_step_inertia(step);
        if (plan->progress != NULL && plan->progress(plan->progress_context, outcome->start,
                                                     outcome->iterations, moved, outcome->inertia) != 0)
            return fl_fail(error, FL_INTERRUPTED, "the fit was stopped in iteration %u of start %u",
                           outcome->iterations, outcome->start + 1);
    }
    return FL_OK;
}

static fl_status run_starts(const struct fl_kmeans_plan *plan, struct fl_kmeans_step *step,
                            struct fl_kmeans_seeding *seeding, struct fl_kmeans *kmeans,
                            struct fl_error *error)
{
    const size_t numbers = (size_t)plan->k * plan->vectors->category_count;
    const unsigned starts = plan->first_centroids == NULL ? plan->starts : 1;
    for (unsigned start = 0; start < starts; start++) {
        struct outcome outcome = {.start = start};
        if (plan->first_centroids != NULL)
            memcpy(step->centroids, plan->first_centroids, numbers * sizeof *step->centroids);
        else
            fl_kmeans_seed(seeding, plan->seed, start, step->centroids);
        const fl_status status = iterate(plan, step, &outcome, error);
        if (status != FL_OK)
            return status;
        if (start == 0 || outcome.inertia < kmeans->inertia)
            keep(step, &outcome, kmeans);
    }
    return FL_OK;
}

static fl_status fit_rows(const struct fl_kmeans_plan *plan, const struct fl_kmeans_rows *rows,
                          struct fl_kmeans *kmeans, struct fl_error *error)
{
    struct fl_kmeans_seeding seeding = {0};
    struct fl_kmeans_step step = {0};
    fl_status status = fl_kmeans_step_init(&step, rows, plan->k, error);
    if (status == FL_OK && plan->first_centroids == NULL)
        status = fl_kmeans_seeding_init(&seeding, rows, plan->k, error);
    if (status == FL_OK)
        status = take_result_memory(plan, kmeans, error);
    if (status == FL_OK)
        status = run_starts(plan, &step, &seeding, kmeans, error);
    fl_kmeans_seeding_release(&seeding);
    fl_kmeans_step_release(&step);
    return status;
}

static fl_status check(const struct fl_kmeans_plan *plan, struct fl_error *error)
{
    assert(plan->k >= 1 && plan->k <= FL_CLUSTERS_MAX && plan->starts >= 1 && plan->iterations_max >= 1);
    if (plan->vectors->count > FL_KMEANS_CUSTOMERS_MAX)
        return fl_fail(error, FL_LIMIT, "%zu customers, at most %u can be fitted: take a sample of them",
                       plan->vectors->count, FL_KMEANS_CUSTOMERS_MAX);
    if (!fl_kmeans_rows_differ(plan->vectors, plan->k))
        return fl_fail(error, FL_BAD_DATA,
                       "%u clusters need as many customers with different baskets, and %zu customers have "
                       "fewer: take fewer clusters, or a longer window",
                       plan->k, plan->vectors->count);
    return FL_OK;
}

fl_status fl_kmeans_fit(const struct fl_kmeans_plan *plan, struct fl_kmeans *kmeans, struct fl_error *error)
{
    struct fl_kmeans_rows rows = {0};
    *kmeans = (struct fl_kmeans){0};
    fl_status status = check(plan, error);
    if (status == FL_OK)
        status = fl_kmeans_rows_init(&rows, plan->vectors, plan->threads, error);
    if (status == FL_OK)
        status = fit_rows(plan, &rows, kmeans, error);
    fl_kmeans_rows_release(&rows);
    if (status != FL_OK)
        fl_kmeans_release(kmeans);
    return status;
}

void fl_kmeans_release(struct fl_kmeans *kmeans)
{
    free(kmeans->centroids);
    free(kmeans->cluster);
    free(kmeans->sizes);
    *kmeans = (struct fl_kmeans){0};
}
