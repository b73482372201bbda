/* range_scorer.h - scores all customers of a range, one after the other. */
#ifndef ENGINE_RANGE_SCORER_H
#define ENGINE_RANGE_SCORER_H

#include "engine/facts_stage.h"
#include "engine/profiles.h"
#include "engine/result_columns.h"
#include "engine/scan.h"
#include "engine/scope_stage.h"
#include "engine/type_words.h"

/* The worded scope of a kind of scope, or -1. */
static inline int fl_worded_of(enum fl_scope scope)
{
    switch (scope) {
    case FL_SCOPE_BRAND:
        return FL_WORDED_BRAND;
    case FL_SCOPE_CATEGORY:
        return FL_WORDED_CATEGORY;
    case FL_SCOPE_PRODUCT:
        return FL_WORDED_PRODUCT;
    default:
        return -1;
    }
}

/* The kinds of results: each kind of scope, and what a customer has of each interaction type. */
enum { FL_RESULT_TYPES = FL_SCOPES, FL_RESULT_KINDS };

struct fl_range_scorer_plan {
    struct fl_scan_plan scan;
    const struct fl_model *model;
    const struct fl_points *points;
    const struct fl_value_rules *value; /* NULL: net_12m, loop and the like are wanted of no scope */
    fl_result_columns columns;          /* of the customers' own scores */
    const struct fl_facts_rules
        *facts; /* NULL: facts of customers are not wanted; else the scan must want money */
    const struct fl_type_words *types;  /* NULL: results of interaction types are not wanted */
    const struct fl_profiles *profiles; /* NULL: nobody has one; looked at with facts only */
    uint64_t memory_bytes;              /* for the brands or categories of one customer */
    uint32_t range_rows; /* of workers' ranges; 0: the usual, fewer make many ranges of few rows, for tests */
};

/* Scores of scopes of one kind. Borrowed. */
struct fl_results {
    enum fl_scope scope;      /* or FL_RESULT_TYPES: the customer's rows of one type, scored apart */
    const int64_t *customers; /* of each scope */
    const uint32_t *words;    /* its word; NULL: the scope is the customer */
    const struct fl_scope_score *scores;
    const struct fl_customer_facts *facts; /* of customers; NULL: none are wanted */
    size_t count;
};

/* Takes results: those of one kind of scope by rising customer, then word. */
typedef fl_status fl_result_sink(void *context, const struct fl_results *results, struct fl_error *error);

/* Belongs to one thread at a time; what the plan points to is borrowed until close, and may be shared. */
struct fl_range_scorer;
fl_status fl_range_scorer_open(const struct fl_range_scorer_plan *plan, struct fl_range_scorer **scorer,
                               struct fl_error *error);
void fl_range_scorer_close(struct fl_range_scorer *scorer);

fl_status fl_range_scorer_run(struct fl_range_scorer *scorer, int64_t customer_first, int64_t customer_last,
                              fl_result_sink *sink, void *context, struct fl_error *error);
/* What all its ranges so far have counted. */
struct fl_run_counts fl_range_scorer_counts(const struct fl_range_scorer *scorer);
const struct fl_scan *fl_range_scorer_scan(const struct fl_range_scorer *scorer);

#endif
