/* tag_hits.c - a list of hits that is put in order, and kept short, message by message. */
#include "engine/tags/tag_hits.h"

#include <stdlib.h>

fl_status fl_tag_hits_create(struct fl_tag_hits *hits, size_t rule_count, struct fl_error *error)
{
    *hits = (struct fl_tag_hits){.full = calloc(rule_count + 1, sizeof *hits->full)};
    return hits->full != NULL ? FL_OK : fl_fail_memory(error, (rule_count + 1) * sizeof *hits->full);
}

void fl_tag_hits_release(struct fl_tag_hits *hits)
{
    free(hits->list);
    free(hits->full);
    *hits = (struct fl_tag_hits){0};
}

bool fl_tag_hits_grow(struct fl_tag_hits *hits)
{
    const size_t capacity = hits->capacity + hits->capacity / 2 + 256;
    struct fl_tag_hit *list = realloc(hits->list, capacity * sizeof *list);
    if (list == NULL)
        return false;
    hits->list = list;
    hits->capacity = capacity;
    return true;
}

fl_status fl_tag_hits_fail(const struct fl_tag_hits *hits, struct fl_error *error)
{
    return fl_fail_memory(error, hits->count * sizeof *hits->list);
}

/* ---- order ---- */

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

static void put_in_order(struct fl_tag_hits *hits)
{
    const size_t count = hits->count - hits->first;
    if (count < 2 || is_in_order(hits->list + hits->first, count))
        return;
    struct fl_tag_hit *list = hits->list + hits->first;
    qsort(list, count, sizeof *list, compare_hits);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (compare_places(&list[kept - 1], &list[i]) != 0)
            list[kept++] = list[i];
    }
    hits->count = hits->first + kept;
}

/* ---- limits ---- */

/* How many hits each rule may have in the message: the same number for all that hold in it. */
static size_t share_of(const struct fl_tag_hits *hits)
{
    size_t rules = hits->count > hits->first;
    for (size_t i = hits->first + 1; i < hits->count; i++)
        rules += hits->list[i].rule != hits->list[i - 1].rule;
    return rules * FL_RULE_HITS_MAX <= FL_MESSAGE_HITS_MAX ? FL_RULE_HITS_MAX : FL_MESSAGE_HITS_MAX / rules;
}

/* Hits are in order. What is found later can only lessen a share, and puts only others before those that are
 * dropped here. */
static void keep_shares(struct fl_tag_hits *hits)
{
    const size_t share = share_of(hits);
    size_t kept = hits->first, of_rule = 0;
    for (size_t i = hits->first; i < hits->count; i++) {
        const struct fl_tag_hit hit = hits->list[i];
        of_rule = kept > hits->first && hits->list[kept - 1].rule == hit.rule ? of_rule + 1 : 1;
        if (of_rule > share) {
            hits->is_cut = true;
            continue;
        }
        hits->list[kept++] = hit;
        if (of_rule == share)
            hits->full[hit.rule] = (struct fl_rule_full){hits->message, hit.offset};
    }
    hits->count = kept;
}

void fl_tag_hits_trim(struct fl_tag_hits *hits)
{
    put_in_order(hits);
    keep_shares(hits);
    hits->is_trimmed = true;
}

void fl_tag_hits_begin(struct fl_tag_hits *hits)
{
    hits->first = hits->count;
    hits->message++;
    hits->is_cut = hits->is_trimmed = false;
}

void fl_tag_hits_end(struct fl_tag_hits *hits)
{
    put_in_order(hits);
    if (hits->count - hits->first > FL_RULE_HITS_MAX)
        keep_shares(hits);
    hits->cut_count += hits->is_cut;
}
