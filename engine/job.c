/* job.c - the whole flow of a run, from the model to _SUCCESS. */
#include "engine/fourloop.h"

#include <stdlib.h>

#include "engine/currency_check.h"
#include "engine/night.h"
#include "engine/run_inputs.h"
#include "engine/stages.h"
#include "engine/workers.h"
#include "formats/base/civil.h"
#include "formats/base/publish.h"

/* Everything a run holds, let go of in one place. */
struct job {
    const struct fl_run_plan *plan;
    struct fl_model *model;
    struct fl_data_folder *data;
    struct fl_run_inputs inputs; /* those of plan->inputs_of */
    struct fl_stages stages;
    struct fl_night_shared shared;
    struct fl_workers *workers;
    struct fl_tag_message_counts messages; /* that were scanned for tags */
    struct fl_night *nights;               /* of days one behind the other */
    char **outs;                           /* their folders */
    size_t named_count;                    /* of nights and outs */
    size_t night_count, to_make;           /* those from number to_make on are not there yet */
    struct fl_timing timing;
};

/* Nights that are made in one pass: their tables grow side by side. */
enum { NIGHTS_AT_ONCE = 32 };

/* Days that are scored in one pass over the rows. */
struct pass {
    int32_t first_day;
    size_t nights;
    const char *previous; /* run folder of the night before the first; NULL: none */
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

/* Tables of tags alone want something to make them of. */
static fl_status check_tags(const struct job *job, struct fl_error *error)
{
    if (!job->plan->tags_only || job->stages.tags != NULL)
        return FL_OK;
    if (job->model->keywords.rule_count > 0) {
        fl_fail(error, FL_MISSING, "the data folder has neither texts nor tags given by hand");
        fl_error_at_path(error, job->plan->data);
        return FL_MISSING;
    }
    fl_fail(error, FL_BAD_MODEL,
            "the model has no rules that make tags of texts (keywords.csv), and the data folder has no tags "
            "given by hand");
    fl_error_at_path(error, job->plan->model);
    return FL_BAD_MODEL;
}

/* Tiers by a value that nobody has would put every buyer into one. */
static fl_status check_fit(const struct job *job, struct fl_error *error)
{
    if (!job->shared.has_facts || job->model->value != NULL ||
        job->model->settings.value.tier_by != FL_TIER_BY_LIFETIME)
        return FL_OK;
    fl_fail(
        error, FL_BAD_MODEL,
        "model.yaml has tiers by life-time value, but the model has no value fit: make one with `fourloop "
        "value fit`, or set `tier_by: net`");
    fl_error_at_path(error, job->plan->model);
    return FL_BAD_MODEL;
}

static fl_status check_clusters(const struct job *job, struct fl_error *error)
{
    if (!job->plan->needs_clusters || job->model->clusters != NULL)
        return FL_OK;
    fl_fail(error, FL_BAD_MODEL, "the model has no clusters: make them with `fourloop cluster fit`");
    fl_error_at_path(error, job->plan->model);
    return FL_BAD_MODEL;
}

static fl_status open_inputs(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    struct fl_night_shared *shared = &job->shared;
    fl_status status = plan->is_between ? fl_model_open_between(plan->io, plan->model, &job->model, error)
                                        : fl_model_open(plan->io, plan->model, &job->model, error);
    if (status == FL_OK)
        status = open_data(job, error);
    if (status == FL_OK)
        status = fl_result_columns_parse(plan->columns, &shared->columns, error);
    shared->io = plan->io;
    shared->io_mode = plan->io_mode;
    shared->memory_bytes = plan->memory_bytes;
    shared->model = job->model;
    shared->wants_hits = plan->wants_hits;
    shared->tags_only = plan->tags_only;
    shared->has_facts = status == FL_OK && !plan->tags_only && fl_result_columns_want_facts(shared->columns);
    if (status == FL_OK)
        status = check_clusters(job, error);
    return status == FL_OK ? check_fit(job, error) : status;
}

/* The folder of a replayed night. */
static char *night_folder(const char *out, int32_t day)
{
    char name[11];
    fl_day_format(day, name);
    return fl_path_join(out, name);
}

static fl_status name_folders(struct job *job, const struct pass *pass, struct fl_error *error)
{
    job->nights = calloc(pass->nights, sizeof *job->nights);
    job->outs = calloc(pass->nights, sizeof(char *));
    if (job->nights == NULL || job->outs == NULL)
        return fl_fail_memory(error, pass->nights * sizeof *job->nights);
    job->named_count = job->night_count = pass->nights;
    for (size_t i = 0; i < pass->nights; i++) {
        const int32_t day = pass->first_day + (int32_t)i;
        job->outs[i] = job->plan->is_replay ? night_folder(job->plan->out, day) : strdup(job->plan->out);
        if (job->outs[i] == NULL)
            return fl_fail_memory(error, strlen(job->plan->out));
        job->nights[i] =
            (struct fl_night){.shared = &job->shared,
                              .out = job->outs[i],
                              .as_of_day = day,
                              .view = job->plan->is_replay ? FL_VIEW_KNOWN_THEN : job->plan->view};
    }
    return FL_OK;
}

/* *complete: the folder holds a run, be it of these inputs or of others. */
static fl_status look_for_run(const struct job *job, const char *path, bool *complete, struct fl_error *error)
{
    struct fl_run_manifest present;
    struct fl_error trouble;
    fl_error_clear(&trouble);
    const fl_status status = fl_run_folder_read(job->plan->io, path, &present, &trouble);
    fl_run_manifest_release(&present);
    *complete = status == FL_OK;
    /* Whoever takes the folder finds out what is wrong with it. */
    if (status == FL_OK || status == FL_MISSING || status == FL_CORRUPT || status == FL_UNSUPPORTED)
        return FL_OK;
    if (error != NULL)
        *error = trouble;
    return status;
}

/* *ends: the night is there, but one before it is not. Whether it follows from that one shows only when that
 * is made: the pass ends in front of it. */
static fl_status begin_night(struct job *job, const struct pass *pass, size_t i, bool *ends,
                             struct fl_error *error)
{
    const bool follows_new = i > job->to_make;
    const char *previous = i == 0 ? pass->previous : job->outs[i - 1];
    *ends = false;
    fl_status status = follows_new ? look_for_run(job, job->outs[i], ends, error) : FL_OK;
    if (status != FL_OK || *ends)
        return status;
    status = fl_night_begin(&job->nights[i], follows_new ? NULL : previous, error);
    *ends = follows_new && job->nights[i].already_there; /* made by somebody else just now */
    if (status == FL_OK && !follows_new && job->nights[i].already_there)
        job->to_make = i + 1;
    return status;
}

/* The nights of the pass that are there already come first. */
static fl_status begin_nights(struct job *job, struct pass *pass, struct fl_error *error)
{
    bool ends = false;
    fl_status status = name_folders(job, pass, error);
    for (size_t i = 0; i < job->night_count && status == FL_OK; i++) {
        status = begin_night(job, pass, i, &ends, error);
        if (ends)
            job->night_count = pass->nights = i;
    }
    return status;
}

/* ---- what the stages need ---- */

static fl_status open_stages(struct job *job, struct fl_error *error)
{
    const struct fl_run_plan *plan = job->plan;
    const struct fl_night *last = &job->nights[job->night_count - 1];
    struct fl_night_shared *shared = &job->shared;
    const struct fl_stages_plan stages = {.io = plan->io,
                                          .io_mode = plan->io_mode,
                                          .model = job->model,
                                          .folder = shared->folder,
                                          .as_of_day = last->as_of_day,
                                          .night_count = job->night_count - job->to_make,
                                          .view = last->view,
                                          .columns = shared->columns,
                                          .has_facts = shared->has_facts,
                                          .wants_hits = plan->wants_hits,
                                          .tags_only = plan->tags_only,
                                          .memory_bytes = plan->memory_bytes};
    fl_status status = fl_stages_open(&job->stages, &stages, error);
    shared->words = fl_stages_words(&job->stages);
    shared->types = fl_stages_types(&job->stages);
    shared->clusters = fl_stages_clusters(&job->stages);
    shared->profiles = job->stages.profiles;
    shared->tags = job->stages.tags;
    shared->hit_types = &job->stages.types;
    return status;
}

/* ---- scoring ---- */

static fl_status put_results(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct job *job = context;
    return fl_night_put(&job->nights[job->to_make + results->night], results, error);
}

/* Every row has exactly one fate; without scores nobody counts them. */
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
    const size_t nights = job->night_count - job->to_make;
    const uint64_t rows = fl_scan_rows(fl_workers_scan(job->workers));
    struct fl_run_counts *counts = calloc(nights, sizeof *counts);
    fl_status status = counts == NULL ? fl_fail_memory(error, nights * sizeof *counts)
                                      : fl_workers_run(job->workers, put_results, job, counts, error);
    for (size_t i = 0; i < nights && status == FL_OK; i++) {
        status = job->plan->tags_only ? FL_OK : check_counts(&counts[i], rows, error);
        job->nights[job->to_make + i].manifest.counts = counts[i];
    }
    free(counts);
    job->messages = fl_workers_messages(job->workers);
    fl_workers_close(job->workers); /* their buffers make room for comparing customers */
    job->workers = NULL;
    fl_timing_end(&job->timing, "score");
    return status;
}

static fl_status prepare(struct job *job, struct fl_error *error)
{
    const int32_t last_day = job->nights[job->night_count - 1].as_of_day;
    fl_status status = job->plan->tags_only ? FL_OK
                                            : fl_check_currencies(job->model, job->shared.folder,
                                                                  job->plan->io_mode, last_day, error);
    fl_timing_end(&job->timing, "currencies");
    if (status == FL_OK)
        status = open_stages(job, error);
    fl_timing_end(&job->timing, "dimensions");
    return status == FL_OK ? check_tags(job, error) : status;
}

static fl_status open_tables(struct job *job, struct fl_error *error)
{
    uint8_t data_digest[16];
    fl_status status = fl_scan_digest(fl_workers_scan(job->workers), data_digest, error);
    for (size_t i = job->to_make; i < job->night_count && status == FL_OK; i++)
        status = fl_night_open_tables(&job->nights[i], data_digest,
                                      i == job->to_make ? NULL : &job->nights[i - 1], error);
    return status;
}

/* One night after the other: each is compared with the one before. */
static fl_status finish_nights(struct job *job, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = job->to_make; i < job->night_count && status == FL_OK; i++) {
        struct fl_timing timing = job->timing; /* what the nights share, then its own */
        status = fl_night_finish(&job->nights[i], &timing, error);
        job->timing.stage_start = timing.stage_start;
    }
    return status;
}

static fl_status make_nights(struct job *job, struct fl_error *error)
{
    fl_status status = prepare(job, error);
    if (status != FL_OK)
        return status;
    struct fl_range_scorer_plan plan = fl_stages_scorer_plan(&job->stages);
    plan.scan.progress = job->plan->progress;
    plan.scan.progress_context = job->plan->progress_context;
    plan.previous = fl_night_previous(&job->nights[job->to_make]);
    status = fl_workers_open(&plan, job->plan->threads, &job->workers, error);
    if (status == FL_OK)
        status = open_tables(job, error);
    if (status == FL_OK)
        status = score_all(job, error);
    /* The nights lie in one folder: their names are all on the disk before the first is complete. */
    if (status == FL_OK)
        status = fl_directory_sync_name(job->plan->io, job->nights[job->to_make].out, error);
    return status == FL_OK ? finish_nights(job, error) : status;
}

static uint64_t rows_of(const struct fl_run_manifest *manifest, const char *table)
{
    const struct fl_run_file *file = fl_run_manifest_output(manifest, table);
    return file == NULL ? 0 : file->rows;
}

static void tell_clusters(const struct job *job, struct fl_run_report *report)
{
    const struct fl_night *last = &job->nights[job->night_count - 1];
    report->cluster_count = 0;
    if (last->moves != NULL)
        fl_cluster_moves_tell(last->moves, job->model->clusters, report);
}

static void add_to_report(const struct job *job, struct fl_run_report *report)
{
    const struct fl_run_manifest *last = &job->nights[job->night_count - 1].manifest;
    report->messages += job->messages.messages;
    report->cut_messages += job->messages.cut;
    report->tags = rows_of(last, fl_emit_tables[FL_RESULT_TAGS].stem);
    report->hits = rows_of(last, fl_emit_tables[FL_RESULT_HITS].stem);
    report->nights += job->night_count;
    report->nights_already_there += job->to_make;
    report->already_there = report->nights == report->nights_already_there;
    report->counts = last->counts;
    tell_clusters(job, report);
}

static fl_status run(struct job *job, struct pass *pass, struct fl_run_report *report, struct fl_error *error)
{
    fl_timing_start(&job->timing);
    fl_status status = open_inputs(job, error);
    if (status == FL_OK)
        status = begin_nights(job, pass, error);
    fl_timing_end(&job->timing, "open");
    if (status == FL_OK && job->to_make < job->night_count)
        status = make_nights(job, error);
    if (status == FL_OK)
        add_to_report(job, report);
    return status;
}

static void end_nights(struct job *job)
{
    for (size_t i = 0; i < job->named_count; i++) {
        fl_night_end(&job->nights[i]);
        free(job->outs[i]);
    }
    free(job->nights);
    free(job->outs);
}

/* *folded: the run failed because a compaction has meanwhile folded an input of it. */
static fl_status run_once(const struct fl_run_plan *plan, struct pass *pass, struct fl_run_report *report,
                          bool *folded, struct fl_error *error)
{
    struct job job = {.plan = plan};
    fl_status status = run(&job, pass, report, error);
    *folded = status == FL_MISSING && job.data != NULL && fl_data_folder_has_changed(job.data);
    fl_workers_close(job.workers);
    end_nights(&job);
    fl_stages_release(&job.stages);
    fl_run_inputs_release(&job.inputs);
    fl_data_folder_close(job.data);
    fl_model_free(job.model);
    return status;
}

/* The pass may end before its last night, and says so. */
static fl_status run_pass(const struct fl_run_plan *plan, struct pass *pass, struct fl_run_report *report,
                          struct fl_error *error)
{
    bool folded = true;
    fl_status status = FL_OK;
    while (folded) {
        fl_error_clear(error);
        status = run_once(plan, pass, report, &folded, error);
    }
    return status;
}

/* ---- many nights ---- */

/* Nights from `first` on that one pass takes: of one year, as a customer's age is one of the year's. */
static size_t nights_of_pass(int32_t first, int32_t last)
{
    char first_words[11], words[11];
    size_t nights = 1;
    fl_day_format(first, first_words);
    while (nights < NIGHTS_AT_ONCE && first + (int32_t)nights <= last) {
        fl_day_format(first + (int32_t)nights, words);
        if (memcmp(first_words, words, 4) != 0)
            break;
        nights++;
    }
    return nights;
}

static fl_status replay(const struct fl_run_plan *plan, struct fl_run_report *report, struct fl_error *error)
{
    char *previous = plan->previous == NULL ? NULL : strdup(plan->previous);
    fl_status status = fl_directory_ensure(plan->io, plan->out, error);
    if (status == FL_OK)
        status = fl_directory_sync_name(plan->io, plan->out, error);
    for (int32_t day = plan->replay_from_day; day <= plan->as_of_day && status == FL_OK;) {
        struct pass pass = {day, nights_of_pass(day, plan->as_of_day), previous};
        status = run_pass(plan, &pass, report, error);
        day += (int32_t)pass.nights;
        free(previous);
        previous = night_folder(plan->out, day - 1);
        if (status == FL_OK && previous == NULL)
            status = fl_fail_memory(error, strlen(plan->out));
    }
    free(previous);
    return status;
}

static fl_status check_days(const struct fl_run_plan *plan, struct fl_error *error)
{
    if (plan->as_of_day < FL_DAY_MIN || plan->as_of_day > FL_DAY_MAX)
        return fl_fail(error, FL_USAGE, "the as-of day %d lies outside the calendar", plan->as_of_day);
    if (!plan->is_replay)
        return FL_OK;
    if (plan->replay_from_day < FL_DAY_MIN || plan->replay_from_day > plan->as_of_day)
        return fl_fail(error, FL_USAGE, "the first day of a replay comes after its last");
    if (plan->inputs_of != NULL)
        return fl_fail(error, FL_USAGE, "a replay reads all files of the data folder");
    return FL_OK;
}

fl_status fl_run(const struct fl_run_plan *plan, struct fl_run_report *report, struct fl_error *error)
{
    struct pass night = {plan->as_of_day, 1, plan->previous};
    *report = (struct fl_run_report){0};
    fl_status status = check_days(plan, error);
    if (status != FL_OK)
        return status;
    return plan->is_replay ? replay(plan, report, error) : run_pass(plan, &night, report, error);
}
