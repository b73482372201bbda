/* value_fit.c - `value fit`: from a data folder to value.yaml in the model folder. */
#include "engine/value/value_fit.h"

#include <stdlib.h>
#include <time.h>

#include "engine/currency_check.h"
#include "engine/value/value_pass.h"
#include "formats/base/civil.h"
#include "formats/base/publish.h"

/* Everything a fit holds, let go of in one place. */
struct job {
    const struct fl_value_fit_plan *plan;
    struct fl_model *model;
    struct fl_data_folder *folder;
    struct fl_scope_words words;
    struct fl_money money;
    struct fl_value_histories histories;
};

static uint64_t microseconds_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static fl_status open_inputs(struct job *job, struct fl_error *error)
{
    const struct fl_value_fit_plan *plan = job->plan;
    const bool wanted[FL_WORDED_SCOPES] = {[FL_WORDED_CATEGORY] = true};
    if (plan->as_of_day < FL_DAY_MIN || plan->as_of_day > FL_DAY_MAX)
        return fl_fail(error, FL_USAGE, "the as-of day %d lies outside the calendar", plan->as_of_day);
    fl_status status = fl_model_open_for_fit(plan->io, plan->model, &job->model, error);
    if (status == FL_OK)
        status = fl_data_folder_open(plan->io, plan->data, &job->folder, error);
    if (status == FL_OK)
        status = fl_check_currencies(job->model, job->folder, plan->io_mode, plan->as_of_day, error);
    if (status == FL_OK)
        status = fl_scope_words_open(job->folder, plan->io_mode, wanted, &job->words, error);
    if (status == FL_OK)
        fl_money_init(&job->money, job->model);
    return status;
}

static fl_status pass_over_rows(struct job *job, struct fl_value_fit_report *report, struct fl_error *error)
{
    const struct fl_value_fit_plan *plan = job->plan;
    struct fl_run_counts counts = {0};
    const struct fl_value_pass_plan pass = {
        .scan = {.io = plan->io,
                 .folder = job->folder,
                 .io_mode = plan->io_mode,
                 .rules = {.registry = &job->model->registry,
                           .as_of_day = plan->as_of_day,
                           .view = FL_VIEW_KNOWN_NOW,
                           .late_report_days = job->model->settings.late_report_days,
                           .customer_first = INT64_MIN,
                           .customer_last = INT64_MAX},
                 .words = &job->words,
                 .money = &job->money,
                 .memory_bytes = plan->memory_bytes,
                 .progress = plan->progress,
                 .progress_context = plan->progress_context},
        .model = job->model,
        .threads = plan->threads,
        .memory_bytes = plan->memory_bytes,
    };
    const fl_status status = fl_value_pass(&pass, &job->histories, &counts, error);
    report->rows = counts.rows_in;
    return status;
}

static fl_status fit_all(struct job *job, struct fl_frozen_fit *fit, struct fl_error *error)
{
    const struct fl_value_fit_plan *plan = job->plan;
    struct fl_value_histories *histories = &job->histories;
    fit->day = plan->as_of_day;
    fit->kind = plan->has_kind ? plan->kind : job->model->settings.value.fit;
    memcpy(fit->currency, job->model->settings.currency, sizeof fit->currency);
    fit->repeaters = (int64_t)histories->repeaters;
    fl_status status =
        fl_purchase_fit(histories->purchases, histories->purchase_count, fit->kind == FL_VALUE_FIT_MBGNBD,
                        plan->threads, &fit->purchases, error);
    if (status == FL_OK)
        status = fl_spend_fit(histories->spends, histories->spend_count, plan->threads, &fit->spend, error);
    if (status == FL_OK)
        status =
            fl_value_histories_medians(histories, &job->words.words[FL_WORDED_CATEGORY].words, fit, error);
    return status;
}

/* A night must be able to read what is written. */
static fl_status check_readable(const struct job *job, const struct fl_buffer *text, struct fl_error *error)
{
    struct fl_value_model *model = NULL;
    const fl_status status = fl_value_model_parse((const char *)text->bytes, text->size, "value.yaml",
                                                  job->model->settings.currency, &model, error);
    fl_value_model_free(model);
    return status;
}

static fl_status write_file(const struct job *job, const struct fl_buffer *text, struct fl_error *error)
{
    const struct fl_value_fit_plan *plan = job->plan;
    struct fl_output *output = NULL;
    fl_status status = fl_output_create(plan->io, plan->model, &output, error);
    if (status != FL_OK)
        return status;
    status = fl_output_write(output, text->bytes, text->size, error);
    if (status != FL_OK) {
        fl_output_abort(output);
        return status;
    }
    status = fl_output_commit(output, fl_model_part_name(FL_MODEL_VALUE), error);
    return status == FL_OK ? fl_directory_sync(plan->io, plan->model, error) : status;
}

/* Renaming the file is the last that can fail, but for bringing the folder to the disk. */
static fl_status publish(const struct job *job, struct fl_value_fit_report *report, struct fl_error *error)
{
    struct fl_buffer text = {0};
    fl_status status = fl_frozen_fit_print(&report->fit, &text, error);
    if (status == FL_OK)
        status = check_readable(job, &text, error);
    if (status == FL_OK)
        status = fl_model_take_fit(job->model, FL_MODEL_VALUE, &text, error);
    if (status == FL_OK)
        memcpy(report->hash_after, fl_model_hash(job->model), sizeof report->hash_after);
    if (status == FL_OK)
        status = write_file(job, &text, error);
    fl_buffer_release(&text);
    return status;
}

static fl_status fit_model(struct job *job, struct fl_value_fit_report *report, struct fl_error *error)
{
    const uint64_t start = microseconds_now();
    fl_status status = open_inputs(job, error);
    if (status == FL_OK)
        status = pass_over_rows(job, report, error);
    if (status != FL_OK)
        return status;
    const uint64_t passed = microseconds_now();
    report->pass_microseconds = passed - start;
    memcpy(report->hash_before, fl_model_hash(job->model), sizeof report->hash_before);
    status = fit_all(job, &report->fit, error);
    report->fit_microseconds = microseconds_now() - passed;
    return status == FL_OK ? publish(job, report, error) : status;
}

/* *folded: it failed because a compaction has meanwhile folded an input. */
static fl_status fit_once(const struct fl_value_fit_plan *plan, struct fl_value_fit_report *report,
                          bool *folded, struct fl_error *error)
{
    struct job job = {.plan = plan};
    *report = (struct fl_value_fit_report){0};
    const fl_status status = fit_model(&job, report, error);
    *folded = status == FL_MISSING && job.folder != NULL && fl_data_folder_has_changed(job.folder);
    fl_value_histories_release(&job.histories);
    fl_scope_words_release(&job.words);
    fl_data_folder_close(job.folder);
    fl_model_free(job.model);
    if (status != FL_OK)
        fl_value_fit_report_release(report);
    return status;
}

fl_status fl_value_fit(const struct fl_value_fit_plan *plan, struct fl_value_fit_report *report,
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

void fl_value_fit_report_release(struct fl_value_fit_report *report)
{
    fl_frozen_fit_release(&report->fit);
}
