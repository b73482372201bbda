/* condition.c - questions a mapping asks of a record. */
#include "formats/importers/condition.h"

#include <inttypes.h>

#include "formats/importers/mapping_internal.h"

/* In the order of enum fl_question. */
static const char *const question_words[] = {"is",       "is_not", "in",    "starts_with", "ends_with",
                                             "contains", "empty",  "below", "above",       "at_least",
                                             "at_most",  "any",    "all",   "not",         NULL};
enum { QUESTION_COUNT = sizeof question_words / sizeof question_words[0] - 1 };

/* --- compiling ------------------------------------------------------------------------------------------ */

static fl_status keep_field(const struct fl_compiler *compiler, const struct fl_yaml_node *node, size_t index,
                            size_t *field, struct fl_error *error)
{
    if (index == SIZE_MAX)
        return fl_fail_memory(error, sizeof(struct fl_field));
    if (index >= FL_RECORD_FIELDS_MAX)
        return fl_yaml_fail(compiler->yaml, node, error, "the mapping reads more than %u fields",
                            FL_RECORD_FIELDS_MAX);
    *field = index;
    return FL_OK;
}

fl_status fl_field_parse_name(struct fl_compiler *compiler, const struct fl_yaml_node *node, size_t *field,
                              struct fl_error *error)
{
    struct fl_mapping *mapping = compiler->mapping;
    struct fl_text name;
    const fl_status status = fl_yaml_text(compiler->yaml, node, &name, error);
    if (status != FL_OK)
        return status;
    if (name.size == 0)
        return fl_yaml_fail(compiler->yaml, node, error, "a column name is missing");
    const size_t index = fl_field_list_add_name(&mapping->fields, &mapping->arena, name);
    if (index != SIZE_MAX && !mapping->has_header && !mapping->fields.fields[index].by_position)
        return fl_yaml_fail(compiler->yaml, node, error,
                            "the file has no header: `%s` is not in csv.names; use `position`", name.bytes);
    return keep_field(compiler, node, index, field, error);
}

fl_status fl_field_parse(struct fl_compiler *compiler, const struct fl_yaml_node *map, size_t *field,
                         struct fl_error *error)
{
    const struct fl_yaml_node *column = fl_yaml_find(map, "column");
    const struct fl_yaml_node *position_node = fl_yaml_find(map, "position");
    if ((column == NULL) == (position_node == NULL))
        return fl_yaml_fail(compiler->yaml, map, error, "needs one of `column` and `position`");
    if (column != NULL)
        return fl_field_parse_name(compiler, column, field, error);
    int64_t position = 0;
    const fl_status status =
        fl_yaml_integer(compiler->yaml, position_node, 1, FL_RECORD_FIELDS_MAX, &position, error);
    if (status != FL_OK)
        return status;
    struct fl_mapping *mapping = compiler->mapping;
    const size_t index = fl_field_list_add_position(&mapping->fields, &mapping->arena, (size_t)position - 1);
    return keep_field(compiler, position_node, index, field, error);
}

static fl_status parse_set(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                           struct fl_condition *condition, struct fl_error *error)
{
    if (node->kind != FL_YAML_LIST || node->count == 0)
        return fl_yaml_fail(compiler->yaml, node, error, "`in` needs a list of texts");
    struct fl_names *set = fl_mapping_add_names(compiler->mapping);
    if (set == NULL)
        return fl_fail_memory(error, sizeof *condition);
    for (size_t i = 0; i < node->count; i++) {
        struct fl_text text;
        const fl_status status = fl_yaml_text(compiler->yaml, node->items[i], &text, error);
        if (status != FL_OK)
            return status;
        int64_t already;
        if (!fl_names_find(set, text, &already) && !fl_names_add(set, text, (int64_t)i))
            return fl_fail_memory(error, text.size);
    }
    condition->set = set;
    return FL_OK;
}

static fl_status parse_parts(struct fl_compiler *compiler, const struct fl_yaml_node *const *nodes,
                             size_t count, struct fl_condition *condition, struct fl_error *error)
{
    struct fl_condition *parts = fl_arena_take(&compiler->mapping->arena, count * sizeof *parts);
    if (parts == NULL)
        return fl_fail_memory(error, count * sizeof *parts);
    for (size_t i = 0; i < count; i++) {
        const fl_status status = fl_condition_parse(compiler, nodes[i], NULL, &parts[i], error);
        if (status != FL_OK)
            return status;
    }
    condition->parts = parts;
    condition->part_count = count;
    return FL_OK;
}

static fl_status parse_group(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                             struct fl_condition *condition, struct fl_error *error)
{
    if (condition->question == FL_ASK_NOT)
        return parse_parts(compiler, &node, 1, condition, error);
    if (node->kind != FL_YAML_LIST || node->count == 0)
        return fl_yaml_fail(compiler->yaml, node, error, "`%s` needs a list of conditions",
                            question_words[condition->question]);
    return parse_parts(compiler, (const struct fl_yaml_node *const *)node->items, node->count, condition,
                       error);
}

static fl_status parse_operand(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                               struct fl_condition *condition, struct fl_error *error)
{
    switch (condition->question) {
    case FL_ASK_IN:
        return parse_set(compiler, node, condition, error);
    case FL_ASK_EMPTY:
        return fl_yaml_bool(compiler->yaml, node, &condition->wanted, error);
    case FL_ASK_BELOW:
    case FL_ASK_ABOVE:
    case FL_ASK_AT_LEAST:
    case FL_ASK_AT_MOST:
        return fl_yaml_decimal(compiler->yaml, node, &condition->number, error);
    default:
        break;
    }
    const fl_status status = fl_yaml_text(compiler->yaml, node, &condition->text, error);
    if (status != FL_OK)
        return status;
    condition->text.bytes =
        fl_arena_copy(&compiler->mapping->arena, condition->text.bytes, condition->text.size);
    return condition->text.bytes == NULL ? fl_fail_memory(error, condition->text.size) : FL_OK;
}

static fl_status find_question(const struct fl_compiler *compiler, const struct fl_yaml_node *map,
                               const struct fl_yaml_node **operand, struct fl_condition *condition,
                               struct fl_error *error)
{
    *operand = NULL;
    for (int i = 0; i < QUESTION_COUNT; i++) {
        const struct fl_yaml_node *found = fl_yaml_find(map, question_words[i]);
        if (found == NULL)
            continue;
        if (*operand != NULL)
            return fl_yaml_fail(compiler->yaml, found, error, "a condition asks one question: `%s` or `%s`",
                                question_words[condition->question], question_words[i]);
        *operand = found;
        condition->question = (enum fl_question)i;
    }
    if (*operand != NULL)
        return FL_OK;
    return fl_yaml_fail(compiler->yaml, map, error,
                        "a condition needs one of is, is_not, in, starts_with, ends_with, contains, empty, "
                        "below, above, at_least, at_most, any, all, not");
}

static fl_status check_keys(const struct fl_compiler *compiler, const struct fl_yaml_node *map,
                            const char *also, struct fl_error *error)
{
    const char *known[QUESTION_COUNT + 4] = {"column", "position"};
    size_t count = 2;
    for (int i = 0; i < QUESTION_COUNT; i++)
        known[count++] = question_words[i];
    known[count++] = also; /* NULL ends the list one earlier */
    return fl_yaml_only_keys(compiler->yaml, map, known, error);
}

fl_status fl_condition_parse(struct fl_compiler *compiler, const struct fl_yaml_node *node, const char *also,
                             struct fl_condition *condition, struct fl_error *error)
{
    *condition = (struct fl_condition){0};
    if (node->kind != FL_YAML_MAP)
        return fl_yaml_fail(compiler->yaml, node, error,
                            "a condition is a map, like {column: Quantity, below: 0}");
    fl_status status = check_keys(compiler, node, also, error);
    if (status != FL_OK)
        return status;
    const struct fl_yaml_node *operand;
    status = find_question(compiler, node, &operand, condition, error);
    if (status != FL_OK)
        return status;
    if (condition->question >= FL_ASK_ANY) {
        if (fl_yaml_find(node, "column") != NULL || fl_yaml_find(node, "position") != NULL)
            return fl_yaml_fail(compiler->yaml, node, error, "`%s` asks conditions, not a column",
                                question_words[condition->question]);
        return parse_group(compiler, operand, condition, error);
    }
    status = fl_field_parse(compiler, node, &condition->field, error);
    if (status != FL_OK)
        return status;
    return parse_operand(compiler, operand, condition, error);
}

/* --- asking --------------------------------------------------------------------------------------------- */

static bool compares(const struct fl_condition *condition, struct fl_text cell, char decimal_mark)
{
    struct fl_decimal number;
    if (!fl_decimal_parse(cell.bytes, cell.size, decimal_mark, &number))
        return false;
    const int order = fl_decimal_compare(number, condition->number);
    switch (condition->question) {
    case FL_ASK_BELOW:
        return order < 0;
    case FL_ASK_ABOVE:
        return order > 0;
    case FL_ASK_AT_LEAST:
        return order >= 0;
    default:
        return order <= 0;
    }
}

static bool group_holds(const struct fl_condition *condition, const struct fl_text *cells, char decimal_mark)
{
    const bool stop_at = condition->question != FL_ASK_ALL;
    for (size_t i = 0; i < condition->part_count; i++) {
        if (fl_condition_holds(&condition->parts[i], cells, decimal_mark) == stop_at)
            return condition->question == FL_ASK_ANY;
    }
    return condition->question != FL_ASK_ANY;
}

static bool starts_with(struct fl_text cell, struct fl_text start)
{
    return cell.size >= start.size && memcmp(cell.bytes, start.bytes, start.size) == 0;
}

static bool ends_with(struct fl_text cell, struct fl_text end)
{
    return cell.size >= end.size && memcmp(cell.bytes + cell.size - end.size, end.bytes, end.size) == 0;
}

bool fl_condition_holds(const struct fl_condition *condition, const struct fl_text *cells, char decimal_mark)
{
    const enum fl_question question = condition->question;
    if (question >= FL_ASK_ANY)
        return group_holds(condition, cells, decimal_mark);
    const struct fl_text cell = cells[condition->field];
    int64_t index;
    switch (question) {
    case FL_ASK_IS:
        return fl_text_equal(cell, condition->text);
    case FL_ASK_IS_NOT:
        return !fl_text_equal(cell, condition->text);
    case FL_ASK_IN:
        return fl_names_find(condition->set, cell, &index);
    case FL_ASK_STARTS_WITH:
        return starts_with(cell, condition->text);
    case FL_ASK_ENDS_WITH:
        return ends_with(cell, condition->text);
    case FL_ASK_CONTAINS:
        return memmem(cell.bytes, cell.size, condition->text.bytes, condition->text.size) != NULL;
    case FL_ASK_EMPTY:
        return (cell.size == 0) == condition->wanted;
    default:
        return compares(condition, cell, decimal_mark);
    }
}
