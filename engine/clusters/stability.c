/* stability.c - whether a number of clusters is found again in parts of the customers. */
#include "engine/clusters/stability.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "engine/chunk_workers.h"
#include "engine/clusters/adjusted_rand.h"
#include "engine/clusters/kmeans.h"
#include "engine/clusters/subsample.h"

/* As good as the best. */
enum { NEAR_BEST_MILLI = 20 };

/* Of a pair of subsamples with their fits, for each customer and entry that they are drawn from, and for each
 * category of each cluster. */
enum { PAIR_CUSTOMER_BYTES = 100, PAIR_ENTRY_BYTES = 10, PAIR_CENTRE_BYTES = 32 };

/* A hash up to it: four of five customers. */
#define FOUR_FIFTHS (UINT64_MAX / 5 * 4)

/* What the threads share; all from `lock` on under it. */
struct measuring {
    const struct fl_stability_plan *plan;
    const struct fl_basket_vectors *vectors;
    double rand[FL_STABILITY_PAIRS][FL_CLUSTERS_MAX + 1];
    pthread_mutex_t lock;
    unsigned pairs_done;
    size_t failed; /* the first pair that failed */
    fl_status status;
    struct fl_error error;
};

/* Of the first pair, so that it does not depend on who was faster. */
static void note_failure(struct measuring *measuring, size_t pair, fl_status status,
                         const struct fl_error *error)
{
    pthread_mutex_lock(&measuring->lock);
    if (measuring->status == FL_OK || pair < measuring->failed) {
        measuring->failed = pair;
        measuring->status = status;
        measuring->error = *error;
    }
    pthread_mutex_unlock(&measuring->lock);
}

static bool has_failed(struct measuring *measuring)
{
    pthread_mutex_lock(&measuring->lock);
    const bool failed = measuring->status != FL_OK;
    pthread_mutex_unlock(&measuring->lock);
    return failed;
}

static fl_status tell_progress(struct measuring *measuring, struct fl_error *error)
{
    const struct fl_stability_plan *plan = measuring->plan;
    pthread_mutex_lock(&measuring->lock);
    const unsigned done = ++measuring->pairs_done;
    const int stop =
        plan->progress == NULL ? 0 : plan->progress(plan->progress_context, done, FL_STABILITY_PAIRS);
    pthread_mutex_unlock(&measuring->lock);
    return stop == 0
               ? FL_OK
               : fl_fail(error, FL_INTERRUPTED, "the fit was stopped after %u of %d pairs of subsamples",
                         done, FL_STABILITY_PAIRS);
}

/* The labels of the customers that are in both are moved to the front of the arrays; returns how many. */
static size_t keep_common(const struct fl_subsample *a, const struct fl_subsample *b, uint32_t *of_a,
                          uint32_t *of_b)
{
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->vectors.count && j < b->vectors.count;) {
        const size_t left = a->customers[i], right = b->customers[j];
        if (left == right) {
            of_a[common] = of_a[i];
            of_b[common++] = of_b[j];
        }
        i += left <= right;
        j += right <= left;
    }
    return common;
}

/* FL_BAD_DATA, which fl_kmeans_fit() says of too few different customers, leaves 0. */
static fl_status compare_fits(const struct fl_stability_plan *plan, size_t pair, unsigned k,
                              const struct fl_subsample subsamples[2], double *rand, struct fl_error *error)
{
    struct fl_kmeans fits[2] = {{0}, {0}};
    fl_status status = FL_OK;
    for (unsigned i = 0; i < 2 && status == FL_OK; i++) {
        const struct fl_kmeans_plan fit = {.vectors = &subsamples[i].vectors,
                                           .k = k,
                                           .starts = 1,
                                           .iterations_max = plan->iterations_max,
                                           .seed = plan->seed + 2 * pair + i + 1};
        status = fl_kmeans_fit(&fit, &fits[i], error);
    }
    if (status == FL_OK) {
        const size_t common = keep_common(&subsamples[0], &subsamples[1], fits[0].cluster, fits[1].cluster);
        *rand = fl_adjusted_rand(fits[0].cluster, fits[1].cluster, common);
    }
    fl_kmeans_release(&fits[0]);
    fl_kmeans_release(&fits[1]);
    return status == FL_BAD_DATA ? FL_OK : status;
}

static fl_status measure_pair(struct measuring *measuring, size_t pair, struct fl_error *error)
{
    const struct fl_stability_plan *plan = measuring->plan;
    struct fl_subsample subsamples[2] = {{.customers = NULL}, {.customers = NULL}};
    fl_status status = FL_OK;
    for (unsigned i = 0; i < 2 && status == FL_OK; i++)
        status = fl_subsample_make(measuring->vectors, 2 * pair + i + 1, FOUR_FIFTHS, &subsamples[i], error);
    for (unsigned k = plan->k_first; k <= plan->k_last && status == FL_OK; k++)
        status = compare_fits(plan, pair, k, subsamples, &measuring->rand[pair][k], error);
    fl_subsample_release(&subsamples[0]);
    fl_subsample_release(&subsamples[1]);
    return status == FL_OK ? tell_progress(measuring, error) : status;
}

static void take_pair(void *context, unsigned worker, size_t pair)
{
    struct measuring *measuring = context;
    struct fl_error error;
    (void)worker;
    if (has_failed(measuring))
        return;
    fl_error_clear(&error);
    const fl_status status = measure_pair(measuring, pair, &error);
    if (status != FL_OK)
        note_failure(measuring, pair, status, &error);
}

/* What a fit writes and what k is chosen by, so that no rounding of doubles decides. */
int64_t fl_stability_milli(double mean)
{
    return (int64_t)floor(mean * 1000 + 0.5);
}

static void take_means(const struct measuring *measuring, struct fl_stability *stability)
{
    const struct fl_stability_plan *plan = measuring->plan;
    int64_t best_milli = INT64_MIN;
    for (unsigned k = plan->k_first; k <= plan->k_last; k++) {
        double sum = 0;
        for (unsigned pair = 0; pair < FL_STABILITY_PAIRS; pair++)
            sum += measuring->rand[pair][k];
        stability->mean[k] = sum / FL_STABILITY_PAIRS;
        const int64_t milli = fl_stability_milli(stability->mean[k]);
        best_milli = milli > best_milli ? milli : best_milli;
    }
    stability->k = plan->k_first;
    while (fl_stability_milli(stability->mean[stability->k]) < best_milli - NEAR_BEST_MILLI)
        stability->k++;
}

unsigned fl_stability_threads(const struct fl_stability_plan *plan, const struct fl_basket_vectors *vectors)
{
    const uint64_t pair_bytes = vectors->count * PAIR_CUSTOMER_BYTES +
                                vectors->starts[vectors->count] * PAIR_ENTRY_BYTES +
                                (uint64_t)plan->k_last * vectors->category_count * PAIR_CENTRE_BYTES;
    const uint64_t most = plan->memory_bytes == 0 ? UINT64_MAX : plan->memory_bytes / (pair_bytes + 1);
    const unsigned threads = plan->threads < most ? plan->threads : (unsigned)most;
    return threads == 0 ? 1 : threads;
}

static fl_status measure(const struct fl_stability_plan *plan, const struct fl_basket_vectors *vectors,
                         struct fl_stability *stability, struct fl_error *error)
{
    struct measuring *measuring = calloc(1, sizeof *measuring);
    if (measuring == NULL)
        return fl_fail_memory(error, sizeof *measuring);
    measuring->plan = plan;
    measuring->vectors = vectors;
    pthread_mutex_init(&measuring->lock, NULL);
    fl_chunk_work(&(struct fl_chunk_work){FL_STABILITY_PAIRS, fl_stability_threads(plan, vectors), take_pair,
                                          measuring});
    pthread_mutex_destroy(&measuring->lock);
    const fl_status status = measuring->status;
    if (status == FL_OK)
        take_means(measuring, stability);
    else if (error != NULL)
        *error = measuring->error;
    free(measuring);
    return status;
}

fl_status fl_stability_measure(const struct fl_stability_plan *plan, struct fl_stability *stability,
                               struct fl_error *error)
{
    assert(plan->k_first >= 1 && plan->k_first <= plan->k_last && plan->k_last <= FL_CLUSTERS_MAX);
    *stability = (struct fl_stability){.k = 0};
    uint64_t highest;
    fl_status status = fl_subsample_highest(plan->vectors, FL_STABILITY_CUSTOMERS, &highest, error);
    if (status != FL_OK)
        return status;
    if (highest == UINT64_MAX)
        return measure(plan, plan->vectors, stability, error);
    struct fl_subsample sample;
    status = fl_subsample_make(plan->vectors, 0, highest, &sample, error);
    if (status != FL_OK)
        return status;
    status = measure(plan, &sample.vectors, stability, error);
    fl_subsample_release(&sample);
    return status;
}
