/* population.c - what a customer is among all customers: percentile, RFM quintiles, value tier.
 *
 * R, M and tier are steps of one value each, so all that is kept of a comparison is where the steps are. One
 * list of values is sorted at a time; then the standings are read back and placed. */
#include "engine/population.h"

#include <stdlib.h>
#include <string.h>

enum { QUINTILES = 5, CUTS = 4, MILLI = 1000 };
#define SIGN_BIT (UINT64_C(1) << 63)

void fl_population_init(struct fl_population *population, const struct fl_population_plan *plan)
{
    *population = (struct fl_population){.plan = *plan};
    fl_standings_init(&population->standings, plan->io, plan->directory);
}

void fl_population_release(struct fl_population *population)
{
    fl_raw_list_release(&population->raws);
    if (population->plan.io != NULL)
        fl_standings_release(&population->standings);
}

fl_status fl_population_add(struct fl_population *population, int64_t raw, const struct fl_standing *standing,
                            struct fl_error *error)
{
    if (population->plan.wants_percentile && !fl_raw_list_add(&population->raws, raw))
        return fl_fail_memory(error, FL_RAW_CHUNK * sizeof(int64_t));
    if (!population->plan.wants_value)
        return FL_OK;
    population->buyers += standing->is_buyer;
    population->recent += standing->recency_days >= 0;
    return fl_standings_add(&population->standings, standing, error);
}

static fl_status check_memory(const struct fl_population *population, uint64_t values, struct fl_error *error)
{
    const uint64_t size_bytes = (population->raws.count + values) * sizeof(int64_t);
    if (size_bytes <= population->plan.memory_bytes)
        return FL_OK;
    return fl_fail(error, FL_LIMIT, "comparing all customers needs %llu bytes, at most %llu: raise --memory",
                   (unsigned long long)size_bytes, (unsigned long long)population->plan.memory_bytes);
}

/* ---- lists of values ---- */

enum measure { MEASURE_RECENCY, MEASURE_MONETARY, MEASURE_TIER };

/* Signed values with the sign turned, so that they sort as unsigned ones do. */
struct values {
    enum measure measure;
    uint64_t *list;
    size_t count;
};

static fl_status gather(void *context, const struct fl_standing *standings, size_t count,
                        struct fl_error *error)
{
    struct values *values = context;
    (void)error;
    for (size_t i = 0; i < count; i++) {
        const struct fl_standing *of = &standings[i];
        const bool takes_part = values->measure == MEASURE_TIER ? of->is_buyer : of->recency_days >= 0;
        const int64_t value = values->measure == MEASURE_RECENCY    ? of->recency_days
                              : values->measure == MEASURE_MONETARY ? of->monetary
                                                                    : of->tier_value;
        if (takes_part)
            values->list[values->count++] = (uint64_t)value ^ SIGN_BIT;
    }
    return FL_OK;
}

/* malloc()s and sorts the list of one measure. */
static fl_status make_values(struct fl_population *population, enum measure measure, struct values *values,
                             struct fl_error *error)
{
    const size_t most = measure == MEASURE_TIER ? population->buyers : population->recent;
    *values = (struct values){.measure = measure};
    fl_status status = check_memory(population, most, error);
    if (status != FL_OK)
        return status;
    values->list = malloc((most + 1) * sizeof *values->list);
    if (values->list == NULL)
        return fl_fail_memory(error, most * sizeof *values->list);
    status = fl_standings_walk(&population->standings, gather, values, error);
    fl_sort_raws(values->list, values->count);
    for (size_t i = 0; i < values->count; i++)
        values->list[i] ^= SIGN_BIT;
    return status;
}

/* ---- quintiles ---- */

static unsigned quintile(uint64_t less, uint64_t equal, uint64_t count)
{
    return 1 + (unsigned)((QUINTILES * (2 * less + equal)) / (2 * count));
}

/* The lowest value at each step of the quintiles of sorted values; these rise with the value, or fall. */
static void find_cuts(const struct values *values, bool falling, int64_t cuts[CUTS])
{
    unsigned found = 0;
    for (size_t less = 0; less < values->count;) {
        size_t above = less + 1;
        while (above < values->count && values->list[above] == values->list[less])
            above++;
        const unsigned of = quintile(falling ? values->count - above : less, above - less, values->count);
        const unsigned steps = falling ? QUINTILES - of : of - 1;
        while (found < steps)
            cuts[found++] = (int64_t)values->list[less];
        less = above;
    }
    while (found < CUTS)
        cuts[found++] = INT64_MAX;
}

/* A whole number has reached a frozen cut when it has reached the next whole number. */
static void freeze_cuts(const int64_t cuts_milli[CUTS], int64_t cuts[CUTS])
{
    for (int i = 0; i < CUTS; i++)
        cuts[i] = cuts_milli[i] / MILLI + (cuts_milli[i] % MILLI > 0);
}

static unsigned reached(const int64_t cuts[CUTS], int64_t value)
{
    return (unsigned)(value >= cuts[0]) + (value >= cuts[1]) + (value >= cuts[2]) + (value >= cuts[3]);
}

uint8_t fl_rfm_recency(const struct fl_rfm_cuts *cuts, int32_t days)
{
    return (uint8_t)(QUINTILES - reached(cuts->recency_days, days));
}

uint8_t fl_rfm_monetary(const struct fl_rfm_cuts *cuts, int64_t amount)
{
    return (uint8_t)(1 + reached(cuts->monetary, amount));
}

/* ---- comparing ---- */

static fl_status find_measure_cuts(struct fl_population *population, enum measure measure, int64_t cuts[CUTS],
                                   struct fl_error *error)
{
    struct values values;
    fl_status status = make_values(population, measure, &values, error);
    if (status == FL_OK)
        find_cuts(&values, measure == MEASURE_RECENCY, cuts);
    free(values.list);
    return status;
}

static fl_status find_borders(struct fl_population *population, struct fl_error *error)
{
    const struct fl_value_settings *settings = population->plan.value;
    int32_t share_milli[FL_TIER_D], sum = 0;
    struct values values;
    for (int tier = 0; tier < FL_TIER_D; tier++)
        share_milli[tier] = sum += settings->tier_share_milli[tier];
    fl_status status = make_values(population, MEASURE_TIER, &values, error);
    if (status == FL_OK)
        fl_tier_borders_find((const int64_t *)values.list, values.count, share_milli, &population->borders);
    population->borders.up_milli = settings->tier_up_milli;
    population->borders.down_milli = settings->tier_down_milli;
    free(values.list);
    return status;
}

static fl_status compare_values(struct fl_population *population, struct fl_error *error)
{
    const struct fl_value_settings *settings = population->plan.value;
    struct fl_rfm_cuts *cuts = &population->rfm_cuts;
    fl_status status = FL_OK;
    if (settings->has_recency_cuts)
        freeze_cuts(settings->recency_cuts_milli, cuts->recency_days);
    else
        status = find_measure_cuts(population, MEASURE_RECENCY, cuts->recency_days, error);
    if (settings->has_monetary_cuts)
        freeze_cuts(settings->monetary_cuts_milli, cuts->monetary);
    else if (status == FL_OK)
        status = find_measure_cuts(population, MEASURE_MONETARY, cuts->monetary, error);
    return status == FL_OK ? find_borders(population, error) : status;
}

fl_status fl_population_compare(struct fl_population *population, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (population->plan.wants_percentile) {
        status = check_memory(population, population->raws.positive, error);
        if (status == FL_OK && !fl_percentile_find_cuts(&population->raws, &population->percentile_cuts))
            status = fl_fail_memory(error, population->raws.positive * sizeof(uint64_t));
    }
    return status == FL_OK && population->plan.wants_value ? compare_values(population, error) : status;
}

/* ---- rows ---- */

struct walk {
    struct fl_population *population;
    fl_population_each *each;
    void *context;
    size_t row; /* of the population */
    struct fl_population_rows rows;
};

/* The raws of the next rows, all of one chunk of the list: as many as there are, at most `most`. */
static size_t place_raws(struct walk *walk, size_t most)
{
    const struct fl_raw_list *raws = &walk->population->raws;
    const size_t chunk = walk->row / FL_RAW_CHUNK, at = walk->row % FL_RAW_CHUNK;
    const size_t left = fl_raw_list_of_chunk(raws, chunk) - at, count = left < most ? left : most;
    fl_percentiles(&walk->population->percentile_cuts, raws->chunks[chunk] + at, count, walk->rows.percentile,
                   walk->rows.no_percentile);
    return count;
}

static void place(const struct fl_population *population, const struct fl_standing *standing, size_t row,
                  struct fl_population_rows *rows)
{
    const struct fl_tier_state before = {standing->tier_before, standing->pending_before,
                                         standing->pending_nights_before};
    const bool recent = standing->recency_days >= 0;
    rows->r[row] = recent ? fl_rfm_recency(&population->rfm_cuts, standing->recency_days) : 0;
    rows->f[row] = recent ? standing->frequency : 0;
    rows->m[row] = recent ? fl_rfm_monetary(&population->rfm_cuts, standing->monetary) : 0;
    rows->tier[row] = fl_tier_tonight(&population->borders, standing->is_buyer, standing->tier_value,
                                      standing->has_before ? &before : NULL);
    rows->tier_before[row] = standing->has_before ? standing->tier_before : FL_TIERS;
}

static fl_status walk_rows(void *context, const struct fl_standing *standings, size_t count,
                           struct fl_error *error)
{
    struct walk *walk = context;
    fl_status status = FL_OK;
    for (size_t done = 0; done < count && status == FL_OK;) {
        struct fl_population_rows *rows = &walk->rows;
        const size_t left = count - done;
        rows->count = left < FL_POPULATION_ROWS ? left : FL_POPULATION_ROWS;
        if (walk->population->plan.wants_percentile)
            rows->count = place_raws(walk, rows->count);
        for (size_t i = 0; i < rows->count && standings != NULL; i++)
            place(walk->population, &standings[done + i], i, rows);
        status = walk->each(walk->context, rows, error);
        walk->row += rows->count;
        done += rows->count;
    }
    return status;
}

fl_status fl_population_walk(struct fl_population *population, fl_population_each *each, void *context,
                             struct fl_error *error)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return fl_fail_memory(error, sizeof *walk);
    walk->population = population;
    walk->each = each;
    walk->context = context;
    const fl_status status = population->plan.wants_value
                                 ? fl_standings_walk(&population->standings, walk_rows, walk, error)
                                 : walk_rows(walk, NULL, population->raws.count, error);
    free(walk);
    return status;
}
