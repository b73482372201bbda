/* tag_range.c - the tags of all customers of a range, from their messages and from tags given by hand. */
#include "engine/tags/tag_range.h"

#include <stdlib.h>

#include "engine/tags/hit_list.h"
#include "engine/tags/tag_days.h"
#include "engine/tags/tag_source.h"

/* Less than this is not worth thinning out: the days of a usual range. */
#define THIN_BYTES_MIN (UINT64_C(4) << 20)
/* The list of a night: some thousand customers with a few tags. */
#define TAGS_BYTES (UINT64_C(1) << 20)
/* A tagger's buffers of folded texts and of hits. */
#define TAGGER_BYTES (UINT64_C(4) << 20)

struct fl_tag_range {
    const struct fl_tag_source *source;
    struct fl_message_scan *scan; /* NULL: there are no texts */
    struct fl_tagger *tagger;
    struct fl_given_scan *given;
    struct fl_tag_days days;
    struct fl_hit_list hits;
    uint64_t thin_bytes; /* thinned out when more is held */
    int64_t customer_first, customer_last;
    const struct fl_tag_day *entries; /* of the range, gathered */
    size_t entry_count;
    struct fl_buffer *tags; /* of each night: struct fl_customer_tag */
    bool *tags_made;
    uint64_t list_bytes; /* of all nights' tags */
    uint64_t messages;
};

/* ---- opening ---- */

static fl_status open_parts(struct fl_tag_range *range, struct fl_error *error)
{
    const struct fl_tag_source *source = range->source;
    const struct fl_tag_source_plan *plan = &source->plan;
    fl_status status =
        fl_tag_days_init(&range->days, &plan->model->keywords, source->numbers, plan->wants_hits, error);
    range->tags = calloc(source->nights.count, sizeof *range->tags);
    range->tags_made = calloc(source->nights.count, sizeof *range->tags_made);
    if (status == FL_OK && (range->tags == NULL || range->tags_made == NULL))
        status = fl_fail_memory(error, source->nights.count * sizeof *range->tags);
    if (status == FL_OK)
        status = fl_given_scan_open(&source->given, &source->nights, &range->given, error);
    if (status != FL_OK || source->rules == NULL)
        return status;
    status = fl_tagger_create(source->rules, &range->tagger, error);
    return status == FL_OK ? fl_message_scan_open(&source->files, &plan->model->registry, &source->nights,
                                                  &range->scan, error)
                           : status;
}

fl_status fl_tag_range_open(const struct fl_tag_source *source, struct fl_tag_range **range,
                            struct fl_error *error)
{
    *range = NULL;
    struct fl_tag_range *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->source = source;
    const fl_status status = open_parts(opened, error);
    if (status == FL_OK)
        *range = opened;
    else
        fl_tag_range_close(opened);
    return status;
}

void fl_tag_range_close(struct fl_tag_range *range)
{
    if (range == NULL)
        return;
    for (size_t i = 0; range->tags != NULL && i < range->source->nights.count; i++)
        fl_buffer_release(&range->tags[i]);
    free(range->tags);
    free(range->tags_made);
    fl_message_scan_close(range->scan);
    fl_tagger_free(range->tagger);
    fl_given_scan_close(range->given);
    fl_tag_days_release(&range->days);
    fl_hit_list_release(&range->hits);
    free(range);
}

uint64_t fl_tag_range_memory(const struct fl_tag_source *source)
{
    const uint64_t scan = source->rules == NULL ? 0 : fl_message_scan_memory(&source->files) + TAGGER_BYTES;
    return sizeof(struct fl_tag_range) + scan + fl_given_scan_memory(&source->given) + 2 * THIN_BYTES_MIN +
           source->nights.count * TAGS_BYTES;
}

/* ---- making ---- */

static uint64_t held_bytes(const struct fl_tag_range *range)
{
    return fl_tag_days_memory(&range->days) + fl_hit_list_memory(&range->hits);
}

static fl_status fail_limit(const struct fl_tag_range *range, uint64_t wanted_bytes, struct fl_error *error)
{
    return fl_fail(
        error, FL_LIMIT, "customers %lld to %lld: their tags%s need %lluM, at most %lluM: raise --memory",
        (long long)range->customer_first, (long long)range->customer_last,
        range->source->plan.wants_hits ? " and hits" : "", (unsigned long long)(wanted_bytes >> 20) + 1,
        (unsigned long long)(range->source->plan.memory_bytes >> 20));
}

/* Thinned out again when twice as much is held as was left, so that all of it together costs a few passes
 * over what was added; while it is done both take memory, so at most half of it may be left. */
static fl_status thin_if_large(struct fl_tag_range *range, struct fl_error *error)
{
    const uint64_t memory_bytes = range->source->plan.memory_bytes;
    if (held_bytes(range) <= range->thin_bytes)
        return FL_OK;
    const fl_status status = fl_tag_days_thin(&range->days, error);
    if (status != FL_OK)
        return status;
    const uint64_t left = held_bytes(range);
    if (left > memory_bytes / 2)
        return fail_limit(range, 2 * left, error);
    const uint64_t next = 2 * left > THIN_BYTES_MIN ? 2 * left : THIN_BYTES_MIN;
    range->thin_bytes = next < memory_bytes ? next : memory_bytes;
    return FL_OK;
}

/* The hits of message `index` of those that were read. */
static fl_status take_hits(struct fl_tag_range *range, size_t index, const struct fl_tag_hit *hits,
                           size_t count, struct fl_error *error)
{
    const struct fl_tag_source *source = range->source;
    struct fl_tag_message message;
    const struct fl_tag_message *kept = NULL;
    fl_status status = fl_message_scan_tell(range->scan, index, &message, error);
    if (status == FL_OK)
        status = fl_tag_days_add_message(&range->days, &message, hits, count, &kept, error);
    if (status == FL_OK && kept != NULL)
        status = fl_hit_list_add(&range->hits, kept, &source->plan.model->keywords, source->numbers, hits,
                                 count, error);
    return status == FL_OK ? thin_if_large(range, error) : status;
}

/* Those that the tagger takes at once of messages from `first` on. */
static fl_status take_some(struct fl_tag_range *range, const struct fl_message *messages, size_t first,
                           size_t count, size_t *done, struct fl_error *error)
{
    const struct fl_tag_hit *hits = NULL;
    size_t hit_count = 0, from = 0;
    fl_status status =
        fl_tagger_run(range->tagger, messages + first, count - first, done, &hits, &hit_count, error);
    while (status == FL_OK && from < hit_count) {
        size_t to = from + 1;
        while (to < hit_count && hits[to].message == hits[from].message)
            to++;
        status = take_hits(range, first + hits[from].message, hits + from, to - from, error);
        from = to;
    }
    return status;
}

static fl_status take_messages(struct fl_tag_range *range, const struct fl_message *messages, size_t count,
                               struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t at = 0, done = 0; at < count && status == FL_OK; at += done)
        status = take_some(range, messages, at, count, &done, error);
    range->messages += count;
    return status;
}

static fl_status scan_messages(struct fl_tag_range *range, struct fl_error *error)
{
    if (range->scan == NULL)
        return FL_OK;
    fl_message_scan_range(range->scan, range->customer_first, range->customer_last);
    for (;;) {
        const struct fl_message *messages = NULL;
        size_t count = 0;
        fl_status status = fl_message_scan_next(range->scan, &messages, &count, error);
        if (status != FL_OK || count == 0)
            return status;
        status = take_messages(range, messages, count, error);
        if (status != FL_OK)
            return status;
    }
}

static fl_status read_given(struct fl_tag_range *range, struct fl_error *error)
{
    fl_given_scan_range(range->given, range->customer_first, range->customer_last);
    for (;;) {
        struct fl_tag_day day;
        bool more = false;
        fl_status status = fl_given_scan_next(range->given, &day, &more, error);
        if (status != FL_OK || !more)
            return status;
        status = fl_tag_days_add_given(&range->days, &day, error);
        if (status == FL_OK)
            status = thin_if_large(range, error);
        if (status != FL_OK)
            return status;
    }
}

fl_status fl_tag_range_make(struct fl_tag_range *range, int64_t customer_first, int64_t customer_last,
                            struct fl_error *error)
{
    const uint64_t memory_bytes = range->source->plan.memory_bytes;
    fl_tag_days_reset(&range->days);
    fl_hit_list_reset(&range->hits);
    range->customer_first = customer_first;
    range->customer_last = customer_last;
    range->thin_bytes = THIN_BYTES_MIN < memory_bytes ? THIN_BYTES_MIN : memory_bytes;
    range->entry_count = 0;
    range->list_bytes = 0;
    memset(range->tags_made, 0, range->source->nights.count * sizeof *range->tags_made);
    fl_status status = scan_messages(range, error);
    if (status == FL_OK)
        status = read_given(range, error);
    if (status == FL_OK)
        range->entries = fl_tag_days_gather(&range->days, &range->entry_count);
    return status;
}

/* ---- as of a night ---- */

static struct fl_tag_evidence evidence_of(const struct fl_tag_range *range, const struct fl_tag_day *day)
{
    const struct fl_tag_message *message = day->first;
    return (struct fl_tag_evidence){.message = message->id,
                                    .day = message->day,
                                    .second = message->second,
                                    .rule = range->source->plan.model->keywords.rules[day->place.rule].line,
                                    .offset = day->place.offset,
                                    .size = day->place.size};
}

/* The tag that `count` entries of one customer are about. */
static fl_status make_tag(struct fl_tag_range *range, const struct fl_tag_day *entries, size_t count,
                          uint32_t night, struct fl_error *error)
{
    const struct fl_tag_terms *terms = &range->source->terms[entries->tag];
    struct fl_tag_spell spell;
    if (!fl_tag_spell_find(terms, entries, count, night, fl_tag_night_day(&range->source->nights, night),
                           &spell) ||
        (!spell.on && spell.points_micro == 0))
        return FL_OK;
    struct fl_customer_tag tag = {.customer = entries->customer,
                                  .tag = entries->tag,
                                  .on = spell.on,
                                  .has_evidence = spell.first != NULL,
                                  .given = spell.given,
                                  .since = spell.since,
                                  .last = spell.last,
                                  .expires = spell.expires,
                                  .hits = spell.hits,
                                  .priority = terms->priority,
                                  .points_positive = spell.points_micro > 0 ? spell.points_micro : 0,
                                  .points_negative = spell.points_micro < 0 ? spell.points_micro : 0};
    if (spell.first != NULL)
        tag.first = evidence_of(range, spell.first);
    struct fl_buffer *tags = &range->tags[night];
    return fl_buffer_append(tags, &tag, sizeof tag) ? FL_OK : fl_fail_memory(error, tags->size + sizeof tag);
}

/* The lists of all nights wait side by side. */
static fl_status check_lists(struct fl_tag_range *range, uint32_t night, struct fl_error *error)
{
    range->list_bytes += range->tags[night].size;
    const uint64_t bytes = range->list_bytes + held_bytes(range);
    return bytes <= range->source->plan.memory_bytes ? FL_OK : fail_limit(range, bytes, error);
}

static fl_status make_tags(struct fl_tag_range *range, uint32_t night, struct fl_error *error)
{
    const struct fl_tag_day *entries = range->entries;
    size_t from = 0;
    fl_status status = FL_OK;
    range->tags[night].size = 0;
    while (status == FL_OK && from < range->entry_count) {
        size_t to = from + 1;
        while (to < range->entry_count && entries[to].customer == entries[from].customer &&
               entries[to].tag == entries[from].tag)
            to++;
        status = make_tag(range, entries + from, to - from, night, error);
        from = to;
    }
    if (status == FL_OK)
        status = check_lists(range, night, error);
    range->tags_made[night] = status == FL_OK;
    return status;
}

fl_status fl_tag_range_tags(struct fl_tag_range *range, size_t night, const struct fl_customer_tag **tags,
                            size_t *count, struct fl_error *error)
{
    const fl_status status = range->tags_made[night] ? FL_OK : make_tags(range, (uint32_t)night, error);
    *tags = (const struct fl_customer_tag *)(const void *)range->tags[night].bytes;
    *count = status == FL_OK ? range->tags[night].size / sizeof **tags : 0;
    return status;
}

fl_status fl_tag_range_hits(struct fl_tag_range *range, size_t night, const struct fl_message_hit **hits,
                            size_t *count, struct fl_error *error)
{
    return fl_hit_list_of_night(&range->hits, range->source->plan.model, (uint32_t)night, hits, count, error);
}

struct fl_tag_message_counts fl_tag_range_counts(const struct fl_tag_range *range)
{
    return (struct fl_tag_message_counts){range->messages,
                                          range->tagger == NULL ? 0 : fl_tagger_cut_messages(range->tagger)};
}
