/* mapping_apply.c - turns one foreign record into one row of ours. */
#include <assert.h>
#include <stdio.h>

#include "formats/importers/cell_trim.h"
#include "formats/importers/value_read.h"

enum { PLACES_WITHOUT_CURRENCY = 2 };

/* The row at hand. */
struct row {
    struct fl_record_view view;
    struct fl_mapping_bound *bound;
    struct fl_row_trouble *trouble;
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

/* --- one column ----------------------------------------------------------------------------------------- */

/* A number that is small, where nothing stands in the way of what the target wants. */
static bool settle_small(const struct row *row, const struct fl_target *target,
                         const struct fl_small_number *number, struct fl_cell *cell)
{
    int64_t rounded = 0;
    if (!fl_small_number_round(*number, fl_kind_places(target->kind, row->currency_places), &rounded) ||
        (target->rule == FL_RULE_NOT_NEGATIVE && rounded < 0))
        return false;
    *cell = (struct fl_cell){.number = rounded};
    return true;
}

static enum fl_row_verdict fill_number(const struct row *row, const struct fl_target *target,
                                       const struct fl_value *value, struct fl_cell *cell)
{
    struct fl_small_number small;
    if (target->kind != FL_KIND_INTEGER && fl_value_small_number(&row->view, value, &small) &&
        settle_small(row, target, &small, cell))
        return FL_ROW_KEPT;
    const struct fl_number_reading read = fl_value_number(&row->view, value);
    enum fl_fault_code code = read.fault;
    if (code == FL_FAULT_NONE && read.null)
        return FL_ROW_KEPT;
    if (code == FL_FAULT_NONE)
        code = fl_cell_from_number(target, read.number, row->currency_places, cell);
    if (code == FL_FAULT_NONE)
        return FL_ROW_KEPT;
    return reject(row, target, value, code, fl_text_of(""), read.field);
}

static enum fl_row_verdict fill_text(const struct row *row, const struct fl_target *target,
                                     const struct fl_value *value, struct fl_cell *cells)
{
    const struct fl_reading read = fl_value_text(&row->view, value);
    struct fl_cell *cell = &cells[target->column];
    if (read.state == FL_READ_FAULT)
        return reject(row, target, value, read.fault, read.text, read.field);
    if (read.state == FL_READ_NULL) {
        return target->required ? reject(row, target, value, FL_FAULT_EMPTY, read.text, read.field)
                                : FL_ROW_KEPT;
    }
    if (read.state == FL_READ_OUTCOME && read.outcome->ready) {
        *cell = read.outcome->cell;
        return FL_ROW_KEPT;
    }
    struct fl_cell *second = target->second_column < 0 ? NULL : &cells[target->second_column];
    const enum fl_fault_code code =
        fl_cell_from_text(row->bound->mapping, target, value, read.text, cell, second);
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

static void note_currency(struct row *row, const struct fl_cell *cell)
{
    struct fl_mapping_bound *bound = row->bound;
    if (cell->null)
        return;
    assert(cell->text.size == sizeof bound->currency);
    if (bound->currency_places < 0 ||
        memcmp(bound->currency, cell->text.bytes, sizeof bound->currency) != 0) {
        memcpy(bound->currency, cell->text.bytes, sizeof bound->currency);
        bound->currency_places = fl_currency_places(cell->text.bytes, cell->text.size);
    }
    row->currency_places = bound->currency_places;
}

static enum fl_row_verdict fill(struct row *row, const struct fl_target *target, struct fl_cell *cells)
{
    const struct fl_value *value = find_case(row, target);
    if (value == NULL && !target->required)
        return FL_ROW_KEPT;
    if (value == NULL)
        return reject(row, target, NULL, FL_FAULT_NO_CASE, fl_text_of(""), FL_NO_FIELD);
    if (target->is_numeric)
        return fill_number(row, target, value, &cells[target->column]);
    const enum fl_row_verdict verdict = fill_text(row, target, value, cells);
    if (verdict == FL_ROW_KEPT && target->rule == FL_RULE_CURRENCY)
        note_currency(row, &cells[target->column]);
    return verdict;
}

/* Nothing to trim: both ends are past the blanks, and in ASCII there is no no-break space. */
static bool has_plain_ends(struct fl_text cell)
{
    return cell.bytes[0] > ' ' && cell.bytes[cell.size - 1] > ' ';
}

/* The quick way for a field that is a value as it stands. False: anything else, the careful way decides. */
static bool fill_plain(struct row *row, const struct fl_target *target, struct fl_text text,
                       struct fl_cell *cells)
{
    const struct fl_value *value = &target->cases[0];
    struct fl_cell *cell = &cells[target->column];
    if (!row->has_cells && !has_plain_ends(text))
        return false;
    struct fl_small_number small;
    if (target->is_numeric)
        return target->kind != FL_KIND_INTEGER && fl_value_small_field(value, text, &small) &&
               settle_small(row, target, &small, cell);
    struct fl_cell *second = target->second_column < 0 ? NULL : &cells[target->second_column];
    if (fl_cell_from_text(row->bound->mapping, target, value, text, cell, second) != FL_FAULT_NONE)
        return false;
    if (target->rule == FL_RULE_CURRENCY)
        note_currency(row, cell);
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

/* Eight bytes at a time: most cells are short ASCII, and what is not goes to the full check. */
static bool is_plain_ascii(struct fl_text cell)
{
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    const uint64_t low_bits = UINT64_C(0x0101010101010101);
    size_t at = 0;
    for (; at + 8 <= cell.size; at += 8) {
        uint64_t eight;
        memcpy(&eight, cell.bytes + at, sizeof eight);
        if (((eight | (eight - low_bits)) & high_bits) != 0) /* a high bit, or a zero byte */
            return false;
    }
    for (; at < cell.size; at++) {
        if ((signed char)cell.bytes[at] <= 0)
            return false;
    }
    return true;
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
        if (!record->is_ascii && !is_plain_ascii(cell) && !fl_utf8_is_valid(cell.bytes, cell.size))
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

enum fl_row_verdict fl_mapping_apply(struct fl_mapping_bound *bound, const struct fl_csv_record *record,
                                     struct fl_cell *cells, struct fl_row_trouble *trouble)
{
    struct row row = {{bound, record}, bound, trouble, PLACES_WITHOUT_CURRENCY, false};
    for (size_t i = 0; i < bound->mapping->schema->count; i++)
        cells[i] = (struct fl_cell){.null = true};
    if (!count_fits(bound, record->field_count))
        return reject_count(&row);
    /* Most rows of most files never need them. */
    if ((bound->asks_cells || !record->is_ascii) && take_cells(&row) != FL_ROW_KEPT)
        return FL_ROW_REJECTED;
    if (skips(&row))
        return FL_ROW_SKIPPED;
    for (size_t i = 0; i < bound->target_count; i++) {
        const struct fl_bound_target *target = &bound->targets[i];
        if (target->reads_field) {
            const struct fl_text text =
                row.has_cells ? bound->cells[target->field] : record->fields[target->position];
            if (text.size == 0 ? target->empty_is_null : fill_plain(&row, target->target, text, cells))
                continue;
        }
        if (!row.has_cells && take_cells(&row) != FL_ROW_KEPT)
            return FL_ROW_REJECTED;
        if (fill(&row, target->target, cells) != FL_ROW_KEPT)
            return FL_ROW_REJECTED;
    }
    return FL_ROW_KEPT;
}
