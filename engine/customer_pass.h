/* customer_pass.h - one pass over a data folder on several threads, for a fit: each customer, day by day. */
#ifndef ENGINE_CUSTOMER_PASS_H
#define ENGINE_CUSTOMER_PASS_H

#include "engine/day_facts.h"
#include "engine/scan.h"

struct fl_customer_pass_plan {
    struct fl_scan_plan scan; /* with words of categories, and money */
    unsigned threads;         /* at most; 0 is 1 */
    uint64_t memory_bytes;    /* a quarter of it is for scans */
    uint32_t range_rows;      /* of the ranges threads take; 0: the usual */
    /* Once, before the first customer: so many threads will work, and all they collect stays under
     * memory_bytes. */
    fl_status (*begin)(void *context, size_t threads, uint64_t memory_bytes, struct fl_error *error);
    /* All that a customer has done up to the as-of day, and what the rules let pass beside. Called by several
     * threads at a time, each with its own number; customers of one thread rise within a range. */
    fl_status (*take)(void *context, size_t thread, int64_t customer, const struct fl_day_facts *days,
                      struct fl_error *error);
    void *context;
};

/* The scan's progress is called by one thread at a time. What the plan points to is borrowed. Of several
 * failures that of the first customers is returned. */
fl_status fl_customer_pass(const struct fl_customer_pass_plan *plan, struct fl_run_counts *counts,
                           struct fl_error *error);

#endif
