/* cluster_moves.c - how many customers went from which cluster to which since the night before. */
#include "engine/clusters/cluster_moves.h"

static fl_status place_of(struct fl_move_clusters *clusters, uint32_t number, uint32_t *place,
                          struct fl_error *error)
{
    uint8_t *at_hand = &clusters->at_hand[number % 256];
    *place = *at_hand;
    if (clusters->numbers[*place] == number)
        return FL_OK;
    for (*place = 0; *place <= clusters->more && clusters->numbers[*place] != number;)
        ++*place;
    if (*place == FL_MOVE_PLACES)
        return fl_fail(error, FL_CORRUPT, "the previous run has more than %d clusters", FL_CLUSTERS_MAX);
    if (*place > clusters->more)
        clusters->numbers[++clusters->more] = number;
    *at_hand = (uint8_t)*place;
    return FL_OK;
}

fl_status fl_cluster_moves_add(struct fl_cluster_moves *moves, const struct fl_customer_facts *facts,
                               size_t count, struct fl_error *error)
{
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++) {
        uint32_t from = 0, to = 0;
        status = place_of(&moves->from, facts[i].cluster_before, &from, error);
        if (status == FL_OK)
            status = place_of(&moves->to, facts[i].cluster, &to, error);
        if (status != FL_OK)
            return status;
        moves->customers[from][to]++;
        moves->seen[from] += facts[i].known_before;
    }
    return status;
}

/* How many of each cluster the night before had. */
static fl_status count_before(struct fl_cluster_moves *moves, struct fl_previous_clusters *previous,
                              uint64_t before[FL_MOVE_PLACES], struct fl_error *error)
{
    for (;;) {
        struct fl_cluster_state state;
        uint32_t from = 0;
        bool more = false;
        fl_status status = fl_previous_clusters_next(previous, &state, &more, error);
        if (status == FL_OK && more)
            status = place_of(&moves->from, state.cluster, &from, error);
        if (status != FL_OK || !more)
            return status;
        before[from]++;
    }
}

fl_status fl_cluster_moves_end(struct fl_cluster_moves *moves, const struct fl_io *io, const char *path,
                               enum fl_io_mode io_mode, struct fl_error *error)
{
    struct fl_previous_clusters *previous = NULL;
    uint64_t before[FL_MOVE_PLACES] = {0};
    fl_status status = fl_previous_clusters_open(io, path, io_mode, &previous, error);
    if (status != FL_OK)
        return status;
    status = count_before(moves, previous, before, error);
    fl_previous_clusters_close(previous);
    for (uint32_t from = 0; from <= moves->from.more && status == FL_OK; from++)
        moves->customers[from][0] += before[from] - moves->seen[from];
    return status;
}
