/* cluster_move.h - which cluster a customer is in tonight, after the night before (SEMANTICS.md section 6).
 */
#ifndef ENGINE_CLUSTERS_CLUSTER_MOVE_H
#define ENGINE_CLUSTERS_CLUSTER_MOVE_H

#include <stdbool.h>
#include <stdint.h>

/* Of a customer after a night; numbers of clusters, 0: none. */
struct fl_cluster_state {
    uint32_t cluster;
    uint32_t pending; /* was near enough to move to */
    uint8_t pending_nights;
    bool known; /* that night had the customer */
};

/* After tonight, with the cluster that is nearest. own_square: the squared distance to before->cluster, which
 * the model has; looked at only if that is another one. */
struct fl_cluster_state fl_cluster_move(const struct fl_cluster_state *before, uint32_t nearest,
                                        double nearest_square, double own_square);

#endif
