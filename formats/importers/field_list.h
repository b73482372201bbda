/* field_list.h - the fields of a foreign record that a mapping reads, each once. */
#ifndef FORMATS_IMPORTERS_FIELD_LIST_H
#define FORMATS_IMPORTERS_FIELD_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/arena.h"
#include "formats/base/text.h"

struct fl_field {
    bool by_position;
    size_t position;      /* from 0 */
    struct fl_text name;  /* header name, when not by position */
    const char *label;    /* "column `CustomerID`", "position 7" */
    const char *not_utf8; /* reason of a row whose field is no UTF-8 */
};

/* Zeroed: empty. `names` are those of a file without a header, in order. */
struct fl_field_list {
    struct fl_field *fields; /* malloc()ed */
    size_t count, capacity;
    const struct fl_text *names;
    size_t name_count;
};

/* Index of the field, which is added when it is new (its texts go to `arena`); SIZE_MAX: no memory. A name
 * among list->names is the same as its position. */
size_t fl_field_list_add_name(struct fl_field_list *list, struct fl_arena *arena, struct fl_text name);
size_t fl_field_list_add_position(struct fl_field_list *list, struct fl_arena *arena, size_t position);
void fl_field_list_release(struct fl_field_list *list);

#endif
