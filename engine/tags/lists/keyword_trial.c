/* keyword_trial.c - a keyword list tried on the messages of a text file: each hit, and why others are none.
 */
#include <stdlib.h>

#include "engine/model/model.h"
#include "engine/tags/lists/keyword_text.h"
#include "engine/tags/lists/rule_trace.h"
#include "engine/tags/message_reader.h"
#include "formats/exporters/number_text.h"

/* Everything that is open while a file is read. */
struct trial {
    const struct fl_keyword_trial_plan *plan;
    struct fl_keyword_trial_counts *counts;
    struct fl_model *model;
    struct fl_rule_tracer *tracer;
    struct fl_message_reader *reader;
    bool *is_wanted; /* by rule */
    bool is_chosen;  /* some rules were asked for, and all that there is to say of them is */
    /* Of one message. */
    struct fl_arena arena;
    struct fl_buffer rules; /* struct fl_traced_rule */
    bool is_hit, is_close;
    size_t rules_without;
};

/* ---- which rules ---- */

static fl_status fail_choice(const struct trial *trial, struct fl_error *error)
{
    const struct fl_keyword_trial_plan *plan = trial->plan;
    if (plan->tag != NULL && fl_keywords_find_tag(&trial->model->keywords, fl_text_of(plan->tag)) < 0)
        return fl_fail(error, FL_USAGE, "keywords.csv names no tag `%s`", plan->tag);
    if (plan->rule_line == 0)
        return fl_fail(error, FL_USAGE, "the tag `%s` has no rule: it is given by hand alone", plan->tag);
    return fl_fail(error, FL_USAGE, "line %llu of keywords.csv is no rule%s%s",
                   (unsigned long long)plan->rule_line, plan->tag == NULL ? "" : " of the tag ",
                   plan->tag == NULL ? "" : plan->tag);
}

static fl_status choose_rules(struct trial *trial, struct fl_error *error)
{
    const struct fl_keywords *keywords = &trial->model->keywords;
    const struct fl_keyword_trial_plan *plan = trial->plan;
    size_t wanted = 0;
    trial->is_wanted = calloc(keywords->rule_count + 1, sizeof *trial->is_wanted);
    if (trial->is_wanted == NULL)
        return fl_fail_memory(error, keywords->rule_count);
    trial->is_chosen = plan->rule_line != 0 || plan->tag != NULL;
    for (size_t i = 0; i < keywords->rule_count; i++) {
        const struct fl_keyword_rule *rule = &keywords->rules[i];
        trial->is_wanted[i] =
            (plan->rule_line == 0 || rule->line == plan->rule_line) &&
            (plan->tag == NULL || fl_text_equal(keywords->tags[rule->tag].name, fl_text_of(plan->tag)));
        wanted += trial->is_wanted[i];
    }
    return wanted > 0 || !trial->is_chosen ? FL_OK : fail_choice(trial, error);
}

static fl_status open_trial(struct trial *trial, struct fl_error *error)
{
    const struct fl_keyword_trial_plan *plan = trial->plan;
    fl_status status = fl_model_open(plan->source.io, plan->model, &trial->model, error);
    if (status != FL_OK)
        return status;
    if (!trial->model->has_keywords) {
        (void)fl_fail(error, FL_MISSING, "the model has no %s: no rule to try",
                      fl_model_part_name(FL_MODEL_KEYWORDS));
        return fl_error_at_path(error, plan->model);
    }
    status = choose_rules(trial, error);
    if (status == FL_OK)
        status = fl_rule_tracer_create(&trial->model->keywords, trial->model->fold, &trial->tracer, error);
    return status == FL_OK ? fl_message_reader_create(&plan->source, &trial->reader, error) : status;
}

/* ---- one message ---- */

static const char *kept(struct trial *trial, struct fl_text text)
{
    return fl_arena_copy(&trial->arena, text.bytes, text.size);
}

static const char *word_text(struct trial *trial, const struct fl_keyword_rule *rule, uint32_t word)
{
    struct fl_buffer bytes = {0};
    const char *text = NULL;
    if (word == FL_HIT_BY_REGEX)
        return kept(trial, rule->regex);
    if (fl_keyword_append(&trial->model->keywords, word, &bytes))
        text = fl_arena_copy(&trial->arena, (const char *)bytes.bytes, bytes.size);
    fl_buffer_release(&bytes);
    return text;
}

static fl_status add_rule(struct trial *trial, const struct fl_rule_trace *trace, struct fl_error *error)
{
    const struct fl_keywords *keywords = &trial->model->keywords;
    const struct fl_keyword_rule *rule = &keywords->rules[trace->rule];
    struct fl_traced_place *places = fl_arena_take(&trial->arena, (trace->place_count + 1) * sizeof *places);
    const struct fl_traced_rule traced = {.tag = kept(trial, keywords->tags[rule->tag].name),
                                          .line = rule->line,
                                          .holds = trace->holds,
                                          .places = places,
                                          .place_count = trace->place_count,
                                          .has_more_places = trace->has_more_places,
                                          .reasons = trace->reasons,
                                          .reason_count = trace->reason_count};
    if (places == NULL || traced.tag == NULL || !fl_buffer_append(&trial->rules, &traced, sizeof traced))
        return fl_fail_memory(error, sizeof traced);
    for (size_t i = 0; i < trace->place_count; i++) {
        places[i] = (struct fl_traced_place){.word = word_text(trial, rule, trace->places[i].word),
                                             .offset = trace->places[i].offset,
                                             .size = trace->places[i].size};
        if (places[i].word == NULL)
            return fl_fail_memory(error, sizeof *places);
    }
    return FL_OK;
}

/* The rule of one line is what was asked about: of it there is always something to say. */
static fl_status take_rule(struct trial *trial, const struct fl_rule_trace *trace, struct fl_error *error)
{
    const bool is_close = !trace->holds && (trace->is_close || (trial->is_chosen && trace->has_part));
    trial->is_hit = trial->is_hit || trace->holds;
    trial->is_close = trial->is_close || is_close;
    const bool is_asked = trial->is_chosen && (trial->plan->takes_all || trial->plan->rule_line != 0);
    if (trace->holds || is_close || is_asked)
        return add_rule(trial, trace, error);
    trial->rules_without += trial->is_chosen;
    return FL_OK;
}

static fl_status trace_rules(struct trial *trial, const struct fl_message *message, struct fl_error *error)
{
    fl_status status = fl_rule_tracer_read(trial->tracer, message, error);
    trial->rules.size = 0;
    trial->is_hit = trial->is_close = false;
    trial->rules_without = 0;
    for (uint32_t i = 0; i < trial->model->keywords.rule_count && status == FL_OK; i++) {
        struct fl_rule_trace trace;
        if (!trial->is_wanted[i])
            continue;
        status = fl_rule_tracer_trace(trial->tracer, i, &trace, error);
        if (status == FL_OK)
            status = take_rule(trial, &trace, error);
    }
    return status;
}

static struct fl_text id_text(const struct fl_file_message *file, char number[FL_NUMBER_TEXT_ROOM])
{
    const struct fl_row_cell id = fl_message_id(file);
    if (id.kind != FL_CELL_INTEGER)
        return id.text;
    const uint8_t *end = fl_put_integer((uint8_t *)number, id.integer);
    return (struct fl_text){number, (size_t)(end - (const uint8_t *)number)};
}

static fl_status hand_on(struct trial *trial, const struct fl_message *message,
                         const struct fl_file_message *file, struct fl_error *error)
{
    char number[FL_NUMBER_TEXT_ROOM];
    const struct fl_text id = id_text(file, number);
    const struct fl_traced_message traced = {
        .line = file->line,
        .id = kept(trial, id),
        .customer = file->customer.text.size == 0 ? NULL : kept(trial, file->customer.text),
        .speaker = file->speaker.size == 0 ? NULL : kept(trial, file->speaker),
        .text = message->text,
        .rules = (const struct fl_traced_rule *)(const void *)trial->rules.bytes,
        .rule_count = trial->rules.size / sizeof(struct fl_traced_rule),
        .rules_without = trial->rules_without};
    const bool lacks_one = (traced.customer == NULL && file->customer.text.size > 0) ||
                           (traced.speaker == NULL && file->speaker.size > 0);
    if (traced.id == NULL || lacks_one)
        return fl_fail_memory(error, id.size + file->customer.text.size + file->speaker.size);
    return trial->plan->take(trial->plan->context, &traced, error);
}

static fl_status take_message(struct trial *trial, const struct fl_message *message,
                              const struct fl_file_message *file, struct fl_error *error)
{
    const struct fl_keyword_trial_plan *plan = trial->plan;
    fl_arena_reset(&trial->arena);
    const fl_status status = trace_rules(trial, message, error);
    if (status != FL_OK)
        return status;
    trial->counts->messages++;
    trial->counts->tagged += trial->is_hit;
    trial->counts->close += !trial->is_hit && trial->is_close;
    if (!trial->is_hit && !trial->is_close && !plan->takes_all && plan->message_line == 0)
        return FL_OK;
    return hand_on(trial, message, file, error);
}

static fl_status read_all(struct trial *trial, struct fl_error *error)
{
    const uint64_t line = trial->plan->message_line;
    struct fl_message_chunk chunk;
    do {
        fl_status status = fl_message_reader_next(trial->reader, &chunk, error);
        for (size_t i = 0; i < chunk.count && status == FL_OK; i++) {
            if (line == 0 || chunk.files[i].line == line)
                status = take_message(trial, &chunk.messages[i], &chunk.files[i], error);
        }
        if (status != FL_OK)
            return status;
    } while (chunk.count > 0 && (line == 0 || trial->counts->messages == 0));
    if (line == 0 || trial->counts->messages > 0)
        return FL_OK;
    (void)fl_fail(error, FL_USAGE, "line %llu holds no message", (unsigned long long)line);
    return fl_error_at_path(error, trial->plan->source.shown);
}

fl_status fl_keyword_trial(const struct fl_keyword_trial_plan *plan, struct fl_keyword_trial_counts *counts,
                           struct fl_error *error)
{
    struct trial trial = {.plan = plan, .counts = counts};
    *counts = (struct fl_keyword_trial_counts){0};
    fl_arena_init(&trial.arena);
    fl_status status = open_trial(&trial, error);
    if (status == FL_OK)
        status = read_all(&trial, error);
    fl_message_reader_free(trial.reader);
    fl_rule_tracer_free(trial.tracer);
    fl_model_free(trial.model);
    fl_arena_release(&trial.arena);
    fl_buffer_release(&trial.rules);
    free(trial.is_wanted);
    return status;
}
