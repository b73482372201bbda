/* decimal.h - exact decimal numbers of input files, rounded once. */
#ifndef FORMATS_BASE_DECIMAL_H
#define FORMATS_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mantissa * 10^-places. Trailing zeros are kept off, so equal numbers are equal structs. */
struct fl_decimal {
    __int128 mantissa; /* at most 38 digits */
    int places;        /* -400 .. 400 */
};

/* Strict: [+-] digits [mark digits] [e|E [+-] digits], nothing else, at most 38 significant digits, no grouping, no
 * blanks; the digits on one side of the mark may be missing (".5", "5."); `mark` is '.' or ','. False otherwise. */
bool fl_decimal_parse(const char *text, size_t size, char mark, struct fl_decimal *number);
/* False when the result needs more than 38 digits. */
bool fl_decimal_multiply(struct fl_decimal a, struct fl_decimal b, struct fl_decimal *product);
bool fl_decimal_add(struct fl_decimal a, struct fl_decimal b, struct fl_decimal *sum);
int fl_decimal_compare(struct fl_decimal a, struct fl_decimal b); /* -1, 0, 1 */
/* number * 10^places, half away from zero; false when it leaves int64. */
bool fl_decimal_round(struct fl_decimal number, int places, int64_t *rounded);
/* Strict int64: [-] digits, no leading zeros but "0", no "-0". False otherwise (so each int64 has one text). */
bool fl_integer_parse(const char *text, size_t size, int64_t *number);
/* value * 10^-places without an exponent, all places written ("12.50"); returns the length; text holds >= 48. */
int fl_decimal_format(int64_t value, int places, char mark, char *text);
/* The same without zeros at the end of the decimals ("12.5", "12"). */
int fl_decimal_format_short(int64_t value, int places, char mark, char *text);

/* Decimal places of a currency's minor unit by ISO 4217 code (EUR 2, JPY 0, KWD 3); -1: not three capital letters. */
int fl_currency_places(const char *code, size_t size);

#endif
