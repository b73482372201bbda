/* repeatable_math.h - logarithm, exponential, gamma functions with the same bits on every machine.
 *
 * The C library's may change with its version, and choose other code by the CPU it finds. These are made of
 * +, -, * and / alone, whose results IEEE 754 fixes, in a fixed order. */
#ifndef ENGINE_VALUE_REPEATABLE_MATH_H
#define ENGINE_VALUE_REPEATABLE_MATH_H

/* Off by at most 2 units in the last place, 2^-52 near 1. Requires: number > 0, normal, finite. */
double fl_log(double number);
/* Off by at most 2 units in the last place; 0 below -708, where numbers stop to be normal. Requires: number
 * <= 709. */
double fl_exp(double number);
/* ln of the gamma function, and its derivative; off by less than 1e-14 of the larger of 1 and the result.
 * Require: 1e-8 <= number <= 1e15. */
double fl_log_gamma(double number);
double fl_digamma(double number);

#endif
