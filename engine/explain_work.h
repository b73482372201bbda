/* explain_work.h - everything that is open while a customer is explained. */
#ifndef ENGINE_EXPLAIN_WORK_H
#define ENGINE_EXPLAIN_WORK_H

#include "engine/emit.h"
#include "engine/explain_parts.h"
#include "engine/explain_stored.h"
#include "engine/explain_tags.h"
#include "engine/fourloop.h"
#include "engine/run_inputs.h"

/* What was scored again for one brand, category, product or type. */
struct fl_explain_again {
    unsigned kind;
    uint32_t word;
    struct fl_scope_score score;
};

struct fl_explain_work {
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
    struct fl_explain_again *list;
    size_t count, capacity;
    const struct fl_explain_again *chosen; /* of the list; NULL: the customer */
    struct fl_explain_tags tags;
    struct fl_profile profile;
    struct fl_stored_rows stored[FL_RESULT_KINDS];
    size_t stored_row;
    struct fl_explain_rows rows;
    struct fl_explain_place place;
};

static inline const struct fl_scope_score *fl_explain_score_of(const struct fl_explain_work *work)
{
    return work->chosen == NULL ? &work->score : &work->chosen->score;
}

/* Which cluster a customer is in follows from its rows and from the night before, of which the run's row
 * alone tells, if its columns do. */
static inline bool fl_explain_knows_cluster(const struct fl_explain_work *work)
{
    return !work->manifest.has_previous ||
           fl_table_has(work->stored[FL_SCOPE_CUSTOMER].table, FL_SCORES_CLUSTER);
}

/* A scope of the customer has none. */
static inline int64_t fl_explain_tag_points_of(const struct fl_explain_work *work)
{
    return work->chosen == NULL ? work->tags.points : 0;
}

/* explain_compare.c. Whether rows of such a kind belong to the explanation: the run has a table of them. */
bool fl_explain_is_wanted(const struct fl_explain_work *work, unsigned kind);
/* The name of a brand, category, product or type. */
struct fl_text fl_explain_word_text(const struct fl_explain_work *work, unsigned kind, uint32_t word);
/* All that was scored again is what the run stored; chooses the scope that was asked for on the way.
 * FL_CORRUPT: something differs; FL_MISSING: there is no such scope. */
fl_status fl_explain_compare(struct fl_explain_work *work, struct fl_error *error);
/* The winback day is stored with the comparison of all customers, since it looks at the night before. */
fl_status fl_explain_compare_winback(const struct fl_explain_work *work, struct fl_error *error);

/* explain_answer.c. Moves customer id and model (which owns the type names) into the explanation. */
fl_status fl_explain_answer(struct fl_explain_work *work, struct fl_explanation *explanation,
                            struct fl_error *error);

#endif
