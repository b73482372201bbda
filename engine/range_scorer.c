/* range_scorer.c - scores all customers of a range, one after the other. */
#include "engine/range_scorer.h"

#include <stdlib.h>

struct fl_range_scorer {
    struct fl_range_scorer_plan plan;
    struct fl_scan *scan;
    struct fl_scorer scorer;
    struct fl_scope_stage *stages[FL_SCOPES]; /* of the worded scopes that the model asks for */
    uint64_t customers;
    /* Of the range in hand. */
    fl_result_sink *sink;
    void *sink_context;
    int64_t customer;
    enum fl_scope scope; /* whose words are being given */
};

static fl_status open_stages(struct fl_range_scorer *scorer, struct fl_error *error)
{
    const struct fl_range_scorer_plan *plan = &scorer->plan;
    for (int scope = 0; scope < FL_SCOPES; scope++) {
        const int worded = fl_worded_of((enum fl_scope)scope);
        if (worded < 0 || !plan->model->settings.scopes[scope])
            continue;
        const struct fl_scope_stage_plan stage_plan = {.points = plan->points,
                                                       .settings = &plan->model->settings,
                                                       .scope = (enum fl_scope)scope,
                                                       .as_of_day = plan->scan.rules.as_of_day,
                                                       .word_count =
                                                           plan->scan.words->words[worded].words.count,
                                                       .memory_bytes = plan->memory_bytes};
        fl_status status = fl_scope_stage_create(&stage_plan, &scorer->stages[scope], error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

fl_status fl_range_scorer_open(const struct fl_range_scorer_plan *plan, struct fl_range_scorer **scorer,
                               struct fl_error *error)
{
    *scorer = NULL;
    struct fl_range_scorer *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->plan = *plan;
    fl_scorer_init(&opened->scorer, plan->points, &plan->model->settings, FL_SCOPE_CUSTOMER,
                   plan->scan.rules.as_of_day);
    opened->scorer.raw_only = fl_result_columns_raw_only(plan->columns);
    fl_status status = fl_scan_open(&plan->scan, &opened->scan, error);
    if (status == FL_OK)
        status = open_stages(opened, error);
    if (status != FL_OK) {
        fl_range_scorer_close(opened);
        return status;
    }
    *scorer = opened;
    return FL_OK;
}

void fl_range_scorer_close(struct fl_range_scorer *scorer)
{
    if (scorer == NULL)
        return;
    fl_scan_close(scorer->scan);
    for (int scope = 0; scope < FL_SCOPES; scope++)
        fl_scope_stage_free(scorer->stages[scope]);
    free(scorer);
}

static fl_status put_word(void *context, uint32_t word, const struct fl_scope_score *score,
                          struct fl_error *error)
{
    const struct fl_range_scorer *scorer = context;
    return scorer->sink(scorer->sink_context, scorer->scope, scorer->customer, word, score, error);
}

static fl_status end_customer(struct fl_range_scorer *scorer, struct fl_error *error)
{
    struct fl_scope_score score;
    fl_scorer_end(&scorer->scorer, &score);
    fl_scorer_begin(&scorer->scorer);
    scorer->customers++;
    fl_status status =
        scorer->sink(scorer->sink_context, FL_SCOPE_CUSTOMER, scorer->customer, 0, &score, error);
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        scorer->scope = (enum fl_scope)scope;
        if (scorer->stages[scope] != NULL)
            status = fl_scope_stage_end(scorer->stages[scope], put_word, scorer, error);
    }
    return status;
}

static fl_status add_piece(struct fl_range_scorer *scorer, const struct fl_scan_piece *piece,
                           struct fl_error *error)
{
    if (!fl_scorer_add(&scorer->scorer, &piece->rows))
        return fl_fail(error, FL_LIMIT, "a customer has more than %llu rows",
                       (unsigned long long)FL_SCOPE_ROWS_MAX);
    fl_status status = FL_OK;
    for (int scope = 0; scope < FL_SCOPES && status == FL_OK; scope++) {
        if (scorer->stages[scope] != NULL)
            status = fl_scope_stage_add(scorer->stages[scope], &piece->rows,
                                        piece->words[fl_worded_of((enum fl_scope)scope)], error);
    }
    return status;
}

fl_status fl_range_scorer_run(struct fl_range_scorer *scorer, int64_t customer_first, int64_t customer_last,
                              fl_result_sink *sink, void *context, struct fl_error *error)
{
    scorer->sink = sink;
    scorer->sink_context = context;
    fl_scan_range(scorer->scan, customer_first, customer_last);
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(scorer->scan, &piece, error);
        if (status == FL_OK && scorer->scorer.sums.rows > 0 && (piece.first || piece.rows.count == 0))
            status = end_customer(scorer, error);
        if (status != FL_OK || piece.rows.count == 0)
            return status;
        scorer->customer = piece.customer;
        status = add_piece(scorer, &piece, error);
        if (status != FL_OK)
            return status;
    }
}

struct fl_run_counts fl_range_scorer_counts(const struct fl_range_scorer *scorer)
{
    struct fl_run_counts counts = *fl_scan_counts(scorer->scan);
    counts.customers = scorer->customers;
    return counts;
}

const struct fl_scan *fl_range_scorer_scan(const struct fl_range_scorer *scorer)
{
    return scorer->scan;
}
