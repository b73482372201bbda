/* explain_json.c - an explanation for machines. */
#include <stdio.h>
#include <string.h>

#include "formats/base/civil.h"
#include "tools/fourloop/explain_report.h"

static json_t *json_day(int32_t day)
{
    char text[11];
    fl_day_format(day, text);
    return json_string(text);
}

static json_t *json_types(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->row_count; i++) {
        const struct fl_explain_row *row = &explanation->rows[i];
        (void)json_array_append_new(
            list, json_pack("{s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "type_id",
                            (int)row->type, "type", row->type_name, "rows", (json_int_t)row->rows, "units",
                            (json_int_t)row->units, "points", (json_int_t)row->points, "intent_points",
                            (json_int_t)row->intent_points, "points_28", (json_int_t)row->points_28,
                            "points_84", (json_int_t)row->points_84, "lost_to_cap",
                            (json_int_t)row->lost_to_cap, "lost_to_decay", (json_int_t)row->lost_to_decay,
                            "first_day", json_day(row->first_day), "last_day", json_day(row->last_day)));
    }
    return list;
}

static json_t *json_value(const struct fl_explain_line *line)
{
    switch (line->kind) {
    case FL_EXPLAIN_NULL:
        return json_null();
    case FL_EXPLAIN_NUMBER:
        return json_integer((json_int_t)line->number);
    case FL_EXPLAIN_TEXT:
        return json_string(line->shown);
    case FL_EXPLAIN_ANSWER:
        return json_boolean(line->number != 0);
    }
    return NULL;
}

/* One object a line, in order: a group's lines follow each other. */
static json_t *json_lines(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->line_count; i++) {
        const struct fl_explain_line *line = &explanation->lines[i];
        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:s, s:b, s:o, s:s, s:s}", "group", line->group, "name",
                                              line->name, "column", (int)line->is_column, "value",
                                              json_value(line), "shown", line->shown, "why", line->why));
    }
    return list;
}

static json_t *json_days(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->day_count; i++) {
        const struct fl_explain_day *of = &explanation->days[i];
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:b, s:I, s:I, s:I, s:I}", "day", json_day(of->day),
                                              "purchase", (int)of->purchase, "bought", (json_int_t)of->bought,
                                              "returned", (json_int_t)of->returned, "margin",
                                              (json_int_t)of->margin, "promoted", (json_int_t)of->promoted));
    }
    return list;
}

static json_t *json_scopes(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->scope_count; i++) {
        const struct fl_explain_scope *of = &explanation->scopes[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:i, s:s, s:i, s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I, s:o}", "scope",
                      of->scope, "word", of->word, "engagement", (int)of->engagement, "band", of->band,
                      "intent", (int)of->intent, "trend", of->trend, "loop", of->loop, "phase", of->phase,
                      "ambassador", (int)of->ambassador, "engaged_no_value", (int)of->engaged_no_value, "raw",
                      (json_int_t)of->raw, "net_12m", (json_int_t)of->net_12m, "rows", (json_int_t)of->rows,
                      "last_purchase_day", of->has_purchase ? json_day(of->last_purchase_day) : json_null()));
    }
    return list;
}

/* Bytes that are no UTF-8 cannot stand in JSON. */
static json_t *json_text(struct fl_text text)
{
    json_t *whole = json_stringn(text.bytes, text.size);
    return whole == NULL ? json_null() : whole;
}

static json_t *json_first(const struct fl_explain_first *first)
{
    return json_pack("{s:o, s:o, s:o, s:I, s:s, s:I, s:I, s:o, s:o, s:o}", "day", json_day(first->day),
                     "second", first->second < 0 ? json_null() : json_integer(first->second), "message",
                     first->message == NULL ? json_null() : json_text(fl_text_of(first->message)), "rule",
                     (json_int_t)first->rule_line, "words", first->rule, "offset", (json_int_t)first->offset,
                     "length", (json_int_t)first->size, "before", json_text(first->before), "hit",
                     json_text(first->hit), "behind", json_text(first->behind));
}

static json_t *json_tags(const struct fl_explanation *explanation)
{
    json_t *list = json_array();
    for (size_t i = 0; i < explanation->tag_count; i++) {
        const struct fl_explain_tag *tag = &explanation->tags[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:b, s:b, s:o, s:o, s:o, s:I, s:i, s:I, s:o}", "tag", tag->tag, "on",
                      (int)tag->on, "given", (int)tag->given, "since", json_day(tag->since), "last",
                      json_day(tag->last), "expires", json_day(tag->expires), "hits", (json_int_t)tag->hits,
                      "priority", tag->priority, "points", (json_int_t)tag->points, "first",
                      tag->first.there ? json_first(&tag->first) : json_null()));
    }
    return list;
}

static void add_loops(const struct fl_explanation *explanation, json_t *object)
{
    static const char *const names[4] = {"points_awareness", "points_nurturing", "points_experience",
                                         "points_conversion"};
    for (int loop = 0; loop < 4; loop++)
        (void)json_object_set_new(object, names[loop],
                                  json_integer((json_int_t)explanation->loop_points[loop]));
}

json_t *explain_json(const struct fl_explanation *explanation)
{
    json_t *object = json_pack(
        "{s:I, s:s?, s:s, s:s?, s:o, s:s, s:i, s:s, s:o, s:s, s:i, s:s, s:I, s:I, s:I, s:I, s:o, s:I}",
        "customer", (json_int_t)explanation->customer, "customer_id", explanation->customer_id, "scope",
        explanation->scope, "word", explanation->word, "as_of", json_day(explanation->as_of_day), "currency",
        explanation->currency, "engagement", (int)explanation->engagement, "band", explanation->band,
        "percentile", explanation->percentile < 0 ? json_null() : json_integer(explanation->percentile),
        "trend", explanation->trend, "intent", (int)explanation->intent, "intent_trend",
        explanation->intent_trend, "raw", (json_int_t)explanation->raw, "intent_raw",
        (json_int_t)explanation->intent_raw, "points_28", (json_int_t)explanation->points_28, "points_84",
        (json_int_t)explanation->points_84, "last_purchase_day",
        explanation->has_purchase ? json_day(explanation->last_purchase_day) : json_null(), "k",
        (json_int_t)explanation->k_micro);
    add_loops(explanation, object);
    (void)json_object_set_new(object, "types", json_types(explanation));
    (void)json_object_set_new(object, "tag_points", json_integer((json_int_t)explanation->tag_points));
    (void)json_object_set_new(object, "tags", json_tags(explanation));
    (void)json_object_set_new(object, "lines", json_lines(explanation));
    (void)json_object_set_new(object, "days", json_days(explanation));
    (void)json_object_set_new(object, "days_all", json_integer((json_int_t)explanation->day_count_all));
    (void)json_object_set_new(object, "scopes", json_scopes(explanation));
    return object;
}
