/* tag_hits.c - a list of hits that is put in order message by message. */
#include "engine/tags/tag_hits.h"

#include <stdlib.h>

bool fl_tag_hits_grow(struct fl_tag_hits *hits)
{
    const size_t roomy = hits->capacity + hits->capacity / 2 + 256;
    const size_t capacity = roomy < FL_TAG_HITS_MAX ? roomy : FL_TAG_HITS_MAX;
    if (hits->count == capacity)
        return false;
    struct fl_tag_hit *list = realloc(hits->list, capacity * sizeof *list);
    if (list == NULL)
        return false;
    hits->list = list;
    hits->capacity = capacity;
    return true;
}

fl_status fl_tag_hits_fail(const struct fl_tag_hits *hits, struct fl_error *error)
{
    if (hits->count < FL_TAG_HITS_MAX)
        return fl_fail_memory(error, hits->count * sizeof *hits->list);
    return fl_fail(error, FL_LIMIT,
                   "more than %d hits in a few messages: many rules have words that are everywhere",
                   FL_TAG_HITS_MAX);
}

static int compare_places(const struct fl_tag_hit *a, const struct fl_tag_hit *b)
{
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return (b->size > a->size) - (b->size < a->size);
}

static int compare_hits(const void *a, const void *b)
{
    const struct fl_tag_hit *x = a, *y = b;
    const int difference = compare_places(x, y);
    return difference != 0 ? difference : (x->word > y->word) - (x->word < y->word);
}

static bool is_in_order(const struct fl_tag_hit *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (compare_places(&list[i - 1], &list[i]) >= 0)
            return false;
    }
    return true;
}

void fl_tag_hits_order(struct fl_tag_hits *hits, size_t from)
{
    const size_t count = hits->count - from;
    if (count < 2 || is_in_order(hits->list + from, count))
        return;
    struct fl_tag_hit *list = hits->list + from;
    qsort(list, count, sizeof *list, compare_hits);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (compare_places(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    }
    hits->count = from + kept;
}

void fl_tag_hits_release(struct fl_tag_hits *hits)
{
    free(hits->list);
    *hits = (struct fl_tag_hits){0};
}
