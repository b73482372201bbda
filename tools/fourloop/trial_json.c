/* trial_json.c - a message and what a keyword list finds in it, for machines. */
#include <stdlib.h>
#include <string.h>

#include "tools/fourloop/trial_report.h"

/* Bytes that are no UTF-8 cannot stand in JSON; offsets stay those of the text. NULL text: null. */
static json_t *json_text(struct fl_text text)
{
    if (text.bytes == NULL)
        return json_null();
    json_t *whole = json_stringn(text.bytes, text.size);
    return whole == NULL ? json_null() : whole;
}

static json_t *json_words(const char *words)
{
    return words == NULL ? json_null() : json_text(fl_text_of(words));
}

static json_t *json_places(const struct fl_traced_rule *rule)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rule->place_count; i++)
        (void)json_array_append_new(
            list, json_pack("{s:o, s:I, s:I}", "word", json_words(rule->places[i].word), "offset",
                            (json_int_t)rule->places[i].offset, "length", (json_int_t)rule->places[i].size));
    return list;
}

static json_t *json_rule(const struct fl_traced_rule *rule)
{
    json_t *reasons = json_array();
    for (size_t i = 0; i < rule->reason_count; i++)
        (void)json_array_append_new(reasons, json_words(rule->reasons[i]));
    return json_pack("{s:o, s:I, s:b, s:o, s:b, s:o}", "tag", json_words(rule->tag), "rule",
                     (json_int_t)rule->line, "holds", (int)rule->holds, "places", json_places(rule),
                     "more_places", (int)rule->has_more_places, "reasons", reasons);
}

json_t *trial_json(const struct fl_traced_message *message)
{
    json_t *rules = json_array();
    for (size_t i = 0; i < message->rule_count; i++)
        (void)json_array_append_new(rules, json_rule(&message->rules[i]));
    return json_pack("{s:o, s:I, s:o, s:o, s:o, s:o, s:I}", "message", json_words(message->id), "line",
                     (json_int_t)message->line, "customer", json_words(message->customer), "speaker",
                     json_words(message->speaker), "text", json_text(message->text), "rules", rules,
                     "rules_without", (json_int_t)message->rules_without);
}
