/* decay.h - how much of a point is left after some days, as a correctly rounded 32-bit fraction. */
#ifndef ENGINE_DECAY_H
#define ENGINE_DECAY_H

#include <stdint.h>

/* D_h[a] = min(floor(2^32 * 2^(-a/h) + 1/2), 2^32 - 1) with h in thousandths of a day, exactly.
 * Requires: half_life_milli >= 1; 0 <= age_days <= 10^9. The same bits on every machine: integers only. */
uint32_t fl_decay(int32_t half_life_milli, int32_t age_days);
/* line[age] = fl_decay(half_life_milli, age) for ages 0 .. ages - 1, each power computed once. */
void fl_decay_line(int32_t half_life_milli, uint32_t ages, uint32_t *line);

#endif
