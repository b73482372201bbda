/* mapping_quick.c - turns a record with nothing out of the ordinary into a row, field by field. */
#include <assert.h>

#include "formats/base/bytes.h"
#include "formats/base/civil.h"
#include "formats/importers/cell_trim.h"
#include "formats/importers/value_read.h"

/* --- the plan ------------------------------------------------------------------------------------------- */

static bool is_our_clock(const struct fl_mapping *mapping, const struct fl_value *value)
{
    return value->format.kind == FL_TIME_ISO &&
           (value->zone == NULL || value->zone == mapping->business_zone);
}

static enum fl_quick_way way_of(const struct fl_mapping *mapping, const struct fl_target *target)
{
    if (target->is_numeric)
        return FL_QUICK_NUMBER;
    if (target->kind == FL_KIND_KEY && !mapping->text_ids)
        return FL_QUICK_KEY;
    if (target->kind == FL_KIND_DAY && target->second_column >= 0 && is_our_clock(mapping, &target->cases[0]))
        return FL_QUICK_TIME;
    if (target->kind == FL_KIND_TYPE)
        return FL_QUICK_TYPE;
    if (target->kind == FL_KIND_WORD && target->rule == FL_RULE_NONE)
        return FL_QUICK_WORD;
    return FL_QUICK_TEXT;
}

/* False when the target cannot be read in the quick way. */
static bool add_target(struct fl_mapping_bound *bound, const struct fl_bound_target *bound_target)
{
    const struct fl_target *target = bound_target->target;
    const struct fl_value *value = &target->cases[0];
    struct fl_quick_plan *quick = &bound->quick;
    const size_t position = bound_target->position;
    if (!bound_target->reads_field || position >= FL_QUICK_FIELDS_MAX ||
        (target->is_numeric && target->kind == FL_KIND_INTEGER))
        return false;
    const uint64_t bit = (uint64_t)1 << position;
    const bool is_null = value->empty == FL_POLICY_OUTCOME && value->empty_outcome.null;
    if ((quick->wanted & bit) != 0 || (!is_null && value->empty != FL_POLICY_REJECT))
        return false;
    quick->wanted |= bit;
    quick->needed |= is_null && !target->required ? 0 : bit;
    quick->currency |= target->rule == FL_RULE_CURRENCY ? bit : 0;
    quick->quotes_matter |= value->empty_in_quotes_is_text;
    quick->fields[position] = (struct fl_quick_field){
        .target = target,
        .way = way_of(bound->mapping, target),
        .column = target->column,
        .second_column = target->second_column,
    };
    return true;
}

void fl_mapping_plan_quickly(struct fl_mapping_bound *bound)
{
    bound->is_quick = !bound->asks_cells;
    for (size_t i = 0; i < bound->target_count && bound->is_quick; i++)
        bound->is_quick = add_target(bound, &bound->targets[i]);
}

/* --- one field ------------------------------------------------------------------------------------------ */

/* Eight digits, the first in the lowest byte. False when any is none. */
static bool read_eight_digits(uint64_t text, int64_t *number)
{
    const uint64_t digits = text - 0x3030303030303030u;
    if (((digits | (text + 0x4646464646464646u)) & 0x8080808080808080u) != 0)
        return false;
    const uint64_t pairs = digits * 10 + (digits >> 8); /* of each pair the sum stands in its lower byte */
    const uint64_t fours = (pairs & 0x00ff00ff00ff00ffu) * (1 + (100u << 16)) >> 16;
    *number = (int64_t)((fours & 0x0000ffff0000ffffu) * (1 + ((uint64_t)10000 << 32)) >> 32);
    return true;
}

/* A whole number of one to eight digits without a sign, written in its one way. */
static bool read_short_whole(struct fl_text text, int64_t *number)
{
    const char *at = text.bytes;
    const size_t size = text.size;
    if (size > 8 || (at[0] == '0' && size > 1))
        return false;
    if (size >= 4) {
        /* Moved to the high end, with zeros in front; the two loads may overlap. */
        const unsigned missing_bits = 8 * (8 - (unsigned)size);
        const uint64_t zeros = 0x3030303030303030u & (((uint64_t)1 << missing_bits) - 1);
        const uint64_t head = (uint64_t)fl_load_le32((const uint8_t *)at) << missing_bits;
        const uint64_t tail = (uint64_t)fl_load_le32((const uint8_t *)at + size - 4) << 32;
        return read_eight_digits(zeros | head | tail, number);
    }
    int64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        value = value * 10 + (at[i] - '0');
    }
    *number = value;
    return true;
}

/* The number of two digits; 100 when they are none. */
static unsigned two_digits(const char *at)
{
    const unsigned tens = (unsigned)(unsigned char)at[0] - '0', ones = (unsigned)(unsigned char)at[1] - '0';
    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* YYYY-MM-DD HH:MM:SS of the day that was read last. */
static bool read_time_of_that_day(const struct fl_quick_plan *quick, const char *at, int64_t *second)
{
    if (memcmp(at, quick->day_text, 10) != 0 || (at[10] != ' ' && at[10] != 'T') || at[13] != ':' ||
        at[16] != ':')
        return false;
    const unsigned hours = two_digits(at + 11), minutes = two_digits(at + 14), seconds = two_digits(at + 17);
    *second = (int64_t)hours * 3600 + minutes * 60 + seconds;
    return hours < 24 && minutes < 60 && seconds < 60;
}

static bool fill_time(struct fl_mapping_bound *bound, const struct fl_quick_field *field, struct fl_text text,
                      struct fl_cell *cells, uint32_t *filled)
{
    struct fl_quick_plan *quick = &bound->quick;
    struct fl_cell *day = &cells[field->column], *second = &cells[field->second_column];
    if (text.size == 19 && read_time_of_that_day(quick, text.bytes, &second->number)) {
        day->number = quick->day;
        *filled |= (uint32_t)1 << field->column | (uint32_t)1 << field->second_column;
        return true;
    }
    if (fl_cell_from_text(bound->mapping, field->target, &field->target->cases[0], text, day, second) !=
        FL_FAULT_NONE)
        return false;
    *filled |= (uint32_t)1 << field->column | (uint32_t)!second->null << field->second_column;
    if (text.size == 19 && text.bytes[4] == '-') {
        memcpy(quick->day_text, text.bytes, 10);
        quick->day = (int32_t)day->number;
    }
    return true;
}

static bool fill_type(struct fl_mapping_bound *bound, const struct fl_quick_field *field, struct fl_text text,
                      struct fl_cell *cell)
{
    const bool fits = text.size >= 8 && text.size <= FL_TYPE_CACHE_BYTES;
    struct fl_cached_type *cached = NULL;
    if (fits) {
        const uint8_t *at = (const uint8_t *)text.bytes;
        const uint64_t head = fl_load_le64(at), tail = fl_load_le64(at + text.size - 8);
        const uint64_t mixed = (head ^ tail << 7 ^ tail >> 57) * 0x9e3779b97f4a7c15u;
        cached = &bound->quick.types[mixed >> 32 & (FL_TYPE_CACHE_SLOTS - 1)];
        if (cached->size == text.size && memcmp(cached->bytes, text.bytes, text.size) == 0) {
            cell->number = cached->type;
            return true;
        }
    }
    if (fl_cell_from_text(bound->mapping, field->target, &field->target->cases[0], text, cell, NULL) !=
        FL_FAULT_NONE)
        return false;
    if (fits) {
        *cached = (struct fl_cached_type){.size = (uint8_t)text.size, .type = (uint8_t)cell->number};
        memcpy(cached->bytes, text.bytes, text.size);
    }
    return true;
}

static bool fill_number(const struct fl_quick_field *field, struct fl_text text, int currency_places,
                        struct fl_cell *cell)
{
    const struct fl_target *target = field->target;
    struct fl_small_number small;
    return fl_value_small_field(&target->cases[0], text, &small) &&
           fl_small_number_round(small, fl_kind_places(target->kind, currency_places), &cell->number) &&
           fl_target_takes(target, cell->number);
}

static bool fill_text(const struct fl_mapping_bound *bound, const struct fl_quick_field *field,
                      struct fl_text text, struct fl_cell *cells, uint32_t *filled)
{
    struct fl_cell *second = field->second_column < 0 ? NULL : &cells[field->second_column];
    if (fl_cell_from_text(bound->mapping, field->target, &field->target->cases[0], text,
                          &cells[field->column], second) != FL_FAULT_NONE)
        return false;
    *filled |= (uint32_t)!cells[field->column].null << field->column;
    if (second != NULL)
        *filled |= (uint32_t)!second->null << field->second_column;
    return true;
}

bool fl_mapping_fill_field(struct fl_mapping_bound *bound, const struct fl_quick_field *field,
                           struct fl_text text, int currency_places, struct fl_cell *cells, uint32_t *filled)
{
    struct fl_cell *cell = &cells[field->column];
    bool done;
    switch (field->way) {
    case FL_QUICK_NUMBER:
        done = fill_number(field, text, currency_places, cell);
        break;
    case FL_QUICK_KEY:
        done =
            read_short_whole(text, &cell->number) || fl_integer_parse(text.bytes, text.size, &cell->number);
        break;
    case FL_QUICK_TYPE:
        done = fill_type(bound, field, text, cell);
        break;
    case FL_QUICK_WORD:
        cell->text = text;
        done = text.size <= FL_WORD_BYTES_MAX;
        break;
    case FL_QUICK_TIME:
        return fill_time(bound, field, text, cells, filled);
    default:
        return fill_text(bound, field, text, cells, filled);
    }
    *filled |= (uint32_t)1 << field->column;
    return done;
}

int fl_mapping_currency_places(struct fl_mapping_bound *bound, struct fl_text currency)
{
    assert(currency.size == sizeof bound->currency);
    if (bound->currency_places < 0 || memcmp(bound->currency, currency.bytes, sizeof bound->currency) != 0) {
        memcpy(bound->currency, currency.bytes, sizeof bound->currency);
        bound->currency_places = fl_currency_places(currency.bytes, currency.size);
    }
    return bound->currency_places;
}

bool fl_mapping_apply_quickly(struct fl_mapping_bound *bound, const struct fl_csv_record *record,
                              struct fl_cell *cells, uint32_t *filled)
{
    const struct fl_quick_plan *quick = &bound->quick;
    uint64_t fields = record->filled & quick->wanted;
    if (!record->is_ascii || (fields & quick->needed) != quick->needed ||
        (quick->quotes_matter && record->any_quoted))
        return false;
    *filled = 0;
    int currency_places = FL_PLACES_WITHOUT_CURRENCY;
    if ((fields & quick->currency) != 0) {
        const size_t position = (size_t)__builtin_ctzll(quick->currency);
        const struct fl_quick_field *field = &quick->fields[position];
        const struct fl_text text = record->fields[position];
        if (!fl_cell_has_plain_ends(text) || !fill_text(bound, field, text, cells, filled))
            return false;
        currency_places = fl_mapping_currency_places(bound, text);
        fields ^= quick->currency;
    }
    for (; fields != 0; fields &= fields - 1) {
        const size_t position = (size_t)__builtin_ctzll(fields);
        const struct fl_text text = record->fields[position];
        if (!fl_cell_has_plain_ends(text) ||
            !fl_mapping_fill_field(bound, &quick->fields[position], text, currency_places, cells, filled))
            return false;
    }
    return true;
}
