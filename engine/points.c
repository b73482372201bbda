/* points.c - micro-points of one daily group: all rows of one type on one day inside one scope. */
#include "engine/points.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/decay.h"

_Static_assert(FL_ROW_TYPES == FL_TYPES_MAX && (int)FL_ROW_LOOPS == (int)FL_LOOPS &&
                   (int)FL_ROW_LOOP == (int)FL_LOOPS - 1,
               "the kernels see the same types and loops");
_Static_assert(FL_WEIGHT_MILLI_MAX <= 1000000 && (int64_t)FL_WEIGHT_MILLI_MAX * 1000 < 1 << 30,
               "see score_kernels.h");

static void fill_type(const struct fl_interaction_type *from, struct fl_type_points *to)
{
    to->single = from->weight_milli * 1000;
    to->daily_cap = from->daily_cap;
    to->loop = (uint8_t)from->loop;
    to->inbound = from->direction == FL_DIRECTION_INBOUND;
    to->purchase = from->role == FL_ROLE_PURCHASE;
    to->by_order = from->count_by == FL_COUNT_BY_ORDER;
}
_Static_assert((int64_t)FL_WEIGHT_MILLI_MAX * 1000 <= INT32_MAX, "micro-points of one row fit into 32 bits");

/* Numbers the distinct half-lives in order of first use. */
static unsigned fill_classes(const struct fl_registry *registry, struct fl_points *points,
                             int32_t half_lives[FL_TYPES_MAX])
{
    unsigned classes = 0;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (!registry->types[type].known)
            continue;
        const int32_t half_life = registry->types[type].half_life_milli;
        unsigned class = 0;
        while (class < classes && half_lives[class] != half_life)
            class ++;
        if (class == classes)
            half_lives[classes++] = half_life;
        points->decay_class[type] = (uint8_t) class;
    }
    return classes;
}

static void fill_single(const struct fl_registry *registry, struct fl_points *points)
{
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        if (!registry->types[type].known)
            continue;
        fill_type(&registry->types[type], &points->types[type]);
        const uint32_t *decay = points->decay + points->decay_class[type] * points->ages;
        int32_t *single = points->single + type * points->ages;
        for (uint32_t age = 0; age < points->ages; age++)
            single[age] = (int32_t)fl_contribution(points->types[type].single, decay[age]);
    }
}

static void fill_row_tables(struct fl_points *points)
{
    struct fl_row_tables *tables = &points->rows;
    tables->contributions = points->single;
    tables->ages = points->ages;
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        const struct fl_type_points *of_type = &points->types[type];
        tables->weights[type] = of_type->single / 1000;
        points->has_groups = points->has_groups || of_type->daily_cap != 0 || of_type->by_order;
        const unsigned left_whole = of_type->by_order ? 1 : of_type->daily_cap < 3 ? of_type->daily_cap : 3;
        tables->flags[type] =
            (uint8_t)(of_type->loop | (of_type->inbound ? FL_ROW_INBOUND : 0) |
                      (of_type->purchase ? FL_ROW_PURCHASE : 0) | left_whole << FL_ROW_CUT_SHIFT);
    }
}

fl_status fl_points_create(const struct fl_model *model, struct fl_points **points, struct fl_error *error)
{
    *points = NULL;
    int32_t half_lives[FL_TYPES_MAX];
    struct fl_points *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    const size_t ages = (size_t)model->settings.horizon_days + 2;
    const unsigned classes = fill_classes(&model->registry, made, half_lives);
    made->ages = (uint32_t)ages;
    made->single = calloc(ages * FL_TYPES_MAX, sizeof *made->single);
    made->decay = calloc(ages * classes, sizeof *made->decay);
    if (made->single == NULL || made->decay == NULL) {
        fl_points_free(made);
        return fl_fail_memory(error, ages * (FL_TYPES_MAX + classes) * sizeof *made->single);
    }
    /* The last entry of each line stays 0: what the horizon leaves of older rows. */
    for (unsigned class = 0; class < classes; class ++)
        fl_decay_line(half_lives[class], made->ages - 1, made->decay + class * made->ages);
    fill_single(&model->registry, made);
    fill_row_tables(made);
    *points = made;
    return FL_OK;
}

void fl_points_free(struct fl_points *points)
{
    if (points == NULL)
        return;
    free(points->single);
    free(points->decay);
    free(points);
}
