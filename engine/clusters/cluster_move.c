/* cluster_move.c - which cluster a customer is in tonight, after the night before. */
#include "engine/clusters/cluster_move.h"

/* 10 % nearer: 0.9 of the distance, squared. */
#define NEAR_SQUARE 0.81

struct fl_cluster_state fl_cluster_move(const struct fl_cluster_state *before, uint32_t nearest,
                                        double nearest_square, double own_square)
{
    struct fl_cluster_state state = {.cluster = before->cluster, .known = true};
    if (nearest == before->cluster || nearest_square > NEAR_SQUARE * own_square)
        return state;
    if (before->pending == nearest)
        state.cluster = nearest; /* the second night */
    else {
        state.pending = nearest;
        state.pending_nights = 1;
    }
    return state;
}
