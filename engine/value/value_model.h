/* value_model.h - what `value fit` froze (value.yaml), and what it says of one customer. */
#ifndef ENGINE_VALUE_VALUE_MODEL_H
#define ENGINE_VALUE_VALUE_MODEL_H

#include "formats/base/status.h"
#include "formats/base/text.h"

#include <stddef.h>

/* Immutable for its users: threads may share it. */
struct fl_value_model;

/* What a customer with a purchase is expected to do and bring (SEMANTICS.md section 3). */
struct fl_customer_value {
    int64_t p_alive_micro;  /* 0 .. 1000000 */
    int64_t expected_micro; /* purchases in the 52 weeks after the as-of day, in millionths */
    int64_t lifetime_value; /* of the same weeks, discounted; minor units of the model's currency */
};

/* Reads value.yaml. `currency` is that of model.yaml: a fit of another one is refused. FL_BAD_MODEL with
 * line, column and a caret: an unknown key, a missing one, a value of a wrong kind or outside its range. */
fl_status fl_value_model_parse(const char *bytes, size_t size, const char *shown_path, const char *currency,
                               struct fl_value_model **model, struct fl_error *error);
void fl_value_model_free(struct fl_value_model *model);

/* `repeat_days`: the customer's days with a purchase without the first (x); `last_days`: days from the first
 * to the last purchase day (t_x); `age_days`: days from the first purchase day to the as-of day (T);
 * `repeat_bought`: gross amount of the repeat days in minor units. The same bits on every machine, at any
 * number of threads. Requires: 0 <= repeat_days <= last_days <= age_days, last_days 0 without repeat days,
 * repeat_bought >= 0. */
void fl_value_of(const struct fl_value_model *model, int64_t repeat_days, int32_t last_days, int32_t age_days,
                 int64_t repeat_bought, struct fl_customer_value *value);

/* The usual days between two purchase days (G) of customers with this main category; everybody's for a
 * category with too few gaps, and for an empty text. At least 1. */
int32_t fl_value_model_gap_days(const struct fl_value_model *model, struct fl_text category);
/* The day of the fit. */
int32_t fl_value_model_day(const struct fl_value_model *model);

#endif
