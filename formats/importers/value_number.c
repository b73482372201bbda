/* value_number.c - the number a value of a mapping comes to in one record. */
#include "formats/importers/value_read.h"

static struct fl_number_reading number_fault(enum fl_fault_code code, ptrdiff_t field)
{
    return (struct fl_number_reading){.fault = code, .field = field};
}

static enum fl_fault_code parse_number(const struct fl_value *value, struct fl_text text,
                                       struct fl_decimal *number)
{
    int64_t whole = 0;
    if (value->whole) {
        if (!fl_integer_parse(text.bytes, text.size, &whole))
            return FL_FAULT_NOT_WHOLE;
        *number = (struct fl_decimal){whole, 0};
        return FL_FAULT_NONE;
    }
    return fl_decimal_parse(text.bytes, text.size, value->decimal_mark, number) ? FL_FAULT_NONE
                                                                                : FL_FAULT_NOT_NUMBER;
}

static struct fl_number_reading number_of(const struct fl_value *value, const struct fl_reading *reading)
{
    struct fl_number_reading number = {.field = reading->field};
    switch (reading->state) {
    case FL_READ_NULL:
        number.null = true;
        break;
    case FL_READ_OUTCOME:
        number.number = reading->outcome->number;
        break;
    case FL_READ_TEXT:
        number.fault = parse_number(value, reading->text, &number.number);
        break;
    case FL_READ_FAULT:
        number.fault = reading->fault;
        break;
    }
    return number;
}

/* A sum takes an empty part for nothing, a product of it is nothing. */
static struct fl_number_reading combine(const struct fl_record_view *view, const struct fl_value *value)
{
    const bool is_sum = value->source == FL_SOURCE_SUM;
    struct fl_number_reading total = {.null = true, .field = FL_NO_FIELD};
    for (size_t i = 0; i < value->part_count; i++) {
        const struct fl_number_reading part = fl_value_number(view, &value->parts[i]);
        if (part.fault != FL_FAULT_NONE)
            return part;
        if (part.null && is_sum)
            continue;
        if (part.null) {
            total.null = true;
            break;
        }
        if (total.null) {
            total.null = false;
            total.number = part.number;
            continue;
        }
        const bool fits = is_sum ? fl_decimal_add(total.number, part.number, &total.number)
                                 : fl_decimal_multiply(total.number, part.number, &total.number);
        if (!fits)
            return number_fault(FL_FAULT_TOO_LARGE, part.field);
    }
    if (!total.null)
        return total;
    const struct fl_reading nothing = fl_value_nothing(value);
    return number_of(value, &nothing);
}

struct fl_number_reading fl_value_number(const struct fl_record_view *view, const struct fl_value *value)
{
    struct fl_number_reading read;
    if (value->source == FL_SOURCE_MULTIPLY || value->source == FL_SOURCE_SUM) {
        read = combine(view, value);
    } else {
        const struct fl_reading reading = fl_value_text(view, value);
        read = number_of(value, &reading);
    }
    const bool turn =
        value->sign == FL_SIGN_NEGATE || (value->sign == FL_SIGN_ABSOLUTE && read.number.mantissa < 0);
    if (turn)
        read.number.mantissa = -read.number.mantissa;
    return read;
}

/* --- the quick way
 * ------------------------------------------------------------------------------------------ */

static bool read_small(const struct fl_record_view *view, const struct fl_value *value,
                       struct fl_small_number *number);

static bool combine_small(const struct fl_record_view *view, const struct fl_value *value,
                          struct fl_small_number *total)
{
    if (!read_small(view, &value->parts[0], total))
        return false;
    for (size_t i = 1; i < value->part_count; i++) {
        const struct fl_small_number before = *total;
        struct fl_small_number part;
        if (!read_small(view, &value->parts[i], &part))
            return false;
        const bool fits = value->source == FL_SOURCE_SUM ? fl_small_number_add(before, part, total)
                                                         : fl_small_number_multiply(before, part, total);
        if (!fits)
            return false;
    }
    return true;
}

bool fl_value_turn_small(const struct fl_value *value, struct fl_small_number *number)
{
    if (value->sign == FL_SIGN_KEEP || (value->sign == FL_SIGN_ABSOLUTE && number->mantissa >= 0))
        return true;
    return !__builtin_sub_overflow(0, number->mantissa, &number->mantissa);
}

bool fl_value_small_field(const struct fl_value *value, struct fl_text text, struct fl_small_number *number)
{
    return fl_small_number_parse(text.bytes, text.size, value->decimal_mark, number) &&
           fl_value_turn_small(value, number);
}

static bool read_small(const struct fl_record_view *view, const struct fl_value *value,
                       struct fl_small_number *number)
{
    if (value->source == FL_SOURCE_FIELD)
        return value->words == NULL && value->trim &&
               fl_value_small_field(value, view->bound->cells[value->field], number);
    const bool fits = value->source == FL_SOURCE_CONSTANT
                          ? !value->constant.null && fl_small_number_of(value->constant.number, number)
                          : combine_small(view, value, number);
    return fits && fl_value_turn_small(value, number);
}

bool fl_value_small_number(const struct fl_record_view *view, const struct fl_value *value,
                           struct fl_small_number *number)
{
    return !value->whole && read_small(view, value, number);
}
