/* fold_scalar.c - the fold kernel's meaning. */
#include "engine/kernels/fold_levels.h"

size_t fl_lower_ascii_from(const uint8_t *from, size_t at, size_t size, uint8_t *to)
{
    for (; at < size && from[at] < 0x80; at++)
        to[at] = (uint8_t)(from[at] + (from[at] >= 'A' && from[at] <= 'Z' ? 'a' - 'A' : 0));
    return at;
}

static size_t lower_ascii(const uint8_t *from, size_t size, uint8_t *to)
{
    return fl_lower_ascii_from(from, 0, size, to);
}

const struct fl_fold_kernels fl_fold_scalar = {.lower_ascii = lower_ascii};
