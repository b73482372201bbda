/* previous_clusters.c - in which cluster an earlier run has its customers, by rising key from any one on. */
#include "engine/clusters/previous_clusters.h"

#include <stdlib.h>

enum { COLUMN_CUSTOMER, COLUMN_CLUSTER, COLUMN_PENDING, COLUMN_NIGHTS, COLUMNS };
static const uint16_t column_ids[COLUMNS] = {FL_SCORES_CUSTOMER, FL_SCORES_CLUSTER, FL_SCORES_CLUSTER_PENDING,
                                             FL_SCORES_CLUSTER_PENDING_NIGHTS};

struct fl_previous_clusters {
    struct fl_table *table;
    struct fl_column_data columns[COLUMNS];
    size_t next_block, row, rows; /* of the block in hand */
};

fl_status fl_previous_clusters_open(const struct fl_io *io, const char *path, enum fl_io_mode io_mode,
                                    struct fl_previous_clusters **clusters, struct fl_error *error)
{
    *clusters = NULL;
    struct fl_previous_clusters *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    const fl_status status = fl_table_open(io, path, io_mode, &opened->table, error);
    if (status != FL_OK) {
        free(opened);
        return status;
    }
    *clusters = opened;
    return FL_OK;
}

void fl_previous_clusters_close(struct fl_previous_clusters *clusters)
{
    if (clusters == NULL)
        return;
    fl_table_close(clusters->table);
    for (int column = 0; column < COLUMNS; column++)
        fl_column_data_release(&clusters->columns[column]);
    free(clusters);
}

uint64_t fl_previous_clusters_memory(const struct fl_previous_clusters *clusters)
{
    uint64_t rows = 0;
    for (size_t block = 0; block < fl_table_blocks(clusters->table); block++) {
        const uint32_t of_block = fl_table_block(clusters->table, block).rows;
        rows = of_block > rows ? of_block : rows;
    }
    /* A value, its null, the page as it is stored and as it is unpacked. */
    return sizeof *clusters + COLUMNS * rows * (3 * sizeof(int64_t) + 1);
}

void fl_previous_clusters_seek(struct fl_previous_clusters *clusters, int64_t customer)
{
    clusters->next_block = fl_table_find_block(clusters->table, customer);
    clusters->row = clusters->rows = 0;
}

static fl_status load_block(struct fl_previous_clusters *clusters, struct fl_error *error)
{
    const size_t block = clusters->next_block++;
    fl_status status = FL_OK;
    for (int column = 0; column < COLUMNS && status == FL_OK; column++)
        status = fl_table_read_column(clusters->table, block, column_ids[column], &clusters->columns[column],
                                      error);
    clusters->row = 0;
    clusters->rows = clusters->columns[COLUMN_CUSTOMER].rows;
    return status;
}

/* 0: null. */
static fl_status read_number(const struct fl_previous_clusters *clusters, int column, uint32_t *number,
                             struct fl_error *error)
{
    const struct fl_column_data *data = &clusters->columns[column];
    *number = 0;
    if (data->nulls != NULL && data->nulls[clusters->row] != 0)
        return FL_OK;
    const int64_t value = data->as.i64[clusters->row];
    *number = (uint32_t)value;
    if (value > 0 && value <= UINT32_MAX)
        return FL_OK;
    fl_fail(error, FL_CORRUPT, "row %zu: %lld is no number of a cluster", clusters->row, (long long)value);
    fl_error_at_path(error, fl_table_path(clusters->table));
    fl_error_at_block(error, (int64_t)clusters->next_block - 1, NULL);
    return FL_CORRUPT;
}

static fl_status read_state(const struct fl_previous_clusters *clusters, struct fl_cluster_state *state,
                            struct fl_error *error)
{
    const struct fl_column_data *nights = &clusters->columns[COLUMN_NIGHTS];
    *state = (struct fl_cluster_state){.known = true};
    fl_status status = read_number(clusters, COLUMN_CLUSTER, &state->cluster, error);
    if (status == FL_OK)
        status = read_number(clusters, COLUMN_PENDING, &state->pending, error);
    if (nights->nulls == NULL || nights->nulls[clusters->row] == 0)
        state->pending_nights = nights->as.u8[clusters->row];
    return status;
}

fl_status fl_previous_clusters_find(struct fl_previous_clusters *clusters, int64_t customer,
                                    struct fl_cluster_state *state, struct fl_error *error)
{
    const struct fl_column_data *customers = &clusters->columns[COLUMN_CUSTOMER];
    *state = (struct fl_cluster_state){0};
    for (;;) {
        while (clusters->row < clusters->rows && customers->as.i64[clusters->row] < customer)
            clusters->row++;
        if (clusters->row < clusters->rows)
            break;
        while (clusters->next_block < fl_table_blocks(clusters->table) &&
               fl_table_block(clusters->table, clusters->next_block).customer_max < customer)
            clusters->next_block++;
        if (clusters->next_block == fl_table_blocks(clusters->table))
            return FL_OK;
        const fl_status status = load_block(clusters, error);
        if (status != FL_OK)
            return status;
    }
    return customers->as.i64[clusters->row] == customer ? read_state(clusters, state, error) : FL_OK;
}

fl_status fl_previous_clusters_next(struct fl_previous_clusters *clusters, struct fl_cluster_state *state,
                                    bool *more, struct fl_error *error)
{
    fl_status status = FL_OK;
    while (clusters->row == clusters->rows && clusters->next_block < fl_table_blocks(clusters->table) &&
           status == FL_OK)
        status = load_block(clusters, error);
    *more = status == FL_OK && clusters->row < clusters->rows;
    if (*more)
        status = read_state(clusters, state, error);
    clusters->row += *more;
    return status;
}
