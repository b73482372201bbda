/* gen.h - a made-up retailer of any size, the same one for the same seed. */
#ifndef TOOLS_GEN_GEN_H
#define TOOLS_GEN_GEN_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/io.h"
#include "formats/base/status.h"

struct gen_plan {
    const struct fl_io *io;
    const char *out; /* folder, made when missing */
    uint64_t customers;
    uint64_t seed;
    int32_t last_day; /* since 1970-01-01 */
    int32_t days;     /* last_day included */
    bool text_ids;    /* C-000123 rather than 123 */
    /* Called now and then; a non-zero return stops with FL_INTERRUPTED. */
    int (*progress)(void *context, uint64_t rows, uint64_t done, uint64_t whole);
    void *progress_context;
};

struct gen_report {
    uint64_t interactions, customers, products, bytes;
};

/* Writes interactions.csv (ordered by day), customers.csv, products.csv, stores.csv, mapping.yaml, each whole
 * or not at all. What a customer does depends on seed, number of the customer and last_day alone: neither on
 * how many customers there are nor on where the window of days starts. Memory does not grow with either. */
fl_status gen_retailer(const struct gen_plan *plan, struct gen_report *report, struct fl_error *error);

#endif
