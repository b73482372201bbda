/* scope_value.h - net purchases, loop, phase, ambassador of one scope: what SEMANTICS.md sections 3 and 4 say
 * of each. */
#ifndef ENGINE_SCOPE_VALUE_H
#define ENGINE_SCOPE_VALUE_H

#include "engine/daily_groups.h"
#include "engine/money.h"

struct fl_scope_score;

/* What is asked of each row, for one as-of day. Immutable, so threads may share it. */
struct fl_value_rules {
    uint8_t flags[FL_TYPES_MAX]; /* whether the type's rows are events, or friction; most are neither */
    /* The first days of windows that end with the as-of day. */
    int32_t net_first, purchase_first, event_first, friction_first;
    const struct fl_model_settings *settings; /* borrowed */
};
void fl_value_rules_init(struct fl_value_rules *rules, const struct fl_model *model, int32_t as_of_day);

/* The rows of a scope so far. 128 bits: the amounts of 2^32 rows cannot overflow. */
struct fl_value_sums {
    __int128 net;
    int64_t event_days; /* with an advocate or share event */
    int32_t event_day;  /* the last of them */
    bool friction;
};
void fl_value_begin(struct fl_value_sums *sums);
/* Rows of the scope by rising day over all calls; of their net none is beyond FL_ROW_MONEY_MAX. */
void fl_value_add(const struct fl_value_rules *rules, const struct fl_rows *rows, struct fl_value_sums *sums);
/* Sets net_12m (at most the 64 bits there are), loop, phase, ambassador, engaged_no_value; the score's other
 * members are there. */
void fl_value_end(const struct fl_value_rules *rules, const struct fl_value_sums *sums,
                  struct fl_scope_score *score);

const char *fl_loop_word(unsigned loop);
const char *fl_phase_word(unsigned phase);

#endif
