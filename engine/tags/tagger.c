/* tagger.c - which rules hold in messages, and where. */
#include "engine/tags/tagger.h"

#include <stdlib.h>

#include "engine/tags/joined_lines.h"
#include "engine/tags/joined_texts.h"
#include "engine/tags/letters.h"
#include "engine/tags/place_limits.h"
#include "engine/tags/rule_check.h"
#include "engine/tags/rule_index.h"
#include "engine/tags/tag_hits.h"
#include "engine/tags/words/word_database.h"

struct fl_tag_rules {
    struct fl_rule_index index;
    struct fl_word_database *words;
    struct fl_pattern_database *patterns; /* NULL: no rule has a regular expression */
};

struct fl_tagger {
    const struct fl_tag_rules *rules;
    struct fl_word_scratch *scratch;
    struct fl_place_limits limits;
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
        (void)fl_error_at_path(error, keywords->shown_path);
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
        status = fl_place_limits_create(&made->limits, &rules->index, error);
    if (status == FL_OK)
        status = fl_rule_check_create(&made->check, &rules->index, &made->limits, rules->patterns, error);
    if (status == FL_OK)
        status = fl_tag_hits_create(&made->hits, rules->index.keywords->rule_count, error);
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
    fl_place_limits_release(&tagger->limits);
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
    const bool may_be_many = message->folded.size > FL_RULE_HITS_MAX;
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
        if (may_be_many && !fl_place_limits_take(&tagger->limits, literal, form->word, place.offset))
            continue;
        fl_status status = add_plain(tagger, message, form, &place, error);
        if (status == FL_OK && form->remembered)
            status = fl_rule_check_add(&tagger->check, form, place, message->speakers, error);
        if (status != FL_OK)
            return status;
    }
    fl_tag_hits_trim_if_many(&tagger->hits);
    return FL_OK;
}

static void begin_message(struct fl_tagger *tagger)
{
    fl_tag_hits_begin(&tagger->hits);
    fl_place_limits_begin(&tagger->limits);
    if (tagger->rules->index.checked_count > 0)
        fl_rule_check_begin(&tagger->check);
}

static fl_status end_message(struct fl_tagger *tagger, const struct fl_message_view *message,
                             struct fl_error *error)
{
    fl_status status = FL_OK;
    if (tagger->rules->index.checked_count > 0)
        status = fl_rule_check_end(&tagger->check, message, &tagger->hits, error);
    if (status == FL_OK)
        fl_tag_hits_end(&tagger->hits);
    return status;
}

/* Places first .. end - 1 are its own. */
static fl_status tag_message(struct fl_tagger *tagger, const struct fl_message_view *message, size_t first,
                             size_t end, struct fl_error *error)
{
    const struct fl_word_place *places = (const struct fl_word_place *)tagger->places.bytes;
    struct fl_fold_cursor cursor = {0};
    fl_status status = FL_OK;
    begin_message(tagger);
    for (size_t i = first; i < end && status == FL_OK; i++)
        status =
            add_place(tagger, message, places[i].literal, places[i].from - message->from, &cursor, error);
    return status == FL_OK ? end_message(tagger, message, error) : status;
}

/* ---- a message with very many places ---- */

/* So much of it is scanned at a time, and as much more as a word that begins there can be long. A byte begins
 * a word of each length at most; the library may report one twice. */
enum { PART_BYTES = 2048 };
_Static_assert(2 * (PART_BYTES + FL_KEYWORD_BYTES_MAX) * FL_KEYWORD_BYTES_MAX <= FL_WORD_PLACES_MAX,
               "a part can be scanned");

static fl_status tag_part(struct fl_tagger *tagger, const struct fl_message_view *message, size_t part,
                          struct fl_fold_cursor *cursor, struct fl_error *error)
{
    const struct fl_word_sieve sieve = {tagger->limits.closed, tagger->rules->index.neighbours};
    const size_t left = message->folded.size - part,
                 size = left < PART_BYTES + FL_KEYWORD_BYTES_MAX ? left : PART_BYTES + FL_KEYWORD_BYTES_MAX;
    size_t count = 0;
    fl_status status =
        fl_word_database_scan(tagger->rules->words, tagger->scratch, message->folded.bytes + part, size,
                              &sieve, &tagger->places, &count, error);
    const struct fl_word_place *places = (const struct fl_word_place *)tagger->places.bytes;
    for (size_t i = 0; i < count && places[i].from < PART_BYTES && status == FL_OK; i++)
        status =
            add_place(tagger, message, places[i].literal, (uint32_t)part + places[i].from, cursor, error);
    return status;
}

static fl_status tag_message_by_parts(struct fl_tagger *tagger, const struct fl_message_view *message,
                                      struct fl_error *error)
{
    struct fl_fold_cursor cursor = {0};
    fl_status status = FL_OK;
    begin_message(tagger);
    for (size_t part = 0; part < message->folded.size && status == FL_OK; part += PART_BYTES)
        status = tag_part(tagger, message, part, &cursor, error);
    return status == FL_OK ? end_message(tagger, message, error) : status;
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

/* The messages that were joined: texts, of which `messages` says more, or lines. */
struct joined {
    const struct fl_message *messages;
    struct fl_joined_texts *texts; /* NULL: lines */
    struct fl_joined_lines *lines;
    size_t next;                 /* text */
    struct fl_message_view view; /* of the message at hand */
    bool is_stopped;             /* with many hits, behind it */
};

/* Looks at the text in which `byte` lies, or, with `each`, at the next one. */
static bool find_text(struct joined *joined, uint32_t byte, bool each)
{
    const struct fl_joined_texts *texts = joined->texts;
    const size_t at = each ? joined->next : fl_joined_texts_find(texts, joined->next, byte);
    if (at == texts->count)
        return false;
    const struct fl_joined_text *text = &texts->texts[at];
    const struct fl_message *message = &joined->messages[text->message];
    joined->view = (struct fl_message_view){.text = message->text,
                                            .folded = fl_joined_text_at(texts, at),
                                            .number = text->message,
                                            .from = text->from,
                                            .end = text[1].from,
                                            .speakers = message->speakers,
                                            .same_places = text->same_places};
    joined->next = at + 1;
    return true;
}

static bool find_message(struct joined *joined, uint32_t byte, bool each)
{
    if (joined->texts != NULL)
        return find_text(joined, byte, each);
    return each ? fl_joined_lines_next(joined->lines, &joined->view)
                : fl_joined_lines_find(joined->lines, byte, &joined->view);
}

/* With many hits the call should end behind the message. */
static void stop_at_many(const struct fl_tagger *tagger, struct joined *joined)
{
    joined->is_stopped = tagger->hits.count >= FL_MESSAGE_HITS_MAX;
}

static fl_status tag_joined_by_parts(struct fl_tagger *tagger, struct joined *joined, struct fl_error *error)
{
    fl_status status = FL_OK;
    while (status == FL_OK && !joined->is_stopped && find_message(joined, 0, true)) {
        status = tag_message_by_parts(tagger, &joined->view, error);
        stop_at_many(tagger, joined);
    }
    return status;
}

static fl_status tag_joined(struct fl_tagger *tagger, struct joined *joined, struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    const struct fl_buffer *bytes = joined->texts != NULL ? &joined->texts->bytes : &joined->lines->bytes;
    const bool each = index->restless_count > 0;
    size_t count = 0, at_place = 0;
    fl_status status =
        fl_word_database_scan(tagger->rules->words, tagger->scratch, (const char *)bytes->bytes, bytes->size,
                              NULL, &tagger->places, &count, error);
    if (status == FL_LIMIT) {
        fl_error_clear(error);
        return tag_joined_by_parts(tagger, joined, error);
    }
    struct fl_word_place *places = (struct fl_word_place *)tagger->places.bytes;
    if (status == FL_OK)
        count = sift(index, bytes->bytes, places, count);
    while (status == FL_OK && !joined->is_stopped && (each || at_place < count)) {
        if (!find_message(joined, each ? 0 : places[at_place].from, each))
            break;
        const size_t first = at_place;
        while (at_place < count && places[at_place].from < joined->view.end)
            at_place++;
        if (at_place == first && (joined->view.speakers & index->restless_speakers) == 0)
            continue;
        status = tag_message(tagger, &joined->view, first, at_place, error);
        stop_at_many(tagger, joined);
    }
    return status;
}

static fl_status tag_texts(struct fl_tagger *tagger, const struct fl_message *messages, size_t *done,
                           struct fl_error *error)
{
    struct joined joined = {.messages = messages, .texts = &tagger->texts};
    const fl_status status = tag_joined(tagger, &joined, error);
    fl_joined_texts_clear(&tagger->texts);
    if (joined.is_stopped)
        *done = (size_t)joined.view.number + 1;
    return status;
}

fl_status fl_tagger_run(struct fl_tagger *tagger, const struct fl_message *messages, size_t count,
                        size_t *done, const struct fl_tag_hit **hits, size_t *hit_count,
                        struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    *hits = NULL;
    *hit_count = 0;
    *done = count;
    if (count > UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "%zu messages in one call: at most %u", count, UINT32_MAX);
    fl_tag_hits_clear(&tagger->hits);
    fl_joined_texts_clear(&tagger->texts);
    fl_status status = FL_OK;
    for (size_t i = 0; i < *done && status == FL_OK; i++) {
        if ((messages[i].speakers & index->speakers) == 0)
            continue;
        status = fl_joined_texts_add(&tagger->texts, index->fold, messages[i].text, (uint32_t)i, error);
        if (status == FL_OK && fl_joined_texts_full(&tagger->texts))
            status = tag_texts(tagger, messages, done, error);
    }
    if (status == FL_OK && tagger->texts.count > 0)
        status = tag_texts(tagger, messages, done, error);
    if (status != FL_OK)
        return status;
    *hits = tagger->hits.list;
    *hit_count = tagger->hits.count;
    return FL_OK;
}

static size_t bytes_to_next_line(struct fl_text text, struct fl_text line)
{
    const size_t end = (size_t)(line.bytes - text.bytes) + line.size;
    const char *found = memchr(text.bytes + end, '\n', text.size - end);
    return found == NULL ? text.size : (size_t)(found - text.bytes) + 1;
}

fl_status fl_tagger_run_lines(struct fl_tagger *tagger, struct fl_text text, uint8_t speakers, size_t *done,
                              size_t *lines, const struct fl_tag_hit **hits, size_t *hit_count,
                              struct fl_error *error)
{
    const struct fl_rule_index *index = &tagger->rules->index;
    struct joined joined = {.lines = &tagger->lines};
    *hits = NULL;
    *hit_count = *lines = 0;
    *done = text.size;
    if (text.size > UINT32_MAX)
        return fl_fail(error, FL_LIMIT, "%zu bytes of lines in one call: at most %u", text.size, UINT32_MAX);
    fl_tag_hits_clear(&tagger->hits);
    fl_status status = FL_OK;
    fl_joined_lines_begin(&tagger->lines, text, speakers);
    while (!fl_joined_lines_done(&tagger->lines) && status == FL_OK && !joined.is_stopped) {
        status = fl_joined_lines_fill(&tagger->lines, index->fold, error);
        if (status != FL_OK)
            return status;
        if ((speakers & index->speakers) != 0)
            status = tag_joined(tagger, &joined, error);
        *lines = fl_joined_lines_pass(&tagger->lines);
    }
    if (joined.is_stopped) {
        *lines = (size_t)joined.view.number + 1;
        *done = bytes_to_next_line(text, joined.view.text);
    }
    if (status != FL_OK)
        return status;
    *hits = tagger->hits.list;
    *hit_count = tagger->hits.count;
    return FL_OK;
}

uint64_t fl_tagger_cut_messages(const struct fl_tagger *tagger)
{
    return tagger->hits.cut_count;
}
