/* cluster_names.c - the name of a cluster: what its customers buy more of than others. */
#include "engine/clusters/cluster_names.h"

#include "engine/clusters/kmeans_rows.h"

enum { NAMED = 3, PART_BYTES_MAX = 300 };
_Static_assert((int)FL_CLUSTER_NAME_BYTES_MAX >= (int)NAMED * ((int)PART_BYTES_MAX + 3) + 20,
               "three parts, and a number that tells equal names apart");

void fl_cluster_shares_add(const struct fl_basket_vectors *vectors, const uint32_t *cluster, int64_t *sums,
                           int64_t *all)
{
    for (size_t i = 0; i < vectors->count; i++) {
        int64_t *own = sums + (size_t)cluster[i] * vectors->category_count;
        for (uint64_t at = vectors->starts[i]; at < vectors->starts[i + 1]; at++) {
            const double weight = (double)vectors->weights[at];
            const int64_t share = fl_kmeans_fixed(weight * weight);
            own[vectors->categories[at]] += share;
            all[vectors->categories[at]] += share;
        }
    }
}

/* What all categories of a cluster are asked by. */
struct ranking {
    const int64_t *own, *all;
    uint32_t category_count;
    __int128 own_least; /* categories with less are not asked */
};

static bool is_asked(const struct ranking *ranking, uint32_t category)
{
    return ranking->own[category] > 0 && (__int128)ranking->own[category] * 100 >= ranking->own_least;
}

/* Whether a's index is larger than b's. */
static bool is_before(const struct ranking *ranking, uint32_t a, uint32_t b)
{
    return (__int128)ranking->own[a] * ranking->all[b] > (__int128)ranking->own[b] * ranking->all[a];
}

/* How many of NAMED there are. */
static size_t find_top(const struct ranking *ranking, uint32_t top[NAMED])
{
    size_t count = 0;
    for (uint32_t category = 0; category < ranking->category_count; category++) {
        if (!is_asked(ranking, category))
            continue;
        size_t at = count < NAMED ? count++ : NAMED;
        for (; at > 0 && is_before(ranking, category, top[at - 1]); at--) {
            if (at < NAMED)
                top[at] = top[at - 1];
        }
        if (at < NAMED)
            top[at] = category;
    }
    return count;
}

size_t fl_cluster_name(const int64_t *own, int64_t customers, const int64_t *all,
                       const struct fl_text *categories, uint32_t category_count,
                       char name[FL_CLUSTER_NAME_BYTES_MAX])
{
    struct ranking ranking = {own, all, category_count, (__int128)customers << 32};
    uint32_t top[NAMED];
    size_t count = find_top(&ranking, top), size = 0;
    if (count < NAMED) {
        ranking.own_least = 0;
        count = find_top(&ranking, top);
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            memcpy(name + size, " + ", 3);
            size += 3;
        }
        const size_t part = fl_utf8_cut(categories[top[i]], PART_BYTES_MAX);
        memcpy(name + size, categories[top[i]].bytes, part);
        size += part;
    }
    return size;
}
