/* keyword_text.h - words and rules of a keyword list as people write them. */
#ifndef ENGINE_TAGS_LISTS_KEYWORD_TEXT_H
#define ENGINE_TAGS_LISTS_KEYWORD_TEXT_H

#include "engine/model/keywords.h"

/* Appends the word as a cell of keywords.csv may have it: folded, `*` at its open ends, `\` before a mark
 * that stands for itself. False: no memory. */
bool fl_keyword_append(const struct fl_keywords *keywords, uint32_t word, struct fl_buffer *out);

/* Appends what makes the rule hold: "any refund* | money back; none no refund; near late near/4 parcel". The
 * words of a cell end with "and 12 more" where there are more than FL_RULE_WORDS_SHOWN. */
enum { FL_RULE_WORDS_SHOWN = 8 };
bool fl_rule_append(const struct fl_keywords *keywords, const struct fl_keyword_rule *rule,
                    struct fl_buffer *out);

#endif
