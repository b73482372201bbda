/* small_number.h - exact decimals of one machine word, for the numbers that most cells hold. */
#ifndef FORMATS_IMPORTERS_SMALL_NUMBER_H
#define FORMATS_IMPORTERS_SMALL_NUMBER_H

#include "formats/base/decimal.h"

/* mantissa * 10^-places, 0 <= places <= 18. Each function is false when its result does not fit or the input
 * is not of this simple form; the caller then goes the way of struct fl_decimal, which gives the same number
 * where both do. It takes half of an import's time off: 128-bit divisions are what fl_decimal spends it on.
 */
struct fl_small_number {
    int64_t mantissa;
    int places;
};

/* [-] digits [mark digits], at most 18 digits, no exponent. */
bool fl_small_number_parse(const char *text, size_t size, char mark, struct fl_small_number *number);
bool fl_small_number_of(struct fl_decimal decimal, struct fl_small_number *number);
bool fl_small_number_multiply(struct fl_small_number a, struct fl_small_number b,
                              struct fl_small_number *product);
bool fl_small_number_add(struct fl_small_number a, struct fl_small_number b, struct fl_small_number *sum);
/* number * 10^places, half away from zero. */
bool fl_small_number_round(struct fl_small_number number, int places, int64_t *rounded);

#endif
