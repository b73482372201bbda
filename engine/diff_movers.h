/* diff_movers.h - the rows that moved: all of them as movers.csv, the largest as a sample. */
#ifndef ENGINE_DIFF_MOVERS_H
#define ENGINE_DIFF_MOVERS_H

#include "engine/fourloop.h"
#include "formats/base/arena.h"

/* One row of either run; a run that lacks it has no engagement and a raw of 0. */
struct fl_diff_move {
    int64_t customer;
    struct fl_text customer_id, word; /* bytes NULL: none */
    bool in[2];
    uint8_t engagement[2];
    int64_t raw[2], effects[FL_DIFF_CAUSES];
    int16_t engagement_effects[FL_DIFF_CAUSES];
    struct fl_text crossed;
};

struct fl_diff_movers;

/* Both pointers are borrowed; `word_column` is the name of the scope's word, NULL for customers. */
fl_status fl_diff_movers_create(const struct fl_diff_plan *plan, struct fl_diff *diff,
                                const char *word_column, struct fl_diff_movers **movers,
                                struct fl_error *error);
/* Takes a row that moved; texts are copied. */
fl_status fl_diff_movers_add(struct fl_diff_movers *movers, const struct fl_diff_move *move,
                             struct fl_error *error);
/* Puts the sample into `diff`, its texts into the arena. */
fl_status fl_diff_movers_tell(const struct fl_diff_movers *movers, struct fl_arena *arena,
                              struct fl_error *error);
/* The last step: movers.csv appears, if it is wanted. FL_CANNOT_CREATE: something else is in the folder. */
fl_status fl_diff_movers_publish(struct fl_diff_movers *movers, struct fl_error *error);
/* Without a publish before nothing is there. NULL is fine. */
void fl_diff_movers_free(struct fl_diff_movers *movers);

#endif
