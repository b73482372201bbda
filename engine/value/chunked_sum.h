/* chunked_sum.h - sums of doubles over many items by several threads, always added in the same order. */
#ifndef ENGINE_VALUE_CHUNKED_SUM_H
#define ENGINE_VALUE_CHUNKED_SUM_H

#include <stddef.h>

enum { FL_CHUNK_ITEMS = 4096, FL_CHUNK_SUMS = 5 };

/* What each chunk of FL_CHUNK_ITEMS items comes to; `partials` has fl_chunk_count(items) entries. */
typedef double fl_chunk_sums[FL_CHUNK_SUMS];

struct fl_chunked_sum {
    size_t items;
    unsigned threads; /* at most; 0 is 1 */
    /* Adds what the items first .. first + count - 1 come to; called by several threads at once. */
    void (*add)(const void *context, size_t first, size_t count, double *sums);
    const void *context;
    fl_chunk_sums *partials;
};

size_t fl_chunk_count(size_t items);
/* The sums of the chunks, first to last: the same bits at any number of threads. */
void fl_chunked_sum(const struct fl_chunked_sum *sum, double totals[FL_CHUNK_SUMS]);

#endif
