/* pattern.h - a regular expression, read and checked, as a tree. */
#ifndef ENGINE_TAGS_PATTERNS_PATTERN_H
#define ENGINE_TAGS_PATTERNS_PATTERN_H

#include "engine/tags/fold.h"

/* Characters, as ranges and kinds; `negated`: all others. */
enum fl_pattern_class {
    FL_PATTERN_DIGIT = 1,
    FL_PATTERN_NO_DIGIT = 2,
    FL_PATTERN_LETTER = 4, /* \w */
    FL_PATTERN_NO_LETTER = 8,
    FL_PATTERN_SPACE = 16,
    FL_PATTERN_NO_SPACE = 32
};
struct fl_pattern_range {
    uint32_t first, last;
};
struct fl_pattern_set {
    struct fl_pattern_range *ranges; /* rising, apart */
    size_t range_count;
    unsigned classes; /* enum fl_pattern_class, each a bit */
    bool negated;
    uint64_t ascii[2]; /* bit by character: whether it is in, all of the above considered */
};
bool fl_pattern_set_has(const struct fl_pattern_set *set, const struct fl_fold *fold, uint32_t character);

enum fl_pattern_kind {
    FL_PATTERN_SET,
    FL_PATTERN_BOUNDARY,
    FL_PATTERN_SEQUENCE,     /* of none or more */
    FL_PATTERN_ALTERNATIVES, /* of two or more */
    FL_PATTERN_REPEAT        /* of one */
};
#define FL_PATTERN_UNBOUNDED UINT32_MAX
struct fl_pattern_node {
    enum fl_pattern_kind kind;
    bool negated;           /* boundary: `\B` */
    bool has_loop, has_set; /* there is one in it */
    uint32_t least, most;   /* repeat; most: FL_PATTERN_UNBOUNDED */
    uint32_t steps;         /* of its program (pattern_program.h) */
    const struct fl_pattern_set *set;
    struct fl_pattern_node *first, *next; /* its parts; what stands behind it */
};

enum {
    FL_PATTERN_STEPS_MAX = 1000,
    FL_PATTERN_REPEAT_MAX = 100,
    FL_PATTERN_DEPTH_MAX = 16,                /* of groups */
    FL_PATTERN_RANGE_CHARACTERS_MAX = 1 << 18 /* of all ranges: each is folded */
};

/* The tree lives in the arena. Characters are folded: `ß` is `ss`, `A-Z` is both cases. FL_BAD_MODEL: the
 * message says which character is wrong, and why; FL_NO_MEMORY. */
fl_status fl_pattern_read(struct fl_text pattern, const struct fl_fold *fold, struct fl_arena *arena,
                          struct fl_pattern_node **root, struct fl_error *error);

#endif
