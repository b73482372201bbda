/* chunked_sum.c - sums of doubles over many items by several threads, always added in the same order. */
#include "engine/value/chunked_sum.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { THREADS_MAX = 64 };

struct work {
    const struct fl_chunked_sum *sum;
    atomic_size_t next_chunk;
};

size_t fl_chunk_count(size_t items)
{
    return (items + FL_CHUNK_ITEMS - 1) / FL_CHUNK_ITEMS;
}

static void *take_chunks(void *context)
{
    struct work *work = context;
    const struct fl_chunked_sum *sum = work->sum;
    const size_t chunks = fl_chunk_count(sum->items);
    for (;;) {
        const size_t chunk = atomic_fetch_add(&work->next_chunk, 1);
        if (chunk >= chunks)
            return NULL;
        const size_t first = chunk * FL_CHUNK_ITEMS, left = sum->items - first;
        memset(sum->partials[chunk], 0, sizeof sum->partials[chunk]);
        sum->add(sum->context, first, left < FL_CHUNK_ITEMS ? left : FL_CHUNK_ITEMS, sum->partials[chunk]);
    }
}

/* A thread that the system does not give is done without. */
void fl_chunked_sum(const struct fl_chunked_sum *sum, double totals[FL_CHUNK_SUMS])
{
    const size_t chunks = fl_chunk_count(sum->items);
    const size_t wanted = sum->threads < chunks ? sum->threads : chunks;
    pthread_t threads[THREADS_MAX];
    struct work work = {.sum = sum};
    size_t started = 0;
    while (started + 1 < wanted && started < THREADS_MAX &&
           pthread_create(&threads[started], NULL, take_chunks, &work) == 0)
        started++;
    (void)take_chunks(&work);
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    memset(totals, 0, FL_CHUNK_SUMS * sizeof *totals);
    for (size_t chunk = 0; chunk < chunks; chunk++)
        for (int i = 0; i < FL_CHUNK_SUMS; i++)
            totals[i] += sum->partials[chunk][i];
}
