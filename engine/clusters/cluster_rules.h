/* cluster_rules.h - what the clusters of all customers of a run follow from: the model's, for its data. */
#ifndef ENGINE_CLUSTERS_CLUSTER_RULES_H
#define ENGINE_CLUSTERS_CLUSTER_RULES_H

#include "engine/clusters/basket_row.h"
#include "engine/clusters/cluster_model.h"
#include "engine/clusters/cluster_table.h"
#include "formats/table/word_union.h"

/* Immutable once made: threads may share it. */
struct fl_cluster_rules {
    const struct fl_basket_settings *settings;
    size_t category_count;                /* united numbers of categories are below it */
    const struct fl_cluster_model *model; /* NULL: no fit was made yet, and there is nothing below */
    uint16_t *places;                     /* by united number: place among the model's categories */
    struct fl_cluster_table table;
    struct fl_buffer name_offsets, name_bytes;
    struct fl_words names;             /* of clusters, sorted */
    uint32_t name_of[FL_CLUSTERS_MAX]; /* number of each one's name */
};

/* The settings and the model are borrowed. categories: what their united numbers mean; NULL: no row has one.
 */
fl_status fl_cluster_rules_init(const struct fl_basket_settings *settings,
                                const struct fl_cluster_model *model, const struct fl_words *categories,
                                struct fl_cluster_rules *rules, struct fl_error *error);
/* Zeroed is fine. */
void fl_cluster_rules_release(struct fl_cluster_rules *rules);

/* The place of a number in the model's order; model->k: it has no such cluster. */
uint32_t fl_cluster_place(const struct fl_cluster_model *model, int64_t number);

#endif
