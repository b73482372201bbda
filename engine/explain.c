/* explain.c - scores one customer of a run again and says where each of its numbers comes from. */
#include "engine/explain_work.h"

#include <stdlib.h>

#include "engine/result_columns.h"
#include "engine/run_folder.h"
#include "formats/base/decimal.h"

/* ---- opening ---- */

static fl_status open_model(struct fl_explain_work *work, struct fl_error *error)
{
    fl_status status = fl_model_open(work->plan->io, work->plan->run, &work->model, error);
    if (status != FL_OK || strcmp(work->model->hash, work->manifest.model_hash) == 0)
        return status;
    fl_fail(error, FL_CORRUPT, "the copied model has the hash %s, the manifest says %s", work->model->hash,
            work->manifest.model_hash);
    fl_error_at_path(error, work->plan->run);
    return FL_CORRUPT;
}

static fl_status find_key(struct fl_explain_work *work, struct fl_error *error)
{
    const char *customer = work->plan->customer;
    if (work->data->text_ids) {
        work->customer = fl_data_folder_key_of(work->data, fl_text_of(customer));
        return FL_OK;
    }
    if (fl_integer_parse(customer, strlen(customer), &work->customer))
        return FL_OK;
    return fl_fail(error, FL_USAGE, "the customer ids of this folder are whole numbers");
}

/* "brand=Acme" */
static fl_status parse_scope(struct fl_explain_work *work, struct fl_error *error)
{
    static const char *const names[FL_SCOPES] = {
#define X(name, word) word,
        FL_SCOPE_LIST(X)
#undef X
    };
    const char *scope = work->plan->scope, *mark = scope == NULL ? NULL : strchr(scope, '=');
    work->kind = FL_SCOPE_CUSTOMER;
    if (scope == NULL)
        return FL_OK;
    for (unsigned kind = FL_SCOPE_BRAND; kind < FL_SCOPES && mark != NULL; kind++) {
        if (strncmp(scope, names[kind], (size_t)(mark - scope)) == 0 && names[kind][mark - scope] == '\0')
            work->kind = kind;
    }
    if (work->kind == FL_SCOPE_CUSTOMER || mark[1] == '\0')
        return fl_fail(error, FL_USAGE, "a scope is brand=, category= or product= and its name, not `%s`",
                       scope);
    work->word = fl_text_of(mark + 1);
    if (work->model->settings.scopes[work->kind])
        return FL_OK;
    return fl_fail(error, FL_USAGE, "the run has no table of %s: its model does not score them",
                   fl_emit_tables[work->kind].stem);
}

static fl_status open_stages(struct fl_explain_work *work, struct fl_error *error)
{
    const bool points_only = work->plan->points_only;
    const struct fl_stages_plan plan = {.io = work->plan->io,
                                        .io_mode = FL_IO_COPY,
                                        .model = work->model,
                                        .folder = &work->inputs.folder,
                                        .as_of_day = work->manifest.as_of_day,
                                        .view = work->manifest.view,
                                        .columns = 0, /* all of the score, whatever was stored */
                                        .has_facts = !points_only &&
                                                     fl_result_columns_want_facts(work->manifest.columns),
                                        .tags_only = points_only, /* points are made beside them */
                                        .memory_bytes = UINT64_MAX};
    const fl_status status = fl_stages_open(&work->stages, &plan, error);
    return status == FL_OK && points_only ? fl_points_create(work->model, &work->stages.points, error)
                                          : status;
}

static fl_status open_run(struct fl_explain_work *work, struct fl_error *error)
{
    const struct fl_explain_plan *plan = work->plan;
    fl_status status = fl_run_folder_read_scored(plan->io, plan->run, &work->manifest, error);
    if (status == FL_OK)
        status = open_model(work, error);
    if (status == FL_OK)
        status = parse_scope(work, error);
    if (status == FL_OK)
        status = fl_data_folder_open(plan->io, plan->data, &work->data, error);
    if (status == FL_OK)
        status = fl_run_inputs_open(work->data, &work->manifest, &work->inputs, error);
    return status == FL_OK ? find_key(work, error) : status;
}

/* ---- what the run stored ---- */

static fl_status read_id(struct fl_explain_work *work, struct fl_error *error)
{
    const struct fl_text id = fl_stored_text(&work->stored[FL_SCOPE_CUSTOMER], FL_SCORES_CUSTOMER_ID, 0);
    if (id.bytes == NULL)
        return FL_OK; /* whole numbers, or a pseudonymous folder */
    work->customer_id = strndup(id.bytes, id.size);
    if (work->customer_id == NULL)
        return fl_fail_memory(error, id.size);
    if (strcmp(work->customer_id, work->plan->customer) == 0)
        return FL_OK;
    return fl_fail(error, FL_MISSING, "no such customer in the run");
}

static fl_status read_stored(struct fl_explain_work *work, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (unsigned kind = 0; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (fl_explain_is_wanted(work, kind))
            status = fl_stored_rows_open(work->plan->io, work->plan->run, &work->manifest,
                                         fl_emit_tables[kind].stem, fl_emit_tables[kind].schema,
                                         work->customer, &work->stored[kind], error);
        if (status == FL_OK && kind == FL_SCOPE_CUSTOMER && work->stored[kind].count == 0)
            status = fl_fail(error, FL_MISSING, "no such customer in the run");
    }
    return status == FL_OK ? read_id(work, error) : status;
}

/* ---- scoring again ---- */

static fl_status take_results(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct fl_explain_work *work = context;
    if (results->tags != NULL)
        return FL_OK; /* only those that are on: all are made apart */
    if (results->words == NULL) {
        work->has_score = true;
        work->score = results->scores[0];
        work->has_facts = results->facts != NULL;
        if (work->has_facts)
            work->facts = results->facts[0];
        return FL_OK;
    }
    for (size_t i = 0; i < results->count; i++) {
        if (work->count == work->capacity) {
            const size_t capacity = work->capacity == 0 ? 64 : 2 * work->capacity;
            struct fl_explain_again *list = realloc(work->list, capacity * sizeof *list);
            if (list == NULL)
                return fl_fail_memory(error, capacity * sizeof *list);
            work->list = list;
            work->capacity = capacity;
        }
        work->list[work->count++] = (struct fl_explain_again){
            .kind = (unsigned)results->scope, .word = results->words[i], .score = results->scores[i]};
    }
    return FL_OK;
}

static struct fl_range_scorer_plan scorer_plan(const struct fl_explain_work *work)
{
    struct fl_range_scorer_plan plan;
    if (work->plan->points_only)
        plan = (struct fl_range_scorer_plan){
            .scan = {.io = work->plan->io,
                     .folder = &work->inputs.folder,
                     .io_mode = FL_IO_COPY,
                     .rules = {.registry = &work->model->registry,
                               .as_of_day = work->manifest.as_of_day,
                               .view = work->manifest.view,
                               .late_report_days = work->model->settings.late_report_days},
                     .memory_bytes = UINT64_MAX},
            .rules = {.model = work->model,
                      .points = work->stages.points,
                      .has_tags = work->stages.tags != NULL,
                      .memory_bytes = UINT64_MAX},
            .tags = work->stages.tags};
    else
        plan = fl_stages_scorer_plan(&work->stages);
    plan.scan.rules.customer_first = plan.scan.rules.customer_last = work->customer;
    return plan;
}

static uint32_t stored_cluster(const struct fl_explain_work *work, uint16_t id)
{
    int64_t number = 0;
    return fl_stored_value(&work->stored[FL_SCOPE_CUSTOMER], id, 0, &number) ? (uint32_t)number : 0;
}

/* The state after the night before from which the move rule makes what was stored, if anything does. */
static struct fl_cluster_state state_before(const struct fl_explain_work *work)
{
    const uint32_t now = stored_cluster(work, FL_SCORES_CLUSTER);
    if (!work->manifest.has_previous)
        return (struct fl_cluster_state){0};
    if (!fl_table_has(work->stored[FL_SCOPE_CUSTOMER].table, FL_SCORES_CLUSTER_BEFORE))
        return (struct fl_cluster_state){.cluster = now}; /* gives all but what it was before */
    const uint32_t before = stored_cluster(work, FL_SCORES_CLUSTER_BEFORE);
    return (struct fl_cluster_state){.cluster = before, .pending = now == before ? 0 : now};
}

static fl_status score_again(struct fl_explain_work *work, const struct fl_range_scorer_plan *plan,
                             struct fl_error *error)
{
    struct fl_range_scorer *scorer = NULL;
    const struct fl_cluster_state before = state_before(work);
    struct fl_range_scorer_plan of_night = *plan;
    of_night.state_before = &before;
    fl_status status = fl_range_scorer_open(&of_night, &scorer, error);
    if (status == FL_OK)
        status = fl_range_scorer_run(scorer, work->customer, work->customer, take_results, work, error);
    fl_range_scorer_close(scorer);
    if (status == FL_OK && !work->has_score)
        status = fl_explain_fail_different("customers", "rows", error);
    return status;
}

static fl_status make_tags(struct fl_explain_work *work, struct fl_error *error)
{
    work->tags = (struct fl_explain_tags){.source = work->stages.tags,
                                          .plan = {.folder = &work->inputs.folder,
                                                   .io_mode = FL_IO_COPY,
                                                   .model = work->model,
                                                   .as_of_day = work->manifest.as_of_day,
                                                   .night_count = 1,
                                                   .view = work->manifest.view,
                                                   .memory_bytes = UINT64_MAX},
                                          .customer = work->customer};
    return fl_explain_tags_make(&work->tags, error);
}

/* ---- the flow ---- */

static fl_status read_rows(struct fl_explain_work *work, const struct fl_scan_plan *scan,
                           struct fl_error *error)
{
    const struct fl_explain_rows_plan plan = {
        .scan = scan,
        .points = work->stages.points,
        .model = work->model,
        .score = fl_explain_score_of(work),
        .tag_points = fl_explain_tag_points_of(work),
        .worded = work->chosen == NULL ? -1 : fl_worded_of((enum fl_scope)work->kind),
        .word = work->chosen == NULL ? 0 : work->chosen->word};
    return fl_explain_rows_read(&plan, &work->rows, error);
}

static fl_status find_profile(struct fl_explain_work *work, struct fl_error *error)
{
    struct fl_profile_join *join = NULL;
    for (int word = 0; word < FL_PROFILE_WORDS; word++)
        work->profile.word[word] = FL_NO_WORD;
    if (work->stages.profiles == NULL)
        return FL_OK;
    fl_status status = fl_profile_join_open(work->stages.profiles, FL_PROFILE_WITH_ALL, &join, error);
    if (status == FL_OK) {
        fl_profile_join_seek(join, work->customer);
        status = fl_profile_join_find(join, work->customer, &work->profile, error);
    }
    fl_profile_join_close(join);
    return status;
}

/* What only shows beside all customers, or beside what the model does not score. */
static fl_status look_around(struct fl_explain_work *work, struct fl_error *error)
{
    const struct fl_stored_rows *stored = &work->stored[FL_SCOPE_CUSTOMER];
    fl_status status = find_profile(work, error);
    if (status == FL_OK)
        status = fl_explain_compare_winback(work, error);
    if (status == FL_OK)
        status = fl_explain_place_find(work->plan->io, work->plan->run, &work->manifest, work->model, stored,
                                       &work->place, error);
    return status == FL_OK ? fl_explain_place_check(&work->place, work->model, stored, error) : status;
}

static fl_status explain(struct fl_explain_work *work, struct fl_explanation *explanation,
                         struct fl_error *error)
{
    fl_status status = open_run(work, error);
    if (status == FL_OK)
        status = read_stored(work, error);
    if (status == FL_OK)
        status = open_stages(work, error);
    if (status != FL_OK)
        return status;
    const struct fl_range_scorer_plan plan = scorer_plan(work);
    status = score_again(work, &plan, error);
    if (status == FL_OK)
        status = make_tags(work, error);
    if (status == FL_OK)
        status = fl_explain_compare(work, error);
    if (status == FL_OK)
        status = read_rows(work, &plan.scan, error);
    if (status == FL_OK && !work->plan->points_only)
        status = look_around(work, error);
    return status == FL_OK ? fl_explain_answer(work, explanation, error) : status;
}

fl_status fl_explain(const struct fl_explain_plan *plan, struct fl_explanation *explanation,
                     struct fl_error *error)
{
    *explanation = (struct fl_explanation){.percentile = -1};
    struct fl_explain_work *work = calloc(1, sizeof *work);
    if (work == NULL)
        return fl_fail_memory(error, sizeof *work);
    work->plan = plan;
    const fl_status status = explain(work, explanation, error);
    if (status != FL_OK)
        fl_explanation_release(explanation);
    for (unsigned kind = 0; kind < FL_RESULT_KINDS; kind++)
        fl_stored_rows_release(&work->stored[kind]);
    fl_explain_rows_release(&work->rows);
    fl_explain_tags_release(&work->tags);
    fl_stages_release(&work->stages);
    free(work->list);
    free(work->customer_id);
    fl_run_inputs_release(&work->inputs);
    fl_data_folder_close(work->data);
    fl_model_free(work->model);
    fl_run_manifest_release(&work->manifest);
    free(work);
    return status;
}
