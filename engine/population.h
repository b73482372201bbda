/* population.h - what a customer is among all customers: percentile, RFM quintiles, value tier. */
#ifndef ENGINE_POPULATION_H
#define ENGINE_POPULATION_H

#include "engine/model/model.h"
#include "engine/percentile.h"
#include "engine/previous_night.h"
#include "engine/standings.h"

/* Where R steps down, M up (SEMANTICS.md section 3): R is 5 less the number of recency cuts that the days
 * have reached, M 1 more than that of the monetary cuts. Rising; INT64_MAX where no value gets so far. */
struct fl_rfm_cuts {
    int64_t recency_days[4], monetary[4];
};

struct fl_population_plan {
    const struct fl_io *io;
    const char *directory; /* for scratch space */
    const struct fl_value_settings *value;
    bool wants_percentile, wants_value;
    int32_t as_of_day;
    uint64_t memory_bytes; /* 16 bytes a customer */
};

struct fl_population {
    struct fl_population_plan plan;
    struct fl_raw_list raws;
    struct fl_standings standings;
    size_t buyers, recent; /* customers in tiers; with a purchase in 24 months */
    struct fl_percentile_cuts percentile_cuts;
    struct fl_rfm_cuts rfm_cuts;
    struct fl_tier_borders borders;
};

/* Results of some customers in row order. */
enum { FL_POPULATION_ROWS = 1024 };
struct fl_population_rows {
    size_t count;
    uint8_t percentile[FL_POPULATION_ROWS], no_percentile[FL_POPULATION_ROWS];
    uint8_t r[FL_POPULATION_ROWS], f[FL_POPULATION_ROWS], m[FL_POPULATION_ROWS];
    struct fl_tier_state tier[FL_POPULATION_ROWS];
    bool has_winback[FL_POPULATION_ROWS];
    int32_t winback_day[FL_POPULATION_ROWS];
    bool has_before[FL_POPULATION_ROWS]; /* the previous night has the customer */
    struct fl_before before[FL_POPULATION_ROWS];
};

void fl_population_init(struct fl_population *population, const struct fl_population_plan *plan);
/* The next customer's; of the standing only raw is looked at unless values are wanted. */
fl_status fl_population_add(struct fl_population *population, const struct fl_standing *standing,
                            struct fl_error *error);
/* After the last add. FL_LIMIT: more memory than the plan has. */
fl_status fl_population_compare(struct fl_population *population, struct fl_error *error);
/* Calls `each` with all customers in the order in which they were added, rising if there is a previous night:
 * then what they have become since is added to `transitions`. NULL: no previous night. */
typedef fl_status fl_population_each(void *context, const struct fl_population_rows *rows,
                                     struct fl_error *error);
fl_status fl_population_walk(struct fl_population *population, struct fl_previous_night *previous,
                             struct fl_transitions *transitions, fl_population_each *each, void *context,
                             struct fl_error *error);
void fl_population_release(struct fl_population *population);

/* 1..5 of days since the last purchase, of an amount. */
uint8_t fl_rfm_recency(const struct fl_rfm_cuts *cuts, int32_t days);
uint8_t fl_rfm_monetary(const struct fl_rfm_cuts *cuts, int64_t amount);

#endif
