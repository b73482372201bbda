/* word_walk.h - one place of a word after the other, all that it has in a message. */
#ifndef ENGINE_TAGS_WORDS_WORD_WALK_H
#define ENGINE_TAGS_WORDS_WORD_WALK_H

#include "engine/tags/message_words.h"
#include "engine/tags/place_limits.h"

/* Where to look for them: all is borrowed. */
struct fl_walked_message {
    const struct fl_message_words *words;
    const struct fl_place_limits *limits;
    struct fl_text folded;
};

struct fl_word_walk {
    const struct fl_walked_message *message;
    uint32_t word;
    uint32_t next;           /* the next of the places that are kept */
    struct fl_found_word at; /* the place at hand */
    bool is_kept;            /* so that its bytes of the text as it came are known */
};

/* The message has the word. */
void fl_word_walk_start(struct fl_word_walk *walk, const struct fl_walked_message *message, uint32_t word);
/* Goes to the next place, by rising `from`; false: there is none. */
bool fl_word_walk_on(struct fl_word_walk *walk);

#endif
