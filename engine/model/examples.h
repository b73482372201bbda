/* examples.h - an analyst's examples of customers and what the model should say of them, from examples.yaml.
 */
#ifndef ENGINE_MODEL_EXAMPLES_H
#define ENGINE_MODEL_EXAMPLES_H

#include "engine/model/model.h"
#include "formats/base/yaml_walk.h"
#include "formats/schema/schema.h"

/* The file of the model folder; it is no part of the model's hash. */
#define FL_EXAMPLES_NAME "examples.yaml"

enum {
    FL_EXAMPLES_MAX = 10000,
    FL_EXAMPLE_TIMES_MAX = 10000,
    FL_EXAMPLE_ROWS_MAX = 1000000 /* of all examples, repetitions too */
};

/* `times` equal rows, each `every_days` before the last; a text that is NULL was left out. */
struct fl_example_row {
    int64_t days_ago, times, every_days;
    const char *type;
    const char *brand, *category, *product, *order;
    const char *amount, *discount, *margin, *currency; /* checked decimals; NULL currency: the model's */
};

/* What one column should hold. */
struct fl_example_check {
    const struct fl_column *column;
    const char *expected;   /* as the file has it; of a list the first */
    bool null;              /* nothing */
    bool has_low, has_high; /* a number, in units: money in currency, days as days before the as-of day */
    struct fl_decimal low, high;
    const struct fl_yaml_node *words; /* a word or a list of them */
};

/* Of the customer, or of one of its brands, categories, products. */
struct fl_example_target {
    enum fl_scope scope;
    const char *word; /* NULL for the customer */
    struct fl_example_check *checks;
    size_t check_count;
};

struct fl_example {
    const char *name;
    struct fl_example_row *rows;
    size_t row_count;
    struct fl_example_target *targets;
    size_t target_count;
};

/* Texts and nodes live as long as the examples. */
struct fl_examples {
    struct fl_yaml_file *file;
    struct fl_arena arena;
    bool has_as_of;
    int32_t as_of_day;
    struct fl_example *list;
    size_t count;
};

/* FL_BAD_MODEL with the place and a caret: an unknown key, type or column (the nearest is named), a value of
 * a wrong kind, a scope that the model does not score, a column that compares customers with each other.
 * `examples` is to be released in any case. */
fl_status fl_examples_parse(const char *bytes, size_t size, const char *shown_path,
                            const struct fl_model *model, struct fl_examples *examples,
                            struct fl_error *error);
void fl_examples_release(struct fl_examples *examples);

/* The table of a scope's results in a run folder, its schema, and the column that holds the scope's word (0:
 * the customer has none). */
const char *fl_example_table_of(enum fl_scope scope);
const struct fl_schema *fl_example_schema_of(enum fl_scope scope);

#endif
