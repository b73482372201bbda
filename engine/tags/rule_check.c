/* rule_check.c - whether rules that ask for more than one word hold in a message. */
#include "engine/tags/rule_check.h"

#include <stdlib.h>

/* ---- life ---- */

fl_status fl_rule_check_create(struct fl_rule_check *check, const struct fl_rule_index *index,
                               const struct fl_pattern_database *patterns, struct fl_error *error)
{
    *check = (struct fl_rule_check){.index = index, .patterns = patterns};
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
    }
    return FL_OK;
}

/* ---- near ---- */

static bool is_close(const struct fl_rule_check *check, size_t from, size_t to, uint32_t distance)
{
    return fl_word_runs_between(&check->runs, from, to) <= distance;
}

/* Hits of those places of `word` that have one of `partner` near. The nearest one on either side is enough: a
 * wider gap has no fewer words. Places of one word have one size, so those that end before a place, and those
 * that begin behind it, only become more and fewer from one to the next. */
static fl_status add_near_places(struct trial *trial, uint32_t word, uint32_t partner, uint32_t distance)
{
    const struct fl_rule_check *check = trial->check;
    const struct fl_message_words *words = &check->words;
    uint32_t before = FL_NO_PLACE, after_before = fl_message_words_first(words, partner);
    uint32_t after = after_before;
    uint32_t at = fl_message_words_first(words, word);
    while (at != FL_NO_PLACE) {
        const struct fl_found_word *place = fl_message_words_at(words, at);
        while (after_before != FL_NO_PLACE && fl_message_words_at(words, after_before)->to <= place->from) {
            before = after_before;
            after_before = fl_message_words_at(words, before)->next;
        }
        while (after != FL_NO_PLACE && fl_message_words_at(words, after)->from < place->to)
            after = fl_message_words_at(words, after)->next;
        const bool is_near = (before != FL_NO_PLACE && is_close(check, fl_message_words_at(words, before)->to,
                                                                place->from, distance)) ||
                             (after != FL_NO_PLACE &&
                              is_close(check, place->to, fl_message_words_at(words, after)->from, distance));
        const fl_status status = is_near ? add_hit(trial, word, place->offset, place->size) : FL_OK;
        if (status != FL_OK)
            return status;
        at = place->next;
    }
    return FL_OK;
}

static fl_status add_near(struct trial *trial)
{
    struct fl_rule_check *check = trial->check;
    const struct fl_span span = trial->rule->near;
    for (uint32_t i = 0; i < span.count; i++) {
        const struct fl_near *near = &check->index->keywords->nears[span.from + i];
        if (!fl_message_words_has(&check->words, near->left) ||
            !fl_message_words_has(&check->words, near->right))
            continue;
        if (!check->has_runs && fl_word_runs_find(&check->runs, check->index->fold, trial->message->folded,
                                                  trial->error) != FL_OK)
            return FL_NO_MEMORY;
        check->has_runs = true;
        fl_status status = add_near_places(trial, near->left, near->right, near->distance);
        if (status == FL_OK)
            status = add_near_places(trial, near->right, near->left, near->distance);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* ---- regular expressions ---- */

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

static fl_status add_pattern(struct trial *trial)
{
    struct fl_rule_check *check = trial->check;
    const struct fl_message_view *message = trial->message;
    if (!check->has_patterns) {
        const fl_status status = fl_pattern_database_scan(
            check->patterns, check->scratch, message->folded.bytes, message->folded.size,
            &check->pattern_places, &check->pattern_place_count, trial->error);
        if (status != FL_OK)
            return status;
        check->has_patterns = true;
    }
    if (check->pattern_place_count == 0)
        return FL_OK;
    const struct fl_pattern_place *end =
        (const struct fl_pattern_place *)check->pattern_places.bytes + check->pattern_place_count;
    struct fl_fold_cursor cursor = {0};
    for (const struct fl_pattern_place *place = first_of_pattern(check, trial->rule->pattern);
         place != end && place->pattern == trial->rule->pattern; place++) {
        size_t from = place->from, to = place->to;
        if (!message->same_places)
            fl_fold_place_on(check->index->fold, message->text, &cursor, place->from, place->to, &from, &to);
        const fl_status status = add_hit(trial, FL_HIT_BY_REGEX, (uint32_t)from, (uint32_t)(to - from));
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
    if (!words_allow(check, rule))
        return FL_OK;
    /* The costly cells last; what a rule found that does not hold after all is taken back. */
    const size_t hits_before = trial->hits->count;
    fl_status status = rule->near.count > 0 ? add_near(trial) : FL_OK;
    if (status != FL_OK || (rule->near.count > 0 && trial->hits->count == hits_before))
        return status;
    const size_t near_hits = trial->hits->count;
    if (rule->pattern != FL_NO_PATTERN) {
        status = add_pattern(trial);
        if (status == FL_OK && trial->hits->count == near_hits) {
            trial->hits->count = hits_before;
            return FL_OK;
        }
    }
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
    struct trial trial = {check, NULL, message, hits, error};
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
