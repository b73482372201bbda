/* pair_count.h - in how many baskets two items are together. */
#ifndef ENGINE_CLUSTERS_PAIR_COUNT_H
#define ENGINE_CLUSTERS_PAIR_COUNT_H

#include <stdbool.h>

#include "engine/clusters/basket_list.h"

struct fl_item_pair {
    int64_t lead;     /* leverage, times the square of the number of all baskets */
    uint32_t a, b;    /* items, a < b */
    uint32_t baskets; /* with both */
};

struct fl_pair_plan {
    struct fl_basket_list *baskets; /* is used up: neither items nor their order stay */
    const uint32_t *item_baskets;   /* in how many an item is, by number */
    size_t item_count;
    int64_t basket_count;  /* all, also those that are not in the list */
    uint32_t baskets_min;  /* of a pair that is kept; at least 1 */
    bool positive_only;    /* keep pairs with a leverage above 0 alone */
    size_t pairs_max;      /* keep the first ones by rank; 0: all */
    unsigned threads;      /* at most; 0 is 1 */
    uint64_t memory_bytes; /* beside the list */
};

struct fl_pair_list {
    struct fl_item_pair *pairs; /* by rank: the largest lead first, of equal ones by a, then b */
    size_t count;
    uint64_t found; /* kept, and those that pairs_max left out */
};

/* The same list at any number of threads. FL_LIMIT: memory_bytes does not hold the work space, or all pairs.
 */
fl_status fl_count_pairs(const struct fl_pair_plan *plan, struct fl_pair_list *list, struct fl_error *error);
/* Zeroed is fine. */
void fl_pair_list_release(struct fl_pair_list *list);

#endif
