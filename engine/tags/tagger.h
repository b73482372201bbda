/* tagger.h - which rules hold in messages, and where (SEMANTICS.md section 5). */
#ifndef ENGINE_TAGS_TAGGER_H
#define ENGINE_TAGS_TAGGER_H

#include "engine/model/keywords.h"
#include "formats/base/limits.h"

/* A keyword list made ready. Immutable: threads may share it. */
struct fl_tag_rules;
/* Both are borrowed until free. FL_BAD_MODEL: a regular expression is refused, with its line. */
fl_status fl_tag_rules_compile(const struct fl_keywords *keywords, const struct fl_fold *fold,
                               struct fl_tag_rules **rules, struct fl_error *error);
void fl_tag_rules_free(struct fl_tag_rules *rules); /* NULL is fine */
const struct fl_keywords *fl_tag_rules_keywords(const struct fl_tag_rules *rules);

struct fl_message {
    struct fl_text text; /* borrowed for the call */
    uint8_t speakers;    /* one of FL_SPEAKER_CUSTOMER, _AGENT, _OTHER */
};

#define FL_HIT_BY_REGEX UINT32_MAX

/* A place because of which a rule holds. */
struct fl_tag_hit {
    uint32_t message; /* number in the call */
    uint32_t rule;
    uint32_t word;         /* number in keywords->words, or FL_HIT_BY_REGEX */
    uint32_t offset, size; /* bytes of the text as it came */
};

/* Belongs to one thread. */
struct fl_tagger;
fl_status fl_tagger_create(const struct fl_tag_rules *rules, struct fl_tagger **tagger,
                           struct fl_error *error);
void fl_tagger_free(struct fl_tagger *tagger); /* NULL is fine */

/* Of a rule's hits in a message the first FL_RULE_HITS_MAX count, in the order below; fewer where many rules
 * hold, of each the same number, so that a message has FL_MESSAGE_HITS_MAX at most. Whether a rule holds is
 * seen from the whole message.
 *
 * The hits of the first *done messages (at least one, if there is one), by message, then rule, offset,
 * falling size, word; valid until the next call. All of the messages, unless their hits would take much
 * memory: the others are for the next call. Quickest with some thousands at a time. FL_LIMIT: a message of
 * more than 200 MB. */
fl_status fl_tagger_run(struct fl_tagger *tagger, const struct fl_message *messages, size_t count,
                        size_t *done, const struct fl_tag_hit **hits, size_t *hit_count,
                        struct fl_error *error);
/* The same of a text whose lines are messages, a '\r' at the end of one left out: the number of a message is
 * that of its line, from 0. *done: bytes of the text; *lines: how many lines they are. FL_LIMIT too: more
 * than UINT32_MAX bytes. */
fl_status fl_tagger_run_lines(struct fl_tagger *tagger, struct fl_text text, uint8_t speakers, size_t *done,
                              size_t *lines, const struct fl_tag_hit **hits, size_t *hit_count,
                              struct fl_error *error);
/* In how many messages hits were left out, so far. */
uint64_t fl_tagger_cut_messages(const struct fl_tagger *tagger);

#endif
