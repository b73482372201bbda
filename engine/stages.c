/* stages.c - what the stages that score customers work with, made in one place. */
#include "engine/stages.h"

#include <stdlib.h>
#include <string.h>

static fl_status open_words(struct fl_stages *stages, struct fl_error *error)
{
    const struct fl_stages_plan *plan = &stages->plan;
    bool wanted[FL_WORDED_SCOPES] = {[FL_WORDED_CATEGORY] = plan->has_facts};
    stages->has_words = plan->has_facts;
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        const int worded = fl_worded_of((enum fl_scope)scope);
        if (worded < 0 || !plan->model->settings.scopes[scope])
            continue;
        wanted[worded] = stages->has_words = true;
    }
    stages->has_scope_value = stages->has_words || fl_result_columns_want_scope_value(plan->columns);
    if (!stages->has_words)
        return FL_OK;
    return fl_scope_words_open(plan->folder, plan->io_mode, wanted, &stages->words, error);
}

static bool has_profiles(const struct fl_data_folder *folder)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].table, "customers") == 0)
            return true;
    }
    return false;
}

static fl_status open_facts(struct fl_stages *stages, struct fl_error *error)
{
    const struct fl_stages_plan *plan = &stages->plan;
    if (!plan->has_facts)
        return FL_OK;
    fl_status status =
        fl_facts_rules_init(&plan->model->settings, plan->model->value,
                            &stages->words.words[FL_WORDED_CATEGORY].words, &stages->facts, error);
    if (status == FL_OK && has_profiles(plan->folder))
        status = fl_profiles_open(plan->folder, plan->io_mode, &plan->model->settings, plan->as_of_day,
                                  &stages->profiles, error);
    return status;
}

static fl_status open_clusters(struct fl_stages *stages, struct fl_error *error)
{
    const struct fl_stages_plan *plan = &stages->plan;
    stages->has_clusters = plan->has_facts && fl_result_columns_want_baskets(plan->columns);
    if (!stages->has_clusters)
        return FL_OK;
    return fl_cluster_rules_init(&plan->model->settings.baskets, plan->model->clusters,
                                 &stages->words.words[FL_WORDED_CATEGORY].words, &stages->clusters, error);
}

static fl_status make_value_rules(struct fl_stages *stages, struct fl_error *error)
{
    const struct fl_stages_plan *plan = &stages->plan;
    const size_t nights = plan->night_count == 0 ? 1 : plan->night_count;
    stages->value = calloc(nights, sizeof *stages->value);
    if (stages->value == NULL)
        return fl_fail_memory(error, nights * sizeof *stages->value);
    for (size_t night = 0; night < nights; night++)
        fl_value_rules_init(&stages->value[night], plan->model,
                            plan->as_of_day - (int32_t)(nights - 1 - night));
    return FL_OK;
}

/* Nothing about baskets follows from tags, whose table alone is not worth a scan of all texts. */
static bool wants_tags(const struct fl_stages_plan *plan)
{
    return plan->tags_only || plan->wants_hits || !fl_result_columns_baskets_only(plan->columns);
}

static fl_status open_tags(struct fl_stages *stages, struct fl_error *error)
{
    const struct fl_stages_plan *plan = &stages->plan;
    if (!wants_tags(plan))
        return FL_OK;
    const struct fl_tag_source_plan source = {.folder = plan->folder,
                                              .io_mode = plan->io_mode,
                                              .model = plan->model,
                                              .as_of_day = plan->as_of_day,
                                              .night_count = plan->night_count == 0 ? 1 : plan->night_count,
                                              .view = plan->view,
                                              .wants_hits = plan->wants_hits,
                                              .memory_bytes = plan->memory_bytes};
    return fl_tag_source_open(&source, &stages->tags, error);
}

fl_status fl_stages_open(struct fl_stages *stages, const struct fl_stages_plan *plan, struct fl_error *error)
{
    stages->plan = *plan;
    fl_money_init(&stages->money, plan->model);
    fl_type_words_init(&stages->types, &plan->model->registry);
    fl_status status = open_tags(stages, error);
    if (status != FL_OK || plan->tags_only)
        return status;
    status = make_value_rules(stages, error);
    if (status == FL_OK)
        status = fl_points_create(plan->model, &stages->points, error);
    if (status == FL_OK)
        status = open_words(stages, error);
    if (status == FL_OK)
        status = open_facts(stages, error);
    return status == FL_OK ? open_clusters(stages, error) : status;
}

void fl_stages_release(struct fl_stages *stages)
{
    fl_tag_source_close(stages->tags);
    fl_profiles_close(stages->profiles);
    fl_facts_rules_release(&stages->facts);
    fl_cluster_rules_release(&stages->clusters);
    fl_scope_words_release(&stages->words);
    fl_points_free(stages->points);
    free(stages->value);
    *stages = (struct fl_stages){.points = NULL};
}

const struct fl_scope_words *fl_stages_words(const struct fl_stages *stages)
{
    return stages->has_words ? &stages->words : NULL;
}

const struct fl_type_words *fl_stages_types(const struct fl_stages *stages)
{
    return stages->plan.model->settings.type_view ? &stages->types : NULL;
}

const struct fl_cluster_rules *fl_stages_clusters(const struct fl_stages *stages)
{
    return stages->has_clusters ? &stages->clusters : NULL;
}

static unsigned more_tables(const struct fl_stages *stages)
{
    const bool tags = stages->tags != NULL;
    return (unsigned)(fl_stages_types(stages) != NULL) + tags + (tags && stages->plan.wants_hits);
}

struct fl_range_scorer_plan fl_stages_scorer_plan(const struct fl_stages *stages)
{
    const struct fl_stages_plan *plan = &stages->plan;
    return (struct fl_range_scorer_plan){
        .scan = {.io = plan->io,
                 .folder = plan->folder,
                 .io_mode = plan->io_mode,
                 .rules = {.registry = &plan->model->registry,
                           .as_of_day = plan->as_of_day,
                           .view = plan->view,
                           .late_report_days = plan->model->settings.late_report_days,
                           .customer_first = INT64_MIN,
                           .customer_last = INT64_MAX},
                 .words = fl_stages_words(stages),
                 .money = stages->has_scope_value ? &stages->money : NULL,
                 .more_tables = more_tables(stages),
                 .memory_bytes = plan->memory_bytes},
        .rules = {.model = plan->model,
                  .points = stages->points,
                  .value = stages->has_scope_value ? stages->value : NULL,
                  .columns = plan->columns,
                  .facts = plan->has_facts ? &stages->facts : NULL,
                  .clusters = fl_stages_clusters(stages),
                  .types = fl_stages_types(stages),
                  .words = fl_stages_words(stages),
                  .has_tags = stages->tags != NULL,
                  .memory_bytes = plan->memory_bytes},
        .night_count = plan->night_count,
        .profiles = stages->profiles,
        .tags = stages->tags,
        .wants_hits = stages->tags != NULL && plan->wants_hits,
        .tags_only = plan->tags_only};
}
