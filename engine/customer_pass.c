/* customer_pass.c - one pass over a data folder on several threads, for a fit: each customer, day by day. */
#include "engine/customer_pass.h"

#include <stdlib.h>

#include "engine/scan_pass.h"

/* One thread's. */
struct walker {
    const struct fl_customer_pass_plan *plan;
    size_t number;
    struct fl_day_facts days; /* of the customer in hand */
};

static fl_status add_rows(void *context, const struct fl_rows *rows,
                          const uint32_t *const words[FL_WORDED_SCOPES], struct fl_error *error)
{
    struct walker *walker = context;
    return fl_day_facts_add(&walker->days, rows, words[FL_WORDED_CATEGORY], error);
}

static fl_status end_customer(void *context, int64_t customer, struct fl_error *error)
{
    struct walker *walker = context;
    const struct fl_customer_pass_plan *plan = walker->plan;
    const fl_status status = plan->take(plan->context, walker->number, customer, &walker->days, error);
    fl_day_facts_begin(&walker->days);
    return status;
}

static fl_status run_pass(struct fl_scan_pass *pass, const struct fl_customer_pass_plan *plan,
                          struct walker *walkers, struct fl_error *error)
{
    static const struct fl_scan_taker taker = {.add = add_rows, .end = end_customer};
    const size_t count = fl_scan_pass_threads(pass);
    for (size_t i = 0; i < count; i++) {
        walkers[i] = (struct walker){.plan = plan, .number = i};
        fl_day_facts_init(&walkers[i].days, plan->scan.rules.registry, plan->memory_bytes);
        fl_day_facts_begin(&walkers[i].days);
    }
    fl_status status = plan->begin(plan->context, count, fl_scan_pass_memory_left(pass), error);
    if (status == FL_OK)
        status = fl_scan_pass_run(pass, &taker, walkers, sizeof *walkers, error);
    return status;
}

static fl_status walk(struct fl_scan_pass *pass, const struct fl_customer_pass_plan *plan,
                      struct fl_error *error)
{
    const size_t count = fl_scan_pass_threads(pass);
    struct walker *walkers = calloc(count, sizeof *walkers);
    if (walkers == NULL)
        return fl_fail_memory(error, count * sizeof *walkers);
    const fl_status status = run_pass(pass, plan, walkers, error);
    for (size_t i = 0; i < count; i++)
        fl_day_facts_release(&walkers[i].days);
    free(walkers);
    return status;
}

fl_status fl_customer_pass(const struct fl_customer_pass_plan *plan, struct fl_run_counts *counts,
                           struct fl_error *error)
{
    struct fl_scan_pass_plan scan = {
        .scan = plan->scan, .threads = plan->threads, .range_rows = plan->range_rows};
    struct fl_scan_pass *pass = NULL;
    scan.scan.memory_bytes = plan->memory_bytes;
    fl_status status = fl_scan_pass_open(&scan, &pass, error);
    if (status != FL_OK)
        return status;
    status = walk(pass, plan, error);
    *counts = fl_scan_pass_counts(pass);
    fl_scan_pass_close(pass);
    return status;
}
