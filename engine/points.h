/* points.h - micro-points of one daily group: all rows of one type on one day inside one scope. */
#ifndef ENGINE_POINTS_H
#define ENGINE_POINTS_H

#include <assert.h>
#include <stdlib.h>

#include "engine/kernels/score_kernels.h"
#include "engine/model/model.h"

/* A scope may have this many rows: then each sum of 2^32 rows of at most 10^9 micro-points fits into 63 bits.
 */
#define FL_SCOPE_ROWS_MAX (UINT64_C(1) << 32)
_Static_assert(FL_SCOPE_ROWS_MAX * 1000u * FL_WEIGHT_MILLI_MAX < (UINT64_C(1) << 63), "sums would overflow");

/* What the scorer looks up for each group of a type. */
struct fl_type_points {
    int32_t single; /* p of a row that is alone in its group; 0 for types the registry lacks */
    uint32_t daily_cap;
    uint8_t loop;
    bool inbound, purchase, by_order;
};

/* Built once from a model; immutable, so threads may share it. */
struct fl_points {
    struct fl_type_points types[FL_TYPES_MAX];
    uint32_t ages;   /* entries of a line below: ages 0 .. horizon, then one 0 for all that is older */
    int32_t *single; /* [type * ages + age]: contribution of a row that is alone in its group */
    uint32_t *decay; /* [class * ages + age]: D */
    uint8_t decay_class[FL_TYPES_MAX]; /* one class for each distinct half-life */
    struct fl_row_tables rows;         /* for the kernels: of each row by itself */
    bool has_groups; /* some type has a cap or is counted by order: rows of one day and type hang together */
};

fl_status fl_points_create(const struct fl_model *model, struct fl_points **points, struct fl_error *error);
void fl_points_free(struct fl_points *points);

/* Where an age stands in a line. */
static inline uint32_t fl_points_age(const struct fl_points *points, int32_t age_days)
{
    return (uint32_t)age_days < points->ages ? (uint32_t)age_days : points->ages - 1;
}

/* One daily group, counted. */
struct fl_group_points {
    uint64_t units;       /* min(u, c), or u without a cap */
    int64_t p;            /* micro-points of each row */
    int64_t contribution; /* of each row, decayed */
    int64_t single;       /* the same, were it alone in its group */
    int64_t lost_to_cap;  /* of all rows together */
};

/* floor((p * D + 2^31) / 2^32): a shift of a negative number is a floor with the compilers we take. */
static inline int64_t fl_contribution(int64_t p, uint32_t decay)
{
    return (p * (int64_t)decay + (INT64_C(1) << 31)) >> 32;
}

/* round_half_away(1e6 * w * units / rows). The doubled numerator stays below 2^63: rows <= 2^32. */
static inline int64_t fl_points_per_row(int32_t weight_micro, uint64_t units, uint64_t rows)
{
    const uint64_t magnitude = (uint64_t)llabs((long long)weight_micro) * units;
    const int64_t rounded = (int64_t)((2 * magnitude + rows) / (2 * rows));
    return weight_micro < 0 ? -rounded : rounded;
}
_Static_assert(2 * FL_SCOPE_ROWS_MAX * 1000u * FL_WEIGHT_MILLI_MAX + FL_SCOPE_ROWS_MAX < UINT64_MAX,
               "would wrap");

/* Requires: 1 <= units <= rows <= FL_SCOPE_ROWS_MAX, age_days >= 0; `units` counts rows or distinct orders.
 */
static inline struct fl_group_points fl_points_of_group(const struct fl_points *points, uint8_t type,
                                                        int32_t age_days, uint64_t rows, uint64_t units)
{
    assert(units >= 1 && units <= rows && rows <= FL_SCOPE_ROWS_MAX);
    const struct fl_type_points *of_type = &points->types[type];
    const uint32_t age = fl_points_age(points, age_days);
    const uint32_t decay = points->decay[points->decay_class[type] * points->ages + age];
    const int64_t full = of_type->single;
    struct fl_group_points group = {.units = units};
    if (of_type->daily_cap != 0 && units > of_type->daily_cap)
        group.units = of_type->daily_cap;
    group.p = group.units == rows ? full : fl_points_per_row(of_type->single, group.units, rows);
    group.contribution = fl_contribution(group.p, decay);
    group.single = fl_contribution(full, decay);
    group.lost_to_cap = (int64_t)rows * (full - group.p);
    return group;
}

#endif
