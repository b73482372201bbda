/* raw_list.h - the raw of each result row, in row order. */
#ifndef ENGINE_RAW_LIST_H
#define ENGINE_RAW_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_RAW_CHUNK = 65536 };

/* A raw above 0 by its magnitude and the ten bits behind its highest: rises with raw, and a few large raws do
 * not push all others into one bucket. */
enum { FL_RAW_LEADING_BITS = 10, FL_RAW_BUCKETS = (64 - FL_RAW_LEADING_BITS + 1) << FL_RAW_LEADING_BITS };
static inline size_t fl_raw_bucket(uint64_t raw)
{
    if (raw >> FL_RAW_LEADING_BITS == 0)
        return (size_t)raw;
    const unsigned shift = 63 - FL_RAW_LEADING_BITS - (unsigned)__builtin_clzll(raw);
    return ((size_t)shift << FL_RAW_LEADING_BITS) + (size_t)(raw >> shift);
}

/* Chunks of FL_RAW_CHUNK raws, the last one less: an array that is enlarged would hold up to half as much
 * again. Zero-initialise, release once. */
struct fl_raw_list {
    int64_t **chunks;
    size_t chunk_count, chunk_capacity;
    size_t count, positive; /* all raws; those above 0 */
    size_t *in_bucket;      /* FL_RAW_BUCKETS: how many above 0 are in each; NULL before the first raw */
};

/* False: no memory. */
bool fl_raw_list_add(struct fl_raw_list *list, int64_t raw);
/* How many raws the chunk holds. */
size_t fl_raw_list_of_chunk(const struct fl_raw_list *list, size_t chunk);
void fl_raw_list_release(struct fl_raw_list *list);

#endif
