/* place_limits.h - of which words enough places were found in a message.
 *
 * A rule has at most FL_RULE_HITS_MAX hits in a message, so of none of its words more places are hits. One
 * more is taken, which shows that there are some. */
#ifndef ENGINE_TAGS_PLACE_LIMITS_H
#define ENGINE_TAGS_PLACE_LIMITS_H

#include "engine/tags/rule_index.h"
#include "engine/tags/tagger.h"
#include "engine/tags/words/word_database.h"

/* Places at different offsets of the text; several may lie at one, since a character may fold to many. */
struct fl_place_count {
    uint32_t offsets, last_offset;
};
/* Whether the next place, in their order, is wanted. */
static inline bool fl_place_count_take(struct fl_place_count *count, uint32_t offset)
{
    if (count->offsets > 0 && count->last_offset == offset)
        return true;
    if (count->offsets > FL_RULE_HITS_MAX)
        return false;
    *count = (struct fl_place_count){count->offsets + 1, offset};
    return true;
}

struct fl_word_limit {
    uint64_t message; /* in which this is so */
    struct fl_place_count count;
    bool is_over; /* places were left out */
};

/* Belongs to one thread. */
struct fl_place_limits {
    const struct fl_rule_index *index;
    struct fl_word_limit *words; /* by word */
    uint8_t *closed;             /* by literal, for struct fl_word_sieve: what its words still ask for */
    uint32_t *changed;           /* literals of which `closed` is no more what it was before the message */
    size_t changed_count;
    uint64_t message; /* number of the one at hand, from 1 */
};

fl_status fl_place_limits_create(struct fl_place_limits *limits, const struct fl_rule_index *index,
                                 struct fl_error *error);
void fl_place_limits_release(struct fl_place_limits *limits); /* zeroed is fine */
void fl_place_limits_begin(struct fl_place_limits *limits);
/* Whether the next place of a word, in their order, is wanted. */
bool fl_place_limits_take(struct fl_place_limits *limits, uint32_t literal, uint32_t word, uint32_t offset);
static inline bool fl_place_limits_over(const struct fl_place_limits *limits, uint32_t word)
{
    return limits->words[word].message == limits->message && limits->words[word].is_over;
}

#endif
