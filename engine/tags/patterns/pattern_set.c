/* pattern_set.c - which characters a set of a regular expression has. */
#include "engine/tags/patterns/pattern_set.h"

#include <stdlib.h>

#include "engine/tags/letters.h"
#include "engine/tags/unicode.h"

/* Unicode's white space, less what folding makes blanks of. */
static bool is_space(uint32_t character)
{
    return (character >= '\t' && character <= '\r') || character == ' ' || character == 0x85 ||
           character == 0x1680 || character == 0x2028 || character == 0x2029;
}

static bool is_of_classes(unsigned classes, const struct fl_fold *fold, uint32_t character)
{
    if (classes == 0)
        return false;
    if ((classes & (FL_PATTERN_SPACE | FL_PATTERN_NO_SPACE)) != 0 &&
        (classes & (is_space(character) ? FL_PATTERN_SPACE : FL_PATTERN_NO_SPACE)) != 0)
        return true;
    if ((classes & (FL_PATTERN_DIGIT | FL_PATTERN_NO_DIGIT)) != 0 &&
        (classes & (fl_unicode_is_digit(character) ? FL_PATTERN_DIGIT : FL_PATTERN_NO_DIGIT)) != 0)
        return true;
    const bool is_letter = fl_letter_of(fold, character) != FL_LETTER_NONE;
    return (classes & (is_letter ? FL_PATTERN_LETTER : FL_PATTERN_NO_LETTER)) != 0;
}

static bool is_in_ranges(const struct fl_pattern_set *set, uint32_t character)
{
    size_t from = 0, to = set->range_count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (set->ranges[middle].last < character)
            from = middle + 1;
        else
            to = middle;
    }
    return from < set->range_count && set->ranges[from].first <= character;
}

static bool decide(const struct fl_pattern_set *set, const struct fl_fold *fold, uint32_t character)
{
    return set->negated != (is_in_ranges(set, character) || is_of_classes(set->classes, fold, character));
}

bool fl_pattern_set_has(const struct fl_pattern_set *set, const struct fl_fold *fold, uint32_t character)
{
    if (character < 128)
        return (set->ascii[character / 64] >> character % 64 & 1) != 0;
    return decide(set, fold, character);
}

/* ---- made ---- */

bool fl_pattern_set_add(struct fl_pattern_set_draft *draft, uint32_t first, uint32_t last)
{
    if (draft->ranges.size > 0) {
        struct fl_pattern_range *newest =
            (struct fl_pattern_range *)(draft->ranges.bytes + draft->ranges.size) - 1;
        if (newest->last + 1 == first) { /* images of a range are mostly one */
            newest->last = last;
            return true;
        }
    }
    const struct fl_pattern_range range = {first, last};
    return fl_buffer_append(&draft->ranges, &range, sizeof range);
}

void fl_pattern_set_release(struct fl_pattern_set_draft *draft)
{
    fl_buffer_release(&draft->ranges);
}

static int by_first(const void *a, const void *b)
{
    const struct fl_pattern_range *left = a, *right = b;
    return left->first < right->first ? -1 : left->first > right->first;
}

static size_t join_ranges(struct fl_pattern_range *ranges, size_t count)
{
    size_t kept = 0;
    if (count > 0)
        qsort(ranges, count, sizeof *ranges, by_first);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || ranges[i].first > ranges[kept - 1].last + 1)
            ranges[kept++] = ranges[i];
        else if (ranges[i].last > ranges[kept - 1].last)
            ranges[kept - 1].last = ranges[i].last;
    return kept;
}

const struct fl_pattern_set *fl_pattern_set_finish(struct fl_pattern_set_draft *draft,
                                                   const struct fl_fold *fold, struct fl_arena *arena)
{
    struct fl_pattern_range *ranges = (struct fl_pattern_range *)draft->ranges.bytes;
    const size_t count = join_ranges(ranges, draft->ranges.size / sizeof *ranges);
    struct fl_pattern_set *set = fl_arena_take(arena, sizeof *set);
    if (set != NULL) {
        *set = (struct fl_pattern_set){.ranges = fl_arena_take(arena, count * sizeof *ranges + 1),
                                       .range_count = count,
                                       .classes = draft->classes,
                                       .negated = draft->negated};
        if (set->ranges != NULL && count > 0)
            memcpy(set->ranges, ranges, count * sizeof *ranges);
    }
    fl_pattern_set_release(draft);
    if (set == NULL || set->ranges == NULL)
        return NULL;
    for (uint32_t character = 0; character < 128; character++)
        if (decide(set, fold, character))
            set->ascii[character / 64] |= UINT64_C(1) << character % 64;
    return set;
}
