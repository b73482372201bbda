/* id_join.c - the text that each customer key came in as, looked up in rising order of keys. */
#include "engine/id_join.h"

#include <stdlib.h>

#include "formats/table/table_listed.h"

/* One customer_ids table; `row` is the next row of the block in hand. */
struct id_cursor {
    struct fl_table *table;
    size_t next_block, row, rows;
    int64_t last_customer;
    struct fl_column_data customers, ids;
};

struct fl_id_join {
    struct id_cursor *cursors;
    size_t count;
};

static fl_status open_cursor(const struct fl_data_folder *folder, const struct fl_data_file *file,
                             enum fl_io_mode io_mode, struct id_cursor *cursor, struct fl_error *error)
{
    char *path = fl_data_folder_path_of(folder, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(file->name));
    fl_status status = fl_table_open_listed(folder->io, path, io_mode, &cursor->table, error);
    free(path);
    if (status != FL_OK)
        return status;
    cursor->last_customer = INT64_MIN;
    if (strcmp(fl_table_schema(cursor->table)->name, "customer_ids") == 0)
        return FL_OK;
    fl_fail(error, FL_CORRUPT, "the file holds the table %s, the manifest says customer_ids",
            fl_table_schema(cursor->table)->name);
    fl_error_at_path(error, fl_table_path(cursor->table));
    return FL_CORRUPT;
}

fl_status fl_id_join_open(const struct fl_data_folder *folder, enum fl_io_mode io_mode,
                          struct fl_id_join **join, struct fl_error *error)
{
    *join = NULL;
    struct fl_id_join *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->cursors = calloc(folder->file_count + 1, sizeof *opened->cursors);
    fl_status status =
        opened->cursors == NULL ? fl_fail_memory(error, folder->file_count * sizeof *opened->cursors) : FL_OK;
    for (size_t i = 0; i < folder->file_count && status == FL_OK; i++) {
        if (strcmp(folder->files[i].table, "customer_ids") == 0)
            status =
                open_cursor(folder, &folder->files[i], io_mode, &opened->cursors[opened->count++], error);
    }
    if (status != FL_OK) {
        fl_id_join_close(opened);
        return status;
    }
    *join = opened;
    return FL_OK;
}

void fl_id_join_close(struct fl_id_join *join)
{
    if (join == NULL)
        return;
    for (size_t i = 0; i < join->count; i++) {
        struct id_cursor *cursor = &join->cursors[i];
        if (cursor->table != NULL)
            fl_table_close(cursor->table);
        fl_column_data_release(&cursor->customers);
        fl_column_data_release(&cursor->ids);
    }
    free(join->cursors);
    free(join);
}

static fl_status check_order(struct id_cursor *cursor, size_t block, struct fl_error *error)
{
    for (size_t row = 0; row < cursor->rows; row++) {
        const int64_t customer = cursor->customers.as.i64[row];
        const bool first = block == 0 && row == 0;
        if (!first && customer <= cursor->last_customer) {
            fl_fail(error, FL_CORRUPT, "row %zu: the customers do not rise", row);
            fl_error_at_path(error, fl_table_path(cursor->table));
            fl_error_at_block(error, (int64_t)block, NULL);
            return FL_CORRUPT;
        }
        cursor->last_customer = customer;
    }
    return FL_OK;
}

static fl_status load_block(struct id_cursor *cursor, struct fl_error *error)
{
    const size_t block = cursor->next_block++;
    fl_status status =
        fl_table_read_column(cursor->table, block, FL_CUSTOMER_IDS_CUSTOMER, &cursor->customers, error);
    if (status == FL_OK)
        status = fl_table_read_column(cursor->table, block, FL_CUSTOMER_IDS_ID, &cursor->ids, error);
    if (status != FL_OK)
        return status;
    cursor->row = 0;
    cursor->rows = cursor->customers.rows;
    return check_order(cursor, block, error);
}

/* Goes to the first row whose customer is not below `customer`; *there: it is the very one. */
static fl_status seek(struct id_cursor *cursor, int64_t customer, bool *there, struct fl_error *error)
{
    for (;;) {
        while (cursor->row < cursor->rows && cursor->customers.as.i64[cursor->row] < customer)
            cursor->row++;
        *there = cursor->row < cursor->rows && cursor->customers.as.i64[cursor->row] == customer;
        if (cursor->row < cursor->rows)
            return FL_OK;
        while (cursor->next_block < fl_table_blocks(cursor->table) &&
               fl_table_block(cursor->table, cursor->next_block).customer_max < customer)
            cursor->next_block++;
        if (cursor->next_block == fl_table_blocks(cursor->table))
            return FL_OK;
        fl_status status = load_block(cursor, error);
        if (status != FL_OK)
            return status;
    }
}

static bool text_at(const struct id_cursor *cursor, struct fl_text *text)
{
    const struct fl_column_data *ids = &cursor->ids;
    if (ids->nulls != NULL && ids->nulls[cursor->row] != 0)
        return false;
    const uint32_t from = ids->text_offsets[cursor->row];
    *text = (struct fl_text){ids->text_bytes + from, ids->text_offsets[cursor->row + 1] - from};
    return true;
}

fl_status fl_id_join_find(struct fl_id_join *join, int64_t customer, struct fl_text *id,
                          struct fl_error *error)
{
    const struct id_cursor *found = NULL;
    for (size_t i = 0; i < join->count; i++) {
        struct id_cursor *cursor = &join->cursors[i];
        bool there = false;
        fl_status status = seek(cursor, customer, &there, error);
        if (status != FL_OK)
            return status;
        struct fl_text text;
        if (!there || !text_at(cursor, &text))
            continue;
        if (found != NULL && !fl_text_equal(*id, text))
            return fl_fail(error, FL_BAD_DATA,
                           "two customer ids have the same key: one in %s block %zu row %zu, one in %s block "
                           "%zu row %zu",
                           fl_table_path(found->table), found->next_block - 1, found->row,
                           fl_table_path(cursor->table), cursor->next_block - 1, cursor->row);
        found = cursor;
        *id = text;
    }
    if (found == NULL)
        return fl_fail(error, FL_BAD_DATA,
                       "no customer_ids table of the folder (%zu files) has the id of a customer",
                       join->count);
    return FL_OK;
}

/* A text lives only until the next is asked for, so all are copied first. */
fl_status fl_id_join_list(struct fl_id_join *join, const int64_t *customers, size_t count,
                          struct fl_buffer *bytes, struct fl_text *ids, struct fl_error *error)
{
    bytes->size = 0;
    for (size_t i = 0; i < count; i++) {
        fl_status status = fl_id_join_find(join, customers[i], &ids[i], error);
        if (status != FL_OK)
            return status;
        if (!fl_buffer_append(bytes, ids[i].bytes, ids[i].size))
            return fl_fail_memory(error, bytes->size + ids[i].size);
    }
    const char *at = (const char *)bytes->bytes; /* it grew: only now it stays where it is */
    for (size_t i = 0; i < count; i++) {
        ids[i].bytes = at;
        at += ids[i].size;
    }
    return FL_OK;
}
