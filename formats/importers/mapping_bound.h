/* mapping_bound.h - a mapping tied to the columns of one file. */
#ifndef FORMATS_IMPORTERS_MAPPING_BOUND_H
#define FORMATS_IMPORTERS_MAPPING_BOUND_H

#include "formats/importers/mapping_internal.h"

/* A field that this file does not have; only a mapping by our own names reads such files. */
#define FL_POSITION_ABSENT SIZE_MAX

enum {
    FL_PLACES_WITHOUT_CURRENCY = 2,
    FL_QUICK_FIELDS_MAX = 64,
    FL_TYPE_CACHE_SLOTS = 256, /* a power of two, above the 140 types there are */
    FL_TYPE_CACHE_BYTES = 32
};

/* How a field is read when it is nothing out of the ordinary. */
enum fl_quick_way {
    FL_QUICK_TEXT, /* as fl_cell_from_text() does */
    FL_QUICK_NUMBER,
    FL_QUICK_KEY,
    FL_QUICK_TIME, /* in our own format, on the clock of the business zone */
    FL_QUICK_TYPE,
    FL_QUICK_WORD /* any word is fine */
};

/* The one target of a field, in the quick way. */
struct fl_quick_field {
    const struct fl_target *target;
    enum fl_quick_way way;
    int column, second_column;
};

/* A name of a type that was looked up before. */
struct fl_cached_type {
    uint8_t size; /* 0: none */
    uint8_t type;
    char bytes[FL_TYPE_CACHE_BYTES];
};

/* What lets a row be read field by field, those that hold nothing passed over: each target reads one field of
 * its own as it stands, and nothing there is no value. */
struct fl_quick_plan {
    uint64_t wanted, needed; /* bit i: field i of a record is read; may not be empty */
    uint64_t currency;       /* of `wanted`: read first, money needs its places */
    bool quotes_matter;      /* "" is not the same as nothing */
    struct fl_quick_field fields[FL_QUICK_FIELDS_MAX];
    /* The last day read, as most rows are of the day of the row before; its text has 10 bytes. */
    char day_text[16];
    int32_t day;
    struct fl_cached_type types[FL_TYPE_CACHE_SLOTS];
};

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
    bool is_quick;   /* `quick` says how most rows are read */
    struct fl_quick_plan quick;
    size_t target_count;
    char *joined;        /* of the row at hand: FL_TEXT_BYTES_MAX bytes for each join of the mapping */
    char currency[3];    /* the last one seen, with its places: most files have one */
    int currency_places; /* -1: none yet */
};

/* --- mapping_quick.c ------------------------------------------------------------------------------------ */
/* Fills `quick` and `is_quick` from the targets. */
void fl_mapping_plan_quickly(struct fl_mapping_bound *bound);
/* fl_mapping_apply() for a row that is kept and has nothing out of the ordinary. False: read it carefully. */
bool fl_mapping_apply_quickly(struct fl_mapping_bound *bound, const struct fl_csv_record *record,
                              struct fl_cell *cells, uint32_t *filled);
/* Fills the cells of one field out of its text, which is not empty and needs no trimming. False as above. */
bool fl_mapping_fill_field(struct fl_mapping_bound *bound, const struct fl_quick_field *field,
                           struct fl_text text, int currency_places, struct fl_cell *cells, uint32_t *filled);
/* Decimal places of the currency, three capital letters. */
int fl_mapping_currency_places(struct fl_mapping_bound *bound, struct fl_text currency);

#endif
