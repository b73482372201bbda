/* frozen_fit_print.c - writes value.yaml. */
#include <inttypes.h>
#include <stdio.h>

#include "engine/value/frozen_fit.h"
#include "formats/base/civil.h"
#include "formats/base/limits.h"

/* What is printed, and whether memory has lasted so far. */
struct print {
    struct fl_buffer *buffer;
    bool failed;
};

static void put_bytes(struct print *print, const char *bytes, size_t size)
{
    print->failed = print->failed || !fl_buffer_append(print->buffer, bytes, size);
}

static void put(struct print *print, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct print *print, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        print->failed = true; /* no line of ours is so long */
    else
        put_bytes(print, text, (size_t)length);
}

/* 12 digits: more than the data can tell, and few enough to be read back exactly. */
static void put_number(struct print *print, const char *key, double number, const char *comment)
{
    put(print, "  %s: %.12g%s\n", key, number, comment);
}

/* The code point at `at`, whose bytes are well-formed; *size: how many it has. */
static uint32_t code_point(struct fl_text text, size_t at, size_t *size)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes + at;
    *size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t point = *size == 1 ? bytes[0] : bytes[0] & (0xFFu >> (*size + 1));
    for (size_t i = 1; i < *size; i++)
        point = point << 6 | (bytes[i] & 0x3Fu);
    return point;
}

/* What YAML does not take as it is between quotes: controls, line ends, the byte order mark and what is no
 * character. */
static bool is_plain(uint32_t point)
{
    return point >= 0x20 && point != '"' && point != '\\' && !(point >= 0x7F && point < 0xA0) &&
           point != 0x2028 && point != 0x2029 && point != 0xFEFF && (point & 0xFFFE) != 0xFFFE;
}

static void put_quoted(struct print *print, struct fl_text text)
{
    put(print, "\"");
    for (size_t at = 0, size = 0; at < text.size; at += size) {
        const uint32_t point = code_point(text, at, &size);
        if (is_plain(point))
            put_bytes(print, text.bytes + at, size);
        else
            put(print, "\\U%08" PRIX32, point);
    }
    put(print, "\"");
}

static void put_head(struct print *print, const struct fl_frozen_fit *fit)
{
#define X(name, word) word,
    static const char *const kinds[] = {FL_VALUE_FIT_LIST(X)};
#undef X
    char day[11];
    fl_day_format(fit->day, day);
    put(print,
        "# Written by `fourloop value fit`: what a night takes for life-time value and own rhythm. Part of "
        "the model's\n"
        "# hash. Better made again than edited; without this file life-time value and P(alive) are empty.\n"
        "day: %s\n"
        "fit: %s\n"
        "currency: %s\n",
        day, kinds[fit->kind], fit->currency);
}

static void put_purchases(struct print *print, const struct fl_frozen_fit *fit)
{
    const struct fl_purchase_parameters *parameters = &fit->purchases.parameters;
    put(print,
        "\n# How often customers buy (r, alpha, in weeks) and when they stop (a, b).\n"
        "purchases:\n"
        "  customers: %.0f\n"
        "  repeaters: %" PRId64 " # bought on two days or more\n"
        "  log_likelihood: %.6f\n",
        fit->purchases.customers, fit->repeaters, fit->purchases.log_likelihood);
    put_number(print, "r", parameters->r, "");
    put_number(print, "alpha", parameters->alpha, "");
    put_number(print, "a", parameters->a, "");
    put_number(print, "b", parameters->b, "");
}

static void put_spend(struct print *print, const struct fl_frozen_fit *fit)
{
    const struct fl_spend_parameters *parameters = &fit->spend.parameters;
    put(print,
        "\n# What a purchase day brings (p, q, v).\n"
        "spend:\n"
        "  customers: %.0f # repeaters who paid something on their repeat days\n"
        "  log_likelihood: %.6f\n",
        fit->spend.customers, fit->spend.log_likelihood);
    put_number(print, "p", parameters->p, "");
    put_number(print, "q", parameters->q,
               parameters->q >= FL_VALUE_PARAMETER_MAX ? " # the largest: own means differ by chance alone"
                                                       : "");
    put_number(print, "v", parameters->v, " # in units of the currency");
}

static void put_gaps(struct print *print, const struct fl_frozen_fit *fit)
{
    put(print,
        "\n# The usual number of days from one purchase to the next (lower median): of everybody, and of the "
        "customers\n"
        "# with each main category that has %d gaps or more.\n"
        "gaps:\n"
        "  days: %" PRId32 "\n"
        "  gaps: %" PRId64 "\n"
        "  categories:%s\n",
        FL_CATEGORY_GAPS_MIN, fit->gap_days, fit->gaps, fit->category_count == 0 ? " []" : "");
    for (size_t i = 0; i < fit->category_count; i++) {
        put(print, "    - {category: ");
        put_quoted(print, fit->categories[i].category);
        put(print, ", days: %" PRId32 ", gaps: %" PRId64 "}\n", fit->categories[i].days,
            fit->categories[i].gaps);
    }
}

fl_status fl_frozen_fit_print(const struct fl_frozen_fit *fit, struct fl_buffer *buffer,
                              struct fl_error *error)
{
    struct print print = {.buffer = buffer};
    put_head(&print, fit);
    put_purchases(&print, fit);
    put_spend(&print, fit);
    put_gaps(&print, fit);
    if (print.failed)
        return fl_fail_memory(error, buffer->size);
    if (buffer->size > FL_CONFIG_BYTES_MAX)
        return fl_fail(
            error, FL_LIMIT,
            "%zu categories make value.yaml %zu bytes long, at most %u: map products to fewer categories",
            fit->category_count, buffer->size, (unsigned)FL_CONFIG_BYTES_MAX);
    return FL_OK;
}
