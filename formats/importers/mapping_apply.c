/* mapping_apply.c - turns one foreign record into one row of ours. */
#include <assert.h>
#include <stdio.h>

#include "formats/importers/cell_ascii.h"
#include "formats/importers/cell_trim.h"
#include "formats/importers/value_read.h"

/* The row at hand. */
struct row {
    struct fl_record_view view;
    struct fl_mapping_bound *bound;
    struct fl_row_trouble *trouble;
    struct fl_cell *cells;
    uint32_t filled; /* bit i: cells[i] has a value */
    int currency_places;
    bool has_cells; /* bound->cells are those of this row */
};

/* --- troubles ------------------------------------------------------------------------------------------- */

static void place_trouble(const struct row *row, ptrdiff_t field)
{
    row->trouble->line = row->view.record->line;
    row->trouble->line_column = 1;
    if (field == FL_NO_FIELD)
        return;
    const size_t position = row->bound->positions[field];
    if (position < row->view.record->field_count)
        row->trouble->line_column = (int64_t)row->view.record->field_column[position];
}

static const char *label_of(const struct row *row, ptrdiff_t field)
{
    return field == FL_NO_FIELD ? NULL : row->bound->mapping->fields.fields[field].label;
}

static enum fl_row_verdict reject(const struct row *row, const struct fl_target *target,
                                  const struct fl_value *value, enum fl_fault_code code, struct fl_text text,
                                  ptrdiff_t field)
{
    const bool is_name = target->kind == FL_KIND_TYPE && code == FL_FAULT_NOT_IN_VALUES;
    if (is_name)
        code = FL_FAULT_UNKNOWN_NAME;
    row->trouble->reason = target->reasons[code];
    place_trouble(row, field);
    fl_fault_sentence(row->bound->mapping, target, value, code, text, label_of(row, field),
                      row->trouble->words);
    return FL_ROW_REJECTED;
}

/* --- cells ---------------------------------------------------------------------------------------------- */

static void set_number(struct row *row, int column, int64_t number)
{
    row->cells[column].number = number;
    row->filled |= (uint32_t)1 << column;
}

/* A cell that was converted in its place. */
static void note_cell(struct row *row, int column)
{
    row->filled |= (uint32_t)!row->cells[column].null << column;
}

/* --- one column ----------------------------------------------------------------------------------------- */

/* A number that is small, where nothing stands in the way of what the target wants. */
static bool settle_small(struct row *row, const struct fl_target *target,
                         const struct fl_small_number *number)
{
    int64_t rounded = 0;
    if (!fl_small_number_round(*number, fl_kind_places(target->kind, row->currency_places), &rounded) ||
        !fl_target_takes(target, rounded))
        return false;
    set_number(row, target->column, rounded);
    return true;
}

static enum fl_row_verdict fill_number(struct row *row, const struct fl_target *target,
                                       const struct fl_value *value)
{
    struct fl_cell *cell = &row->cells[target->column];
    struct fl_small_number small;
    if (target->kind != FL_KIND_INTEGER && fl_value_small_number(&row->view, value, &small) &&
        settle_small(row, target, &small))
        return FL_ROW_KEPT;
    const struct fl_number_reading read = fl_value_number(&row->view, value);
    enum fl_fault_code code = read.fault;
    if (code == FL_FAULT_NONE && read.null)
        return FL_ROW_KEPT;
    if (code == FL_FAULT_NONE)
        code = fl_cell_from_number(target, read.number, row->currency_places, cell);
    if (code != FL_FAULT_NONE)
        return reject(row, target, value, code, fl_text_of(""), read.field);
    note_cell(row, target->column);
    return FL_ROW_KEPT;
}

/* Converts a text into the one or two cells of its target. */
static enum fl_fault_code convert(struct row *row, const struct fl_target *target,
                                  const struct fl_value *value, struct fl_text text)
{
    struct fl_cell *second = target->second_column < 0 ? NULL : &row->cells[target->second_column];
    const enum fl_fault_code code =
        fl_cell_from_text(row->bound->mapping, target, value, text, &row->cells[target->column], second);
    if (code != FL_FAULT_NONE)
        return code;
    note_cell(row, target->column);
    if (second != NULL)
        note_cell(row, target->second_column);
    return FL_FAULT_NONE;
}

static enum fl_row_verdict fill_text(struct row *row, const struct fl_target *target,
                                     const struct fl_value *value)
{
    const struct fl_reading read = fl_value_text(&row->view, value);
    if (read.state == FL_READ_FAULT)
        return reject(row, target, value, read.fault, read.text, read.field);
    if (read.state == FL_READ_NULL) {
        return target->required ? reject(row, target, value, FL_FAULT_EMPTY, read.text, read.field)
                                : FL_ROW_KEPT;
    }
    if (read.state == FL_READ_OUTCOME && read.outcome->ready) {
        row->cells[target->column] = read.outcome->cell;
        note_cell(row, target->column);
        return FL_ROW_KEPT;
    }
    const enum fl_fault_code code = convert(row, target, value, read.text);
    if (code == FL_FAULT_NONE)
        return FL_ROW_KEPT;
    return reject(row, target, value, code, read.text, read.field);
}

static const struct fl_value *find_case(const struct row *row, const struct fl_target *target)
{
    for (size_t i = 0; i < target->case_count; i++) {
        const struct fl_value *value = &target->cases[i];
        if (value->when == NULL ||
            fl_condition_holds(value->when, row->bound->cells, row->bound->mapping->decimal_mark))
            return value;
    }
    return NULL;
}

static void note_currency(struct row *row, int column)
{
    if ((row->filled >> column & 1) != 0)
        row->currency_places = fl_mapping_currency_places(row->bound, row->cells[column].text);
}

static enum fl_row_verdict fill(struct row *row, const struct fl_target *target)
{
    const struct fl_value *value = find_case(row, target);
    if (value == NULL && !target->required)
        return FL_ROW_KEPT;
    if (value == NULL)
        return reject(row, target, NULL, FL_FAULT_NO_CASE, fl_text_of(""), FL_NO_FIELD);
    if (target->is_numeric)
        return fill_number(row, target, value);
    const enum fl_row_verdict verdict = fill_text(row, target, value);
    if (verdict == FL_ROW_KEPT && target->rule == FL_RULE_CURRENCY)
        note_currency(row, target->column);
    return verdict;
}

/* The quick way for a field that is a value as it stands. False: anything else, the careful way decides. */
static bool fill_plain(struct row *row, const struct fl_target *target, struct fl_text text)
{
    const struct fl_value *value = &target->cases[0];
    if (!row->has_cells && !fl_cell_has_plain_ends(text))
        return false;
    struct fl_small_number small;
    if (target->is_numeric)
        return target->kind != FL_KIND_INTEGER && fl_value_small_field(value, text, &small) &&
               settle_small(row, target, &small);
    if (convert(row, target, value, text) != FL_FAULT_NONE)
        return false;
    if (target->rule == FL_RULE_CURRENCY)
        note_currency(row, target->column);
    return true;
}

/* --- one row -------------------------------------------------------------------------------------------- */

static enum fl_row_verdict reject_count(const struct row *row)
{
    const struct fl_mapping_bound *bound = row->bound;
    const size_t count = row->view.record->field_count;
    const size_t wanted = bound->field_count != 0 ? bound->field_count : bound->fields_needed;
    const bool few = count < wanted;
    row->trouble->reason = few ? "record: too few fields" : "record: too many fields";
    place_trouble(row, FL_NO_FIELD);
    snprintf(row->trouble->words, sizeof row->trouble->words, "%s: %zu, the %s %zu", row->trouble->reason,
             count, bound->field_count != 0 ? "header has" : "mapping reads", wanted);
    return FL_ROW_REJECTED;
}

static bool count_fits(const struct fl_mapping_bound *bound, size_t count)
{
    return bound->field_count != 0 ? count == bound->field_count : count >= bound->fields_needed;
}

static enum fl_row_verdict reject_text(const struct row *row, size_t field)
{
    row->trouble->reason = row->bound->mapping->fields.fields[field].not_utf8;
    place_trouble(row, (ptrdiff_t)field);
    snprintf(row->trouble->words, sizeof row->trouble->words, "%s, or it holds a NUL", row->trouble->reason);
    return FL_ROW_REJECTED;
}

static enum fl_row_verdict take_cells(struct row *row)
{
    struct fl_mapping_bound *bound = row->bound;
    const struct fl_csv_record *record = row->view.record;
    const size_t count = bound->mapping->fields.count;
    for (size_t i = 0; i < count; i++) {
        const size_t position = bound->positions[i];
        if (position == FL_POSITION_ABSENT)
            continue;
        const struct fl_text cell = record->fields[position];
        if (!record->is_ascii && !fl_cell_is_ascii(cell) && !fl_utf8_is_valid(cell.bytes, cell.size))
            return reject_text(row, i);
        bound->cells[i] = fl_cell_trim(cell);
    }
    row->has_cells = true;
    return FL_ROW_KEPT;
}

static bool skips(const struct row *row)
{
    const struct fl_mapping *mapping = row->bound->mapping;
    for (size_t i = 0; i < mapping->skip_count; i++) {
        const struct fl_skip *skip = &mapping->skips[i];
        if (!fl_condition_holds(&skip->condition, row->bound->cells, mapping->decimal_mark))
            continue;
        row->trouble->reason = skip->reason;
        place_trouble(row, FL_NO_FIELD);
        snprintf(row->trouble->words, sizeof row->trouble->words, "skipped: %s", skip->reason);
        return true;
    }
    return false;
}

/* All targets in their order, so that of several faults the first is told. */
static enum fl_row_verdict fill_targets(struct row *row)
{
    const struct fl_mapping_bound *bound = row->bound;
    const struct fl_csv_record *record = row->view.record;
    for (size_t i = 0; i < bound->target_count; i++) {
        const struct fl_bound_target *target = &bound->targets[i];
        if (target->reads_field) {
            const struct fl_text text =
                row->has_cells ? bound->cells[target->field] : record->fields[target->position];
            if (text.size == 0 ? target->empty_is_null : fill_plain(row, target->target, text))
                continue;
        }
        if (!row->has_cells && take_cells(row) != FL_ROW_KEPT)
            return FL_ROW_REJECTED;
        if (fill(row, target->target) != FL_ROW_KEPT)
            return FL_ROW_REJECTED;
    }
    return FL_ROW_KEPT;
}

enum fl_row_verdict fl_mapping_apply(struct fl_mapping_bound *bound, const struct fl_csv_record *record,
                                     struct fl_cell *cells, uint32_t *filled, struct fl_row_trouble *trouble)
{
    struct row row = {.view = {bound, record},
                      .bound = bound,
                      .trouble = trouble,
                      .cells = cells,
                      .currency_places = FL_PLACES_WITHOUT_CURRENCY};
    if (!count_fits(bound, record->field_count))
        return reject_count(&row);
    if (bound->is_quick && fl_mapping_apply_quickly(bound, record, cells, filled))
        return FL_ROW_KEPT;
    /* Most rows of most files never need them. */
    if ((bound->asks_cells || !record->is_ascii) && take_cells(&row) != FL_ROW_KEPT)
        return FL_ROW_REJECTED;
    if (skips(&row))
        return FL_ROW_SKIPPED;
    const enum fl_row_verdict verdict = fill_targets(&row);
    *filled = row.filled;
    return verdict;
}
