/* chunk_workers.h - chunks of work that several threads take, one after the other. */
#ifndef ENGINE_CHUNK_WORKERS_H
#define ENGINE_CHUNK_WORKERS_H

#include <stddef.h>

enum { FL_CHUNK_WORKERS_MAX = 64 };

struct fl_chunk_work {
    size_t chunks;
    unsigned threads; /* at most; 0 is 1 */
    /* Called once for each chunk, by several threads at once; of those with the same `worker`, a number below
     * fl_chunk_workers(), one at a time. */
    void (*take)(void *context, unsigned worker, size_t chunk);
    void *context;
};

/* How many workers there are at most, at least 1. */
unsigned fl_chunk_workers(const struct fl_chunk_work *work);
/* Returns when all chunks are done. A thread that the system does not give is done without. */
void fl_chunk_work(const struct fl_chunk_work *work);

#endif
