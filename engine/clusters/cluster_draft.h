/* cluster_draft.h - the model that a cluster fit leaves: clusters in order, with numbers and names. */
#ifndef ENGINE_CLUSTERS_CLUSTER_DRAFT_H
#define ENGINE_CLUSTERS_CLUSTER_DRAFT_H

#include "engine/clusters/cluster_model.h"
#include "engine/clusters/fit_vectors.h"
#include "engine/clusters/kmeans.h"
#include "formats/table/word_union.h"

struct fl_cluster_draft_plan {
    const struct fl_fit_vectors *vectors; /* of at least one customer */
    const struct fl_words *words;         /* united categories */
    const struct fl_kmeans *kmeans;
    const struct fl_cluster_model *old; /* NULL: this is the first fit */
    int32_t day;
    uint64_t seed;
    int64_t stability_milli;
    bool forced;
};

/* kept[i]: whether cluster i of *model is one of the old. FL_LIMIT: there are no more numbers. On failure
 * *model is empty. */
fl_status fl_cluster_draft(const struct fl_cluster_draft_plan *plan, struct fl_cluster_model *model,
                           bool kept[FL_CLUSTERS_MAX], struct fl_error *error);

#endif
