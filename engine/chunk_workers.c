/* chunk_workers.c - chunks of work that several threads take, one after the other. */
#include "engine/chunk_workers.h"

#include <pthread.h>
#include <stdatomic.h>

struct shared {
    const struct fl_chunk_work *work;
    atomic_size_t next_chunk;
};

struct worker {
    struct shared *shared;
    unsigned number;
    pthread_t thread;
};

static void *take_chunks(void *context)
{
    const struct worker *worker = context;
    const struct fl_chunk_work *work = worker->shared->work;
    for (;;) {
        const size_t chunk = atomic_fetch_add(&worker->shared->next_chunk, 1);
        if (chunk >= work->chunks)
            return NULL;
        work->take(work->context, worker->number, chunk);
    }
}

unsigned fl_chunk_workers(const struct fl_chunk_work *work)
{
    const unsigned threads = work->threads < FL_CHUNK_WORKERS_MAX ? work->threads : FL_CHUNK_WORKERS_MAX;
    const size_t workers = threads < work->chunks ? threads : work->chunks;
    return workers == 0 ? 1 : (unsigned)workers;
}

void fl_chunk_work(const struct fl_chunk_work *work)
{
    const unsigned wanted = fl_chunk_workers(work);
    struct shared shared = {.work = work};
    struct worker workers[FL_CHUNK_WORKERS_MAX];
    unsigned started = 1;
    for (unsigned i = 0; i < wanted; i++)
        workers[i] = (struct worker){.shared = &shared, .number = i};
    while (started < wanted &&
           pthread_create(&workers[started].thread, NULL, take_chunks, &workers[started]) == 0)
        started++;
    (void)take_chunks(&workers[0]);
    for (unsigned i = 1; i < started; i++)
        (void)pthread_join(workers[i].thread, NULL);
}
