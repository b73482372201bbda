/* job.c - the whole flow of a run, from the model to _SUCCESS. */
#include "engine/fourloop.h"

#include <stdlib.h>

#include "engine/currency_check.h"
#include "engine/night.h"
#include "engine/run_inputs.h"
#include "engine/stages.h"
#include "engine/workers.h"
#include "formats/base/civil.h"

/* Everything a run holds, let go of in one place. */
struct job {
    const struct fl_run_plan *plan;
    struct fl_model *model;
    struct fl_data_folder *data;
    struct fl_run_inputs inputs; /* those of plan->inputs_of */
    struct fl_stages stages;
    struct fl_night_shared shared;
    struct fl_workers *workers;
    struct fl_night night;
    struct fl_timing timing;
};

/* ---- what the run is made of ---- */

/* What of the data folder counts. */
static fl_status open_data(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    struct fl_run_manifest earlier;
    fl_status status = fl_data_folder_open(plan->io, plan->data, &job->data, error);
    job->shared.folder = job->data;
    if (status != FL_OK || plan->inputs_of == NULL)
        return status;
    status = fl_run_folder_read(plan->io, plan->inputs_of, &earlier, error);
    if (status == FL_OK)
        status = fl_run_inputs_open(job->data, &earlier, &job->inputs, error);
    fl_run_manifest_release(&earlier);
    job->shared.folder = &job->inputs.folder;
    return status;
}

static fl_status open_inputs(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    struct fl_night_shared *shared = &job->shared;
    if (plan->as_of_day < FL_DAY_MIN || plan->as_of_day > FL_DAY_MAX)
        return fl_fail(error, FL_USAGE, "the as-of day %d lies outside the calendar", plan->as_of_day);
    fl_status status = fl_model_open(plan->io, plan->model, &job->model, error);
    if (status == FL_OK)
        status = open_data(job, error);
    if (status == FL_OK)
        status = fl_result_columns_parse(plan->columns, &shared->columns, error);
    shared->io = plan->io;
    shared->io_mode = plan->io_mode;
    shared->memory_bytes = plan->memory_bytes;
    shared->model = job->model;
    shared->has_facts = status == FL_OK && fl_result_columns_want_facts(shared->columns);
    return status;
}

static fl_status begin_night(struct job *job, struct fl_error *error)
{
    job->night = (struct fl_night){.shared = &job->shared,
                                   .out = job->plan->out,
                                   .as_of_day = job->plan->as_of_day,
                                   .view = job->plan->view};
    return fl_night_begin(&job->night, job->plan->previous, error);
}

/* ---- what the stages need ---- */

static fl_status open_stages(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    struct fl_night_shared *shared = &job->shared;
    const struct fl_stages_plan stages = {.io = plan->io,
                                          .io_mode = plan->io_mode,
                                          .model = job->model,
                                          .folder = shared->folder,
                                          .as_of_day = plan->as_of_day,
                                          .view = plan->view,
                                          .columns = shared->columns,
                                          .has_facts = shared->has_facts,
                                          .memory_bytes = plan->memory_bytes};
    fl_status status = fl_stages_open(&job->stages, &stages, error);
    shared->words = fl_stages_words(&job->stages);
    shared->types = fl_stages_types(&job->stages);
    shared->profiles = job->stages.profiles;
    return status;
}

/* ---- scoring ---- */

static fl_status put_results(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct job *job = context;
    return fl_night_put(&job->night, results, error);
}

/* Every row has exactly one fate. */
static fl_status check_counts(const struct fl_run_counts *counts, uint64_t rows, struct fl_error *error)
{
    const uint64_t fates = counts->scored + counts->after_as_of + counts->not_yet_known + counts->quarantined;
    if (counts->rows_in != fates || counts->rows_in != rows)
        return fl_fail(error, FL_INTERNAL, "%llu rows came in, %llu have a fate, the files hold %llu",
                       (unsigned long long)counts->rows_in, (unsigned long long)fates,
                       (unsigned long long)rows);
    return FL_OK;
}

static fl_status score_all(struct job *job, struct fl_error *error)
{
    struct fl_run_counts *counts = &job->night.manifest.counts;
    const uint64_t rows = fl_scan_rows(fl_workers_scan(job->workers));
    fl_status status = fl_workers_run(job->workers, put_results, job, counts, error);
    if (status == FL_OK)
        status = check_counts(counts, rows, error);
    fl_workers_close(job->workers); /* their buffers make room for comparing customers */
    job->workers = NULL;
    fl_timing_end(&job->timing, "score");
    return status;
}

static fl_status make_night(struct job *job, struct fl_error *error)
{
    uint8_t data_digest[16];
    fl_status status =
        fl_check_currencies(job->model, job->shared.folder, job->plan->io_mode, job->plan->as_of_day, error);
    fl_timing_end(&job->timing, "currencies");
    if (status == FL_OK)
        status = open_stages(job, error);
    fl_timing_end(&job->timing, "dimensions");
    if (status != FL_OK)
        return status;
    struct fl_range_scorer_plan plan = fl_stages_scorer_plan(&job->stages);
    plan.scan.progress = job->plan->progress;
    plan.scan.progress_context = job->plan->progress_context;
    status = fl_workers_open(&plan, job->plan->threads, &job->workers, error);
    if (status == FL_OK)
        status = fl_scan_digest(fl_workers_scan(job->workers), data_digest, error);
    if (status == FL_OK)
        status = fl_night_open_tables(&job->night, data_digest, NULL, error);
    if (status == FL_OK)
        status = score_all(job, error);
    return status == FL_OK ? fl_night_finish(&job->night, &job->timing, error) : status;
}

static fl_status run(struct job *job, struct fl_run_report *report, struct fl_error *error)
{
    fl_timing_start(&job->timing);
    fl_status status = open_inputs(job, error);
    if (status == FL_OK)
        status = begin_night(job, error);
    fl_timing_end(&job->timing, "open");
    report->already_there = job->night.already_there;
    if (status == FL_OK && !job->night.already_there)
        status = make_night(job, error);
    report->counts = job->night.manifest.counts;
    return status;
}

/* *folded: the run failed because a compaction has meanwhile folded an input of it. */
static fl_status run_once(const struct fl_run_plan *plan, struct fl_run_report *report, bool *folded,
                          struct fl_error *error)
{
    struct job job = {.plan = plan};
    *report = (struct fl_run_report){0};
    fl_status status = run(&job, report, error);
    *folded = status == FL_MISSING && job.data != NULL && fl_data_folder_has_changed(job.data);
    fl_workers_close(job.workers);
    fl_night_end(&job.night);
    fl_stages_release(&job.stages);
    fl_run_inputs_release(&job.inputs);
    fl_data_folder_close(job.data);
    fl_model_free(job.model);
    return status;
}

fl_status fl_run(const struct fl_run_plan *plan, struct fl_run_report *report, struct fl_error *error)
{
    bool folded = true;
    fl_status status = FL_OK;
    while (folded) {
        fl_error_clear(error);
        status = run_once(plan, report, &folded, error);
    }
    return status;
}
