/* words_within.h - which words of a keyword list stand within others, so that they are found with them. */
#ifndef ENGINE_TAGS_LISTS_WORDS_WITHIN_H
#define ENGINE_TAGS_LISTS_WORDS_WITHIN_H

#include "engine/model/keywords.h"

struct fl_words_within;
/* Both are borrowed until free. FL_NO_MEMORY. */
fl_status fl_words_within_create(const struct fl_keywords *keywords, const struct fl_fold *fold,
                                 struct fl_words_within **within, struct fl_error *error);
void fl_words_within_free(struct fl_words_within *within); /* NULL is fine */

/* Calls `found` for each other word of the list that stands wherever `word` does: `deliver*` and `late` for
 * `late delivery`. False from it ends the search. */
typedef bool fl_word_found(void *context, uint32_t inner);
void fl_words_within(struct fl_words_within *within, uint32_t word, fl_word_found *found, void *context);
/* False: the words are so much alike that the search was given up, and fl_words_within() finds no more. */
bool fl_words_within_is_whole(const struct fl_words_within *within);

#endif
