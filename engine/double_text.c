/* double_text.c - a double as the fewest digits, of 15 or more, that give it back.
 *
 * The C library's way, to print with 15, 16, 17 digits and to read each back, was more than half of the time
 * of listing pairs. A double is m 2^e with m < 2^53. Within the bounds below, its first 17 digits are those
 * of the integer part of m 5^k 2^(e + k), a product that 128 bits hold: nothing is rounded on the way. */
#include "engine/double_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/exporters/number_text.h"

typedef unsigned __int128 wide;

enum { DIGITS_MAX = 17, DIGITS_MIN = 15, EXACT_TENS_MIN = -10, EXACT_TENS_MAX = 11 };
static const double EXACT_MIN = 1e-10, EXACT_MAX = 1e12;

/* digits * 10^(tens + 1 - their count) */
struct decimal {
    uint64_t digits;
    int tens; /* the exponent of the first digit */
};

static uint64_t power(uint64_t base, int exponent)
{
    uint64_t result = 1;
    for (; exponent > 0; exponent--)
        result *= base;
    return result;
}

/* 5^27 < 2^63, so the product below is less than 2^116; a number at the lower bound may take one five more.
 */
_Static_assert(DIGITS_MAX - 1 - EXACT_TENS_MIN + 1 <= 27, "the product fits");

/* Rounds m 5^k / 2^shift to 17 - dropped digits; false when these are not near enough to give m back. */
static bool round_to(wide product, int shift, uint64_t fives, bool at_power, int dropped, uint64_t *digits)
{
    const uint64_t unit = power(10, dropped);
    const wide wide_unit = (wide)unit << shift;
    uint64_t kept = (uint64_t)(product >> shift) / unit;
    wide off = product - ((wide)kept << shift) * unit;
    if (off * 2 >= wide_unit) {
        kept++;
        off = wide_unit - off;
    }
    *digits = kept;
    /* Half the distance to the next double, which is half as far below a power of two. */
    return dropped == 0 || off * (at_power ? 4 : 2) < fives;
}

/* Requires EXACT_MIN <= number < EXACT_MAX. */
static struct decimal fewest_digits(double number)
{
    uint64_t bits, digits = 0;
    memcpy(&bits, &number, sizeof bits);
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1), mantissa = fraction | UINT64_C(1) << 52;
    const int exponent = (int)(bits >> 52) - 1075;
    int tens = EXACT_TENS_MIN;
    for (double bound = 10 * EXACT_MIN; tens < EXACT_TENS_MAX && number >= bound; bound *= 10)
        tens++;
    uint64_t fives = power(5, DIGITS_MAX - 1 - tens);
    wide product = (wide)mantissa * fives;
    int shift = -(exponent + DIGITS_MAX - 1 - tens);
    /* The bounds above were rounded: a number at one of them may belong on its other side. */
    if ((uint64_t)(product >> shift) < power(10, DIGITS_MAX - 1)) {
        tens--;
        fives *= 5;
        product *= 5;
        shift--;
    }
    int dropped = DIGITS_MAX - DIGITS_MIN;
    while (!round_to(product, shift, fives, fraction == 0, dropped, &digits))
        dropped--;
    /* 999.. may have become 1000.. */
    return (struct decimal){.digits = digits, .tens = tens + (digits == power(10, DIGITS_MAX - dropped))};
}

static size_t put_exponent(char *text, int tens)
{
    return (size_t)snprintf(text, 8, "e%c%02d", tens < 0 ? '-' : '+', abs(tens));
}

static size_t put_decimal(char *text, const struct decimal *decimal)
{
    uint8_t digits[FL_NUMBER_TEXT_ROOM];
    size_t count = (size_t)(fl_put_unsigned(digits, decimal->digits) - digits), size = 0;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    const bool has_exponent = decimal->tens < -4;
    const int point = has_exponent ? 1 : decimal->tens + 1; /* after so many digits */
    for (int i = point; i <= 0; i++) {
        text[size++] = '0';
        if (i == point)
            text[size++] = '.';
    }
    for (size_t i = 0; i < count || (int)i < point; i++) {
        if (i > 0 && (int)i == point)
            text[size++] = '.';
        text[size++] = i < count ? (char)digits[i] : '0';
    }
    return has_exponent ? size + put_exponent(text + size, decimal->tens) : size;
}

size_t fl_put_rounded(char text[FL_DOUBLE_TEXT_ROOM], double number, int digits)
{
    return (size_t)snprintf(text, FL_DOUBLE_TEXT_ROOM, "%.*g", digits, number);
}

size_t fl_put_double(char text[FL_DOUBLE_TEXT_ROOM], double number)
{
    const double magnitude = number < 0 ? -number : number;
    const size_t sign = number < 0 ? 1 : 0;
    if (magnitude >= EXACT_MIN && magnitude < EXACT_MAX) {
        const struct decimal decimal = fewest_digits(magnitude);
        text[0] = '-';
        return sign + put_decimal(text + sign, &decimal);
    }
    size_t size = 0;
    for (int digits = DIGITS_MIN; digits <= DIGITS_MAX; digits++) {
        size = fl_put_rounded(text, number, digits);
        if (strtod(text, NULL) == number)
            break;
    }
    return size;
}
