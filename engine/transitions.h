/* transitions.h - how many customers went from one band, cluster, loop, phase, stage, tier to another since
 * the previous run. */
#ifndef ENGINE_TRANSITIONS_H
#define ENGINE_TRANSITIONS_H

#include "engine/clusters/cluster_moves.h"
#include "engine/result_words.h"
#include "formats/base/io.h"
#include "formats/base/status.h"

/* Sorted: the words of the column `what`. */
#define FL_CHANGE_LIST(X)                                                                                    \
    X(BAND, "band", FL_SCORES_BAND)                                                                          \
    X(LOOP, "loop", FL_SCORES_LOOP)                                                                          \
    X(PHASE, "phase", FL_SCORES_PHASE) X(STAGE, "stage", FL_SCORES_STAGE) X(TIER, "tier", FL_SCORES_TIER)
#define X(name, word, id) FL_CHANGE_##name,
enum fl_change { FL_CHANGE_LIST(X) FL_CHANGES };
#undef X

/* A word of each, FL_NO_WORD where there is none. */
struct fl_change_words {
    uint32_t word[FL_CHANGES];
};

/* Zero-initialise. */
struct fl_transitions {
    uint64_t counts[FL_CHANGES][FL_RESULT_WORDS_MAX + 1][FL_RESULT_WORDS_MAX + 1]; /* first: null */
};

/* `before` NULL: the previous run did not have the customer; `now` NULL: it is gone. */
void fl_transitions_add(struct fl_transitions *transitions, const struct fl_change_words *before,
                        const struct fl_change_words *now);

struct fl_table_summary;
/* Publishes the table "transitions-<digest>.flseg" in `directory`: each change that a customer made, those
 * that stayed included, by what, from, to; moves from cluster to cluster by their numbers (NULL: there are
 * none). `facts` as for a table writer; they tell two files apart. */
fl_status fl_transitions_write(const struct fl_transitions *transitions, const struct fl_cluster_moves *moves,
                               const struct fl_io *io, const char *directory, const char *const *facts,
                               char name[256], struct fl_table_summary *summary, struct fl_error *error);

#endif
