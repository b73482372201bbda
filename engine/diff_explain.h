/* diff_explain.h - the types of interaction that made the largest movers move. */
#ifndef ENGINE_DIFF_EXPLAIN_H
#define ENGINE_DIFF_EXPLAIN_H

#include "engine/fourloop.h"
#include "formats/base/arena.h"

/* Explains each mover of `diff` in both runs and lists what differs. A pseudonymous data folder explains
 * nobody. */
fl_status fl_diff_explain(const struct fl_diff_plan *plan, struct fl_diff *diff, struct fl_arena *arena,
                          struct fl_error *error);

#endif
