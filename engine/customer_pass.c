/* customer_pass.c - one pass over a data folder on several threads, for a fit: each customer, day by day. */
#include "engine/customer_pass.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/customer_ranges.h"

#define NO_RANGE SIZE_MAX

/* What all threads share. */
struct pass {
    const struct fl_customer_pass_plan *plan;
    struct fl_customer_ranges ranges;
    /* Under the lock. */
    pthread_mutex_t lock;
    size_t next_range, failed; /* the first range that failed, or NO_RANGE */
    fl_status status;
    struct fl_error error;
    uint64_t rows_done;
};

/* One thread's. */
struct walker {
    struct pass *pass;
    size_t number;
    pthread_t thread;
    struct fl_scan *scan;
    struct fl_day_facts days; /* of the customer in hand */
    bool has_customer;        /* whose rows come in pieces */
    int64_t customer;
    uint64_t rows_told;
};

/* ---- one range ---- */

/* All rows of the customer in hand are there. */
static fl_status end_customer(struct walker *walker, int64_t customer, struct fl_error *error)
{
    const struct fl_customer_pass_plan *plan = walker->pass->plan;
    const fl_status status = plan->take(plan->context, walker->number, customer, &walker->days, error);
    fl_day_facts_begin(&walker->days);
    return status;
}

static fl_status add_rows(struct walker *walker, const struct fl_scan_piece *piece, size_t customer,
                          struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, customer);
    const size_t from = (size_t)(rows.day - piece->scopes.rows.day);
    const uint32_t *categories = piece->words[FL_WORDED_CATEGORY];
    return fl_day_facts_add(&walker->days, &rows, categories == NULL ? NULL : categories + from, error);
}

static fl_status take_piece(struct walker *walker, const struct fl_scan_piece *piece, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (!piece->whole) {
        walker->has_customer = true;
        walker->customer = piece->customers[0];
        return add_rows(walker, piece, 0, error);
    }
    for (size_t i = 0; i < piece->scopes.count && status == FL_OK; i++) {
        status = add_rows(walker, piece, i, error);
        if (status == FL_OK)
            status = end_customer(walker, piece->customers[i], error);
    }
    return status;
}

static fl_status run_range(struct walker *walker, size_t range, struct fl_error *error)
{
    const struct fl_customer_ranges *ranges = &walker->pass->ranges;
    fl_scan_range(walker->scan, ranges->first[range], fl_customer_ranges_last(ranges, range));
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(walker->scan, &piece, error);
        if (status == FL_OK && walker->has_customer && (piece.scopes.count == 0 || piece.first)) {
            walker->has_customer = false;
            status = end_customer(walker, walker->customer, error);
        }
        if (status == FL_OK && piece.scopes.count > 0)
            status = take_piece(walker, &piece, error);
        if (status != FL_OK || piece.scopes.count == 0)
            return status;
    }
}

/* ---- threads ---- */

/* False: none is left, or one in front of it has failed. */
static bool take_range(struct pass *pass, size_t *range)
{
    pthread_mutex_lock(&pass->lock);
    *range = pass->next_range;
    const bool taken = *range < pass->ranges.count && pass->failed == NO_RANGE;
    pass->next_range += taken;
    pthread_mutex_unlock(&pass->lock);
    return taken;
}

/* Ranges are taken in order, so those before a failure go on and theirs is told if they fail too. */
static void note_failure(struct pass *pass, size_t range, fl_status status, const struct fl_error *error)
{
    pthread_mutex_lock(&pass->lock);
    if (range < pass->failed) {
        pass->failed = range;
        pass->status = status;
        pass->error = *error;
    }
    pthread_mutex_unlock(&pass->lock);
}

static void *walk(void *context)
{
    struct walker *walker = context;
    size_t range;
    while (take_range(walker->pass, &range)) {
        struct fl_error error;
        fl_error_clear(&error);
        const fl_status status = run_range(walker, range, &error);
        if (status != FL_OK) {
            note_failure(walker->pass, range, status, &error);
            break;
        }
    }
    return NULL;
}

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct walker *walker = context;
    struct pass *pass = walker->pass;
    const struct fl_scan_plan *scan = &pass->plan->scan;
    int stop = 0;
    pthread_mutex_lock(&pass->lock);
    pass->rows_done += rows_done - walker->rows_told;
    walker->rows_told = rows_done;
    if (scan->progress != NULL)
        stop = scan->progress(scan->progress_context, pass->rows_done, rows_all);
    pthread_mutex_unlock(&pass->lock);
    return stop;
}

static fl_status open_walker(struct pass *pass, struct walker *walker, size_t number, struct fl_error *error)
{
    struct fl_scan_plan scan = pass->plan->scan;
    walker->pass = pass;
    walker->number = number;
    scan.progress = on_progress;
    scan.progress_context = walker;
    fl_day_facts_init(&walker->days, scan.rules.registry, pass->plan->memory_bytes);
    fl_day_facts_begin(&walker->days);
    return fl_scan_open(&scan, &walker->scan, error);
}

static void close_walker(struct walker *walker)
{
    fl_scan_close(walker->scan);
    fl_day_facts_release(&walker->days);
}

/* As many as there are buffers for; the first is open. A quarter of the memory is for scans, the rest for
 * what is collected. */
static size_t affordable(const struct pass *pass, const struct walker *first)
{
    const uint64_t each = fl_scan_memory(first->scan);
    const uint64_t count = pass->plan->memory_bytes / 4 / (each == 0 ? 1 : each);
    size_t threads = pass->plan->threads == 0 ? 1 : pass->plan->threads;
    threads = threads < count ? threads : (size_t)count;
    threads = threads < pass->ranges.count ? threads : pass->ranges.count;
    return threads == 0 ? 1 : threads;
}

/* Beside the scans, which are counted with the words they share. */
static uint64_t memory_left(const struct pass *pass, const struct walker *walkers, size_t count)
{
    const uint64_t scans_bytes = fl_scan_memory(walkers[0].scan) * count;
    return pass->plan->memory_bytes > scans_bytes ? pass->plan->memory_bytes - scans_bytes : 0;
}

static void run_all(struct walker *walkers, size_t count)
{
    size_t started = 1;
    while (started < count && pthread_create(&walkers[started].thread, NULL, walk, &walkers[started]) == 0)
        started++;
    (void)walk(&walkers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(walkers[i].thread, NULL);
}

static void add_counts(const struct walker *walkers, size_t count, struct fl_run_counts *counts)
{
    *counts = *fl_scan_counts(walkers[0].scan);
    for (size_t i = 1; i < count; i++) {
        const struct fl_run_counts *more = fl_scan_counts(walkers[i].scan);
        counts->rows_in += more->rows_in;
        counts->scored += more->scored;
        counts->after_as_of += more->after_as_of;
        counts->quarantined += more->quarantined;
    }
}

static fl_status run_pass(struct pass *pass, struct walker *walkers, struct fl_run_counts *counts,
                          struct fl_error *error)
{
    const struct fl_customer_pass_plan *plan = pass->plan;
    const uint32_t range_rows = plan->range_rows == 0 ? FL_RANGE_ROWS : plan->range_rows;
    size_t count = 1;
    fl_status status = open_walker(pass, &walkers[0], 0, error);
    if (status == FL_OK)
        status = fl_customer_ranges_cut(walkers[0].scan, plan->threads <= 1 ? 0 : range_rows, &pass->ranges,
                                        error);
    if (status != FL_OK)
        return status;
    const size_t wanted = affordable(pass, &walkers[0]);
    for (; count < wanted && status == FL_OK; count++)
        status = open_walker(pass, &walkers[count], count, error);
    if (status == FL_OK)
        status = plan->begin(plan->context, count, memory_left(pass, walkers, count), error);
    if (status != FL_OK)
        return status;
    run_all(walkers, count);
    if (pass->failed != NO_RANGE) {
        if (error != NULL)
            *error = pass->error;
        return pass->status;
    }
    add_counts(walkers, count, counts);
    return FL_OK;
}

fl_status fl_customer_pass(const struct fl_customer_pass_plan *plan, struct fl_run_counts *counts,
                           struct fl_error *error)
{
    const size_t threads = plan->threads == 0 ? 1 : plan->threads;
    struct pass pass = {.plan = plan, .failed = NO_RANGE};
    struct walker *walkers = calloc(threads, sizeof *walkers);
    if (walkers == NULL)
        return fl_fail_memory(error, threads * sizeof *walkers);
    pthread_mutex_init(&pass.lock, NULL);
    const fl_status status = run_pass(&pass, walkers, counts, error);
    for (size_t i = 0; i < threads; i++)
        close_walker(&walkers[i]);
    pthread_mutex_destroy(&pass.lock);
    fl_customer_ranges_release(&pass.ranges);
    free(walkers);
    return status;
}
