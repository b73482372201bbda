/* repeatable_math.c - logarithm, exponential, gamma functions with the same bits on every machine. */
#include "engine/value/repeatable_math.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(double) == sizeof(uint64_t), "a double is taken apart by its 64 bits");

enum { FRACTION_BITS = 52, EXPONENT_BIAS = 1023 };

/* ln 2 in two parts: the first has 20 zero bits at its end, so that its product with any exponent is exact.
 */
static const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;

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

/* 2^exponent. */
static double power_of_two(int64_t exponent)
{
    assert(exponent > -EXPONENT_BIAS && exponent <= EXPONENT_BIAS);
    return of_bits((uint64_t)(exponent + EXPONENT_BIAS) << FRACTION_BITS);
}

/* number = 2^k m with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ..), s =
 * (m-1)/(m+1). |s| <= 0.1716, so s^24/25 < 2^-66: terms to s^23 are enough. */
double fl_log(double number)
{
    static const double root_half = 0x1.6a09e667f3bcdp-1;
    static const double odd_inverse[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11, 1.0 / 13,
                                         1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};
    assert(number >= 0x1p-1022 && number <= 0x1.fffffffffffffp1023);
    const uint64_t bits = bits_of(number);
    int64_t exponent = (int64_t)(bits >> FRACTION_BITS) - (EXPONENT_BIAS - 1);
    double mantissa = of_bits((bits & ((UINT64_C(1) << FRACTION_BITS) - 1)) |
                              (uint64_t)(EXPONENT_BIAS - 1) << FRACTION_BITS); /* [1/2, 1) */
    if (mantissa < root_half) {
        mantissa *= 2;
        exponent--;
    }
    const double s = (mantissa - 1) / (mantissa + 1), square = s * s;
    double series = odd_inverse[10];
    for (int i = 9; i >= 0; i--)
        series = series * square + odd_inverse[i];
    /* 2 s + 2 s^3 series: the small part first, so that the last addition alone rounds. */
    const double whole = (double)exponent;
    const double small = 2 * s * (square * series) + whole * ln2_low;
    return whole * ln2_high + (2 * s + small);
}

/* number = k ln 2 + rest with |rest| <= 0.3466; rest^14/14! < 2^-57. */
double fl_exp(double number)
{
    static const double inverse_ln2 = 0x1.71547652b82fep0;
    static const double factorial_inverse[] = {
        1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
        1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800,
    };
    assert(number <= 709);
    if (number < -708)
        return 0;
    const double scaled = number * inverse_ln2;
    const int64_t halvings = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    const double rest = (number - (double)halvings * ln2_high) - (double)halvings * ln2_low;
    double series = factorial_inverse[11];
    for (int i = 10; i >= 0; i--)
        series = series * rest + factorial_inverse[i];
    const double power = 1 + (rest + rest * rest * series);
    /* 2^1024 is no double, and 2^-1022 the last normal one: in two steps. */
    return power * power_of_two(halvings / 2) * power_of_two(halvings - halvings / 2);
}

/* From 10 on Stirling's series of 8 terms is off by less than 3617 / (122400 * 10^15) < 3e-17. */
static const double stirling_from = 10;

double fl_log_gamma(double number)
{
    static const double half_ln_2pi = 0x1.d67f1c864beb5p-1;
    /* B_2n / (2n (2n - 1)) */
    static const double series[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                    1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
    assert(number >= 1e-8 && number <= 1e15);
    double product = 1; /* gamma(number) = gamma(number + n) / product; at most 11!, so it never overflows */
    while (number < stirling_from) {
        product *= number;
        number += 1;
    }
    const double inverse = 1 / number, square = inverse * inverse;
    double sum = series[7];
    for (int i = 6; i >= 0; i--)
        sum = sum * square + series[i];
    return ((number - 0.5) * fl_log(number) - number) + (half_ln_2pi + sum * inverse) - fl_log(product);
}

double fl_digamma(double number)
{
    /* B_2n / 2n */
    static const double series[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                                    1.0 / 132, -691.0 / 32760, 1.0 / 12,  -3617.0 / 8160};
    assert(number >= 1e-8 && number <= 1e15);
    double shifts = 0;
    while (number < stirling_from) {
        shifts += 1 / number;
        number += 1;
    }
    const double inverse = 1 / number, square = inverse * inverse;
    double sum = series[7];
    for (int i = 6; i >= 0; i--)
        sum = sum * square + series[i];
    return (fl_log(number) - 0.5 * inverse) - sum * square - shifts;
}
