/* rank_correlation.h - how much two orders of the same customers agree. */
#ifndef ENGINE_RANK_CORRELATION_H
#define ENGINE_RANK_CORRELATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one customer has in either order. */
struct fl_rank_pair {
    int64_t value[2];
};

/* Spearman's coefficient, equal values at their average rank, in millionths. Sums are exact integers, one
 * division and two roots of doubles follow. The values become ranks on the way, in another order. False: all
 * values of one side are equal, or there are none, and nothing correlates. At most 2^40 pairs. */
bool fl_rank_correlation(struct fl_rank_pair *pairs, size_t count, int32_t *micro);

#endif
