/* cluster_fixture.h - clusters.yaml of a model folder, with the clusters that a test wants. */
#ifndef TESTS_UNIT_CLUSTER_FIXTURE_H
#define TESTS_UNIT_CLUSTER_FIXTURE_H

#include "tests/unit/engine_fixture.h"

#include "engine/clusters/cluster_model.h"

enum { FIXTURE_CLUSTERS_MAX = 8, FIXTURE_CATEGORIES_MAX = 8 };

struct fixture_clusters {
    unsigned k;
    uint32_t numbers[FIXTURE_CLUSTERS_MAX];
    const char *names[FIXTURE_CLUSTERS_MAX];
    uint32_t category_count;
    const char *categories[FIXTURE_CATEGORIES_MAX]; /* sorted */
    const float *centroids;                         /* k rows */
    int64_t breadth_cut_milli;
};

/* Into the file `name` of the fixture, such as "model/clusters.yaml". */
static inline void put_clusters(const char *name, const struct fixture_clusters *wanted)
{
    struct fl_cluster clusters[FIXTURE_CLUSTERS_MAX];
    struct fl_text categories[FIXTURE_CATEGORIES_MAX];
    int64_t share_ppm[FIXTURE_CATEGORIES_MAX] = {0};
    struct fl_cluster_fit_note note = {.day = day_of("2026-10-01"),
                                       .k = wanted->k,
                                       .new_numbers = wanted->k,
                                       .customers = 100,
                                       .stability_milli = 900};
    float centroids[FIXTURE_CLUSTERS_MAX * FIXTURE_CATEGORIES_MAX];
    struct fl_cluster_model model = {.day = note.day,
                                     .seed = 1,
                                     .customers = note.customers,
                                     .stability_milli = note.stability_milli,
                                     .inertia = 1,
                                     .breadth_cut_milli = wanted->breadth_cut_milli,
                                     .next_number = 100,
                                     .k = wanted->k,
                                     .clusters = clusters,
                                     .category_count = wanted->category_count,
                                     .categories = categories,
                                     .share_ppm = share_ppm,
                                     .centroids = centroids,
                                     .history = &note,
                                     .history_count = 1};
    struct fl_buffer text = {0};
    for (unsigned i = 0; i < wanted->k; i++)
        clusters[i] = (struct fl_cluster){wanted->numbers[i], fl_text_of(wanted->names[i]), 10};
    for (uint32_t i = 0; i < wanted->category_count; i++)
        categories[i] = fl_text_of(wanted->categories[i]);
    memcpy(centroids, wanted->centroids, sizeof *centroids * wanted->k * wanted->category_count);
    assert_int_equal(fl_cluster_model_print(&model, &text, NULL), FL_OK);
    fixture_put_bytes(name, (const char *)text.bytes, text.size);
    fl_buffer_release(&text);
}

#endif
