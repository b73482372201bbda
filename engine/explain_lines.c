/* explain_lines.c - an explanation line by line: a number, what it is called, in words why. */
#include "engine/explain_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"

void fl_lines_release(struct fl_lines *lines)
{
    free(lines->list);
    lines->list = NULL;
    lines->count = lines->capacity = 0;
}

void fl_lines_group(struct fl_lines *lines, const char *group)
{
    lines->group = group;
}

/* ---- texts ---- */

__attribute__((format(printf, 2, 0))) static const char *print(struct fl_lines *lines, const char *format,
                                                               va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    const int size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = fl_arena_take(lines->arena, (size_t)size + 1);
    lines->no_memory = lines->no_memory || text == NULL;
    if (text == NULL)
        return "";
    (void)vsnprintf(text, (size_t)size + 1, format, arguments);
    return text;
}

const char *fl_lines_print(struct fl_lines *lines, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = print(lines, format, arguments);
    va_end(arguments);
    return text;
}

const char *fl_lines_points(struct fl_lines *lines, int64_t micro)
{
    char text[48];
    (void)fl_decimal_format(micro, 6, '.', text);
    return fl_lines_print(lines, "%s", text);
}

const char *fl_lines_short(struct fl_lines *lines, int64_t number, int places)
{
    char text[48];
    (void)fl_decimal_format_short(number, places, '.', text);
    return fl_lines_print(lines, "%s", text);
}

const char *fl_lines_money(struct fl_lines *lines, int64_t amount)
{
    char text[48];
    const int places = fl_currency_places(lines->currency, strlen(lines->currency));
    (void)fl_decimal_format(amount, places < 0 ? 0 : places, '.', text);
    return fl_lines_print(lines, "%s", text);
}

const char *fl_lines_day(struct fl_lines *lines, int32_t day)
{
    char text[11];
    if (day < FL_DAY_MIN || day > FL_DAY_MAX)
        return "a day outside the calendar";
    fl_day_format(day, text);
    return fl_lines_print(lines, "%s", text);
}

const char *fl_lines_window(struct fl_lines *lines, int32_t last_day, int32_t days)
{
    return fl_lines_print(lines, "%s to %s", fl_lines_day(lines, last_day - days + 1),
                          fl_lines_day(lines, last_day));
}

/* ---- lines ---- */

/* Room for one more, or NULL. */
static struct fl_explain_line *add(struct fl_lines *lines)
{
    if (lines->count == lines->capacity) {
        const size_t capacity = lines->capacity == 0 ? 128 : 2 * lines->capacity;
        struct fl_explain_line *list = realloc(lines->list, capacity * sizeof *list);
        lines->no_memory = lines->no_memory || list == NULL;
        if (list == NULL)
            return NULL;
        lines->list = list;
        lines->capacity = capacity;
    }
    struct fl_explain_line *line = &lines->list[lines->count++];
    *line = (struct fl_explain_line){.group = lines->group};
    return line;
}

static const char *show(struct fl_lines *lines, enum fl_kind kind, int64_t value)
{
    switch (kind) {
    case FL_KIND_DAY:
        return fl_lines_day(lines, (int32_t)value);
    case FL_KIND_MONEY:
        return fl_lines_money(lines, value);
    case FL_KIND_MILLI:
        return fl_lines_short(lines, value, 3);
    case FL_KIND_MICRO:
        return fl_lines_points(lines, value);
    default:
        return fl_lines_print(lines, "%lld", (long long)value);
    }
}

static void fill_column(struct fl_lines *lines, const struct fl_column *column, struct fl_explain_line *line)
{
    const struct fl_text text = fl_stored_text(lines->stored, column->id, lines->row);
    line->name = column->name;
    line->is_column = true;
    if (text.bytes != NULL) {
        line->kind = FL_EXPLAIN_TEXT;
        line->shown = fl_lines_print(lines, "%.*s", (int)text.size, text.bytes);
    } else if (fl_stored_value(lines->stored, column->id, lines->row, &line->number)) {
        line->kind = column->kind == FL_KIND_DAY ? FL_EXPLAIN_TEXT : FL_EXPLAIN_NUMBER;
        line->shown = show(lines, column->kind, line->number);
    } else {
        line->kind = FL_EXPLAIN_NULL;
        line->shown = "-";
    }
}

/* A line with its reason, which the caller fills; NULL: no memory. */
__attribute__((format(printf, 2, 0))) static struct fl_explain_line *
add_why(struct fl_lines *lines, const char *why, va_list arguments)
{
    struct fl_explain_line *line = add(lines);
    if (line != NULL)
        line->why = print(lines, why, arguments);
    return line;
}

void fl_lines_column(struct fl_lines *lines, uint16_t id, const char *why, ...)
{
    const struct fl_schema *schema = fl_table_schema(lines->stored->table);
    const int at = fl_schema_find_id(schema, id);
    if (at < 0 || !fl_table_has(lines->stored->table, id))
        return;
    va_list arguments;
    va_start(arguments, why);
    struct fl_explain_line *line = add_why(lines, why, arguments);
    va_end(arguments);
    if (line != NULL)
        fill_column(lines, &schema->columns[at], line);
}

void fl_lines_number(struct fl_lines *lines, const char *name, int64_t number, const char *shown,
                     const char *why, ...)
{
    va_list arguments;
    va_start(arguments, why);
    struct fl_explain_line *line = add_why(lines, why, arguments);
    va_end(arguments);
    if (line == NULL)
        return;
    line->name = name;
    line->kind = FL_EXPLAIN_NUMBER;
    line->number = number;
    line->shown = shown;
}

void fl_lines_ask(struct fl_lines *lines, const char *name, bool holds, const char *why, ...)
{
    va_list arguments;
    va_start(arguments, why);
    struct fl_explain_line *line = add_why(lines, why, arguments);
    va_end(arguments);
    if (line == NULL)
        return;
    line->name = name;
    line->kind = FL_EXPLAIN_ANSWER;
    line->number = holds;
    line->shown = holds ? "yes" : "no";
}
