/* basket_fixture.h - made-up baskets for tests of clusters. */
#ifndef TESTS_UNIT_BASKET_FIXTURE_H
#define TESTS_UNIT_BASKET_FIXTURE_H

#include "tests/unit/engine_fixture.h"

#include <math.h>

#include "engine/clusters/basket_vectors.h"

struct made_baskets {
    struct fl_basket_vectors vectors;
    int64_t *keys;
    uint64_t *starts;
    uint16_t *categories;
    float *weights;
};

static inline double random_share(uint64_t *random)
{
    return (double)(next_random(random) >> 11) * 0x1p-53;
}

static inline struct made_baskets baskets_new(size_t count, uint32_t category_count)
{
    struct made_baskets made = {.keys = calloc(count + 1, sizeof *made.keys),
                                .starts = calloc(count + 1, sizeof *made.starts),
                                .categories = calloc(count * category_count + 1, sizeof *made.categories),
                                .weights = calloc(count * category_count + 1, sizeof *made.weights)};
    assert_non_null(made.weights);
    for (size_t i = 0; i < count; i++)
        made.keys[i] = (int64_t)(3 * i) - 100;
    made.vectors = (struct fl_basket_vectors){count,       category_count,  made.keys,
                                              made.starts, made.categories, made.weights};
    return made;
}

static inline void baskets_free(struct made_baskets *made)
{
    free(made->keys);
    free(made->starts);
    free(made->categories);
    free(made->weights);
}

/* Writes row `row`, the one behind the last, from nets by category. */
static inline void baskets_put(struct made_baskets *made, size_t row, const double *nets)
{
    double sum = 0;
    uint64_t at = made->starts[row];
    for (uint32_t category = 0; category < made->vectors.category_count; category++)
        sum += nets[category];
    for (uint32_t category = 0; category < made->vectors.category_count; category++)
        if (nets[category] > 0) {
            made->categories[at] = (uint16_t)category;
            made->weights[at++] = (float)sqrt(nets[category] / sum);
        }
    made->starts[row + 1] = at;
}

/* Customers of `kinds` kinds, each with its own range of categories, of which `mixed` (0 .. 1) is spent
 * anywhere. */
static inline struct made_baskets baskets_of_kinds(size_t count, uint32_t category_count, unsigned kinds,
                                                   double mixed, uint64_t random)
{
    struct made_baskets made = baskets_new(count, category_count);
    double nets[FL_CLUSTER_CATEGORIES_MAX];
    for (size_t row = 0; row < count; row++) {
        const unsigned kind = (unsigned)(next_random(&random) % kinds);
        memset(nets, 0, sizeof nets);
        for (unsigned i = 0; i < 4 + next_random(&random) % 12; i++) {
            const bool anywhere = random_share(&random) < mixed;
            const uint32_t place = (uint32_t)(next_random(&random) % category_count);
            const uint32_t category = anywhere ? place : place - place % kinds + kind;
            nets[category < category_count ? category : place] += random_share(&random) + 0.01;
        }
        baskets_put(&made, row, nets);
    }
    return made;
}

#endif
