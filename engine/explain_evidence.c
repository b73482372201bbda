/* explain_evidence.c - where a customer's tag was first seen, with the words around it. */
#include "engine/explain_evidence.h"

#include <stdlib.h>

#include "engine/tags/lists/keyword_text.h"
#include "engine/tags/message_scan.h"
#include "engine/tags/lists/rule_trace.h"

enum { BYTES_AROUND = 60, HIT_BYTES_MAX = 200 };

struct fl_explain_evidence {
    const struct fl_tag_source_plan *plan;
    int64_t customer;
    struct fl_tag_nights nights;
    struct fl_message_files files;
    struct fl_message_scan *scan;
    struct fl_rule_tracer *tracer;
    /* The message that was found, whose texts are copies. */
    bool found;
    struct fl_tag_message best;
    struct fl_arena texts;
};

fl_status fl_explain_evidence_open(const struct fl_tag_source_plan *plan, int64_t customer,
                                   struct fl_explain_evidence **evidence, struct fl_error *error)
{
    struct fl_explain_evidence *made = calloc(1, sizeof *made);
    *evidence = NULL;
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->plan = plan;
    made->customer = customer;
    made->nights = (struct fl_tag_nights){.as_of_day = plan->as_of_day, .count = 1, .view = plan->view};
    fl_arena_init(&made->texts);
    fl_status status = fl_message_files_open(plan->folder, plan->io_mode, &made->files, error);
    if (status == FL_OK)
        status =
            fl_message_scan_open(&made->files, &plan->model->registry, &made->nights, &made->scan, error);
    if (status == FL_OK && plan->model->has_keywords)
        status = fl_rule_tracer_create(&plan->model->keywords, plan->model->fold, &made->tracer, error);
    if (status == FL_OK)
        *evidence = made;
    else
        fl_explain_evidence_close(made);
    return status;
}

void fl_explain_evidence_close(struct fl_explain_evidence *evidence)
{
    if (evidence == NULL)
        return;
    fl_rule_tracer_free(evidence->tracer);
    fl_message_scan_close(evidence->scan);
    fl_message_files_release(&evidence->files);
    fl_arena_release(&evidence->texts);
    free(evidence);
}

/* ---- the message ---- */

static bool may_be(const struct fl_tag_message *message, const struct fl_tag_evidence *first)
{
    return message->day == first->day && message->second == first->second &&
           fl_text_equal(message->id, first->message) && message->text.size >= first->size &&
           message->text.size - first->size >= first->offset;
}

static fl_status has_hit(struct fl_explain_evidence *evidence, const struct fl_message *message,
                         uint32_t rule, const struct fl_tag_evidence *first, bool *has,
                         struct fl_error *error)
{
    struct fl_rule_trace trace;
    fl_status status = fl_rule_tracer_read(evidence->tracer, message, error);
    if (status == FL_OK)
        status = fl_rule_tracer_trace(evidence->tracer, rule, &trace, error);
    *has = false;
    for (size_t i = 0; status == FL_OK && trace.holds && i < trace.place_count; i++)
        *has = *has || (trace.places[i].offset == first->offset && trace.places[i].size == first->size);
    return status;
}

static fl_status keep(struct fl_explain_evidence *evidence, const struct fl_tag_message *message,
                      struct fl_error *error)
{
    fl_arena_reset(&evidence->texts);
    evidence->best = *message;
    evidence->best.id.bytes = fl_arena_copy(&evidence->texts, message->id.bytes, message->id.size);
    evidence->best.text.bytes = fl_arena_copy(&evidence->texts, message->text.bytes, message->text.size);
    evidence->found = true;
    return evidence->best.id.bytes == NULL || evidence->best.text.bytes == NULL
               ? fl_fail_memory(error, message->text.size)
               : FL_OK;
}

static fl_status look_at(struct fl_explain_evidence *evidence, const struct fl_message *messages,
                         size_t index, uint32_t rule, const struct fl_tag_evidence *first,
                         struct fl_error *error)
{
    struct fl_tag_message message;
    bool has;
    fl_status status = fl_message_scan_tell(evidence->scan, index, &message, error);
    if (status != FL_OK || !may_be(&message, first) ||
        (evidence->found && fl_tag_message_compare(&evidence->best, &message) <= 0))
        return status;
    status = has_hit(evidence, &messages[index], rule, first, &has, error);
    return status == FL_OK && has ? keep(evidence, &message, error) : status;
}

static fl_status find_message(struct fl_explain_evidence *evidence, uint32_t rule,
                              const struct fl_tag_evidence *first, struct fl_error *error)
{
    const struct fl_message *messages;
    size_t count = 0;
    fl_status status = FL_OK;
    evidence->found = false;
    fl_message_scan_range(evidence->scan, evidence->customer, evidence->customer);
    do {
        status = fl_message_scan_next(evidence->scan, &messages, &count, error);
        for (size_t i = 0; i < count && status == FL_OK; i++)
            status = look_at(evidence, messages, i, rule, first, error);
    } while (status == FL_OK && count > 0);
    if (status == FL_OK && !evidence->found)
        status = fl_fail(error, FL_INTERNAL, "no message has the first evidence of a tag");
    return status;
}

/* ---- its words ---- */

/* The number of the rule in a line. */
static bool find_rule(const struct fl_keywords *keywords, uint32_t line, uint32_t *rule)
{
    for (size_t i = 0; i < keywords->rule_count; i++) {
        if (keywords->rules[i].line != line)
            continue;
        *rule = (uint32_t)i;
        return true;
    }
    return false;
}

static bool is_inside_char(struct fl_text text, size_t at)
{
    return at < text.size && ((uint8_t)text.bytes[at] & 0xC0) == 0x80;
}

/* Cut where characters begin. */
static void cut_around(struct fl_text text, const struct fl_tag_evidence *first,
                       struct fl_explain_first *told, struct fl_arena *arena)
{
    const size_t end = (size_t)first->offset + first->size;
    size_t from = first->offset > BYTES_AROUND ? first->offset - BYTES_AROUND : 0;
    size_t hit_end = first->size > HIT_BYTES_MAX ? first->offset + HIT_BYTES_MAX : end;
    size_t to = text.size - end > BYTES_AROUND ? end + BYTES_AROUND : text.size;
    while (from < first->offset && is_inside_char(text, from))
        from++;
    while (hit_end > first->offset && is_inside_char(text, hit_end))
        hit_end--;
    while (to > end && is_inside_char(text, to))
        to--;
    told->before =
        (struct fl_text){fl_arena_copy(arena, text.bytes + from, first->offset - from), first->offset - from};
    told->hit = (struct fl_text){fl_arena_copy(arena, text.bytes + first->offset, hit_end - first->offset),
                                 hit_end - first->offset};
    told->behind = (struct fl_text){fl_arena_copy(arena, text.bytes + end, to - end), to - end};
    told->cut_before = from > 0;
    told->cut_hit = hit_end < end;
    told->cut_behind = to < text.size;
}

static const char *rule_text(const struct fl_keywords *keywords, uint32_t rule, struct fl_arena *arena)
{
    struct fl_buffer bytes = {0};
    const char *text = NULL;
    if (fl_rule_append(keywords, &keywords->rules[rule], &bytes))
        text = fl_arena_copy(arena, (const char *)bytes.bytes, bytes.size);
    fl_buffer_release(&bytes);
    return text;
}

fl_status fl_explain_evidence_tell(struct fl_explain_evidence *evidence, const struct fl_tag_evidence *first,
                                   struct fl_arena *arena, struct fl_explain_first *told,
                                   struct fl_error *error)
{
    const struct fl_keywords *keywords = &evidence->plan->model->keywords;
    uint32_t rule;
    if (!find_rule(keywords, first->rule, &rule))
        return fl_fail(error, FL_INTERNAL, "no rule has the first evidence of a tag");
    const fl_status status = find_message(evidence, rule, first, error);
    if (status != FL_OK)
        return status;
    *told = (struct fl_explain_first){.there = true,
                                      .day = first->day,
                                      .second = first->second,
                                      .rule_line = first->rule,
                                      .rule = rule_text(keywords, rule, arena),
                                      .offset = first->offset,
                                      .size = first->size};
    if (first->message.size > 0)
        told->message = fl_arena_copy(arena, first->message.bytes, first->message.size);
    cut_around(evidence->best.text, first, told, arena);
    if (told->rule == NULL || (first->message.size > 0 && told->message == NULL) ||
        told->before.bytes == NULL || told->hit.bytes == NULL || told->behind.bytes == NULL)
        return fl_fail_memory(error, evidence->best.text.size);
    return FL_OK;
}
