/* naive_tagger.h - hits of rules by the words of SEMANTICS.md section 5: each word is looked for at each byte
 * of each message. */
#ifndef TESTS_UNIT_NAIVE_TAGGER_H
#define TESTS_UNIT_NAIVE_TAGGER_H

#include <stdlib.h>

#include "engine/tags/letters.h"
#include "engine/tags/tagger.h"

/* How many bytes a regular expression of the test takes at the start of a text, at most; 0: none. */
typedef size_t (*naive_pattern)(const char *bytes, size_t size);
struct naive_regex {
    const char *text;
    naive_pattern match;
};

struct naive_tagger {
    const struct fl_keywords *keywords;
    const struct fl_fold *fold;
    const struct naive_regex *regexes;
    size_t regex_count;
    struct fl_buffer folded, hits; /* hits: struct fl_tag_hit */
};

static inline uint32_t naive_character(struct fl_text text, size_t at, size_t *size)
{
    const unsigned char *byte = (const unsigned char *)text.bytes + at;
    if (byte[0] < 0x80) {
        *size = 1;
        return byte[0];
    }
    *size = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
    uint32_t character = byte[0] & (0x7fu >> *size);
    for (size_t i = 1; i < *size; i++)
        character = character << 6 | (byte[i] & 63u);
    return character;
}

static inline enum fl_letter naive_letter_at(const struct naive_tagger *naive, struct fl_text text, size_t at)
{
    size_t size;
    return at >= text.size ? FL_LETTER_NONE : fl_letter_of(naive->fold, naive_character(text, at, &size));
}

static inline enum fl_letter naive_letter_before(const struct naive_tagger *naive, struct fl_text text,
                                                 size_t at)
{
    if (at == 0)
        return FL_LETTER_NONE;
    do {
        at--;
    } while (((unsigned char)text.bytes[at] & 0xc0) == 0x80);
    return naive_letter_at(naive, text, at);
}

/* Whether a word lies at byte `at` of the folded message. */
static inline bool naive_has(const struct naive_tagger *naive, struct fl_text folded, uint32_t word_number,
                             size_t at)
{
    const struct fl_keyword *word = &naive->keywords->words[word_number];
    const struct fl_text literal = naive->keywords->literals[word->literal];
    if (literal.size > folded.size - at || memcmp(folded.bytes + at, literal.bytes, literal.size) != 0)
        return false;
    const bool touched_left = naive_letter_before(naive, folded, at) == FL_LETTER_SPACED &&
                              naive_letter_at(naive, literal, 0) == FL_LETTER_SPACED;
    const bool touched_right = naive_letter_at(naive, folded, at + literal.size) == FL_LETTER_SPACED &&
                               naive_letter_before(naive, literal, literal.size) == FL_LETTER_SPACED;
    return (word->open_left || !touched_left) && (word->open_right || !touched_right);
}

static inline size_t naive_size(const struct naive_tagger *naive, uint32_t word)
{
    return naive->keywords->literals[naive->keywords->words[word].literal].size;
}

static inline bool naive_anywhere(const struct naive_tagger *naive, struct fl_text folded, uint32_t word)
{
    for (size_t at = 0; at < folded.size; at++) {
        if (naive_has(naive, folded, word, at))
            return true;
    }
    return false;
}

static inline size_t naive_words_between(const struct naive_tagger *naive, struct fl_text folded, size_t from,
                                         size_t to)
{
    size_t count = 0, size;
    for (size_t at = 0; at < folded.size; at += size) {
        (void)naive_character(folded, at, &size);
        const enum fl_letter letter = naive_letter_at(naive, folded, at);
        if (letter == FL_LETTER_UNSPACED)
            count += at >= from && at + size <= to;
        if (letter != FL_LETTER_SPACED || naive_letter_before(naive, folded, at) == FL_LETTER_SPACED)
            continue;
        size_t end = at;
        while (naive_letter_at(naive, folded, end) == FL_LETTER_SPACED) {
            size_t step;
            (void)naive_character(folded, end, &step);
            end += step;
        }
        count += at >= from && end <= to;
    }
    return count;
}

/* One rule in one message. */
struct naive_trial {
    struct naive_tagger *naive;
    const struct fl_message *message;
    struct fl_text folded;
    uint32_t number, rule;
};

static inline void naive_add(const struct naive_trial *trial, uint32_t word, size_t from, size_t to)
{
    size_t offset, end;
    fl_fold_place(trial->naive->fold, trial->message->text, from, to, &offset, &end);
    const struct fl_tag_hit hit = {trial->number, trial->rule, word, (uint32_t)offset,
                                   (uint32_t)(end - offset)};
    assert_true(fl_buffer_append(&trial->naive->hits, &hit, sizeof hit));
}

static inline void naive_add_words(const struct naive_trial *trial, struct fl_span cell)
{
    for (uint32_t i = 0; i < cell.count; i++) {
        const uint32_t word = trial->naive->keywords->members[cell.from + i];
        for (size_t at = 0; at < trial->folded.size; at++) {
            if (naive_has(trial->naive, trial->folded, word, at))
                naive_add(trial, word, at, at + naive_size(trial->naive, word));
        }
    }
}

static inline size_t naive_count_words(const struct naive_trial *trial, struct fl_span cell)
{
    size_t count = 0;
    for (uint32_t i = 0; i < cell.count; i++)
        count += naive_anywhere(trial->naive, trial->folded, trial->naive->keywords->members[cell.from + i]);
    return count;
}

static inline bool naive_add_near(const struct naive_trial *trial, const struct fl_near *near)
{
    const struct naive_tagger *naive = trial->naive;
    const size_t left_size = naive_size(naive, near->left), right_size = naive_size(naive, near->right);
    bool holds = false;
    for (size_t left = 0; left < trial->folded.size; left++) {
        if (!naive_has(naive, trial->folded, near->left, left))
            continue;
        for (size_t right = 0; right < trial->folded.size; right++) {
            if (!naive_has(naive, trial->folded, near->right, right))
                continue;
            const bool apart = left + left_size <= right || right + right_size <= left;
            const size_t from = left < right ? left + left_size : right + right_size;
            if (!apart ||
                naive_words_between(naive, trial->folded, from, left < right ? right : left) > near->distance)
                continue;
            naive_add(trial, near->left, left, left + left_size);
            naive_add(trial, near->right, right, right + right_size);
            holds = true;
        }
    }
    return holds;
}

static inline bool naive_add_regex(const struct naive_trial *trial, struct fl_text regex)
{
    naive_pattern match = NULL;
    for (size_t i = 0; i < trial->naive->regex_count; i++) {
        if (fl_text_equal(regex, fl_text_of(trial->naive->regexes[i].text)))
            match = trial->naive->regexes[i].match;
    }
    assert_non_null(match);
    bool holds = false;
    size_t at = 0;
    while (at < trial->folded.size) {
        const size_t size = match(trial->folded.bytes + at, trial->folded.size - at);
        if (size > 0)
            naive_add(trial, FL_HIT_BY_REGEX, at, at + size);
        holds = holds || size > 0;
        at += size > 0 ? size : 1;
    }
    return holds;
}

static inline void naive_rule(const struct naive_trial *trial)
{
    const struct fl_keyword_rule *rule = &trial->naive->keywords->rules[trial->rule];
    const size_t hits_before = trial->naive->hits.size;
    bool holds = (rule->speakers & trial->message->speakers) != 0;
    holds = holds && rule->any.count + rule->all.count + rule->near.count + rule->regex.size > 0;
    holds = holds && (rule->any.count == 0 || naive_count_words(trial, rule->any) > 0);
    holds = holds && naive_count_words(trial, rule->all) == rule->all.count;
    holds = holds && naive_count_words(trial, rule->none) == 0;
    if (!holds)
        return;
    bool one_is_near = rule->near.count == 0;
    for (uint32_t i = 0; i < rule->near.count; i++)
        one_is_near |= naive_add_near(trial, &trial->naive->keywords->nears[rule->near.from + i]);
    if (!one_is_near || (rule->regex.size > 0 && !naive_add_regex(trial, rule->regex))) {
        trial->naive->hits.size = hits_before;
        return;
    }
    naive_add_words(trial, rule->any);
    naive_add_words(trial, rule->all);
}

/* By message, rule, offset, falling size, word. */
static inline int naive_compare(const void *a, const void *b)
{
    const struct fl_tag_hit *x = a, *y = b;
    const uint32_t keys[][2] = {{x->message, y->message},
                                {x->rule, y->rule},
                                {x->offset, y->offset},
                                {y->size, x->size},
                                {x->word, y->word}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    }
    return 0;
}

/* Of hits in order, those that count: of each rule in a message the first thousand; where so the message had
 * more than a million, of each the first ones that fit if all may have equally many. Returns how many are
 * left. */
static inline size_t naive_cut(struct fl_tag_hit *list, size_t count)
{
    size_t kept = 0;
    for (size_t from = 0, to; from < count; from = to) {
        size_t rules = 0, of_rule = 0;
        for (to = from; to < count && list[to].message == list[from].message; to++)
            rules += to == from || list[to].rule != list[to - 1].rule;
        const size_t most = 1000000 / rules < 1000 ? 1000000 / rules : 1000;
        for (size_t i = from; i < to; i++) {
            of_rule = i > from && list[i].rule == list[i - 1].rule ? of_rule + 1 : 1;
            if (of_rule <= most)
                list[kept++] = list[i];
        }
    }
    return kept;
}

/* Hits of a place by several cells are one, with the smallest word. */
static inline size_t naive_run(struct naive_tagger *naive, const struct fl_message *messages, size_t count)
{
    naive->hits.size = 0;
    for (size_t i = 0; i < count; i++) {
        bool same_places;
        naive->folded.size = 0;
        assert_int_equal(fl_fold_append(naive->fold, messages[i].text, &naive->folded, &same_places, NULL),
                         FL_OK);
        const struct fl_text folded = {(const char *)naive->folded.bytes, naive->folded.size};
        for (uint32_t rule = 0; rule < naive->keywords->rule_count; rule++)
            naive_rule(&(struct naive_trial){naive, &messages[i], folded, (uint32_t)i, rule});
    }
    struct fl_tag_hit *list = (struct fl_tag_hit *)naive->hits.bytes;
    const size_t found = naive->hits.size / sizeof *list;
    size_t kept = 0;
    if (found > 0)
        qsort(list, found, sizeof *list, naive_compare);
    for (size_t i = 0; i < found; i++) {
        const struct fl_tag_hit *last = kept == 0 ? NULL : &list[kept - 1];
        if (last == NULL || last->message != list[i].message || last->rule != list[i].rule ||
            last->offset != list[i].offset || last->size != list[i].size)
            list[kept++] = list[i];
    }
    return naive_cut(list, kept);
}

static inline void naive_release(struct naive_tagger *naive)
{
    fl_buffer_release(&naive->folded);
    fl_buffer_release(&naive->hits);
}

#endif
