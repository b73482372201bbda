/* rule_trace.h - evaluates the rules of a keyword list on one message, slowly, and says why each holds or
 * not.
 *
 * A reader of SEMANTICS.md section 5 finds each sentence of it here once; fl_tagger must give the same hits.
 * But that a message has at most FL_MESSAGE_HITS_MAX it does not know, as it sees one rule at a time.
 */
#ifndef ENGINE_TAGS_LISTS_RULE_TRACE_H
#define ENGINE_TAGS_LISTS_RULE_TRACE_H

#include "engine/tags/tagger.h"

/* Belongs to one thread. */
struct fl_rule_tracer;
/* Both are borrowed until free. FL_BAD_MODEL: a regular expression is refused, with its line. */
fl_status fl_rule_tracer_create(const struct fl_keywords *keywords, const struct fl_fold *fold,
                                struct fl_rule_tracer **tracer, struct fl_error *error);
void fl_rule_tracer_free(struct fl_rule_tracer *tracer); /* NULL is fine */

/* Looks at a message; what follows is about it. Its text is borrowed. */
fl_status fl_rule_tracer_read(struct fl_rule_tracer *tracer, const struct fl_message *message,
                              struct fl_error *error);

enum { FL_TRACE_REASONS_MAX = 8 };

struct fl_trace_place {
    uint32_t word;       /* number in keywords->words, or FL_HIT_BY_REGEX */
    size_t offset, size; /* bytes of the text as it came */
};

struct fl_rule_trace {
    uint32_t rule;
    bool holds;
    bool is_close; /* it does not hold, and one thing is all that it lacks */
    bool has_part; /* some of it is there: a word, if only as a good part of a longer one */
    /* The hits of a rule that holds; else what of its words is there. By offset, falling size, word. */
    const struct fl_trace_place *places;
    size_t place_count;
    bool has_more_places;       /* than FL_RULE_HITS_MAX */
    const char *const *reasons; /* why it does not hold; the first FL_TRACE_REASONS_MAX */
    size_t reason_count;
};

/* The trace of one rule; it lives until the next message is read. */
fl_status fl_rule_tracer_trace(struct fl_rule_tracer *tracer, uint32_t rule, struct fl_rule_trace *trace,
                               struct fl_error *error);

#endif
