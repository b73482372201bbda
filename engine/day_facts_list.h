/* day_facts_list.h - the days of several customers, made once for all nights that ask for them. */
#ifndef ENGINE_DAY_FACTS_LIST_H
#define ENGINE_DAY_FACTS_LIST_H

#include "engine/day_facts.h"
#include "formats/base/text.h"

enum { FL_LISTED_CUSTOMERS_MAX = 128 };

/* Belongs to one thread. */
struct fl_day_facts_list {
    struct fl_day_facts of[FL_LISTED_CUSTOMERS_MAX]; /* of each customer; to be read only */
    /* Its own. */
    struct fl_day_facts maker;
    struct fl_buffer days, categories;
};

/* memory_bytes: as for fl_day_facts_init(). */
void fl_day_facts_list_init(struct fl_day_facts_list *list, const struct fl_registry *registry,
                            uint64_t memory_bytes);
/* Of some scopes, at most FL_LISTED_CUSTOMERS_MAX, that are customers; `categories` is of each row that
 * scopes->rows has, NULL: none has one. Valid until the next call. FL_LIMIT: as fl_day_facts_add(). */
fl_status fl_day_facts_list_make(struct fl_day_facts_list *list, const struct fl_scope_rows *scopes,
                                 const uint32_t *categories, struct fl_error *error);
/* Zeroed is fine. */
void fl_day_facts_list_release(struct fl_day_facts_list *list);

#endif
