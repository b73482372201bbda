/* rule_check.h - whether rules that ask for more than one word hold in a message. */
#ifndef ENGINE_TAGS_RULE_CHECK_H
#define ENGINE_TAGS_RULE_CHECK_H

#include "engine/tags/message_words.h"
#include "engine/tags/place_limits.h"
#include "engine/tags/rule_index.h"
#include "engine/tags/tag_hits.h"
#include "engine/tags/words/word_database.h"
#include "engine/tags/message_view.h"
#include "engine/tags/words/word_runs.h"

/* Belongs to one thread. */
struct fl_rule_check {
    const struct fl_rule_index *index;
    const struct fl_pattern_database *patterns; /* NULL: no rule has a regular expression */
    struct fl_pattern_scratch *scratch;
    const struct fl_place_limits *limits;
    struct fl_message_words words;
    uint64_t *woken;             /* by checked rule: number of the message in which it last was */
    struct fl_buffer candidates; /* uint32_t: checked rules that this message has woken */
    uint32_t *members;           /* room for the longest list */
    struct fl_word_runs runs;    /* of this message, once has_runs */
    struct fl_buffer pattern_places;
    size_t pattern_place_count; /* of this message, once has_patterns */
    bool has_runs, has_patterns;
};

/* All is borrowed until release. `limits`: of the places that are left out before fl_rule_check_add(). */
fl_status fl_rule_check_create(struct fl_rule_check *check, const struct fl_rule_index *index,
                               const struct fl_place_limits *limits,
                               const struct fl_pattern_database *patterns, struct fl_error *error);
void fl_rule_check_release(struct fl_rule_check *check); /* zeroed is fine */

/* For each message: begin, its remembered words by rising place, end. */
void fl_rule_check_begin(struct fl_rule_check *check);
fl_status fl_rule_check_add(struct fl_rule_check *check, const struct fl_word_form *form,
                            struct fl_found_word place, uint8_t speakers, struct fl_error *error);
/* Hits of the rules that hold, in no order, some twice. */
fl_status fl_rule_check_end(struct fl_rule_check *check, const struct fl_message_view *message,
                            struct fl_tag_hits *hits, struct fl_error *error);

#endif
