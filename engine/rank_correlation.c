/* rank_correlation.c - how much two orders of the same customers agree. */
#include "engine/rank_correlation.h"

#include <assert.h>
#include <math.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, INSERTION_MAX = 32 };

/* Unsigned, in the same order. */
static uint64_t key_of(const struct fl_rank_pair *pair, int side)
{
    return (uint64_t)pair->value[side] ^ UINT64_C(1) << 63;
}

static void insertion_sort(struct fl_rank_pair *pairs, size_t count, int side)
{
    for (size_t i = 1; i < count; i++) {
        const struct fl_rank_pair pair = pairs[i];
        size_t at = i;
        for (; at > 0 && pairs[at - 1].value[side] > pair.value[side]; at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = pair;
    }
}

/* Moves each pair to the part of its digit, in place: swaps along a cycle until the hole is filled. */
static void part_by_digit(struct fl_rank_pair *pairs, int side, unsigned shift, size_t next[DIGITS],
                          const size_t end[DIGITS])
{
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        while (next[digit] < end[digit]) {
            struct fl_rank_pair pair = pairs[next[digit]];
            for (uint8_t of_pair = (uint8_t)(key_of(&pair, side) >> shift); of_pair != digit;
                 of_pair = (uint8_t)(key_of(&pair, side) >> shift)) {
                const struct fl_rank_pair moved = pairs[next[of_pair]];
                pairs[next[of_pair]++] = pair;
                pair = moved;
            }
            pairs[next[digit]++] = pair;
        }
    }
}

/* By the digit at `shift` and those below, in place: 16 bytes a customer are all there is. The recursion ends
 * after eight digits. */
static void sort_by(struct fl_rank_pair *pairs, size_t count, int side, unsigned shift)
{
    if (count <= INSERTION_MAX) {
        insertion_sort(pairs, count, side);
        return;
    }
    size_t next[DIGITS], end[DIGITS] = {0}, from = 0;
    for (size_t i = 0; i < count; i++)
        end[(uint8_t)(key_of(&pairs[i], side) >> shift)]++;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        next[digit] = from;
        from = end[digit] += from;
    }
    part_by_digit(pairs, side, shift, next, end);
    from = 0;
    for (unsigned digit = 0; digit < DIGITS && shift > 0; digit++) {
        sort_by(pairs + from, end[digit] - from, side, shift - DIGIT_BITS);
        from = end[digit];
    }
}

/* Equal values at places i .. j - 1 (from 0) have the average rank (i + j + 1) / 2, the average of all ranks
 * is (count + 1) / 2; twice the difference is a whole number. */
static void put_ranks(struct fl_rank_pair *pairs, size_t count, int side)
{
    for (size_t i = 0, j; i < count; i = j) {
        for (j = i + 1; j < count && pairs[j].value[side] == pairs[i].value[side];)
            j++;
        const int64_t rank = (int64_t)(i + j) - (int64_t)count;
        for (size_t k = i; k < j; k++)
            pairs[k].value[side] = rank;
    }
}

bool fl_rank_correlation(struct fl_rank_pair *pairs, size_t count, int32_t *micro)
{
    assert(count <= (size_t)1 << 40); /* a sum is below count^3 / 3 < 2^127 */
    for (int side = 0; side < 2; side++) {
        sort_by(pairs, count, side, 64 - DIGIT_BITS);
        put_ranks(pairs, count, side);
    }
    __int128 both = 0, first = 0, second = 0;
    for (size_t i = 0; i < count; i++) {
        const __int128 a = pairs[i].value[0], b = pairs[i].value[1];
        both += a * b;
        first += a * a;
        second += b * b;
    }
    if (first == 0 || second == 0)
        return false;
    *micro = (int32_t)lround((double)both / (sqrt((double)first) * sqrt((double)second)) * 1e6);
    return true;
}
