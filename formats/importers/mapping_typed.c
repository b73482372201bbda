/* mapping_typed.c - turns a row of typed values into a row of ours without making texts of them. */
#include "formats/importers/mapping_typed.h"

#include "formats/base/civil.h"
#include "formats/importers/cell_ascii.h"
#include "formats/importers/cell_trim.h"
#include "formats/importers/value_read.h"

enum { SECONDS_A_DAY = 86400, REAL_PLACES_MAX = 4 };

/* One value, and where it goes. */
struct typed_cell {
    const struct fl_typed_row *row;
    const struct fl_typed_column *column;
    size_t chosen;
    const struct fl_typed_values *values;
    const struct fl_quick_field *field;
};

static int64_t floor_divide(int64_t number, int64_t divisor)
{
    return number / divisor - (number % divisor < 0);
}

/* Whole seconds. Divisors that the compiler knows: a division by a variable takes ten times as long. */
static int64_t seconds_of(int64_t number, int64_t units_a_second)
{
    switch (units_a_second) {
    case 1000:
        return floor_divide(number, 1000);
    case 1000000:
        return floor_divide(number, 1000000);
    case 1000000000:
        return floor_divide(number, 1000000000);
    default:
        return floor_divide(number, units_a_second);
    }
}

/* --- texts ---------------------------------------------------------------------------------------------- */

/* An empty word or text of a mapping for which that is not the same as nothing. */
static bool fill_empty(const struct typed_cell *cell, struct fl_cell *cells, uint32_t *filled)
{
    const struct fl_target *target = cell->field->target;
    const struct fl_value *value = &target->cases[0];
    if (target->required || value->empty == FL_POLICY_REJECT || target->rule != FL_RULE_NONE)
        return false;
    if (value->empty_in_quotes_is_text) {
        cells[cell->field->column].text = (struct fl_text){"", 0};
        *filled |= (uint32_t)1 << cell->field->column;
    }
    return true;
}

static bool fill_text(struct fl_mapping_bound *bound, const struct typed_cell *cell, struct fl_text text,
                      int places, struct fl_cell *cells, uint32_t *filled)
{
    if (text.size == 0)
        return fill_empty(cell, cells, filled);
    const bool is_ascii = fl_cell_is_ascii(text);
    if (!is_ascii && !fl_utf8_is_valid(text.bytes, text.size))
        return false;
    if (!is_ascii || !fl_cell_has_plain_ends(text))
        text = fl_cell_trim(text);
    return text.size > 0 && fl_mapping_fill_field(bound, cell->field, text, places, cells, filled);
}

/* A value of any type by way of its text. */
static bool fill_written(struct fl_mapping_bound *bound, const struct typed_cell *cell, int places,
                         struct fl_cell *cells, uint32_t *filled)
{
    struct fl_buffer *texts = cell->row->texts;
    const uint8_t *before = texts->bytes;
    const size_t start = texts->size;
    const struct fl_typed_rows *rows = cell->row->rows;
    if (!rows->calls->append(rows, cell->chosen, cell->row->row, texts))
        return false;
    if (start > 0 && texts->bytes != before) /* cells of this row may point to where it was */
        return false;
    const struct fl_text text = {(const char *)texts->bytes + start, texts->size - start};
    return fill_text(bound, cell, text, places, cells, filled);
}

/* --- numbers -------------------------------------------------------------------------------------------- */

static bool settle_number(const struct typed_cell *cell, struct fl_small_number number, int places,
                          struct fl_cell *cells, uint32_t *filled)
{
    const struct fl_target *target = cell->field->target;
    int64_t *rounded = &cells[cell->field->column].number;
    if (!fl_value_turn_small(&target->cases[0], &number) ||
        !fl_small_number_round(number, fl_kind_places(target->kind, places), rounded) ||
        !fl_target_takes(target, *rounded))
        return false;
    *filled |= (uint32_t)1 << cell->field->column;
    return true;
}

/* False: no number of the target, or one that is not taken as it stands. */
static bool fill_number(const struct fl_mapping_bound *bound, const struct typed_cell *cell, int places,
                        struct fl_cell *cells, uint32_t *filled)
{
    const struct fl_target *target = cell->field->target;
    const int64_t number = cell->values->numbers[cell->row->row];
    const struct fl_small_number small = {number, cell->column->places};
    if (target->is_numeric)
        return settle_number(cell, small, places, cells, filled);
    const bool is_key = target->kind == FL_KIND_KEY && !bound->mapping->text_ids;
    const bool is_order = target->kind == FL_KIND_ORDER && !target->cases[0].digest_always;
    if (small.places != 0 || (!is_key && !is_order))
        return false;
    cells[cell->field->column].number = number;
    *filled |= (uint32_t)1 << cell->field->column;
    return true;
}

/* The decimal of few places that is this real. Of at most 15 digits there is only one, which is what the
 * shortest text says too: below 2^53 both numbers of the division are exact, so its result is the real next
 * to the decimal. */
static bool decimal_of(double real, struct fl_small_number *number)
{
    static const double powers_of_ten[REAL_PLACES_MAX + 1] = {1, 10, 100, 1000, 10000};
    for (int places = 0; places <= REAL_PLACES_MAX; places++) {
        const double scaled = real * powers_of_ten[places];
        if (!(scaled > -1e15 && scaled < 1e15))
            return false;
        const int64_t mantissa = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
        if ((double)mantissa / powers_of_ten[places] == real) {
            *number = (struct fl_small_number){mantissa, places};
            return true;
        }
    }
    return false;
}

static bool fill_real(const struct typed_cell *cell, int places, struct fl_cell *cells, uint32_t *filled)
{
    struct fl_small_number number;
    return cell->field->target->is_numeric && decimal_of(cell->values->reals[cell->row->row], &number) &&
           settle_number(cell, number, places, cells, filled);
}

/* --- times ---------------------------------------------------------------------------------------------- */

static bool fill_time(const struct fl_mapping_bound *bound, const struct typed_cell *cell,
                      struct fl_cell *cells, uint32_t *filled)
{
    const struct fl_target *target = cell->field->target;
    const bool has_second = cell->column->form == FL_TYPED_TIME;
    if (target->kind != FL_KIND_DAY)
        return false;
    const int64_t number = cell->values->numbers[cell->row->row];
    const int64_t seconds = has_second ? seconds_of(number, cell->column->units_a_second) : 0;
    const int64_t day = has_second ? floor_divide(seconds, SECONDS_A_DAY) : number;
    if (day < FL_DAY_MIN || day > FL_DAY_MAX)
        return false;
    const struct fl_wall_time time = {
        .day = (int32_t)day,
        .second = has_second ? (int32_t)(seconds - day * SECONDS_A_DAY) : 0,
        .has_second = has_second,
        .has_offset = has_second && cell->column->is_instant,
    };
    struct fl_cell *second = target->second_column < 0 ? NULL : &cells[target->second_column];
    if (fl_cell_from_time(bound->mapping, &target->cases[0], time, &cells[target->column], second) !=
        FL_FAULT_NONE)
        return false;
    *filled |= (uint32_t)1 << target->column;
    if (second != NULL)
        *filled |= (uint32_t)!second->null << target->second_column;
    return true;
}

/* --- a row ---------------------------------------------------------------------------------------------- */

static bool fill_value(struct fl_mapping_bound *bound, const struct fl_typed_row *row, size_t position,
                       int places, struct fl_cell *cells, uint32_t *filled)
{
    const size_t chosen = row->plan->chosen_of[position];
    const struct typed_cell cell = {
        .row = row,
        .column = &row->rows->columns[position],
        .chosen = chosen,
        .values = &row->batch->values[chosen],
        .field = &bound->quick.fields[position],
    };
    bool done = false;
    switch (cell.column->form) {
    case FL_TYPED_TEXT:
        return fill_text(bound, &cell, cell.values->texts[row->row], places, cells, filled);
    case FL_TYPED_NUMBER:
        done = fill_number(bound, &cell, places, cells, filled);
        break;
    case FL_TYPED_REAL:
        done = fill_real(&cell, places, cells, filled);
        break;
    case FL_TYPED_DAY:
    case FL_TYPED_TIME:
        done = fill_time(bound, &cell, cells, filled);
        break;
    default:
        break;
    }
    return done || fill_written(bound, &cell, places, cells, filled);
}

bool fl_mapping_apply_typed(struct fl_mapping_bound *bound, const struct fl_typed_row *row,
                            struct fl_cell *cells, uint32_t *filled)
{
    const struct fl_quick_plan *quick = &bound->quick;
    uint64_t fields = row->filled & quick->wanted;
    if (!bound->is_quick || (fields & quick->needed) != quick->needed)
        return false;
    *filled = 0;
    int places = FL_PLACES_WITHOUT_CURRENCY;
    if ((fields & quick->currency) != 0) {
        const size_t position = (size_t)__builtin_ctzll(quick->currency);
        if (!fill_value(bound, row, position, places, cells, filled))
            return false;
        const int column = quick->fields[position].column;
        if ((*filled >> column & 1) != 0)
            places = fl_mapping_currency_places(bound, cells[column].text);
        fields ^= quick->currency;
    }
    for (; fields != 0; fields &= fields - 1) {
        if (!fill_value(bound, row, (size_t)__builtin_ctzll(fields), places, cells, filled))
            return false;
    }
    return true;
}
