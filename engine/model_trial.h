/* model_trial.h - scores the examples of a model with the engine itself, in a folder of their own. */
#ifndef ENGINE_MODEL_TRIAL_H
#define ENGINE_MODEL_TRIAL_H

#include "engine/fourloop.h"
#include "engine/model/examples.h"

/* Compares what a finished run says of each example, customer 1 to n in their order, with what is expected:
 * results and their count go into `test`, whose arena (its `owned`) holds their texts. */
fl_status fl_trial_compare(const struct fl_io *io, const char *run, const struct fl_model *model,
                           const struct fl_examples *examples, int32_t as_of_day, struct fl_arena *arena,
                           struct fl_model_test *test, struct fl_error *error);

#endif
