/* key_set.h - which keys the rows of one group have had so far. */
#ifndef FORMATS_IMPORTERS_KEY_SET_H
#define FORMATS_IMPORTERS_KEY_SET_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/importers/row_layout.h"

enum { FL_KEY_SET_KEYS_MAX = 1 << 19 /* of one group: 36 MiB while it grows */ };

struct fl_key_slot {
    uint64_t low, high; /* 128-bit digest of the key */
    uint64_t group;     /* 0: free */
};

/* The rows of a group agree in their first column and come one after the other; the key is that column with
 * those of `columns`. Zero-initialise, release once. */
struct fl_key_set {
    const struct fl_row_layout *layout;
    int columns[FL_ROW_COLUMNS_MAX]; /* of the layout */
    size_t column_count;
    struct fl_key_slot *slots;
    size_t slot_count, used; /* used: of this group */
    uint64_t group;
    struct fl_cell first; /* of the group */
    struct fl_buffer key;
};

/* *is_new: no row of this group had the row's key before. FL_LIMIT: too many different keys in one group. */
fl_status fl_key_set_add(struct fl_key_set *set, const uint8_t *row, bool *is_new, struct fl_error *error);
void fl_key_set_release(struct fl_key_set *set);

#endif
