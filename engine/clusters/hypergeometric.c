/* hypergeometric.c - how likely two things are together as often as they are, or more often, by chance.
 *
 * Logarithms of factorials of millions are themselves so large that their difference has few digits left. So
 * the likelihood of one count is written as binomial ones, b(both; a, p) b(b - both; all - a, p) / b(b; all,
 * p) with p = b / all, and the logarithm of each of these as what Stirling's formula misses and as deviances,
 * which are small where the result is not (Loader 2000, "Fast and accurate computation of binomial
 * probabilities"). The counts beyond follow from the first by ratios. */
#include "engine/clusters/hypergeometric.h"

#include <assert.h>

#include "engine/value/repeatable_math.h"

static const double LOG_TWO_PI = 1.8378770664093454836;

/* ln n! less Stirling's (n + 1/2) ln n - n + ln(2 pi) / 2; 0 < n. */
static double stirling_rest(double n)
{
    /* From 16 on the first term left out, 1 / (1188 n^9), is below 1e-14. */
    if (n < 16)
        return fl_log_gamma(n + 1) - (n + 0.5) * fl_log(n) + n - LOG_TWO_PI / 2;
    const double square = n * n;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - 1.0 / 1680 / square) / square) / square) / n;
}

/* count ln(count / mean) + mean - count, also where the two are close and the terms eat each other up. */
static double deviance(double count, double mean)
{
    const double ratio = (count - mean) / (count + mean);
    if (count == 0)
        return mean;
    if (ratio > 0.1 || ratio < -0.1)
        return count * fl_log(count / mean) + mean - count;
    /* ln(count / mean) = 2 (v + v^3 / 3 + v^5 / 5 + ...) with v = ratio. */
    double power = ratio, series = 0;
    for (int k = 3; k <= 15; k += 2) {
        power *= ratio * ratio;
        series += power / k;
    }
    return (count - mean) * ratio + 2 * count * series;
}

/* ln of the likelihood of `count` of `trials`, each with the chance p = 1 - q; 0 < p < 1. */
static double log_binomial(double count, double trials, double p, double q)
{
    const double rest = trials - count;
    const double deviances = deviance(count, trials * p) + deviance(rest, trials * q);
    if (count == 0 || rest == 0)
        return -deviances;
    return stirling_rest(trials) - stirling_rest(count) - stirling_rest(rest) - deviances -
           (LOG_TWO_PI + fl_log(count) + fl_log(rest / trials)) / 2;
}

static double likelihood(double all, double a, double b, double both)
{
    const double p = b / all, q = (all - b) / all;
    return fl_exp(log_binomial(both, a, p, q) + log_binomial(b - both, all - a, p, q) -
                  log_binomial(b, all, p, q));
}

/* Terms below this part of the sum end it: they fall ever quicker, and even some thousands like the last
 * would change nothing. */
static const double NEGLIGIBLE = 1e-18;

static double sum_upwards(double all, double a, double b, double both)
{
    double term = likelihood(all, a, b, both), sum = term;
    for (double k = both; k < a && k < b && term > sum * NEGLIGIBLE; k++) {
        term *= (a - k) * (b - k) / ((k + 1) * (all - a - b + k + 1));
        sum += term;
    }
    return sum;
}

static double sum_downwards(double all, double a, double b, double both)
{
    double term = likelihood(all, a, b, both), sum = term;
    for (double k = both; k > 0 && k > a + b - all && term > sum * NEGLIGIBLE; k--) {
        term *= k * (all - a - b + k) / ((a - k + 1) * (b - k + 1));
        sum += term;
    }
    return sum;
}

double fl_hypergeometric_tail(int64_t all, int64_t a, int64_t b, int64_t both)
{
    assert(a <= all && b <= all && both <= a && both <= b && all < INT64_C(1) << 31);
    if (both <= 0 || both <= a + b - all) /* there cannot be fewer */
        return 1;
    /* Each side is summed where its terms fall. */
    const double tail = both > a * b / all
                            ? sum_upwards((double)all, (double)a, (double)b, (double)both)
                            : 1 - sum_downwards((double)all, (double)a, (double)b, (double)(both - 1));
    return tail > 1 ? 1 : tail;
}
