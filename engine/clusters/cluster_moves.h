/* cluster_moves.h - how many customers went from which cluster to which since the night before. */
#ifndef ENGINE_CLUSTERS_CLUSTER_MOVES_H
#define ENGINE_CLUSTERS_CLUSTER_MOVES_H

#include "engine/clusters/cluster_rules.h"
#include "engine/clusters/previous_clusters.h"
#include "engine/customer_facts.h"
#include "engine/fourloop.h"

/* The clusters of a night, and none. */
enum { FL_MOVE_PLACES = FL_CLUSTERS_MAX + 1 };

/* Clusters by place: place 0 is none, the others as they came. */
struct fl_move_clusters {
    uint32_t numbers[FL_MOVE_PLACES];
    uint32_t more;        /* places beside the first */
    uint8_t at_hand[256]; /* by the last byte of a number: the place to look at first */
};

/* Zero-initialise. */
struct fl_cluster_moves {
    struct fl_move_clusters from, to;
    uint64_t customers[FL_MOVE_PLACES][FL_MOVE_PLACES]; /* [from][to] */
    uint64_t seen[FL_MOVE_PLACES];                      /* that the night before had, by from */
};

/* FL_CORRUPT, whose place the caller knows: the night before has more clusters than any model. */
fl_status fl_cluster_moves_add(struct fl_cluster_moves *moves, const struct fl_customer_facts *facts,
                               size_t count, struct fl_error *error);
/* After all of them: those of the night before, whose customers table is at `path`, that are gone. */
fl_status fl_cluster_moves_end(struct fl_cluster_moves *moves, const struct fl_io *io, const char *path,
                               enum fl_io_mode io_mode, struct fl_error *error);
/* What a report says of the clusters of the model that the customers are in, and of those who moved. */
void fl_cluster_moves_tell(const struct fl_cluster_moves *moves, const struct fl_cluster_model *model,
                           struct fl_run_report *report);

#endif
