/* value_histories.h - what a value fit looks at: when each customer has bought, and what the repeat days
 * brought. */
#ifndef ENGINE_VALUE_VALUE_HISTORIES_H
#define ENGINE_VALUE_VALUE_HISTORIES_H

#include "engine/value/frozen_fit.h"
#include "formats/table/word_union.h"

/* So many gaps between purchase days of customers with one main category. */
struct fl_gap_count {
    uint32_t category; /* FL_NO_WORD: without one */
    int32_t gap_days;
    uint64_t gaps; /* 0: an empty place of the table */
};

/* Zero-initialise with memory_bytes and minor_units; release once. */
struct fl_value_histories {
    uint64_t memory_bytes; /* at most for all of this */
    double minor_units;    /* of a unit of the currency */
    struct fl_purchase_sample *purchases;
    size_t purchase_count, purchase_capacity;
    struct fl_spend_sample *spends;
    size_t spend_count, spend_capacity;
    struct fl_gap_count *gaps; /* a hash table */
    size_t gap_count, gap_capacity;
    uint64_t customers, repeaters;
};

/* One customer with at least one purchase. */
struct fl_value_history {
    int64_t repeat_days;
    int32_t last_days, age_days; /* from the first purchase day to the last, to the as-of day */
    int64_t repeat_bought;       /* minor units */
};

/* FL_LIMIT: more than memory_bytes. */
fl_status fl_value_histories_add(struct fl_value_histories *all, const struct fl_value_history *history,
                                 struct fl_error *error);
/* `gaps` of them at once. */
fl_status fl_value_histories_add_gaps(struct fl_value_histories *all, uint32_t category, int32_t gap_days,
                                      uint64_t gaps, struct fl_error *error);
/* Adds all of `from`, which is released. */
fl_status fl_value_histories_join(struct fl_value_histories *all, struct fl_value_histories *from,
                                  struct fl_error *error);
/* Fills the days between purchases of `fit`: lower medians of everybody's gaps, and of those of each category
 * that has FL_CATEGORY_GAPS_MIN of them. Requires: there is a gap; `categories` are sorted. */
fl_status fl_value_histories_medians(struct fl_value_histories *all, const struct fl_words *categories,
                                     struct fl_frozen_fit *fit, struct fl_error *error);
void fl_value_histories_release(struct fl_value_histories *all);

#endif
