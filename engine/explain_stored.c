/* explain_stored.c - what a run stored of one customer in one of its tables. */
#include "engine/explain_stored.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/base/publish.h"

fl_status fl_stored_table_open(const struct fl_io *io, const char *run,
                               const struct fl_run_manifest *manifest, const char *name, const char *schema,
                               struct fl_table **table, struct fl_error *error)
{
    *table = NULL;
    const struct fl_run_file *file = fl_run_manifest_output(manifest, name);
    if (file == NULL)
        return fl_fail(error, FL_CORRUPT, "the run's manifest lists no %s table", name);
    char *path = fl_path_join(run, file->name);
    if (path == NULL)
        return fl_fail_memory(error, strlen(run));
    fl_status status = fl_table_open(io, path, FL_IO_COPY, table, error);
    if (status == FL_OK && strcmp(fl_table_schema(*table)->name, schema) != 0)
        status = fl_fail(error, FL_CORRUPT, "%s holds the table %s", path, fl_table_schema(*table)->name);
    free(path);
    return status;
}

/* The first row of the block whose customer is at least this one. */
static size_t first_row(const struct fl_column_data *customers, int64_t customer)
{
    size_t low = 0, high = customers->rows;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (customers->as.i64[middle] < customer)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static fl_status read_columns(struct fl_stored_rows *stored, size_t block, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(stored->table);
    fl_status status = FL_OK;
    for (size_t i = 0; i < schema->count && status == FL_OK; i++) {
        const uint16_t id = schema->columns[i].id;
        assert(id < FL_STORED_IDS);
        if (!fl_table_has(stored->table, id))
            continue;
        status = fl_table_read_column(stored->table, block, id, &stored->columns[id], error);
        if (status == FL_OK && schema->columns[i].kind == FL_KIND_WORD)
            status = fl_table_words(stored->table, id, &stored->words[id], error);
    }
    return status;
}

static fl_status find_rows(struct fl_stored_rows *stored, int64_t customer, struct fl_error *error)
{
    struct fl_column_data *customers = &stored->columns[FL_SCORES_CUSTOMER];
    for (size_t block = 0; block < fl_table_blocks(stored->table); block++) {
        const struct fl_block_facts facts = fl_table_block(stored->table, block);
        if (customer < facts.customer_min || customer > facts.customer_max)
            continue;
        fl_status status = fl_table_read_column(stored->table, block, FL_SCORES_CUSTOMER, customers, error);
        if (status != FL_OK)
            return status;
        size_t end = stored->first = first_row(customers, customer);
        while (end < customers->rows && customers->as.i64[end] == customer)
            end++;
        stored->count = end - stored->first;
        return stored->count > 0 ? read_columns(stored, block, error) : FL_OK;
    }
    return FL_OK;
}

fl_status fl_stored_rows_open(const struct fl_io *io, const char *run, const struct fl_run_manifest *manifest,
                              const char *name, const char *schema, int64_t customer,
                              struct fl_stored_rows *stored, struct fl_error *error)
{
    fl_status status = fl_stored_table_open(io, run, manifest, name, schema, &stored->table, error);
    return status == FL_OK ? find_rows(stored, customer, error) : status;
}

void fl_stored_rows_release(struct fl_stored_rows *stored)
{
    for (size_t id = 0; id < FL_STORED_IDS; id++)
        fl_column_data_release(&stored->columns[id]);
    if (stored->table != NULL)
        fl_table_close(stored->table);
    *stored = (struct fl_stored_rows){.table = NULL};
}

bool fl_stored_value(const struct fl_stored_rows *stored, uint16_t id, size_t row, int64_t *value)
{
    const struct fl_column_data *column = &stored->columns[id];
    const struct fl_schema *schema = fl_table_schema(stored->table);
    const int at = fl_schema_find_id(schema, id);
    const size_t place = stored->first + row;
    assert(row < stored->count);
    if (at < 0 || !fl_table_has(stored->table, id) || (column->nulls != NULL && column->nulls[place] != 0))
        return false;
    switch (fl_kind_storage(schema->columns[at].kind)) {
    case FL_STORAGE_U8:
        *value = column->as.u8[place];
        return true;
    case FL_STORAGE_I32:
        *value = column->as.i32[place];
        return true;
    case FL_STORAGE_WORD:
        *value = column->as.words[place];
        return true;
    case FL_STORAGE_I64:
        *value = column->as.i64[place];
        return true;
    case FL_STORAGE_TEXT:
        break;
    }
    return false;
}

struct fl_text fl_stored_text(const struct fl_stored_rows *stored, uint16_t id, size_t row)
{
    const struct fl_column_data *column = &stored->columns[id];
    const size_t place = stored->first + row;
    int64_t word;
    if (stored->words[id] != NULL)
        return fl_stored_value(stored, id, row, &word) ? fl_words_at(stored->words[id], (size_t)word)
                                                       : (struct fl_text){.bytes = NULL};
    if (column->text_offsets == NULL || (column->nulls != NULL && column->nulls[place] != 0))
        return (struct fl_text){.bytes = NULL};
    const uint32_t from = column->text_offsets[place];
    return (struct fl_text){.bytes = column->text_bytes + from,
                            .size = column->text_offsets[place + 1] - from};
}
