/* mapping_internal.h - a mapping in its compiled form, for the files that make, bind or apply one. */
#ifndef FORMATS_IMPORTERS_MAPPING_INTERNAL_H
#define FORMATS_IMPORTERS_MAPPING_INTERNAL_H

#include "formats/base/arena.h"
#include "formats/base/decimal.h"
#include "formats/base/limits.h"
#include "formats/base/yaml_walk.h"
#include "formats/base/zone.h"
#include "formats/importers/condition.h"
#include "formats/importers/field_list.h"
#include "formats/importers/mapping.h"
#include "formats/importers/time_format.h"

/* Why a cell is no value of its column. A reason is "<column>: <words>", made once for each column. */
#define FL_FAULT_LIST(X)                                                                                     \
    X(NONE, "fits")                                                                                          \
    X(EMPTY, "empty")                                                                                        \
    X(NO_CASE, "no case of the mapping holds")                                                               \
    X(NOT_WHOLE, "not a whole number")                                                                       \
    X(LEADING_ZERO, "leading zeros (`ids: text` keeps them)")                                                \
    X(NOT_NUMBER, "not a number")                                                                            \
    X(TOO_LARGE, "too large")                                                                                \
    X(NEGATIVE, "negative")                                                                                  \
    X(UNKNOWN_NAME, "unknown name")                                                                          \
    X(NOT_IN_VALUES, "not in the mapping's values")                                                          \
    X(NOT_TIME, "not a time in the mapping's format")                                                        \
    X(IMPOSSIBLE_TIME, "no such day or time")                                                                \
    X(OUT_OF_RANGE, "out of range")                                                                          \
    X(TOO_LONG, "too long")                                                                                  \
    X(NOT_CURRENCY, "not three capital letters")                                                             \
    X(NOT_SPEAKER, "neither customer nor agent (`values:` of a mapping translate)")                          \
    X(NOT_TAG, "no name of a tag: 1 to 128 bytes without `|` and control characters")

enum fl_fault_code {
#define X(name, words) FL_FAULT_##name,
    FL_FAULT_LIST(X)
#undef X
        FL_FAULT_COUNT
};

/* A text that the mapping itself brings: a constant, or what a value map turns a word into. */
struct fl_outcome {
    bool null;
    bool ready; /* `cell` is final: no row can change it */
    struct fl_text text;
    struct fl_decimal number; /* numeric columns only */
    struct fl_cell cell;
};

enum fl_source { FL_SOURCE_FIELD, FL_SOURCE_CONSTANT, FL_SOURCE_MULTIPLY, FL_SOURCE_SUM, FL_SOURCE_JOIN };
enum fl_sign { FL_SIGN_KEEP, FL_SIGN_NEGATE, FL_SIGN_ABSOLUTE };
enum fl_policy { FL_POLICY_REJECT, FL_POLICY_KEEP, FL_POLICY_OUTCOME };

/* Where a value comes from: one case of a target, or one part of a case's sum, product or join. */
struct fl_value {
    enum fl_source source;
    size_t field; /* FIELD: index into the mapping's fields */
    struct fl_outcome constant;
    struct fl_value *parts; /* MULTIPLY, SUM, JOIN */
    size_t part_count;
    struct fl_text with; /* JOIN: between the parts */
    size_t join;         /* JOIN: which of the mapping's joins */
    bool trim;
    bool empty_in_quotes_is_text; /* a quoted "" is an empty text rather than nothing */
    bool digest_always;           /* ORDER: also of a whole number */
    bool whole;                   /* INTEGER: the text itself is a whole number, not only the result */
    char decimal_mark;
    enum fl_sign sign;
    const struct fl_names *words; /* value map: word -> index into `outcomes`; NULL without one */
    struct fl_outcome *outcomes;
    enum fl_policy otherwise, empty;
    struct fl_outcome otherwise_outcome, empty_outcome;
    const struct fl_condition *when; /* NULL: always */
    struct fl_time_format format;
    const struct fl_zone *zone; /* of the text; NULL: the business zone */
};

enum { FL_JOINS_MAX = 64 }; /* in one mapping: each keeps room for its longest text */

enum fl_rule { FL_RULE_NONE, FL_RULE_CURRENCY, FL_RULE_SPEAKER, FL_RULE_TAG };

/* One column of ours (two for `time`), and the cases it is read by: the first whose `when` holds. */
struct fl_target {
    const char *name;
    int column;        /* index into the schema's columns */
    int second_column; /* `time` only, else -1 */
    enum fl_kind kind; /* the column's; INTEGER for money that comes in minor units */
    enum fl_rule rule;
    int64_t least, most; /* of numeric kinds, as stored */
    bool is_numeric;     /* fl_kind_is_numeric() */
    bool required;
    struct fl_value *cases;
    size_t case_count;
    const char *reasons[FL_FAULT_COUNT];
};

struct fl_skip {
    struct fl_condition condition;
    const char *reason;
};

struct fl_word_set {
    struct fl_names *names;
    struct fl_word_set *next;
};

struct fl_zone_entry {
    struct fl_zone *zone;
    struct fl_zone_entry *next;
};

struct fl_mapping {
    const struct fl_io *io;
    const struct fl_schema *schema;
    const struct fl_names *types;
    struct fl_arena arena; /* everything below that is not named otherwise */
    struct fl_word_set *word_sets;
    struct fl_zone_entry *zones; /* each name once, so equal zones are equal pointers */
    struct fl_field_list fields;
    const char *zone_name;               /* NULL: the mapping names none */
    const struct fl_zone *business_zone; /* NULL: nobody named one yet */
    enum fl_input_kind format;           /* NOT_SAID: found from the first bytes of each input */
    enum fl_money_unit money;
    bool own_names;
    bool text_ids;
    bool has_header;
    char decimal_mark;
    char delimiter;            /* 0: found from the first line */
    struct fl_target *targets; /* currency first: money needs its places */
    size_t target_count;
    struct fl_skip *skips;
    size_t skip_count;
    size_t join_count;
    int key[FL_COLUMNS_MAX];
    size_t key_count;
};

/* What the parsing of one mapping file works on. */
struct fl_compiler {
    struct fl_mapping *mapping;
    const struct fl_yaml_file *yaml;
};

/* --- mapping.c: the life of a mapping ------------------------------------------------------------------- */
fl_status fl_mapping_create(const struct fl_io *io, const struct fl_names *types, struct fl_mapping **mapping,
                            struct fl_error *error);
/* An empty set of names that lives as long as the mapping; NULL: no memory. */
struct fl_names *fl_mapping_add_names(struct fl_mapping *mapping);
fl_status fl_mapping_find_zone(struct fl_mapping *mapping, const char *name, const struct fl_zone **zone,
                               struct fl_error *error);
/* Sets the target up for a column of the mapping's table ("time": the pair of day and second). */
fl_status fl_target_init(struct fl_mapping *mapping, struct fl_target *target, const char *name,
                         struct fl_error *error);
/* Brings the currency to the front. */
void fl_mapping_order_targets(struct fl_mapping *mapping);
bool fl_kind_is_numeric(enum fl_kind kind);
/* A value that reads nothing yet, with every option at its default. */
struct fl_value fl_value_default(const struct fl_mapping *mapping, const struct fl_target *target);

/* --- mapping_parse.c ------------------------------------------------------------------------------------ */
/* The zone a node names; FL_BAD_MODEL at the node when there is none of that name. */
fl_status fl_compiler_zone(struct fl_compiler *compiler, const struct fl_yaml_node *node,
                           const struct fl_zone **zone, struct fl_error *error);

/* --- value_parse.c: the spec of one value --------------------------------------------------------------- */
fl_status fl_value_parse(struct fl_compiler *compiler, const struct fl_target *target,
                         const struct fl_yaml_node *node, struct fl_value *value, struct fl_error *error);

/* --- cell_convert.c: the text of a cell as a value of its column ---------------------------------------- */
/* Not for numeric kinds. `second` is filled when the target has a second column. */
enum fl_fault_code fl_cell_from_text(const struct fl_mapping *mapping, const struct fl_target *target,
                                     const struct fl_value *value, struct fl_text text, struct fl_cell *cell,
                                     struct fl_cell *second);
/* A day, or a time that its text or its type told. */
enum fl_fault_code fl_cell_from_time(const struct fl_mapping *mapping, const struct fl_value *value,
                                     struct fl_wall_time time, struct fl_cell *cell, struct fl_cell *second);
/* Decimal places a numeric kind is stored with. `currency_places` matters for money only. */
int fl_kind_places(enum fl_kind kind, int currency_places);
/* Whether a numeric target takes the number, as stored. */
static inline bool fl_target_takes(const struct fl_target *target, int64_t number)
{
    return number >= target->least && number <= target->most;
}
/* Numeric kinds. */
enum fl_fault_code fl_cell_from_number(const struct fl_target *target, struct fl_decimal number,
                                       int currency_places, struct fl_cell *cell);

enum { FL_FAULT_WORDS_SIZE = 256 };
/* The full sentence, without personal data: only the name of a type is quoted. `label` names the field, or is
 * NULL. */
void fl_fault_sentence(const struct fl_mapping *mapping, const struct fl_target *target,
                       const struct fl_value *value, enum fl_fault_code code, struct fl_text text,
                       const char *label, char words[FL_FAULT_WORDS_SIZE]);

#endif
