/* cluster_numbers.c - which cluster of the model each cluster of a new fit carries on. */
#include "engine/clusters/cluster_numbers.h"

#include <math.h>
#include <stdlib.h>

#include "engine/clusters/cluster_match.h"
#include "engine/clusters/kmeans_rows.h"

/* Of this cosine, 0.8, a cluster is still the same. Cosines are integers, so that their sums are exact. */
static const int64_t same_cosine = 3435973837;

/* The place of each category in the old model, or FL_NO_CLUSTER. */
static void find_categories(const struct fl_text *categories, uint32_t count,
                            const struct fl_cluster_model *old, uint32_t *old_category)
{
    uint32_t place = 0;
    for (uint32_t i = 0; i < count; i++)
        old_category[i] = fl_cluster_model_find(old, categories[i], &place) ? place : FL_NO_CLUSTER;
}

static double length_of(const float *centroid, uint32_t count)
{
    double square = 0;
    for (uint32_t i = 0; i < count; i++)
        square += (double)centroid[i] * (double)centroid[i];
    return sqrt(square);
}

/* Over the union of categories: those that one of them lacks add nothing. */
static int64_t cosine_of(const float *centroid, uint32_t count, const float *old_centroid, uint32_t old_count,
                         const uint32_t *old_category)
{
    const double lengths = length_of(centroid, count) * length_of(old_centroid, old_count);
    double product = 0;
    for (uint32_t i = 0; i < count; i++)
        product += old_category[i] == FL_NO_CLUSTER
                       ? 0
                       : (double)centroid[i] * (double)old_centroid[old_category[i]];
    return lengths == 0 ? 0 : fl_kmeans_fixed(product / lengths);
}

fl_status fl_cluster_numbers_match(const struct fl_kmeans *kmeans, const struct fl_text *categories,
                                   const struct fl_cluster_model *old, uint32_t *old_of,
                                   struct fl_error *error)
{
    const uint32_t count = kmeans->category_count, old_count = old->category_count;
    int64_t *cosines = malloc((size_t)kmeans->k * old->k * sizeof *cosines);
    uint32_t *old_category = malloc((count + 1) * sizeof *old_category);
    fl_status status = FL_OK;
    if (cosines == NULL || old_category == NULL) {
        status = fl_fail_memory(error, (size_t)kmeans->k * old->k * sizeof *cosines);
        goto release;
    }
    find_categories(categories, count, old, old_category);
    for (size_t i = 0; i < kmeans->k; i++) {
        for (size_t j = 0; j < old->k; j++)
            cosines[i * old->k + j] = cosine_of(kmeans->centroids + i * count, count,
                                                old->centroids + j * old_count, old_count, old_category);
    }
    fl_cluster_match(cosines, kmeans->k, old->k, old_of);
    for (size_t i = 0; i < kmeans->k; i++) {
        if (old_of[i] != FL_NO_CLUSTER && cosines[i * old->k + old_of[i]] < same_cosine)
            old_of[i] = FL_NO_CLUSTER;
    }
release:
    free(cosines);
    free(old_category);
    return status;
}
