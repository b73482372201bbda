/* slow_scorer.h - a scope's score by the words of SEMANTICS.md, all its rows looked at for each number. */
#ifndef TESTS_UNIT_SLOW_SCORER_H
#define TESTS_UNIT_SLOW_SCORER_H

#include "tests/unit/engine_fixture.h"

#include "engine/decay.h"
#include "engine/score.h"

struct slow_scorer {
    const struct fl_model *model;
    int32_t as_of_day;
};

/* In the order of struct fl_rows. */
static inline int compare_fixture_rows(const void *a, const void *b)
{
    const struct fixture_row *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    if (x->type != y->type)
        return (int)x->type - (int)y->type;
    if (x->has_order != y->has_order)
        return (int)x->has_order - (int)y->has_order;
    return !x->has_order ? 0 : (x->order > y->order) - (x->order < y->order);
}

static inline __int128 slow_round_half_away(__int128 a, __int128 b)
{
    const __int128 magnitude = a < 0 ? -a : a;
    const __int128 rounded = (2 * magnitude + b) / (2 * b);
    return a < 0 ? -rounded : rounded;
}

static inline bool is_first_of_order(const struct fixture_row *rows, size_t group_first, size_t row)
{
    for (size_t i = group_first; i < row && rows[row].has_order; i++) {
        if (rows[i].has_order && rows[i].order == rows[row].order)
            return false;
    }
    return true;
}

static inline void slow_group(const struct slow_scorer *slow, const struct fixture_row *rows, size_t first,
                              size_t end, int32_t last_purchase, struct fl_scope_score *score)
{
    const struct fl_interaction_type *type = &slow->model->registry.types[rows[first].type];
    const int64_t n = (int64_t)(end - first);
    const int32_t age = slow->as_of_day - rows[first].day;
    int64_t u = 0;
    for (size_t row = first; row < end; row++)
        u += type->count_by == FL_COUNT_BY_ROW || is_first_of_order(rows, first, row);
    const int64_t counted = type->daily_cap != 0 && u > type->daily_cap ? type->daily_cap : u;
    const int64_t p = (int64_t)slow_round_half_away((__int128)1000 * type->weight_milli * counted, n);
    int64_t contribution = 0;
    if (age <= slow->model->settings.horizon_days) {
        const uint32_t d = fl_decay(type->half_life_milli, age);
        const __int128 scaled = (__int128)p * d + ((__int128)1 << 31);
        contribution = (int64_t)(scaled >= 0 ? scaled >> 32 : -((-scaled + ((__int128)1 << 32) - 1) >> 32));
    }
    score->raw += n * contribution;
    *(contribution > 0 ? &score->raw_positive : &score->raw_negative) += n * contribution;
    score->loop_points[type->loop] += n * contribution;
    score->rows += (uint64_t)n;
    score->units += (uint64_t)counted;
    score->lost_to_cap += n * type->weight_milli * 1000 - n * p;
    score->lost_to_decay += n * p - n * contribution;
    const bool interest = type->direction == FL_DIRECTION_INBOUND && rows[first].day > last_purchase;
    if (interest)
        score->intent_raw += n * contribution;
    if (p > 0 && age < 28) {
        score->points_28 += n * p;
        score->intent_points_28 += interest ? n * p : 0;
    } else if (p > 0 && age < 112) {
        score->points_84 += n * p;
        score->intent_points_84 += interest ? n * p : 0;
    }
}

static inline struct fl_scope_score slow_score(const struct slow_scorer *slow, const struct fixture_row *rows,
                                               size_t count)
{
    struct fl_scope_score score = {.last_purchase_day = INT32_MIN};
    int32_t first_weighted = INT32_MAX;
    for (size_t row = 0; row < count; row++) {
        const struct fl_interaction_type *type = &slow->model->registry.types[rows[row].type];
        if (type->role == FL_ROLE_PURCHASE)
            score.last_purchase_day = rows[row].day;
        if (type->weight_milli != 0 && rows[row].day < first_weighted)
            first_weighted = rows[row].day;
    }
    for (size_t first = 0, end = 0; first < count; first = end) {
        for (end = first;
             end < count && rows[end].day == rows[first].day && rows[end].type == rows[first].type;)
            end++;
        slow_group(slow, rows, first, end, score.last_purchase_day, &score);
    }
    score.has_purchase = score.last_purchase_day != INT32_MIN;
    score.first_day = rows[0].day;
    score.last_day = rows[count - 1].day;
    score.engagement = fl_score_of(score.raw, slow->model->settings.engagement_k_micro[0]);
    score.intent = fl_score_of(score.intent_raw, slow->model->settings.intent_k_micro[0]);
    score.band = (uint8_t)fl_band_of(score.engagement, slow->model->settings.band_floor);
    const bool started = first_weighted != INT32_MAX && slow->as_of_day - first_weighted < 28;
    score.trend = (uint8_t)fl_trend_of(score.points_28, score.points_84, started,
                                       slow->model->settings.trend_unit_micro);
    score.intent_trend = (uint8_t)fl_trend_of(score.intent_points_28, score.intent_points_84, false,
                                              slow->model->settings.trend_unit_micro);
    return score;
}

#endif
