/* keyword_review_tags.c - what is odd in the rules of one tag beside each other, and in tags. */
#include <stdlib.h>

#include "engine/tags/lists/keyword_review.h"
#include "formats/base/checksum.h"

struct review {
    const struct fl_keywords *keywords;
    struct fl_remark_list *list;
    uint32_t *order;   /* rules by tag, then line */
    uint64_t *sum_of;  /* of each rule, the same for the same cells in any order of their words */
    uint32_t *tag_of;  /* by word: the tag, from 1, of the last rule that needs nothing but this word ... */
    uint32_t *rule_of; /* ... and that rule */
};

/* One of its words is all it needs. */
static bool is_plain(const struct fl_keyword_rule *rule)
{
    return rule->all.count == 0 && rule->none.count == 0 && rule->near.count == 0 && rule->regex.size == 0;
}

/* ---- the same word in two rules ---- */

static void review_words(struct review *review, uint32_t number)
{
    const struct fl_keywords *keywords = review->keywords;
    const struct fl_keyword_rule *rule = &keywords->rules[number];
    for (uint32_t i = 0; i < rule->any.count; i++) {
        const uint32_t word = keywords->members[rule->any.from + i];
        const struct fl_keyword_rule *other = &keywords->rules[review->rule_of[word]];
        const bool is_seen = review->tag_of[word] == rule->tag + 1 && other != rule;
        if (is_seen && (rule->speakers & ~other->speakers) == 0)
            fl_remark_add(review->list, FL_KEYWORD_WARNING, rule->line,
                          keywords->member_columns[rule->any.from + i], "any",
                          "`%s` brings this tag in line %u already: take one away",
                          fl_remark_word(review->list, keywords, word), other->line);
        else if (is_plain(rule)) {
            review->tag_of[word] = rule->tag + 1;
            review->rule_of[word] = number;
        }
    }
}

/* Plain rules first: what they find needs no other. */
static void review_tag_rules(struct review *review, size_t from, size_t to)
{
    for (int plain = 1; plain >= 0; plain--) {
        for (size_t i = from; i < to; i++) {
            if (is_plain(&review->keywords->rules[review->order[i]]) == (plain != 0))
                review_words(review, review->order[i]);
        }
    }
}

/* ---- the same rule twice ---- */

static uint64_t sum_of_words(const struct fl_keywords *keywords, struct fl_span span, uint64_t cell)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < span.count; i++)
        sum += fl_digest64_seeded(cell, &keywords->members[span.from + i], sizeof(uint32_t));
    return sum;
}

static uint64_t sum_of_pairs(const struct fl_keywords *keywords, struct fl_span span, uint64_t cell)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct fl_near *near = &keywords->nears[span.from + i];
        const bool rises = near->left <= near->right;
        const uint32_t pair[] = {rises ? near->left : near->right, rises ? near->right : near->left,
                                 near->distance};
        sum += fl_digest64_seeded(cell, pair, sizeof pair);
    }
    return sum;
}

static uint64_t sum_of_rule(const struct fl_keywords *keywords, const struct fl_keyword_rule *rule)
{
    return sum_of_words(keywords, rule->any, 1) + sum_of_words(keywords, rule->all, 2) +
           sum_of_words(keywords, rule->none, 3) + sum_of_pairs(keywords, rule->near, 4) +
           fl_digest64_seeded(5, rule->regex.bytes, rule->regex.size) + rule->speakers;
}

static int by_sum(const void *a, const void *b, void *context)
{
    const struct review *review = context;
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    if (review->sum_of[one] != review->sum_of[other])
        return review->sum_of[one] < review->sum_of[other] ? -1 : 1;
    return one < other ? -1 : one > other;
}

/* Plain rules that are equal are told word by word. */
static void review_equal_rules(struct review *review, size_t from, size_t to)
{
    const struct fl_keywords *keywords = review->keywords;
    qsort_r(review->order + from, to - from, sizeof *review->order, by_sum, review);
    for (size_t i = from + 1; i < to; i++) {
        const uint32_t rule = review->order[i], other = review->order[i - 1];
        if (review->sum_of[rule] == review->sum_of[other] && !is_plain(&keywords->rules[rule]))
            fl_remark_add(review->list, FL_KEYWORD_WARNING, keywords->rules[rule].line, 0, NULL,
                          "the same rule as in line %u: take one away", keywords->rules[other].line);
    }
}

/* ---- tags ---- */

static void review_settings(struct review *review, const struct fl_keyword_tag *tag)
{
    if (tag->hits > 1 && tag->days == 1)
        fl_remark_add(review->list, FL_KEYWORD_WARNING, tag->first_line, 0, "days",
                      "tag `%.*s` needs %u messages within one day: write in `days` how many days they may "
                      "take",
                      (int)tag->name.size, tag->name.bytes, tag->hits);
}

/* Tags that differ in nothing but capitals and the like are two tags. */
static fl_status review_names(struct review *review, const struct fl_fold *fold, struct fl_error *error)
{
    const struct fl_keywords *keywords = review->keywords;
    struct fl_names *names = fl_names_create();
    struct fl_buffer folded = {0};
    fl_status status = names == NULL ? fl_fail_memory(error, sizeof folded) : FL_OK;
    for (size_t i = 0; i < keywords->tag_count && status == FL_OK; i++) {
        const struct fl_keyword_tag *tag = &keywords->tags[i];
        bool same_places = false;
        int64_t other = 0;
        folded.size = 0;
        status = fl_fold_append(fold, tag->name, &folded, &same_places, error);
        const struct fl_text name = {(const char *)folded.bytes, folded.size};
        if (status == FL_OK && fl_names_find(names, name, &other))
            fl_remark_add(review->list, FL_KEYWORD_WARNING, tag->first_line, 0, "tag",
                          "tag `%.*s` and tag `%.*s` of line %u are two: write both the same way, if they "
                          "are meant as one",
                          (int)tag->name.size, tag->name.bytes, (int)keywords->tags[other].name.size,
                          keywords->tags[other].name.bytes, keywords->tags[other].first_line);
        else if (status == FL_OK && !fl_names_add(names, name, (int64_t)i))
            status = fl_fail_memory(error, name.size);
    }
    fl_names_free(names);
    fl_buffer_release(&folded);
    return status;
}

/* ---- all ---- */

static int by_tag(const void *a, const void *b, void *context)
{
    const struct fl_keyword_rule *rules = context;
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    if (rules[one].tag != rules[other].tag)
        return rules[one].tag < rules[other].tag ? -1 : 1;
    return one < other ? -1 : one > other;
}

static void review_all(struct review *review)
{
    const struct fl_keywords *keywords = review->keywords;
    for (uint32_t i = 0; i < keywords->rule_count; i++) {
        review->order[i] = i;
        review->sum_of[i] = sum_of_rule(keywords, &keywords->rules[i]);
    }
    qsort_r(review->order, keywords->rule_count, sizeof *review->order, by_tag, keywords->rules);
    for (size_t from = 0, to; from < keywords->rule_count; from = to) {
        const uint32_t tag = keywords->rules[review->order[from]].tag;
        for (to = from; to < keywords->rule_count && keywords->rules[review->order[to]].tag == tag; to++)
            ;
        review_tag_rules(review, from, to);
        review_equal_rules(review, from, to);
    }
    for (size_t i = 0; i < keywords->tag_count; i++)
        review_settings(review, &keywords->tags[i]);
}

fl_status fl_keywords_review_tags(const struct fl_keywords *keywords, const struct fl_fold *fold,
                                  struct fl_remark_list *list, struct fl_error *error)
{
    struct fl_arena arena;
    fl_arena_init(&arena);
    struct review review = {
        .keywords = keywords,
        .list = list,
        .order = fl_arena_take(&arena, keywords->rule_count * sizeof *review.order),
        .sum_of = fl_arena_take(&arena, keywords->rule_count * sizeof *review.sum_of),
        .tag_of = fl_arena_take(&arena, keywords->word_count * sizeof *review.tag_of),
        .rule_of = fl_arena_take(&arena, keywords->word_count * sizeof *review.rule_of),
    };
    fl_status status = review_names(&review, fold, error);
    if (status == FL_OK &&
        (review.order == NULL || review.sum_of == NULL || review.tag_of == NULL || review.rule_of == NULL))
        status = fl_fail_memory(error, keywords->rule_count * sizeof *review.sum_of);
    if (status == FL_OK && keywords->rule_count > 0)
        review_all(&review);
    fl_arena_release(&arena);
    return status;
}
