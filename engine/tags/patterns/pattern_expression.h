/* pattern_expression.h - a checked regular expression in the library's language, a little looser. */
#ifndef ENGINE_TAGS_PATTERNS_PATTERN_EXPRESSION_H
#define ENGINE_TAGS_PATTERNS_PATTERN_EXPRESSION_H

#include "engine/tags/patterns/pattern.h"

/* Appends it, with a NUL behind. It is found in every text that has a place of the pattern, and in some
 * others: the library's Unicode is older than ours, so boundaries are left out, and beyond ASCII `\w`, `\d`,
 * `\s` and negated sets take all characters. False: no memory. */
bool fl_pattern_expression_add(const struct fl_pattern_node *root, struct fl_buffer *expression);

#endif
