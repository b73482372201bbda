/* value_pass.c - one pass over all purchases of a data folder, for a value fit.
 *
 * Threads take ranges of customers and collect on their own; the collections are joined at the end. */
#include "engine/value/value_pass.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/customer_facts.h"
#include "engine/customer_ranges.h"

#define NO_RANGE SIZE_MAX

/* What all threads share. */
struct pass {
    const struct fl_value_pass_plan *plan;
    struct fl_customer_ranges ranges;
    struct fl_facts_rules rules; /* of which the main category follows */
    /* Under the lock. */
    pthread_mutex_t lock;
    size_t next_range, failed; /* the first range that failed, or NO_RANGE */
    fl_status status;
    struct fl_error error;
    uint64_t rows_done;
};

struct collector {
    struct pass *pass;
    pthread_t thread;
    struct fl_scan *scan;
    struct fl_facts_maker maker;
    struct fl_day_facts days; /* of the customer in hand */
    bool has_customer;        /* whose rows come in pieces */
    struct fl_value_histories histories;
    uint64_t rows_told;
};

/* ---- one customer ---- */

static fl_status add_gaps(struct collector *collector, uint32_t category, struct fl_error *error)
{
    const struct fl_day_facts *days = &collector->days;
    const int32_t as_of_day = collector->pass->plan->scan.rules.as_of_day;
    int32_t before = 0;
    bool has_before = false;
    fl_status status = FL_OK;
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day && status == FL_OK; i++) {
        const struct fl_day_fact *fact = &days->days[i];
        if ((fact->events & FL_DAY_PURCHASE) == 0)
            continue;
        if (has_before)
            status =
                fl_value_histories_add_gaps(&collector->histories, category, fact->day - before, 1, error);
        before = fact->day;
        has_before = true;
    }
    return status;
}

/* What the days after the first with a purchase brought. */
static int64_t repeat_bought(const struct fl_day_facts *days, int32_t first_day, int32_t as_of_day)
{
    int64_t bought = 0;
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day; i++)
        bought += days->days[i].day > first_day ? days->days[i].bought : 0;
    return bought;
}

/* All rows of the customer in hand are there. */
static fl_status end_customer(struct collector *collector, struct fl_error *error)
{
    const int32_t as_of_day = collector->pass->plan->scan.rules.as_of_day;
    const struct fl_purchase_history history = fl_purchase_history_of(&collector->days, as_of_day);
    fl_status status = FL_OK;
    if (history.days > 0) {
        const struct fl_value_history value = {.repeat_days = history.days - 1,
                                               .last_days = history.last - history.first,
                                               .age_days = as_of_day - history.first,
                                               .repeat_bought =
                                                   repeat_bought(&collector->days, history.first, as_of_day)};
        status = fl_value_histories_add(&collector->histories, &value, error);
    }
    if (status == FL_OK && history.days > 1)
        status = add_gaps(collector, fl_main_category(&collector->maker, &collector->days, as_of_day), error);
    fl_day_facts_begin(&collector->days);
    return status;
}

/* ---- one range ---- */

static fl_status add_rows(struct collector *collector, const struct fl_scan_piece *piece, size_t customer,
                          struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, customer);
    const size_t from = (size_t)(rows.day - piece->scopes.rows.day);
    const uint32_t *categories = piece->words[FL_WORDED_CATEGORY];
    return fl_day_facts_add(&collector->days, &rows, categories == NULL ? NULL : categories + from, error);
}

static fl_status take_piece(struct collector *collector, const struct fl_scan_piece *piece,
                            struct fl_error *error)
{
    fl_status status = FL_OK;
    if (!piece->whole) {
        collector->has_customer = true;
        return add_rows(collector, piece, 0, error);
    }
    for (size_t i = 0; i < piece->scopes.count && status == FL_OK; i++) {
        status = add_rows(collector, piece, i, error);
        if (status == FL_OK)
            status = end_customer(collector, error);
    }
    return status;
}

static fl_status run_range(struct collector *collector, size_t range, struct fl_error *error)
{
    const struct fl_customer_ranges *ranges = &collector->pass->ranges;
    fl_scan_range(collector->scan, ranges->first[range], fl_customer_ranges_last(ranges, range));
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(collector->scan, &piece, error);
        if (status == FL_OK && collector->has_customer && (piece.scopes.count == 0 || piece.first)) {
            collector->has_customer = false;
            status = end_customer(collector, error);
        }
        if (status == FL_OK && piece.scopes.count > 0)
            status = take_piece(collector, &piece, error);
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

static void *collect(void *context)
{
    struct collector *collector = context;
    size_t range;
    while (take_range(collector->pass, &range)) {
        struct fl_error error;
        fl_error_clear(&error);
        const fl_status status = run_range(collector, range, &error);
        if (status != FL_OK) {
            note_failure(collector->pass, range, status, &error);
            break;
        }
    }
    return NULL;
}

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct collector *collector = context;
    struct pass *pass = collector->pass;
    const struct fl_scan_plan *scan = &pass->plan->scan;
    int stop = 0;
    pthread_mutex_lock(&pass->lock);
    pass->rows_done += rows_done - collector->rows_told;
    collector->rows_told = rows_done;
    if (scan->progress != NULL)
        stop = scan->progress(scan->progress_context, pass->rows_done, rows_all);
    pthread_mutex_unlock(&pass->lock);
    return stop;
}

static fl_status open_collector(struct pass *pass, struct collector *collector, struct fl_error *error)
{
    struct fl_scan_plan scan = pass->plan->scan;
    const struct fl_model *model = pass->plan->model;
    collector->pass = pass;
    scan.progress = on_progress;
    scan.progress_context = collector;
    fl_day_facts_init(&collector->days, &model->registry, pass->plan->memory_bytes);
    fl_day_facts_begin(&collector->days);
    collector->histories.minor_units = 1;
    for (int place = fl_currency_places(model->settings.currency, 3); place > 0; place--)
        collector->histories.minor_units *= 10;
    fl_status status = fl_facts_maker_init(&collector->maker, &pass->rules, error);
    return status == FL_OK ? fl_scan_open(&scan, &collector->scan, error) : status;
}

static void close_collector(struct collector *collector)
{
    fl_scan_close(collector->scan);
    fl_facts_maker_release(&collector->maker);
    fl_day_facts_release(&collector->days);
    fl_value_histories_release(&collector->histories);
}

/* As many as there are buffers for; the first is open. A quarter of the memory is for scans, the rest for
 * what is collected. */
static size_t affordable(const struct pass *pass, const struct collector *first)
{
    const uint64_t each = fl_scan_memory(first->scan);
    const uint64_t count = pass->plan->memory_bytes / 4 / (each == 0 ? 1 : each);
    size_t threads = pass->plan->threads == 0 ? 1 : pass->plan->threads;
    threads = threads < count ? threads : (size_t)count;
    threads = threads < pass->ranges.count ? threads : pass->ranges.count;
    return threads == 0 ? 1 : threads;
}

/* Beside the scans, which are counted with the words they share. */
static uint64_t memory_left(const struct pass *pass, const struct collector *collectors, size_t count)
{
    const uint64_t scans_bytes = fl_scan_memory(collectors[0].scan) * count;
    return pass->plan->memory_bytes > scans_bytes ? pass->plan->memory_bytes - scans_bytes : 0;
}

static void run_all(struct collector *collectors, size_t count)
{
    size_t started = 1;
    while (started < count &&
           pthread_create(&collectors[started].thread, NULL, collect, &collectors[started]) == 0)
        started++;
    (void)collect(&collectors[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(collectors[i].thread, NULL);
}

static fl_status join_all(const struct pass *pass, struct collector *collectors, size_t count,
                          struct fl_value_histories *histories, struct fl_run_counts *counts,
                          struct fl_error *error)
{
    fl_status status = FL_OK;
    *histories = collectors[0].histories;
    collectors[0].histories = (struct fl_value_histories){0};
    histories->memory_bytes = memory_left(pass, collectors, count);
    *counts = *fl_scan_counts(collectors[0].scan);
    for (size_t i = 1; i < count && status == FL_OK; i++) {
        const struct fl_run_counts *more = fl_scan_counts(collectors[i].scan);
        counts->rows_in += more->rows_in;
        counts->scored += more->scored;
        counts->after_as_of += more->after_as_of;
        counts->quarantined += more->quarantined;
        status = fl_value_histories_join(histories, &collectors[i].histories, error);
    }
    counts->customers = histories->customers;
    return status;
}

static fl_status run_pass(struct pass *pass, struct collector *collectors,
                          struct fl_value_histories *histories, struct fl_run_counts *counts,
                          struct fl_error *error)
{
    const unsigned threads = pass->plan->threads;
    const uint32_t range_rows = pass->plan->range_rows == 0 ? FL_RANGE_ROWS : pass->plan->range_rows;
    size_t count = 1;
    fl_status status = open_collector(pass, &collectors[0], error);
    if (status == FL_OK)
        status =
            fl_customer_ranges_cut(collectors[0].scan, threads <= 1 ? 0 : range_rows, &pass->ranges, error);
    if (status != FL_OK)
        return status;
    const size_t wanted = affordable(pass, &collectors[0]);
    while (count < wanted && status == FL_OK)
        status = open_collector(pass, &collectors[count++], error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        collectors[i].histories.memory_bytes = memory_left(pass, collectors, count) / count;
    run_all(collectors, count);
    if (pass->failed != NO_RANGE) {
        if (error != NULL)
            *error = pass->error;
        return pass->status;
    }
    return join_all(pass, collectors, count, histories, counts, error);
}

fl_status fl_value_pass(const struct fl_value_pass_plan *plan, struct fl_value_histories *histories,
                        struct fl_run_counts *counts, struct fl_error *error)
{
    const size_t threads = plan->threads == 0 ? 1 : plan->threads;
    struct pass pass = {.plan = plan, .failed = NO_RANGE};
    pass.rules = (struct fl_facts_rules){
        .value = &plan->model->settings.value,
        .life = &plan->model->settings.life,
        .gap_days = plan->model->settings.life.default_gap_days,
        .category_count =
            plan->scan.words == NULL ? 0 : plan->scan.words->words[FL_WORDED_CATEGORY].words.count,
    };
    struct collector *collectors = calloc(threads, sizeof *collectors);
    if (collectors == NULL)
        return fl_fail_memory(error, threads * sizeof *collectors);
    pthread_mutex_init(&pass.lock, NULL);
    fl_status status = run_pass(&pass, collectors, histories, counts, error);
    for (size_t i = 0; i < threads; i++)
        close_collector(&collectors[i]);
    pthread_mutex_destroy(&pass.lock);
    fl_customer_ranges_release(&pass.ranges);
    free(collectors);
    return status;
}
