/* word_endings.h - literals by their last bytes: what the library looks for, and which literals follow from
 * it.
 *
 * Literals that share a long ending cost Hyperscan minutes and gibibytes to compile, and it is quickest with
 * short ones. So it gets the last bytes of each, once, and what stands before them is compared here. */
#ifndef ENGINE_TAGS_WORDS_WORD_ENDINGS_H
#define ENGINE_TAGS_WORDS_WORD_ENDINGS_H

#include "engine/tags/words/word_database.h"

/* What Hyperscan's literal matchers look at; more would be compared one by one after it. */
enum { FL_WORD_ENDING_BYTES = 8 };

struct fl_ended_literal {
    const char *bytes;
    uint32_t size, literal; /* its number */
};
struct fl_word_ending {
    uint32_t size;         /* bytes; that many last ones of its literals are equal */
    uint32_t alone;        /* the number of its one literal if that is no longer than it, else FL_NOT_ALONE */
    uint32_t first, count; /* in `literals` */
};
#define FL_NOT_ALONE UINT32_MAX
struct fl_word_endings {
    struct fl_ended_literal *literals; /* by their bytes from the last to the first */
    struct fl_word_ending *endings;    /* distinct */
    size_t count;                      /* of endings */
    char *bytes;                       /* of all literals */
};

/* At least one literal. FL_NO_MEMORY. */
fl_status fl_word_endings_make(const struct fl_text *literals, size_t count, struct fl_word_endings *endings,
                               struct fl_error *error);
void fl_word_endings_release(struct fl_word_endings *endings); /* zeroed is fine */
struct fl_text fl_word_ending_text(const struct fl_word_endings *endings, size_t ending);

/* The text in which endings are seen, and where places go; all is borrowed. */
struct fl_word_finds {
    const char *bytes;
    const struct fl_word_sieve *sieve; /* NULL: all places are wanted */
    struct fl_buffer *places;          /* struct fl_word_place */
};
/* Appends the places of an ending's literals that end where it does, before byte `to`. False: no memory. */
bool fl_word_endings_add(const struct fl_word_endings *endings, uint32_t ending, size_t to,
                         const struct fl_word_finds *finds);

#endif
