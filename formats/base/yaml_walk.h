/* yaml_walk.h - a small tree of a YAML file with the place of every node, read strictly. */
#ifndef FORMATS_BASE_YAML_WALK_H
#define FORMATS_BASE_YAML_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/decimal.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

enum fl_yaml_kind { FL_YAML_SCALAR, FL_YAML_LIST, FL_YAML_MAP };

/* All nodes belong to the file and die with it. A scalar is its text: "NO" stays "NO", "0,75" stays "0,75"; an empty plain
 * scalar is an empty text. Anchors, aliases, tags, duplicate keys and a second document are refused. */
struct fl_yaml_node {
    enum fl_yaml_kind kind;
    int64_t line, line_column; /* from 1 */
    struct fl_text text;       /* scalar; NUL-ended too */
    bool quoted;               /* scalar: was written in quotes */
    size_t count;              /* list items or map entries */
    struct fl_yaml_node **keys; /* map only: scalars */
    struct fl_yaml_node **items;
};

struct fl_yaml_file;

/* `shown_path` stands in errors. FL_BAD_MODEL with line, column and the line itself under a caret; FL_LIMIT: over
 * FL_CONFIG_BYTES_MAX or deeper than FL_CONFIG_DEPTH_MAX. */
fl_status fl_yaml_parse(const char *bytes, size_t size, const char *shown_path, struct fl_yaml_file **file,
                        struct fl_error *error);
void fl_yaml_free(struct fl_yaml_file *file);
const struct fl_yaml_node *fl_yaml_root(const struct fl_yaml_file *file);

/* FL_BAD_MODEL at the node's line and column, the source line with a caret appended to the message. */
fl_status fl_yaml_fail(const struct fl_yaml_file *file, const struct fl_yaml_node *node, struct fl_error *error,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The value of `key`, or NULL. */
const struct fl_yaml_node *fl_yaml_find(const struct fl_yaml_node *map, const char *key);
/* Refuses a key of `map` that is not in `known` (NULL-ended), naming the nearest one. */
fl_status fl_yaml_only_keys(const struct fl_yaml_file *file, const struct fl_yaml_node *map, const char *const *known,
                            struct fl_error *error);
/* Typed scalars; each refuses what is not exactly that type. */
fl_status fl_yaml_integer(const struct fl_yaml_file *file, const struct fl_yaml_node *node, int64_t min, int64_t max,
                          int64_t *value, struct fl_error *error);
fl_status fl_yaml_decimal(const struct fl_yaml_file *file, const struct fl_yaml_node *node, struct fl_decimal *value,
                          struct fl_error *error);
fl_status fl_yaml_bool(const struct fl_yaml_file *file, const struct fl_yaml_node *node, bool *value,
                       struct fl_error *error); /* true, false */
/* Index into NULL-ended `words`, the nearest named on failure. */
fl_status fl_yaml_choice(const struct fl_yaml_file *file, const struct fl_yaml_node *node, const char *const *words,
                         int *index, struct fl_error *error);
fl_status fl_yaml_text(const struct fl_yaml_file *file, const struct fl_yaml_node *node, struct fl_text *text,
                       struct fl_error *error);

#endif
