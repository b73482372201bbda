/* typed_plan.c - chooses the columns of a typed file that a mapping reads. */
#include <stdio.h>
#include <stdlib.h>

#include "formats/importers/mapping_bound.h"
#include "formats/importers/mapping_typed.h"

static fl_status fail_column(const struct fl_typed_column *column, const char *shown, fl_status status,
                             const char *words, struct fl_error *error)
{
    (void)fl_fail(error, status, "column `%.*s` %s", (int)column->name.size, column->name.bytes, words);
    (void)fl_error_at_path(error, shown);
    return status;
}

/* A type says what a value is; a format of texts, or a decimal comma, would say something else. */
static fl_status check_value(const struct fl_mapping_bound *bound, const struct fl_typed_rows *rows,
                             const struct fl_target *target, const struct fl_value *value, const char *shown,
                             struct fl_error *error)
{
    for (size_t i = 0; i < value->part_count; i++) {
        const fl_status status = check_value(bound, rows, target, &value->parts[i], shown, error);
        if (status != FL_OK)
            return status;
    }
    if (value->source != FL_SOURCE_FIELD || bound->positions[value->field] == FL_POSITION_ABSENT)
        return FL_OK;
    const struct fl_typed_column *column = &rows->columns[bound->positions[value->field]];
    const bool is_time = column->form == FL_TYPED_TIME || column->form == FL_TYPED_DAY;
    if (is_time && target->kind == FL_KIND_DAY && value->format.kind != FL_TIME_ISO)
        return fail_column(column, shown, FL_BAD_DATA,
                           "holds dates or times, which need no `format` in the mapping: leave it out",
                           error);
    const bool has_places =
        column->form == FL_TYPED_REAL || (column->form == FL_TYPED_NUMBER && column->places > 0);
    if (has_places && target->is_numeric && value->decimal_mark != '.')
        return fail_column(column, shown, FL_BAD_DATA,
                           "holds numbers, not texts with a decimal comma: leave `decimal` out", error);
    return FL_OK;
}

static fl_status check_targets(const struct fl_mapping_bound *bound, const struct fl_typed_rows *rows,
                               const char *shown, struct fl_error *error)
{
    for (size_t i = 0; i < bound->target_count; i++) {
        const struct fl_target *target = bound->targets[i].target;
        for (size_t k = 0; k < target->case_count; k++) {
            const fl_status status = check_value(bound, rows, target, &target->cases[k], shown, error);
            if (status != FL_OK)
                return status;
        }
    }
    return FL_OK;
}

static fl_status check_readable(const struct fl_typed_column *column, const char *shown,
                                struct fl_error *error)
{
    if (column->refused == NULL)
        return FL_OK;
    char words[160];
    (void)snprintf(words, sizeof words, "is %.80s, which is not imported", column->refused);
    return fail_column(column, shown, FL_UNSUPPORTED, words, error);
}

/* Even of a mapping without a field the rows have to be counted. */
static void choose_any(const struct fl_typed_rows *rows, struct fl_typed_plan *plan)
{
    for (size_t i = 0; plan->count == 0 && i < rows->column_count; i++) {
        if (rows->columns[i].refused == NULL)
            plan->columns[plan->count++] = i;
    }
}

fl_status fl_typed_plan_make(const struct fl_mapping_bound *bound, const struct fl_typed_rows *rows,
                             const char *shown, struct fl_typed_plan *plan, struct fl_error *error)
{
    const size_t count = rows->column_count;
    plan->columns = malloc((count + 1) * sizeof *plan->columns);
    plan->chosen_of = malloc((count + 1) * sizeof *plan->chosen_of);
    if (plan->columns == NULL || plan->chosen_of == NULL)
        return fl_fail_memory(error, (count + 1) * sizeof *plan->columns);
    memset(plan->chosen_of, 0xff, (count + 1) * sizeof *plan->chosen_of);
    for (size_t i = 0; i < bound->mapping->fields.count; i++) {
        const size_t position = bound->positions[i];
        if (position == FL_POSITION_ABSENT)
            continue;
        const fl_status status = check_readable(&rows->columns[position], shown, error);
        if (status != FL_OK)
            return status;
        plan->chosen_of[position] = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (plan->chosen_of[i] != FL_TYPED_NOT_CHOSEN)
            plan->columns[plan->count++] = i;
    }
    choose_any(rows, plan);
    for (size_t i = 0; i < plan->count; i++)
        plan->chosen_of[plan->columns[i]] = (uint16_t)i;
    if (plan->count == 0)
        return fl_fail(error, FL_UNSUPPORTED, "no column of this file can be read");
    return check_targets(bound, rows, shown, error);
}

void fl_typed_plan_release(struct fl_typed_plan *plan)
{
    free(plan->columns);
    free(plan->chosen_of);
    *plan = (struct fl_typed_plan){0};
}
