/* purchase_fit.h - how often customers buy and when they stop: BG/NBD and MBG/NBD by greatest likelihood.
 *
 * While alive a customer buys at random with a rate that is gamma-distributed over customers (shape r, rate
 * alpha, in weeks), and stops for ever with a probability that is beta-distributed (a, b): after each
 * purchase but the first (BG/NBD: Fader, Hardie, Lee 2005), or after each, the first too (MBG/NBD: Batislam,
 * Denizel, Filiztekin 2007). */
#ifndef ENGINE_VALUE_PURCHASE_FIT_H
#define ENGINE_VALUE_PURCHASE_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/status.h"

/* Customers who look the same to the fit. */
struct fl_purchase_sample {
    double repeats;    /* x: purchase days after the first */
    double last_weeks; /* t_x: from the first purchase to the last */
    double age_weeks;  /* T: from the first purchase to the as-of day */
    double customers;
};

struct fl_purchase_parameters {
    bool modified; /* MBG/NBD */
    double r, alpha, a, b;
};

struct fl_purchase_fit {
    struct fl_purchase_parameters parameters;
    double customers, log_likelihood;
    int steps;
};

/* Parameters lie between 1 / this and this: a fit that wants to leave has no answer. */
#define FL_VALUE_PARAMETER_MAX 1e5

/* Sorts them and makes equal ones one of as many customers. Returns how many are left; they come first. */
size_t fl_purchase_samples_merge(struct fl_purchase_sample *samples, size_t count);

/* The samples are sorted and equal ones merged. FL_BAD_DATA says why there is no fit: nobody, nobody who came
 * back, all alike, a parameter that ran away, no end in FL_MINIMISE_STEPS_MAX steps. The same bits at any
 * number of threads. Requires of each sample: 0 <= repeats, last_weeks <= age_weeks, customers > 0. */
fl_status fl_purchase_fit(struct fl_purchase_sample *samples, size_t count, bool modified, unsigned threads,
                          struct fl_purchase_fit *fit, struct fl_error *error);

/* Sum of the log-likelihoods of all customers, and its derivatives by r, alpha, a, b (may be NULL). */
fl_status fl_purchase_likelihood(const struct fl_purchase_sample *samples, size_t count,
                                 const struct fl_purchase_parameters *parameters, double *log_likelihood,
                                 double gradient[4], struct fl_error *error);

#endif
