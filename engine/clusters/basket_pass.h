/* basket_pass.h - the baskets of all customers of a data folder, as lists of items. */
#ifndef ENGINE_CLUSTERS_BASKET_PASS_H
#define ENGINE_CLUSTERS_BASKET_PASS_H

#include "engine/clusters/basket_list.h"
#include "engine/scan_pass.h"

struct fl_basket_pass_plan {
    struct fl_scan_pass_plan scan; /* with money, and words of the items */
    enum fl_worded_scope items;
    int32_t first_day; /* of the window; its last is the as-of day of the scan's rules */
};

struct fl_basket_counts {
    uint64_t lines;             /* purchase rows of the window */
    uint64_t baskets;           /* with at least one item */
    uint64_t cut;               /* baskets of more than FL_BASKET_LINES_MAX lines */
    uint64_t memory_left_bytes; /* of the scan's: what list and counting may take together */
};

/* Fills `list`, initialised, whose memory is then three eighths of what the scans leave of theirs, with the
 * baskets of at least two items, in no particular order; item_baskets[item]: in how many baskets an item is,
 * also in those of one. It has room for all items. Not before the end FL_LIMIT: the list has no room for all;
 * before the first row: memory does not hold all items for each thread. */
fl_status fl_basket_pass(const struct fl_basket_pass_plan *plan, struct fl_basket_list *list,
                         uint32_t *item_baskets, struct fl_basket_counts *counts, struct fl_error *error);

#endif
