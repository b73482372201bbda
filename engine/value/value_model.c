/* value_model.c - what `value fit` froze, and what it says of one customer.
 *
 * Purchases to come hang on the repeats x and the age T alone, both small whole numbers for most customers:
 * each pair is computed when it is first met. Which thread does it, and how often, changes nothing: the same
 * pair always gives the same bits. P(alive) and money are computed for each customer. */
#include "engine/value/value_model.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "engine/value/frozen_fit.h"
#include "engine/value/purchase_outlook.h"
#include "formats/base/decimal.h"

/* Pairs (x, T in days) that are kept; the others are rare, and computed each time. */
enum { KEPT_REPEATS = 256, KEPT_DAYS = 4096 };

/* Bits of two doubles above 0; 0: not known yet. */
struct kept_outlook {
    _Atomic uint64_t expected, discounted;
};

struct fl_value_model {
    struct fl_frozen_fit fit;
    double minor_units;        /* of a unit of the currency */
    struct kept_outlook *kept; /* [KEPT_REPEATS][KEPT_DAYS]; the system gives pages of it as they are met */
};

static fl_status check_currency(const struct fl_frozen_fit *fit, const char *shown_path, const char *currency,
                                struct fl_error *error)
{
    if (strcmp(fit->currency, currency) == 0)
        return FL_OK;
    fl_fail(error, FL_BAD_MODEL, "the fit is in %s, the model in %s: run `fourloop value fit` again",
            fit->currency, currency);
    return fl_error_at_path(error, shown_path);
}

fl_status fl_value_model_parse(const char *bytes, size_t size, const char *shown_path, const char *currency,
                               struct fl_value_model **model, struct fl_error *error)
{
    const size_t kept_bytes = KEPT_REPEATS * KEPT_DAYS * sizeof(struct kept_outlook);
    *model = NULL;
    struct fl_value_model *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    fl_status status = fl_frozen_fit_parse(bytes, size, shown_path, &made->fit, error);
    if (status == FL_OK)
        status = check_currency(&made->fit, shown_path, currency, error);
    if (status == FL_OK && (made->kept = calloc(1, kept_bytes)) == NULL)
        status = fl_fail_memory(error, kept_bytes);
    if (status != FL_OK) {
        fl_value_model_free(made);
        return status;
    }
    made->minor_units = 1;
    for (int place = fl_currency_places(currency, strlen(currency)); place > 0; place--)
        made->minor_units *= 10;
    *model = made;
    return FL_OK;
}

void fl_value_model_free(struct fl_value_model *model)
{
    if (model == NULL)
        return;
    fl_frozen_fit_release(&model->fit);
    free(model->kept);
    free(model);
}

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static struct fl_outlook make_outlook(const struct fl_value_model *model, int64_t repeat_days,
                                      int32_t age_days)
{
    return fl_purchase_outlook(&model->fit.purchases.parameters, (double)repeat_days, age_days / 7.0);
}

static struct fl_outlook outlook_of(const struct fl_value_model *model, int64_t repeat_days, int32_t age_days)
{
    if (repeat_days >= KEPT_REPEATS || age_days >= KEPT_DAYS)
        return make_outlook(model, repeat_days, age_days);
    struct kept_outlook *kept = &model->kept[repeat_days * KEPT_DAYS + age_days];
    const uint64_t expected = atomic_load_explicit(&kept->expected, memory_order_relaxed);
    const uint64_t discounted = atomic_load_explicit(&kept->discounted, memory_order_relaxed);
    if (expected != 0 && discounted != 0)
        return (struct fl_outlook){of_bits(expected), of_bits(discounted)};
    const struct fl_outlook outlook = make_outlook(model, repeat_days, age_days);
    atomic_store_explicit(&kept->expected, bits_of(outlook.expected), memory_order_relaxed);
    atomic_store_explicit(&kept->discounted, bits_of(outlook.discounted), memory_order_relaxed);
    return outlook;
}

/* Half up; what no int64 can hold becomes the largest. */
static int64_t rounded(double number)
{
    assert(number >= 0);
    return number < 0x1p52 ? (int64_t)(number + 0.5) : number < 0x1p63 ? (int64_t)number : INT64_MAX;
}

void fl_value_of(const struct fl_value_model *model, int64_t repeat_days, int32_t last_days, int32_t age_days,
                 int64_t repeat_bought, struct fl_customer_value *value)
{
    assert(repeat_days >= 0 && repeat_days <= last_days && last_days <= age_days && repeat_bought >= 0);
    assert(repeat_days > 0 || last_days == 0);
    const double alive = fl_purchase_alive(&model->fit.purchases.parameters, (double)repeat_days,
                                           last_days / 7.0, age_days / 7.0);
    const struct fl_outlook outlook = outlook_of(model, repeat_days, age_days);
    const double spend = fl_spend_expected(&model->fit.spend.parameters, (double)repeat_days,
                                           (double)repeat_bought / model->minor_units);
    value->p_alive_micro = rounded(1e6 * alive);
    value->expected_micro = rounded(1e6 * (alive * outlook.expected));
    value->lifetime_value = rounded((alive * outlook.discounted) * spend * model->minor_units);
}

int32_t fl_value_model_gap_days(const struct fl_value_model *model, struct fl_text category)
{
    size_t low = 0, high = model->fit.category_count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = fl_text_compare(model->fit.categories[middle].category, category);
        if (order == 0)
            return model->fit.categories[middle].days;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return model->fit.gap_days;
}

int32_t fl_value_model_day(const struct fl_value_model *model)
{
    return model->fit.day;
}
