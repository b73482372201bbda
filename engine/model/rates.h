/* rates.h - exchange rates of a model, read from rates.csv. */
#ifndef ENGINE_MODEL_RATES_H
#define ENGINE_MODEL_RATES_H

#include "formats/base/decimal.h"
#include "formats/base/status.h"

/* One unit of `currency` is worth `rate` units of the model's currency, from `day` until its next entry. */
struct fl_rate {
    char currency[4];
    int32_t day;
    struct fl_decimal rate;
    int64_t line; /* of rates.csv */
};

struct fl_rates {
    struct fl_rate *entries; /* sorted by currency, then day */
    size_t count;
};

/* Columns currency (ISO 4217 code), day, rate (decimal > 0). FL_BAD_MODEL names line and column: a bad cell,
 * two rates of one currency and day, a rate of the model's own `currency` that is not 1. On failure the rates
 * are empty. */
fl_status fl_rates_parse(const char *bytes, size_t size, const char *shown_path, const char *currency,
                         struct fl_rates *rates, struct fl_error *error);
void fl_rates_release(struct fl_rates *rates);

/* The last rate of `currency` on or before `day`, or NULL. */
const struct fl_rate *fl_rates_find(const struct fl_rates *rates, const char *currency, int32_t day);
/* The first day that `currency` has a rate on; INT32_MAX: it has none at all. */
int32_t fl_rates_first_day(const struct fl_rates *rates, const char *currency);

#endif
