/* word_database.h - finds many literals, or regular expressions, in folded texts. */
#ifndef ENGINE_TAGS_WORDS_WORD_DATABASE_H
#define ENGINE_TAGS_WORDS_WORD_DATABASE_H

#include "engine/tags/fold.h"
#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* Compiled; immutable: threads may share it. */
struct fl_word_database;

/* Literals are folded texts, distinct, of 1 to FL_KEYWORD_BYTES_MAX bytes without control characters; places
 * are found as bytes, wherever they lie. Compiled by a child process with limits of time and memory, so this
 * is called before the process has other threads. Checks itself against a plain search before it is handed
 * out. FL_NO_MEMORY, FL_LIMIT, FL_INTERNAL: the library fails on them. */
fl_status fl_word_database_compile(const struct fl_text *literals, size_t count,
                                   struct fl_word_database **database, struct fl_error *error);
void fl_word_database_free(struct fl_word_database *database); /* NULL is fine */

/* Work space for one thread, for one database. */
struct fl_word_scratch;
fl_status fl_word_scratch_create(const struct fl_word_database *database, struct fl_word_scratch **scratch,
                                 struct fl_error *error);
void fl_word_scratch_free(struct fl_word_scratch *scratch); /* NULL is fine */

struct fl_word_place {
    uint32_t literal, from; /* from: its first byte */
};
/* Places that are not wanted. With one, a byte stands before the first that is scanned, and one behind the
 * last.
 */
enum { FL_CLOSED_LEFT = 1, FL_CLOSED_RIGHT = 2, FL_CLOSED = 4 };
struct fl_word_sieve {
    const uint8_t *closed;  /* by literal: FL_CLOSED: none; else none that is touched on these sides */
    const uint8_t *touches; /* by byte: bit 0 says whether it touches what is beside it */
};
/* A guard: no list has so many in a mebibyte of people's words. */
enum { FL_WORD_PLACES_MAX = 1 << 21 };
/* All places of all literals in the bytes, by rising `from`, of equal ones by literal; room is made in
 * `places` (struct fl_word_place), which is emptied first. FL_LIMIT: more than FL_WORD_PLACES_MAX. `sieve`
 * NULL: all are wanted. */
fl_status fl_word_database_scan(const struct fl_word_database *database, struct fl_word_scratch *scratch,
                                const char *bytes, size_t size, const struct fl_word_sieve *sieve,
                                struct fl_buffer *places, size_t *count, struct fl_error *error);

/* ---- regular expressions, one scan a message ---- */

/* Patterns of the checked subset. Compiled by a child process as words are. `fold` is borrowed until free.
 * FL_BAD_MODEL: *bad is the number of the first that is refused, the message says why. */
enum { FL_PATTERNS_MAX = 1000 };
struct fl_pattern_database;
fl_status fl_pattern_database_compile(const struct fl_fold *fold, const struct fl_text *patterns,
                                      size_t count, struct fl_pattern_database **database, size_t *bad,
                                      struct fl_error *error);
void fl_pattern_database_free(struct fl_pattern_database *database); /* NULL is fine */
struct fl_pattern_scratch;
fl_status fl_pattern_scratch_create(const struct fl_pattern_database *database,
                                    struct fl_pattern_scratch **scratch, struct fl_error *error);
void fl_pattern_scratch_free(struct fl_pattern_scratch *scratch); /* NULL is fine */
struct fl_pattern_place {
    uint32_t pattern, from, to;
};
/* Of each pattern from the left the first place, of those that begin there the longest, then on behind it; by
 * pattern, then rising `from`; empty places are left out. */
fl_status fl_pattern_database_scan(const struct fl_pattern_database *database,
                                   struct fl_pattern_scratch *scratch, const char *bytes, size_t size,
                                   struct fl_buffer *places, size_t *count, struct fl_error *error);

#endif
