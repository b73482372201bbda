/* spend_fit.h - what a purchase day brings: Gamma-Gamma by greatest likelihood.
 *
 * The amount of a purchase day is gamma-distributed with shape p around the customer's own mean, whose
 * inverse scale is gamma-distributed over customers (q, v) (Fader, Hardie 2013, "The Gamma-Gamma model of
 * monetary value"). */
#ifndef ENGINE_VALUE_SPEND_FIT_H
#define ENGINE_VALUE_SPEND_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/status.h"

/* Customers with as many repeat purchase days, which brought as much. */
struct fl_spend_sample {
    double repeats; /* x */
    double spent;   /* x m, in whole units of the currency */
    double customers;
};

struct fl_spend_parameters {
    double p, q, v; /* v in whole units of the currency */
};

struct fl_spend_fit {
    struct fl_spend_parameters parameters;
    double customers, log_likelihood;
    int steps;
    bool alike; /* customers' means differ by chance alone: q stands at its largest, each expects the common
                   mean */
};

/* Sorts them and makes equal ones one of as many customers. Returns how many are left; they come first. */
size_t fl_spend_samples_merge(struct fl_spend_sample *samples, size_t count);

/* As fl_purchase_fit(); also FL_BAD_DATA when q is not above 1, as a mean spend does not exist then. Requires
 * of each sample: repeats >= 1, spent > 0, customers > 0. */
fl_status fl_spend_fit(struct fl_spend_sample *samples, size_t count, unsigned threads,
                       struct fl_spend_fit *fit, struct fl_error *error);

/* Sum of the log-likelihoods of the customers' means, and its derivatives by p, q, v (may be NULL). */
fl_status fl_spend_likelihood(const struct fl_spend_sample *samples, size_t count,
                              const struct fl_spend_parameters *parameters, double *log_likelihood,
                              double gradient[3], struct fl_error *error);

/* What a purchase day of a customer is expected to bring; with repeats 0 that of anybody. */
double fl_spend_expected(const struct fl_spend_parameters *parameters, double repeats, double spent);

#endif
