/* tag_hits.h - a list of hits that is put in order, and kept short, message by message. */
#ifndef ENGINE_TAGS_TAG_HITS_H
#define ENGINE_TAGS_TAG_HITS_H

#include "engine/tags/tagger.h"

/* From where on a rule has all the hits that it may have in a message. */
struct fl_rule_full {
    uint64_t message; /* in which that is so */
    uint32_t offset;  /* of its last hit */
};

/* Belongs to one thread. */
struct fl_tag_hits {
    struct fl_tag_hit *list;
    size_t count, capacity;
    /* Of the message at hand. */
    size_t first;
    uint64_t message;   /* its number, from 1 */
    bool is_cut;        /* hits were left out */
    bool is_trimmed;    /* `full` says of which rules no more are wanted */
    uint64_t cut_count; /* of messages */
    struct fl_rule_full *full;
};

fl_status fl_tag_hits_create(struct fl_tag_hits *hits, size_t rule_count, struct fl_error *error);
void fl_tag_hits_release(struct fl_tag_hits *hits); /* zeroed is fine */
static inline void fl_tag_hits_clear(struct fl_tag_hits *hits)
{
    hits->count = 0;
}

/* For each message: begin, hits, end, which puts them by rule, offset, falling size, word; of equal rule,
 * offset and size the one with the smallest word stays. */
void fl_tag_hits_begin(struct fl_tag_hits *hits);
void fl_tag_hits_end(struct fl_tag_hits *hits);

bool fl_tag_hits_grow(struct fl_tag_hits *hits);
/* False: no memory. */
static inline bool fl_tag_hits_push(struct fl_tag_hits *hits, struct fl_tag_hit hit)
{
    if (hits->is_trimmed && hits->full[hit.rule].message == hits->message &&
        hit.offset > hits->full[hit.rule].offset) {
        hits->is_cut = true;
        return true;
    }
    if (hits->count == hits->capacity && !fl_tag_hits_grow(hits))
        return false;
    hits->list[hits->count++] = hit;
    return true;
}
fl_status fl_tag_hits_fail(const struct fl_tag_hits *hits, struct fl_error *error);

/* Leaves out what end would leave out, once there is much of it: so a message takes no more than some ten
 * mebibytes. Moves hits. */
void fl_tag_hits_trim(struct fl_tag_hits *hits);
static inline void fl_tag_hits_trim_if_many(struct fl_tag_hits *hits)
{
    if (hits->count - hits->first >= 2 * (size_t)FL_MESSAGE_HITS_MAX)
        fl_tag_hits_trim(hits);
}

#endif
