/* letters.h - which characters make words, and of which scripts (SEMANTICS.md section 5). */
#ifndef ENGINE_TAGS_LETTERS_H
#define ENGINE_TAGS_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/tags/fold.h"

enum fl_letter {
    FL_LETTER_NONE,
    FL_LETTER_SPACED,   /* letter, mark, number or _ of a script whose words have spaces between them */
    FL_LETTER_UNSPACED, /* letter or number of a script without: Han, Hiragana, Thai and so on */
    FL_LETTER_MARK      /* mark of such a script: no word by itself, though regular expressions take it for a
                           letter */
};
/* Looked up in the fold's tables. */
enum fl_letter fl_letter_of(const struct fl_fold *fold, uint32_t codepoint);

/* Of valid UTF-8. The character that begins at byte `at`, that ends before byte `at`; FL_LETTER_NONE at the
 * edges of the text. */
enum fl_letter fl_letter_at(const struct fl_fold *fold, struct fl_text text, size_t at);
enum fl_letter fl_letter_before(const struct fl_fold *fold, struct fl_text text, size_t at);

/* Whether a word of bytes from .. to - 1 (at least one) stands free where its ends ask for it: an end that is
 * a spaced letter and not open must not touch another. */
bool fl_stands_free(const struct fl_fold *fold, struct fl_text text, size_t from, size_t to, bool open_left,
                    bool open_right);

/* Words that lie whole in the gap of bytes from .. to - 1: maximal runs of spaced letters of the text, and
 * unspaced letters one by one. Stops counting past `most`: returns at most `most` + 1. */
size_t fl_words_between(const struct fl_fold *fold, struct fl_text text, size_t from, size_t to, size_t most);

#endif
