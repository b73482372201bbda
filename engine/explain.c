/* explain.c - scores one customer of a run again and says where each of its numbers comes from. */
#include "engine/fourloop.h"

#include <stdlib.h>

#include "engine/emit.h"
#include "engine/explain_parts.h"
#include "engine/explain_tags.h"
#include "engine/result_fields.h"
#include "engine/result_words.h"
#include "engine/run_folder.h"
#include "engine/run_inputs.h"
#include "formats/base/decimal.h"

/* What was scored again for one brand, category, product or type. */
struct again {
    unsigned kind;
    uint32_t word;
    struct fl_scope_score score;
};

/* Everything that is open while a customer is explained. */
struct work {
    const struct fl_explain_plan *plan;
    struct fl_run_manifest manifest;
    struct fl_model *model;
    struct fl_data_folder *data;
    struct fl_run_inputs inputs; /* of `data`, those of the run */
    struct fl_stages stages;
    int64_t customer;
    char *customer_id;
    unsigned kind; /* of what is explained: the customer, or the scope that was asked for */
    struct fl_text word;
    /* Scored again. */
    bool has_score, has_facts;
    struct fl_scope_score score;
    struct fl_customer_facts facts;
    struct again *list;
    size_t count, capacity;
    const struct again *chosen; /* of the list; NULL: the customer */
    struct fl_explain_tags tags;
    struct fl_profile profile;
    struct fl_stored_rows stored[FL_RESULT_KINDS];
    size_t stored_row;
    struct fl_explain_rows rows;
    struct fl_explain_place place;
};

/* What an explanation holds on to. */
struct owned {
    struct fl_model *model;
    struct fl_arena arena;
    struct fl_explain_line *lines;
};

/* ---- opening ---- */

static fl_status open_model(struct work *work, struct fl_error *error)
{
    fl_status status = fl_model_open(work->plan->io, work->plan->run, &work->model, error);
    if (status != FL_OK || strcmp(work->model->hash, work->manifest.model_hash) == 0)
        return status;
    fl_fail(error, FL_CORRUPT, "the copied model has the hash %s, the manifest says %s", work->model->hash,
            work->manifest.model_hash);
    fl_error_at_path(error, work->plan->run);
    return FL_CORRUPT;
}

static fl_status find_key(struct work *work, struct fl_error *error)
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
static fl_status parse_scope(struct work *work, struct fl_error *error)
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

static fl_status open_stages(struct work *work, struct fl_error *error)
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

static fl_status open_run(struct work *work, struct fl_error *error)
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

static fl_status read_id(struct work *work, struct fl_error *error)
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

static bool is_wanted(const struct work *work, unsigned kind)
{
    if (kind == FL_SCOPE_CUSTOMER)
        return true;
    if (work->plan->points_only || kind == FL_RESULT_HITS)
        return false;
    if (kind == FL_RESULT_TAGS)
        return fl_run_manifest_output(&work->manifest, fl_emit_tables[kind].stem) != NULL;
    return kind == FL_RESULT_TYPES ? work->model->settings.type_view : work->model->settings.scopes[kind];
}

static fl_status read_stored(struct work *work, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (unsigned kind = 0; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (is_wanted(work, kind))
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
    struct work *work = context;
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
            struct again *list = realloc(work->list, capacity * sizeof *list);
            if (list == NULL)
                return fl_fail_memory(error, capacity * sizeof *list);
            work->list = list;
            work->capacity = capacity;
        }
        work->list[work->count++] = (struct again){
            .kind = (unsigned)results->scope, .word = results->words[i], .score = results->scores[i]};
    }
    return FL_OK;
}

static struct fl_range_scorer_plan scorer_plan(const struct work *work)
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

static uint32_t stored_cluster(const struct work *work, uint16_t id)
{
    int64_t number = 0;
    return fl_stored_value(&work->stored[FL_SCOPE_CUSTOMER], id, 0, &number) ? (uint32_t)number : 0;
}

/* The state after the night before from which the move rule makes what was stored, if anything does. */
static struct fl_cluster_state state_before(const struct work *work)
{
    const uint32_t now = stored_cluster(work, FL_SCORES_CLUSTER);
    if (!work->manifest.has_previous)
        return (struct fl_cluster_state){0};
    if (!fl_table_has(work->stored[FL_SCOPE_CUSTOMER].table, FL_SCORES_CLUSTER_BEFORE))
        return (struct fl_cluster_state){.cluster = now}; /* gives all but what it was before */
    const uint32_t before = stored_cluster(work, FL_SCORES_CLUSTER_BEFORE);
    return (struct fl_cluster_state){.cluster = before, .pending = now == before ? 0 : now};
}

static fl_status score_again(struct work *work, const struct fl_range_scorer_plan *plan,
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

/* ---- three ways to the same numbers: stored by the run, scored now, summed over the types ---- */

/* The words that a column's numbers stand for; those of fixed lists are no part of it. */
static struct fl_words words_of(const struct work *work, uint16_t id)
{
    if (id == FL_SCORES_MAIN_CATEGORY)
        return work->stages.words.words[FL_WORDED_CATEGORY].words;
    if (id == FL_SCORES_CLUSTER_NAME)
        return work->stages.clusters.names;
    for (enum fl_profile_word word = 0; word < FL_PROFILE_WORDS && work->stages.profiles != NULL; word++) {
        if (fl_profile_word_column(word) == id)
            return *fl_profiles_words(work->stages.profiles, word);
    }
    return (struct fl_words){0};
}

static bool same_word(const struct work *work, uint16_t id, struct fl_text stored, int64_t number)
{
    const struct fl_result_words fixed = fl_result_words_of(id);
    const struct fl_words words = words_of(work, id);
    if (fixed.count > 0)
        return (size_t)number < fixed.count && fl_text_equal(stored, fl_text_of(fixed.words[number]));
    return (size_t)number < words.count && fl_text_equal(stored, fl_words_at(&words, (size_t)number));
}

static bool same_field(const struct work *work, const struct fl_stored_rows *stored, size_t row,
                       const struct fl_result_field *field, const void *result)
{
    int64_t value = 0, stored_value = 0;
    const bool has = fl_result_field_value(field, result, &value);
    if (has != fl_stored_value(stored, field->id, row, &stored_value))
        return false;
    if (!has || stored->words[field->id] == NULL)
        return !has || value == stored_value;
    return same_word(work, field->id, fl_stored_text(stored, field->id, row), value);
}

static fl_status compare_row(const struct work *work, unsigned kind, size_t row,
                             const struct fl_scope_score *score, const struct fl_customer_facts *facts,
                             struct fl_error *error)
{
    const struct fl_stored_rows *stored = &work->stored[kind];
    const struct fl_schema *schema = fl_table_schema(stored->table);
    for (size_t i = 0; i < FL_RESULT_FIELDS; i++) {
        const struct fl_result_field *field = &fl_result_fields[i];
        const int at = fl_schema_find_id(schema, field->id);
        const void *result = field->of == FL_FIELD_OF_SCORE ? (const void *)score : facts;
        const bool of_value = field->id > FL_SCORES_LOST_TO_DECAY; /* not scored for points alone */
        if (at < 0 || result == NULL || (of_value && work->plan->points_only) ||
            (kind == FL_SCOPE_CUSTOMER && !fl_result_columns_has(work->manifest.columns, field->id)))
            continue;
        if (!same_field(work, stored, row, field, result))
            return fl_explain_fail_different(fl_emit_tables[kind].stem, schema->columns[at].name, error);
    }
    return FL_OK;
}

static struct fl_text word_text(const struct work *work, unsigned kind, uint32_t word)
{
    const struct fl_words types = fl_type_words_all(&work->stages.types);
    return kind == FL_RESULT_TYPES
               ? fl_words_at(&types, word)
               : fl_words_at(&work->stages.words.words[fl_worded_of((enum fl_scope)kind)].words, word);
}

/* Both are sorted by word. Chooses the scope that was asked for on the way. */
static fl_status compare_kind(struct work *work, unsigned kind, struct fl_error *error)
{
    size_t row = 0;
    fl_status status = FL_OK;
    for (size_t i = 0; i < work->count && status == FL_OK; i++) {
        const struct again *again = &work->list[i];
        if (again->kind != kind)
            continue;
        const struct fl_text word = word_text(work, kind, again->word);
        if (row == work->stored[kind].count ||
            !fl_text_equal(word, fl_stored_text(&work->stored[kind], fl_emit_tables[kind].word_id, row)))
            return fl_explain_fail_different(fl_emit_tables[kind].stem, "word", error);
        if (kind == work->kind && fl_text_equal(word, work->word)) {
            work->chosen = again;
            work->stored_row = row;
        }
        status = compare_row(work, kind, row++, &again->score, NULL, error);
    }
    return status == FL_OK && row != work->stored[kind].count
               ? fl_explain_fail_different(fl_emit_tables[kind].stem, "word", error)
               : status;
}

static fl_status make_tags(struct work *work, struct fl_error *error)
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

static fl_status compare_all(struct work *work, struct fl_error *error)
{
    fl_status status =
        compare_row(work, FL_SCOPE_CUSTOMER, 0, &work->score, work->has_facts ? &work->facts : NULL, error);
    for (unsigned kind = 1; kind < FL_RESULT_KINDS && status == FL_OK; kind++) {
        if (is_wanted(work, kind) && kind != FL_RESULT_TAGS)
            status = compare_kind(work, kind, error);
    }
    if (status == FL_OK)
        status = fl_explain_tags_check_customer(&work->tags, &work->stored[FL_SCOPE_CUSTOMER], error);
    if (status == FL_OK && is_wanted(work, FL_RESULT_TAGS))
        status = fl_explain_tags_check(&work->tags, &work->stored[FL_RESULT_TAGS], error);
    if (status == FL_OK && work->kind != FL_SCOPE_CUSTOMER && work->chosen == NULL)
        status = fl_fail(error, FL_MISSING, "the customer has no row of this scope in the run");
    return status;
}

/* The winback day is stored with the comparison of all customers, since it looks at the night before. */
static fl_status compare_winback(const struct work *work, struct fl_error *error)
{
    const struct fl_stored_rows *stored = &work->stored[FL_SCOPE_CUSTOMER];
    const struct fl_text before = fl_stored_text(stored, FL_SCORES_STAGE_BEFORE, 0);
    const struct fl_result_words stages = fl_result_words_of(FL_SCORES_STAGE);
    int64_t day = 0;
    if (!work->has_facts || !fl_table_has(stored->table, FL_SCORES_WINBACK_DAY) ||
        (work->manifest.has_previous && !fl_table_has(stored->table, FL_SCORES_STAGE_BEFORE)))
        return FL_OK;
    const bool lapses = before.bytes != NULL &&
                        fl_stage_becomes_lapsed(work->facts.stage, fl_result_words_find(stages, before));
    const bool has = fl_stored_value(stored, FL_SCORES_WINBACK_DAY, 0, &day);
    const int32_t expected = lapses ? work->manifest.as_of_day : work->facts.winback_day;
    return has == (lapses || work->facts.has_winback) && (!has || day == expected)
               ? FL_OK
               : fl_explain_fail_different("customers", "winback_day", error);
}

/* ---- the answer ---- */

static int compare_rows(const void *a, const void *b)
{
    const struct fl_explain_row *row_a = a, *row_b = b;
    const int64_t size_a = row_a->points < 0 ? -row_a->points : row_a->points;
    const int64_t size_b = row_b->points < 0 ? -row_b->points : row_b->points;
    if (size_a != size_b)
        return size_a > size_b ? -1 : 1;
    return (int)row_a->type - (int)row_b->type;
}

static const struct fl_scope_score *score_of(const struct work *work)
{
    return work->chosen == NULL ? &work->score : &work->chosen->score;
}

/* A scope of the customer has none. */
static int64_t tag_points_of(const struct work *work)
{
    return work->chosen == NULL ? work->tags.points : 0;
}

static void fill_score(const struct work *work, struct fl_explanation *explanation)
{
    const struct fl_scope_score *score = score_of(work);
    int64_t percentile = -1;
    explanation->customer = work->customer;
    explanation->as_of_day = work->manifest.as_of_day;
    explanation->raw = score->raw;
    explanation->tag_points = tag_points_of(work);
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
static fl_status fill_days(const struct work *work, struct fl_arena *arena,
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
    const struct again *again_a = a, *again_b = b;
    if (again_a->kind != again_b->kind)
        return again_a->kind < again_b->kind ? -1 : 1;
    if (again_a->score.raw != again_b->score.raw)
        return again_a->score.raw > again_b->score.raw ? -1 : 1;
    return (again_a->word > again_b->word) - (again_a->word < again_b->word);
}

static fl_status fill_scopes(struct work *work, struct fl_arena *arena, struct fl_explanation *explanation,
                             struct fl_error *error)
{
    struct fl_explain_scope *list = fl_arena_take(arena, (work->count + 1) * sizeof *list);
    if (list == NULL)
        return fl_fail_memory(error, (work->count + 1) * sizeof *list);
    if (work->count > 0)
        qsort(work->list, work->count, sizeof *work->list, compare_again);
    for (size_t i = 0; i < work->count; i++) {
        const struct again *again = &work->list[i];
        const struct fl_scope_score *score = &again->score;
        if (again->kind == FL_RESULT_TYPES)
            continue;
        const struct fl_text word = word_text(work, again->kind, again->word);
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

static fl_status fill_lines(struct work *work, struct owned *owned, struct fl_explanation *explanation,
                            struct fl_error *error)
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
                                           .score = score_of(work),
                                           .rows = &work->rows,
                                           .lines = &lines,
                                           .facts = customer && work->has_facts ? &work->facts : NULL,
                                           .profile = &work->profile,
                                           .place = customer ? &work->place : NULL,
                                           .has_previous = work->manifest.has_previous,
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

static fl_status fill_full(struct work *work, struct owned *owned, struct fl_explanation *explanation,
                           struct fl_error *error)
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

/* Moves customer id and model (which owns the type names) into the explanation. */
static fl_status fill(struct work *work, struct fl_explanation *explanation, struct fl_error *error)
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

/* ---- the flow ---- */

static fl_status read_rows(struct work *work, const struct fl_scan_plan *scan, struct fl_error *error)
{
    const struct fl_explain_rows_plan plan = {
        .scan = scan,
        .points = work->stages.points,
        .model = work->model,
        .score = score_of(work),
        .tag_points = tag_points_of(work),
        .worded = work->chosen == NULL ? -1 : fl_worded_of((enum fl_scope)work->kind),
        .word = work->chosen == NULL ? 0 : work->chosen->word};
    return fl_explain_rows_read(&plan, &work->rows, error);
}

static fl_status find_profile(struct work *work, struct fl_error *error)
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
static fl_status look_around(struct work *work, struct fl_error *error)
{
    const struct fl_stored_rows *stored = &work->stored[FL_SCOPE_CUSTOMER];
    fl_status status = find_profile(work, error);
    if (status == FL_OK)
        status = compare_winback(work, error);
    if (status == FL_OK)
        status = fl_explain_place_find(work->plan->io, work->plan->run, &work->manifest, work->model, stored,
                                       &work->place, error);
    return status == FL_OK ? fl_explain_place_check(&work->place, work->model, stored, error) : status;
}

static fl_status explain(struct work *work, struct fl_explanation *explanation, struct fl_error *error)
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
        status = compare_all(work, error);
    if (status == FL_OK)
        status = read_rows(work, &plan.scan, error);
    if (status == FL_OK && !work->plan->points_only)
        status = look_around(work, error);
    return status == FL_OK ? fill(work, explanation, error) : status;
}

fl_status fl_explain(const struct fl_explain_plan *plan, struct fl_explanation *explanation,
                     struct fl_error *error)
{
    *explanation = (struct fl_explanation){.percentile = -1};
    struct work *work = calloc(1, sizeof *work);
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
