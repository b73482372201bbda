/* night_scorer.h - the stages of one night: all results of the customers whose rows it is given. */
#ifndef ENGINE_NIGHT_SCORER_H
#define ENGINE_NIGHT_SCORER_H

#include "engine/clusters/cluster_stage.h"
#include "engine/facts_stage.h"
#include "engine/profiles.h"
#include "engine/result_columns.h"
#include "engine/scan.h"
#include "engine/scope_stage.h"
#include "engine/tag_stage.h"
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

/* The kinds of results: each kind of scope, what a customer has of each interaction type, its tags, the
 * places in its messages that they come from. */
enum { FL_RESULT_TYPES = FL_SCOPES, FL_RESULT_TAGS, FL_RESULT_HITS, FL_RESULT_KINDS };

/* What the results of all customers follow from. Borrowed, and may be shared by threads. */
struct fl_night_rules {
    const struct fl_model *model;
    const struct fl_points *points;
    const struct fl_value_rules
        *value;                /* of each night; NULL: net_12m, loop and the like are wanted of no scope */
    fl_result_columns columns; /* of the customers' own scores */
    const struct fl_facts_rules
        *facts; /* NULL: facts of customers are not wanted; else rows come with money */
    const struct fl_cluster_rules *clusters; /* with facts; NULL: baskets and clusters are not wanted */
    const struct fl_type_words *types;       /* NULL: results of interaction types are not wanted */
    const struct fl_scope_words *words; /* of the scopes that the model asks for; NULL: no brand, category or
                                           product is scored, whatever it asks for */
    bool has_tags;                      /* customers may have some */
    uint64_t memory_bytes;              /* for the brands or categories of one customer */
};

/* Whether the brands, categories or products of customers are scored. */
static inline bool fl_scores_words(const struct fl_night_rules *rules, enum fl_scope scope)
{
    return rules->words != NULL && fl_worded_of(scope) >= 0 && rules->model->settings.scopes[scope];
}

/* Results of one kind. Borrowed. */
struct fl_results {
    size_t night;        /* number of the night among those that are scored at once */
    enum fl_scope scope; /* or another kind; FL_RESULT_TYPES: a customer's rows of one type, scored apart */
    const int64_t *customers; /* of each scope */
    const uint32_t *words;    /* its word; NULL: the scope is the customer */
    const struct fl_scope_score *scores;
    const struct fl_customer_facts *facts;      /* of customers; NULL: none are wanted */
    const struct fl_tag_summary *tag_summaries; /* of customers; NULL: nobody has tags */
    const uint32_t *tag_numbers;                /* that these speak of */
    const struct fl_customer_tag *tags;         /* of FL_RESULT_TAGS, which have nothing of the above */
    const struct fl_message_hit *hits;          /* of FL_RESULT_HITS, likewise */
    size_t count;
};

/* Passes the first `count` results. */
void fl_results_pass(struct fl_results *results, size_t count);

/* Takes results: those of one kind by rising customer, then word. */
typedef fl_status fl_result_sink(void *context, const struct fl_results *results, struct fl_error *error);

/* At most so many whole customers are scored at once: their scores stay in the core's first cache. */
enum { FL_CUSTOMERS_AT_ONCE = 128 };

/* Belongs to one thread. */
struct fl_night_scorer;
/* `night`: its number; the rules are borrowed until close. */
fl_status fl_night_scorer_open(const struct fl_night_rules *rules, size_t night, int32_t as_of_day,
                               struct fl_night_scorer **scorer, struct fl_error *error);
void fl_night_scorer_close(struct fl_night_scorer *scorer);
/* Of the customers that come from now on, the tags of those that have some, by rising customer; borrowed. */
void fl_night_scorer_take_tags(struct fl_night_scorer *scorer, const struct fl_customer_tag *tags,
                               size_t count);
/* Where results go from now on. */
void fl_night_scorer_put_to(struct fl_night_scorer *scorer, fl_result_sink *sink, void *context);

/* What is known of customers beside their rows; NULL: of nobody. */
struct fl_known_customers {
    const struct fl_profile *profiles;        /* one for each customer */
    const struct fl_day_facts *const *days;   /* the same: of all its rows of days up to this night's, later
                                                 ones may follow; else they are made of the rows */
    struct fl_cluster_state *const *clusters; /* one for each customer, looked at with clusters only: after
                                                 the night before, then after this one; zeroed at the end of
                                                 a customer without rows */
};

/* Some customers of a piece that holds all their rows that count this night, from number `first` on, at most
 * FL_CUSTOMERS_AT_ONCE. */
fl_status fl_night_scorer_whole(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece,
                                size_t first, size_t count, const struct fl_known_customers *known,
                                struct fl_error *error);
/* Rows of one customer, of whom more may follow. */
fl_status fl_night_scorer_add(struct fl_night_scorer *scorer, const struct fl_scan_piece *piece,
                              struct fl_error *error);
/* The customer whose rows were added, if there were any; `known` has no days. */
fl_status fl_night_scorer_end(struct fl_night_scorer *scorer, int64_t customer,
                              const struct fl_known_customers *known, struct fl_error *error);
/* How many customers had results so far. */
uint64_t fl_night_scorer_customers(const struct fl_night_scorer *scorer);

#endif
