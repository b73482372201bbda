/* basket_sample.h - what full customers bought by category, those with the smallest hashes if not all fit. */
#ifndef ENGINE_CLUSTERS_BASKET_SAMPLE_H
#define ENGINE_CLUSTERS_BASKET_SAMPLE_H

#include "engine/clusters/basket_row.h"

/* Bytes of a customer and of each of its categories: here, as a vector, and in the steps of a fit. A cut of
 * the sample must follow from these alone, not from threads or the order of customers. */
enum { FL_SAMPLE_CUSTOMER_BYTES = 136, FL_SAMPLE_CATEGORY_BYTES = 24 };

struct fl_sampled_customer {
    int64_t key;
    uint64_t hash;
    int64_t breadth_milli;
    size_t first; /* of its categories */
    uint32_t count;
};

/* Zero-initialise with the first two, then fl_basket_sample_init(); release once. */
struct fl_basket_sample {
    uint64_t memory_bytes;
    uint64_t customers_max;                /* 0: any number */
    uint64_t offered;                      /* full customers so far, kept or not */
    bool memory_cut;                       /* there was no memory for some of those within customers_max */
    uint64_t hash_last;                    /* a customer with a larger hash is not kept */
    struct fl_sampled_customer *customers; /* by rising key once it is finished */
    size_t count, capacity;
    uint32_t *categories; /* united numbers, rising within a customer */
    int64_t *nets;
    size_t category_count, category_capacity;
};

void fl_basket_sample_init(struct fl_basket_sample *sample);
/* Requires: row->count > 0, a key that was not there yet. */
fl_status fl_basket_sample_add(struct fl_basket_sample *sample, int64_t key, const struct fl_basket_row *row,
                               struct fl_error *error);
/* Keeps what is to be kept of all, in the order of keys: nothing can be added any more. */
void fl_basket_sample_finish(struct fl_basket_sample *sample);
void fl_basket_sample_release(struct fl_basket_sample *sample);

#endif
