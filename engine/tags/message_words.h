/* message_words.h - the words that stand free in one message, with their places. */
#ifndef ENGINE_TAGS_MESSAGE_WORDS_H
#define ENGINE_TAGS_MESSAGE_WORDS_H

#include "formats/base/arena.h"
#include "formats/base/status.h"

#include <stdbool.h>

/* A place of a word. */
struct fl_found_word {
    uint32_t from, to;     /* bytes of the folded message */
    uint32_t offset, size; /* bytes of the text as it came */
    uint32_t next;         /* the next place of the same word, or FL_NO_PLACE */
};
#define FL_NO_PLACE UINT32_MAX

struct fl_word_chain {
    uint64_t message; /* in which the word was last seen: nothing has to be emptied between messages */
    uint32_t first, last;
};

/* Belongs to one thread. */
struct fl_message_words {
    struct fl_word_chain *chains; /* by word */
    uint64_t message;             /* number of the one at hand, from 1 */
    struct fl_buffer found;       /* struct fl_found_word, by rising `from` */
    struct fl_buffer seen;        /* uint32_t: words, each once */
};

fl_status fl_message_words_create(struct fl_message_words *words, size_t word_count, struct fl_error *error);
void fl_message_words_release(struct fl_message_words *words); /* zeroed is fine */
void fl_message_words_begin(struct fl_message_words *words);
/* Places come by rising `from`. */
fl_status fl_message_words_add(struct fl_message_words *words, uint32_t word, struct fl_found_word place,
                               struct fl_error *error);

static inline bool fl_message_words_has(const struct fl_message_words *words, uint32_t word)
{
    return words->chains[word].message == words->message;
}
/* Of the first place of a word that the message has; those behind it by `next`. */
static inline uint32_t fl_message_words_first(const struct fl_message_words *words, uint32_t word)
{
    return words->chains[word].first;
}
static inline const struct fl_found_word *fl_message_words_at(const struct fl_message_words *words,
                                                              uint32_t place)
{
    return (const struct fl_found_word *)words->found.bytes + place;
}

/* Which of `members` (rising) the message has, at most `most` of them: into `list`. Takes as many steps as
 * the shorter of both has entries. */
size_t fl_message_words_of(const struct fl_message_words *words, const uint32_t *members, size_t count,
                           size_t most, uint32_t *list);

#endif
