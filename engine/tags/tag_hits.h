/* tag_hits.h - a list of hits that is put in order message by message. */
#ifndef ENGINE_TAGS_TAG_HITS_H
#define ENGINE_TAGS_TAG_HITS_H

#include "engine/tags/tagger.h"

/* Zeroed: empty. */
struct fl_tag_hits {
    struct fl_tag_hit *list;
    size_t count, capacity;
};

bool fl_tag_hits_grow(struct fl_tag_hits *hits);
/* False: they are FL_TAG_HITS_MAX, or there is no memory; fl_tag_hits_fail() says which. */
static inline bool fl_tag_hits_push(struct fl_tag_hits *hits, struct fl_tag_hit hit)
{
    if (hits->count == hits->capacity && !fl_tag_hits_grow(hits))
        return false;
    hits->list[hits->count++] = hit;
    return true;
}

fl_status fl_tag_hits_fail(const struct fl_tag_hits *hits, struct fl_error *error);

/* Those from `from` on, of one message, by rule, offset, falling size, word; of equal rule, offset and size
 * the one with the smallest word stays. */
void fl_tag_hits_order(struct fl_tag_hits *hits, size_t from);
void fl_tag_hits_release(struct fl_tag_hits *hits);

#endif
