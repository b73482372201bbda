/* explain_place.h - where a customer stands among all customers of a run, counted over the run's table. */
#ifndef ENGINE_EXPLAIN_PLACE_H
#define ENGINE_EXPLAIN_PLACE_H

#include "engine/explain_stored.h"
#include "engine/model/model.h"
#include "engine/tier.h"

/* Of those who take part. */
struct fl_explain_counts {
    bool known;                  /* the run has the column, and the customer takes part */
    int64_t value;               /* the customer's */
    uint64_t less, equal, count; /* equal counts the customer too */
};

struct fl_explain_place {
    struct fl_explain_counts raw, recency_days, monetary, tier_value;
    bool has_borders;
    bool knows_before; /* last night's tier is stored, if there was a night before */
    uint64_t buyers;
    struct fl_tier_borders borders;
};

/* One pass over the run's customers. Takes 8 bytes for each with net purchases above 0. */
fl_status fl_explain_place_find(const struct fl_io *io, const char *run,
                                const struct fl_run_manifest *manifest, const struct fl_model *model,
                                const struct fl_stored_rows *stored, struct fl_explain_place *place,
                                struct fl_error *error);

/* FL_INTERNAL names the column whose stored value is not what the place gives. `recency_days` and so on as in
 * SEMANTICS.md section 3. */
fl_status fl_explain_place_check(const struct fl_explain_place *place, const struct fl_model *model,
                                 const struct fl_stored_rows *stored, struct fl_error *error);

/* 1 + floor(5 (less + equal / 2) / count); 0 when there is nobody. */
unsigned fl_explain_quintile(uint64_t less, uint64_t equal, uint64_t count);
fl_status fl_explain_fail_different(const char *table, const char *column, struct fl_error *error);

#endif
