/* subsample.h - some of the customers, drawn by the hashes of their keys. */
#ifndef ENGINE_CLUSTERS_SUBSAMPLE_H
#define ENGINE_CLUSTERS_SUBSAMPLE_H

#include "engine/clusters/basket_vectors.h"
#include "formats/base/status.h"

struct fl_subsample {
    struct fl_basket_vectors vectors; /* own ones, where not all customers were taken as they are */
    size_t *customers;                /* of each: its place among those it was drawn from */
    uint64_t *starts;
    uint16_t *categories;
    float *weights;
    int64_t *keys;
};

/* Those whose fl_key_hash() of that number is at most `highest`. */
fl_status fl_subsample_make(const struct fl_basket_vectors *from, uint64_t number, uint64_t highest,
                            struct fl_subsample *subsample, struct fl_error *error);
void fl_subsample_release(struct fl_subsample *subsample);

/* The hash of number 0 up to which there are `count` customers; UINT64_MAX: all, as there are no more. */
fl_status fl_subsample_highest(const struct fl_basket_vectors *from, size_t count, uint64_t *highest,
                               struct fl_error *error);

#endif
