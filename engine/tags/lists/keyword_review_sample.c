/* keyword_review_sample.c - what the rules of a keyword list find in the messages of a sample. */
#include <stdlib.h>

#include "engine/tags/lists/keyword_review.h"
#include "engine/tags/message_reader.h"

enum { SPEAKERS = 3 };
static const uint8_t speaker_bits[SPEAKERS] = {FL_SPEAKER_CUSTOMER, FL_SPEAKER_AGENT, FL_SPEAKER_OTHER};

struct counts {
    uint64_t *holding; /* by rule: messages in which it holds */
    uint64_t of_speaker[SPEAKERS];
};

static void count_hits(struct counts *counts, const struct fl_tag_hit *hits, size_t hit_count)
{
    for (size_t i = 0; i < hit_count; i++) {
        const bool again =
            i > 0 && hits[i].message == hits[i - 1].message && hits[i].rule == hits[i - 1].rule;
        counts->holding[hits[i].rule] += !again;
    }
}

static void count_messages(struct counts *counts, const struct fl_message_chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++) {
        for (int speaker = 0; speaker < SPEAKERS; speaker++)
            counts->of_speaker[speaker] += (chunk->messages[i].speakers & speaker_bits[speaker]) != 0;
    }
}

static fl_status count_chunk(const struct fl_message_chunk *chunk, struct fl_tagger *tagger,
                             struct counts *counts, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t at = 0, done = 0; at < chunk->count && status == FL_OK; at += done) {
        const struct fl_tag_hit *hits = NULL;
        size_t hit_count = 0;
        status =
            fl_tagger_run(tagger, chunk->messages + at, chunk->count - at, &done, &hits, &hit_count, error);
        count_hits(counts, hits, hit_count);
    }
    return status;
}

static fl_status count_all(struct fl_message_reader *reader, struct fl_tagger *tagger, struct counts *counts,
                           struct fl_error *error)
{
    for (;;) {
        struct fl_message_chunk chunk;
        fl_status status = fl_message_reader_next(reader, &chunk, error);
        if (status != FL_OK || chunk.count == 0)
            return status;
        status = count_chunk(&chunk, tagger, counts, error);
        if (status != FL_OK)
            return status;
        count_messages(counts, &chunk);
    }
}

static fl_status read_sample(const struct fl_tag_rules *rules, const struct fl_message_source *sample,
                             struct counts *counts, struct fl_error *error)
{
    struct fl_message_reader *reader = NULL;
    struct fl_tagger *tagger = NULL;
    fl_status status = fl_message_reader_create(sample, &reader, error);
    if (status == FL_OK)
        status = fl_tagger_create(rules, &tagger, error);
    if (status == FL_OK)
        status = count_all(reader, tagger, counts, error);
    fl_tagger_free(tagger);
    fl_message_reader_free(reader);
    return status;
}

static void remark_rule(struct fl_remark_list *list, const struct fl_keyword_rule *rule, uint64_t holding,
                        uint64_t seen)
{
    if (seen == 0)
        fl_remark_add(list, FL_KEYWORD_SAMPLE, rule->line, 0, "speaker",
                      "the sample has no message of the rule's speaker");
    else if (holding == 0)
        fl_remark_add(list, FL_KEYWORD_SAMPLE, rule->line, 0, NULL,
                      "holds in none of %llu messages of the sample", (unsigned long long)seen);
    else if (holding > seen - holding)
        fl_remark_add(list, FL_KEYWORD_SAMPLE, rule->line, 0, NULL,
                      "holds in %llu of %llu messages of the sample: a tag of nearly everybody says little, "
                      "look for a word that is in too many",
                      (unsigned long long)holding, (unsigned long long)seen);
}

fl_status fl_keywords_review_sample(const struct fl_tag_rules *rules, const struct fl_message_source *sample,
                                    struct fl_remark_list *list, uint64_t *messages, struct fl_error *error)
{
    const struct fl_keywords *keywords = fl_tag_rules_keywords(rules);
    struct counts counts = {.holding = calloc(keywords->rule_count + 1, sizeof *counts.holding)};
    if (counts.holding == NULL)
        return fl_fail_memory(error, keywords->rule_count * sizeof *counts.holding);
    const fl_status status = read_sample(rules, sample, &counts, error);
    *messages = 0;
    for (int speaker = 0; speaker < SPEAKERS; speaker++)
        *messages += counts.of_speaker[speaker];
    for (size_t i = 0; i < keywords->rule_count && status == FL_OK && *messages > 0; i++) {
        uint64_t seen = 0;
        for (int speaker = 0; speaker < SPEAKERS; speaker++)
            seen +=
                (keywords->rules[i].speakers & speaker_bits[speaker]) != 0 ? counts.of_speaker[speaker] : 0;
        remark_rule(list, &keywords->rules[i], counts.holding[i], seen);
    }
    free(counts.holding);
    return status;
}
