/* word_walk.c - one place of a word after the other: those that are kept, then by looking for more. */
#include "engine/tags/words/word_walk.h"

#include "engine/tags/letters.h"

void fl_word_walk_start(struct fl_word_walk *walk, const struct fl_walked_message *message, uint32_t word)
{
    *walk = (struct fl_word_walk){
        .message = message, .word = word, .next = fl_message_words_first(message->words, word)};
}

/* Of words with very many places in a message the last ones are kept nowhere. */
static bool look_on(struct fl_word_walk *walk)
{
    const struct fl_rule_index *index = walk->message->limits->index;
    const struct fl_keyword *word = &index->keywords->words[walk->word];
    const struct fl_text literal = index->keywords->literals[word->literal];
    const struct fl_text text = walk->message->folded;
    for (;;) {
        const size_t from = walk->at.from + 1u;
        const char *found = from >= text.size
                                ? NULL
                                : memmem(text.bytes + from, text.size - from, literal.bytes, literal.size);
        walk->at.from = found == NULL ? (uint32_t)text.size : (uint32_t)(found - text.bytes);
        walk->at.to = walk->at.from + (uint32_t)literal.size;
        if (found == NULL)
            return false;
        if (fl_stands_free(index->fold, text, walk->at.from, walk->at.to, word->open_left, word->open_right))
            return true;
    }
}

bool fl_word_walk_on(struct fl_word_walk *walk)
{
    const struct fl_walked_message *message = walk->message;
    walk->is_kept = walk->next != FL_NO_PLACE;
    if (!walk->is_kept)
        return fl_place_limits_over(message->limits, walk->word) && look_on(walk);
    walk->at = *fl_message_words_at(message->words, walk->next);
    walk->next = walk->at.next;
    return true;
}
