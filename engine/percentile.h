/* percentile.h - where a raw stands among all positive ones. */
#ifndef ENGINE_PERCENTILE_H
#define ENGINE_PERCENTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sorts ascending, in time linear in `count`, with a scratch array of the same size. */
void fl_sort_raws(uint64_t *raws, uint64_t *scratch, size_t count);

/* floor((200 less + 100 equal + count) / (2 count)) of `raw` among the sorted `raws`. Requires: raw is one of
 * them. */
uint8_t fl_percentile(const uint64_t *raws, size_t count, uint64_t raw);

#endif
