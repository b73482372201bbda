/* percentile.c - where raws stand among all positive ones. */
#include "engine/percentile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- the cuts ----
 *
 * Only the raws around the hundred cuts need to be sorted. All were counted by magnitude and leading bits as
 * they came; a bucket is looked into when a cut may lie in it. Sorting all of them was 6 % of a run. */

struct buckets {
    const size_t *raws;                   /* how many are in each */
    uint64_t is_cut[FL_RAW_BUCKETS / 64]; /* a bit each: a cut may lie in it */
    size_t count, in_cut;                 /* raws of all buckets; of those with the bit */
};

static unsigned percentile_from(uint64_t less, uint64_t equal, uint64_t count)
{
    return (unsigned)((200 * less + 100 * equal + count) / (2 * count));
}

/* A bucket holds no cut when even its largest raw, were it alone there, would have no higher percentile than
 * the bucket before has reached even if all its raws are equal. */
static void find_cut_buckets(struct buckets *buckets)
{
    size_t before = 0;
    unsigned reached = 0;
    for (size_t i = 0; i < FL_RAW_BUCKETS; i++) {
        const size_t raws = buckets->raws[i];
        if (raws == 0)
            continue;
        if (percentile_from(before + raws - 1, 1, buckets->count) > reached) {
            buckets->is_cut[i / 64] |= UINT64_C(1) << (i % 64);
            buckets->in_cut += raws;
        }
        reached = percentile_from(before, raws, buckets->count);
        before += raws;
    }
}

static bool is_cut(const struct buckets *buckets, uint64_t bucket)
{
    return (buckets->is_cut[bucket / 64] >> (bucket % 64) & 1) != 0;
}

static void gather_cut(const struct fl_raw_list *list, const struct buckets *buckets, uint64_t *raws)
{
    size_t count = 0;
    for (size_t chunk = 0; chunk < list->chunk_count; chunk++) {
        const size_t raws_of_chunk = fl_raw_list_of_chunk(list, chunk);
        for (size_t i = 0; i < raws_of_chunk; i++) {
            const int64_t raw = list->chunks[chunk][i];
            if (raw > 0 && is_cut(buckets, fl_raw_bucket((uint64_t)raw)))
                raws[count++] = (uint64_t)raw;
        }
    }
}

/* The cuts among the sorted raws of one bucket, `before` of all the others being less. */
static unsigned add_cuts(const uint64_t *raws, size_t raw_count, size_t before, size_t count, unsigned found,
                         struct fl_percentile_cuts *cuts)
{
    for (size_t less = 0; less < raw_count;) {
        size_t above = less + 1;
        while (above < raw_count && raws[above] == raws[less])
            above++;
        const unsigned percentile = percentile_from(before + less, above - less, count);
        assert(percentile <= 100);
        while (found < percentile)
            cuts->raw[found++] = raws[less];
        less = above;
    }
    return found;
}

static void find_cuts(const struct buckets *buckets, const uint64_t *raws, struct fl_percentile_cuts *cuts)
{
    size_t before = 0;
    unsigned found = 0;
    for (size_t i = 0; i < FL_RAW_BUCKETS; i++) {
        if (is_cut(buckets, i)) {
            found = add_cuts(raws, buckets->raws[i], before, buckets->count, found, cuts);
            raws += buckets->raws[i];
        }
        before += buckets->raws[i];
    }
    while (found < FL_PERCENTILE_CUTS)
        cuts->raw[found++] = UINT64_MAX;
}

bool fl_percentile_find_cuts(const struct fl_raw_list *list, struct fl_percentile_cuts *cuts)
{
    struct buckets buckets = {.raws = list->in_bucket, .count = list->positive};
    if (buckets.count == 0) {
        memset(cuts->raw, 0xFF, sizeof cuts->raw);
        return true;
    }
    find_cut_buckets(&buckets);
    uint64_t *raws = malloc(buckets.in_cut * sizeof *raws);
    if (raws == NULL)
        return false;
    gather_cut(list, &buckets, raws);
    fl_sort_raws(raws, buckets.in_cut);
    find_cuts(&buckets, raws, cuts);
    free(raws);
    return true;
}

/* ---- rows ---- */

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
