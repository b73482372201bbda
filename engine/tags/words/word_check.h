/* word_check.h - a compiled database tried on a text of its own literals, against a plain search. */
#ifndef ENGINE_TAGS_WORDS_WORD_CHECK_H
#define ENGINE_TAGS_WORDS_WORD_CHECK_H

#include "engine/tags/words/word_database.h"

/* FL_INTERNAL: places are missing, or wrong; the message names a literal. The work is bounded: of a hundred
 * thousand literals of usual size each is seen, of very long or very similar ones the first. FL_NO_MEMORY. */
fl_status fl_word_check(const struct fl_word_database *database, const struct fl_text *literals, size_t count,
                        struct fl_error *error);

#endif
