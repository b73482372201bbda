/* facts_stage.h - the stage for what only whole customers have: value and life cycle. */
#ifndef ENGINE_FACTS_STAGE_H
#define ENGINE_FACTS_STAGE_H

#include "engine/customer_facts.h"
#include "engine/profiles.h"
#include "engine/score.h"

struct fl_facts_stage_plan {
    const struct fl_facts_rules *rules;
    const struct fl_registry *registry;
    int32_t as_of_day;
    uint64_t memory_bytes; /* for the days of one customer */
};

/* Belongs to one thread; what the plan points to is borrowed until free. */
struct fl_facts_stage;
fl_status fl_facts_stage_create(const struct fl_facts_stage_plan *plan, struct fl_facts_stage **stage,
                                struct fl_error *error);
/* NULL is fine. */
void fl_facts_stage_free(struct fl_facts_stage *stage);

/* Adds rows of the customer in hand, as fl_day_facts_add() takes them. */
fl_status fl_facts_stage_add(struct fl_facts_stage *stage, const struct fl_rows *rows,
                             const uint32_t *categories, struct fl_error *error);
/* The days of the customer in hand, whose rows are all there, at least one; valid until the next one's come.
 */
const struct fl_day_facts *fl_facts_stage_end(struct fl_facts_stage *stage);
/* The facts of a customer whose score must have all its members; days after the as-of day are passed over.
 * `profile` NULL: it has none. */
void fl_facts_stage_make(struct fl_facts_stage *stage, const struct fl_day_facts *days,
                         const struct fl_scope_score *score, const struct fl_profile *profile,
                         struct fl_customer_facts *facts);

#endif
