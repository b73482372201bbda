/* facts_stage.c - the stage for what only whole customers have: value and life cycle. */
#include "engine/facts_stage.h"

struct fl_facts_stage {
    struct fl_facts_stage_plan plan;
    struct fl_facts_maker maker;
    struct fl_day_facts days; /* of the customer in hand */
    bool ended;               /* the next rows are of another one */
};

fl_status fl_facts_stage_create(const struct fl_facts_stage_plan *plan, struct fl_facts_stage **stage,
                                struct fl_error *error)
{
    *stage = NULL;
    struct fl_facts_stage *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->plan = *plan;
    fl_day_facts_init(&made->days, plan->registry, plan->memory_bytes);
    fl_status status = fl_facts_maker_init(&made->maker, plan->rules, error);
    if (status != FL_OK) {
        fl_facts_stage_free(made);
        return status;
    }
    *stage = made;
    return FL_OK;
}

void fl_facts_stage_free(struct fl_facts_stage *stage)
{
    if (stage == NULL)
        return;
    fl_facts_maker_release(&stage->maker);
    fl_day_facts_release(&stage->days);
    free(stage);
}

fl_status fl_facts_stage_add(struct fl_facts_stage *stage, const struct fl_rows *rows,
                             const uint32_t *categories, struct fl_error *error)
{
    if (stage->ended)
        fl_day_facts_begin(&stage->days);
    stage->ended = false;
    return fl_day_facts_add(&stage->days, rows, categories, error);
}

const struct fl_day_facts *fl_facts_stage_end(struct fl_facts_stage *stage)
{
    stage->ended = true;
    return &stage->days;
}

static void take_profile(const struct fl_profile *profile, struct fl_customer_facts *facts)
{
    facts->age_band = profile->word[FL_PROFILE_AGE_BAND];
    facts->life_stage = profile->word[FL_PROFILE_LIFE_STAGE];
    facts->country = profile->word[FL_PROFILE_COUNTRY];
    facts->region = profile->word[FL_PROFILE_REGION];
    facts->urbanity = profile->word[FL_PROFILE_URBANITY];
    facts->nearest_store = profile->word[FL_PROFILE_NEAREST_STORE];
    facts->has_store_distance = profile->has_store_distance;
    facts->store_distance_m = profile->store_distance_m;
}

void fl_facts_stage_make(struct fl_facts_stage *stage, const struct fl_day_facts *days,
                         const struct fl_scope_score *score, const struct fl_profile *profile,
                         struct fl_customer_facts *facts)
{
    struct fl_customer_night night = {.as_of_day = stage->plan.as_of_day,
                                      .first_row_day = score->first_day,
                                      .intent = score->intent,
                                      .falling = score->trend == FL_TREND_FALLING};
    const bool found = profile != NULL && profile->found;
    if (found) {
        night.has_first_contact = profile->has_first_contact;
        night.first_contact_day = profile->first_contact;
    }
    fl_customer_facts_make(&stage->maker, days, &night, facts);
    if (found)
        take_profile(profile, facts);
}
