/* word_runs.h - where the words of a text lie, to count those in many gaps of it. */
#ifndef ENGINE_TAGS_WORDS_WORD_RUNS_H
#define ENGINE_TAGS_WORDS_WORD_RUNS_H

#include "engine/tags/letters.h"

/* The words of fl_words_between(), by place. Zeroed: none. A long message with many places would have the
 * same gaps walked over again and again. */
struct fl_word_runs {
    struct fl_buffer list; /* struct fl_word_run */
};
struct fl_word_run {
    uint32_t from, to;
};

/* Of valid UTF-8 below 4 GiB. */
fl_status fl_word_runs_find(struct fl_word_runs *runs, const struct fl_fold *fold, struct fl_text text,
                            struct fl_error *error);
/* How many lie whole in bytes from .. to - 1. */
size_t fl_word_runs_between(const struct fl_word_runs *runs, size_t from, size_t to);
void fl_word_runs_release(struct fl_word_runs *runs);

#endif
