/* cluster_model.h - clusters.yaml of a model folder: the clusters that `cluster fit` found, read for nights.
 */
#ifndef ENGINE_CLUSTERS_CLUSTER_MODEL_H
#define ENGINE_CLUSTERS_CLUSTER_MODEL_H

#include "engine/clusters/basket_vectors.h"
#include "formats/base/arena.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

enum { FL_CLUSTER_NAME_BYTES_MAX = 1024 };

struct fl_cluster {
    uint32_t number; /* from 1; never used for anything else again */
    struct fl_text name;
    int64_t customers; /* of the fit */
};

/* One earlier fit of the model. */
struct fl_cluster_fit_note {
    int32_t day;
    uint32_t k, kept, new_numbers; /* clusters; that kept their number; that got one */
    int64_t customers;
    int64_t stability_milli;
};

struct fl_cluster_model {
    int32_t day; /* as of which it was fitted */
    uint64_t seed;
    int64_t customers;       /* of the fit */
    int64_t stability_milli; /* mean adjusted Rand index */
    bool forced;             /* kept though it was not stable */
    double inertia;
    int64_t breadth_cut_milli;
    uint32_t next_number;
    unsigned k;
    struct fl_cluster *clusters; /* k, in the order of centroids */
    uint32_t category_count;
    struct fl_text *categories;          /* rising by text */
    int64_t *share_ppm;                  /* of each category: its mean share among the fit's customers */
    float *centroids;                    /* k rows of category_count */
    struct fl_cluster_fit_note *history; /* oldest first, the last is this fit */
    size_t history_count;
    char *bytes; /* of names and categories */
};

/* FL_BAD_MODEL with line, column and a caret, as for value.yaml. On failure *model is empty. */
fl_status fl_cluster_model_parse(const char *bytes, size_t size, const char *shown_path,
                                 struct fl_cluster_model *model, struct fl_error *error);
/* Appends the file; centroids have 9 digits, so that the same bits are read back. */
fl_status fl_cluster_model_print(const struct fl_cluster_model *model, struct fl_buffer *buffer,
                                 struct fl_error *error);
/* Whether the model has the category, at *place. Several are asked for in rising order, from *place 0 on. */
bool fl_cluster_model_find(const struct fl_cluster_model *model, struct fl_text category, uint32_t *place);
void fl_cluster_model_release(struct fl_cluster_model *model);

#endif
