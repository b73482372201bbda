/* tagger.c - which rules hold in messages, and where. */
#include "engine/tags/tagger.h"

#include <stdlib.h>

#include "engine/tags/joined_lines.h"
#include "engine/tags/joined_texts.h"
#include "engine/tags/letters.h"
#include "engine/tags/rule_check.h"
#include "engine/tags/rule_index.h"
#include "engine/tags/tag_hits.h"
#include "engine/tags/word_database.h"

struct fl_tag_rules {
    struct fl_rule_index index;
    struct fl_word_database *words;
    struct fl_pattern_database *patterns; /* NULL: no rule has a regular expression */
};

struct fl_tagger {
    const struct fl_tag_rules *rules;
    struct fl_word_scratch *scratch;
    struct fl_rule_check check;
    struct fl_joined_texts texts;
    struct fl_joined_lines lines;
    struct fl_buffer places;
    struct fl_tag_hits hits;
};

/* ---- rules ---- */

static fl_status compile_patterns(struct fl_tag_rules *rules, struct fl_error *error)
{
    const struct fl_rule_index *index = &rules->index;
    if (index->pattern_count == 0)
        return FL_OK;
    size_t bad = 0;
    const fl_status status = fl_pattern_database_compile(index->fold, index->patterns, index->pattern_count,
                                                         &rules->patterns, &bad, error);
    if (status != FL_BAD_MODEL)
        return status;
    fl_error_at_block(error, -1, "regex");
    fl_error_at_line(error, index->keywords->rules[index->pattern_rules[bad]].line, -1);
    return status;
}

fl_status fl_tag_rules_compile(const struct fl_keywords *keywords, const struct fl_fold *fold,
                               struct fl_tag_rules **rules, struct fl_error *error)
{
    *rules = NULL;
    struct fl_tag_rules *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    fl_status status = fl_rule_index_make(keywords, fold, &made->index, error);
    if (status == FL_OK)
        status = fl_word_database_compile(keywords->literals, keywords->literal_count, &made->words, error);
    if (status == FL_OK)
        status = compile_patterns(made, error);
    if (status != FL_OK) {
        fl_tag_rules_free(made);
        return status;
    }
    *rules = made;
    return FL_OK;
}

void fl_tag_rules_free(struct fl_tag_rules *rules)
{
    if (rules == NULL)
        return;
    fl_pattern_database_free(rules->patterns);
    fl_word_database_free(rules->words);
    fl_rule_index_release(&rules->index);
    free(rules);
}

const struct fl_keywords *fl_tag_rules_keywords(const struct fl_tag_rules *rules)
{
    return rules->index.keywords;
}

/* ---- tagger ---- */

fl_status fl_tagger_create(const struct fl_tag_rules *rules, struct fl_tagger **tagger,
                           struct fl_error *error)
{
    *tagger = NULL;
    struct fl_tagger *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->rules = rules;
    fl_status status = fl_word_scratch_create(rules->words, &made->scratch, error);
    if (status == FL_OK)
        status = fl_rule_check_create(&made->check, &rules->index, rules->patterns, error);
    if (status != FL_OK) {
        fl_tagger_free(made);
        return status;
    }
    *tagger = made;
    return FL_OK;
}

void fl_tagger_free(struct fl_tagger *tagger)
{
    if (tagger == NULL)
        return;
    fl_word_scratch_free(tagger->scratch);
    fl_rule_check_release(&tagger->check);
    fl_joined_texts_release(&tagger->texts);
    fl_joined_lines_release(&tagger->lines);
    fl_buffer_release(&tagger->places);
    fl_tag_hits_release(&tagger->hits);
    free(tagger);
}

/* ---- a message ---- */

/* Separators stand before and behind each message, so its edges have a neighbour too. */
static bool touches_left(const struct fl_rule_index *index, const struct fl_message_view *message, size_t at)
{
    const unsigned char byte = *((const unsigned char *)message->folded.bytes + at - 1);
    if (index->neighbours[byte] != FL_NEIGHBOUR_LOOK)
        return index->neighbours[byte] == FL_NEIGHBOUR_TOUCHES;
    return fl_letter_before(index->fold, message->folded, at) == FL_LETTER_SPACED;
}

static bool touches_right(const struct fl_rule_index *index, const struct fl_message_view *message, size_t at)
{
    const unsigned char byte = (unsigned char)message->folded.bytes[at];
    if (index->neighbours[byte] != FL_NEIGHBOUR_LOOK)
        return index->neighbours[byte] == FL_NEIGHBOUR_TOUCHES;
    return fl_letter_at(index->fold, message->folded, at) == FL_LETTER_SPACED;
}

static fl_status add_plain(struct fl_tagger *tagger, const struct fl_message_view *message,
                           const struct fl_word_form *form, const struct fl_found_word *place,
                           struct fl_error *error)
{
    const struct fl_rule_of_word *rules = tagger->rules->index.plain + form->plain.from;
    for (uint32_t i = 0; i < form->plain.count; i++) {
        if ((rules[i].speakers & message->speakers) == 0)
            continue;
        const struct fl_tag_hit hit = {message->number, rules[i].number, form->word, place->offset,
                                       place->size};
        if (!fl_tag_hits_push(&tagger->hits, hit))
            return fl_tag_hits_fail(&tagger->hits, error);
    }
    return FL_OK;
}

/* What one place of a literal brings. */
static fl_status add_place(struct fl_tagger *tagger, const struct fl_message_view *message, uint32_t literal,
                           uint32_t from, struct fl_fold_cursor *cursor, struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    const struct fl_literal_forms *forms = &index->literals[literal];
    const uint32_t to = from + forms->size;
    struct fl_found_word place = {.from = from, .to = to, .offset = from, .size = forms->size};
    bool is_mapped = message->same_places;
    for (const struct fl_word_form *form = index->forms + forms->first_form, *end = form + forms->form_count;
         form != end; form++) {
        if ((form->bound_left && touches_left(index, message, from)) ||
            (form->bound_right && touches_right(index, message, to)))
            continue;
        if (!is_mapped) {
            size_t offset, offset_end;
            fl_fold_place_on(index->fold, message->text, cursor, from, to, &offset, &offset_end);
            place.offset = (uint32_t)offset;
            place.size = (uint32_t)(offset_end - offset);
            is_mapped = true;
        }
        fl_status status = add_plain(tagger, message, form, &place, error);
        if (status == FL_OK && form->remembered)
            status = fl_rule_check_add(&tagger->check, form, place, message->speakers, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

/* The message begins at byte `base` of the joined ones; places first .. end - 1 are its own. */
static fl_status tag_message(struct fl_tagger *tagger, const struct fl_message_view *message, uint32_t base,
                             size_t first, size_t end, struct fl_error *error)
{
    const bool has_checked = tagger->rules->index.checked_count > 0;
    const struct fl_word_place *places = (const struct fl_word_place *)tagger->places.bytes;
    const size_t hits_before = tagger->hits.count;
    struct fl_fold_cursor cursor = {0};
    fl_status status = FL_OK;
    if (has_checked)
        fl_rule_check_begin(&tagger->check);
    for (size_t i = first; i < end && status == FL_OK; i++)
        status = add_place(tagger, message, places[i].literal, places[i].from - base, &cursor, error);
    if (has_checked && status == FL_OK)
        status = fl_rule_check_end(&tagger->check, message, &tagger->hits, error);
    if (status == FL_OK)
        fl_tag_hits_order(&tagger->hits, hits_before);
    return status;
}

/* ---- many messages ---- */

/* Drops places that a letter beside them makes none of a word, whatever message they are in: of most literals
 * that is most of them, and a branch for each would cost more than all else. Returns how many are left. */
static size_t sift(const struct fl_rule_index *index, const uint8_t *bytes, struct fl_word_place *places,
                   size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct fl_word_place place = places[i];
        const struct fl_literal_forms *literal = &index->literals[place.literal];
        const unsigned left = index->neighbours[bytes[place.from - 1]] & FL_NEIGHBOUR_TOUCHES,
                       right = index->neighbours[bytes[place.from + literal->size]] & FL_NEIGHBOUR_TOUCHES;
        places[kept] = place;
        kept += ((left & literal->bound_left) | (right & literal->bound_right)) == 0;
    }
    return kept;
}

/* The messages that were joined: texts, of which `messages` says more, or lines of one speaker. */
struct joined {
    const struct fl_message *messages;
    struct fl_joined_texts *texts; /* NULL: lines */
    struct fl_joined_lines *lines;
    size_t next;      /* text */
    uint8_t speakers; /* of lines */
};

/* One of them: where it begins, where it ends with its separator. */
struct joined_message {
    struct fl_message_view view;
    uint32_t from, end;
};

/* The text in which `byte` lies, or, with `each`, the next one. */
static bool find_text(struct joined *joined, uint32_t byte, bool each, struct joined_message *found)
{
    const struct fl_joined_texts *texts = joined->texts;
    const size_t at = each ? joined->next : fl_joined_texts_find(texts, joined->next, byte);
    if (at == texts->count)
        return false;
    const struct fl_joined_text *text = &texts->texts[at];
    const struct fl_message *message = &joined->messages[text->message];
    found->view = (struct fl_message_view){message->text, fl_joined_text_at(texts, at), text->message,
                                           message->speakers, text->same_places};
    found->from = text->from;
    found->end = text[1].from;
    joined->next = at + 1;
    return true;
}

static bool find_line(struct joined *joined, uint32_t byte, bool each, struct joined_message *found)
{
    struct fl_joined_line line;
    const bool is_there =
        each ? fl_joined_lines_next(joined->lines, &line) : fl_joined_lines_find(joined->lines, byte, &line);
    if (!is_there)
        return false;
    found->view =
        (struct fl_message_view){line.text, line.folded, line.number, joined->speakers, line.same_places};
    found->from = line.from;
    found->end = line.end;
    return true;
}

static bool find_message(struct joined *joined, uint32_t byte, bool each, struct joined_message *found)
{
    return joined->texts != NULL ? find_text(joined, byte, each, found)
                                 : find_line(joined, byte, each, found);
}

static fl_status tag_joined(struct fl_tagger *tagger, struct joined *joined, struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    const struct fl_buffer *bytes = joined->texts != NULL ? &joined->texts->bytes : &joined->lines->bytes;
    const bool each = index->restless_count > 0;
    size_t count = 0, at_place = 0;
    fl_status status =
        fl_word_database_scan(tagger->rules->words, tagger->scratch, (const char *)bytes->bytes, bytes->size,
                              &tagger->places, &count, error);
    struct fl_word_place *places = (struct fl_word_place *)tagger->places.bytes;
    if (status == FL_OK)
        count = sift(index, bytes->bytes, places, count);
    while (status == FL_OK && (each || at_place < count)) {
        struct joined_message message;
        if (!find_message(joined, each ? 0 : places[at_place].from, each, &message))
            break;
        const size_t first = at_place;
        while (at_place < count && places[at_place].from < message.end)
            at_place++;
        if (at_place == first && (message.view.speakers & index->restless_speakers) == 0)
            continue;
        status = tag_message(tagger, &message.view, message.from, first, at_place, error);
    }
    return status;
}

static fl_status tag_texts(struct fl_tagger *tagger, const struct fl_message *messages,
                           struct fl_error *error)
{
    struct joined joined = {.messages = messages, .texts = &tagger->texts};
    const fl_status status = tag_joined(tagger, &joined, error);
    fl_joined_texts_clear(&tagger->texts);
    return status;
}

fl_status fl_tagger_run(struct fl_tagger *tagger, const struct fl_message *messages, size_t count,
                        const struct fl_tag_hit **hits, size_t *hit_count, struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    *hits = NULL;
    *hit_count = 0;
    if (count > UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "%zu messages in one call: at most %u", count, UINT32_MAX);
    tagger->hits.count = 0;
    fl_joined_texts_clear(&tagger->texts);
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        if ((messages[i].speakers & index->speakers) == 0)
            continue;
        status = fl_joined_texts_add(&tagger->texts, index->fold, messages[i].text, (uint32_t)i, error);
        if (status == FL_OK && fl_joined_texts_full(&tagger->texts))
            status = tag_texts(tagger, messages, error);
    }
    if (status == FL_OK && tagger->texts.count > 0)
        status = tag_texts(tagger, messages, error);
    if (status != FL_OK)
        return status;
    *hits = tagger->hits.list;
    *hit_count = tagger->hits.count;
    return FL_OK;
}

fl_status fl_tagger_run_lines(struct fl_tagger *tagger, struct fl_text text, uint8_t speakers, size_t *lines,
                              const struct fl_tag_hit **hits, size_t *hit_count, struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    struct joined joined = {.lines = &tagger->lines, .speakers = speakers};
    *hits = NULL;
    *hit_count = *lines = 0;
    if (text.size > UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "%zu bytes of lines in one call: at most %u", text.size, UINT32_MAX);
    tagger->hits.count = 0;
    fl_status status = FL_OK;
    fl_joined_lines_begin(&tagger->lines, text);
    while (!fl_joined_lines_done(&tagger->lines) && status == FL_OK) {
        status = fl_joined_lines_fill(&tagger->lines, index->fold, error);
        if (status == FL_OK && (speakers & index->speakers) != 0)
            status = tag_joined(tagger, &joined, error);
        *lines = fl_joined_lines_pass(&tagger->lines);
    }
    if (status != FL_OK)
        return status;
    *hits = tagger->hits.list;
    *hit_count = tagger->hits.count;
    return FL_OK;
}
