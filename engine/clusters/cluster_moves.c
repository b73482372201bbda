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
    if (status != FL_OK)
        fl_error_at_path(error, path);
    fl_previous_clusters_close(previous);
    for (uint32_t from = 0; from <= moves->from.more && status == FL_OK; from++)
        moves->customers[from][0] += before[from] - moves->seen[from];
    return status;
}

/* ---- the report ---- */

static void copy_name(struct fl_text name, char to[FL_RUN_CLUSTER_NAME_SIZE])
{
    const size_t size = fl_utf8_cut(name, FL_RUN_CLUSTER_NAME_SIZE - 1);
    memcpy(to, name.bytes, size);
    to[size] = '\0';
}

static void tell_move(struct fl_run_cluster *from, struct fl_run_cluster *to, uint64_t customers,
                      struct fl_run_report *report)
{
    to->customers += customers;
    report->clustered += customers;
    if (from == NULL || from == to)
        return;
    to->came += customers;
    from->left += customers;
    report->moved += customers;
}

void fl_cluster_moves_tell(const struct fl_cluster_moves *moves, const struct fl_cluster_model *model,
                           struct fl_run_report *report)
{
    report->cluster_count = model->k;
    report->clustered = report->moved = 0;
    for (unsigned i = 0; i < model->k; i++) {
        report->clusters[i] = (struct fl_run_cluster){.number = model->clusters[i].number};
        copy_name(model->clusters[i].name, report->clusters[i].name);
    }
    for (uint32_t to = 1; to <= moves->to.more; to++) {
        struct fl_run_cluster *now = &report->clusters[fl_cluster_place(model, moves->to.numbers[to])];
        for (uint32_t from = 0; from <= moves->from.more; from++) {
            const uint32_t before = fl_cluster_place(model, moves->from.numbers[from]);
            tell_move(before == model->k ? NULL : &report->clusters[before], now, moves->customers[from][to],
                      report);
        }
    }
}
