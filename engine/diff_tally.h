/* diff_tally.h - counts of what changed in the rows that two runs both have. */
#ifndef ENGINE_DIFF_TALLY_H
#define ENGINE_DIFF_TALLY_H

#include "engine/diff_rows.h"
#include "engine/fourloop.h"
#include "engine/model/model_settings.h"
#include "formats/base/arena.h"

/* A column of both tables. */
struct fl_diff_pair {
    size_t at[2]; /* its places in A and in B */
};

/* Beside diff->words[i]. */
struct fl_diff_word_pair {
    struct fl_diff_pair of;
    uint32_t *numbers[2]; /* of the words of A and of B, in the list of both; NULL: no words */
    uint64_t *cells;      /* diff->words[i].rows; NULL: too many words */
    bool crosses;         /* a change of it is one that a mover is said to have crossed */
};

/* Beside diff->splits[i]. */
struct fl_diff_split_pair {
    size_t words; /* index of the column in diff->words */
    struct fl_diff_group *groups;
};

/* What the walk adds to. Zero-initialise; everything in it lives in the arena. */
struct fl_diff_tally {
    struct fl_arena *arena;
    struct fl_diff *diff;
    struct fl_diff_rows *sides[2];
    struct fl_diff_pair raw, scores[2];
    struct fl_diff_word_pair *words;
    struct fl_diff_pair *flags;
    struct fl_diff_split_pair *splits;
};

/* Chooses what both tables have and gives it places in `diff`. The cut-offs are those of `settings`, B's
 * model. FL_BAD_DATA: a table lacks raw or engagement. */
fl_status fl_diff_tally_begin(struct fl_arena *arena, struct fl_diff *diff, struct fl_diff_rows *a,
                              struct fl_diff_rows *b, const struct fl_model_settings *settings,
                              const char *const runs[2], struct fl_diff_tally *tally, struct fl_error *error);
/* Adds the rows in hand, of one key. `crossed` is filled anew: "band warm>engaged; engagement up 40", without
 * a NUL. FL_LIMIT: a sum of raws leaves 64 bits. */
fl_status fl_diff_tally_add(struct fl_diff_tally *tally, struct fl_buffer *crossed, struct fl_error *error);
/* Leaves groups without rows out. */
void fl_diff_tally_end(struct fl_diff_tally *tally);

static inline int64_t fl_diff_raw(const struct fl_diff_tally *tally, int side)
{
    const struct fl_diff_rows *rows = tally->sides[side];
    return rows->columns[tally->raw.at[side]].as.i64[rows->row];
}

/* Of engagement. */
static inline uint8_t fl_diff_engagement(const struct fl_diff_tally *tally, int side)
{
    const struct fl_diff_rows *rows = tally->sides[side];
    return rows->columns[tally->scores[0].at[side]].as.u8[rows->row];
}

#endif
