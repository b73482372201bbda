/* rule_reasons.h - in sentences why a rule does not hold in a message. */
#ifndef ENGINE_TAGS_LISTS_RULE_REASONS_H
#define ENGINE_TAGS_LISTS_RULE_REASONS_H

#include "engine/tags/lists/word_spots.h"

/* What the sentences are about. */
struct fl_rule_reasons {
    const struct fl_word_spots *spots;
    struct fl_text text; /* the message as it came */
    uint8_t speakers;    /* of the message */
    bool regex_is_there;
    struct fl_arena *arena; /* of the sentences */
    const char **list;      /* room for `list_max` */
    size_t list_max, count;
    size_t lacks;  /* what would have to be otherwise for the rule to hold */
    bool has_part; /* some of it is there, or as a good part of a longer word */
    bool no_memory;
};

/* Fills count, lacks, has_part; count 0: nothing speaks against the rule. */
void fl_rule_reasons_find(struct fl_rule_reasons *reasons, const struct fl_keyword_rule *rule);

#endif
