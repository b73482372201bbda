/* explain_parts.h - the parts of an explanation, each a file of its own that says lines. */
#ifndef ENGINE_EXPLAIN_PARTS_H
#define ENGINE_EXPLAIN_PARTS_H

#include "engine/explain_lines.h"
#include "engine/explain_place.h"
#include "engine/explain_rows.h"
#include "engine/stages.h"

/* What is known of the scope in hand; borrowed. */
struct fl_explain_parts {
    const struct fl_stages *stages;
    const struct fl_model *model;
    int32_t as_of_day;
    enum fl_scope scope;
    const struct fl_scope_score *score; /* scored again */
    const struct fl_explain_rows *rows;
    struct fl_lines *lines;
    /* Of the customer alone. */
    const struct fl_customer_facts *facts; /* NULL: the run has none */
    const struct fl_profile *profile;
    const struct fl_explain_place *place;
    bool has_previous;
    bool knows_cluster; /* that of the facts is the one of the run */
    struct fl_error *error;
};

/* explain_score.c: points, engagement, intent, trend, loop, phase. */
void fl_explain_score(const struct fl_explain_parts *parts);
/* explain_value.c: money, RFM, life-time value, tier. */
void fl_explain_value(const struct fl_explain_parts *parts);
/* explain_life.c: stage, churn signals, winback, tenure. FL_NO_MEMORY. */
fl_status fl_explain_life(const struct fl_explain_parts *parts);
/* explain_clusters.c: baskets, cluster. FL_NO_MEMORY. */
fl_status fl_explain_clusters(const struct fl_explain_parts *parts);
/* explain_profile.c: what the customers table says, and what was the night before. */
void fl_explain_profile(const struct fl_explain_parts *parts);
void fl_explain_before(const struct fl_explain_parts *parts);

#endif
