/* hypergeometric.h - how likely two things are together as often as they are, or more often, by chance. */
#ifndef ENGINE_CLUSTERS_HYPERGEOMETRIC_H
#define ENGINE_CLUSTERS_HYPERGEOMETRIC_H

#include <stdint.h>

/* Of `all` baskets `a` have one thing, and `b` another, by chance: how likely is it that `both` or more have
 * both? Off by less than 1e-9 of the result down to 1e-300; below about 1e-307 it is 0. The same bits on
 * every machine. Requires: a, b <= all, both <= a, b, all < 2^31. */
double fl_hypergeometric_tail(int64_t all, int64_t a, int64_t b, int64_t both);

#endif
