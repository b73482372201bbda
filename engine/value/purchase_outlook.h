/* purchase_outlook.h - what the purchase fit says of one customer: alive or not, purchases to come. */
#ifndef ENGINE_VALUE_PURCHASE_OUTLOOK_H
#define ENGINE_VALUE_PURCHASE_OUTLOOK_H

#include "engine/value/purchase_fit.h"

enum { FL_OUTLOOK_WEEKS = 52 };

/* Purchase days to come in the FL_OUTLOOK_WEEKS weeks after the as-of day, of a customer who is alive. */
struct fl_outlook {
    double expected;
    double discounted; /* those of week k divided by 1.1^(k/52) */
};

/* The probability that the customer has not stopped. Weeks from the first purchase, as in fl_purchase_sample.
 */
double fl_purchase_alive(const struct fl_purchase_parameters *parameters, double repeats, double last_weeks,
                         double age_weeks);
/* Purchase days of an alive customer in the next `weeks` (>= 0). */
double fl_purchase_expected(const struct fl_purchase_parameters *parameters, double repeats, double age_weeks,
                            double weeks);
struct fl_outlook fl_purchase_outlook(const struct fl_purchase_parameters *parameters, double repeats,
                                      double age_weeks);

#endif
