/* explain_answer.c - what is handed out of a customer explained. */
#include "engine/explain_work.h"

#include <stdlib.h>

/* What an explanation holds on to. */
struct owned {
    struct fl_model *model;
    struct fl_arena arena;
    struct fl_explain_line *lines;
};

static int compare_rows(const void *a, const void *b)
{
    const struct fl_explain_row *row_a = a, *row_b = b;
    const int64_t size_a = row_a->points < 0 ? -row_a->points : row_a->points;
    const int64_t size_b = row_b->points < 0 ? -row_b->points : row_b->points;
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (int)row_a->type - (int)row_b->type;
}

static void fill_score(const struct fl_explain_work *work, struct fl_explanation *explanation)
{
    const struct fl_scope_score *score = fl_explain_score_of(work);
    int64_t percentile = -1;
    explanation->customer = work->customer;
    explanation->as_of_day = work->manifest.as_of_day;
    explanation->raw = score->raw;
    explanation->tag_points = fl_explain_tag_points_of(work);
    explanation->intent_raw = score->intent_raw;
    explanation->engagement = score->engagement;
    explanation->intent = score->intent;
    if (work->kind == FL_SCOPE_CUSTOMER)
        (void)fl_stored_value(&work->stored[FL_SCOPE_CUSTOMER], FL_SCORES_PERCENTILE, 0, &percentile);
    explanation->percentile = (int)percentile;
    explanation->band = fl_band_word(score->band);
    explanation->trend = fl_trend_word(score->trend);
    explanation->intent_trend = fl_trend_word(score->intent_trend);
    explanation->points_28 = score->points_28;
    explanation->points_84 = score->points_84;
    explanation->last_purchase_day = score->has_purchase ? score->last_purchase_day : 0;
    explanation->has_purchase = score->has_purchase;
    explanation->k_micro = work->model->settings.engagement_k_micro[work->kind];
    for (int loop = 0; loop < FL_LOOPS; loop++)
        explanation->loop_points[loop] = score->loop_points[loop];
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (work->rows.by_type[type].rows > 0)
            explanation->rows[explanation->row_count++] = work->rows.by_type[type];
    }
    qsort(explanation->rows, explanation->row_count, sizeof explanation->rows[0], compare_rows);
}

/* The last days on which money moved. */
static fl_status fill_days(const struct fl_explain_work *work, struct fl_arena *arena,
                           struct fl_explanation *explanation, struct fl_error *error)
{
    const struct fl_day_facts *days = &work->rows.days;
    const size_t most = work->plan->days < days->day_count ? work->plan->days : days->day_count;
    struct fl_explain_day *list = fl_arena_take(arena, (most + 1) * sizeof *list);
    if (list == NULL)
        return fl_fail_memory(error, (most + 1) * sizeof *list);
    size_t place = most;
    for (size_t i = days->day_count; i-- > 0;) {
        const struct fl_day_fact *day = &days->days[i];
        const bool purchase = (day->events & FL_DAY_PURCHASE) != 0;
        if (!purchase && day->bought == 0 && day->returned == 0 && day->margin == 0)
            continue;
        explanation->day_count_all++;
        if (place > 0)
            list[--place] = (struct fl_explain_day){.day = day->day,
                                                    .purchase = purchase,
                                                    .bought = day->bought,
                                                    .returned = day->returned,
                                                    .margin = day->margin,
                                                    .promoted = day->promoted};
    }
    explanation->days = list + place;
    explanation->day_count = most - place;
    return FL_OK;
}

/* By kind, then the most points first, then by word, in which order they come. */
static int compare_again(const void *a, const void *b)
{
    const struct fl_explain_again *again_a = a, *again_b = b;
    if (again_a->kind != again_b->kind)
        return again_a->kind < again_b->kind ? -1 : 1;
    if (again_a->score.raw != again_b->score.raw)
        return again_a->score.raw > again_b->score.raw ? -1 : 1;
    return (again_a->word > again_b->word) - (again_a->word < again_b->word);
}

static fl_status fill_scopes(struct fl_explain_work *work, struct fl_arena *arena,
                             struct fl_explanation *explanation, struct fl_error *error)
{
    struct fl_explain_scope *list = fl_arena_take(arena, (work->count + 1) * sizeof *list);
    if (list == NULL)
        return fl_fail_memory(error, (work->count + 1) * sizeof *list);
    if (work->count > 0)
        qsort(work->list, work->count, sizeof *work->list, compare_again);
    for (size_t i = 0; i < work->count; i++) {
        const struct fl_explain_again *again = &work->list[i];
        const struct fl_scope_score *score = &again->score;
        if (again->kind == FL_RESULT_TYPES)
            continue;
        const struct fl_text word = fl_explain_word_text(work, again->kind, again->word);
        struct fl_explain_scope *scope = &list[explanation->scope_count++];
        *scope = (struct fl_explain_scope){
            .scope = fl_table_schema(work->stored[again->kind].table)->columns[2].name,
            .word = fl_arena_copy(arena, word.bytes, word.size),
            .engagement = score->engagement,
            .intent = score->intent,
            .band = fl_band_word(score->band),
            .trend = fl_trend_word(score->trend),
            .loop = fl_loop_word(score->loop),
            .phase = fl_phase_word(score->phase),
            .ambassador = score->ambassador != 0,
            .engaged_no_value = score->engaged_no_value != 0,
            .has_purchase = score->has_purchase,
            .raw = score->raw,
            .net_12m = score->net_12m,
            .rows = score->rows,
            .last_purchase_day = score->last_purchase_day};
        if (scope->word == NULL)
            return fl_fail_memory(error, word.size);
    }
    explanation->scopes = list;
    return FL_OK;
}

static fl_status fill_lines(struct fl_explain_work *work, struct owned *owned,
                            struct fl_explanation *explanation, struct fl_error *error)
{
    struct fl_lines lines = {.arena = &owned->arena,
                             .stored = &work->stored[work->kind],
                             .row = work->stored_row,
                             .currency = work->model->settings.currency};
    const bool customer = work->kind == FL_SCOPE_CUSTOMER;
    const struct fl_explain_parts parts = {.stages = &work->stages,
                                           .model = work->model,
                                           .as_of_day = work->manifest.as_of_day,
                                           .scope = (enum fl_scope)work->kind,
                                           .score = fl_explain_score_of(work),
                                           .rows = &work->rows,
                                           .lines = &lines,
                                           .facts = customer && work->has_facts ? &work->facts : NULL,
                                           .profile = &work->profile,
                                           .place = customer ? &work->place : NULL,
                                           .has_previous = work->manifest.has_previous,
                                           .knows_cluster = fl_explain_knows_cluster(work),
                                           .error = error};
    fl_status status = FL_OK;
    fl_explain_score(&parts);
    fl_explain_value(&parts);
    if (parts.facts != NULL) {
        status = fl_explain_life(&parts);
        if (status == FL_OK)
            status = fl_explain_clusters(&parts);
        fl_explain_profile(&parts);
        fl_explain_before(&parts);
    }
    owned->lines = lines.list;
    explanation->lines = lines.list;
    explanation->line_count = lines.count;
    return status == FL_OK && lines.no_memory ? fl_fail_memory(error, sizeof *lines.list) : status;
}

static fl_status fill_full(struct fl_explain_work *work, struct owned *owned,
                           struct fl_explanation *explanation, struct fl_error *error)
{
    memcpy(explanation->currency, work->model->settings.currency, sizeof explanation->currency);
    explanation->scope = work->kind == FL_SCOPE_CUSTOMER
                             ? "customer"
                             : fl_table_schema(work->stored[work->kind].table)->columns[2].name;
    fl_status status = FL_OK;
    if (work->chosen != NULL) {
        explanation->word = fl_arena_copy(&owned->arena, work->word.bytes, work->word.size);
        status = explanation->word == NULL ? fl_fail_memory(error, work->word.size) : FL_OK;
    } else {
        status = fill_scopes(work, &owned->arena, explanation, error);
        if (status == FL_OK)
            status = fl_explain_tags_tell(&work->tags, &owned->arena, explanation, error);
    }
    if (status == FL_OK)
        status = fill_days(work, &owned->arena, explanation, error);
    return status == FL_OK ? fill_lines(work, owned, explanation, error) : status;
}

fl_status fl_explain_answer(struct fl_explain_work *work, struct fl_explanation *explanation,
                            struct fl_error *error)
{
    struct owned *owned = calloc(1, sizeof *owned);
    if (owned == NULL)
        return fl_fail_memory(error, sizeof *owned);
    fl_arena_init(&owned->arena);
    explanation->owned = owned;
    fill_score(work, explanation);
    const fl_status status = work->plan->points_only ? FL_OK : fill_full(work, owned, explanation, error);
    explanation->customer_id = work->customer_id;
    owned->model = work->model;
    work->customer_id = NULL;
    work->model = NULL;
    return status;
}

void fl_explanation_release(struct fl_explanation *explanation)
{
    struct owned *owned = explanation->owned;
    if (owned != NULL) {
        fl_model_free(owned->model);
        fl_arena_release(&owned->arena);
        free(owned->lines);
        free(owned);
    }
    free(explanation->customer_id);
    *explanation = (struct fl_explanation){.percentile = -1};
}
