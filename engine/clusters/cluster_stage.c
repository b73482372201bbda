/* cluster_stage.c - the stage for baskets and clusters: some customers at a time, one night.
 *
 * The vectors of some customers lie one behind the other, so that the kernel works on several rows at once.
 */
#include "engine/clusters/cluster_stage.h"

#include <math.h>
#include <stdlib.h>

enum { MICRO = 1000000 };

struct fl_cluster_stage {
    const struct fl_cluster_rules *rules;
    int32_t as_of_day;
    struct fl_basket_maker maker;
    /* The vectors of the customers in hand, as the kernels take them. */
    size_t count;
    uint64_t starts[FL_CLUSTERED_AT_ONCE + 1];
    uint16_t *categories; /* room for the longest vector of each customer */
    float *weights;
    struct fl_nearest_two nearest[FL_CLUSTERED_AT_ONCE];
};

static fl_status take_vectors(struct fl_cluster_stage *stage, struct fl_error *error)
{
    const size_t room = (size_t)FL_CLUSTERED_AT_ONCE * FL_CLUSTER_CATEGORIES_MAX;
    stage->categories = malloc(room * sizeof *stage->categories);
    stage->weights = malloc(room * sizeof *stage->weights);
    return stage->categories != NULL && stage->weights != NULL
               ? FL_OK
               : fl_fail_memory(error, room * sizeof *stage->weights);
}

fl_status fl_cluster_stage_create(const struct fl_cluster_rules *rules, int32_t as_of_day,
                                  struct fl_cluster_stage **stage, struct fl_error *error)
{
    *stage = NULL;
    struct fl_cluster_stage *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->rules = rules;
    made->as_of_day = as_of_day;
    fl_status status = fl_basket_maker_init(&made->maker, rules->settings, rules->category_count, error);
    if (status == FL_OK && rules->model != NULL)
        status = take_vectors(made, error);
    if (status != FL_OK) {
        fl_cluster_stage_free(made);
        return status;
    }
    *stage = made;
    return FL_OK;
}

void fl_cluster_stage_free(struct fl_cluster_stage *stage)
{
    if (stage == NULL)
        return;
    fl_basket_maker_release(&stage->maker);
    free(stage->categories);
    free(stage->weights);
    free(stage);
}

/* ---- baskets ---- */

static void set_range(const struct fl_cluster_rules *rules, const struct fl_basket_row *row,
                      struct fl_customer_facts *facts)
{
    facts->has_range = rules->model != NULL && facts->basket_confidence != FL_BASKETS_THIN;
    if (!facts->has_range)
        return;
    facts->basket_range = fl_basket_is_one_range(row, rules->settings)              ? FL_BASKETS_ONE_RANGE
                          : facts->breadth_milli >= rules->model->breadth_cut_milli ? FL_BASKETS_WHOLE_RANGE
                                                                                    : FL_BASKETS_MIXED;
}

void fl_cluster_stage_add(struct fl_cluster_stage *stage, const struct fl_day_facts *days,
                          struct fl_customer_facts *facts)
{
    const struct fl_cluster_rules *rules = stage->rules;
    const uint64_t start = stage->starts[stage->count];
    struct fl_basket_row row;
    size_t entries = 0;
    assert(stage->count < FL_CLUSTERED_AT_ONCE);
    fl_basket_row_make(&stage->maker, days, stage->as_of_day, &row);
    if (rules->model != NULL)
        entries = fl_basket_weights(&row, rules->places, stage->categories + start, stage->weights + start);
    stage->starts[++stage->count] = start + entries;
    facts->baskets = row.baskets;
    facts->has_breadth = row.count > 0;
    facts->breadth_milli = row.count > 0 ? fl_basket_breadth_milli(&row) : 0;
    facts->basket_confidence = (uint8_t)fl_basket_confidence_of(
        row.baskets, rules->model == NULL ? row.count > 0 : entries > 0, rules->settings);
    set_range(rules, &row, facts);
}

/* ---- clusters ---- */

/* Where a customer stands tonight. */
struct stand {
    const uint16_t *categories;
    const float *weights;
    size_t entries;
    const struct fl_nearest_two *nearest;
};

static struct stand stand_of(const struct fl_cluster_stage *stage, size_t customer)
{
    const uint64_t start = stage->starts[customer];
    const size_t entries = (size_t)(stage->starts[customer + 1] - start);
    return (struct stand){.categories = stage->categories + start,
                          .weights = stage->weights + start,
                          .entries = entries,
                          .nearest = &stage->nearest[customer]};
}

static double square_to(const struct fl_cluster_stage *stage, const struct stand *stand, uint32_t place)
{
    const struct fl_nearest_two *nearest = stand->nearest;
    const float score = place == nearest->cluster  ? nearest->score
                        : place == nearest->second ? nearest->second_score
                                                   : fl_cluster_score(&stage->rules->table, stand->categories,
                                                                      stand->weights, stand->entries, place);
    return fl_cluster_distance_square(nearest->square, score);
}

static int32_t micro_of(double square)
{
    return (int32_t)floor(MICRO * sqrt(square) + 0.5);
}

/* Its place in the model. */
static uint32_t move(const struct fl_cluster_stage *stage, const struct stand *stand,
                     struct fl_cluster_state *state)
{
    const struct fl_cluster_model *model = stage->rules->model;
    const uint32_t nearest = stand->nearest->cluster, number = model->clusters[nearest].number;
    const uint32_t own = state->cluster == 0 ? model->k : fl_cluster_place(model, state->cluster);
    if (own == model->k) {
        *state = (struct fl_cluster_state){.cluster = number, .known = true};
        return nearest;
    }
    *state = fl_cluster_move(state, number, square_to(stage, stand, nearest), square_to(stage, stand, own));
    return state->cluster == number ? nearest : own;
}

static void set_second(const struct fl_cluster_stage *stage, const struct stand *stand, uint32_t place,
                       struct fl_customer_facts *facts)
{
    const uint32_t second =
        place == stand->nearest->cluster ? stand->nearest->second : stand->nearest->cluster;
    facts->has_second = second != FL_NO_CLUSTER;
    if (!facts->has_second)
        return;
    facts->cluster_second = stage->rules->model->clusters[second].number;
    facts->cluster_second_distance_micro = micro_of(square_to(stage, stand, second));
}

static void set_cluster(const struct fl_cluster_stage *stage, size_t customer, struct fl_cluster_state *state,
                        struct fl_customer_facts *facts)
{
    facts->known_before = state->known;
    facts->cluster_before = state->cluster;
    if (facts->basket_confidence == FL_BASKETS_THIN) {
        *state = (struct fl_cluster_state){.known = true};
        return;
    }
    const struct stand stand = stand_of(stage, customer);
    const uint32_t place = move(stage, &stand, state);
    facts->has_cluster = true;
    facts->cluster = state->cluster;
    facts->cluster_name = stage->rules->name_of[place];
    facts->cluster_distance_micro = micro_of(square_to(stage, &stand, place));
    facts->cluster_pending = state->pending;
    facts->cluster_pending_nights = state->pending_nights;
    set_second(stage, &stand, place, facts);
}

void fl_cluster_stage_end(struct fl_cluster_stage *stage, struct fl_cluster_state *const *states,
                          struct fl_customer_facts *facts)
{
    const struct fl_cluster_rows rows = {stage->starts, stage->categories, stage->weights};
    if (stage->rules->model != NULL && stage->count > 0)
        fl_cluster_kernels()->nearest_two(&stage->rules->table.lanes, &rows, 0, stage->count, stage->nearest);
    for (size_t i = 0; i < stage->count && stage->rules->model != NULL; i++)
        set_cluster(stage, i, states[i], &facts[i]);
    stage->count = 0;
}
