/* mapping.h - how the records of a foreign file become rows of one of our tables. */
#ifndef FORMATS_IMPORTERS_MAPPING_H
#define FORMATS_IMPORTERS_MAPPING_H

#include "formats/base/io.h"
#include "formats/importers/csv_reader.h"
#include "formats/importers/input_kind.h"
#include "formats/schema/schema.h"

struct fl_mapping;

/* Reads a mapping file (YAML; grammar in formats/importers/README.md). `types` gives the ids of interaction
 * type names and outlives the mapping. FL_BAD_MODEL with line, column and a caret. */
fl_status fl_mapping_parse(const struct fl_io *io, const char *bytes, size_t size, const char *shown_path,
                           const struct fl_names *types, struct fl_mapping **mapping, struct fl_error *error);
/* Names of the tables that are imported, NULL at the end, and the same in words. */
extern const char *const fl_mapping_tables[];
#define FL_MAPPING_TABLES_WORDS "interactions, products, customers, stores and given_tags"

/* What a number in a money column counts. */
enum fl_money_unit {
    FL_MONEY_NOT_SAID, /* units; but then the columns of an export of ours are refused, which has minor ones
                        */
    FL_MONEY_UNITS,    /* 12.50 euros */
    FL_MONEY_MINOR     /* 1250 cents, a whole number */
};

/* The mapping used without a file: every header is a column name of ours (`time` fills day and second). */
fl_status fl_mapping_own_names(const struct fl_io *io, const struct fl_schema *schema,
                               const struct fl_names *types, enum fl_money_unit money,
                               struct fl_mapping **mapping, struct fl_error *error);
void fl_mapping_free(struct fl_mapping *mapping);

const struct fl_schema *fl_mapping_schema(const struct fl_mapping *mapping);
const char *fl_mapping_zone(const struct fl_mapping *mapping); /* business zone, or NULL when it names none */
bool fl_mapping_text_ids(const struct fl_mapping *mapping);
bool fl_mapping_has_header(const struct fl_mapping *mapping);
enum fl_input_kind fl_mapping_format(const struct fl_mapping *mapping); /* FL_INPUT_NOT_SAID without */
struct fl_csv_options fl_mapping_csv_options(const struct fl_mapping *mapping);
/* Columns of `key:` as indexes into the schema's columns; count 0 without one. */
size_t fl_mapping_key(const struct fl_mapping *mapping, int columns[], size_t columns_max);
/* The business zone in force when the mapping names none: the data folder's. Call before fl_mapping_bind().
 */
fl_status fl_mapping_use_zone(struct fl_mapping *mapping, const char *zone, struct fl_error *error);

/* Customer ids are text, although the mapping does not say so: one of own names follows the data folder. Call
 * before fl_mapping_bind(). */
void fl_mapping_use_text_ids(struct fl_mapping *mapping);

/* A mapping tied to the header of one file (NULL header record: positions only). FL_BAD_DATA names the file,
 * line 1 and each missing column with the nearest one that is there. */
struct fl_mapping_bound;
fl_status fl_mapping_bind(const struct fl_mapping *mapping, const struct fl_csv_record *header,
                          const char *shown_path, struct fl_mapping_bound **bound, struct fl_error *error);
/* Another one, for another thread: each keeps things from row to row. On failure *bound is NULL. */
fl_status fl_mapping_bound_copy(const struct fl_mapping_bound *like, struct fl_mapping_bound **bound,
                                struct fl_error *error);
void fl_mapping_bound_free(struct fl_mapping_bound *bound);
/* Whether rows of this file can hold the column (schema index) at all. */
bool fl_mapping_fills(const struct fl_mapping_bound *bound, int column);

/* Fields that a record must at least have. */
size_t fl_mapping_fields_needed(const struct fl_mapping_bound *bound);

/* One value of a row, by the kind of its column: WORD and TEXT and a text customer id use `text`, the rest
 * `number`. Money is in minor units of the row's currency, MILLI in thousandths. */
struct fl_cell {
    bool null;
    int64_t number;
    struct fl_text
        text; /* borrowed: from the record, the mapping or the bound mapping, until the next apply */
};

enum fl_row_verdict { FL_ROW_KEPT, FL_ROW_SKIPPED, FL_ROW_REJECTED };

struct fl_row_trouble {
    const char
        *reason; /* "no customer" of the mapping; "type: unknown name" of ours; lives with the mapping */
    int64_t line, line_column;
    char words[256]; /* full sentence for the reject file, without personal data */
};

/* cells[schema->count], of which those are set whose bit is in *filled; the others are null and hold nothing.
 * Never fails: what does not fit is a rejected row with its reason. */
enum fl_row_verdict fl_mapping_apply(struct fl_mapping_bound *bound, const struct fl_csv_record *record,
                                     struct fl_cell *cells, uint32_t *filled, struct fl_row_trouble *trouble);

#endif
