/* pattern_program.h - the places of one regular expression in a text.
 *
 * The library says which expressions may be in a text, and quickly; it cannot say where they are: of each end
 * it knows the leftmost begin alone, which hides places behind an earlier one. So a text that it reports is
 * gone through here, once, from its end to its begin. */
#ifndef ENGINE_TAGS_PATTERNS_PATTERN_PROGRAM_H
#define ENGINE_TAGS_PATTERNS_PATTERN_PROGRAM_H

#include "engine/tags/patterns/pattern.h"

enum fl_pattern_step_kind {
    FL_STEP_SET,      /* a character of the set, then the next step */
    FL_STEP_BOUNDARY, /* only where a word begins or ends (negated: does not); then the next step */
    FL_STEP_SPLIT,    /* the next step, or `target`, which lies ahead */
    FL_STEP_JUMP,     /* `target` */
    FL_STEP_END
};
struct fl_pattern_step {
    enum fl_pattern_step_kind kind;
    bool negated;
    uint32_t target;
    const struct fl_pattern_set *set;
};
struct fl_pattern_program {
    struct fl_pattern_step *steps; /* in the arena; the last one is the end */
    uint32_t count;
    bool has_loop;
};
/* Borrows the tree. False: no memory. */
bool fl_pattern_program_make(const struct fl_pattern_node *root, struct fl_arena *arena,
                             struct fl_pattern_program *program);

/* For one thread, begins as {0}. */
struct fl_pattern_tables {
    struct fl_buffer longest; /* uint32_t: where the longest place that begins at a byte ends, or 0 */
    struct fl_buffer ends;    /* uint32_t: two times one for each step */
};
void fl_pattern_tables_release(struct fl_pattern_tables *tables);

/* Makes tables->longest for each byte of a folded text below 2^32 - 1 bytes. Work: bytes times steps, twice
 * that with a loop. False: no memory. */
bool fl_pattern_program_run(const struct fl_pattern_program *program, const struct fl_fold *fold,
                            struct fl_text text, struct fl_pattern_tables *tables);

#endif
