/* rule_check.c - whether rules that ask for more than one word hold in a message. */
#include "engine/tags/rule_check.h"

#include <stdlib.h>

#include "engine/tags/words/word_walk.h"

/* ---- life ---- */

fl_status fl_rule_check_create(struct fl_rule_check *check, const struct fl_rule_index *index,
                               const struct fl_place_limits *limits,
                               const struct fl_pattern_database *patterns, struct fl_error *error)
{
    *check = (struct fl_rule_check){.index = index, .limits = limits, .patterns = patterns};
    fl_status status = fl_message_words_create(&check->words, index->keywords->word_count, error);
    if (status == FL_OK && patterns != NULL)
        status = fl_pattern_scratch_create(patterns, &check->scratch, error);
    check->woken = calloc(index->checked_count + 1, sizeof *check->woken);
    check->members = malloc((index->longest_list + 1) * sizeof *check->members);
    if (status == FL_OK && (check->woken == NULL || check->members == NULL))
        status = fl_fail_memory(error, (index->checked_count + 1) * sizeof *check->woken);
    if (status != FL_OK)
        fl_rule_check_release(check);
    return status;
}

void fl_rule_check_release(struct fl_rule_check *check)
{
    fl_message_words_release(&check->words);
    fl_pattern_scratch_free(check->scratch);
    free(check->woken);
    free(check->members);
    fl_buffer_release(&check->candidates);
    fl_buffer_release(&check->pattern_places);
    fl_word_runs_release(&check->runs);
    *check = (struct fl_rule_check){0};
}

/* ---- words of a message ---- */

void fl_rule_check_begin(struct fl_rule_check *check)
{
    fl_message_words_begin(&check->words);
    check->candidates.size = 0;
    check->has_runs = check->has_patterns = false;
}

fl_status fl_rule_check_add(struct fl_rule_check *check, const struct fl_word_form *form,
                            struct fl_found_word place, uint8_t speakers, struct fl_error *error)
{
    for (uint32_t i = 0; i < form->wakes.count; i++) {
        const struct fl_rule_of_word *wake = &check->index->wakes[form->wakes.from + i];
        if ((wake->speakers & speakers) == 0 || check->woken[wake->number] == check->words.message)
            continue;
        check->woken[wake->number] = check->words.message;
        if (!fl_buffer_append(&check->candidates, &wake->number, sizeof wake->number))
            return fl_fail_memory(error, check->candidates.size);
    }
    return fl_message_words_add(&check->words, form->word, place, error);
}

/* ---- hits ---- */

/* One rule in one message. */
struct trial {
    struct fl_rule_check *check;
    const struct fl_checked_rule *rule;
    const struct fl_message_view *message;
    struct fl_walked_message walked; /* the same message */
    struct fl_tag_hits *hits;
    struct fl_error *error;
};

static fl_status add_hit(struct trial *trial, uint32_t word, uint32_t offset, uint32_t size)
{
    const struct fl_tag_hit hit = {trial->message->number, trial->rule->rule, word, offset, size};
    return fl_tag_hits_push(trial->hits, hit) ? FL_OK : fl_tag_hits_fail(trial->hits, trial->error);
}

static fl_status add_places(struct trial *trial, const uint32_t *words, size_t count)
{
    const struct fl_message_words *seen = &trial->check->words;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = fl_message_words_first(seen, words[i]);
        while (at != FL_NO_PLACE) {
            const struct fl_found_word *place = fl_message_words_at(seen, at);
            const fl_status status = add_hit(trial, words[i], place->offset, place->size);
            if (status != FL_OK)
                return status;
            at = place->next;
        }
        fl_tag_hits_trim_if_many(trial->hits);
    }
    return FL_OK;
}

/* Bytes of the folded message as those of the text as it came. */
static void map_place(const struct trial *trial, struct fl_fold_cursor *cursor, uint32_t from, uint32_t to,
                      uint32_t *offset, uint32_t *size)
{
    const struct fl_message_view *message = trial->message;
    size_t begin = from, end = to;
    if (!message->same_places)
        fl_fold_place_on(trial->check->index->fold, message->text, cursor, from, to, &begin, &end);
    *offset = (uint32_t)begin;
    *size = (uint32_t)(end - begin);
}

/* ---- near ---- */

/* The nearest places of a partner, on the way from one place of a word to the next. */
struct partner {
    struct fl_word_walk before, after; /* `before`: one place further than the nearest */
    bool has_next_before, has_before, has_after;
    uint32_t before_to;
};

static void start_partner(struct partner *partner, const struct fl_walked_message *message, uint32_t word)
{
    partner->has_before = false;
    fl_word_walk_start(&partner->before, message, word);
    partner->has_next_before = fl_word_walk_on(&partner->before);
    partner->after = partner->before;
    partner->has_after = partner->has_next_before;
}

/* Places of one word have one size, so those that end before a place, and those that begin behind it, only
 * become more and fewer from one to the next. */
static void move_partner(struct partner *partner, const struct fl_found_word *place)
{
    while (partner->has_next_before && partner->before.at.to <= place->from) {
        partner->has_before = true;
        partner->before_to = partner->before.at.to;
        partner->has_next_before = fl_word_walk_on(&partner->before);
    }
    while (partner->has_after && partner->after.at.from < place->to)
        partner->has_after = fl_word_walk_on(&partner->after);
}

/* The nearest one on either side is enough: a wider gap has no fewer words. */
static bool is_close(const struct fl_word_runs *runs, const struct partner *partner,
                     const struct fl_found_word *place, uint32_t distance)
{
    return (partner->has_before && fl_word_runs_between(runs, partner->before_to, place->from) <= distance) ||
           (partner->has_after && fl_word_runs_between(runs, place->to, partner->after.at.from) <= distance);
}

/* Hits of those places of `word` that have one of `partner_word` near as far as they are wanted. */
static fl_status add_near_places(struct trial *trial, uint32_t word, uint32_t partner_word, uint32_t distance)
{
    struct fl_word_walk walk;
    struct partner partner;
    struct fl_place_count count = {0};
    struct fl_fold_cursor cursor = {0};
    fl_word_walk_start(&walk, &trial->walked, word);
    start_partner(&partner, &trial->walked, partner_word);
    while (fl_word_walk_on(&walk)) {
        struct fl_found_word *place = &walk.at;
        move_partner(&partner, place);
        if (!is_close(&trial->check->runs, &partner, place, distance))
            continue;
        if (!walk.is_kept)
            map_place(trial, &cursor, place->from, place->to, &place->offset, &place->size);
        if (!fl_place_count_take(&count, place->offset))
            break;
        const fl_status status = add_hit(trial, word, place->offset, place->size);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status find_runs(struct trial *trial)
{
    struct fl_rule_check *check = trial->check;
    if (check->has_runs)
        return FL_OK;
    const fl_status status =
        fl_word_runs_find(&check->runs, check->index->fold, trial->message->folded, trial->error);
    check->has_runs = status == FL_OK;
    return status;
}

static bool has_both(const struct trial *trial, const struct fl_near *near)
{
    return fl_message_words_has(&trial->check->words, near->left) &&
           fl_message_words_has(&trial->check->words, near->right);
}

static fl_status add_near(struct trial *trial)
{
    const struct fl_span span = trial->rule->near;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct fl_near *near = &trial->check->index->keywords->nears[span.from + i];
        if (!has_both(trial, near))
            continue;
        fl_status status = add_near_places(trial, near->left, near->right, near->distance);
        if (status == FL_OK)
            status = add_near_places(trial, near->right, near->left, near->distance);
        if (status != FL_OK)
            return status;
        fl_tag_hits_trim_if_many(trial->hits);
    }
    return FL_OK;
}

static bool is_one_near(const struct trial *trial, const struct fl_near *near)
{
    struct fl_word_walk walk;
    struct partner partner;
    fl_word_walk_start(&walk, &trial->walked, near->left);
    start_partner(&partner, &trial->walked, near->right);
    while (fl_word_walk_on(&walk)) {
        move_partner(&partner, &walk.at);
        if (is_close(&trial->check->runs, &partner, &walk.at, near->distance))
            return true;
    }
    return false;
}

static fl_status near_holds(struct trial *trial, bool *holds)
{
    const struct fl_span span = trial->rule->near;
    *holds = span.count == 0;
    for (uint32_t i = 0; i < span.count && !*holds; i++) {
        const struct fl_near *near = &trial->check->index->keywords->nears[span.from + i];
        if (!has_both(trial, near))
            continue;
        const fl_status status = find_runs(trial);
        if (status != FL_OK)
            return status;
        *holds = is_one_near(trial, near);
    }
    return FL_OK;
}

/* ---- regular expressions ---- */

static const struct fl_pattern_place *end_of_patterns(const struct fl_rule_check *check)
{
    const struct fl_pattern_place *places = (const struct fl_pattern_place *)check->pattern_places.bytes;
    return check->pattern_place_count == 0 ? places : places + check->pattern_place_count;
}

/* The first of this message's places that is not of a pattern before this one. */
static const struct fl_pattern_place *first_of_pattern(const struct fl_rule_check *check, uint32_t pattern)
{
    const struct fl_pattern_place *places = (const struct fl_pattern_place *)check->pattern_places.bytes;
    size_t count = check->pattern_place_count;
    while (count > 0) {
        const size_t half = count / 2;
        if (places[half].pattern < pattern) {
            places += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return places;
}

static fl_status pattern_holds(struct trial *trial, bool *holds)
{
    struct fl_rule_check *check = trial->check;
    const struct fl_text folded = trial->message->folded;
    *holds = trial->rule->pattern == FL_NO_PATTERN;
    if (*holds)
        return FL_OK;
    if (!check->has_patterns) {
        const fl_status status =
            fl_pattern_database_scan(check->patterns, check->scratch, folded.bytes, folded.size,
                                     &check->pattern_places, &check->pattern_place_count, trial->error);
        if (status != FL_OK)
            return status;
        check->has_patterns = true;
    }
    const struct fl_pattern_place *place = first_of_pattern(check, trial->rule->pattern);
    *holds = place != end_of_patterns(check) && place->pattern == trial->rule->pattern;
    return FL_OK;
}

/* Of a rule that has a pattern; pattern_holds() has found its places. */
static fl_status add_pattern(struct trial *trial)
{
    const struct fl_pattern_place *end = end_of_patterns(trial->check);
    struct fl_place_count count = {0};
    struct fl_fold_cursor cursor = {0};
    for (const struct fl_pattern_place *place = first_of_pattern(trial->check, trial->rule->pattern);
         place != end && place->pattern == trial->rule->pattern; place++) {
        uint32_t offset, size;
        map_place(trial, &cursor, place->from, place->to, &offset, &size);
        if (!fl_place_count_take(&count, offset))
            break;
        const fl_status status = add_hit(trial, FL_HIT_BY_REGEX, offset, size);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- a rule ---- */

/* How many of a cell's words the message has; they are in check->members. */
static size_t list_seen(struct fl_rule_check *check, struct fl_span cell, size_t most)
{
    return fl_message_words_of(&check->words, check->index->members + cell.from, cell.count, most,
                               check->members);
}

static bool words_allow(struct fl_rule_check *check, const struct fl_checked_rule *rule)
{
    return list_seen(check, rule->all, rule->all.count) == rule->all.count &&
           (rule->any.count == 0 || list_seen(check, rule->any, 1) > 0) &&
           list_seen(check, rule->none, 1) == 0;
}

static fl_status try_rule(struct trial *trial)
{
    const struct fl_checked_rule *rule = trial->rule;
    struct fl_rule_check *check = trial->check;
    bool holds = words_allow(check, rule);
    fl_status status = FL_OK;
    /* The costly cells last. */
    if (holds)
        status = near_holds(trial, &holds);
    if (holds && status == FL_OK)
        status = pattern_holds(trial, &holds);
    if (!holds || status != FL_OK)
        return status;
    status = add_near(trial);
    if (status == FL_OK && rule->pattern != FL_NO_PATTERN)
        status = add_pattern(trial);
    if (status == FL_OK)
        status = add_places(trial, check->members, list_seen(check, rule->any, rule->any.count));
    if (status == FL_OK)
        status = add_places(trial, check->index->members + rule->all.from, rule->all.count);
    return status;
}

fl_status fl_rule_check_end(struct fl_rule_check *check, const struct fl_message_view *message,
                            struct fl_tag_hits *hits, struct fl_error *error)
{
    const struct fl_rule_index *index = check->index;
    const uint32_t *candidates = (const uint32_t *)check->candidates.bytes;
    struct trial trial = {check, NULL, message, {&check->words, check->limits, message->folded}, hits, error};
    fl_status status = FL_OK;
    for (size_t i = 0; i < check->candidates.size / sizeof *candidates && status == FL_OK; i++) {
        trial.rule = &index->checked[candidates[i]];
        status = try_rule(&trial);
    }
    for (size_t i = 0; i < index->restless_count && status == FL_OK; i++) {
        trial.rule = &index->checked[index->restless[i]];
        if ((trial.rule->speakers & message->speakers) != 0)
            status = try_rule(&trial);
    }
    return status;
}
