/* words_within.c - which words of a keyword list stand within others, so that they are found with them. */
#include "engine/tags/lists/words_within.h"

#include <stdlib.h>

#include "engine/tags/letters.h"

/* Steps along chains of prefixes for all words together: a list of people's words takes a few for each of
 * its letters, one of 100,000 words that begin each other would take minutes. */
#define STEPS_MAX UINT64_C(30000000)

enum { NO_LITERAL = UINT32_MAX };

struct fl_words_within {
    const struct fl_keywords *keywords;
    const struct fl_fold *fold;
    uint32_t *prefix;     /* of each literal the longest other that it begins with, or NO_LITERAL */
    uint32_t *first_word; /* of each literal; the words of one stand together */
    bool any_open_left;
    uint64_t steps;
};

static bool begins_with(struct fl_text text, struct fl_text begin)
{
    return begin.size <= text.size && memcmp(text.bytes, begin.bytes, begin.size) == 0;
}

/* Literals are sorted, so what a literal begins with is the one before it, or what that one begins with. */
static void link_prefixes(struct fl_words_within *within)
{
    const struct fl_keywords *keywords = within->keywords;
    for (uint32_t i = 0; i < keywords->literal_count; i++) {
        uint32_t prefix = i == 0 ? NO_LITERAL : i - 1;
        while (prefix != NO_LITERAL && !begins_with(keywords->literals[i], keywords->literals[prefix]))
            prefix = within->prefix[prefix];
        within->prefix[i] = prefix;
    }
}

fl_status fl_words_within_create(const struct fl_keywords *keywords, const struct fl_fold *fold,
                                 struct fl_words_within **within, struct fl_error *error)
{
    struct fl_words_within *made = calloc(1, sizeof *made);
    uint32_t *prefix = calloc(keywords->literal_count + 1, sizeof *prefix);
    uint32_t *first_word = calloc(keywords->literal_count + 1, sizeof *first_word);
    *within = made;
    if (made == NULL || prefix == NULL || first_word == NULL) {
        free(made);
        free(prefix);
        free(first_word);
        *within = NULL;
        return fl_fail_memory(error, keywords->literal_count * sizeof *prefix);
    }
    *made = (struct fl_words_within){
        .keywords = keywords, .fold = fold, .prefix = prefix, .first_word = first_word};
    for (size_t i = keywords->word_count; i-- > 0;) {
        first_word[keywords->words[i].literal] = (uint32_t)i;
        made->any_open_left |= keywords->words[i].open_left;
    }
    link_prefixes(made);
    return FL_OK;
}

void fl_words_within_free(struct fl_words_within *within)
{
    if (within == NULL)
        return;
    free(within->prefix);
    free(within->first_word);
    free(within);
}

bool fl_words_within_is_whole(const struct fl_words_within *within)
{
    return within->steps <= STEPS_MAX;
}

/* The longest literal that `text` begins with, or NO_LITERAL: the last that does not sort behind it, or what
 * that one begins with. */
static uint32_t longest_begin(struct fl_words_within *within, struct fl_text text)
{
    const struct fl_keywords *keywords = within->keywords;
    size_t low = 0, high = keywords->literal_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (fl_text_compare(keywords->literals[middle], text) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    uint32_t literal = low == 0 ? NO_LITERAL : (uint32_t)(low - 1);
    while (literal != NO_LITERAL && !begins_with(text, keywords->literals[literal])) {
        literal = within->prefix[literal];
        within->steps++;
    }
    return literal;
}

/* Whether `inner`, whose literal stands at byte `at` of the word's, is free there wherever the word stands.
 * Its ends inside of the word must be free in it; at an edge the word must ask for as much. */
static bool is_found_with(const struct fl_words_within *within, const struct fl_keyword *word, size_t at,
                          const struct fl_keyword *inner)
{
    const struct fl_text outer = within->keywords->literals[word->literal];
    const size_t size = within->keywords->literals[inner->literal].size;
    if (!fl_stands_free(within->fold, outer, at, at + size, inner->open_left, inner->open_right))
        return false;
    const bool left_edge = at == 0 && !inner->open_left && word->open_left;
    const bool right_edge = at + size == outer.size && !inner->open_right && word->open_right;
    return (!left_edge || fl_letter_at(within->fold, outer, 0) != FL_LETTER_SPACED) &&
           (!right_edge || fl_letter_before(within->fold, outer, outer.size) != FL_LETTER_SPACED);
}

/* The words of a literal that stands at byte `at` of the word's. */
static bool visit_words(struct fl_words_within *within, uint32_t number, size_t at, uint32_t literal,
                        fl_word_found *found, void *context)
{
    const struct fl_keywords *keywords = within->keywords;
    for (uint32_t i = within->first_word[literal];
         i < keywords->word_count && keywords->words[i].literal == literal; i++) {
        if (i != number && is_found_with(within, &keywords->words[number], at, &keywords->words[i]) &&
            !found(context, i))
            return false;
    }
    return true;
}

/* Whether a word of the list can begin at byte `at`: a character begins there, and unless words are open on
 * the left, no spaced word goes on there. */
static bool may_begin(const struct fl_words_within *within, struct fl_text text, size_t at)
{
    if (at == 0)
        return true;
    if (((uint8_t)text.bytes[at] & 0xc0u) == 0x80u)
        return false;
    return within->any_open_left || fl_letter_before(within->fold, text, at) != FL_LETTER_SPACED ||
           fl_letter_at(within->fold, text, at) != FL_LETTER_SPACED;
}

void fl_words_within(struct fl_words_within *within, uint32_t word, fl_word_found *found, void *context)
{
    const struct fl_keywords *keywords = within->keywords;
    const struct fl_text text = keywords->literals[keywords->words[word].literal];
    for (size_t at = 0; at < text.size; at++) {
        if (!may_begin(within, text, at))
            continue;
        const struct fl_text rest = {text.bytes + at, text.size - at};
        for (uint32_t literal = longest_begin(within, rest); literal != NO_LITERAL;
             literal = within->prefix[literal]) {
            if (++within->steps > STEPS_MAX || !visit_words(within, word, at, literal, found, context))
                return;
        }
    }
}
