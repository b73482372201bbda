/* result_words.c - the columns of results whose words are fixed: bands, trends, stages, tiers ... */
#include "engine/result_words.h"

#include <assert.h>

#include "engine/customer_facts.h"
#include "engine/score.h"
#include "engine/tier.h"
#include "formats/schema/schema.h"
#include "formats/table/word_union.h"

#define X(name, word) word,
static const char *const bands[] = {FL_BAND_LIST(X)};
static const char *const trends[] = {FL_TREND_LIST(X)};
static const char *const loops[] = {FL_LOOP_WORD_LIST(X)};
static const char *const phases[] = {FL_PHASE_LIST(X)};
static const char *const stages[] = {FL_STAGE_LIST(X)};
static const char *const tenures[] = {FL_TENURE_LIST(X)};
static const char *const tiers[] = {FL_TIER_LIST(X)};
static const char *const basket_confidences[] = {FL_BASKET_CONFIDENCE_LIST(X)};
static const char *const basket_ranges[] = {FL_BASKET_RANGE_LIST(X)};
#undef X

#define LIST(column, list)                                                                                   \
    {                                                                                                        \
        FL_SCORES_##column,                                                                                  \
        {                                                                                                    \
            list, sizeof list / sizeof list[0]                                                               \
        }                                                                                                    \
    }
static const struct {
    uint16_t id;
    struct fl_result_words list;
} lists[] = {
    LIST(BAND, bands),          LIST(BAND_BEFORE, bands),
    LIST(TREND, trends),        LIST(INTENT_TREND, trends),
    LIST(LOOP, loops),          LIST(LOOP_BEFORE, loops),
    LIST(PHASE, phases),        LIST(PHASE_BEFORE, phases),
    LIST(STAGE, stages),        LIST(STAGE_BEFORE, stages),
    LIST(TENURE_BAND, tenures), LIST(TIER, tiers),
    LIST(TIER_PENDING, tiers),  LIST(TIER_BEFORE, tiers),
    LIST(RANGE, basket_ranges), LIST(BASKET_CONFIDENCE, basket_confidences),
};

struct fl_result_words fl_result_words_of(uint16_t column_id)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (lists[i].id == column_id)
            return lists[i].list;
    }
    return (struct fl_result_words){0};
}

uint32_t fl_result_words_find(struct fl_result_words list, struct fl_text word)
{
    for (size_t i = 0; i < list.count; i++) {
        if (fl_text_equal(fl_text_of(list.words[i]), word))
            return (uint32_t)i;
    }
    return FL_NO_WORD;
}

struct fl_words fl_result_dictionary_fill(struct fl_result_words list,
                                          struct fl_result_dictionary *dictionary)
{
    assert(list.count <= FL_RESULT_WORDS_MAX);
    uint32_t at = 0;
    for (size_t i = 0; i < list.count; i++) {
        const size_t size = strlen(list.words[i]);
        assert(at + size <= sizeof dictionary->bytes);
        dictionary->offsets[i] = at;
        memcpy(dictionary->bytes + at, list.words[i], size);
        at += (uint32_t)size;
    }
    dictionary->offsets[list.count] = at;
    return (struct fl_words){list.count, dictionary->offsets, dictionary->bytes};
}
