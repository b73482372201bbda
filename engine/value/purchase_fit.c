/* purchase_fit.c - how often customers buy and when they stop: BG/NBD and MBG/NBD by greatest likelihood.
 *
 * Let n be the purchases at which a customer could have stopped and did not (x, MBG/NBD: x + 1), R = r + x.
 * Then ln L = ln G(R) - ln G(r) + r ln alpha - R ln(alpha + T) + ln(1 + w)
 *            + ln G(b + n) - ln G(b) + ln G(a + b) - ln G(a + b + n)
 *     w    = a / (b + n - 1) * ((alpha + T) / (alpha + t_x))^R,  0 when n = 0
 * where w is the odds that the customer stopped at the last purchase: P(alive) = 1 / (1 + w). The two
 * published likelihoods, a sum over "alive" and "stopped at the last purchase", with the first term taken
 * out. */
#include "engine/value/purchase_fit.h"

#include <stdlib.h>

#include "engine/value/chunked_sum.h"
#include "engine/value/minimise.h"
#include "engine/value/repeatable_math.h"

enum { PARAMETERS = 4, SUM_OF_LOGS = 4 };
_Static_assert(PARAMETERS <= (int)FL_MINIMISE_VARIABLES_MAX && SUM_OF_LOGS < (int)FL_CHUNK_SUMS, "no room");

/* What is the same for all customers of as many repeats. */
struct same_repeats {
    double repeats;
    double constant; /* of ln L */
    double by_r, by_a, by_b;
    double log_odds; /* ln(a / (b + n - 1)) */
    double before;   /* b + n - 1; 0: the customer cannot have stopped */
};

struct likelihood {
    const struct fl_purchase_sample *samples;
    struct fl_purchase_parameters parameters;
    double log_alpha, log_gamma_r, digamma_r;
    double log_gamma_b, digamma_b, log_gamma_ab, digamma_ab;
};

static struct likelihood prepare(const struct fl_purchase_sample *samples,
                                 const struct fl_purchase_parameters *parameters)
{
    const double ab = parameters->a + parameters->b;
    return (struct likelihood){
        .samples = samples,
        .parameters = *parameters,
        .log_alpha = fl_log(parameters->alpha),
        .log_gamma_r = fl_log_gamma(parameters->r),
        .digamma_r = fl_digamma(parameters->r),
        .log_gamma_b = fl_log_gamma(parameters->b),
        .digamma_b = fl_digamma(parameters->b),
        .log_gamma_ab = fl_log_gamma(ab),
        .digamma_ab = fl_digamma(ab),
    };
}

static struct same_repeats prepare_repeats(const struct likelihood *l, double repeats)
{
    const struct fl_purchase_parameters *p = &l->parameters;
    const double chances = repeats + (p->modified ? 1 : 0), shape = p->r + repeats;
    struct same_repeats same = {.repeats = repeats};
    same.constant = fl_log_gamma(shape) - l->log_gamma_r + p->r * l->log_alpha;
    same.by_r = fl_digamma(shape) - l->digamma_r + l->log_alpha;
    if (chances == 0)
        return same;
    const double digamma_all = fl_digamma(p->a + p->b + chances);
    same.constant += (fl_log_gamma(p->b + chances) - l->log_gamma_b) +
                     (l->log_gamma_ab - fl_log_gamma(p->a + p->b + chances));
    same.by_a = l->digamma_ab - digamma_all;
    same.by_b = (fl_digamma(p->b + chances) - l->digamma_b) + same.by_a;
    same.before = p->b + chances - 1;
    same.log_odds = fl_log(p->a / same.before);
    return same;
}

/* ln(1 + e^y), and *part = e^y / (1 + e^y); no y is too large. */
static double log_of_both(double y, double *part)
{
    const double power = fl_exp(y > 0 ? -y : y);
    *part = (y > 0 ? 1 : power) / (1 + power);
    return (y > 0 ? y : 0) + fl_log(1 + power);
}

static void add_customers(const void *context, size_t first, size_t count, double *sums)
{
    const struct likelihood *l = context;
    const struct fl_purchase_parameters *p = &l->parameters;
    struct same_repeats same = {.repeats = -1};
    for (size_t i = first; i < first + count; i++) {
        const struct fl_purchase_sample *sample = &l->samples[i];
        if (sample->repeats != same.repeats)
            same = prepare_repeats(l, sample->repeats);
        const double shape = p->r + same.repeats;
        const double age = p->alpha + sample->age_weeks, log_age = fl_log(age);
        double value = same.constant - shape * log_age;
        double by_r = same.by_r - log_age, by_alpha = p->r / p->alpha - shape / age;
        double by_a = same.by_a, by_b = same.by_b;
        if (same.before > 0) {
            const double last = p->alpha + sample->last_weeks;
            const double silence = fl_log(age / last);
            double stopped = 0;
            value += log_of_both(same.log_odds + shape * silence, &stopped);
            by_r += stopped * silence;
            by_alpha += stopped * shape * (1 / age - 1 / last);
            by_a += stopped / p->a;
            by_b -= stopped / same.before;
        }
        sums[0] += sample->customers * by_r;
        sums[1] += sample->customers * by_alpha;
        sums[2] += sample->customers * by_a;
        sums[3] += sample->customers * by_b;
        sums[SUM_OF_LOGS] += sample->customers * value;
    }
}

fl_status fl_purchase_likelihood(const struct fl_purchase_sample *samples, size_t count,
                                 const struct fl_purchase_parameters *parameters, double *log_likelihood,
                                 double gradient[4], struct fl_error *error)
{
    const struct likelihood likelihood = prepare(samples, parameters);
    fl_chunk_sums *partials = calloc(fl_chunk_count(count) + 1, sizeof *partials);
    double totals[FL_CHUNK_SUMS];
    if (partials == NULL)
        return fl_fail_memory(error, (fl_chunk_count(count) + 1) * sizeof *partials);
    const struct fl_chunked_sum sum = {count, 1, add_customers, &likelihood, partials};
    fl_chunked_sum(&sum, totals);
    free(partials);
    *log_likelihood = totals[SUM_OF_LOGS];
    for (int i = 0; gradient != NULL && i < PARAMETERS; i++)
        gradient[i] = totals[i];
    return FL_OK;
}

/* ---- the fit ---- */

struct search {
    const struct fl_purchase_sample *samples;
    size_t count;
    double customers;
    bool modified;
    unsigned threads;
    fl_chunk_sums *partials;
};

static struct fl_purchase_parameters of_logarithms(bool modified, const double *logs)
{
    return (struct fl_purchase_parameters){modified, fl_exp(logs[0]), fl_exp(logs[1]), fl_exp(logs[2]),
                                           fl_exp(logs[3])};
}

/* Minus the mean log-likelihood, by the logarithms of the parameters. */
static double mean_loss(void *context, const double *logs, double *gradient)
{
    const struct search *search = context;
    const struct fl_purchase_parameters p = of_logarithms(search->modified, logs);
    const struct likelihood likelihood = prepare(search->samples, &p);
    const struct fl_chunked_sum sum = {search->count, search->threads, add_customers, &likelihood,
                                       search->partials};
    double totals[FL_CHUNK_SUMS];
    fl_chunked_sum(&sum, totals);
    const double chain[PARAMETERS] = {p.r, p.alpha, p.a, p.b};
    for (int i = 0; i < PARAMETERS; i++)
        gradient[i] = -totals[i] * chain[i] / search->customers;
    return -totals[SUM_OF_LOGS] / search->customers;
}

static int compare_samples(const void *left, const void *right)
{
    const struct fl_purchase_sample *a = left, *b = right;
    if (a->repeats != b->repeats)
        return a->repeats < b->repeats ? -1 : 1;
    if (a->last_weeks != b->last_weeks)
        return a->last_weeks < b->last_weeks ? -1 : 1;
    return a->age_weeks < b->age_weeks ? -1 : a->age_weeks > b->age_weeks;
}

size_t fl_purchase_samples_merge(struct fl_purchase_sample *samples, size_t count)
{
    size_t kept = 0;
    if (count > 1)
        qsort(samples, count, sizeof *samples, compare_samples);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_samples(&samples[kept - 1], &samples[i]) == 0)
            samples[kept - 1].customers += samples[i].customers;
        else
            samples[kept++] = samples[i];
    }
    return kept;
}

static fl_status check_samples(const struct fl_purchase_sample *samples, size_t count, struct fl_error *error)
{
    if (count == 0)
        return fl_fail(error, FL_BAD_DATA, "nobody has bought by this day: there is nothing to fit");
    if (samples[count - 1].repeats == 0) /* sorted by repeats */
        return fl_fail(
            error, FL_BAD_DATA,
            "no customer has bought on a second day by this day: how often customers come back cannot be "
            "fit");
    if (count == 1)
        return fl_fail(
            error, FL_BAD_DATA,
            "all customers are alike (the same number of purchase days, the same first and last): a fit "
            "needs different ones");
    return FL_OK;
}

/* From a middling place: half of the customers' rates below a fourth of the mean, even chances to stop. */
static void start_point(const struct search *search, double *logs)
{
    double repeats = 0, weeks = 0;
    for (size_t i = 0; i < search->count; i++) {
        repeats += search->samples[i].customers * search->samples[i].repeats;
        weeks += search->samples[i].customers * search->samples[i].age_weeks;
    }
    const double r = 0.5, rate = repeats / (weeks > 0 ? weeks : 1);
    logs[0] = fl_log(r);
    logs[1] = fl_log(r / rate);
    logs[2] = 0;
    logs[3] = fl_log(2);
    for (int i = 0; i < PARAMETERS; i++) {
        const double farthest = fl_log(FL_VALUE_PARAMETER_MAX) / 2;
        logs[i] = logs[i] > farthest ? farthest : logs[i];
        logs[i] = logs[i] < -farthest ? -farthest : logs[i];
    }
}

static fl_status fail_unfound(const struct fl_minimum *minimum, const double *logs, struct fl_error *error)
{
    static const char *const names[PARAMETERS] = {"r", "alpha", "a", "b"};
    if (minimum->at_bound >= 0)
        return fl_fail(error, FL_BAD_DATA,
                       "the fit of how often customers buy has no answer: `%s` ran to %s after %d steps; "
                       "these customers "
                       "differ too little, or their history is too short",
                       names[minimum->at_bound], logs[minimum->at_bound] > 0 ? "100000" : "0.00001",
                       minimum->steps);
    return fl_fail(error, FL_BAD_DATA,
                   "the fit of how often customers buy did not come to an end in %d steps (at most %d)",
                   minimum->steps, FL_MINIMISE_STEPS_MAX);
}

static fl_status search_parameters(struct search *search, struct fl_purchase_fit *fit, struct fl_error *error)
{
    const struct fl_function function = {PARAMETERS, fl_log(FL_VALUE_PARAMETER_MAX), mean_loss, search, 0};
    double logs[PARAMETERS];
    start_point(search, logs);
    const struct fl_minimum minimum = fl_minimise(&function, logs);
    if (!minimum.found)
        return fail_unfound(&minimum, logs, error);
    *fit = (struct fl_purchase_fit){.parameters = of_logarithms(search->modified, logs),
                                    .customers = search->customers,
                                    .log_likelihood = -minimum.value * search->customers,
                                    .steps = minimum.steps};
    return FL_OK;
}

fl_status fl_purchase_fit(struct fl_purchase_sample *samples, size_t count, bool modified, unsigned threads,
                          struct fl_purchase_fit *fit, struct fl_error *error)
{
    struct search search = {.samples = samples, .modified = modified, .threads = threads};
    search.count = fl_purchase_samples_merge(samples, count);
    fl_status status = check_samples(samples, search.count, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < search.count; i++)
        search.customers += samples[i].customers;
    search.partials = calloc(fl_chunk_count(search.count), sizeof *search.partials);
    if (search.partials == NULL)
        return fl_fail_memory(error, fl_chunk_count(search.count) * sizeof *search.partials);
    status = search_parameters(&search, fit, error);
    free(search.partials);
    return status;
}
