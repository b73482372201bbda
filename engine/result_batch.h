/* result_batch.h - results that are kept for later, up to a fixed room. */
#ifndef ENGINE_RESULT_BATCH_H
#define ENGINE_RESULT_BATCH_H

#include "engine/night_scorer.h"

/* Which results there may be. */
struct fl_result_batch_plan {
    bool many; /* customers have more results than their own: room for four times as many */
    bool facts, tags, hits;
};

/* Belongs to one thread at a time. */
struct fl_result_batch;
/* NULL: no memory. */
struct fl_result_batch *fl_result_batch_create(const struct fl_result_batch_plan *plan);
void fl_result_batch_free(struct fl_result_batch *batch); /* NULL is fine */
/* What one takes. */
uint64_t fl_result_batch_memory(const struct fl_result_batch_plan *plan);

/* Copies as many of the results, from the first on, as there is room for; returns how many. */
size_t fl_result_batch_keep(struct fl_result_batch *batch, const struct fl_results *results);
/* Hands all that is kept to the sink, those of one kind and night in the order in which they came; then it is
 * empty. */
fl_status fl_result_batch_sink(struct fl_result_batch *batch, fl_result_sink *sink, void *context,
                               struct fl_error *error);

#endif
