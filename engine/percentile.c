/* percentile.c - where a raw stands among all positive ones. */
#include "engine/percentile.h"

#include <assert.h>
#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, PASSES = 64 / DIGIT_BITS };

static void count_digits(const uint64_t *raws, size_t count, size_t counts[PASSES][DIGITS])
{
    for (size_t i = 0; i < count; i++) {
        for (unsigned pass = 0; pass < PASSES; pass++)
            counts[pass][(uint8_t)(raws[i] >> (pass * DIGIT_BITS))]++;
    }
}

/* Turns counts into the place of each digit's first value. */
static void counts_to_starts(size_t counts[DIGITS])
{
    size_t start = 0;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        const size_t of_digit = counts[digit];
        counts[digit] = start;
        start += of_digit;
    }
}

void fl_sort_raws(uint64_t *raws, uint64_t *scratch, size_t count)
{
    size_t counts[PASSES][DIGITS] = {{0}};
    uint64_t *from = raws, *to = scratch;
    count_digits(raws, count, counts);
    for (unsigned pass = 0; pass < PASSES && count > 0; pass++) {
        const unsigned shift = pass * DIGIT_BITS;
        if (counts[pass][(uint8_t)(from[0] >> shift)] == count)
            continue; /* all alike: high digits of a small raw */
        counts_to_starts(counts[pass]);
        for (size_t i = 0; i < count; i++)
            to[counts[pass][(uint8_t)(from[i] >> shift)]++] = from[i];
        uint64_t *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != raws)
        memcpy(raws, from, count * sizeof *raws);
}

/* How many of the sorted raws are below `raw`. */
static size_t count_less(const uint64_t *raws, size_t count, uint64_t raw)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (raws[middle] < raw)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint8_t fl_percentile(const uint64_t *raws, size_t count, uint64_t raw)
{
    const uint64_t less = count_less(raws, count, raw);
    const uint64_t equal = count_less(raws, count, raw + 1) - less;
    assert(equal > 0);
    return (uint8_t)((200 * less + 100 * equal + count) / (2 * (uint64_t)count));
}
