/* frozen_fit_print.c - writes value.yaml. */
#include <inttypes.h>

#include "engine/model/fit_printer.h"
#include "engine/value/frozen_fit.h"
#include "formats/base/civil.h"
#include "formats/base/limits.h"

/* 12 digits: more than the data can tell, and few enough to be read back exactly. */
static void put_number(struct fl_fit_printer *printer, const char *key, double number, const char *comment)
{
    fl_fit_put(printer, "  %s: %.12g%s\n", key, number, comment);
}

static void put_head(struct fl_fit_printer *printer, const struct fl_frozen_fit *fit)
{
#define X(name, word) word,
    static const char *const kinds[] = {FL_VALUE_FIT_LIST(X)};
#undef X
    char day[11];
    fl_day_format(fit->day, day);
    fl_fit_put(
        printer,
        "# Written by `fourloop value fit`: what a night takes for life-time value and own rhythm. Part of "
        "the model's\n"
        "# hash. Better made again than edited; without this file life-time value and P(alive) are empty.\n"
        "day: %s\n"
        "fit: %s\n"
        "currency: %s\n",
        day, kinds[fit->kind], fit->currency);
}

static void put_purchases(struct fl_fit_printer *printer, const struct fl_frozen_fit *fit)
{
    const struct fl_purchase_parameters *parameters = &fit->purchases.parameters;
    fl_fit_put(printer,
               "\n# How often customers buy (r, alpha, in weeks) and when they stop (a, b).\n"
               "purchases:\n"
               "  customers: %.0f\n"
               "  repeaters: %" PRId64 " # bought on two days or more\n"
               "  log_likelihood: %.6f\n",
               fit->purchases.customers, fit->repeaters, fit->purchases.log_likelihood);
    put_number(printer, "r", parameters->r, "");
    put_number(printer, "alpha", parameters->alpha, "");
    put_number(printer, "a", parameters->a, "");
    put_number(printer, "b", parameters->b, "");
}

static void put_spend(struct fl_fit_printer *printer, const struct fl_frozen_fit *fit)
{
    const struct fl_spend_parameters *parameters = &fit->spend.parameters;
    fl_fit_put(printer,
               "\n# What a purchase day brings (p, q, v).\n"
               "spend:\n"
               "  customers: %.0f # repeaters who paid something on their repeat days\n"
               "  log_likelihood: %.6f\n",
               fit->spend.customers, fit->spend.log_likelihood);
    put_number(printer, "p", parameters->p, "");
    put_number(printer, "q", parameters->q,
               parameters->q >= FL_VALUE_PARAMETER_MAX ? " # the largest: own means differ by chance alone"
                                                       : "");
    put_number(printer, "v", parameters->v, " # in units of the currency");
}

static void put_gaps(struct fl_fit_printer *printer, const struct fl_frozen_fit *fit)
{
    fl_fit_put(
        printer,
        "\n# The usual number of days from one purchase to the next (lower median): of everybody, and of the "
        "customers\n"
        "# with each main category that has %d gaps or more.\n"
        "gaps:\n"
        "  days: %" PRId32 "\n"
        "  gaps: %" PRId64 "\n"
        "  categories:%s\n",
        FL_CATEGORY_GAPS_MIN, fit->gap_days, fit->gaps, fit->category_count == 0 ? " []" : "");
    for (size_t i = 0; i < fit->category_count; i++) {
        fl_fit_put(printer, "    - {category: ");
        fl_fit_put_quoted(printer, fit->categories[i].category);
        fl_fit_put(printer, ", days: %" PRId32 ", gaps: %" PRId64 "}\n", fit->categories[i].days,
                   fit->categories[i].gaps);
    }
}

fl_status fl_frozen_fit_print(const struct fl_frozen_fit *fit, struct fl_buffer *buffer,
                              struct fl_error *error)
{
    struct fl_fit_printer printer = {.buffer = buffer};
    put_head(&printer, fit);
    put_purchases(&printer, fit);
    put_spend(&printer, fit);
    put_gaps(&printer, fit);
    if (printer.failed)
        return fl_fail_memory(error, buffer->size);
    if (buffer->size > FL_CONFIG_BYTES_MAX)
        return fl_fail(
            error, FL_LIMIT,
            "%zu categories make value.yaml %zu bytes long, at most %u: map products to fewer categories",
            fit->category_count, buffer->size, (unsigned)FL_CONFIG_BYTES_MAX);
    return FL_OK;
}
