/* percentile.c - where raws stand among all positive ones. */
#include "engine/percentile.h"

#include <assert.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, INSERTION_MAX = 48 };

static void insertion_sort(uint64_t *raws, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const uint64_t raw = raws[i];
        size_t at = i;
        for (; at > 0 && raws[at - 1] > raw; at--)
            raws[at] = raws[at - 1];
        raws[at] = raw;
    }
}

/* Moves each raw to the part of its digit, in place: swaps along a cycle until the hole is filled. */
static void part_by_digit(uint64_t *raws, unsigned shift, size_t next[DIGITS], const size_t end[DIGITS])
{
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        while (next[digit] < end[digit]) {
            uint64_t raw = raws[next[digit]];
            for (uint8_t of_raw = (uint8_t)(raw >> shift); of_raw != digit;
                 of_raw = (uint8_t)(raw >> shift)) {
                const uint64_t moved = raws[next[of_raw]];
                raws[next[of_raw]++] = raw;
                raw = moved;
            }
            raws[next[digit]++] = raw;
        }
    }
}

/* By the lowest `bits` bits, the rest is equal. The recursion ends after eight digits. */
static void sort_by(uint64_t *raws, size_t count, unsigned bits)
{
    if (count <= INSERTION_MAX || bits == 0) {
        insertion_sort(raws, bits == 0 ? 0 : count);
        return;
    }
    const unsigned shift = bits > DIGIT_BITS ? bits - DIGIT_BITS : 0;
    size_t next[DIGITS], end[DIGITS] = {0}, from = 0;
    for (size_t i = 0; i < count; i++)
        end[(uint8_t)(raws[i] >> shift)]++;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        next[digit] = from;
        from = end[digit] += from;
    }
    part_by_digit(raws, shift, next, end);
    from = 0;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        sort_by(raws + from, end[digit] - from, shift);
        from = end[digit];
    }
}

void fl_sort_raws(uint64_t *raws, size_t count)
{
    uint64_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= raws[i];
    sort_by(raws, count, any == 0 ? 0 : 64 - (unsigned)__builtin_clzll(any));
}

void fl_percentile_find_cuts(const uint64_t *raws, size_t count, struct fl_percentile_cuts *cuts)
{
    unsigned found = 0;
    for (size_t less = 0; less < count;) {
        size_t above = less + 1;
        while (above < count && raws[above] == raws[less])
            above++;
        const uint64_t equal = above - less;
        const uint64_t percentile = (200 * (uint64_t)less + 100 * equal + count) / (2 * (uint64_t)count);
        assert(percentile <= 100);
        while (found < percentile)
            cuts->raw[found++] = raws[less];
        less = above;
    }
    while (found < FL_PERCENTILE_CUTS)
        cuts->raw[found++] = UINT64_MAX;
}

/* How many cuts are at most `raw`: seven steps without a branch that could be predicted wrongly. */
static uint8_t percentile_of(const struct fl_percentile_cuts *cuts, uint64_t raw)
{
    unsigned passed = 0;
    for (unsigned step = (FL_PERCENTILE_CUTS + 1) / 2; step > 0; step /= 2)
        passed += step & (0u - (unsigned)(cuts->raw[passed + step - 1] <= raw)); /* a mask: no jump */
    return (uint8_t)passed;
}

void fl_percentiles(const struct fl_percentile_cuts *cuts, const int64_t *raws, size_t rows,
                    uint8_t *percentile, uint8_t *null)
{
    for (size_t row = 0; row < rows; row++) {
        const uint64_t raw = raws[row] > 0 ? (uint64_t)raws[row] : 0;
        null[row] = raw == 0;
        percentile[row] = percentile_of(cuts, raw);
    }
}
