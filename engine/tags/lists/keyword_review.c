/* keyword_review.c - what is odd in the words and pairs of each rule of a keyword list. */
#include "engine/tags/lists/keyword_review.h"

#include <stdlib.h>

#include "engine/tags/letters.h"
#include "engine/tags/lists/words_within.h"

/* In which cells of the rule in hand a word stands. */
enum { IN_ANY = 1, IN_ALL = 2, IN_NONE = 4 };

struct review {
    const struct fl_keywords *keywords;
    const struct fl_fold *fold;
    struct fl_words_within *within;
    struct fl_remark_list *list;
    uint32_t *rule_of; /* by word: the last rule that has it, from 1 */
    uint8_t *cells_of; /* and in which of its cells */
    const struct fl_keyword_rule *rule;
    uint32_t rule_number; /* from 1 */
    struct fl_buffer folded;
    struct fl_error *error;
    fl_status status;
};

/* A word in a cell of the rule in hand. */
struct member {
    uint32_t word, column;
    const char *cell;
    unsigned in; /* IN_ANY and so on; 0: of a pair */
};

#define WARN(review, at, ...)                                                                                \
    fl_remark_add((review)->list, FL_KEYWORD_WARNING, (review)->rule->line, (at)->column, (at)->cell,        \
                  __VA_ARGS__)

static const char *name_of(const struct review *review, uint32_t word)
{
    return fl_remark_word(review->list, review->keywords, word);
}

static unsigned cells_of(const struct review *review, uint32_t word)
{
    return review->rule_of[word] == review->rule_number ? review->cells_of[word] : 0;
}

/* ---- a word by itself ---- */

static size_t character_count(struct fl_text text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        count += ((uint8_t)text.bytes[i] & 0xc0u) != 0x80u;
    return count;
}

static void review_length(struct review *review, const struct member *at)
{
    const struct fl_keyword *word = &review->keywords->words[at->word];
    const struct fl_text literal = review->keywords->literals[word->literal];
    const size_t characters = character_count(literal);
    const enum fl_letter first = fl_letter_at(review->fold, literal, 0);
    const bool is_open =
        (word->open_left && first == FL_LETTER_SPACED) ||
        (word->open_right && fl_letter_before(review->fold, literal, literal.size) == FL_LETTER_SPACED);
    if (is_open && characters <= 2)
        WARN(review, at, "`%s` is found in very many words: write more of it, or list the words",
             name_of(review, at->word));
    else if (characters == 1 && first == FL_LETTER_SPACED)
        WARN(review, at, "`%s` is a single letter, found in very many messages: write more",
             name_of(review, at->word));
    else if (characters == 1 && first == FL_LETTER_UNSPACED)
        WARN(review, at, "`%s` is a single character, which stands in very many words: write more",
             name_of(review, at->word));
}

/* A star opens an end that needs a boundary; at others it says nothing. */
static void review_stars(struct review *review, const struct member *at)
{
    const struct fl_keyword *word = &review->keywords->words[at->word];
    const struct fl_text literal = review->keywords->literals[word->literal];
    const bool idle_left = word->open_left && fl_letter_at(review->fold, literal, 0) != FL_LETTER_SPACED;
    const bool idle_right =
        word->open_right && fl_letter_before(review->fold, literal, literal.size) != FL_LETTER_SPACED;
    if (idle_left || idle_right)
        WARN(review, at,
             "the `*` at the %s of `%s` changes nothing, any text may stand beside that character: leave it "
             "out",
             idle_left ? "begin" : "end", name_of(review, at->word));
}

/* Messages are folded as words are, so a word that folds to another can stand in none. */
static void review_fold(struct review *review, const struct member *at)
{
    const struct fl_text literal = review->keywords->literals[review->keywords->words[at->word].literal];
    bool same_places = false;
    review->folded.size = 0;
    const fl_status status =
        fl_fold_append(review->fold, literal, &review->folded, &same_places, review->error);
    if (status != FL_OK)
        review->status = status;
    else if (!fl_text_equal(literal,
                            (struct fl_text){(const char *)review->folded.bytes, review->folded.size}))
        WARN(review, at, "`%s` is never found: messages write these characters in another form",
             name_of(review, at->word));
}

static void review_near_in_words(struct review *review, const struct member *at)
{
    const struct fl_text literal = review->keywords->literals[review->keywords->words[at->word].literal];
    if (memmem(literal.bytes, literal.size, " near/", 6) != NULL)
        WARN(review, at, "`%s` is looked for letter by letter: a pair of words goes into the column near",
             name_of(review, at->word));
}

static void review_alone(struct review *review, const struct member *at)
{
    review_length(review, at);
    review_stars(review, at);
    review_fold(review, at);
    if (at->in != 0)
        review_near_in_words(review, at);
}

/* ---- a word beside the others of its rule ---- */

enum { NO_WORD = UINT32_MAX };

/* What stands within a word: words of the rule by their cells. */
struct inner {
    const struct review *review;
    uint32_t forbidden, in_any, in_all; /* NO_WORD: none */
};

static bool note_inner(void *context, uint32_t word)
{
    struct inner *inner = context;
    const unsigned cells = cells_of(inner->review, word);
    if ((cells & IN_NONE) != 0)
        inner->forbidden = word;
    if ((cells & IN_ANY) != 0)
        inner->in_any = word;
    if ((cells & IN_ALL) != 0)
        inner->in_all = word;
    return inner->forbidden == NO_WORD;
}

static struct inner look_within(const struct review *review, uint32_t word)
{
    struct inner inner = {review, NO_WORD, NO_WORD, NO_WORD};
    if ((cells_of(review, word) & IN_NONE) != 0)
        inner.forbidden = word;
    else
        fl_words_within(review->within, word, note_inner, &inner);
    return inner;
}

/* False: the word can never count. */
static bool review_beside(struct review *review, const struct member *at)
{
    const struct inner inner = look_within(review, at->word);
    const char *name = name_of(review, at->word);
    if (inner.forbidden != NO_WORD) {
        WARN(review, at, "`%s` never counts: where it stands, the rule's `none` finds `%s`; take one away",
             name, name_of(review, inner.forbidden));
        return false;
    }
    if (at->in == IN_ANY && inner.in_any != NO_WORD)
        WARN(review, at, "`%s` is not needed: `%s` of the same cell is found wherever it stands", name,
             name_of(review, inner.in_any));
    if (at->in == IN_ALL && inner.in_all != NO_WORD)
        WARN(review, at, "`%s` has `%s` in it, which the same cell asks for too: leave that out", name,
             name_of(review, inner.in_all));
    return true;
}

static struct member member_of(const struct review *review, uint32_t index, const char *cell, unsigned in)
{
    return (struct member){review->keywords->members[index], review->keywords->member_columns[index], cell,
                           in};
}

/* Marks the words of a cell as the rule's; those that stand there twice are named. */
static void mark_cell(struct review *review, struct fl_span span, const char *cell, unsigned in)
{
    for (uint32_t i = 0; i < span.count; i++) {
        const struct member at = member_of(review, span.from + i, cell, in);
        const unsigned cells = cells_of(review, at.word);
        if ((cells & in) != 0)
            WARN(review, &at, "`%s` stands in this cell already: take one away", name_of(review, at.word));
        review->rule_of[at.word] = review->rule_number;
        review->cells_of[at.word] = (uint8_t)(cells | in);
    }
}

static void review_none(struct review *review)
{
    const struct fl_span span = review->rule->none;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct member at = member_of(review, span.from + i, "none", IN_NONE);
        review_alone(review, &at);
    }
}

static void review_any(struct review *review)
{
    const struct fl_span span = review->rule->any;
    bool any_left = span.count == 0;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct member at = member_of(review, span.from + i, "any", IN_ANY);
        review_alone(review, &at);
        any_left |= review_beside(review, &at);
    }
    if (!any_left)
        fl_remark_add(review->list, FL_KEYWORD_WARNING, review->rule->line, 0, "any",
                      "the rule never holds: its `none` forbids every word of its `any`");
}

static void review_all(struct review *review)
{
    const struct fl_span span = review->rule->all;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct member at = member_of(review, span.from + i, "all", IN_ALL);
        review_alone(review, &at);
        if (!review_beside(review, &at))
            WARN(review, &at, "the rule never holds: `all` asks for what its `none` forbids");
    }
}

/* ---- pairs ---- */

/* A pair in the order of its words, as either order finds the same. */
struct pair {
    uint32_t low, high, distance, column;
};

static int by_words(const void *a, const void *b)
{
    const struct pair *one = a, *other = b;
    if (one->low != other->low)
        return one->low < other->low ? -1 : 1;
    if (one->high != other->high)
        return one->high < other->high ? -1 : 1;
    if (one->distance != other->distance) /* the widest first */
        return one->distance > other->distance ? -1 : 1;
    return one->column < other->column ? -1 : one->column > other->column;
}

static void review_repeated_pairs(struct review *review)
{
    const struct fl_span span = review->rule->near;
    struct pair *pairs = calloc(span.count + 1u, sizeof *pairs);
    if (pairs == NULL) {
        review->status = fl_fail_memory(review->error, span.count * sizeof *pairs);
        return;
    }
    for (uint32_t i = 0; i < span.count; i++) {
        const struct fl_near *near = &review->keywords->nears[span.from + i];
        const bool rises = near->left <= near->right;
        pairs[i] = (struct pair){rises ? near->left : near->right, rises ? near->right : near->left,
                                 near->distance, review->keywords->near_columns[span.from + i]};
    }
    qsort(pairs, span.count, sizeof *pairs, by_words);
    for (uint32_t i = 1; i < span.count; i++) {
        const struct member at = {.column = pairs[i].column, .cell = "near"};
        if (pairs[i].low == pairs[i - 1].low && pairs[i].high == pairs[i - 1].high)
            WARN(review, &at, "`%s` and `%s` stand in this cell already, with near/%u: take one away",
                 name_of(review, pairs[i].low), name_of(review, pairs[i].high), pairs[i - 1].distance);
    }
    free(pairs);
}

struct search {
    uint32_t wanted;
    bool found;
};

static bool is_wanted(void *context, uint32_t word)
{
    struct search *search = context;
    search->found = word == search->wanted;
    return !search->found;
}

static bool stands_within(const struct review *review, uint32_t inner, uint32_t outer)
{
    struct search search = {inner, inner == outer};
    if (!search.found)
        fl_words_within(review->within, outer, is_wanted, &search);
    return search.found;
}

static void review_pair(struct review *review, uint32_t index)
{
    const struct fl_near *near = &review->keywords->nears[index];
    const uint32_t words[] = {near->left, near->right};
    const uint32_t column = review->keywords->near_columns[index];
    for (int i = 0; i < 2; i++) {
        const struct member at = {words[i], column, "near", 0};
        review_alone(review, &at);
        (void)review_beside(review, &at);
        if (stands_within(review, words[i], words[1 - i])) {
            WARN(review, &at, "`%s` is part of `%s`: the pair asks for it a second time; is that meant?",
                 name_of(review, words[i]), name_of(review, words[1 - i]));
            if (words[0] == words[1])
                return;
        }
    }
}

static void review_near(struct review *review)
{
    const struct fl_span span = review->rule->near;
    for (uint32_t i = 0; i < span.count; i++)
        review_pair(review, span.from + i);
    if (span.count > 1)
        review_repeated_pairs(review);
}

/* ---- regular expressions ---- */

/* They see folded messages, in which no capital and no wide letter is left. Escapes are no letters. */
static void review_regex(struct review *review)
{
    const struct fl_text regex = review->rule->regex;
    struct fl_buffer plain = {0};
    bool same_places = false;
    review->folded.size = 0;
    if (!fl_buffer_reserve(&plain, regex.size + 1)) {
        review->status = fl_fail_memory(review->error, regex.size);
        return;
    }
    for (size_t i = 0; i < regex.size; i++) {
        if (regex.bytes[i] == '\\')
            i++;
        else
            plain.bytes[plain.size++] = (uint8_t)regex.bytes[i];
    }
    const struct fl_text letters = {(const char *)plain.bytes, plain.size};
    const struct member at = {.column = review->rule->regex_column, .cell = "regex"};
    const fl_status status =
        fl_fold_append(review->fold, letters, &review->folded, &same_places, review->error);
    if (status != FL_OK)
        review->status = status;
    else if (!fl_text_equal(letters,
                            (struct fl_text){(const char *)review->folded.bytes, review->folded.size}))
        WARN(review, &at, "capital or wide letters are never found, messages are folded: write small ones");
    fl_buffer_release(&plain);
}

/* ---- all ---- */

static void review_rule(struct review *review, uint32_t number)
{
    const struct fl_keyword_rule *rule = &review->keywords->rules[number];
    review->rule = rule;
    review->rule_number = number + 1;
    mark_cell(review, rule->any, "any", IN_ANY);
    mark_cell(review, rule->all, "all", IN_ALL);
    mark_cell(review, rule->none, "none", IN_NONE);
    review_any(review);
    review_all(review);
    review_none(review);
    review_near(review);
    if (rule->regex.size > 0)
        review_regex(review);
}

fl_status fl_keywords_review(const struct fl_keywords *keywords, const struct fl_fold *fold,
                             struct fl_remark_list *list, struct fl_error *error)
{
    struct review review = {.keywords = keywords,
                            .fold = fold,
                            .list = list,
                            .rule_of = calloc(keywords->word_count + 1, sizeof *review.rule_of),
                            .cells_of = calloc(keywords->word_count + 1, sizeof *review.cells_of),
                            .error = error};
    review.status = fl_words_within_create(keywords, fold, &review.within, error);
    if (review.status == FL_OK && (review.rule_of == NULL || review.cells_of == NULL))
        review.status = fl_fail_memory(error, keywords->word_count * sizeof *review.rule_of);
    for (uint32_t i = 0; i < keywords->rule_count && review.status == FL_OK; i++)
        review_rule(&review, i);
    if (review.status == FL_OK && !fl_words_within_is_whole(review.within))
        fl_remark_add(list, FL_KEYWORD_WARNING, 0, 0, NULL,
                      "so many words begin each other that not all were compared: write stems for them");
    fl_words_within_free(review.within);
    fl_buffer_release(&review.folded);
    free(review.rule_of);
    free(review.cells_of);
    return review.status;
}
