/* workers.c - scores all customers on several threads; results come out in customer order.
 *
 * Each worker takes the next range. The head is the first range whose results are not all in the sink: its
 * worker puts them there as they come; any other keeps them in a batch, and waits to become the head when the
 * batch is full. Whoever ends the head passes on the batches of the ranges behind it that are done. So the
 * sink needs no thread of its own: while one worker is busy with it, the others score. */
#include "engine/workers.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine/customer_ranges.h"
#include "engine/result_batch.h"

#define NO_RANGE SIZE_MAX

struct worker {
    struct fl_workers *workers;
    struct fl_range_scorer *scorer;
    pthread_t thread;
    struct fl_result_batch *batch; /* NULL: of the only worker */
    size_t range;
    bool is_head;
    uint64_t rows_told; /* of progress */
};

struct fl_workers {
    struct fl_range_scorer_plan plan;
    struct fl_customer_ranges ranges;
    struct worker *workers;
    size_t count;
    fl_result_sink *sink;
    void *sink_context;
    struct fl_result_batch **done; /* by range: its results, all of them, waiting */
    /* All below, and `done`, under the lock; `moved` when any of it has changed. */
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct fl_result_batch **free_batches;
    size_t free_count;
    size_t next_range, head;
    size_t failed; /* the first range that failed, or NO_RANGE */
    fl_status status;
    struct fl_error error;
    uint64_t rows_done;
};

/* ---- what happens to a range ---- */

/* Of several failures the first range's is kept: it does not depend on who was faster, since ranges are taken
 * in order and those before it go on. */
static void note_failure(struct fl_workers *workers, size_t range, fl_status status,
                         const struct fl_error *error)
{
    pthread_mutex_lock(&workers->lock);
    if (range < workers->failed) {
        workers->failed = range;
        workers->status = status;
        workers->error = *error;
    }
    pthread_cond_broadcast(&workers->moved);
    pthread_mutex_unlock(&workers->lock);
}

static fl_status give_up(struct fl_error *error)
{
    return fl_fail(error, FL_INTERRUPTED, "customers of an earlier range could not be scored");
}

/* Called for each block. */
static int on_progress(void *context, uint64_t rows_done, uint64_t rows_all)
{
    struct worker *worker = context;
    struct fl_workers *workers = worker->workers;
    const struct fl_scan_plan *plan = &workers->plan.scan;
    pthread_mutex_lock(&workers->lock);
    workers->rows_done += rows_done - worker->rows_told;
    worker->rows_told = rows_done;
    int stop = workers->failed < worker->range;
    if (stop == 0 && plan->progress != NULL)
        stop = plan->progress(plan->progress_context, workers->rows_done, rows_all);
    pthread_mutex_unlock(&workers->lock);
    return stop;
}

static fl_status sink_batch(const struct fl_workers *workers, struct fl_result_batch *batch,
                            struct fl_error *error)
{
    return fl_result_batch_sink(batch, workers->sink, workers->sink_context, error);
}

/* Waits until the worker's range is the head, then empties its batch. */
static fl_status become_head(struct worker *worker, struct fl_error *error)
{
    struct fl_workers *workers = worker->workers;
    pthread_mutex_lock(&workers->lock);
    while (workers->head != worker->range && workers->failed > worker->range)
        pthread_cond_wait(&workers->moved, &workers->lock);
    worker->is_head = workers->head == worker->range;
    pthread_mutex_unlock(&workers->lock);
    return worker->is_head ? sink_batch(workers, worker->batch, error) : give_up(error);
}

static fl_status put(void *context, const struct fl_results *results, struct fl_error *error)
{
    struct worker *worker = context;
    struct fl_results left = *results;
    if (!worker->is_head) {
        fl_results_pass(&left, fl_result_batch_keep(worker->batch, results));
        if (left.count == 0)
            return FL_OK;
        fl_status status = become_head(worker, error);
        if (status != FL_OK)
            return status;
    }
    return worker->workers->sink(worker->workers->sink_context, &left, error);
}

/* The head is done: goes on to the first range that is not, passing on what waits. Called and left under the
 * lock. */
static fl_status move_head(struct fl_workers *workers, struct fl_error *error)
{
    fl_status status = FL_OK;
    workers->head++;
    while (status == FL_OK && workers->head < workers->ranges.count && workers->done[workers->head] != NULL) {
        struct fl_result_batch *batch = workers->done[workers->head];
        pthread_mutex_unlock(&workers->lock);
        status = sink_batch(workers, batch, error);
        pthread_mutex_lock(&workers->lock);
        workers->done[workers->head] = NULL;
        workers->free_batches[workers->free_count++] = batch;
        if (status == FL_OK)
            workers->head++;
        pthread_cond_broadcast(&workers->moved);
    }
    pthread_cond_broadcast(&workers->moved);
    return status;
}

/* Leaves the batch to whoever ends the range before, and takes another. */
static fl_status leave_batch(struct worker *worker, struct fl_error *error)
{
    struct fl_workers *workers = worker->workers;
    workers->done[worker->range] = worker->batch;
    worker->batch = NULL;
    while (workers->free_count == 0 && workers->failed == NO_RANGE)
        pthread_cond_wait(&workers->moved, &workers->lock);
    if (workers->free_count == 0)
        return give_up(error);
    worker->batch = workers->free_batches[--workers->free_count];
    return FL_OK;
}

static fl_status end_range(struct worker *worker, size_t *failed, struct fl_error *error)
{
    struct fl_workers *workers = worker->workers;
    fl_status status = FL_OK;
    pthread_mutex_lock(&workers->lock);
    const bool is_head = workers->head == worker->range;
    if (is_head && worker->batch != NULL) {
        pthread_mutex_unlock(&workers->lock);
        status = sink_batch(workers, worker->batch, error);
        pthread_mutex_lock(&workers->lock);
    }
    if (status == FL_OK)
        status = is_head ? move_head(workers, error) : leave_batch(worker, error);
    *failed = is_head ? workers->head : NO_RANGE - 1; /* another's failure comes before any of ours */
    pthread_mutex_unlock(&workers->lock);
    return status;
}

/* ---- threads ---- */

static bool take_range(struct worker *worker)
{
    struct fl_workers *workers = worker->workers;
    pthread_mutex_lock(&workers->lock);
    const bool more = workers->next_range < workers->ranges.count && workers->failed == NO_RANGE;
    worker->range = more ? workers->next_range++ : NO_RANGE;
    worker->is_head = more && workers->head == worker->range;
    pthread_mutex_unlock(&workers->lock);
    return more;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct fl_workers *workers = worker->workers;
    while (take_range(worker)) {
        struct fl_error error;
        fl_error_clear(&error);
        size_t failed = worker->range;
        fl_status status = fl_range_scorer_run(worker->scorer, workers->ranges.first[worker->range],
                                               fl_customer_ranges_last(&workers->ranges, worker->range), put,
                                               worker, &error);
        if (status == FL_OK)
            status = end_range(worker, &failed, &error);
        if (status != FL_OK) {
            note_failure(workers, failed, status, &error);
            break;
        }
    }
    return NULL;
}

/* The calling thread is the first worker. A thread that the system does not give is done without: the others
 * take its ranges. */
static void work_on_all(struct fl_workers *workers)
{
    size_t started = 1;
    while (started < workers->count &&
           pthread_create(&workers->workers[started].thread, NULL, work, &workers->workers[started]) == 0)
        started++;
    (void)work(&workers->workers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(workers->workers[i].thread, NULL);
}

static void add_counts(const struct fl_run_counts *from, struct fl_run_counts *to)
{
    to->rows_in += from->rows_in;
    to->scored += from->scored;
    to->after_as_of += from->after_as_of;
    to->not_yet_known += from->not_yet_known;
    to->quarantined += from->quarantined;
    to->late += from->late;
    to->late_reported += from->late_reported;
    to->customers += from->customers;
    for (size_t type = 0; type < FL_TYPES_MAX; type++)
        to->quarantined_by_type[type] += from->quarantined_by_type[type];
}

fl_status fl_workers_run(struct fl_workers *workers, fl_result_sink *sink, void *context,
                         struct fl_run_counts *counts, struct fl_error *error)
{
    const size_t nights = workers->plan.night_count == 0 ? 1 : workers->plan.night_count;
    workers->sink = sink;
    workers->sink_context = context;
    work_on_all(workers);
    for (size_t night = 0; night < nights; night++) {
        counts[night] = (struct fl_run_counts){0};
        for (size_t i = 0; i < workers->count; i++) {
            const struct fl_run_counts of_worker = fl_range_scorer_counts(workers->workers[i].scorer, night);
            add_counts(&of_worker, &counts[night]);
        }
    }
    assert(workers->failed != NO_RANGE || workers->head == workers->ranges.count);
    if (workers->failed != NO_RANGE && error != NULL)
        *error = workers->error;
    return workers->status;
}

struct fl_tag_message_counts fl_workers_messages(const struct fl_workers *workers)
{
    struct fl_tag_message_counts all = {0};
    for (size_t i = 0; i < workers->count; i++) {
        const struct fl_tag_message_counts of_worker = fl_range_scorer_messages(workers->workers[i].scorer);
        all.messages += of_worker.messages;
        all.cut += of_worker.cut;
    }
    return all;
}

/* ---- opening ---- */

/* Whether customers have more results than their own. */
static bool has_many_results(const struct fl_range_scorer_plan *plan)
{
    bool many = plan->rules.types != NULL || plan->night_count > 1;
    for (int scope = 0; scope < FL_SCOPES; scope++)
        many = many || fl_scores_words(&plan->rules, (enum fl_scope)scope);
    return many;
}

static struct fl_result_batch_plan batch_plan(const struct fl_range_scorer_plan *plan)
{
    return (struct fl_result_batch_plan){.many = has_many_results(plan),
                                         .facts = plan->rules.facts != NULL,
                                         .tags = plan->tags != NULL,
                                         .hits = plan->wants_hits};
}

/* Two for each worker: one in hand, one that waits. */
static fl_status make_batches(struct fl_workers *workers, struct fl_error *error)
{
    const struct fl_result_batch_plan plan = batch_plan(&workers->plan);
    const size_t wanted = 2 * workers->count;
    workers->free_batches = calloc(wanted, sizeof(struct fl_result_batch *));
    if (workers->free_batches == NULL)
        return fl_fail_memory(error, wanted * sizeof(struct fl_result_batch *));
    for (; workers->free_count < wanted; workers->free_count++) {
        struct fl_result_batch *batch = fl_result_batch_create(&plan);
        if (batch == NULL)
            return fl_fail_memory(error, fl_result_batch_memory(&plan));
        workers->free_batches[workers->free_count] = batch;
    }
    for (size_t i = 0; i < workers->count; i++)
        workers->workers[i].batch = workers->free_batches[--workers->free_count];
    return FL_OK;
}

static fl_status open_worker(struct fl_workers *workers, struct fl_error *error)
{
    struct worker *worker = &workers->workers[workers->count];
    worker->workers = workers;
    worker->range = NO_RANGE;
    struct fl_range_scorer_plan plan = workers->plan;
    plan.scan.progress = on_progress;
    plan.scan.progress_context = worker;
    fl_status status = fl_range_scorer_open(&plan, &worker->scorer, error);
    workers->count += status == FL_OK;
    return status;
}

/* What one more worker holds: its scan, the tags of a range, its ways through the profiles, through the night
 * before, its batch, one that waits. */
static size_t affordable_workers(const struct fl_workers *workers, unsigned wanted)
{
    const struct fl_range_scorer_plan *plan = &workers->plan;
    const struct fl_result_batch_plan batch = batch_plan(plan);
    const bool joins = plan->rules.facts != NULL && plan->profiles != NULL;
    const uint64_t join_bytes = joins ? fl_profile_join_memory(plan->profiles, FL_PROFILE_WITH_ALL) : 0;
    const uint64_t tag_bytes = plan->tags == NULL ? 0 : fl_tag_range_memory(plan->tags);
    const uint64_t scan_bytes = plan->tags_only ? 0 : fl_scan_memory(fl_workers_scan(workers));
    const uint64_t each = scan_bytes + tag_bytes + 2 * fl_result_batch_memory(&batch) + join_bytes +
                          fl_range_scorer_previous_memory(workers->workers[0].scorer);
    const uint64_t affordable = workers->plan.scan.memory_bytes / each;
    const uint64_t count = wanted < affordable ? wanted : affordable;
    return count == 0 ? 1 : (size_t)count;
}

/* The workers beside the first. */
static fl_status open_others(struct fl_workers *workers, unsigned threads, struct fl_error *error)
{
    const size_t affordable = affordable_workers(workers, threads);
    const size_t wanted = affordable < workers->ranges.count ? affordable : workers->ranges.count;
    workers->done = calloc(workers->ranges.count, sizeof(struct fl_result_batch *));
    if (workers->done == NULL)
        return fl_fail_memory(error, workers->ranges.count * sizeof(struct fl_result_batch *));
    while (workers->count < wanted) {
        fl_status status = open_worker(workers, error);
        if (status != FL_OK)
            return status;
    }
    return workers->count > 1 ? make_batches(workers, error) : FL_OK;
}

/* Cuts cost something, and one thread needs none but where the tags of a range wait in memory for its rows.
 */
static uint32_t range_rows(const struct fl_range_scorer_plan *plan, unsigned threads)
{
    if (threads == 1 && plan->tags == NULL)
        return 0;
    if (plan->range_rows != 0)
        return plan->range_rows;
    return has_many_results(plan) ? FL_BLOCK_ROWS_MAX : FL_RANGE_ROWS;
}

fl_status fl_workers_open(const struct fl_range_scorer_plan *plan, unsigned threads,
                          struct fl_workers **workers, struct fl_error *error)
{
    *workers = NULL;
    threads = threads == 0 ? 1 : threads;
    struct fl_workers *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->plan = *plan;
    opened->failed = NO_RANGE;
    pthread_mutex_init(&opened->lock, NULL);
    pthread_cond_init(&opened->moved, NULL);
    opened->workers = calloc(threads, sizeof *opened->workers);
    fl_status status = opened->workers == NULL ? fl_fail_memory(error, threads * sizeof *opened->workers)
                                               : open_worker(opened, error);
    if (status == FL_OK)
        status = fl_customer_ranges_cut(fl_workers_scan(opened), range_rows(plan, threads), &opened->ranges,
                                        error);
    if (status == FL_OK)
        status = open_others(opened, threads, error);
    if (status != FL_OK) {
        fl_workers_close(opened);
        return status;
    }
    *workers = opened;
    return FL_OK;
}

const struct fl_scan *fl_workers_scan(const struct fl_workers *workers)
{
    return fl_range_scorer_scan(workers->workers[0].scorer);
}

void fl_workers_close(struct fl_workers *workers)
{
    if (workers == NULL)
        return;
    for (size_t i = 0; i < workers->count; i++) {
        fl_range_scorer_close(workers->workers[i].scorer);
        fl_result_batch_free(workers->workers[i].batch);
    }
    for (size_t range = 0; workers->done != NULL && range < workers->ranges.count; range++)
        fl_result_batch_free(workers->done[range]);
    for (size_t i = 0; i < workers->free_count; i++)
        fl_result_batch_free(workers->free_batches[i]);
    fl_customer_ranges_release(&workers->ranges);
    pthread_cond_destroy(&workers->moved);
    pthread_mutex_destroy(&workers->lock);
    free(workers->free_batches);
    free(workers->done);
    free(workers->workers);
    free(workers);
}
