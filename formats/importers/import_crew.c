/* import_crew.c - parses one input on several threads.
 *
 * The calling thread cuts the input into batches, and takes them in in their order. Others, and itself when
 * it has nothing better to do, make them: parse, map and pack their records. What a batch comes to does not
 * depend on who made it, nor on the number of threads. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "formats/importers/import_pass.h"

enum batch_state { BATCH_FREE, BATCH_WAITS, BATCH_IS_MADE, BATCH_DONE };

struct slot {
    struct fl_import_batch batch;
    enum batch_state state; /* under the lock */
};

struct crew;

struct member {
    struct crew *crew;
    struct fl_import_maker maker;
    pthread_t thread; /* of all but the first, which is the calling one */
};

struct crew {
    struct fl_import_pass *pass;
    struct slot *slots; /* batch number n is in slot n % slot_count */
    size_t slot_count;
    struct member *members;
    size_t member_count, started;
    uint64_t next_commit; /* the calling thread's own */
    bool at_end;          /* so is this: no further chunk can be cut */
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t moved; /* any of it has changed */
    uint64_t next_make, next_fill;
    bool closed; /* nobody wants more batches made */
};

/* --- making */

/* The next batch that waits, or NULL. Under the lock. */
static struct slot *take_slot(struct crew *crew)
{
    if (crew->next_make == crew->next_fill)
        return NULL;
    struct slot *slot = &crew->slots[crew->next_make++ % crew->slot_count];
    assert(slot->state == BATCH_WAITS);
    slot->state = BATCH_IS_MADE;
    return slot;
}

static void make(struct member *member, struct slot *slot)
{
    fl_import_batch_make(&member->maker, &slot->batch);
    pthread_mutex_lock(&member->crew->lock);
    slot->state = BATCH_DONE;
    pthread_cond_broadcast(&member->crew->moved);
    pthread_mutex_unlock(&member->crew->lock);
}

/* Waits for a batch to make; NULL when no more are wanted. */
static struct slot *await_slot(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    struct slot *slot = crew->closed ? NULL : take_slot(crew);
    while (slot == NULL && !crew->closed) {
        pthread_cond_wait(&crew->moved, &crew->lock);
        slot = crew->closed ? NULL : take_slot(crew);
    }
    pthread_mutex_unlock(&crew->lock);
    return slot;
}

static void *help(void *context)
{
    struct member *member = context;
    for (struct slot *slot = await_slot(member->crew); slot != NULL; slot = await_slot(member->crew))
        make(member, slot);
    return NULL;
}

/* --- what the calling thread does */

static fl_status fill(struct crew *crew, struct fl_error *error)
{
    struct slot *slot = &crew->slots[crew->next_fill % crew->slot_count];
    assert(slot->state == BATCH_FREE);
    struct fl_import_batch *batch = &slot->batch;
    const fl_status status =
        fl_csv_take_chunk(crew->pass->reading->reader, crew->pass->job->tuning->chunk_bytes, &batch->storage,
                          &batch->records, error);
    crew->at_end = status == FL_OK && batch->records.size == 0;
    if (status != FL_OK || crew->at_end)
        return status;
    pthread_mutex_lock(&crew->lock);
    slot->state = BATCH_WAITS;
    crew->next_fill++;
    pthread_cond_broadcast(&crew->moved);
    pthread_mutex_unlock(&crew->lock);
    return FL_OK;
}

static fl_status commit(struct crew *crew, struct slot *slot, struct fl_error *error)
{
    const fl_status status = fl_import_commit_batch(crew->pass, &slot->batch, error);
    slot->state = BATCH_FREE; /* nobody else looks at it before it is filled again */
    crew->next_commit++;
    return status;
}

enum step { STEP_FILL, STEP_COMMIT, STEP_MAKE, STEP_END };

/* What to do next: keep the others busy, then make room, then help; *slot for the latter two. */
static enum step next_step(struct crew *crew, struct slot **slot)
{
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        *slot = &crew->slots[crew->next_commit % crew->slot_count];
        const bool has_room = !crew->at_end && crew->next_fill - crew->next_commit < crew->slot_count;
        const bool is_done = crew->next_commit < crew->next_fill && (*slot)->state == BATCH_DONE;
        enum step step = STEP_END;
        if (has_room && crew->next_fill - crew->next_make < crew->member_count)
            step = STEP_FILL;
        else if (is_done)
            step = STEP_COMMIT;
        else if (crew->next_make < crew->next_fill)
            step = STEP_MAKE;
        else if (has_room)
            step = STEP_FILL;
        else if (crew->next_commit < crew->next_fill) {
            pthread_cond_wait(&crew->moved, &crew->lock);
            continue;
        }
        if (step == STEP_MAKE)
            *slot = take_slot(crew);
        pthread_mutex_unlock(&crew->lock);
        return step;
    }
}

static fl_status lead(struct crew *crew, struct fl_error *error)
{
    for (;;) {
        struct slot *slot;
        fl_status status = FL_OK;
        switch (next_step(crew, &slot)) {
        case STEP_FILL:
            status = fill(crew, error);
            break;
        case STEP_COMMIT:
            status = commit(crew, slot, error);
            break;
        case STEP_MAKE:
            make(&crew->members[0], slot);
            break;
        case STEP_END:
            /* What could not be cut into chunks: nothing, or a record that breaks the rules. */
            return fl_import_take_records(crew->pass, crew->pass->reading->reader, error);
        }
        if (status != FL_OK)
            return status;
    }
}

/* --- coming and going */

static fl_status open_crew(struct crew *crew, struct fl_error *error)
{
    const struct fl_import_job *job = crew->pass->job;
    crew->member_count = job->tuning->threads;
    crew->slot_count = fl_import_batch_count(job->tuning->threads);
    crew->members = calloc(crew->member_count, sizeof *crew->members);
    crew->slots = calloc(crew->slot_count, sizeof *crew->slots);
    if (crew->members == NULL || crew->slots == NULL)
        return fl_fail_memory(error, crew->slot_count * sizeof *crew->slots);
    for (size_t i = 0; i < crew->slot_count; i++) {
        if (!fl_import_batch_open(&crew->slots[i].batch, job))
            return fl_fail_memory(error, sizeof crew->slots[i]);
    }
    for (size_t i = 0; i < crew->member_count; i++) {
        crew->members[i].crew = crew;
        const fl_status status =
            fl_import_maker_open(&crew->members[i].maker, job, crew->pass->reading, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static void close_crew(struct crew *crew)
{
    for (size_t i = 0; crew->members != NULL && i < crew->member_count; i++)
        fl_import_maker_close(&crew->members[i].maker);
    for (size_t i = 0; crew->slots != NULL && i < crew->slot_count; i++)
        fl_import_batch_release(&crew->slots[i].batch);
    free(crew->members);
    free(crew->slots);
}

/* A thread that the system does not give is done without. */
static void start_helpers(struct crew *crew)
{
    crew->started = 1;
    while (crew->started < crew->member_count && pthread_create(&crew->members[crew->started].thread, NULL,
                                                                help, &crew->members[crew->started]) == 0)
        crew->started++;
}

static void end_helpers(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->closed = true;
    pthread_cond_broadcast(&crew->moved);
    pthread_mutex_unlock(&crew->lock);
    for (size_t i = 1; i < crew->started; i++)
        (void)pthread_join(crew->members[i].thread, NULL);
}

fl_status fl_import_take_by_crew(struct fl_import_pass *pass, struct fl_error *error)
{
    struct crew crew = {.pass = pass};
    fl_status status = open_crew(&crew, error);
    if (status == FL_OK) {
        pthread_mutex_init(&crew.lock, NULL);
        pthread_cond_init(&crew.moved, NULL);
        start_helpers(&crew);
        status = lead(&crew, error);
        end_helpers(&crew);
        pthread_cond_destroy(&crew.moved);
        pthread_mutex_destroy(&crew.lock);
    }
    close_crew(&crew);
    return status;
}
