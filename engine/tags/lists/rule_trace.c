/* rule_trace.c - evaluates the rules of a keyword list on one message, slowly. */
#include "engine/tags/lists/rule_trace.h"

#include <stdlib.h>

#include "engine/tags/place_limits.h"
#include "engine/tags/lists/rule_reasons.h"
#include "engine/tags/words/word_database.h"

struct fl_rule_tracer {
    const struct fl_keywords *keywords;
    const struct fl_fold *fold;
    struct fl_pattern_database *patterns; /* NULL: no rule has a regular expression */
    struct fl_pattern_scratch *scratch;
    uint32_t *pattern_of; /* by rule */
    /* Of the message. */
    struct fl_message message;
    struct fl_buffer folded;
    struct fl_word_spots spots;
    struct fl_buffer pattern_places; /* struct fl_pattern_place */
    size_t pattern_place_count;
    struct fl_arena arena;
    struct fl_buffer found; /* struct fl_trace_place */
};

/* ---- the rules ---- */

static fl_status fail_pattern(const struct fl_rule_tracer *tracer, size_t bad, struct fl_error *error)
{
    for (size_t i = 0; i < tracer->keywords->rule_count; i++) {
        if (tracer->keywords->rules[i].regex.size > 0 && tracer->pattern_of[i] == bad)
            (void)fl_error_at_line(error, tracer->keywords->rules[i].line, -1);
    }
    return FL_BAD_MODEL;
}

static fl_status compile_patterns(struct fl_rule_tracer *tracer, struct fl_error *error)
{
    const struct fl_keywords *keywords = tracer->keywords;
    struct fl_text *patterns = calloc(keywords->rule_count + 1, sizeof *patterns);
    tracer->pattern_of = calloc(keywords->rule_count + 1, sizeof *tracer->pattern_of);
    size_t count = 0, bad = 0;
    fl_status status = FL_OK;
    if (patterns == NULL || tracer->pattern_of == NULL)
        status = fl_fail_memory(error, (keywords->rule_count + 1) * sizeof *patterns);
    for (size_t i = 0; i < keywords->rule_count && status == FL_OK; i++) {
        tracer->pattern_of[i] = (uint32_t)count;
        if (keywords->rules[i].regex.size > 0)
            patterns[count++] = keywords->rules[i].regex;
    }
    if (status == FL_OK)
        status = fl_pattern_database_compile(tracer->fold, patterns, count, &tracer->patterns, &bad, error);
    if (status == FL_BAD_MODEL)
        status = fail_pattern(tracer, bad, error);
    if (status != FL_OK)
        (void)fl_error_at_path(error, keywords->shown_path);
    if (status == FL_OK)
        status = fl_pattern_scratch_create(tracer->patterns, &tracer->scratch, error);
    free(patterns);
    return status;
}

fl_status fl_rule_tracer_create(const struct fl_keywords *keywords, const struct fl_fold *fold,
                                struct fl_rule_tracer **tracer, struct fl_error *error)
{
    *tracer = calloc(1, sizeof **tracer);
    if (*tracer == NULL)
        return fl_fail_memory(error, sizeof **tracer);
    (*tracer)->keywords = keywords;
    (*tracer)->fold = fold;
    fl_arena_init(&(*tracer)->arena);
    fl_status status = fl_word_spots_open(&(*tracer)->spots, keywords, fold, error);
    if (status == FL_OK && keywords->has_regex)
        status = compile_patterns(*tracer, error);
    if (status == FL_OK)
        return FL_OK;
    fl_rule_tracer_free(*tracer);
    *tracer = NULL;
    return status;
}

void fl_rule_tracer_free(struct fl_rule_tracer *tracer)
{
    if (tracer == NULL)
        return;
    fl_word_spots_release(&tracer->spots);
    fl_pattern_scratch_free(tracer->scratch);
    fl_pattern_database_free(tracer->patterns);
    fl_buffer_release(&tracer->folded);
    fl_buffer_release(&tracer->pattern_places);
    fl_buffer_release(&tracer->found);
    fl_arena_release(&tracer->arena);
    free(tracer->pattern_of);
    free(tracer);
}

/* ---- the message ---- */

fl_status fl_rule_tracer_read(struct fl_rule_tracer *tracer, const struct fl_message *message,
                              struct fl_error *error)
{
    bool same_places;
    fl_arena_reset(&tracer->arena);
    tracer->message = *message;
    tracer->folded.size = 0;
    tracer->pattern_place_count = 0;
    fl_status status = fl_fold_append(tracer->fold, message->text, &tracer->folded, &same_places, error);
    const struct fl_text folded = {(const char *)tracer->folded.bytes, tracer->folded.size};
    if (status == FL_OK)
        status = fl_word_spots_find(&tracer->spots, folded, error);
    if (status == FL_OK && tracer->patterns != NULL)
        status = fl_pattern_database_scan(tracer->patterns, tracer->scratch, folded.bytes, folded.size,
                                          &tracer->pattern_places, &tracer->pattern_place_count, error);
    return status;
}

/* ---- what is found of a rule ---- */

/* Places of one word, or of the regular expression. More than these are of no rule's hits. */
struct finding {
    struct fl_rule_tracer *tracer;
    uint32_t word;
    struct fl_fold_cursor cursor;
    struct fl_place_count count;
    bool no_memory;
};

/* Bytes of the folded message. False: no further ones are wanted. */
static bool add_found(struct finding *finding, size_t from, size_t size)
{
    struct fl_rule_tracer *tracer = finding->tracer;
    size_t offset, end;
    fl_fold_place_on(tracer->fold, tracer->message.text, &finding->cursor, from, from + size, &offset, &end);
    if (!fl_place_count_take(&finding->count, (uint32_t)offset))
        return false;
    const struct fl_trace_place place = {finding->word, offset, end - offset};
    finding->no_memory = !fl_buffer_append(&tracer->found, &place, sizeof place);
    return !finding->no_memory;
}

static bool add_word(struct fl_rule_tracer *tracer, uint32_t word)
{
    struct finding finding = {.tracer = tracer, .word = word};
    uint32_t spot;
    for (size_t at = 0; fl_word_behind(&tracer->spots, word, at, &spot); at = (size_t)spot + 1) {
        if (!add_found(&finding, spot, fl_word_size(&tracer->spots, word)))
            break;
    }
    return !finding.no_memory;
}

static bool add_words(struct fl_rule_tracer *tracer, struct fl_span span)
{
    bool done = true;
    for (uint32_t i = 0; i < span.count && done; i++)
        done = add_word(tracer, tracer->keywords->members[span.from + i]);
    return done;
}

/* Places of one word of a pair; of a rule that holds those near the other word alone. */
static bool add_near_word(struct fl_rule_tracer *tracer, uint32_t word, uint32_t other, uint32_t distance,
                          bool holds)
{
    struct finding finding = {.tracer = tracer, .word = word};
    uint32_t spot;
    for (size_t at = 0; fl_word_behind(&tracer->spots, word, at, &spot); at = (size_t)spot + 1) {
        if (holds && fl_words_apart(&tracer->spots, word, spot, other, distance) > distance)
            continue;
        if (!add_found(&finding, spot, fl_word_size(&tracer->spots, word)))
            break;
    }
    return !finding.no_memory;
}

static bool add_nears(struct fl_rule_tracer *tracer, struct fl_span span, bool holds)
{
    bool done = true;
    for (uint32_t i = 0; i < span.count && done; i++) {
        const struct fl_near *near = &tracer->keywords->nears[span.from + i];
        done = add_near_word(tracer, near->left, near->right, near->distance, holds) &&
               add_near_word(tracer, near->right, near->left, near->distance, holds);
    }
    return done;
}

static bool has_pattern(const struct fl_rule_tracer *tracer, uint32_t rule,
                        const struct fl_pattern_place *place)
{
    return tracer->keywords->rules[rule].regex.size > 0 && place->pattern == tracer->pattern_of[rule];
}

static const struct fl_pattern_place *pattern_place(const struct fl_rule_tracer *tracer, size_t i)
{
    return (const struct fl_pattern_place *)(const void *)tracer->pattern_places.bytes + i;
}

static bool regex_is_there(const struct fl_rule_tracer *tracer, uint32_t rule)
{
    for (size_t i = 0; i < tracer->pattern_place_count; i++) {
        if (has_pattern(tracer, rule, pattern_place(tracer, i)))
            return true;
    }
    return false;
}

static bool add_patterns(struct fl_rule_tracer *tracer, uint32_t rule)
{
    struct finding finding = {.tracer = tracer, .word = FL_HIT_BY_REGEX};
    for (size_t i = 0; i < tracer->pattern_place_count; i++) {
        const struct fl_pattern_place *place = pattern_place(tracer, i);
        if (has_pattern(tracer, rule, place) && !add_found(&finding, place->from, place->to - place->from))
            break;
    }
    return !finding.no_memory;
}

/* Of a rule that does not hold all that is there of it, the words that speak against it too. */
static bool find_parts(struct fl_rule_tracer *tracer, uint32_t number, bool holds)
{
    const struct fl_keyword_rule *rule = &tracer->keywords->rules[number];
    tracer->found.size = 0;
    return add_words(tracer, rule->any) && add_words(tracer, rule->all) &&
           add_nears(tracer, rule->near, holds) && add_patterns(tracer, number) &&
           (holds || add_words(tracer, rule->none));
}

/* ---- the answer ---- */

static int compare_places(const void *a, const void *b)
{
    const struct fl_trace_place *place_a = a, *place_b = b;
    if (place_a->offset != place_b->offset)
        return place_a->offset < place_b->offset ? -1 : 1;
    if (place_a->size != place_b->size)
        return place_a->size > place_b->size ? -1 : 1;
    return (place_a->word > place_b->word) - (place_a->word < place_b->word);
}

/* Sorted; what several cells have found is there once, by the smallest word. */
static size_t order_found(struct fl_trace_place *places, size_t count)
{
    size_t kept = 0;
    if (count > 0)
        qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || places[kept - 1].offset != places[i].offset ||
            places[kept - 1].size != places[i].size)
            places[kept++] = places[i];
    }
    return kept;
}

static fl_status take_places(struct fl_rule_tracer *tracer, struct fl_rule_trace *trace,
                             struct fl_error *error)
{
    struct fl_trace_place *const found = (struct fl_trace_place *)(void *)tracer->found.bytes;
    const size_t all = order_found(found, tracer->found.size / sizeof *found);
    const size_t count = all < FL_RULE_HITS_MAX ? all : FL_RULE_HITS_MAX;
    struct fl_trace_place *places = fl_arena_take(&tracer->arena, (count + 1) * sizeof *places);
    if (places == NULL)
        return fl_fail_memory(error, (count + 1) * sizeof *places);
    if (count > 0)
        memcpy(places, found, count * sizeof *places);
    trace->places = places;
    trace->place_count = count;
    trace->has_more_places = count < all;
    return FL_OK;
}

fl_status fl_rule_tracer_trace(struct fl_rule_tracer *tracer, uint32_t rule, struct fl_rule_trace *trace,
                               struct fl_error *error)
{
    struct fl_rule_reasons reasons = {.spots = &tracer->spots,
                                      .text = tracer->message.text,
                                      .speakers = tracer->message.speakers,
                                      .regex_is_there = regex_is_there(tracer, rule),
                                      .arena = &tracer->arena,
                                      .list_max = FL_TRACE_REASONS_MAX};
    reasons.list = fl_arena_take(&tracer->arena, FL_TRACE_REASONS_MAX * sizeof *reasons.list);
    if (reasons.list == NULL)
        return fl_fail_memory(error, FL_TRACE_REASONS_MAX * sizeof *reasons.list);
    fl_rule_reasons_find(&reasons, &tracer->keywords->rules[rule]);
    const bool holds = reasons.lacks == 0;
    *trace = (struct fl_rule_trace){.rule = rule,
                                    .holds = holds,
                                    .is_close = reasons.lacks == 1 && reasons.has_part,
                                    .reasons = reasons.list,
                                    .reason_count = reasons.count};
    if (reasons.no_memory || !find_parts(tracer, rule, holds))
        return fl_fail_memory(error, tracer->found.size);
    const fl_status status = take_places(tracer, trace, error);
    trace->has_part = reasons.has_part || trace->place_count > 0;
    return status;
}
