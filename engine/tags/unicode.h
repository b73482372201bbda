/* unicode.h - what the Unicode library knows of characters. */
#ifndef ENGINE_TAGS_UNICODE_H
#define ENGINE_TAGS_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_UNICODE_END = 0x110000, FL_UNICODE_REPLACEMENT = 0xFFFD };

enum fl_unicode_sort { FL_UNICODE_OTHER, FL_UNICODE_LETTER, FL_UNICODE_MARK, FL_UNICODE_NUMBER };
enum fl_unicode_sort fl_unicode_sort_of(uint32_t character);
bool fl_unicode_is_digit(uint32_t character); /* decimal, of any script */

/* Whether a character is its own folded form, wherever it stands behind no other that begins a cluster: it
 * has no decomposition, no case, a width, and never moves. */
bool fl_unicode_is_plain(uint32_t character);
/* Default ignorable: folded away. */
bool fl_unicode_has_no_width(uint32_t character);
/* Moves behind others of lower class; 0: never. */
unsigned fl_unicode_combining_class(uint32_t character);

/* Characters of the canonical decomposition of one: at most FL_UNICODE_DECOMPOSED_MAX. */
enum { FL_UNICODE_DECOMPOSED_MAX = 4 };
size_t fl_unicode_decompose(uint32_t character, int32_t decomposed[FL_UNICODE_DECOMPOSED_MAX]);

/* NFKC with full case folding, of a cluster: at most FL_UNICODE_CLUSTER_MAX characters (none a surrogate).
 * `folded` gets the returned number of them. With `composed` false they stay apart (NFKD). */
enum { FL_UNICODE_CLUSTER_MAX = 32, FL_UNICODE_FOLDED_MAX = 18 * FL_UNICODE_CLUSTER_MAX };
size_t fl_unicode_fold(const int32_t *characters, size_t count, bool composed,
                       int32_t folded[FL_UNICODE_FOLDED_MAX]);

#endif
