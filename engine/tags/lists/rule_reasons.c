/* rule_reasons.c - in sentences why a rule does not hold in a message. */
#include "engine/tags/lists/rule_reasons.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine/tags/lists/keyword_text.h"
#include "engine/tags/letters.h"

enum { LONGER_WORD_SHOWN = 60, APART_MAX = 1000, NEAR_SPOTS_MAX = 1000 };

/* A sentence has two words at most, each byte of which may have a mark in front, a `*` at each end, and a
 * part of a longer one. */
enum { SENTENCE_BYTES_MAX = 2 * (2 * FL_KEYWORD_BYTES_MAX + 2) + LONGER_WORD_SHOWN + 200 };

__attribute__((format(printf, 2, 3))) static void say(struct fl_rule_reasons *reasons, const char *format,
                                                      ...)
{
    char words[SENTENCE_BYTES_MAX];
    va_list arguments;
    if (reasons->count == reasons->list_max)
        return;
    va_start(arguments, format);
    const int size = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    assert(size >= 0 && size < SENTENCE_BYTES_MAX);
    const char *text = fl_arena_copy(reasons->arena, words, (size_t)size);
    reasons->no_memory = reasons->no_memory || text == NULL;
    reasons->list[reasons->count++] = text == NULL ? "" : text;
}

/* The word as keywords.csv has it. */
static const char *word_text(struct fl_rule_reasons *reasons, uint32_t word)
{
    struct fl_buffer bytes = {0};
    const char *text = NULL;
    if (fl_keyword_append(reasons->spots->keywords, word, &bytes))
        text = fl_arena_copy(reasons->arena, (const char *)bytes.bytes, bytes.size);
    fl_buffer_release(&bytes);
    reasons->no_memory = reasons->no_memory || text == NULL;
    return text == NULL ? "" : text;
}

/* Where folded bytes lie in the message, for people: bytes counted from 0, as hits have them. */
static size_t place_of(const struct fl_rule_reasons *reasons, size_t from, size_t size)
{
    size_t place_from, place_to;
    fl_fold_place(reasons->spots->fold, reasons->text, from, from + size, &place_from, &place_to);
    return place_from;
}

/* ---- words ---- */

static size_t step_back(struct fl_text text, size_t at)
{
    do
        at--;
    while (at > 0 && ((uint8_t)text.bytes[at] & 0xC0) == 0x80);
    return at;
}

static size_t step_on(struct fl_text text, size_t at)
{
    do
        at++;
    while (at < text.size && ((uint8_t)text.bytes[at] & 0xC0) == 0x80);
    return at;
}

/* The longer word that a word lies in, in the folded text. */
static struct fl_text longer_word(const struct fl_fold *fold, struct fl_text text, size_t from, size_t to)
{
    while (from > 0 && fl_letter_before(fold, text, from) == FL_LETTER_SPACED)
        from = step_back(text, from);
    while (to < text.size && fl_letter_at(fold, text, to) == FL_LETTER_SPACED)
        to = step_on(text, to);
    return (struct fl_text){text.bytes + from, to - from};
}

/* Cut where a character begins. */
static struct fl_text shown_part(struct fl_text word)
{
    size_t size = word.size;
    if (size > LONGER_WORD_SHOWN)
        size = step_back(word, LONGER_WORD_SHOWN + 1);
    return (struct fl_text){word.bytes, size};
}

/* The word is there, but only in longer ones: the first of these, and how it would be found. */
static bool say_longer(struct fl_rule_reasons *reasons, const char *cell, uint32_t word)
{
    const struct fl_word_spots *spots = reasons->spots;
    struct fl_keyword keyword = spots->keywords->words[word];
    const size_t size = fl_word_size(spots, word);
    size_t count;
    const uint32_t *const list = fl_word_spots_of(spots, word, &count);
    if (count == 0)
        return false;
    const struct fl_text longer = longer_word(spots->fold, spots->text, list[0], list[0] + size);
    const struct fl_text shown = shown_part(longer);
    const bool left =
        keyword.open_left || !fl_stands_free(spots->fold, spots->text, list[0], list[0] + size, false, true);
    const bool right =
        keyword.open_right || !fl_stands_free(spots->fold, spots->text, list[0], list[0] + size, true, false);
    /* A few letters lie in many a word by chance. */
    reasons->has_part = reasons->has_part || 2 * size >= longer.size;
    const char *const text = word_text(reasons, word);
    const size_t bare = strlen(text) - keyword.open_left - keyword.open_right;
    say(reasons, "%s: `%s` is inside the longer word `%.*s%s` at byte %zu (write `%s%.*s%s`)", cell, text,
        (int)shown.size, shown.bytes, shown.size < longer.size ? "..." : "", place_of(reasons, list[0], size),
        left ? "*" : "", (int)bare, text + keyword.open_left, right ? "*" : "");
    return true;
}

static bool is_there(struct fl_rule_reasons *reasons, uint32_t word)
{
    const bool there = fl_word_is_there(reasons->spots, word);
    reasons->has_part = reasons->has_part || there;
    return there;
}

static void say_missing(struct fl_rule_reasons *reasons, const char *cell, uint32_t word)
{
    if (!say_longer(reasons, cell, word))
        say(reasons, "%s: `%s` is missing", cell, word_text(reasons, word));
}

/* ---- cells ---- */

static const char *speaker_word(uint8_t speakers)
{
    return speakers == FL_SPEAKER_CUSTOMER ? "the customer's"
           : speakers == FL_SPEAKER_AGENT  ? "the agent's"
                                           : "somebody else's";
}

static void look_at_speaker(struct fl_rule_reasons *reasons, const struct fl_keyword_rule *rule)
{
    if ((rule->speakers & reasons->speakers) != 0)
        return;
    reasons->lacks++;
    say(reasons, "speaker: a rule for %s messages, and this one is %s", speaker_word(rule->speakers),
        speaker_word(reasons->speakers));
}

static void look_at_any(struct fl_rule_reasons *reasons, struct fl_span any)
{
    const uint32_t *const words = reasons->spots->keywords->members + any.from;
    const size_t said = reasons->count;
    bool there = any.count == 0;
    for (uint32_t i = 0; i < any.count && !there; i++)
        there = is_there(reasons, words[i]);
    if (there)
        return;
    reasons->lacks++;
    for (uint32_t i = 0; i < any.count; i++)
        (void)say_longer(reasons, "any", words[i]);
    if (reasons->count > said)
        return;
    if (any.count == 1)
        say_missing(reasons, "any", words[0]);
    else
        say(reasons, "any: none of its %u words is there", any.count);
}

static void look_at_all(struct fl_rule_reasons *reasons, struct fl_span all)
{
    const uint32_t *const words = reasons->spots->keywords->members + all.from;
    for (uint32_t i = 0; i < all.count; i++) {
        if (is_there(reasons, words[i]))
            continue;
        reasons->lacks++;
        say_missing(reasons, "all", words[i]);
    }
}

static void look_at_none(struct fl_rule_reasons *reasons, struct fl_span none)
{
    const uint32_t *const words = reasons->spots->keywords->members + none.from;
    bool lacks = false;
    for (uint32_t i = 0; i < none.count; i++) {
        uint32_t spot;
        if (!fl_word_behind(reasons->spots, words[i], 0, &spot))
            continue;
        lacks = true;
        say(reasons, "none: `%s` is there at byte %zu", word_text(reasons, words[i]),
            place_of(reasons, spot, fl_word_size(reasons->spots, words[i])));
    }
    reasons->lacks += lacks;
}

/* The fewest words between two words of which both are there; SIZE_MAX: they always overlap. */
static size_t words_apart(const struct fl_rule_reasons *reasons, const struct fl_near *near)
{
    const struct fl_word_spots *spots = reasons->spots;
    size_t fewest = SIZE_MAX, tried = 0;
    uint32_t spot;
    for (size_t at = 0; tried < NEAR_SPOTS_MAX && fl_word_behind(spots, near->left, at, &spot); tried++) {
        const size_t apart = fl_words_apart(spots, near->left, spot, near->right, APART_MAX);
        fewest = apart < fewest ? apart : fewest;
        at = (size_t)spot + 1;
    }
    return fewest;
}

static void say_far(struct fl_rule_reasons *reasons, const struct fl_near *near, size_t apart)
{
    const char *left = word_text(reasons, near->left), *right = word_text(reasons, near->right);
    if (apart == SIZE_MAX)
        say(reasons, "near: `%s` and `%s` overlap", left, right);
    else
        say(reasons, "near: %s%zu words between `%s` and `%s`, at most %u", apart > APART_MAX ? "over " : "",
            apart > APART_MAX ? (size_t)APART_MAX : apart, left, right, near->distance);
}

static bool is_near(const struct fl_rule_reasons *reasons, const struct fl_near *near)
{
    const struct fl_word_spots *spots = reasons->spots;
    uint32_t spot;
    for (size_t at = 0; fl_word_behind(spots, near->left, at, &spot); at = (size_t)spot + 1) {
        if (fl_words_apart(spots, near->left, spot, near->right, near->distance) <= near->distance)
            return true;
    }
    return false;
}

/* Pairs of which `wanted` words are there: 2 stand too far from each other, 1 lacks the other. One word alone
 * lies in many a message, so it makes no good part of a rule. */
static void say_pairs(struct fl_rule_reasons *reasons, struct fl_span span, int wanted)
{
    const struct fl_near *const nears = reasons->spots->keywords->nears + span.from;
    for (uint32_t i = 0; i < span.count; i++) {
        const bool left = fl_word_is_there(reasons->spots, nears[i].left);
        const bool right = fl_word_is_there(reasons->spots, nears[i].right);
        if (left + right != wanted)
            continue;
        reasons->has_part = reasons->has_part || wanted == 2;
        const uint32_t there = left ? nears[i].left : nears[i].right;
        const uint32_t missing = left ? nears[i].right : nears[i].left;
        if (wanted == 2)
            say_far(reasons, &nears[i], words_apart(reasons, &nears[i]));
        else if (!say_longer(reasons, "near", missing))
            say(reasons, "near: `%s` is there without `%s`", word_text(reasons, there),
                word_text(reasons, missing));
    }
}

static void look_at_near(struct fl_rule_reasons *reasons, struct fl_span span)
{
    const struct fl_near *const nears = reasons->spots->keywords->nears + span.from;
    const size_t said = reasons->count;
    bool there = span.count == 0;
    for (uint32_t i = 0; i < span.count && !there; i++)
        there = is_near(reasons, &nears[i]);
    reasons->has_part = reasons->has_part || (there && span.count > 0);
    if (there)
        return;
    reasons->lacks++;
    for (int wanted = 2; wanted > 0 && reasons->count == said; wanted--)
        say_pairs(reasons, span, wanted);
    if (reasons->count == said)
        say(reasons, "near: no word of %s is there", span.count == 1 ? "the pair" : "its pairs");
}

static void look_at_regex(struct fl_rule_reasons *reasons, struct fl_text regex)
{
    if (regex.size == 0)
        return;
    reasons->has_part = reasons->has_part || reasons->regex_is_there;
    if (reasons->regex_is_there)
        return;
    reasons->lacks++;
    say(reasons, "regex: it matches nowhere");
}

void fl_rule_reasons_find(struct fl_rule_reasons *reasons, const struct fl_keyword_rule *rule)
{
    reasons->count = reasons->lacks = 0;
    reasons->has_part = false;
    look_at_speaker(reasons, rule);
    look_at_any(reasons, rule->any);
    look_at_all(reasons, rule->all);
    look_at_near(reasons, rule->near);
    look_at_regex(reasons, rule->regex);
    look_at_none(reasons, rule->none);
}
