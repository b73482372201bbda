/* mapping_bind.c - ties a mapping to the header of one file. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/importers/cell_trim.h"
#include "formats/importers/mapping_bound.h"

static fl_status fail_header(struct fl_error *error, const char *shown_path,
                             const struct fl_csv_record *header, size_t position)
{
    fl_error_at_path(error, shown_path);
    if (header->field_column != NULL) /* names of columns that are in no line have none */
        fl_error_at_line(error, header->line, header->field_column[position]);
    return FL_BAD_DATA;
}

/* --- names of the file ---------------------------------------------------------------------------------- */

/* "; did you mean `x`?" with a name of the header, when one is near. */
static void hint_header(const struct fl_csv_record *header, struct fl_text wanted, char hint[128])
{
    hint[0] = '\0';
    struct fl_names *names = fl_names_create();
    if (names == NULL)
        return; /* the error is told without it */
    for (size_t i = 0; i < header->field_count; i++)
        (void)fl_names_add(names, fl_cell_trim(header->fields[i]), (int64_t)i);
    const char *nearest = fl_names_nearest(names, wanted);
    if (nearest != NULL && fl_utf8_is_valid(nearest, strlen(nearest)) && strlen(nearest) <= 64)
        snprintf(hint, 128, "; did you mean `%s`?", nearest);
    fl_names_free(names);
}

static fl_status fail_missing(const struct fl_field *field, const struct fl_csv_record *header,
                              const char *shown_path, struct fl_error *error)
{
    char hint[128];
    hint_header(header, field->name, hint);
    fl_fail(error, FL_BAD_DATA, "%s is not in the header%s", field->label, hint);
    return fail_header(error, shown_path, header, 0);
}

static fl_status find_by_name(const struct fl_mapping_bound *bound, const struct fl_field *field,
                              const struct fl_csv_record *header, const char *shown_path, size_t *position,
                              struct fl_error *error)
{
    *position = FL_POSITION_ABSENT;
    for (size_t i = 0; i < header->field_count; i++) {
        if (!fl_text_equal(fl_cell_trim(header->fields[i]), field->name))
            continue;
        if (*position != FL_POSITION_ABSENT) {
            fl_fail(error, FL_BAD_DATA, "%s is in the header twice, as fields %zu and %zu", field->label,
                    *position + 1, i + 1);
            return fail_header(error, shown_path, header, i);
        }
        *position = i;
    }
    if (*position != FL_POSITION_ABSENT || bound->mapping->own_names)
        return FL_OK;
    return fail_missing(field, header, shown_path, error);
}

static fl_status find_field(struct fl_mapping_bound *bound, const struct fl_field *field,
                            const struct fl_csv_record *header, const char *shown_path, size_t *position,
                            struct fl_error *error)
{
    if (!field->by_position) {
        assert(header != NULL); /* the names of a file without one became positions at parse */
        return find_by_name(bound, field, header, shown_path, position, error);
    }
    *position = field->position;
    if (field->position >= bound->fields_needed)
        bound->fields_needed = field->position + 1;
    if (header == NULL || field->position < header->field_count)
        return FL_OK;
    fl_fail(error, FL_BAD_DATA, "the header has %zu fields, the mapping reads position %zu",
            header->field_count, field->position + 1);
    return fail_header(error, shown_path, header, 0);
}

/* --- files with our own names --------------------------------------------------------------------------- */

static bool is_own_name(const struct fl_mapping *mapping, struct fl_text name)
{
    for (size_t i = 0; i < mapping->fields.count; i++) {
        if (fl_text_equal(mapping->fields.fields[i].name, name))
            return true;
    }
    return false;
}

static const char *nearest_own_name(const struct fl_mapping *mapping, struct fl_text name)
{
    struct fl_names *names = fl_names_create();
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < mapping->fields.count; i++)
        (void)fl_names_add(names, mapping->fields.fields[i].name, (int64_t)i);
    const char *nearest = fl_names_nearest(names, name);
    int64_t index = 0;
    if (nearest != NULL && fl_names_find(names, fl_text_of(nearest), &index))
        nearest = mapping->fields.fields[index].name.bytes; /* outlives `names` */
    fl_names_free(names);
    return nearest;
}

/* A misspelt header would else be a column that is quietly empty. */
static fl_status check_own_header(const struct fl_mapping *mapping, const struct fl_csv_record *header,
                                  const char *shown_path, struct fl_error *error)
{
    for (size_t i = 0; i < header->field_count; i++) {
        const struct fl_text name = fl_cell_trim(header->fields[i]);
        if (is_own_name(mapping, name))
            continue;
        const char *nearest = nearest_own_name(mapping, name);
        if (nearest != NULL)
            fl_fail(error, FL_BAD_DATA, "field %zu is no column of %s; did you mean `%s`?", i + 1,
                    mapping->schema->name, nearest);
        else
            fl_fail(error, FL_BAD_DATA, "field %zu is no column of %s; a foreign file needs a mapping", i + 1,
                    mapping->schema->name);
        return fail_header(error, shown_path, header, i);
    }
    return FL_OK;
}

static bool has_field(const struct fl_mapping_bound *bound, const char *name)
{
    const struct fl_field_list *fields = &bound->mapping->fields;
    for (size_t i = 0; i < fields->count; i++) {
        if (fl_text_equal(fields->fields[i].name, fl_text_of(name)))
            return bound->positions[i] != FL_POSITION_ABSENT;
    }
    return false;
}

static fl_status check_own_columns(const struct fl_mapping_bound *bound, const struct fl_csv_record *header,
                                   const char *shown_path, struct fl_error *error)
{
    const struct fl_mapping *mapping = bound->mapping;
    if (has_field(bound, "time") && (has_field(bound, "day") || has_field(bound, "second"))) {
        fl_fail(error, FL_BAD_DATA, "`time` fills day and second already: the header has both");
        return fail_header(error, shown_path, header, 0);
    }
    for (size_t i = 0; i < mapping->target_count; i++) {
        const struct fl_target *target = &mapping->targets[i];
        const bool is_time = strcmp(target->name, "time") == 0 || strcmp(target->name, "day") == 0;
        if (!target->required || has_field(bound, target->name) || (is_time && has_field(bound, "time")) ||
            (is_time && has_field(bound, "day")))
            continue;
        fl_fail(error, FL_BAD_DATA, "%s needs a column `%s`, which is not in the header",
                mapping->schema->name, target->name);
        return fail_header(error, shown_path, header, 0);
    }
    return FL_OK;
}

/* `export` writes money in minor units, which nothing in a file of ours says: taken for units, each amount
 * would be a hundred times too large. Nobody else's file has every column of the table. */
static fl_status check_own_money(const struct fl_mapping_bound *bound, const struct fl_csv_record *header,
                                 const char *shown_path, struct fl_error *error)
{
    const struct fl_schema *schema = bound->mapping->schema;
    const char *money = NULL;
    if (bound->mapping->money != FL_MONEY_NOT_SAID)
        return FL_OK;
    for (size_t i = 0; i < schema->count; i++) {
        if (!has_field(bound, schema->columns[i].name))
            return FL_OK;
        if (money == NULL && schema->columns[i].kind == FL_KIND_MONEY)
            money = schema->columns[i].name;
    }
    if (money == NULL)
        return FL_OK;
    fl_fail(error, FL_BAD_DATA,
            "these are the columns of an export, where `%s` is in minor units: say --money minor, or --money "
            "units when 12.50 stands there as 12.50",
            money);
    return fail_header(error, shown_path, header, 0);
}

/* --- binding -------------------------------------------------------------------------------------------- */

static fl_status create(const struct fl_mapping *mapping, struct fl_mapping_bound **bound,
                        struct fl_error *error)
{
    struct fl_mapping_bound *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->mapping = mapping;
    made->currency_places = -1;
    assert(mapping->schema->count <= 32);                /* a bit for each cell of a row */
    const size_t field_room = mapping->fields.count + 1; /* a mapping of constants reads none */
    made->positions = calloc(field_room, sizeof *made->positions);
    made->cells = calloc(field_room, sizeof *made->cells);
    made->targets = calloc(mapping->target_count, sizeof *made->targets);
    /* Untouched pages cost nothing, and a row never has to ask for memory, which could fail. */
    const size_t join_room = (mapping->join_count + 1) * FL_TEXT_BYTES_MAX;
    made->joined = malloc(join_room);
    if (made->positions == NULL || made->cells == NULL || made->targets == NULL || made->joined == NULL) {
        fl_mapping_bound_free(made);
        return fl_fail_memory(error, join_room);
    }
    *bound = made;
    return FL_OK;
}

static struct fl_bound_target bind_target(const struct fl_mapping_bound *bound,
                                          const struct fl_target *target)
{
    const struct fl_value *value = &target->cases[0];
    const bool reads_field = target->case_count == 1 && value->when == NULL &&
                             value->source == FL_SOURCE_FIELD && value->words == NULL && value->trim;
    return (struct fl_bound_target){
        .target = target,
        .reads_field = reads_field,
        .empty_is_null = reads_field && value->empty == FL_POLICY_OUTCOME && value->empty_outcome.null &&
                         !value->empty_in_quotes_is_text,
        .field = value->field,
        .position = reads_field ? bound->positions[value->field] : FL_POSITION_ABSENT,
    };
}

static void choose_targets(struct fl_mapping_bound *bound)
{
    const struct fl_mapping *mapping = bound->mapping;
    for (size_t i = 0; i < mapping->target_count; i++) {
        const struct fl_target *target = &mapping->targets[i];
        if (!mapping->own_names || bound->positions[target->cases[0].field] != FL_POSITION_ABSENT)
            bound->targets[bound->target_count++] = bind_target(bound, target);
    }
    bound->asks_cells = mapping->skip_count > 0;
    for (size_t i = 0; i < bound->target_count; i++)
        bound->asks_cells |= !bound->targets[i].reads_field;
}

static fl_status find_fields(struct fl_mapping_bound *bound, const struct fl_csv_record *header,
                             const char *shown_path, struct fl_error *error)
{
    const struct fl_mapping *mapping = bound->mapping;
    for (size_t i = 0; i < mapping->fields.count; i++) {
        const fl_status status =
            find_field(bound, &mapping->fields.fields[i], header, shown_path, &bound->positions[i], error);
        if (status != FL_OK)
            return status;
    }
    if (!mapping->own_names)
        return FL_OK;
    fl_status status = check_own_header(mapping, header, shown_path, error);
    if (status == FL_OK)
        status = check_own_columns(bound, header, shown_path, error);
    return status == FL_OK ? check_own_money(bound, header, shown_path, error) : status;
}

fl_status fl_mapping_bind(const struct fl_mapping *mapping, const struct fl_csv_record *header,
                          const char *shown_path, struct fl_mapping_bound **bound, struct fl_error *error)
{
    *bound = NULL;
    if (header == NULL && mapping->has_header) {
        fl_fail(error, FL_BAD_DATA, "the file has no header line");
        fl_error_at_path(error, shown_path);
        return FL_BAD_DATA;
    }
    fl_status status = create(mapping, bound, error);
    if (status != FL_OK)
        return status;
    (*bound)->field_count = header != NULL ? header->field_count : 0;
    status = find_fields(*bound, header, shown_path, error);
    if (status == FL_OK) {
        choose_targets(*bound);
        fl_mapping_plan_quickly(*bound);
        return FL_OK;
    }
    fl_mapping_bound_free(*bound);
    *bound = NULL;
    return status;
}

fl_status fl_mapping_bound_copy(const struct fl_mapping_bound *like, struct fl_mapping_bound **bound,
                                struct fl_error *error)
{
    const fl_status status = create(like->mapping, bound, error);
    if (status != FL_OK)
        return status;
    const struct fl_mapping *mapping = like->mapping;
    struct fl_mapping_bound *copy = *bound;
    memcpy(copy->positions, like->positions, mapping->fields.count * sizeof *copy->positions);
    memcpy(copy->targets, like->targets, like->target_count * sizeof *copy->targets);
    copy->field_count = like->field_count;
    copy->fields_needed = like->fields_needed;
    copy->target_count = like->target_count;
    copy->asks_cells = like->asks_cells;
    fl_mapping_plan_quickly(copy);
    return FL_OK;
}

void fl_mapping_bound_free(struct fl_mapping_bound *bound)
{
    if (bound == NULL)
        return;
    free(bound->joined);
    free(bound->positions);
    free(bound->cells);
    free(bound->targets);
    free(bound);
}

size_t fl_mapping_fields_needed(const struct fl_mapping_bound *bound)
{
    return bound->field_count > 0 ? bound->field_count : bound->fields_needed;
}

bool fl_mapping_fills(const struct fl_mapping_bound *bound, int column)
{
    for (size_t i = 0; i < bound->target_count; i++) {
        if (bound->targets[i].target->column == column || bound->targets[i].target->second_column == column)
            return true;
    }
    return false;
}
