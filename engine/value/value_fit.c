/* value_fit.c - `value fit`: from a data folder to value.yaml in the model folder. */
#include "engine/value/value_fit.h"

#include <time.h>

#include "engine/fit_inputs.h"
#include "engine/fit_output.h"
#include "engine/value/value_pass.h"

static uint64_t microseconds_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* Everything a fit holds, let go of in one place. */
struct job {
    const struct fl_value_fit_plan *plan;
    struct fl_fit_inputs inputs;
    struct fl_value_histories histories;
};

static fl_status pass_over_rows(struct job *job, struct fl_value_fit_report *report, struct fl_error *error)
{
    const struct fl_value_fit_plan *plan = job->plan;
    struct fl_run_counts counts = {0};
    const struct fl_value_pass_plan pass = {
        .scan = fl_fit_scan_plan(&job->inputs, plan->progress, plan->progress_context),
        .model = job->inputs.model,
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
    fit->kind = plan->has_kind ? plan->kind : job->inputs.model->settings.value.fit;
    memcpy(fit->currency, job->inputs.model->settings.currency, sizeof fit->currency);
    fit->repeaters = (int64_t)histories->repeaters;
    fl_status status =
        fl_purchase_fit(histories->purchases, histories->purchase_count, fit->kind == FL_VALUE_FIT_MBGNBD,
                        plan->threads, &fit->purchases, error);
    if (status == FL_OK)
        status = fl_spend_fit(histories->spends, histories->spend_count, plan->threads, &fit->spend, error);
    if (status == FL_OK)
        status = fl_value_histories_medians(histories, &job->inputs.words.words[FL_WORDED_CATEGORY].words,
                                            fit, error);
    return status;
}

/* A night must be able to read what is written. */
static fl_status check_readable(const struct job *job, const struct fl_buffer *text, struct fl_error *error)
{
    struct fl_value_model *model = NULL;
    const fl_status status = fl_value_model_parse((const char *)text->bytes, text->size, "value.yaml",
                                                  job->inputs.model->settings.currency, &model, error);
    fl_value_model_free(model);
    return status;
}

static fl_status publish(const struct job *job, struct fl_value_fit_report *report, struct fl_error *error)
{
    struct fl_buffer text = {0};
    fl_status status = fl_frozen_fit_print(&report->fit, &text, error);
    if (status == FL_OK)
        status = check_readable(job, &text, error);
    if (status == FL_OK)
        status = fl_model_take_fit(job->inputs.model, FL_MODEL_VALUE, &text, error);
    if (status == FL_OK)
        memcpy(report->hash_after, fl_model_hash(job->inputs.model), sizeof report->hash_after);
    if (status == FL_OK)
        status = fl_fit_publish(job->plan->io, job->plan->model, FL_MODEL_VALUE, &text, error);
    fl_buffer_release(&text);
    return status;
}

static fl_status fit_model(struct job *job, struct fl_value_fit_report *report, struct fl_error *error)
{
    const uint64_t start = microseconds_now();
    fl_status status = fl_model_open_for_fit(job->plan->io, job->plan->model, &job->inputs.model, error);
    if (status == FL_OK)
        status = fl_fit_inputs_open(&job->inputs, error);
    if (status == FL_OK)
        status = pass_over_rows(job, report, error);
    if (status != FL_OK)
        return status;
    const uint64_t passed = microseconds_now();
    report->pass_microseconds = passed - start;
    memcpy(report->hash_before, fl_model_hash(job->inputs.model), sizeof report->hash_before);
    status = fit_all(job, &report->fit, error);
    report->fit_microseconds = microseconds_now() - passed;
    return status == FL_OK ? publish(job, report, error) : status;
}

/* *folded: it failed because a compaction has meanwhile folded an input. */
static fl_status fit_once(const struct fl_value_fit_plan *plan, struct fl_value_fit_report *report,
                          bool *folded, struct fl_error *error)
{
    struct job job = {.plan = plan,
                      .inputs = {.io = plan->io,
                                 .io_mode = plan->io_mode,
                                 .data = plan->data,
                                 .as_of_day = plan->as_of_day,
                                 .memory_bytes = plan->memory_bytes}};
    *report = (struct fl_value_fit_report){0};
    const fl_status status = fit_model(&job, report, error);
    *folded = fl_fit_inputs_were_folded(&job.inputs, status);
    fl_value_histories_release(&job.histories);
    fl_fit_inputs_release(&job.inputs);
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
