/* rates.c - exchange rates of a model, read from rates.csv. */
#include "engine/model/rates.h"

#include <stdlib.h>

#include "engine/model/model_csv.h"
#include "formats/base/civil.h"

enum column { CURRENCY, DAY, RATE, REQUIRED };
static const char *const column_names[] = {
    [CURRENCY] = "currency", [DAY] = "day", [RATE] = "rate", [REQUIRED] = NULL};

static int compare_rates(const struct fl_rate *a, const struct fl_rate *b)
{
    const int by_currency = memcmp(a->currency, b->currency, sizeof a->currency);
    if (by_currency != 0)
        return by_currency;
    return (a->day > b->day) - (a->day < b->day);
}

static int compare_for_sort(const void *a, const void *b)
{
    const int order = compare_rates(a, b);
    if (order != 0)
        return order;
    const int64_t line_a = ((const struct fl_rate *)a)->line, line_b = ((const struct fl_rate *)b)->line;
    return (line_a > line_b) - (line_a < line_b);
}

static fl_status read_rate(const struct fl_model_csv *csv, const char *own_currency, struct fl_rate *rate,
                           struct fl_error *error)
{
    const struct fl_text currency = fl_model_csv_text(csv, CURRENCY);
    const struct fl_text day = fl_model_csv_text(csv, DAY);
    *rate = (struct fl_rate){.line = csv->record.line};
    if (fl_currency_places(currency.bytes, currency.size) < 0)
        return fl_model_csv_fail(csv, CURRENCY, error, "a currency is three capital letters, such as USD");
    memcpy(rate->currency, currency.bytes, 3);
    if (!fl_day_parse(day.bytes, day.size, &rate->day))
        return fl_model_csv_fail(csv, DAY, error, "a day is written YYYY-MM-DD");
    fl_status status = fl_model_csv_decimal(csv, RATE, &rate->rate, error);
    if (status != FL_OK)
        return status;
    if (rate->rate.mantissa <= 0)
        return fl_model_csv_fail(csv, RATE, error, "a rate is above 0");
    const struct fl_decimal one = {.mantissa = 1, .places = 0};
    if (memcmp(rate->currency, own_currency, 3) == 0 && fl_decimal_compare(rate->rate, one) != 0)
        return fl_model_csv_fail(csv, RATE, error, "%s is the model's own currency: its rate is 1",
                                 own_currency);
    return FL_OK;
}

static fl_status add_rate(struct fl_rates *rates, size_t *capacity, struct fl_rate rate,
                          struct fl_error *error)
{
    if (rates->count == *capacity) {
        /* Bounded by the size of a model file. */
        const size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
        struct fl_rate *entries = realloc(rates->entries, wanted * sizeof *entries);
        if (entries == NULL)
            return fl_fail_memory(error, wanted * sizeof *entries);
        rates->entries = entries;
        *capacity = wanted;
    }
    rates->entries[rates->count++] = rate;
    return FL_OK;
}

static fl_status add_all(struct fl_rates *rates, struct fl_model_csv *csv, const char *own_currency,
                         struct fl_error *error)
{
    size_t capacity = 0;
    for (;;) {
        bool more = false;
        fl_status status = fl_model_csv_next(csv, &more, error);
        if (status != FL_OK || !more)
            return status;
        struct fl_rate rate;
        status = read_rate(csv, own_currency, &rate, error);
        if (status == FL_OK)
            status = add_rate(rates, &capacity, rate, error);
        if (status != FL_OK)
            return status;
    }
}

static fl_status check_distinct(const struct fl_rates *rates, const char *shown_path, struct fl_error *error)
{
    for (size_t i = 1; i < rates->count; i++) {
        const struct fl_rate *first = &rates->entries[i - 1], *second = &rates->entries[i];
        if (compare_rates(first, second) != 0)
            continue;
        fl_fail(error, FL_BAD_MODEL, "a second rate of %s for the same day, the first is on line %lld",
                second->currency, (long long)first->line);
        fl_error_at_path(error, shown_path);
        fl_error_at_line(error, second->line, 1);
        return FL_BAD_MODEL;
    }
    return FL_OK;
}

fl_status fl_rates_parse(const char *bytes, size_t size, const char *shown_path, const char *currency,
                         struct fl_rates *rates, struct fl_error *error)
{
    *rates = (struct fl_rates){0};
    struct fl_model_csv csv;
    fl_status status = fl_model_csv_open(&csv, bytes, size, shown_path, column_names, REQUIRED, error);
    if (status == FL_OK) {
        status = add_all(rates, &csv, currency, error);
        fl_model_csv_close(&csv);
    }
    if (status == FL_OK && rates->count > 1) {
        qsort(rates->entries, rates->count, sizeof *rates->entries, compare_for_sort);
        status = check_distinct(rates, shown_path, error);
    }
    if (status != FL_OK)
        fl_rates_release(rates);
    return status;
}

void fl_rates_release(struct fl_rates *rates)
{
    free(rates->entries);
    *rates = (struct fl_rates){0};
}

const struct fl_rate *fl_rates_find(const struct fl_rates *rates, const char *currency, int32_t day)
{
    struct fl_rate wanted = {.day = day};
    memcpy(wanted.currency, currency, 3);
    size_t low = 0, high = rates->count; /* entries[0 .. low) are <= wanted, entries[high ..) are > wanted */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_rates(&rates->entries[middle], &wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || memcmp(rates->entries[low - 1].currency, wanted.currency, sizeof wanted.currency) != 0)
        return NULL;
    return &rates->entries[low - 1];
}

int32_t fl_rates_first_day(const struct fl_rates *rates, const char *currency)
{
    for (size_t i = 0; i < rates->count; i++) {
        if (memcmp(rates->entries[i].currency, currency, 3) == 0)
            return rates->entries[i].day;
    }
    return INT32_MAX;
}
