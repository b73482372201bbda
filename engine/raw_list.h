/* raw_list.h - the raw of each result row, in row order. */
#ifndef ENGINE_RAW_LIST_H
#define ENGINE_RAW_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_RAW_CHUNK = 65536 };

/* Chunks of FL_RAW_CHUNK raws, the last one less: an array that is enlarged would hold up to half as much
 * again. Zero-initialise, release once. */
struct fl_raw_list {
    int64_t **chunks;
    size_t chunk_count, chunk_capacity;
    size_t count, positive; /* all raws; those above 0 */
};

/* False: no memory. */
bool fl_raw_list_add(struct fl_raw_list *list, int64_t raw);
/* How many raws the chunk holds. */
size_t fl_raw_list_of_chunk(const struct fl_raw_list *list, size_t chunk);
void fl_raw_list_release(struct fl_raw_list *list);

#endif
