/* fold_scalar.c - the fold kernels' meaning. */
#include <stdbool.h>
#include <string.h>

#include "engine/kernels/fold_levels.h"

static bool is_plain_triple(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[0] >= FL_PLAIN_LEAD_MIN && bytes[0] <= FL_PLAIN_LEAD_MAX &&
           (bytes[1] & 0xC0) == 0x80 && (bytes[2] & 0xC0) == 0x80;
}

static uint8_t lower(uint8_t byte)
{
    return (uint8_t)(byte + (byte >= 'A' && byte <= 'Z' ? 'a' - 'A' : 0));
}

static size_t copy_plain(const uint8_t *from, size_t size, uint8_t *to)
{
    size_t at = 0;
    while (at < size)
        if (from[at] < 0x80) {
            to[at] = lower(from[at]);
            at++;
        } else if (is_plain_triple(from + at, size - at)) {
            memcpy(to + at, from + at, 3);
            at += 3;
        } else {
            break;
        }
    return at;
}

static void mark_lines(const uint8_t *bytes, size_t size, struct fl_line_marks marks, uint32_t count)
{
    for (size_t i = 0; i < size; i++) {
        const size_t k = i / FL_MARKED_BLOCK;
        if (i % FL_MARKED_BLOCK == 0) {
            marks.ends[k] = 0;
            marks.before[k] = count;
        }
        marks.ends[k] |= (uint64_t)(bytes[i] == '\n') << i % FL_MARKED_BLOCK;
        count += bytes[i] == '\n';
    }
}

static size_t copy_marked(const uint8_t *from, size_t size, uint8_t *to, struct fl_line_marks marks,
                          uint32_t count)
{
    size_t ascii = 0;
    while (ascii < size && from[ascii] < 0x80)
        ascii++;
    const size_t whole = ascii - ascii % FL_MARKED_BLOCK;
    for (size_t i = 0; i < whole; i++)
        to[i] = lower(from[i]);
    mark_lines(from, whole, marks, count);
    return whole;
}

const struct fl_fold_kernels fl_fold_scalar = {
    .copy_plain = copy_plain, .mark_lines = mark_lines, .copy_marked = copy_marked};
