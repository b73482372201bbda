/* lone_rows.h - scores of scopes that have one row, remembered by its type and age. */
#ifndef ENGINE_LONE_ROWS_H
#define ENGINE_LONE_ROWS_H

#include "engine/daily_groups.h"

struct fl_lone_row;
struct fl_scope_score;
struct fl_scorer;

/* Zeroed is empty. Belongs to one thread and to the rules of one scorer. */
struct fl_lone_rows {
    struct fl_lone_row *of_type[FL_TYPES_MAX]; /* by age; NULL: none yet */
};
void fl_lone_rows_release(struct fl_lone_rows *lone);

/* Scores those of the scopes, FL_KERNEL_RUNS_MAX at most, whose one row the scorer's lone rows know. Lists
 * the numbers of all others; returns how many. */
size_t fl_lone_rows_score(const struct fl_scorer *scorer, const struct fl_scope_rows *scopes,
                          struct fl_scope_score *scores, uint16_t *others);
/* Remembers what the scorer made of a scope's one row. */
void fl_lone_rows_learn(const struct fl_scorer *scorer, const struct fl_rows *row,
                        const struct fl_scope_score *score);

#endif
