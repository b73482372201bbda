/* message_words.c - the words that stand free in one message. */
#include "engine/tags/message_words.h"

#include <stdlib.h>

fl_status fl_message_words_create(struct fl_message_words *words, size_t word_count, struct fl_error *error)
{
    *words = (struct fl_message_words){.chains = calloc(word_count + 1, sizeof *words->chains)};
    return words->chains != NULL ? FL_OK : fl_fail_memory(error, (word_count + 1) * sizeof *words->chains);
}

void fl_message_words_release(struct fl_message_words *words)
{
    free(words->chains);
    fl_buffer_release(&words->found);
    fl_buffer_release(&words->seen);
    *words = (struct fl_message_words){0};
}

void fl_message_words_begin(struct fl_message_words *words)
{
    words->message++;
    words->found.size = 0;
    words->seen.size = 0;
}

fl_status fl_message_words_add(struct fl_message_words *words, uint32_t word, struct fl_found_word place,
                               struct fl_error *error)
{
    const uint32_t number = (uint32_t)(words->found.size / sizeof place);
    struct fl_word_chain *chain = &words->chains[word];
    const bool is_first = chain->message != words->message;
    place.next = FL_NO_PLACE;
    if (!fl_buffer_append(&words->found, &place, sizeof place) ||
        (is_first && !fl_buffer_append(&words->seen, &word, sizeof word)))
        return fl_fail_memory(error, words->found.size + words->seen.size);
    if (is_first)
        *chain = (struct fl_word_chain){words->message, number, number};
    else
        ((struct fl_found_word *)words->found.bytes)[chain->last].next = number;
    chain->last = number;
    return FL_OK;
}

static bool has_member(const uint32_t *members, size_t count, uint32_t word)
{
    while (count > 0) {
        const size_t half = count / 2;
        if (members[half] == word)
            return true;
        if (members[half] < word) {
            members += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return false;
}

size_t fl_message_words_of(const struct fl_message_words *words, const uint32_t *members, size_t count,
                           size_t most, uint32_t *list)
{
    const uint32_t *seen = (const uint32_t *)words->seen.bytes;
    const size_t seen_count = words->seen.size / sizeof *seen;
    size_t found = 0;
    if (count <= seen_count) {
        for (size_t i = 0; i < count && found < most; i++) {
            if (fl_message_words_has(words, members[i]))
                list[found++] = members[i];
        }
        return found;
    }
    for (size_t i = 0; i < seen_count && found < most; i++) {
        if (has_member(members, count, seen[i]))
            list[found++] = seen[i];
    }
    return found;
}
