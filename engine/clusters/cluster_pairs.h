/* cluster_pairs.h - `cluster pairs`: from a data folder to rows of pairs of items, or of offers. */
#ifndef ENGINE_CLUSTERS_CLUSTER_PAIRS_H
#define ENGINE_CLUSTERS_CLUSTER_PAIRS_H

#include "engine/model/model.h"
#include "engine/products.h"
#include "formats/base/publish.h"
#include "formats/table/table_reader.h"

struct fl_cluster_pairs_plan {
    const struct fl_io *io;
    const char *model, *data; /* folders */
    int32_t as_of_day;
    enum fl_worded_scope items; /* categories or products */
    uint32_t baskets_min;       /* of a pair; at least 1 */
    size_t pairs_max;           /* the first ones by rank; 0: all */
    size_t offers_max;          /* 0: pairs are written, else the matrix with so many offers each */
    bool to_ndjson;
    enum fl_io_mode io_mode;
    uint64_t memory_bytes;
    unsigned threads;
    int (*progress)(void *context, uint64_t rows_done, uint64_t rows_all); /* as of a scan; may be NULL */
    void *progress_context;
};

struct fl_cluster_pairs_report {
    int32_t first_day; /* of the window */
    uint64_t lines, baskets, cut;
    uint64_t items;          /* that are in a basket */
    uint64_t pairs, written; /* pairs found; rows written */
};

/* Rows go to `output`, which stays the caller's. */
fl_status fl_cluster_pairs(const struct fl_cluster_pairs_plan *plan, struct fl_output *output,
                           struct fl_cluster_pairs_report *report, struct fl_error *error);

#endif
