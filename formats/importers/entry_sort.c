/* entry_sort.c - in-place radix sort from the highest byte down, a comparison sort where it runs out of
 * bytes. */
#include "formats/importers/entry_sort.h"

#include <stdbool.h>

enum {
    PREFIX_BYTES = 16,
    DIGITS = 256,
    SMALL_COUNT = 48 /* below it an insertion sort beats counting 256 digits */
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

static unsigned digit_of(const struct fl_sort_entry *entry, unsigned level)
{
    const uint64_t half = level < 8 ? entry->high : entry->low;
    return (unsigned)(half >> (56 - 8 * (level & 7u))) & 255u;
}

/* The first byte in which the entries differ; PREFIX_BYTES when there is none. */
static unsigned first_level(const struct fl_sort_entry *entries, size_t count)
{
    uint64_t high = 0, low = 0;
    for (size_t i = 1; i < count; i++) {
        high |= entries[i].high ^ entries[0].high;
        low |= entries[i].low ^ entries[0].low;
    }
    if (high != 0)
        return (unsigned)__builtin_clzll(high) / 8;
    return low != 0 ? 8 + (unsigned)__builtin_clzll(low) / 8 : PREFIX_BYTES;
}

/* Brings the entries into the order of one digit by moving each along its cycle; ends[d] becomes where digit
 * d ends. */
static void deal(struct fl_sort_entry *entries, size_t count, unsigned level, size_t ends[DIGITS])
{
    size_t next[DIGITS], counts[DIGITS] = {0};
    for (size_t i = 0; i < count; i++)
        counts[digit_of(&entries[i], level)]++;
    size_t begin = 0;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        next[digit] = begin;
        begin += counts[digit];
        ends[digit] = begin;
    }
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        while (next[digit] < ends[digit]) {
            struct fl_sort_entry moving = entries[next[digit]];
            for (unsigned home = digit_of(&moving, level); home != digit; home = digit_of(&moving, level)) {
                const struct fl_sort_entry displaced = entries[next[home]];
                entries[next[home]++] = moving;
                moving = displaced;
            }
            entries[next[digit]++] = moving;
        }
    }
}

/* At most PREFIX_BYTES calls deep: each works on a later byte than the one above it. */
static void sort_range(struct fl_sort_entry *entries, size_t count, const struct ties *ties)
{
    if (count <= SMALL_COUNT) {
        insertion_sort(entries, count, ties);
        return;
    }
    const unsigned level = first_level(entries, count);
    if (level == PREFIX_BYTES) {
        heap_sort(entries, count, ties);
        return;
    }
    size_t ends[DIGITS];
    deal(entries, count, level, ends);
    size_t begin = 0;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        sort_range(entries + begin, ends[digit] - begin, ties);
        begin = ends[digit];
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
