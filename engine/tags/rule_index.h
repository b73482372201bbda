/* rule_index.h - a keyword list turned around: from a literal that was found to the rules that it concerns.
 */
#ifndef ENGINE_TAGS_RULE_INDEX_H
#define ENGINE_TAGS_RULE_INDEX_H

#include "engine/model/keywords.h"

/* Whether a byte beside a word makes a spaced letter touch it; bits, so that many places are sifted without a
 * branch. */
enum fl_neighbour {
    FL_NEIGHBOUR_APART = 0,
    FL_NEIGHBOUR_TOUCHES = 1,
    FL_NEIGHBOUR_LOOK = 2 /* a character of several bytes: it has to be looked up */
};

struct fl_rule_of_word {
    uint32_t number; /* of a rule, or of a checked one */
    uint32_t speakers;
};

/* A literal as one word uses it. */
struct fl_word_form {
    uint32_t word;
    bool bound_left, bound_right; /* must not touch a spaced letter there */
    bool remembered;              /* some checked rule asks for it */
    struct fl_span plain;         /* in `plain`: rules that hold wherever it is */
    struct fl_span wakes;         /* in `wakes`: checked rules that may hold where it is */
};

struct fl_literal_forms {
    uint32_t first_form;
    uint16_t size; /* bytes */
    uint8_t form_count;
    bool bound_left : 1, bound_right : 1; /* all of its forms are */
};

/* A rule that asks for more than one word of `any`. */
struct fl_checked_rule {
    uint32_t rule;
    uint8_t speakers;
    struct fl_span any, all, none; /* in `members`, each rising, each word once */
    struct fl_span near;           /* in keywords->nears */
    uint32_t pattern;              /* FL_NO_PATTERN: none */
};
#define FL_NO_PATTERN UINT32_MAX

/* Immutable once made. */
struct fl_rule_index {
    const struct fl_keywords *keywords;
    const struct fl_fold *fold;
    uint8_t neighbours[256]; /* enum fl_neighbour of a byte */
    struct fl_literal_forms *literals;
    struct fl_word_form *forms;
    struct fl_rule_of_word *plain, *wakes;
    struct fl_checked_rule *checked;
    uint32_t *members;
    uint32_t *restless;       /* checked rules that no word wakes: every message has to be looked at */
    struct fl_text *patterns; /* regular expressions */
    uint32_t *pattern_rules;  /* the rule of each */
    size_t checked_count, restless_count, pattern_count;
    size_t longest_list;       /* of members */
    uint8_t speakers;          /* of all rules that can hold */
    uint8_t restless_speakers; /* of those that no word wakes */
    struct fl_arena arena;     /* of all the lists */
};

/* Both are borrowed until release. */
fl_status fl_rule_index_make(const struct fl_keywords *keywords, const struct fl_fold *fold,
                             struct fl_rule_index *index, struct fl_error *error);
void fl_rule_index_release(struct fl_rule_index *index); /* zeroed is fine */

#endif
