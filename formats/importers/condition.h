/* condition.h - questions a mapping asks of a record. */
#ifndef FORMATS_IMPORTERS_CONDITION_H
#define FORMATS_IMPORTERS_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/decimal.h"
#include "formats/base/status.h"
#include "formats/base/text.h"
#include "formats/base/yaml_walk.h"

enum fl_question {
    FL_ASK_IS,
    FL_ASK_IS_NOT,
    FL_ASK_IN,
    FL_ASK_STARTS_WITH,
    FL_ASK_ENDS_WITH,
    FL_ASK_CONTAINS,
    FL_ASK_EMPTY,
    FL_ASK_BELOW,
    FL_ASK_ABOVE,
    FL_ASK_AT_LEAST,
    FL_ASK_AT_MOST,
    FL_ASK_ANY,
    FL_ASK_ALL,
    FL_ASK_NOT
};

struct fl_condition {
    enum fl_question question;
    size_t field;                     /* index into the mapping's fields */
    struct fl_text text;              /* IS .. CONTAINS */
    const struct fl_names *set;       /* IN */
    struct fl_decimal number;         /* BELOW .. AT_MOST */
    bool wanted;                      /* EMPTY: true or false */
    const struct fl_condition *parts; /* ANY, ALL, NOT */
    size_t part_count;
};

struct fl_compiler;
/* Compiles {column|position, QUESTION}, {any: [..]}, {all: [..]} or {not: ..}. `also` is one more key that
 * may stand in the map (skip's `reason`), or NULL. FL_BAD_MODEL at the node at fault. */
fl_status fl_condition_parse(struct fl_compiler *compiler, const struct fl_yaml_node *node, const char *also,
                             struct fl_condition *condition, struct fl_error *error);
/* Reads `column` or `position` of a map, of which it must hold exactly one. */
fl_status fl_field_parse(struct fl_compiler *compiler, const struct fl_yaml_node *map, size_t *field,
                         struct fl_error *error);
/* The field of a header name. */
fl_status fl_field_parse_name(struct fl_compiler *compiler, const struct fl_yaml_node *node, size_t *field,
                              struct fl_error *error);

/* cells[] are the trimmed texts of the mapping's fields. A text that is no number is neither below nor above.
 */
bool fl_condition_holds(const struct fl_condition *condition, const struct fl_text *cells, char decimal_mark);

#endif
