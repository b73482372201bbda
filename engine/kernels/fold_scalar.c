/* fold_scalar.c - the fold kernels' meaning. */
#include <stdbool.h>
#include <string.h>

#include "engine/kernels/fold_levels.h"

static bool is_plain_triple(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[0] >= FL_PLAIN_LEAD_MIN && bytes[0] <= FL_PLAIN_LEAD_MAX &&
           (bytes[1] & 0xC0) == 0x80 && (bytes[2] & 0xC0) == 0x80;
}

static size_t copy_plain(const uint8_t *from, size_t size, uint8_t *to)
{
    size_t at = 0;
    while (at < size)
        if (from[at] < 0x80) {
            to[at] = (uint8_t)(from[at] + (from[at] >= 'A' && from[at] <= 'Z' ? 'a' - 'A' : 0));
            at++;
        } else if (is_plain_triple(from + at, size - at)) {
            memcpy(to + at, from + at, 3);
            at += 3;
        } else {
            break;
        }
    return at;
}

static void mark_lines(const uint8_t *bytes, size_t size, uint64_t *marks, uint32_t *ended)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++) {
        const unsigned bit = i % 64;
        if (bit == 0) {
            marks[i / 64] = 0;
            ended[i / 64] = count;
        }
        marks[i / 64] |= (uint64_t)(bytes[i] == '\n') << bit;
        count += bytes[i] == '\n';
    }
}

const struct fl_fold_kernels fl_fold_scalar = {.copy_plain = copy_plain, .mark_lines = mark_lines};
