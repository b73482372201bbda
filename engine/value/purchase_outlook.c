/* purchase_outlook.c - what the purchase fit says of one customer: alive or not, purchases to come.
 *
 * An alive customer with x repeats at age T would, never stopping, buy N times in the next t weeks, where N
 * is negative binomial with shape R = r + x and part z = t / (alpha + T + t). The chance still to be there
 * for the (j+1)th of these purchases is E(1 - p)^j = (B)_j / (a + B)_j, where p is beta-distributed (a, B)
 * and B = b + the purchases survived. So the expected number is E(t) = sum over n >= 1 of P(N = n) S_n,   S_n
 * = sum over j < n of (B)_j / (a + B)_j which equals the published formula with the Gaussian hypergeometric
 * function, but has positive terms only, and no pole at a = 1: nothing cancels, at any parameters. */
#include "engine/value/purchase_outlook.h"

#include "engine/value/repeatable_math.h"

/* Once what is left of a sum is a smaller part than this, it changes no bit. */
static const double negligible = 1e-17;

enum { LANES = FL_OUTLOOK_WEEKS };

/* Beyond this the customer has stopped for sure: e^-600 is no probability. */
static const double log_odds_max = 600;

double fl_purchase_alive(const struct fl_purchase_parameters *parameters, double repeats, double last_weeks,
                         double age_weeks)
{
    const double before = parameters->b + repeats + (parameters->modified ? 0 : -1);
    if (repeats == 0 && !parameters->modified)
        return 1;
    const double silence = fl_log((parameters->alpha + age_weeks) / (parameters->alpha + last_weeks));
    const double power = (parameters->r + repeats) * silence;
    if (power > log_odds_max)
        return 0;
    return 1 / (1 + parameters->a / before * fl_exp(power));
}

/* The sums of several horizons side by side: term[k] is P(N_k = n), from n = 0 on. */
struct lanes {
    double part[LANES], term[LANES], sum[LANES];
    int first, count; /* those before the first are done */
};

static void start_lane(struct lanes *lanes, double shape, double rate, double weeks)
{
    const int lane = lanes->count++;
    lanes->part[lane] = weeks / (rate + weeks);
    lanes->term[lane] = fl_exp(-shape * fl_log(1 + weeks / rate));
    lanes->sum[lane] = 0;
}

/* Whether terms n + 1 and up are negligible: each is less than `growth` times part of the one before. */
static bool is_done(const struct lanes *lanes, int lane, double growth, double chances)
{
    const double ratio = lanes->part[lane] * growth;
    return ratio < 1 && lanes->term[lane] * chances <= negligible * (1 - ratio) * lanes->sum[lane];
}

/* Lanes rise by weeks, so the first are done first. */
static void run_lanes(const struct fl_purchase_parameters *parameters, double repeats, double shape,
                      struct lanes *lanes)
{
    const double survived = parameters->b + repeats + (parameters->modified ? 1 : 0);
    double there = 1, chances = 0; /* (B)_j / (a + B)_j, S_n */
    for (double n = 1; lanes->first < lanes->count; n++) {
        const double factor = (shape + (n - 1)) / n;
        chances += there;
        there *= (survived + (n - 1)) / (parameters->a + survived + (n - 1));
        for (int k = lanes->first; k < lanes->count; k++) {
            lanes->term[k] *= factor * lanes->part[k];
            lanes->sum[k] += lanes->term[k] * chances;
        }
        while (lanes->first < lanes->count && is_done(lanes, lanes->first, (shape + n) / n, chances))
            lanes->first++;
    }
}

double fl_purchase_expected(const struct fl_purchase_parameters *parameters, double repeats, double age_weeks,
                            double weeks)
{
    const double shape = parameters->r + repeats;
    struct lanes lanes = {.count = 0};
    start_lane(&lanes, shape, parameters->alpha + age_weeks, weeks);
    run_lanes(parameters, repeats, shape, &lanes);
    return lanes.sum[0];
}

/* Week k brings E(k) - E(k-1). Added by parts: the sum of d_k (E(k) - E(k-1)) is that of (d_k - d_k+1) E(k),
 * with d_53 0: again positive terms only. */
struct fl_outlook fl_purchase_outlook(const struct fl_purchase_parameters *parameters, double repeats,
                                      double age_weeks)
{
    static const double log_discount = 0x1.8663f793c46c7p-4; /* ln 1.1 */
    const double shape = parameters->r + repeats;
    struct lanes lanes = {.count = 0};
    for (int week = 1; week <= FL_OUTLOOK_WEEKS; week++)
        start_lane(&lanes, shape, parameters->alpha + age_weeks, week);
    run_lanes(parameters, repeats, shape, &lanes);
    struct fl_outlook outlook = {.expected = lanes.sum[LANES - 1]};
    double discount = fl_exp(-log_discount / 52);
    for (int week = 1; week <= FL_OUTLOOK_WEEKS; week++) {
        const double next =
            week == FL_OUTLOOK_WEEKS ? 0 : fl_exp(-log_discount * (week + 1) / FL_OUTLOOK_WEEKS);
        outlook.discounted += (discount - next) * lanes.sum[week - 1];
        discount = next;
    }
    return outlook;
}
