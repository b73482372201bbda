/* value_fit.h - `value fit`: from a data folder to value.yaml in the model folder. */
#ifndef ENGINE_VALUE_VALUE_FIT_H
#define ENGINE_VALUE_VALUE_FIT_H

#include "engine/fourloop.h"
#include "engine/value/frozen_fit.h"

struct fl_value_fit_plan {
    const struct fl_io *io;
    const char *model; /* its value.yaml is replaced */
    const char *data;
    int32_t as_of_day;
    bool has_kind; /* else the model's */
    enum fl_value_fit kind;
    enum fl_io_mode io_mode;
    uint64_t memory_bytes;
    unsigned threads; /* at most; 0 is 1. What is found does not depend on it. */
    /* As those of a run. */
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all);
    void *progress_context;
};

struct fl_value_fit_report {
    struct fl_frozen_fit fit;
    uint64_t rows;
    char hash_before[33], hash_after[33]; /* of the model */
    uint64_t pass_microseconds, fit_microseconds;
};

/* Fits how often customers buy, when they stop and what they spend to all rows up to the as-of day, takes the
 * usual days between purchases, and writes value.yaml. FL_BAD_DATA: there is no fit, the message says why.
 * Whatever fails, the value.yaml that was there stays as it was; when no more than bringing the folder to the
 * disk fails, the new one is there. */
fl_status fl_value_fit(const struct fl_value_fit_plan *plan, struct fl_value_fit_report *report,
                       struct fl_error *error);
void fl_value_fit_report_release(struct fl_value_fit_report *report);

#endif
