/* rule_index.c - a keyword list turned around, word by word. */
#include "engine/tags/rule_index.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/tags/letters.h"

/* "This word concerns this rule", as the rules say it one after the other. */
struct concern {
    uint32_t word;
    struct fl_rule_of_word rule;
};

struct making {
    struct fl_rule_index *index;
    struct fl_buffer plain, wakes; /* struct concern */
    size_t members_used;
    bool *asked_for; /* by word: a checked rule has it */
    struct fl_error *error;
};

static void *take(struct making *making, size_t count, size_t size)
{
    void *piece = fl_arena_take(&making->index->arena, count * size);
    if (piece == NULL)
        (void)fl_fail_memory(making->error, count * size);
    return piece;
}

/* ---- rules ---- */

static bool can_hold(const struct fl_keyword_rule *rule)
{
    return rule->any.count > 0 || rule->all.count > 0 || rule->near.count > 0 || rule->regex.size > 0;
}

static bool is_plain(const struct fl_keyword_rule *rule)
{
    return rule->all.count == 0 && rule->none.count == 0 && rule->near.count == 0 && rule->regex.size == 0;
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The words of a cell rising, each once: so they can be searched in, and no hit is made twice. */
static struct fl_span sort_members(struct making *making, struct fl_span cell)
{
    const struct fl_keywords *keywords = making->index->keywords;
    uint32_t *members = making->index->members + making->members_used;
    uint32_t count = 0;
    for (uint32_t i = 0; i < cell.count; i++)
        members[i] = keywords->members[cell.from + i];
    qsort(members, cell.count, sizeof *members, compare_numbers);
    for (uint32_t i = 0; i < cell.count; i++) {
        if (count == 0 || members[i] != members[count - 1])
            members[count++] = members[i];
        making->asked_for[members[count - 1]] = true;
    }
    const struct fl_span span = {(uint32_t)making->members_used, count};
    making->members_used += count;
    if (count > making->index->longest_list)
        making->index->longest_list = count;
    return span;
}

static fl_status add_concern(struct making *making, struct fl_buffer *concerns, uint32_t word,
                             uint32_t number, uint8_t speakers)
{
    const struct concern concern = {word, {number, speakers}};
    if (!fl_buffer_append(concerns, &concern, sizeof concern))
        return fl_fail_memory(making->error, concerns->size + sizeof concern);
    return FL_OK;
}

/* The longest literal is likely the rarest. */
static uint32_t rarest_member(const struct fl_rule_index *index, struct fl_span members)
{
    const struct fl_keywords *keywords = index->keywords;
    uint32_t best = index->members[members.from];
    for (uint32_t i = 1; i < members.count; i++) {
        const uint32_t word = index->members[members.from + i];
        if (keywords->literals[keywords->words[word].literal].size >
            keywords->literals[keywords->words[best].literal].size)
            best = word;
    }
    return best;
}

/* A checked rule is looked at where a word lies without which it cannot hold. */
static fl_status add_wakes(struct making *making, uint32_t number)
{
    struct fl_rule_index *index = making->index;
    const struct fl_checked_rule *rule = &index->checked[number];
    if (rule->all.count > 0)
        return add_concern(making, &making->wakes, rarest_member(index, rule->all), number, rule->speakers);
    fl_status status = FL_OK;
    if (rule->any.count > 0) {
        for (uint32_t i = 0; i < rule->any.count && status == FL_OK; i++)
            status = add_concern(making, &making->wakes, index->members[rule->any.from + i], number,
                                 rule->speakers);
        return status;
    }
    if (rule->near.count > 0) {
        for (uint32_t i = 0; i < rule->near.count && status == FL_OK; i++)
            status = add_concern(making, &making->wakes, index->keywords->nears[rule->near.from + i].left,
                                 number, rule->speakers);
        return status;
    }
    index->restless[index->restless_count++] = number;
    index->restless_speakers |= rule->speakers;
    return FL_OK;
}

static fl_status add_checked(struct making *making, uint32_t rule_number)
{
    struct fl_rule_index *index = making->index;
    const struct fl_keyword_rule *rule = &index->keywords->rules[rule_number];
    const uint32_t number = (uint32_t)index->checked_count++;
    struct fl_checked_rule *checked = &index->checked[number];
    *checked = (struct fl_checked_rule){
        .rule = rule_number, .speakers = rule->speakers, .near = rule->near, .pattern = FL_NO_PATTERN};
    checked->any = sort_members(making, rule->any);
    checked->all = sort_members(making, rule->all);
    checked->none = sort_members(making, rule->none);
    for (uint32_t i = 0; i < rule->near.count; i++) {
        const struct fl_near *near = &index->keywords->nears[rule->near.from + i];
        making->asked_for[near->left] = making->asked_for[near->right] = true;
    }
    if (rule->regex.size > 0) {
        checked->pattern = (uint32_t)index->pattern_count;
        index->patterns[index->pattern_count] = rule->regex;
        index->pattern_rules[index->pattern_count++] = rule_number;
    }
    return add_wakes(making, number);
}

static fl_status add_rules(struct making *making)
{
    struct fl_rule_index *index = making->index;
    const struct fl_keywords *keywords = index->keywords;
    fl_status status = FL_OK;
    for (uint32_t i = 0; i < keywords->rule_count && status == FL_OK; i++) {
        const struct fl_keyword_rule *rule = &keywords->rules[i];
        if (!can_hold(rule))
            continue;
        index->speakers |= rule->speakers;
        if (!is_plain(rule)) {
            status = add_checked(making, i);
            continue;
        }
        for (uint32_t at = 0; at < rule->any.count && status == FL_OK; at++)
            status = add_concern(making, &making->plain, keywords->members[rule->any.from + at], i,
                                 rule->speakers);
    }
    return status;
}

/* ---- words ---- */

/* Brings concerns in order of their words: `spans` says of each word where its own lie in the list returned.
 * NULL: no memory. */
static struct fl_rule_of_word *group_by_word(struct making *making, const struct fl_buffer *concerns,
                                             struct fl_span *spans)
{
    const struct concern *list = (const struct concern *)concerns->bytes;
    const size_t count = concerns->size / sizeof *list, words = making->index->keywords->word_count;
    struct fl_rule_of_word *grouped = take(making, count, sizeof *grouped);
    if (grouped == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        spans[list[i].word].count++;
    uint32_t from = 0;
    for (size_t word = 0; word < words; word++) {
        spans[word].from = from;
        from += spans[word].count;
        spans[word].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        struct fl_span *span = &spans[list[i].word];
        grouped[span->from + span->count++] = list[i].rule;
    }
    return grouped;
}

static void add_form(struct fl_rule_index *index, struct fl_word_form *form)
{
    const struct fl_keyword *word = &index->keywords->words[form->word];
    const struct fl_text literal = index->keywords->literals[word->literal];
    form->bound_left = !word->open_left && fl_letter_at(index->fold, literal, 0) == FL_LETTER_SPACED;
    form->bound_right =
        !word->open_right && fl_letter_before(index->fold, literal, literal.size) == FL_LETTER_SPACED;
    struct fl_literal_forms *forms = &index->literals[word->literal];
    forms->bound_left = form->bound_left && (forms->form_count == 0 || forms->bound_left);
    forms->bound_right = form->bound_right && (forms->form_count == 0 || forms->bound_right);
    index->forms[forms->first_form + forms->form_count++] = *form;
}

static fl_status make_forms(struct making *making)
{
    struct fl_rule_index *index = making->index;
    const struct fl_keywords *keywords = index->keywords;
    struct fl_span *plain = take(making, keywords->word_count, sizeof *plain);
    struct fl_span *wakes = take(making, keywords->word_count, sizeof *wakes);
    if (plain == NULL || wakes == NULL)
        return FL_NO_MEMORY;
    index->plain = group_by_word(making, &making->plain, plain);
    index->wakes = group_by_word(making, &making->wakes, wakes);
    if (index->plain == NULL || index->wakes == NULL)
        return FL_NO_MEMORY;

    for (size_t word = 0; word < keywords->word_count; word++)
        index->literals[keywords->words[word].literal].first_form++;
    uint32_t first = 0;
    for (size_t i = 0; i < keywords->literal_count; i++) {
        const uint32_t count = index->literals[i].first_form;
        index->literals[i].first_form = first;
        index->literals[i].size = (uint16_t)keywords->literals[i].size;
        first += count;
    }
    for (uint32_t word = 0; word < keywords->word_count; word++)
        add_form(index, &(struct fl_word_form){.word = word,
                                               .remembered = making->asked_for[word],
                                               .plain = plain[word],
                                               .wakes = wakes[word]});
    return FL_OK;
}

/* ---- all ---- */

static void class_neighbours(struct fl_rule_index *index)
{
    for (uint32_t byte = 0; byte < 256; byte++)
        index->neighbours[byte] = byte >= 0x80                                          ? FL_NEIGHBOUR_LOOK
                                  : fl_letter_of(index->fold, byte) == FL_LETTER_SPACED ? FL_NEIGHBOUR_TOUCHES
                                                                                        : FL_NEIGHBOUR_APART;
}

static fl_status make(struct making *making)
{
    struct fl_rule_index *index = making->index;
    const struct fl_keywords *keywords = index->keywords;
    const size_t rules = keywords->rule_count;
    index->literals = take(making, keywords->literal_count, sizeof *index->literals);
    index->forms = take(making, keywords->word_count, sizeof *index->forms);
    index->checked = take(making, rules, sizeof *index->checked);
    index->members = take(making, keywords->member_count, sizeof *index->members);
    index->restless = take(making, rules, sizeof *index->restless);
    index->patterns = take(making, rules, sizeof *index->patterns);
    index->pattern_rules = take(making, rules, sizeof *index->pattern_rules);
    making->asked_for = take(making, keywords->word_count, sizeof *making->asked_for);
    if (index->literals == NULL || index->forms == NULL || index->checked == NULL || index->members == NULL ||
        index->restless == NULL || index->patterns == NULL || index->pattern_rules == NULL ||
        making->asked_for == NULL)
        return FL_NO_MEMORY;
    class_neighbours(index);
    const fl_status status = add_rules(making);
    return status != FL_OK ? status : make_forms(making);
}

fl_status fl_rule_index_make(const struct fl_keywords *keywords, const struct fl_fold *fold,
                             struct fl_rule_index *index, struct fl_error *error)
{
    *index = (struct fl_rule_index){.keywords = keywords, .fold = fold};
    fl_arena_init(&index->arena);
    struct making making = {.index = index, .error = error};
    const fl_status status = make(&making);
    fl_buffer_release(&making.plain);
    fl_buffer_release(&making.wakes);
    if (status != FL_OK)
        fl_rule_index_release(index);
    return status;
}

void fl_rule_index_release(struct fl_rule_index *index)
{
    fl_arena_release(&index->arena);
    *index = (struct fl_rule_index){0};
}
