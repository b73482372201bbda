/* night_scorer.c - the stages of one night: all results of the customers whose rows it is given. */
#include "engine/night_scorer.h"

#include <stdlib.h>

_Static_assert((int)FL_CUSTOMERS_AT_ONCE <= (int)FL_CLUSTERED_AT_ONCE, "the cluster stage takes them all");

struct fl_night_scorer {
    const struct fl_night_rules *rules;
    size_t night;
    int32_t as_of_day;
    struct fl_scorer scorer;
    struct fl_scope_stage *stages[FL_SCOPES]; /* of the worded scopes that the model asks for */
    bool has_stages;
    struct fl_scope_stage *types;      /* NULL: not wanted */
    struct fl_buffer type_words;       /* of the rows of a piece */
    struct fl_facts_stage *facts;      /* NULL: they are not wanted */
    struct fl_cluster_stage *clusters; /* the same */
    bool baskets_only;                 /* of customers nothing else is wanted */
    struct fl_customer_facts made_facts[FL_CUSTOMERS_AT_ONCE];
    struct fl_tag_stage tags;
    struct fl_added_points added[FL_CUSTOMERS_AT_ONCE]; /* what they add */
    struct fl_tag_summary tag_summaries[FL_CUSTOMERS_AT_ONCE];
    uint64_t customers;
    fl_result_sink *sink;
    void *sink_context;
    enum fl_scope scope; /* or FL_RESULT_TYPES: whose words are being given */
};

void fl_results_pass(struct fl_results *results, size_t count)
{
    results->count -= count;
    results->customers = results->customers == NULL ? NULL : results->customers + count;
    results->words = results->words == NULL ? NULL : results->words + count;
    results->scores = results->scores == NULL ? NULL : results->scores + count;
    results->facts = results->facts == NULL ? NULL : results->facts + count;
    results->tag_summaries = results->tag_summaries == NULL ? NULL : results->tag_summaries + count;
    results->tags = results->tags == NULL ? NULL : results->tags + count;
    results->hits = results->hits == NULL ? NULL : results->hits + count;
}

/* NULL: not wanted. */
static const struct fl_value_rules *value_of(const struct fl_night_scorer *scorer)
{
    return scorer->rules->value == NULL ? NULL : &scorer->rules->value[scorer->night];
}

static fl_status open_stages(struct fl_night_scorer *scorer, struct fl_error *error)
{
    const struct fl_night_rules *rules = scorer->rules;
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        const int worded = fl_worded_of((enum fl_scope)scope);
        if (!fl_scores_words(rules, (enum fl_scope)scope))
            continue;
        const struct fl_scope_stage_plan stage_plan = {.points = rules->points,
                                                       .settings = &rules->model->settings,
                                                       .value = value_of(scorer),
                                                       .scope = (enum fl_scope)scope,
                                                       .as_of_day = scorer->as_of_day,
                                                       .word_count = rules->words->words[worded].words.count,
                                                       .memory_bytes = rules->memory_bytes};
        scorer->has_stages = true;
        fl_status status = fl_scope_stage_create(&stage_plan, &scorer->stages[scope], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* Rows of one type and day are the same group in the customer and among the type's rows alone: so types are
 * scored as words are, and their points add up to the customer's. */
static fl_status open_types(struct fl_night_scorer *scorer, struct fl_error *error)
{
    const struct fl_night_rules *rules = scorer->rules;
    if (rules->types == NULL)
        return FL_OK;
    const struct fl_scope_stage_plan stage_plan = {.points = rules->points,
                                                   .settings = &rules->model->settings,
                                                   .scope = FL_SCOPE_CUSTOMER,
                                                   .as_of_day = scorer->as_of_day,
                                                   .word_count = rules->types->count,
                                                   .memory_bytes = rules->memory_bytes};
    return fl_scope_stage_create(&stage_plan, &scorer->types, error);
}

static fl_status open_facts(struct fl_night_scorer *scorer, struct fl_error *error)
{
    const struct fl_night_rules *rules = scorer->rules;
    if (rules->facts == NULL)
        return FL_OK;
    const struct fl_facts_stage_plan stage_plan = {.rules = rules->facts,
                                                   .registry = &rules->model->registry,
                                                   .as_of_day = scorer->as_of_day,
                                                   .memory_bytes = rules->memory_bytes};
    const fl_status status = fl_facts_stage_create(&stage_plan, &scorer->facts, error);
    if (status != FL_OK || rules->clusters == NULL)
        return status;
    return fl_cluster_stage_create(rules->clusters, scorer->as_of_day, &scorer->clusters, error);
}

static void init_scorer(struct fl_night_scorer *scorer)
{
    const struct fl_night_rules *rules = scorer->rules;
    fl_scorer_init(&scorer->scorer, rules->points, &rules->model->settings, FL_SCOPE_CUSTOMER,
                   scorer->as_of_day);
    scorer->baskets_only = fl_result_columns_baskets_only(rules->columns);
    scorer->scorer.value = scorer->baskets_only ? NULL : value_of(scorer);
    scorer->scorer.added = rules->has_tags ? scorer->added : NULL;
    /* Facts follow from intent and trend. */
    scorer->scorer.raw_only =
        scorer->baskets_only || (rules->facts == NULL && fl_result_columns_raw_only(rules->columns));
}

fl_status fl_night_scorer_open(const struct fl_night_rules *rules, size_t night, int32_t as_of_day,
                               struct fl_night_scorer **scorer, struct fl_error *error)
{
    *scorer = NULL;
    struct fl_night_scorer *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->rules = rules;
    opened->night = night;
    opened->as_of_day = as_of_day;
    init_scorer(opened);
    fl_status status = open_stages(opened, error);
    if (status == FL_OK)
        status = open_types(opened, error);
    if (status == FL_OK)
        status = open_facts(opened, error);
    if (status != FL_OK) {
        fl_night_scorer_close(opened);
        return status;
    }
    *scorer = opened;
    return FL_OK;
}

void fl_night_scorer_close(struct fl_night_scorer *scorer)
{
    if (scorer == NULL)
        return;
    for (int scope = 0; scope < FL_SCOPES; scope++)
        fl_scope_stage_free(scorer->stages[scope]);
    fl_scope_stage_free(scorer->types);
    fl_buffer_release(&scorer->type_words);
    fl_facts_stage_free(scorer->facts);
    fl_cluster_stage_free(scorer->clusters);
    fl_tag_stage_release(&scorer->tags);
    free(scorer);
}

void fl_night_scorer_take_tags(struct fl_night_scorer *scorer, const struct fl_customer_tag *tags,
                               size_t count)
{
    fl_tag_stage_begin(&scorer->tags, tags, count);
}

/* What the tags of some customers add to their scores. */
static fl_status find_tags(struct fl_night_scorer *scorer, const int64_t *customers, size_t count,
                           struct fl_error *error)
{
    return scorer->rules->has_tags ? fl_tag_stage_take(&scorer->tags, customers, count, scorer->added,
                                                       scorer->tag_summaries, error)
                                   : FL_OK;
}

void fl_night_scorer_put_to(struct fl_night_scorer *scorer, fl_result_sink *sink, void *context)
{
    scorer->sink = sink;
    scorer->sink_context = context;
}

uint64_t fl_night_scorer_customers(const struct fl_night_scorer *scorer)
{
    return scorer->customers;
}

static fl_status put_words(void *context, const int64_t *customers, const uint32_t *words,
                           const struct fl_scope_score *scores, size_t count, struct fl_error *error)
{
    const struct fl_night_scorer *scorer = context;
    const struct fl_results results = {.night = scorer->night,
                                       .scope = scorer->scope,
                                       .customers = customers,
                                       .words = words,
                                       .scores = scores,
                                       .count = count};
    return scorer->sink(scorer->sink_context, &results, error);
}

static fl_status fail_too_many_rows(struct fl_error *error)
{
    return fl_fail(error, FL_LIMIT, "a customer has more than %llu rows",
                   (unsigned long long)FL_SCOPE_ROWS_MAX);
}

/* The words of the rows' types, numbered as the rows of `scopes`; NULL: no memory. */
static const uint32_t *words_of_types(struct fl_night_scorer *scorer, const struct fl_scope_rows *scopes,
                                      struct fl_error *error)
{
    const size_t end = scopes->ends[scopes->count - 1];
    if (!fl_buffer_reserve(&scorer->type_words, end * sizeof(uint32_t))) {
        fl_fail_memory(error, end * sizeof(uint32_t));
        return NULL;
    }
    uint32_t *words = (uint32_t *)(void *)scorer->type_words.bytes;
    for (size_t row = scopes->from; row < end; row++)
        words[row] = scorer->rules->types->of_type[scopes->rows.type[row]];
    return words;
}

static fl_status add_to_types(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece,
                              struct fl_error *error)
{
    if (scorer->types == NULL)
        return FL_OK;
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, 0);
    const uint32_t *words = words_of_types(scorer, &piece->scopes, error);
    return words == NULL ? FL_NO_MEMORY
                         : fl_scope_stage_add(scorer->types, &rows, words + piece->scopes.from, error);
}

static fl_status run_types(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece, size_t first,
                           const struct fl_scope_rows *customers, struct fl_error *error)
{
    if (scorer->types == NULL)
        return FL_OK;
    const uint32_t *words = words_of_types(scorer, customers, error);
    scorer->scope = (enum fl_scope)FL_RESULT_TYPES;
    return words == NULL ? FL_NO_MEMORY
                         : fl_scope_stage_whole(scorer->types, piece->customers + first, customers, words,
                                                put_words, scorer, error);
}

/* The rows of the piece's one customer. */
static fl_status add_to_stages(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece,
                               struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, 0);
    const size_t from = (size_t)(rows.day - piece->scopes.rows.day);
    fl_status status = FL_OK;
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        if (scorer->stages[scope] != NULL)
            status = fl_scope_stage_add(scorer->stages[scope], &rows,
                                        piece->words[fl_worded_of((enum fl_scope)scope)] + from, error);
    }
    return status;
}

/* Rows of one of the piece's customers. */
static fl_status add_facts(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece, size_t customer,
                           struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, customer);
    const uint32_t *categories = piece->words[FL_WORDED_CATEGORY];
    return fl_facts_stage_add(scorer->facts, &rows,
                              categories == NULL ? NULL : categories + (rows.day - piece->scopes.rows.day),
                              error);
}

/* The facts of some customers one after the other, then the clusters of them all. */
static void make_one(struct fl_night_scorer *scorer, size_t customer, const struct fl_day_facts *days,
                     const struct fl_scope_score *score, const struct fl_known_customers *known)
{
    struct fl_customer_facts *facts = &scorer->made_facts[customer];
    if (scorer->baskets_only)
        *facts = (struct fl_customer_facts){.cluster_name = FL_NO_WORD};
    else
        fl_facts_stage_make(scorer->facts, days, score,
                            known->profiles == NULL ? NULL : &known->profiles[customer], facts);
    if (scorer->clusters != NULL)
        fl_cluster_stage_add(scorer->clusters, days, facts);
}

static void end_facts(struct fl_night_scorer *scorer, const struct fl_known_customers *known)
{
    if (scorer->clusters != NULL)
        fl_cluster_stage_end(scorer->clusters, known->clusters, scorer->made_facts);
}

/* Of customers that lie whole in the piece, `first` is the number of the first. */
static fl_status make_facts(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece, size_t first,
                            const struct fl_scope_score *scores, size_t count,
                            const struct fl_known_customers *known, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (scorer->facts == NULL)
        return FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        if (known->days == NULL)
            status = add_facts(scorer, piece, first + i, error);
        if (status == FL_OK)
            make_one(scorer, i, known->days != NULL ? known->days[i] : fl_facts_stage_end(scorer->facts),
                     &scores[i], known);
    }
    end_facts(scorer, known);
    return status;
}

/* The scores of the customer's brands, its categories, its products go out. */
static fl_status end_stages(struct fl_night_scorer *scorer, int64_t customer, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        scorer->scope = (enum fl_scope)scope;
        if (scorer->stages[scope] != NULL)
            status = fl_scope_stage_end(scorer->stages[scope], customer, put_words, scorer, error);
    }
    scorer->scope = (enum fl_scope)FL_RESULT_TYPES;
    if (status == FL_OK && scorer->types != NULL)
        status = fl_scope_stage_end(scorer->types, customer, put_words, scorer, error);
    return status;
}

/* The same of whole customers. */
static fl_status run_stages(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece, size_t first,
                            const struct fl_scope_rows *customers, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        scorer->scope = (enum fl_scope)scope;
        if (scorer->stages[scope] != NULL)
            status = fl_scope_stage_whole(scorer->stages[scope], piece->customers + first, customers,
                                          piece->words[fl_worded_of((enum fl_scope)scope)], put_words, scorer,
                                          error);
    }
    return status;
}

static fl_status put_customers(struct fl_night_scorer *scorer, const int64_t *customers,
                               const struct fl_scope_score *scores, size_t count, struct fl_error *error)
{
    const struct fl_results results = {
        .night = scorer->night,
        .scope = FL_SCOPE_CUSTOMER,
        .customers = customers,
        .scores = scores,
        .facts = scorer->facts == NULL ? NULL : scorer->made_facts,
        .tag_summaries = scorer->rules->has_tags ? scorer->tag_summaries : NULL,
        .tag_numbers = (const uint32_t *)(const void *)scorer->tags.numbers.bytes,
        .count = count};
    scorer->customers += count;
    return scorer->sink(scorer->sink_context, &results, error);
}

fl_status fl_night_scorer_end(struct fl_night_scorer *scorer, int64_t customer,
                              const struct fl_known_customers *known, struct fl_error *error)
{
    struct fl_scope_score score;
    if (scorer->scorer.span.rows == 0) {
        if (scorer->clusters != NULL)
            *known->clusters[0] = (struct fl_cluster_state){0};
        return FL_OK;
    }
    fl_status status = find_tags(scorer, &customer, 1, error);
    if (status != FL_OK)
        return status;
    fl_scorer_end(&scorer->scorer, &score);
    fl_scorer_begin(&scorer->scorer);
    if (scorer->facts != NULL) {
        make_one(scorer, 0, fl_facts_stage_end(scorer->facts), &score, known);
        end_facts(scorer, known);
    }
    status = put_customers(scorer, &customer, &score, 1, error);
    return status == FL_OK ? end_stages(scorer, customer, error) : status;
}

fl_status fl_night_scorer_add(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece,
                              struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, 0);
    if (!fl_scorer_add(&scorer->scorer, &rows))
        return fail_too_many_rows(error);
    fl_status status = scorer->facts == NULL ? FL_OK : add_facts(scorer, piece, 0, error);
    if (status == FL_OK)
        status = add_to_types(scorer, piece, error);
    return status == FL_OK ? add_to_stages(scorer, piece, error) : status;
}

fl_status fl_night_scorer_whole(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece,
                                size_t first, size_t count, const struct fl_known_customers *known,
                                struct fl_error *error)
{
    struct fl_scope_score scores[FL_CUSTOMERS_AT_ONCE];
    const struct fl_scope_rows scopes = fl_some_scopes(&piece->scopes, first, count);
    fl_status status = find_tags(scorer, piece->customers + first, count, error);
    if (status != FL_OK)
        return status;
    fl_scorer_whole(&scorer->scorer, &scopes, scores);
    fl_scorer_begin(&scorer->scorer);
    status = make_facts(scorer, piece, first, scores, count, known, error);
    if (status == FL_OK)
        status = put_customers(scorer, piece->customers + first, scores, count, error);
    if (status == FL_OK && scorer->has_stages)
        status = run_stages(scorer, piece, first, &scopes, error);
    return status == FL_OK ? run_types(scorer, piece, first, &scopes, error) : status;
}
