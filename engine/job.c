/* job.c - the whole flow of a run, from the model to _SUCCESS. */
#include "engine/fourloop.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/currency_check.h"
#include "engine/emit.h"
#include "engine/run_inputs.h"
#include "engine/run_output.h"
#include "engine/workers.h"
#include "formats/base/civil.h"

enum { STAGES_MAX = 8 };

/* Everything a run holds, let go of in one place. */
struct job {
    const struct fl_run_plan *plan;
    struct fl_model *model;
    struct fl_data_folder *data;
    struct fl_run_inputs inputs;         /* those of plan->inputs_of */
    const struct fl_data_folder *folder; /* one of these two */
    struct fl_points *points;
    struct fl_money money;
    struct fl_value_rules value;
    struct fl_type_words types;
    struct fl_run_manifest manifest;
    struct fl_buffer columns; /* names of the manifest's, as a text */
    struct fl_run_output *output;
    struct fl_scope_words words; /* of the worded scopes that the model asks for */
    struct fl_workers *workers;
    struct fl_emit *emits[FL_RESULT_KINDS];
    /* Where the time went: into timing.json, never into a result. */
    struct {
        const char *name;
        uint64_t microseconds;
    } stages[STAGES_MAX];
    size_t stage_count;
    uint64_t stage_start;
};

static uint64_t microseconds_now(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void end_stage(struct job *job, const char *name)
{
    const uint64_t now = microseconds_now();
    if (job->stage_count < STAGES_MAX) {
        job->stages[job->stage_count].name = name;
        job->stages[job->stage_count++].microseconds = now - job->stage_start;
    }
    job->stage_start = now;
}

/* ---- what the run is made of ---- */

/* Whether rows take words of their product. */
static bool has_product_words(const struct fl_model *model)
{
    return model->settings.scopes[FL_SCOPE_BRAND] || model->settings.scopes[FL_SCOPE_CATEGORY];
}

/* Whether the run reads the table file. */
static bool is_input(const struct fl_model *model, const struct fl_data_folder *folder,
                     const struct fl_data_file *file)
{
    if (strcmp(file->table, "interactions") == 0)
        return true;
    if (strcmp(file->table, "products") == 0)
        return has_product_words(model);
    if (strcmp(file->table, "customers") == 0 || strcmp(file->table, "stores") == 0)
        return true; /* profiles */
    return strcmp(file->table, "customer_ids") == 0 && folder->text_ids && !folder->pseudonymous;
}

static fl_status describe_inputs(struct job *job, struct fl_error *error)
{
    struct fl_run_manifest *manifest = &job->manifest;
    manifest->as_of_day = job->plan->as_of_day;
    manifest->view = job->plan->view;
    fl_status status = fl_result_columns_parse(job->plan->columns, &manifest->columns, error);
    if (status == FL_OK && !fl_result_columns_print(manifest->columns, &job->columns))
        status = fl_fail_memory(error, job->columns.size);
    if (status != FL_OK)
        return status;
    manifest->version = strdup(FOURLOOP_VERSION);
    manifest->zone = job->folder->zone == NULL ? NULL : strdup(job->folder->zone);
    if (manifest->version == NULL || (job->folder->zone != NULL && manifest->zone == NULL))
        return fl_fail_memory(error, sizeof FOURLOOP_VERSION);
    memcpy(manifest->model_hash, job->model->hash, sizeof manifest->model_hash);
    for (size_t i = 0; i < job->folder->file_count; i++) {
        const struct fl_data_file *file = &job->folder->files[i];
        if (!is_input(job->model, job->folder, file))
            continue;
        status =
            fl_run_manifest_add_input(manifest, file->name, file->table, file->rows, file->digest, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* What of the data folder counts. */
static fl_status open_data(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    struct fl_run_manifest earlier;
    fl_status status = fl_data_folder_open(plan->io, plan->data, &job->data, error);
    job->folder = job->data;
    if (status != FL_OK || plan->inputs_of == NULL)
        return status;
    status = fl_run_folder_read(plan->io, plan->inputs_of, &earlier, error);
    if (status == FL_OK)
        status = fl_run_inputs_open(job->data, &earlier, &job->inputs, error);
    fl_run_manifest_release(&earlier);
    job->folder = &job->inputs.folder;
    return status;
}

static fl_status open_inputs(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    if (plan->as_of_day < FL_DAY_MIN || plan->as_of_day > FL_DAY_MAX)
        return fl_fail(error, FL_USAGE, "the as-of day %d lies outside the calendar", plan->as_of_day);
    fl_status status = fl_model_open(plan->io, plan->model, &job->model, error);
    if (status == FL_OK)
        status = open_data(job, error);
    if (status == FL_OK)
        status = describe_inputs(job, error);
    if (status != FL_OK)
        return status;
    fl_money_init(&job->money, job->model);
    fl_value_rules_init(&job->value, job->model, plan->as_of_day);
    fl_type_words_init(&job->types, &job->model->registry);
    return fl_points_create(job->model, &job->points, error);
}

/* ---- scoring ---- */

/* Brands, categories, products always have them. */
static bool wants_value(const struct job *job)
{
    return job->words.files != NULL || !fl_result_columns_raw_only(job->manifest.columns);
}

static struct fl_range_scorer_plan scorer_plan(const struct job *job)
{
    const struct fl_run_plan *plan = job->plan;
    const bool with_value = wants_value(job);
    return (struct fl_range_scorer_plan){
        .scan = {.io = plan->io,
                 .folder = job->folder,
                 .io_mode = plan->io_mode,
                 .rules = {.registry = &job->model->registry,
                           .as_of_day = plan->as_of_day,
                           .view = plan->view,
                           .late_report_days = job->model->settings.late_report_days,
                           .customer_first = INT64_MIN,
                           .customer_last = INT64_MAX},
                 .words = job->words.files == NULL ? NULL : &job->words,
                 .money = with_value ? &job->money : NULL,
                 .more_tables = job->model->settings.type_view,
                 .memory_bytes = plan->memory_bytes,
                 .progress = plan->progress,
                 .progress_context = plan->progress_context},
        .model = job->model,
        .points = job->points,
        .value = with_value ? &job->value : NULL,
        .types = job->model->settings.type_view ? &job->types : NULL,
        .columns = job->manifest.columns,
        .memory_bytes = plan->memory_bytes};
}

static fl_status emit_results(void *context, const struct fl_results *results, struct fl_error *error)
{
    const struct job *job = context;
    return fl_emit_add(job->emits[results->scope], results, error);
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

static fl_status open_words(struct job *job, struct fl_error *error)
{
    bool wanted[FL_WORDED_SCOPES];
    bool any = false;
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        const int worded = fl_worded_of((enum fl_scope)scope);
        if (worded < 0)
            continue;
        wanted[worded] = job->model->settings.scopes[scope];
        any = any || wanted[worded];
    }
    if (!any)
        return FL_OK;
    return fl_scope_words_open(job->folder, job->plan->io_mode, wanted, &job->words, error);
}

/* What tells the results of two runs apart; kept in the file. */
struct emit_facts {
    char day[11];
    const char *list[13];
};

static void fill_facts(const struct job *job, int kind, struct emit_facts *facts)
{
    fl_day_format(job->plan->as_of_day, facts->day);
    const char *const list[] = {
        "as_of",      facts->day,
        "model_hash", job->model->hash,
        "table",      fl_emit_tables[kind].stem,
        "version",    FOURLOOP_VERSION,
        "view",       job->plan->view == FL_VIEW_KNOWN_THEN ? "known-then" : "known-now",
        "columns",    (const char *)job->columns.bytes,
        NULL};
    _Static_assert(sizeof list == sizeof facts->list, "as many");
    memcpy(facts->list, list, sizeof list);
    if (kind != FL_SCOPE_CUSTOMER || job->manifest.columns == 0)
        facts->list[sizeof list / sizeof list[0] - 3] = NULL; /* without `columns` */
}

/* What no stage computes. */
static fl_result_columns absent_columns(void)
{
    return (((fl_result_columns)1 << FL_SCORES_TIER_BEFORE) - 1) * 2 + 1 -
           ((((fl_result_columns)1 << FL_SCORES_LOST_TO_DECAY) - 1) * 2 + 1) -
           ((fl_result_columns)1 << FL_BRAND_SCORES_BRAND);
}

static fl_status open_emit(struct job *job, int kind, const struct emit_facts *facts, struct fl_error *error)
{
    struct fl_emit_plan plan = {.kind = (unsigned)kind,
                                .folder = job->folder,
                                .io_mode = job->plan->io_mode,
                                .out = job->plan->out,
                                .columns = job->manifest.columns,
                                .absent = absent_columns(),

                                .model = job->model,
                                .as_of_day = job->plan->as_of_day,
                                .facts = facts->list,
                                .memory_bytes = job->plan->memory_bytes};
    const int worded = fl_worded_of((enum fl_scope)kind);
    if (worded >= 0)
        plan.dictionaries[0] =
            (struct fl_emit_dictionary){fl_emit_tables[kind].word_id, job->words.words[worded].words};
    if (kind == FL_RESULT_TYPES)
        plan.dictionaries[0] =
            (struct fl_emit_dictionary){fl_emit_tables[kind].word_id, fl_type_words_all(&job->types)};
    fl_status status = fl_scan_digest(fl_workers_scan(job->workers), plan.data_digest, error);
    return status == FL_OK ? fl_emit_create(&plan, &job->emits[kind], error) : status;
}

static bool is_wanted(const struct job *job, int kind)
{
    const struct fl_model_settings *settings = &job->model->settings;
    return kind == FL_RESULT_TYPES ? settings->type_view : settings->scopes[kind];
}

static fl_status score_all(struct job *job, struct fl_error *error)
{
    struct fl_run_counts *counts = &job->manifest.counts;
    const uint64_t rows = fl_scan_rows(fl_workers_scan(job->workers));
    fl_status status = fl_workers_run(job->workers, emit_results, job, counts, error);
    if (status == FL_OK)
        status = check_counts(counts, rows, error);
    fl_workers_close(job->workers); /* their buffers make room for the percentile */
    job->workers = NULL;
    end_stage(job, "score");
    return status;
}

static fl_status finish_emit(struct job *job, int kind, struct fl_error *error)
{
    char name[256] = "";
    struct fl_table_summary summary;
    fl_status status = fl_emit_finish(job->emits[kind], NULL, NULL, name, &summary, error);
    /* Also after a failure: the last step of publishing may fail with the file in place. */
    if (name[0] != '\0') {
        const fl_status noted = fl_run_output_note(job->output, name, status == FL_OK ? error : NULL);
        status = status == FL_OK ? noted : status;
    }
    if (status == FL_OK)
        status = fl_run_manifest_add_output(&job->manifest, fl_emit_tables[kind].stem, name, summary.rows,
                                            summary.size_bytes, summary.digest, error);
    return status;
}

static fl_status make_tables(struct job *job, struct fl_error *error)
{
    struct emit_facts facts[FL_RESULT_KINDS];
    fl_status status = open_words(job, error);
    const struct fl_range_scorer_plan plan = scorer_plan(job);
    if (status == FL_OK)
        status = fl_workers_open(&plan, job->plan->threads, &job->workers, error);
    for (int kind = 0; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (!is_wanted(job, kind))
            continue;
        fill_facts(job, kind, &facts[kind]);
        status = open_emit(job, kind, &facts[kind], error);
    }
    if (status == FL_OK)
        status = score_all(job, error);
    for (int kind = 0; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (job->emits[kind] != NULL)
            status = finish_emit(job, kind, error);
    }
    for (int kind = 0; kind < FL_RESULT_KINDS; kind++) { /* before the facts go */
        fl_emit_free(job->emits[kind]);
        job->emits[kind] = NULL;
    }
    end_stage(job, "results");
    return status;
}

/* ---- publishing ---- */

static fl_status write_model_copy(struct job *job, struct fl_error *error)
{
    for (int part = 0; part < FL_MODEL_PARTS; part++) {
        const char *name = fl_model_part_name((enum fl_model_part)part);
        const struct fl_buffer *bytes = &job->model->parts[part];
        struct fl_run_file file = {0};
        if (!job->model->has_part[part])
            continue;
        fl_status status = fl_run_output_write(job->output, name, bytes->bytes, bytes->size, &file, error);
        if (status == FL_OK)
            status = fl_run_manifest_add_output(&job->manifest, "model", name, 0, file.size_bytes,
                                                file.digest, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status write_timing(struct job *job, struct fl_error *error)
{
    char text[1024];
    int size = snprintf(text, sizeof text, "{\n");
    for (size_t i = 0; i < job->stage_count; i++)
        size += snprintf(text + size, sizeof text - (size_t)size, "  \"%s_microseconds\": %llu%s\n",
                         job->stages[i].name, (unsigned long long)job->stages[i].microseconds,
                         i + 1 < job->stage_count ? "," : "");
    size += snprintf(text + size, sizeof text - (size_t)size, "}\n");
    return fl_run_output_write(job->output, FL_TIMING_NAME, text, (size_t)size, NULL, error);
}

static fl_status publish(struct job *job, struct fl_error *error)
{
    struct fl_buffer manifest = {0};
    fl_status status = write_model_copy(job, error);
    if (status == FL_OK)
        status = write_timing(job, error);
    if (status == FL_OK)
        status = fl_run_manifest_print(&job->manifest, &manifest, error);
    if (status == FL_OK)
        status =
            fl_run_output_write(job->output, FL_MANIFEST_NAME, manifest.bytes, manifest.size, NULL, error);
    if (status == FL_OK)
        status = fl_run_output_complete(job->output, &manifest, error);
    fl_buffer_release(&manifest);
    return status;
}

static fl_status run(struct job *job, struct fl_run_report *report, struct fl_error *error)
{
    struct fl_run_manifest present = {0};
    fl_status status = open_inputs(job, error);
    if (status == FL_OK)
        status = fl_run_output_begin(job->plan->io, job->plan->out, &job->manifest, &job->output,
                                     &report->already_there, &present, error);
    if (status != FL_OK)
        return status;
    if (report->already_there) {
        report->counts = present.counts;
        fl_run_manifest_release(&present);
        return FL_OK;
    }
    end_stage(job, "open");
    status = fl_check_currencies(job->model, job->folder, job->plan->io_mode, job->plan->as_of_day, error);
    end_stage(job, "currencies");
    if (status == FL_OK)
        status = make_tables(job, error);
    if (status == FL_OK)
        status = publish(job, error);
    report->counts = job->manifest.counts;
    return status;
}

/* *folded: the run failed because a compaction has meanwhile folded an input of it. */
static fl_status run_once(const struct fl_run_plan *plan, struct fl_run_report *report, bool *folded,
                          struct fl_error *error)
{
    struct job job = {.plan = plan, .stage_start = microseconds_now()};
    *report = (struct fl_run_report){0};
    fl_status status = run(&job, report, error);
    *folded = status == FL_MISSING && job.data != NULL && fl_data_folder_has_changed(job.data);
    fl_workers_close(job.workers);
    fl_scope_words_release(&job.words);
    fl_run_output_end(job.output);
    fl_run_manifest_release(&job.manifest);
    fl_buffer_release(&job.columns);
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
