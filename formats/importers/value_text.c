/* value_text.c - the text a value of a mapping comes to in one record. */
#include <assert.h>

#include "formats/importers/cell_trim.h"
#include "formats/importers/value_read.h"

static struct fl_reading fault_at(enum fl_fault_code code, struct fl_text text, ptrdiff_t field)
{
    return (struct fl_reading){.state = FL_READ_FAULT, .fault = code, .text = text, .field = field};
}

static struct fl_reading outcome_of(const struct fl_outcome *outcome, ptrdiff_t field)
{
    return (struct fl_reading){.state = outcome->null ? FL_READ_NULL : FL_READ_OUTCOME,
                               .text = outcome->text,
                               .outcome = outcome,
                               .field = field};
}

static struct fl_reading apply_policy(enum fl_policy policy, const struct fl_outcome *outcome,
                                      enum fl_fault_code refusal, struct fl_text text, ptrdiff_t field)
{
    if (policy == FL_POLICY_OUTCOME)
        return outcome_of(outcome, field);
    if (policy == FL_POLICY_REJECT)
        return fault_at(refusal, text, field);
    return (struct fl_reading){.state = FL_READ_TEXT, .text = text, .field = field};
}

/* A text of the file goes through the value map, then through what the mapping says about nothing. */
static struct fl_reading settle(const struct fl_value *value, struct fl_text text, bool quoted,
                                ptrdiff_t field)
{
    int64_t index = 0;
    if (value->words != NULL && fl_names_find(value->words, text, &index))
        return outcome_of(&value->outcomes[index], field);
    if (text.size == 0 && !(quoted && value->empty_in_quotes_is_text))
        return apply_policy(value->empty, &value->empty_outcome, FL_FAULT_EMPTY, text, field);
    if (value->words != NULL)
        return apply_policy(value->otherwise, &value->otherwise_outcome, FL_FAULT_NOT_IN_VALUES, text, field);
    return (struct fl_reading){.state = FL_READ_TEXT, .text = text, .field = field};
}

static struct fl_reading read_field(const struct fl_record_view *view, const struct fl_value *value)
{
    const size_t position = view->bound->positions[value->field];
    if (position >= view->record->field_count) /* bind and the field count of the record rule it out */
        return fault_at(FL_FAULT_EMPTY, fl_text_of(""), (ptrdiff_t)value->field);
    const struct fl_text text =
        value->trim ? view->bound->cells[value->field] : view->record->fields[position];
    return settle(value, text, view->record->quoted[position], (ptrdiff_t)value->field);
}

struct fl_reading fl_value_nothing(const struct fl_value *value)
{
    return apply_policy(value->empty, &value->empty_outcome, FL_FAULT_EMPTY, fl_text_of(""), FL_NO_FIELD);
}

/* Appends to a joined text; false when it gets longer than any text may be. */
static bool append(char *joined, size_t *size, struct fl_text text)
{
    if (text.size > FL_TEXT_BYTES_MAX - *size)
        return false;
    if (text.size != 0)
        memcpy(joined + *size, text.bytes, text.size);
    *size += text.size;
    return true;
}

/* The parts of a join one after the other, `with` between them. Nothing at all is nothing, not `with`. */
static struct fl_reading read_join(const struct fl_record_view *view, const struct fl_value *value)
{
    char *joined = view->bound->joined + value->join * FL_TEXT_BYTES_MAX;
    size_t size = 0;
    bool any = false;
    for (size_t i = 0; i < value->part_count; i++) {
        const struct fl_reading part = fl_value_text(view, &value->parts[i]);
        if (part.state == FL_READ_FAULT)
            return part;
        const bool nothing = part.state == FL_READ_NULL || part.text.size == 0;
        any |= !nothing;
        if ((i > 0 && !append(joined, &size, value->with)) || (!nothing && !append(joined, &size, part.text)))
            return fault_at(FL_FAULT_TOO_LONG, (struct fl_text){joined, size}, FL_NO_FIELD);
    }
    const struct fl_text text = {joined, any ? size : 0};
    return settle(value, value->trim ? fl_cell_trim(text) : text, false, FL_NO_FIELD);
}

struct fl_reading fl_value_text(const struct fl_record_view *view, const struct fl_value *value)
{
    switch (value->source) {
    case FL_SOURCE_CONSTANT:
        return outcome_of(&value->constant, FL_NO_FIELD);
    case FL_SOURCE_JOIN:
        return read_join(view, value);
    default:
        assert(value->source == FL_SOURCE_FIELD);
        return read_field(view, value);
    }
}
