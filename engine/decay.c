/* decay.c - how much of a point is left after some days, as a correctly rounded 32-bit fraction.
 *
 * 2^(-a/h) = 2^-q * 2^-f, where q + f = 1000 a / half_life_milli, q whole and 0 <= f < 1 rational. f = 0 is
 * exact. For 0 < f < 1 the power is irrational, so never a tie, and is computed with 128 fraction bits as
 * exp(-x) = sum of (-x)^n / n! with x = f ln 2 < 0.6932. */
#include "engine/decay.h"

#include <assert.h>

typedef unsigned __int128 fraction; /* value * 2^128 */

/* floor(ln 2 * 2^128) = b17217f7d1cf79abc9e3b39803f2f6af, as published in many tables and derived once more
 * by tests/unit/decay_test.c through the digest of all default decay tables. */
#define LN2 ((fraction)0xb17217f7d1cf79abu << 64 | 0xc9e3b39803f2f6afu)

/* How far exp_minus() may be off, in units of 2^-128. f and LN2 are each cut by less than 1, their product
 * once more: x is low by less than 3. Each term x^n/n! is cut by less than 3 (two products, the reciprocal),
 * plus what it inherits, shrinking with x/n < 0.35: together less than 10 a term. */
#define ERROR_BOUND ((fraction)512)

/* 2^128 / n, by which a product is divided faster than by n: a run makes some ten thousand powers before its
 * first row. From n = 31 on terms are 0: 0.6932^n / n! < 2^-128. */
#define R(n) ((fraction)-1 / (n))
static const fraction reciprocals[] = {
    0,     R(1),  R(2),  R(3),  R(4),  R(5),  R(6),  R(7),  R(8),  R(9),  R(10),
    R(11), R(12), R(13), R(14), R(15), R(16), R(17), R(18), R(19), R(20), R(21),
    R(22), R(23), R(24), R(25), R(26), R(27), R(28), R(29), R(30), R(31), R(32),
};
#undef R

/* floor(a * b / 2^128) */
static fraction multiply_high(fraction a, fraction b)
{
    const fraction a_low = (uint64_t)a, a_high = a >> 64;
    const fraction b_low = (uint64_t)b, b_high = b >> 64;
    const fraction low = a_low * b_low;
    const fraction middle1 = a_high * b_low + (low >> 64); /* at most (2^64-1)^2 + 2^64-1: fits */
    const fraction middle2 = a_low * b_high + (uint64_t)middle1;
    return a_high * b_high + (middle1 >> 64) + (middle2 >> 64);
}

/* floor(numerator * 2^128 / denominator) for numerator < denominator, two words of a long division. */
static fraction divide(uint64_t numerator, uint64_t denominator)
{
    const fraction high = ((fraction)numerator << 64) / denominator;
    const fraction rest = ((fraction)numerator << 64) % denominator;
    return high << 64 | (rest << 64) / denominator;
}

/* exp(-x), 0 < x < 0.6932. */
static fraction exp_minus(fraction x)
{
    fraction even = 0, odd = x, term = x;
    for (unsigned n = 2; term != 0; n++) {
        term = multiply_high(multiply_high(term, x), reciprocals[n]);
        if (n % 2 == 0)
            even += term;
        else
            odd += term;
    }
    return (fraction)0 - (odd - even); /* 1 - odd + even, where 1 is 2^128 and wraps to 0; odd > even */
}

/* round(power * 2^(32 - halvings)) for 1/2 < power < 1 and halvings <= 31. */
static uint32_t round_shifted(fraction power, unsigned halvings)
{
    const unsigned shift = 96 + halvings;
    const fraction half = (fraction)1 << (shift - 1);
    const fraction below = power & ((half << 1) - 1);
    /* The true value is irrational; were it nearer to the boundary than our error we could not know the side.
     */
    assert((below > half ? below - half : half - below) > ERROR_BOUND);
    const fraction rounded = (power >> shift) + (below >= half);
    return rounded > UINT32_MAX ? UINT32_MAX : (uint32_t)rounded;
}

static uint32_t exact_power(uint64_t halvings)
{
    if (halvings == 0)
        return UINT32_MAX; /* 2^32, cut */
    if (halvings <= 32)
        return UINT32_C(1) << (32 - halvings);
    return halvings == 33; /* 1/2 + 1/2; less than 1 afterwards */
}

/* `power` is 2^-f, or 0 when f is 0. */
static uint32_t decay_from(fraction power, uint64_t halvings)
{
    if (power == 0)
        return exact_power(halvings);
    if (halvings >= 32) /* at 32: between 1/2 and 1, which rounds to 1; later: below 1/2 */
        return halvings == 32;
    return round_shifted(power, (unsigned)halvings);
}

static fraction power_of(uint64_t rest, uint64_t half_life)
{
    return rest == 0 ? 0 : exp_minus(multiply_high(divide(rest, half_life), LN2));
}

uint32_t fl_decay(int32_t half_life_milli, int32_t age_days)
{
    assert(half_life_milli >= 1 && age_days >= 0);
    const uint64_t half_life = (uint64_t)half_life_milli, age_milli = (uint64_t)age_days * 1000;
    return decay_from(power_of(age_milli % half_life, half_life), age_milli / half_life);
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void fl_decay_line(int32_t half_life_milli, uint32_t ages, uint32_t *line)
{
    assert(half_life_milli >= 1);
    const uint64_t half_life = (uint64_t)half_life_milli;
    /* The first days' fractions come back after so many days, with more halvings. */
    const uint64_t period = half_life / greatest_divisor(half_life, 1000);
    for (uint64_t first = 0; first < period && first < ages; first++) {
        const fraction power = power_of(first * 1000 % half_life, half_life);
        for (uint64_t age = first; age < ages; age += period)
            line[age] = decay_from(power, age * 1000 / half_life);
    }
}
