/* scan_pass.c - one pass over the rows of all customers of a data folder, on several threads. */
#include "engine/scan_pass.h"

#include <pthread.h>
#include <stdlib.h>

#include "engine/customer_ranges.h"

#define NO_RANGE SIZE_MAX

struct reader {
    struct fl_scan_pass *pass;
    pthread_t thread;
    struct fl_scan *scan;
    void *collector;
    bool has_customer; /* whose rows come in pieces */
    int64_t customer;
    uint64_t rows_told;
};

struct fl_scan_pass {
    struct fl_scan_pass_plan plan;
    struct fl_scan_taker taker;
    struct fl_customer_ranges ranges;
    struct reader *readers;
    size_t reader_count;
    /* Under the lock. */
    pthread_mutex_t lock;
    size_t next_range, failed; /* the first range that failed, or NO_RANGE */
    fl_status status;
    struct fl_error error;
    uint64_t rows_done;
};

/* ---- one range ---- */

static fl_status add_rows(struct reader *reader, const struct fl_scan_piece *piece, size_t customer,
                          struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, customer);
    const size_t from = (size_t)(rows.day - piece->scopes.rows.day);
    const uint32_t *words[FL_WORDED_SCOPES];
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        words[scope] = piece->words[scope] == NULL ? NULL : piece->words[scope] + from;
    return reader->pass->taker.add(reader->collector, &rows, words, error);
}

static fl_status end_customer(struct reader *reader, int64_t customer, struct fl_error *error)
{
    return reader->pass->taker.end(reader->collector, customer, error);
}

static fl_status take_piece(struct reader *reader, const struct fl_scan_piece *piece, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (!piece->whole) {
        reader->has_customer = true;
        reader->customer = piece->customers[0];
        return add_rows(reader, piece, 0, error);
    }
    for (size_t i = 0; i < piece->scopes.count && status == FL_OK; i++) {
        status = add_rows(reader, piece, i, error);
        if (status == FL_OK)
            status = end_customer(reader, piece->customers[i], error);
    }
    return status;
}

static fl_status run_range(struct reader *reader, size_t range, struct fl_error *error)
{
    const struct fl_customer_ranges *ranges = &reader->pass->ranges;
    fl_scan_range(reader->scan, ranges->first[range], fl_customer_ranges_last(ranges, range));
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(reader->scan, &piece, error);
        if (status == FL_OK && reader->has_customer && (piece.scopes.count == 0 || piece.first)) {
            reader->has_customer = false;
            status = end_customer(reader, reader->customer, error);
        }
        if (status == FL_OK && piece.scopes.count > 0)
            status = take_piece(reader, &piece, error);
        if (status != FL_OK || piece.scopes.count == 0)
            return status;
    }
}

/* ---- threads ---- */

/* False: none is left, or one in front of it has failed. */
static bool take_range(struct fl_scan_pass *pass, size_t *range)
{
    pthread_mutex_lock(&pass->lock);
    *range = pass->next_range;
    const bool taken = *range < pass->ranges.count && pass->failed == NO_RANGE;
    pass->next_range += taken;
    pthread_mutex_unlock(&pass->lock);
    return taken;
}

/* Ranges are taken in order, so those before a failure go on and theirs is told if they fail too. */
static void note_failure(struct fl_scan_pass *pass, size_t range, fl_status status,
                         const struct fl_error *error)
{
    pthread_mutex_lock(&pass->lock);
    if (range < pass->failed) {
        pass->failed = range;
        pass->status = status;
        pass->error = *error;
    }
    pthread_mutex_unlock(&pass->lock);
}

static void *read_ranges(void *context)
{
    struct reader *reader = context;
    size_t range;
    while (take_range(reader->pass, &range)) {
        struct fl_error error;
        fl_error_clear(&error);
        const fl_status status = run_range(reader, range, &error);
        if (status != FL_OK) {
            note_failure(reader->pass, range, status, &error);
            break;
        }
    }
    return NULL;
}

static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct reader *reader = context;
    struct fl_scan_pass *pass = reader->pass;
    const struct fl_scan_plan *scan = &pass->plan.scan;
    int stop = 0;
    pthread_mutex_lock(&pass->lock);
    pass->rows_done += rows_done - reader->rows_told;
    reader->rows_told = rows_done;
    if (scan->progress != NULL)
        stop = scan->progress(scan->progress_context, pass->rows_done, rows_all);
    pthread_mutex_unlock(&pass->lock);
    return stop;
}

fl_status fl_scan_pass_run(struct fl_scan_pass *pass, const struct fl_scan_taker *taker, void *collectors,
                           size_t collector_size, struct fl_error *error)
{
    size_t started = 1;
    pass->taker = *taker;
    for (size_t i = 0; i < pass->reader_count; i++)
        pass->readers[i].collector = (uint8_t *)collectors + i * collector_size;
    while (started < pass->reader_count &&
           pthread_create(&pass->readers[started].thread, NULL, read_ranges, &pass->readers[started]) == 0)
        started++;
    (void)read_ranges(&pass->readers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(pass->readers[i].thread, NULL);
    if (pass->failed != NO_RANGE && error != NULL)
        *error = pass->error;
    return pass->status;
}

/* ---- opening ---- */

static fl_status open_reader(struct fl_scan_pass *pass, struct fl_error *error)
{
    struct reader *reader = &pass->readers[pass->reader_count++];
    struct fl_scan_plan scan = pass->plan.scan;
    reader->pass = pass;
    scan.progress = on_progress;
    scan.progress_context = reader;
    return fl_scan_open(&scan, &reader->scan, error);
}

/* As many as there are buffers for; the first is open. A quarter of the memory is for scans, the rest for
 * what is collected. */
static size_t affordable(const struct fl_scan_pass *pass, size_t threads)
{
    const uint64_t each = fl_scan_memory(pass->readers[0].scan);
    const uint64_t count = pass->plan.scan.memory_bytes / 4 / (each == 0 ? 1 : each);
    threads = threads < count ? threads : (size_t)count;
    threads = threads < pass->ranges.count ? threads : pass->ranges.count;
    return threads == 0 ? 1 : threads;
}

static fl_status open_readers(struct fl_scan_pass *pass, size_t threads, struct fl_error *error)
{
    const uint32_t range_rows = pass->plan.range_rows == 0 ? FL_RANGE_ROWS : pass->plan.range_rows;
    fl_status status = open_reader(pass, error);
    if (status == FL_OK)
        status = fl_customer_ranges_cut(pass->readers[0].scan, threads == 1 ? 0 : range_rows, &pass->ranges,
                                        error);
    if (status != FL_OK)
        return status;
    const size_t wanted = affordable(pass, threads);
    while (pass->reader_count < wanted && status == FL_OK)
        status = open_reader(pass, error);
    return status;
}

fl_status fl_scan_pass_open(const struct fl_scan_pass_plan *plan, struct fl_scan_pass **pass,
                            struct fl_error *error)
{
    const size_t threads = plan->threads == 0 ? 1 : plan->threads;
    *pass = NULL;
    struct fl_scan_pass *opened = calloc(1, sizeof *opened);
    struct reader *readers = calloc(threads, sizeof *readers);
    if (opened == NULL || readers == NULL) {
        free(opened);
        free(readers);
        return fl_fail_memory(error, sizeof *opened + threads * sizeof *readers);
    }
    *opened = (struct fl_scan_pass){.plan = *plan, .readers = readers, .failed = NO_RANGE};
    pthread_mutex_init(&opened->lock, NULL);
    const fl_status status = open_readers(opened, threads, error);
    if (status != FL_OK)
        fl_scan_pass_close(opened);
    else
        *pass = opened;
    return status;
}

void fl_scan_pass_close(struct fl_scan_pass *pass)
{
    if (pass == NULL)
        return;
    for (size_t i = 0; i < pass->reader_count; i++)
        fl_scan_close(pass->readers[i].scan);
    free(pass->readers);
    pthread_mutex_destroy(&pass->lock);
    fl_customer_ranges_release(&pass->ranges);
    free(pass);
}

size_t fl_scan_pass_threads(const struct fl_scan_pass *pass)
{
    return pass->reader_count;
}

uint64_t fl_scan_pass_memory_left(const struct fl_scan_pass *pass)
{
    const uint64_t memory_bytes = pass->plan.scan.memory_bytes;
    const uint64_t scans_bytes = fl_scan_memory(pass->readers[0].scan) * pass->reader_count;
    return memory_bytes > scans_bytes ? memory_bytes - scans_bytes : 0;
}

fl_status fl_scan_pass_check_memory(const char *what, size_t threads, uint64_t needed_bytes,
                                    uint64_t most_bytes, struct fl_error *error)
{
    if (needed_bytes <= most_bytes)
        return FL_OK;
    return fl_fail(error, FL_LIMIT,
                   "%s on %zu threads need %llu bytes, at most %llu: raise --memory, or take fewer --threads",
                   what, threads, (unsigned long long)needed_bytes, (unsigned long long)most_bytes);
}

struct fl_run_counts fl_scan_pass_counts(const struct fl_scan_pass *pass)
{
    struct fl_run_counts counts = *fl_scan_counts(pass->readers[0].scan);
    for (size_t i = 1; i < pass->reader_count; i++) {
        const struct fl_run_counts *more = fl_scan_counts(pass->readers[i].scan);
        counts.rows_in += more->rows_in;
        counts.scored += more->scored;
        counts.after_as_of += more->after_as_of;
        counts.quarantined += more->quarantined;
    }
    return counts;
}
