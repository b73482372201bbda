/* percentile.h - where raws stand among all positive ones. */
#ifndef ENGINE_PERCENTILE_H
#define ENGINE_PERCENTILE_H

#include "engine/raw_list.h"

/* Sorts ascending, in place, in time linear in `count`. */
void fl_sort_raws(uint64_t *raws, size_t count);

/* The percentile as a step function of raw: raw[p - 1] is the smallest raw whose percentile is at least p.
 * UINT64_MAX where no raw gets so far, and in the last entries, which make a power of two less one. */
enum { FL_PERCENTILE_CUTS = 127 };
struct fl_percentile_cuts {
    uint64_t raw[FL_PERCENTILE_CUTS];
};

/* The percentile of a raw is floor((200 less + 100 equal + count) / (2 count)) among the positive raws of the
 * list. Takes up to 8 bytes for each of these, and far less as a rule. False: no memory. */
bool fl_percentile_find_cuts(const struct fl_raw_list *list, struct fl_percentile_cuts *cuts);

/* 0..100 for each row; null[row] is 1 and the percentile 0 where the raw is not positive. Requires: each
 * positive raw is among those that the cuts were made of. */
void fl_percentiles(const struct fl_percentile_cuts *cuts, const int64_t *raws, size_t rows,
                    uint8_t *percentile, uint8_t *null);

#endif
