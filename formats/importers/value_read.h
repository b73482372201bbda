/* value_read.h - what one value of a mapping comes to in one record. */
#ifndef FORMATS_IMPORTERS_VALUE_READ_H
#define FORMATS_IMPORTERS_VALUE_READ_H

#include "formats/importers/mapping_bound.h"
#include "formats/importers/small_number.h"

enum { FL_NO_FIELD = -1 };

/* A record whose fields were checked and trimmed into bound->cells. */
struct fl_record_view {
    const struct fl_mapping_bound *bound;
    const struct fl_csv_record *record;
};

enum fl_reading_state {
    FL_READ_NULL,
    FL_READ_TEXT,    /* `text`, out of the record */
    FL_READ_OUTCOME, /* a text of the mapping */
    FL_READ_FAULT
};

struct fl_reading {
    enum fl_reading_state state;
    enum fl_fault_code fault;
    struct fl_text text; /* a fault's too */
    const struct fl_outcome *outcome;
    ptrdiff_t field; /* of the mapping, that it came from, or FL_NO_FIELD */
};

struct fl_number_reading {
    enum fl_fault_code fault;
    bool null;
    struct fl_decimal number;
    ptrdiff_t field;
};

/* A value that is no product or sum. */
struct fl_reading fl_value_text(const struct fl_record_view *view, const struct fl_value *value);
/* What a product or sum of nothing comes to. */
struct fl_reading fl_value_nothing(const struct fl_value *value);

/* Any value of a numeric column. */
struct fl_number_reading fl_value_number(const struct fl_record_view *view, const struct fl_value *value);
/* The quick way to the same: false when anything is out of the ordinary (nothing there, a value map, a plus
 * or an exponent in the text, too many digits) and fl_value_number() has to read it. */
bool fl_value_small_number(const struct fl_record_view *view, const struct fl_value *value,
                           struct fl_small_number *number);
/* The same for a value that is a field, trimmed, without a value map. */
bool fl_value_small_field(const struct fl_value *value, struct fl_text text, struct fl_small_number *number);
/* Gives the number the sign that the value wants; false: it does not fit. */
bool fl_value_turn_small(const struct fl_value *value, struct fl_small_number *number);

#endif
