/* cluster_fit.c - `cluster fit`: from a data folder to clusters.yaml in the model folder. */
#include "engine/clusters/cluster_fit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/clusters/cluster_draft.h"
#include "engine/clusters/cluster_pass.h"
#include "engine/fit_inputs.h"
#include "engine/fit_output.h"

/* Everything a fit holds, let go of in one place. */
struct job {
    const struct fl_cluster_fit_plan *plan;
    struct fl_cluster_fit_report *report;
    struct fl_fit_inputs inputs;
    struct fl_fit_vectors vectors;
    struct fl_kmeans kmeans;
    uint64_t microseconds; /* when the last stage ended */
};

static uint64_t end_stage(struct job *job)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t before = job->microseconds;
    job->microseconds = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
    return job->microseconds - before;
}

/* ---- customers ---- */

static fl_status take_sample(struct job *job, struct fl_basket_sample *sample, __int128 *category_nets,
                             struct fl_error *error)
{
    const struct fl_cluster_fit_plan *plan = job->plan;
    struct fl_run_counts counts = {0};
    const struct fl_cluster_pass_plan pass = {
        .scan = fl_fit_scan_plan(&job->inputs, plan->progress.rows, plan->progress.context),
        .settings = &job->inputs.model->settings.baskets,
        .threads = plan->threads,
        .memory_bytes = plan->memory_bytes,
    };
    const fl_status status = fl_cluster_pass(&pass, sample, category_nets, &counts, error);
    job->report->rows = counts.rows_in;
    job->report->full_customers = sample->offered;
    job->report->memory_cut = sample->memory_cut;
    return status;
}

/* Half of the memory is for the customers of the fit, whatever threads and scans take; once these are done,
 * the other half is for subsamples. */
static fl_status make_vectors(struct job *job, struct fl_error *error)
{
    const struct fl_cluster_fit_plan *plan = job->plan;
    const size_t words = job->inputs.words.words[FL_WORDED_CATEGORY].words.count;
    struct fl_basket_sample sample = {.memory_bytes = plan->memory_bytes / 2, .customers_max = plan->sample};
    __int128 *category_nets = calloc(words + 1, sizeof *category_nets);
    if (category_nets == NULL)
        return fl_fail_memory(error, words * sizeof *category_nets);
    fl_basket_sample_init(&sample);
    fl_status status = take_sample(job, &sample, category_nets, error);
    if (status == FL_OK)
        status = fl_fit_vectors_make(&sample, category_nets, words, &job->vectors, error);
    fl_basket_sample_release(&sample);
    free(category_nets);
    return status;
}

static fl_status check_customers(const struct job *job, struct fl_error *error)
{
    const struct fl_basket_settings *settings = &job->inputs.model->settings.baskets;
    const size_t customers = job->vectors.vectors.count;
    const unsigned least = job->plan->k == 0 ? FL_K_LEAST : job->plan->k;
    if (job->report->full_customers == 0)
        return fl_fail(error, FL_BAD_DATA,
                       "no customer has %" PRId32 " baskets with a category in the %" PRId32
                       " days up to the as-of day (model.yaml: baskets), so there is nothing to fit",
                       settings->enough, settings->window_days);
    if (customers < least)
        return fl_fail(error, FL_BAD_DATA, "%zu customers cannot make %u clusters: %s", customers, least,
                       job->plan->k == 0 ? "ask for fewer with --k" : "ask for fewer");
    return FL_OK;
}

/* ---- clusters ---- */

static int64_t stability_milli_of(const struct fl_cluster_fit_report *report, unsigned k)
{
    return fl_stability_milli(report->stability.mean[k]);
}

static unsigned best_k(const struct fl_cluster_fit_report *report)
{
    unsigned best = report->k_first;
    for (unsigned k = report->k_first; k <= report->k_last; k++)
        best = report->stability.mean[k] > report->stability.mean[best] ? k : best;
    return best;
}

static fl_status check_stable(const struct job *job, unsigned k, struct fl_error *error)
{
    const struct fl_cluster_fit_report *report = job->report;
    const unsigned best = best_k(report);
    char others[80] = "";
    if (stability_milli_of(report, k) >= FL_STABILITY_LEAST_MILLI || job->plan->force)
        return FL_OK;
    if (report->k_first < report->k_last)
        (void)snprintf(others, sizeof others, "; of %u to %u the best is %u with %.3f", report->k_first,
                       report->k_last, best, report->stability.mean[best]);
    return fl_fail(error, FL_BAD_DATA,
                   "%u clusters are not stable: other customers of the same data give other clusters (mean "
                   "adjusted Rand index %.3f, at least %.3f%s). Take more customers or days (model.yaml: "
                   "baskets), broader categories, %s, or keep them with --force",
                   k, report->stability.mean[k], FL_STABILITY_LEAST_MILLI / 1000.0, others,
                   job->plan->k == 0 ? "a number of your own with --k" : "another --k");
}

static fl_status choose_k(struct job *job, struct fl_error *error)
{
    const struct fl_cluster_fit_plan *plan = job->plan;
    struct fl_cluster_fit_report *report = job->report;
    const size_t customers = job->vectors.vectors.count;
    report->k_first = plan->k == 0 ? FL_K_LEAST : plan->k;
    report->k_last = plan->k == 0 ? FL_K_MOST : plan->k;
    report->k_last = customers < report->k_last ? (unsigned)customers : report->k_last;
    const struct fl_stability_plan measure = {.vectors = &job->vectors.vectors,
                                              .k_first = report->k_first,
                                              .k_last = report->k_last,
                                              .iterations_max = plan->iterations_max,
                                              .seed = plan->seed,
                                              .threads = plan->threads,
                                              .memory_bytes = plan->memory_bytes / 2,
                                              .progress = plan->progress.pairs,
                                              .progress_context = plan->progress.context};
    const fl_status status = fl_stability_measure(&measure, &report->stability, error);
    return status == FL_OK ? check_stable(job, report->stability.k, error) : status;
}

static fl_status fit_clusters(struct job *job, struct fl_error *error)
{
    const struct fl_cluster_fit_plan *plan = job->plan;
    const struct fl_kmeans_plan fit = {.vectors = &job->vectors.vectors,
                                       .k = job->report->stability.k,
                                       .starts = plan->starts,
                                       .iterations_max = plan->iterations_max,
                                       .seed = plan->seed,
                                       .threads = plan->threads,
                                       .progress = plan->progress.iteration,
                                       .progress_context = plan->progress.context};
    const fl_status status = fl_kmeans_fit(&fit, &job->kmeans, error);
    job->report->start = job->kmeans.start;
    job->report->iterations = job->kmeans.iterations;
    job->report->converged = job->kmeans.converged;
    return status;
}

/* Thousandths, rounded half up: what is written is what was checked. */
static fl_status draft_model(struct job *job, struct fl_error *error)
{
    const int64_t stability_milli = stability_milli_of(job->report, job->report->stability.k);
    const struct fl_cluster_draft_plan draft = {.vectors = &job->vectors,
                                                .words = &job->inputs.words.words[FL_WORDED_CATEGORY].words,
                                                .kmeans = &job->kmeans,
                                                .old = job->inputs.model->clusters,
                                                .day = job->plan->as_of_day,
                                                .seed = job->plan->seed,
                                                .stability_milli = stability_milli,
                                                .forced = stability_milli < FL_STABILITY_LEAST_MILLI};
    job->report->has_old = draft.old != NULL;
    return fl_cluster_draft(&draft, &job->report->clusters, job->report->kept, error);
}

/* ---- the file ---- */

/* A night must be able to read what is written. */
static fl_status check_readable(const struct fl_buffer *text, struct fl_error *error)
{
    struct fl_cluster_model model;
    const fl_status status = fl_cluster_model_parse((const char *)text->bytes, text->size,
                                                    fl_model_part_name(FL_MODEL_CLUSTERS), &model, error);
    fl_cluster_model_release(&model);
    return status;
}

/* Whether this fit finds what the file says already: it is then no fit of its own in the history, and the
 * model is the same. */
static fl_status compare_with_old(const struct job *job, bool *same, struct fl_error *error)
{
    const struct fl_buffer *old = &job->inputs.model->parts[FL_MODEL_CLUSTERS];
    struct fl_cluster_model again = job->report->clusters;
    struct fl_buffer text = {0};
    *same = false;
    if (!job->report->has_old)
        return FL_OK;
    again.history_count--;
    const fl_status status = fl_cluster_model_print(&again, &text, error);
    *same = status == FL_OK && text.size == old->size && memcmp(text.bytes, old->bytes, text.size) == 0;
    fl_buffer_release(&text);
    return status;
}

static fl_status publish_new(struct job *job, struct fl_error *error)
{
    const struct fl_cluster_fit_plan *plan = job->plan;
    struct fl_model *model = job->inputs.model;
    struct fl_buffer text = {0};
    fl_status status = fl_cluster_model_print(&job->report->clusters, &text, error);
    if (status == FL_OK)
        status = check_readable(&text, error);
    if (status == FL_OK)
        status = fl_model_take_fit(model, FL_MODEL_CLUSTERS, &text, error);
    if (status == FL_OK) {
        memcpy(job->report->hash_after, fl_model_hash(model), sizeof job->report->hash_after);
        status = fl_fit_publish(plan->io, plan->model, FL_MODEL_CLUSTERS, &text, error);
    }
    fl_buffer_release(&text);
    return status;
}

static fl_status publish(struct job *job, struct fl_error *error)
{
    struct fl_cluster_fit_report *report = job->report;
    bool same = false;
    memcpy(report->hash_before, fl_model_hash(job->inputs.model), sizeof report->hash_before);
    memcpy(report->hash_after, report->hash_before, sizeof report->hash_after);
    fl_status status = compare_with_old(job, &same, error);
    if (status != FL_OK || same)
        return status;
    int lock;
    status = fl_fit_lock(job->plan->io, job->plan->model, FL_MODEL_CLUSTERS,
                         &job->inputs.model->parts[FL_MODEL_CLUSTERS], &lock, error);
    if (status == FL_OK) {
        status = publish_new(job, error);
        fl_fit_unlock(job->plan->io, lock);
    }
    return status;
}

/* ---- the whole ---- */

static fl_status fit_model(struct job *job, struct fl_error *error)
{
    struct fl_cluster_fit_report *report = job->report;
    (void)end_stage(job);
    fl_status status = fl_model_open(job->plan->io, job->plan->model, &job->inputs.model, error);
    if (status == FL_OK)
        status = fl_fit_inputs_open(&job->inputs, error);
    if (status == FL_OK)
        status = make_vectors(job, error);
    report->pass_microseconds = end_stage(job);
    if (status == FL_OK)
        status = check_customers(job, error);
    if (status == FL_OK)
        status = choose_k(job, error);
    report->stability_microseconds = end_stage(job);
    if (status == FL_OK)
        status = fit_clusters(job, error);
    if (status == FL_OK)
        status = draft_model(job, error);
    report->fit_microseconds = end_stage(job);
    return status == FL_OK ? publish(job, error) : status;
}

/* *folded: it failed because a compaction has meanwhile folded an input. */
static fl_status fit_once(const struct fl_cluster_fit_plan *plan, struct fl_cluster_fit_report *report,
                          bool *folded, struct fl_error *error)
{
    struct job job = {.plan = plan,
                      .report = report,
                      .inputs = {.io = plan->io,
                                 .io_mode = plan->io_mode,
                                 .data = plan->data,
                                 .as_of_day = plan->as_of_day,
                                 .memory_bytes = plan->memory_bytes}};
    *report = (struct fl_cluster_fit_report){0};
    const fl_status status = fit_model(&job, error);
    *folded = fl_fit_inputs_were_folded(&job.inputs, status);
    fl_kmeans_release(&job.kmeans);
    fl_fit_vectors_release(&job.vectors);
    fl_fit_inputs_release(&job.inputs);
    if (status != FL_OK)
        fl_cluster_fit_report_release(report);
    return status;
}

fl_status fl_cluster_fit(const struct fl_cluster_fit_plan *plan, struct fl_cluster_fit_report *report,
                         struct fl_error *error)
{
    bool folded = true;
    fl_status status = FL_OK;
    while (folded) {
        fl_error_clear(error);
        status = fit_once(plan, report, &folded, error);
    }
    return status;
}

void fl_cluster_fit_report_release(struct fl_cluster_fit_report *report)
{
    fl_cluster_model_release(&report->clusters);
}
