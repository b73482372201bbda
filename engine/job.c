/* job.c - the whole flow of a run, from the model to _SUCCESS. */
#include "engine/fourloop.h"

#include <stdlib.h>

#include "engine/currency_check.h"
#include "engine/night.h"
#include "engine/run_inputs.h"
#include "engine/workers.h"
#include "formats/base/civil.h"

/* Everything a run holds, let go of in one place. */
struct job {
    const struct fl_run_plan *plan;
    struct fl_model *model;
    struct fl_data_folder *data;
    struct fl_run_inputs inputs; /* those of plan->inputs_of */
    struct fl_points *points;
    struct fl_money money;
    struct fl_value_rules value;
    struct fl_type_words types;
    bool has_scope_value;        /* net_12m, loop and the like are wanted of some scope */
    struct fl_scope_words words; /* of the scopes that the model asks for, and categories for facts */
    struct fl_facts_rules facts_rules;
    struct fl_profiles *profiles; /* NULL: nobody has one */
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

static fl_status open_words(struct job *job, struct fl_error *error)
{
    bool wanted[FL_WORDED_SCOPES] = {[FL_WORDED_CATEGORY] = job->shared.has_facts};
    bool any = job->shared.has_facts;
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        const int worded = fl_worded_of((enum fl_scope)scope);
        if (worded < 0 || !job->model->settings.scopes[scope])
            continue;
        wanted[worded] = any = true;
    }
    job->has_scope_value = any || fl_result_columns_want_scope_value(job->shared.columns);
    if (!any)
        return FL_OK;
    job->shared.words = &job->words;
    return fl_scope_words_open(job->shared.folder, job->plan->io_mode, wanted, &job->words, error);
}

static bool has_profiles(const struct fl_data_folder *folder)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].table, "customers") == 0)
            return true;
    }
    return false;
}

static fl_status open_facts(struct job *job, struct fl_error *error)
{
    if (!job->shared.has_facts)
        return FL_OK;
    fl_status status =
        fl_facts_rules_init(&job->model->settings, job->model->value,
                            &job->words.words[FL_WORDED_CATEGORY].words, &job->facts_rules, error);
    if (status == FL_OK && has_profiles(job->shared.folder))
        status = fl_profiles_open(job->shared.folder, job->plan->io_mode, &job->model->settings,
                                  job->plan->as_of_day, &job->profiles, error);
    job->shared.profiles = job->profiles;
    return status;
}

/* ---- scoring ---- */

static struct fl_range_scorer_plan scorer_plan(const struct job *job)
{
    const struct fl_run_plan *plan = job->plan;
    return (struct fl_range_scorer_plan){
        .scan = {.io = plan->io,
                 .folder = job->shared.folder,
                 .io_mode = plan->io_mode,
                 .rules = {.registry = &job->model->registry,
                           .as_of_day = plan->as_of_day,
                           .view = plan->view,
                           .late_report_days = job->model->settings.late_report_days,
                           .customer_first = INT64_MIN,
                           .customer_last = INT64_MAX},
                 .words = job->shared.words,
                 .money = job->has_scope_value ? &job->money : NULL,
                 .more_tables = job->shared.types != NULL,
                 .memory_bytes = plan->memory_bytes,
                 .progress = plan->progress,
                 .progress_context = plan->progress_context},
        .model = job->model,
        .points = job->points,
        .value = job->has_scope_value ? &job->value : NULL,
        .columns = job->shared.columns,
        .facts = job->shared.has_facts ? &job->facts_rules : NULL,
        .profiles = job->profiles,
        .types = job->shared.types,
        .memory_bytes = plan->memory_bytes};
}

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
        status = fl_points_create(job->model, &job->points, error);
    if (status == FL_OK)
        status = open_words(job, error);
    if (status == FL_OK)
        status = open_facts(job, error);
    fl_timing_end(&job->timing, "dimensions");
    if (status != FL_OK)
        return status;
    fl_money_init(&job->money, job->model);
    fl_type_words_init(&job->types, &job->model->registry);
    job->shared.types = job->model->settings.type_view ? &job->types : NULL;
    fl_value_rules_init(&job->value, job->model, job->plan->as_of_day);
    const struct fl_range_scorer_plan plan = scorer_plan(job);
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
    fl_profiles_close(job.profiles);
    fl_facts_rules_release(&job.facts_rules);
    fl_scope_words_release(&job.words);
    fl_points_free(job.points);
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
