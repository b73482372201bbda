/* result_batch.c - results that are kept for later, up to a fixed room. */
#include "engine/result_batch.h"

#include <stdlib.h>
#include <string.h>

/* 6 MiB. A range has a few thousand customers as a rule. With their brands or types, or for many nights, it
 * has more results than rows: then a batch takes 24 MiB. */
enum { RESULTS = 32768, MANY_RESULTS = 4 * RESULTS };
/* Of these so many may be customers with facts, which are large: 1.9 MiB. */
enum { FACTS = 8192 };
/* About a megabyte of tags, of hits; the ids of their messages; the tags of customers' own rows. */
enum { TAGS = 8192, HITS = 8192, TEXT_BYTES = 1 << 18, TAG_NUMBERS = 1 << 16 };

/* Lists that are not wanted are NULL. */
struct fl_result_batch {
    size_t room, count, fact_count, number_count, tag_count, hit_count, text_bytes;
    /* Of each score. */
    struct fl_scope_score *scores;
    int64_t *customers;
    uint32_t *words;
    uint16_t *nights;
    uint8_t *scopes;
    struct fl_tag_summary *summaries; /* set of customers */
    uint32_t *numbers;                /* that they speak of */
    struct fl_customer_facts *facts;  /* of the customers among the scores */
    /* Of each tag, of each hit. */
    struct fl_customer_tag *tags;
    struct fl_message_hit *hits;
    uint16_t *tag_nights, *hit_nights;
    char *texts; /* of both */
};

/* ---- making ---- */

static size_t room_of(const struct fl_result_batch_plan *plan)
{
    return plan->many ? MANY_RESULTS : RESULTS;
}

uint64_t fl_result_batch_memory(const struct fl_result_batch_plan *plan)
{
    const struct fl_result_batch *batch = NULL; /* for the sizes alone */
    const uint64_t each = sizeof *batch->scores + sizeof *batch->customers + sizeof *batch->words +
                          sizeof *batch->nights + sizeof *batch->scopes;
    uint64_t bytes = sizeof *batch + room_of(plan) * each;
    if (plan->facts)
        bytes += FACTS * sizeof *batch->facts;
    if (plan->tags)
        bytes += room_of(plan) * sizeof *batch->summaries + TAG_NUMBERS * sizeof *batch->numbers +
                 TAGS * (sizeof *batch->tags + sizeof *batch->tag_nights) + TEXT_BYTES;
    if (plan->hits)
        bytes += HITS * (sizeof *batch->hits + sizeof *batch->hit_nights);
    return bytes;
}

/* Memory for a list that may be wanted; `complete` falls when there is none. */
static void *take(bool wanted, size_t size_bytes, bool *complete)
{
    void *list = wanted ? malloc(size_bytes) : NULL;
    *complete = *complete && (list != NULL || !wanted);
    return list;
}

struct fl_result_batch *fl_result_batch_create(const struct fl_result_batch_plan *plan)
{
    const size_t room = room_of(plan);
    struct fl_result_batch *batch = calloc(1, sizeof *batch);
    bool complete = true;
    if (batch == NULL)
        return NULL;
    batch->room = room;
    batch->scores = take(true, room * sizeof *batch->scores, &complete);
    batch->customers = take(true, room * sizeof *batch->customers, &complete);
    batch->words = take(true, room * sizeof *batch->words, &complete);
    batch->nights = take(true, room * sizeof *batch->nights, &complete);
    batch->scopes = take(true, room * sizeof *batch->scopes, &complete);
    batch->facts = take(plan->facts, FACTS * sizeof *batch->facts, &complete);
    batch->summaries = take(plan->tags, room * sizeof *batch->summaries, &complete);
    batch->numbers = take(plan->tags, TAG_NUMBERS * sizeof *batch->numbers, &complete);
    batch->tags = take(plan->tags, TAGS * sizeof *batch->tags, &complete);
    batch->tag_nights = take(plan->tags, TAGS * sizeof *batch->tag_nights, &complete);
    batch->hits = take(plan->hits, HITS * sizeof *batch->hits, &complete);
    batch->hit_nights = take(plan->hits, HITS * sizeof *batch->hit_nights, &complete);
    batch->texts = take(plan->tags || plan->hits, TEXT_BYTES, &complete);
    if (!complete) {
        fl_result_batch_free(batch);
        return NULL;
    }
    return batch;
}

void fl_result_batch_free(struct fl_result_batch *batch)
{
    if (batch == NULL)
        return;
    free(batch->scores);
    free(batch->customers);
    free(batch->words);
    free(batch->nights);
    free(batch->scopes);
    free(batch->facts);
    free(batch->summaries);
    free(batch->numbers);
    free(batch->tags);
    free(batch->tag_nights);
    free(batch->hits);
    free(batch->hit_nights);
    free(batch->texts);
    free(batch);
}

/* ---- keeping ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Of at most `count` customers, with the numbers of their tags; returns how many. */
static size_t keep_summaries(struct fl_result_batch *batch, const struct fl_results *results, size_t count)
{
    size_t kept = 0;
    for (; kept < count; kept++) {
        struct fl_tag_summary summary = results->tag_summaries[kept];
        if (summary.count > TAG_NUMBERS - batch->number_count)
            break;
        if (summary.count > 0)
            memcpy(batch->numbers + batch->number_count, results->tag_numbers + summary.from,
                   summary.count * sizeof *batch->numbers);
        summary.from = batch->number_count;
        batch->number_count += summary.count;
        batch->summaries[batch->count + kept] = summary;
    }
    return kept;
}

static size_t keep_scores(struct fl_result_batch *batch, const struct fl_results *results)
{
    size_t count = least(results->count, batch->room - batch->count);
    if (results->facts != NULL)
        count = least(count, FACTS - batch->fact_count);
    if (results->tag_summaries != NULL)
        count = keep_summaries(batch, results, count);
    if (results->facts != NULL) {
        memcpy(batch->facts + batch->fact_count, results->facts, count * sizeof *batch->facts);
        batch->fact_count += count;
    }
    memcpy(batch->customers + batch->count, results->customers, count * sizeof *batch->customers);
    memcpy(batch->scores + batch->count, results->scores, count * sizeof *batch->scores);
    for (size_t i = 0; i < count; i++) {
        batch->words[batch->count + i] = results->words == NULL ? 0 : results->words[i];
        batch->scopes[batch->count + i] = (uint8_t)results->scope;
        batch->nights[batch->count + i] = (uint16_t)results->night;
    }
    batch->count += count;
    return count;
}

/* Makes the text the batch's own. False: no room. */
static bool keep_text(struct fl_result_batch *batch, struct fl_text *text)
{
    if (text->size > TEXT_BYTES - batch->text_bytes)
        return false;
    char *copy = batch->texts + batch->text_bytes;
    if (text->size > 0)
        memcpy(copy, text->bytes, text->size);
    batch->text_bytes += text->size;
    text->bytes = copy;
    return true;
}

static size_t keep_tags(struct fl_result_batch *batch, const struct fl_results *results)
{
    size_t kept = 0;
    for (; kept < results->count && batch->tag_count < TAGS; kept++, batch->tag_count++) {
        struct fl_customer_tag *tag = &batch->tags[batch->tag_count];
        *tag = results->tags[kept];
        batch->tag_nights[batch->tag_count] = (uint16_t)results->night;
        if (tag->has_evidence && !keep_text(batch, &tag->first.message))
            break;
    }
    return kept;
}

static size_t keep_hits(struct fl_result_batch *batch, const struct fl_results *results)
{
    size_t kept = 0;
    for (; kept < results->count && batch->hit_count < HITS; kept++, batch->hit_count++) {
        struct fl_message_hit *hit = &batch->hits[batch->hit_count];
        *hit = results->hits[kept];
        batch->hit_nights[batch->hit_count] = (uint16_t)results->night;
        if (!keep_text(batch, &hit->message))
            break;
    }
    return kept;
}

size_t fl_result_batch_keep(struct fl_result_batch *batch, const struct fl_results *results)
{
    if (results->tags != NULL)
        return keep_tags(batch, results);
    return results->hits != NULL ? keep_hits(batch, results) : keep_scores(batch, results);
}

/* ---- handing on ---- */

static bool is_alike(const struct fl_result_batch *batch, size_t a, size_t b)
{
    return batch->scopes[a] == batch->scopes[b] && batch->nights[a] == batch->nights[b];
}

/* Scores from number `first` on that are of one night and kind; so many facts are those of customers before
 * them. */
static struct fl_results next_scores(const struct fl_result_batch *batch, size_t first, size_t facts)
{
    struct fl_results results = {.night = batch->nights[first],
                                 .scope = (enum fl_scope)batch->scopes[first],
                                 .customers = batch->customers + first,
                                 .words = batch->words + first,
                                 .scores = batch->scores + first};
    while (first + results.count < batch->count && is_alike(batch, first, first + results.count))
        results.count++;
    if (results.scope != FL_SCOPE_CUSTOMER)
        return results;
    results.facts = batch->facts == NULL ? NULL : batch->facts + facts;
    results.tag_summaries = batch->summaries == NULL ? NULL : batch->summaries + first;
    results.tag_numbers = batch->numbers;
    return results;
}

static fl_status sink_scores(const struct fl_result_batch *batch, fl_result_sink *sink, void *context,
                             struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t done = 0, facts = 0; done < batch->count && status == FL_OK;) {
        const struct fl_results results = next_scores(batch, done, facts);
        status = sink(context, &results, error);
        done += results.count;
        facts += results.facts == NULL ? 0 : results.count;
    }
    return status;
}

/* Tags, or hits, night by night: `all` has them all. */
static fl_status sink_nights(struct fl_results all, const uint16_t *nights, fl_result_sink *sink,
                             void *context, struct fl_error *error)
{
    fl_status status = FL_OK;
    while (all.count > 0 && status == FL_OK) {
        struct fl_results some = all;
        some.night = nights[0];
        for (some.count = 1; some.count < all.count && nights[some.count] == nights[0]; some.count++)
            ;
        status = sink(context, &some, error);
        fl_results_pass(&all, some.count);
        nights += some.count;
    }
    return status;
}

fl_status fl_result_batch_sink(struct fl_result_batch *batch, fl_result_sink *sink, void *context,
                               struct fl_error *error)
{
    const struct fl_results tags = {
        .scope = (enum fl_scope)FL_RESULT_TAGS, .tags = batch->tags, .count = batch->tag_count};
    const struct fl_results hits = {
        .scope = (enum fl_scope)FL_RESULT_HITS, .hits = batch->hits, .count = batch->hit_count};
    fl_status status = sink_nights(tags, batch->tag_nights, sink, context, error);
    if (status == FL_OK)
        status = sink_nights(hits, batch->hit_nights, sink, context, error);
    if (status == FL_OK)
        status = sink_scores(batch, sink, context, error);
    batch->count = batch->fact_count = batch->number_count = 0;
    batch->tag_count = batch->hit_count = batch->text_bytes = 0;
    return status;
}
