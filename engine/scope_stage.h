/* scope_stage.h - scores of customers by brand, category or product: rows are regrouped by the united word.
 */
#ifndef ENGINE_SCOPE_STAGE_H
#define ENGINE_SCOPE_STAGE_H

#include "engine/score.h"
#include "formats/table/word_union.h"

struct fl_scope_stage_plan {
    const struct fl_points *points;
    const struct fl_model_settings *settings;
    const struct fl_value_rules *value; /* as in struct fl_scorer */
    enum fl_scope scope;
    int32_t as_of_day;
    size_t word_count;     /* of the union that words are numbers of */
    uint64_t memory_bytes; /* for the sums of one customer's words */
};

struct fl_scope_stage;

/* What the plan points to is borrowed until free. */
fl_status fl_scope_stage_create(const struct fl_scope_stage_plan *plan, struct fl_scope_stage **stage,
                                struct fl_error *error);
/* Adds rows of the customer in hand, in the order of fl_rows; words[row] is FL_NO_WORD or below word_count.
 * FL_LIMIT: too many words for the memory, or too many rows for a scope. */
fl_status fl_scope_stage_add(struct fl_scope_stage *stage, const struct fl_rows *rows, const uint32_t *words,
                             struct fl_error *error);

/* Takes scores of `count` scopes by rising customer, then word. */
typedef fl_status fl_scope_sink(void *context, const int64_t *customers, const uint32_t *words,
                                const struct fl_scope_score *scores, size_t count, struct fl_error *error);
/* Gives the scores of the customer in hand by rising word, and is ready for the next customer. */
fl_status fl_scope_stage_end(struct fl_scope_stage *stage, int64_t customer, fl_scope_sink *sink,
                             void *context, struct fl_error *error);
/* The same scores of customers whose rows are all there, quicker: many scopes at once. Between end and add.
 */
fl_status fl_scope_stage_whole(struct fl_scope_stage *stage, const int64_t *customers,
                               const struct fl_scope_rows *scopes, const uint32_t *words, fl_scope_sink *sink,
                               void *context, struct fl_error *error);
void fl_scope_stage_free(struct fl_scope_stage *stage);

#endif
