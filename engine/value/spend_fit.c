/* spend_fit.c - what a purchase day brings: Gamma-Gamma by greatest likelihood.
 *
 * With x repeat purchase days that brought s together, m = s / x:
 *     ln L = ln G(p x + q) - ln G(p x) - ln G(q) + q ln v + p x ln s - ln m - (p x + q) ln(s + v)
 * The fit divides all amounts by their (geometric) mean, so that a starting point does for every currency. */
#include "engine/value/spend_fit.h"

#include <stdlib.h>

#include "engine/value/chunked_sum.h"
#include "engine/value/minimise.h"
#include "engine/value/purchase_fit.h"
#include "engine/value/repeatable_math.h"

enum { PARAMETERS = 3, SUM_OF_LOGS = 4 };

struct likelihood {
    const struct fl_spend_sample *samples;
    struct fl_spend_parameters parameters;
    double unit; /* amounts are divided by it */
    double log_v, log_gamma_q, digamma_q;
};

/* What is the same for all customers of as many repeats. */
struct same_repeats {
    double repeats, constant, by_p, by_q;
};

static struct likelihood prepare(const struct fl_spend_sample *samples,
                                 const struct fl_spend_parameters *parameters, double unit)
{
    return (struct likelihood){
        .samples = samples,
        .parameters = *parameters,
        .unit = unit,
        .log_v = fl_log(parameters->v),
        .log_gamma_q = fl_log_gamma(parameters->q),
        .digamma_q = fl_digamma(parameters->q),
    };
}

static struct same_repeats prepare_repeats(const struct likelihood *l, double repeats)
{
    const struct fl_spend_parameters *p = &l->parameters;
    const double shape = p->p * repeats, digamma_all = fl_digamma(shape + p->q);
    return (struct same_repeats){
        .repeats = repeats,
        .constant = (fl_log_gamma(shape + p->q) - fl_log_gamma(shape)) - l->log_gamma_q + p->q * l->log_v +
                    fl_log(repeats),
        .by_p = digamma_all - fl_digamma(shape),
        .by_q = digamma_all - l->digamma_q + l->log_v,
    };
}

static void add_customers(const void *context, size_t first, size_t count, double *sums)
{
    const struct likelihood *l = context;
    const struct fl_spend_parameters *p = &l->parameters;
    struct same_repeats same = {.repeats = -1};
    for (size_t i = first; i < first + count; i++) {
        const struct fl_spend_sample *sample = &l->samples[i];
        if (sample->repeats != same.repeats)
            same = prepare_repeats(l, sample->repeats);
        const double spent = sample->spent / l->unit, shape = p->p * same.repeats;
        const double log_spent = fl_log(spent), log_both = fl_log(spent + p->v);
        sums[0] += sample->customers * same.repeats * (same.by_p + (log_spent - log_both));
        sums[1] += sample->customers * (same.by_q - log_both);
        sums[2] += sample->customers * (p->q / p->v - (shape + p->q) / (spent + p->v));
        sums[SUM_OF_LOGS] += sample->customers *
                             (same.constant + shape * (log_spent - log_both) - p->q * log_both - log_spent);
    }
}

/* Of the amounts as they are. */
static double in_units(double log_likelihood, double customers, double unit)
{
    return log_likelihood - customers * fl_log(unit);
}

fl_status fl_spend_likelihood(const struct fl_spend_sample *samples, size_t count,
                              const struct fl_spend_parameters *parameters, double *log_likelihood,
                              double gradient[3], struct fl_error *error)
{
    const struct likelihood likelihood = prepare(samples, parameters, 1);
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
    const struct fl_spend_sample *samples;
    size_t count;
    double customers, unit;
    unsigned threads;
    fl_chunk_sums *partials;
};

static struct fl_spend_parameters of_logarithms(const double *logs)
{
    return (struct fl_spend_parameters){fl_exp(logs[0]), fl_exp(logs[1]), fl_exp(logs[2])};
}

/* Minus the mean log-likelihood, by the logarithms of the parameters. */
static double mean_loss(void *context, const double *logs, double *gradient)
{
    const struct search *search = context;
    const struct fl_spend_parameters p = of_logarithms(logs);
    const struct likelihood likelihood = prepare(search->samples, &p, search->unit);
    const struct fl_chunked_sum sum = {search->count, search->threads, add_customers, &likelihood,
                                       search->partials};
    double totals[FL_CHUNK_SUMS];
    fl_chunked_sum(&sum, totals);
    const double chain[PARAMETERS] = {p.p, p.q, p.v};
    for (int i = 0; i < PARAMETERS; i++)
        gradient[i] = -totals[i] * chain[i] / search->customers;
    return -totals[SUM_OF_LOGS] / search->customers;
}

static int compare_samples(const void *left, const void *right)
{
    const struct fl_spend_sample *a = left, *b = right;
    if (a->repeats != b->repeats)
        return a->repeats < b->repeats ? -1 : 1;
    return a->spent < b->spent ? -1 : a->spent > b->spent;
}

size_t fl_spend_samples_merge(struct fl_spend_sample *samples, size_t count)
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

static fl_status check_samples(const struct fl_spend_sample *samples, size_t count, struct fl_error *error)
{
    if (count == 0)
        return fl_fail(
            error, FL_BAD_DATA,
            "no customer has bought for money on a second day: what a purchase brings cannot be fit");
    const double mean = samples[0].spent / samples[0].repeats;
    for (size_t i = 1; i < count; i++)
        if (samples[i].spent / samples[i].repeats != mean)
            return FL_OK;
    return fl_fail(
        error, FL_BAD_DATA,
        "all customers spend the same on average: a fit of what a purchase brings needs different ones");
}

static void add_up(struct search *search)
{
    double logs = 0; /* the geometric mean: a few giants do not move it */
    for (size_t i = 0; i < search->count; i++) {
        search->customers += search->samples[i].customers;
        logs += search->samples[i].customers * fl_log(search->samples[i].spent / search->samples[i].repeats);
    }
    search->unit = fl_exp(logs / search->customers);
}

/* The search with q held at its largest. */
static double mean_loss_alike(void *context, const double *logs, double *gradient)
{
    const double all[PARAMETERS] = {logs[0], fl_log(FL_VALUE_PARAMETER_MAX), logs[1]};
    double by_all[PARAMETERS];
    const double loss = mean_loss(context, all, by_all);
    gradient[0] = by_all[0];
    gradient[1] = by_all[2];
    return loss;
}

/* Where customers' means differ by chance alone, q and v run away together, while p v / (q - 1), the mean,
 * stays: no trouble, the answer is that everybody has the common mean. */
static struct fl_minimum search_alike(struct search *search, double *logs)
{
    const double q = fl_log(FL_VALUE_PARAMETER_MAX);
    /* Its terms are a million times its value: q ln v and the like. */
    const struct fl_function function = {2, 2 * q, mean_loss_alike, search, 1e-9};
    double two[2] = {fl_log(2), q - fl_log(2)};
    const struct fl_minimum minimum = fl_minimise(&function, two);
    logs[0] = two[0];
    logs[1] = q;
    logs[2] = two[1];
    return minimum;
}

static fl_status check_minimum(const struct fl_minimum *minimum, const double *logs, struct fl_error *error)
{
    static const char *const names[PARAMETERS] = {"p", "q", "v"};
    if (minimum->found && logs[1] <= 0)
        return fl_fail(
            error, FL_BAD_DATA,
            "the fit of what a purchase brings gives no mean (q = %.6f, not above 1): a few customers "
            "spend out of all proportion; look for wrong amounts",
            fl_exp(logs[1]));
    if (minimum->found)
        return FL_OK;
    if (minimum->at_bound >= 0)
        return fl_fail(
            error, FL_BAD_DATA,
            "the fit of what a purchase brings has no answer: `%s` ran to %s after %d steps; these "
            "customers' amounts differ too little, or out of all proportion",
            names[minimum->at_bound], logs[minimum->at_bound] > 0 ? "100000" : "0.00001", minimum->steps);
    return fl_fail(error, FL_BAD_DATA,
                   "the fit of what a purchase brings did not come to an end in %d steps (at most %d)",
                   minimum->steps, FL_MINIMISE_STEPS_MAX);
}

static fl_status search_parameters(struct search *search, struct fl_spend_fit *fit, struct fl_error *error)
{
    const struct fl_function function = {PARAMETERS, fl_log(FL_VALUE_PARAMETER_MAX), mean_loss, search, 0};
    double logs[PARAMETERS] = {fl_log(2), fl_log(3), 0}; /* the mean p v / (q - 1) is then one unit */
    struct fl_minimum minimum = fl_minimise(&function, logs);
    const bool alike = minimum.at_bound > 0 && logs[1] > 0 && logs[2] > 0;
    if (alike)
        minimum = search_alike(search, logs);
    const fl_status status = check_minimum(&minimum, logs, error);
    if (status != FL_OK)
        return status;
    *fit = (struct fl_spend_fit){
        .parameters = of_logarithms(logs),
        .customers = search->customers,
        .log_likelihood = in_units(-minimum.value * search->customers, search->customers, search->unit),
        .steps = minimum.steps,
        .alike = alike};
    fit->parameters.v *= search->unit;
    return FL_OK;
}

fl_status fl_spend_fit(struct fl_spend_sample *samples, size_t count, unsigned threads,
                       struct fl_spend_fit *fit, struct fl_error *error)
{
    struct search search = {.samples = samples, .threads = threads};
    search.count = fl_spend_samples_merge(samples, count);
    fl_status status = check_samples(samples, search.count, error);
    if (status != FL_OK)
        return status;
    add_up(&search);
    search.partials = calloc(fl_chunk_count(search.count), sizeof *search.partials);
    if (search.partials == NULL)
        return fl_fail_memory(error, fl_chunk_count(search.count) * sizeof *search.partials);
    status = search_parameters(&search, fit, error);
    free(search.partials);
    return status;
}

double fl_spend_expected(const struct fl_spend_parameters *parameters, double repeats, double spent)
{
    return parameters->p * (parameters->v + spent) / (parameters->p * repeats + (parameters->q - 1));
}
