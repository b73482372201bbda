/* mapping_bound.h - a mapping tied to the columns of one file. */
#ifndef FORMATS_IMPORTERS_MAPPING_BOUND_H
#define FORMATS_IMPORTERS_MAPPING_BOUND_H

#include "formats/importers/mapping_internal.h"

/* A field that this file does not have; only a mapping by our own names reads such files. */
#define FL_POSITION_ABSENT SIZE_MAX

/* A target that this file can fill. */
struct fl_bound_target {
    const struct fl_target *target;
    bool reads_field;       /* nothing but the field of its one case, as it stands */
    bool empty_is_null;     /* and nothing there is no value, in quotes too */
    size_t field, position; /* of that field: in the mapping, in a record */
};

struct fl_mapping_bound {
    const struct fl_mapping *mapping;
    size_t field_count; /* fields of a record; 0: no header, then at least fields_needed */
    size_t fields_needed;
    size_t *positions;     /* of each field of the mapping in a record */
    struct fl_text *cells; /* of the row at hand: each field, trimmed */
    struct fl_bound_target *targets;
    bool asks_cells; /* a skip or a target that does not just read its field */
    size_t target_count;
    char *joined;        /* of the row at hand: FL_TEXT_BYTES_MAX bytes for each join of the mapping */
    char currency[3];    /* the last one seen, with its places: most files have one */
    int currency_places; /* -1: none yet */
};

#endif
