/* pattern_set.h - sets of characters as they are collected. */
#ifndef ENGINE_TAGS_PATTERNS_PATTERN_SET_H
#define ENGINE_TAGS_PATTERNS_PATTERN_SET_H

#include "engine/tags/patterns/pattern.h"

/* {0} is the empty one. False: no memory. */
struct fl_pattern_set_draft {
    struct fl_buffer ranges; /* struct fl_pattern_range, as they came */
    unsigned classes;
    bool negated;
};
bool fl_pattern_set_add(struct fl_pattern_set_draft *draft, uint32_t first, uint32_t last);
void fl_pattern_set_release(struct fl_pattern_set_draft *draft);
/* NULL: no memory. Releases the draft. */
const struct fl_pattern_set *fl_pattern_set_finish(struct fl_pattern_set_draft *draft,
                                                   const struct fl_fold *fold, struct fl_arena *arena);

#endif
