/* entry_sort.c - in-place radix sort from the highest bit down, a comparison sort where it runs out of bits.
 */
#include "formats/importers/entry_sort.h"

#include <stdbool.h>
#include <string.h>

enum {
    DIGIT_BITS = 8, /* of most ranges; 11 where a range does not fit the second-level cache, to save a pass */
    WIDE_DIGIT_BITS = 11,
    WIDE_FROM = 1 << 17,
    DIGITS_MAX = 1 << WIDE_DIGIT_BITS,
    SWEEP_COUNT_MAX = 1 << 14, /* 256 KiB of entries: half of a small second-level cache with their copy */
    SWEEPS_MAX = 6,            /* more than that, and dealing the highest digit first is quicker */
    ENTRIES_AHEAD = 8,         /* each digit's place moves on by itself: its next line of cache but one */
    SMALL_COUNT = 48           /* below it an insertion sort beats counting 256 digits */
};

struct ties {
    fl_sort_tie *compare;
    const void *context;
};

static bool is_before(const struct fl_sort_entry *a, const struct fl_sort_entry *b, const struct ties *ties)
{
    if (a->high != b->high)
        return a->high < b->high;
    if (a->low != b->low)
        return a->low < b->low;
    return ties->compare(ties->context, a->ref, b->ref) < 0;
}

static void insertion_sort(struct fl_sort_entry *entries, size_t count, const struct ties *ties)
{
    for (size_t i = 1; i < count; i++) {
        const struct fl_sort_entry moving = entries[i];
        size_t at = i;
        for (; at > 0 && is_before(&moving, &entries[at - 1], ties); at--)
            entries[at] = entries[at - 1];
        entries[at] = moving;
    }
}

static void sift_down(struct fl_sort_entry *entries, size_t at, size_t count, const struct ties *ties)
{
    const struct fl_sort_entry moving = entries[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && is_before(&entries[child], &entries[child + 1], ties))
            child++;
        if (!is_before(&moving, &entries[child], ties))
            break;
        entries[at] = entries[child];
        at = child;
    }
    entries[at] = moving;
}

/* For equal prefixes only. A heap needs no memory and has no bad case. */
static void heap_sort(struct fl_sort_entry *entries, size_t count, const struct ties *ties)
{
    for (size_t i = count / 2; i > 0; i--)
        sift_down(entries, i - 1, count, ties);
    for (size_t left = count; left > 1; left--) {
        const struct fl_sort_entry largest = entries[0];
        entries[0] = entries[left - 1];
        entries[left - 1] = largest;
        sift_down(entries, 0, left - 1, ties);
    }
}

/* A digit's lowest bit, counted from the low end of the 96, with its values. */
struct digit {
    unsigned shift, count;
};

static unsigned digit_of(const struct fl_sort_entry *entry, struct digit digit)
{
    const uint64_t bits = digit.shift >= 32
                              ? entry->high >> (digit.shift - 32)
                              : entry->high << (32 - digit.shift) | (uint64_t)entry->low >> digit.shift;
    return (unsigned)bits & (digit.count - 1);
}

/* The bits in which any entries differ. */
struct difference {
    uint64_t high;
    uint32_t low;
};

static struct difference difference_of(const struct fl_sort_entry *entries, size_t count)
{
    struct difference difference = {0, 0};
    for (size_t i = 1; i < count; i++) {
        difference.high |= entries[i].high ^ entries[0].high;
        difference.low |= entries[i].low ^ entries[0].low;
    }
    return difference;
}

/* The digit at the high end of what differs, which is something. */
static struct digit top_digit(struct difference difference, unsigned bits)
{
    const unsigned left = difference.high != 0 ? 96 - (unsigned)__builtin_clzll(difference.high)
                                               : 32 - (unsigned)__builtin_clz(difference.low);
    return (struct digit){left > bits ? left - bits : 0, 1u << bits};
}

/* Digits from the low end up that hold all that differs; returns how many, SWEEPS_MAX + 1 for too many. */
static size_t list_digits(struct difference difference, struct digit digits[SWEEPS_MAX])
{
    size_t count = 0;
    while (difference.low != 0 || difference.high != 0) {
        if (count == SWEEPS_MAX)
            return SWEEPS_MAX + 1;
        const unsigned shift = difference.low != 0 ? (unsigned)__builtin_ctz(difference.low)
                                                   : 32 + (unsigned)__builtin_ctzll(difference.high);
        digits[count++] = (struct digit){shift, 1u << DIGIT_BITS};
        /* A digit that starts in `low` may reach into `high`. */
        const uint64_t taken = (1u << DIGIT_BITS) - 1;
        if (shift < 32) {
            difference.low &= ~(uint32_t)(taken << shift);
            difference.high &= ~(taken << shift >> 32);
        } else {
            difference.high &= ~(taken << (shift - 32));
        }
    }
    return count;
}

/* Copies the entries in the order of one digit; those of one value stay in their order. */
static void sweep(const struct fl_sort_entry *from, size_t count, struct digit digit,
                  struct fl_sort_entry *to)
{
    uint32_t next[1 << DIGIT_BITS] = {0};
    for (size_t i = 0; i < count; i++)
        next[digit_of(&from[i], digit)]++;
    uint32_t begin = 0;
    for (unsigned value = 0; value < digit.count; value++) {
        const uint32_t entries = next[value];
        next[value] = begin;
        begin += entries;
    }
    for (size_t i = 0; i < count; i++)
        to[next[digit_of(&from[i], digit)]++] = from[i];
}

static void settle_ties(struct fl_sort_entry *entries, size_t count, const struct ties *ties)
{
    for (size_t begin = 0, end = 1; begin < count; begin = end++) {
        while (end < count && entries[end].high == entries[begin].high &&
               entries[end].low == entries[begin].low)
            end++;
        if (end - begin <= SMALL_COUNT)
            insertion_sort(entries + begin, end - begin, ties);
        else
            heap_sort(entries + begin, end - begin, ties);
    }
}

/* From the lowest digit up: a few sweeps over what fits the second-level cache. Not inlined: its spare room
 * is wanted once, not at each depth of its caller. */
__attribute__((noinline)) static void sort_by_sweeps(struct fl_sort_entry *entries, size_t count,
                                                     const struct digit *digits, size_t digit_count,
                                                     const struct ties *ties)
{
    struct fl_sort_entry spare[SWEEP_COUNT_MAX];
    struct fl_sort_entry *from = entries, *to = spare;
    for (size_t i = 0; i < digit_count; i++) {
        sweep(from, count, digits[i], to);
        struct fl_sort_entry *const read = from;
        from = to;
        to = read;
    }
    if (from != entries)
        memcpy(entries, from, count * sizeof *entries);
    settle_ties(entries, count, ties);
}

/* Brings the entries into the order of one digit by moving each along its cycle; ends[d] becomes where digit
 * d ends. */
static void deal(struct fl_sort_entry *entries, size_t count, struct digit digit, size_t *ends)
{
    size_t next[DIGITS_MAX];
    memset(ends, 0, digit.count * sizeof *ends);
    for (size_t i = 0; i < count; i++)
        ends[digit_of(&entries[i], digit)]++;
    size_t begin = 0;
    for (unsigned value = 0; value < digit.count; value++) {
        next[value] = begin;
        begin += ends[value];
        ends[value] = begin;
    }
    for (unsigned value = 0; value < digit.count; value++) {
        while (next[value] < ends[value]) {
            struct fl_sort_entry moving = entries[next[value]];
            for (unsigned home = digit_of(&moving, digit); home != value; home = digit_of(&moving, digit)) {
                struct fl_sort_entry *to = &entries[next[home]++];
                const struct fl_sort_entry displaced = *to;
                *to = moving;
                moving = displaced;
                __builtin_prefetch(to + ENTRIES_AHEAD, 1);
            }
            entries[next[value]++] = moving;
        }
    }
}

/* At most 12 calls deep: each works on at least eight later bits than the one above it. */
static void sort_range(struct fl_sort_entry *entries, size_t count, const struct ties *ties)
{
    if (count <= SMALL_COUNT) {
        insertion_sort(entries, count, ties);
        return;
    }
    const struct difference difference = difference_of(entries, count);
    if (difference.high == 0 && difference.low == 0) {
        heap_sort(entries, count, ties);
        return;
    }
    struct digit digits[SWEEPS_MAX];
    const size_t sweeps = count <= SWEEP_COUNT_MAX ? list_digits(difference, digits) : SWEEPS_MAX + 1;
    if (sweeps <= SWEEPS_MAX) {
        sort_by_sweeps(entries, count, digits, sweeps, ties);
        return;
    }
    size_t ends[DIGITS_MAX];
    const struct digit digit = top_digit(difference, count < WIDE_FROM ? DIGIT_BITS : WIDE_DIGIT_BITS);
    deal(entries, count, digit, ends);
    size_t begin = 0;
    for (unsigned value = 0; value < digit.count; value++) {
        if (ends[value] - begin > 1)
            sort_range(entries + begin, ends[value] - begin, ties);
        begin = ends[value];
    }
}

void fl_entry_sort(struct fl_sort_entry *entries, size_t count, fl_sort_tie *tie, const void *context)
{
    sort_range(entries, count, &(struct ties){tie, context});
}

uint64_t fl_sort_prefix(struct fl_text text, size_t from)
{
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; i++)
        prefix = prefix << 8 | (from + i < text.size ? (uint8_t)text.bytes[from + i] : 0u);
    return prefix;
}
