/* population.c - what a customer is among all customers: percentile, RFM quintiles, value tier.
 *
 * R, M and tier are steps of one value each, so all that is kept of a comparison is where the steps are. One
 * list of values is sorted at a time; then the standings are read back and placed. */
#include "engine/population.h"

#include <stdlib.h>
#include <string.h>

#include "engine/customer_facts.h"
#include "formats/table/word_union.h"

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

static fl_status add_raw(struct fl_population *population, int64_t raw, struct fl_error *error)
{
    return fl_raw_list_add(&population->raws, raw) ? FL_OK
                                                   : fl_fail_memory(error, FL_RAW_CHUNK * sizeof(int64_t));
}

/* With values wanted the raws wait with the rest, where many nights have room at once. */
fl_status fl_population_add(struct fl_population *population, const struct fl_standing *standing,
                            struct fl_error *error)
{
    if (!population->plan.wants_value)
        return add_raw(population, standing->raw, error);
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

static fl_status list_raws(void *context, const struct fl_standing *standings, size_t count,
                           struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = add_raw(context, standings[i].raw, error);
    return status;
}

static fl_status compare_raws(struct fl_population *population, struct fl_error *error)
{
    fl_status status = FL_OK;
    if (population->plan.wants_value) {
        status = check_memory(population, population->standings.count, error);
        if (status == FL_OK)
            status = fl_standings_walk(&population->standings, list_raws, population, error);
    }
    if (status == FL_OK)
        status = check_memory(population, population->raws.positive, error);
    if (status == FL_OK && !fl_percentile_find_cuts(&population->raws, &population->percentile_cuts))
        status = fl_fail_memory(error, population->raws.positive * sizeof(uint64_t));
    return status;
}

fl_status fl_population_compare(struct fl_population *population, struct fl_error *error)
{
    fl_status status = population->plan.wants_percentile ? compare_raws(population, error) : FL_OK;
    return status == FL_OK && population->plan.wants_value ? compare_values(population, error) : status;
}

/* ---- rows ---- */

struct walk {
    struct fl_population *population;
    struct fl_previous_night *previous; /* NULL: none */
    struct fl_transitions *transitions;
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

static fl_status find_before(struct walk *walk, int64_t customer, size_t row, struct fl_error *error)
{
    struct fl_population_rows *rows = &walk->rows;
    rows->has_before[row] = false;
    if (walk->previous == NULL)
        return FL_OK;
    return fl_previous_night_find(walk->previous, customer, &rows->before[row], &rows->has_before[row],
                                  walk->transitions, error);
}

static void place_rfm(const struct fl_population *population, const struct fl_standing *standing, size_t row,
                      struct fl_population_rows *rows)
{
    const bool recent = standing->recency_days >= 0;
    rows->r[row] = recent ? fl_rfm_recency(&population->rfm_cuts, standing->recency_days) : 0;
    rows->f[row] = recent ? standing->frequency : 0;
    rows->m[row] = recent ? fl_rfm_monetary(&population->rfm_cuts, standing->monetary) : 0;
}

static void place_tier(const struct fl_population *population, const struct fl_standing *standing, size_t row,
                       struct fl_population_rows *rows)
{
    const struct fl_before *before = &rows->before[row];
    struct fl_tier_state state = {.pending = FL_TIERS};
    const bool known = rows->has_before[row] && before->words.word[FL_CHANGE_TIER] != FL_NO_WORD;
    if (known) {
        state.tier = (uint8_t)before->words.word[FL_CHANGE_TIER];
        state.pending_nights = before->tier_pending_nights;
        if (before->tier_pending != FL_NO_WORD)
            state.pending = (uint8_t)before->tier_pending;
    }
    rows->tier[row] = fl_tier_tonight(&population->borders, standing->is_buyer, standing->tier_value,
                                      known ? &state : NULL);
}

/* The night on which the stage becomes lapsed is a winback day. */
static void place_winback(const struct fl_population *population, const struct fl_standing *standing,
                          size_t row, struct fl_population_rows *rows)
{
    const uint32_t before = rows->before[row].words.word[FL_CHANGE_STAGE];
    const bool lapses = rows->has_before[row] && fl_stage_becomes_lapsed(standing->stage, before);
    rows->has_winback[row] = lapses || standing->has_winback;
    rows->winback_day[row] = lapses ? population->plan.as_of_day : standing->winback_day;
}

static void count_transition(const struct walk *walk, const struct fl_standing *standing, size_t row)
{
    const struct fl_population_rows *rows = &walk->rows;
    const struct fl_change_words now = {.word = {[FL_CHANGE_BAND] = standing->band,
                                                 [FL_CHANGE_LOOP] = standing->loop,
                                                 [FL_CHANGE_PHASE] = standing->phase,
                                                 [FL_CHANGE_STAGE] = standing->stage,
                                                 [FL_CHANGE_TIER] = rows->tier[row].tier}};
    fl_transitions_add(walk->transitions, rows->has_before[row] ? &rows->before[row].words : NULL, &now);
}

static fl_status place(struct walk *walk, const struct fl_standing *standing, size_t row,
                       struct fl_error *error)
{
    fl_status status = find_before(walk, standing->customer, row, error);
    if (status != FL_OK)
        return status;
    place_rfm(walk->population, standing, row, &walk->rows);
    place_tier(walk->population, standing, row, &walk->rows);
    place_winback(walk->population, standing, row, &walk->rows);
    if (walk->previous != NULL)
        count_transition(walk, standing, row);
    return FL_OK;
}

static fl_status walk_rows(void *context, const struct fl_standing *standings, size_t count,
                           struct fl_error *error)
{
    struct walk *walk = context;
    struct fl_population_rows *rows = &walk->rows;
    fl_status status = FL_OK;
    for (size_t done = 0; done < count && status == FL_OK; done += rows->count) {
        const size_t left = count - done;
        rows->count = left < FL_POPULATION_ROWS ? left : FL_POPULATION_ROWS;
        if (walk->population->plan.wants_percentile)
            rows->count = place_raws(walk, rows->count);
        for (size_t i = 0; i < rows->count && standings != NULL && status == FL_OK; i++)
            status = place(walk, &standings[done + i], i, error);
        if (status == FL_OK)
            status = walk->each(walk->context, rows, error);
        walk->row += rows->count;
    }
    return status;
}

fl_status fl_population_walk(struct fl_population *population, struct fl_previous_night *previous,
                             struct fl_transitions *transitions, fl_population_each *each, void *context,
                             struct fl_error *error)
{
    struct walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL)
        return fl_fail_memory(error, sizeof *walk);
    walk->population = population;
    walk->previous = previous;
    walk->transitions = transitions;
    walk->each = each;
    walk->context = context;
    fl_status status = population->plan.wants_value
                           ? fl_standings_walk(&population->standings, walk_rows, walk, error)
                           : walk_rows(walk, NULL, population->raws.count, error);
    free(walk);
    if (status == FL_OK && previous != NULL)
        status = fl_previous_night_end(previous, transitions, error);
    return status;
}
