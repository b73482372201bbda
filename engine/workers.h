/* workers.h - scores all customers on several threads; results come out in customer order. */
#ifndef ENGINE_WORKERS_H
#define ENGINE_WORKERS_H

#include "engine/range_scorer.h"

struct fl_workers;

/* As many threads as asked for (0 is 1), but no more than there are ranges, or buffers for within
 * plan->scan.memory_bytes. What the plan points to is borrowed until close and shared by the threads; its
 * progress is called by one of them at a time. */
fl_status fl_workers_open(const struct fl_range_scorer_plan *plan, unsigned threads,
                          struct fl_workers **workers, struct fl_error *error);
/* One of their scans, for what it knows of the files. */
const struct fl_scan *fl_workers_scan(const struct fl_workers *workers);
/* Once; `counts` has room for each night. The sink is called by one thread at a time, with the same results
 * in the same order whatever the number of threads. Of several failures that of the first customers is
 * returned. */
fl_status fl_workers_run(struct fl_workers *workers, fl_result_sink *sink, void *context,
                         struct fl_run_counts *counts, struct fl_error *error);
/* Of the messages that were scanned for tags. */
struct fl_tag_message_counts fl_workers_messages(const struct fl_workers *workers);
/* NULL is fine. */
void fl_workers_close(struct fl_workers *workers);

#endif
