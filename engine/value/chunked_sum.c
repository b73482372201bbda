/* chunked_sum.c - sums of doubles over many items by several threads, always added in the same order. */
#include "engine/value/chunked_sum.h"

#include <string.h>

#include "engine/chunk_workers.h"

size_t fl_chunk_count(size_t items)
{
    return (items + FL_CHUNK_ITEMS - 1) / FL_CHUNK_ITEMS;
}

static void sum_chunk(void *context, unsigned worker, size_t chunk)
{
    const struct fl_chunked_sum *sum = context;
    const size_t first = chunk * FL_CHUNK_ITEMS, left = sum->items - first;
    (void)worker;
    memset(sum->partials[chunk], 0, sizeof sum->partials[chunk]);
    sum->add(sum->context, first, left < FL_CHUNK_ITEMS ? left : FL_CHUNK_ITEMS, sum->partials[chunk]);
}

void fl_chunked_sum(const struct fl_chunked_sum *sum, double totals[FL_CHUNK_SUMS])
{
    const size_t chunks = fl_chunk_count(sum->items);
    struct fl_chunked_sum copy = *sum;
    fl_chunk_work(&(struct fl_chunk_work){chunks, sum->threads, sum_chunk, &copy});
    memset(totals, 0, FL_CHUNK_SUMS * sizeof *totals);
    for (size_t chunk = 0; chunk < chunks; chunk++)
        for (int i = 0; i < FL_CHUNK_SUMS; i++)
            totals[i] += sum->partials[chunk][i];
}
