/* value_pass.h - one pass over all purchases of a data folder, for a value fit. */
#ifndef ENGINE_VALUE_VALUE_PASS_H
#define ENGINE_VALUE_VALUE_PASS_H

#include "engine/scan.h"
#include "engine/value/value_histories.h"

struct fl_value_pass_plan {
    struct fl_scan_plan scan; /* with words of categories, and money */
    const struct fl_model *model;
    unsigned threads; /* at most; 0 is 1 */
    uint64_t memory_bytes;
    uint32_t range_rows; /* of the ranges threads take; 0: the usual */
};

/* Adds the history of every customer who has bought by the as-of day, and the days between purchases by main
 * category. What comes out does not depend on threads but for the order of samples. progress is called by one
 * thread at a time. What the plan points to is borrowed. */
fl_status fl_value_pass(const struct fl_value_pass_plan *plan, struct fl_value_histories *histories,
                        struct fl_run_counts *counts, struct fl_error *error);

#endif
