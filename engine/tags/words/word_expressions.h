/* word_expressions.h - endings of literals, compiled by the library. */
#ifndef ENGINE_TAGS_WORDS_WORD_EXPRESSIONS_H
#define ENGINE_TAGS_WORDS_WORD_EXPRESSIONS_H

#include "engine/tags/hyperscan.h"
#include "engine/tags/words/word_endings.h"

/* A report's id is an ending's number; one that is no ending is a decoy. */
fl_status fl_word_expressions_compile(const struct fl_word_endings *endings, struct fl_hyperscan **compiled,
                                      struct fl_error *error);

#endif
