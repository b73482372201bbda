/* scope_groups.h - rows of whole customers, each customer's moved together by brand, category or product. */
#ifndef ENGINE_SCOPE_GROUPS_H
#define ENGINE_SCOPE_GROUPS_H

#include "engine/daily_groups.h"
#include "formats/base/arena.h"

/* Work space and result; belongs to one thread. */
struct fl_scope_groups {
    uint32_t *slot_of; /* by word; UINT32_MAX but while a customer is grouped */
    /* Of the customer in hand, by slot: its words as they come, how many rows each has, where the next goes;
     * then slots by rising word. */
    struct fl_buffer slot_words, slot_rows, slot_next, sorted;
    struct fl_buffer kept;              /* the customer's rows that have a word */
    struct fl_buffer row_slots, places; /* of each row kept: its slot; where it goes */
    struct fl_buffer day, type, order, order_null, net;
    struct fl_buffer customers, words, ends;
    /* The result: each customer's scopes by rising word, and each one's rows in their order. */
    struct fl_scope_rows scopes;
};

/* word_count: of the union that words are numbers of. */
fl_status fl_scope_groups_open(struct fl_scope_groups *groups, size_t word_count, struct fl_error *error);
/* Zeroed is fine. */
void fl_scope_groups_close(struct fl_scope_groups *groups);

/* Groups the rows of whole customers. words[row] is FL_NO_WORD, whose rows are left out, or below word_count;
 * counted as rows are in `scopes`. Of the rows' money net alone is taken along. What it made is valid until
 * the next call. FL_NO_MEMORY. */
fl_status fl_scope_groups_make(struct fl_scope_groups *groups, const int64_t *customers,
                               const struct fl_scope_rows *scopes, const uint32_t *words,
                               struct fl_error *error);
/* Of the scopes made. */
const int64_t *fl_scope_groups_customers(const struct fl_scope_groups *groups);
const uint32_t *fl_scope_groups_words(const struct fl_scope_groups *groups);

#endif
