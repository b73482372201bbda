/* import_table.c - unpacks rows into columns, a few thousand at a time, for the table writer. */
#include "formats/importers/import_table.h"

#include <stdlib.h>

#include "formats/base/arena.h"

enum {
    BATCH_ROWS = 4096,           /* the columns of so many rows stay in the second-level cache */
    BATCH_TEXT_BYTES = 4u << 20, /* texts are copied: a row lives until the next one only */
    VALUE_BYTES_MAX = sizeof(struct fl_text)
};

struct batch_column {
    uint8_t *values; /* BATCH_ROWS of the column's storage */
    uint8_t *nulls;
    bool any_null;
};

struct batch {
    const struct fl_import_table *table;
    struct fl_table_writer *writer;
    struct batch_column *columns;
    struct fl_column_values *values;
    uint8_t *memory;
    size_t rows;
    struct fl_buffer texts; /* never grows while texts of the batch point into it */
};

static bool open_batch(struct batch *batch, const struct fl_import_table *table)
{
    const size_t count = table->plan.column_count;
    const size_t column_bytes = (size_t)BATCH_ROWS * (VALUE_BYTES_MAX + 1);
    *batch = (struct batch){.table = table};
    batch->columns = calloc(count, sizeof *batch->columns);
    batch->values = calloc(count, sizeof *batch->values);
    batch->memory = malloc(count * column_bytes);
    if (batch->columns == NULL || batch->values == NULL || batch->memory == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        batch->columns[i].values = batch->memory + i * column_bytes;
        batch->columns[i].nulls = batch->columns[i].values + (size_t)BATCH_ROWS * VALUE_BYTES_MAX;
    }
    return true;
}

static void close_batch(struct batch *batch)
{
    fl_buffer_release(&batch->texts);
    free(batch->memory);
    free(batch->values);
    free(batch->columns);
}

static void borrow(const struct batch_column *column, enum fl_storage storage,
                   struct fl_column_values *values)
{
    const void *from = column->values;
    values->nulls = column->any_null ? column->nulls : NULL;
    switch (storage) {
    case FL_STORAGE_U8:
        values->as.u8 = from;
        break;
    case FL_STORAGE_I32:
        values->as.i32 = from;
        break;
    case FL_STORAGE_I64:
        values->as.i64 = from;
        break;
    case FL_STORAGE_WORD:
        values->as.words = from;
        break;
    case FL_STORAGE_TEXT:
        values->as.texts = from;
        break;
    }
}

static fl_status flush(struct batch *batch, struct fl_error *error)
{
    const size_t count = batch->table->plan.column_count;
    for (size_t i = 0; i < count; i++) {
        borrow(&batch->columns[i], batch->table->layout->slots[i].storage, &batch->values[i]);
        batch->columns[i].any_null = false;
    }
    const fl_status status = fl_table_writer_append(batch->writer, batch->values, batch->rows, error);
    batch->rows = 0;
    batch->texts.size = 0;
    return status;
}

static struct fl_text copy_text(struct batch *batch, struct fl_text text)
{
    char *copy = (char *)batch->texts.bytes + batch->texts.size;
    if (text.size > 0)
        memcpy(copy, text.bytes, text.size);
    batch->texts.size += text.size;
    return (struct fl_text){copy, text.size};
}

static void put_cell(struct batch *batch, size_t column, const struct fl_cell *cell)
{
    const struct fl_row_slot *slot = &batch->table->layout->slots[column];
    struct batch_column *to = &batch->columns[column];
    void *values = to->values;
    to->nulls[batch->rows] = cell->null;
    to->any_null |= cell->null;
    switch (slot->storage) {
    case FL_STORAGE_U8:
        ((uint8_t *)values)[batch->rows] = (uint8_t)cell->number;
        break;
    case FL_STORAGE_I32:
        ((int32_t *)values)[batch->rows] = (int32_t)cell->number;
        break;
    case FL_STORAGE_I64:
        ((int64_t *)values)[batch->rows] = cell->number;
        break;
    case FL_STORAGE_WORD:
        ((uint32_t *)values)[batch->rows] =
            cell->null ? 0 : fl_word_pool_rank(slot->pool, (uint32_t)cell->number);
        break;
    case FL_STORAGE_TEXT:
        ((struct fl_text *)values)[batch->rows] = copy_text(batch, cell->text);
        break;
    }
}

static fl_status add_row(struct batch *batch, const uint8_t *row, struct fl_error *error)
{
    const struct fl_row_layout *layout = batch->table->layout;
    const size_t row_bytes = fl_row_bytes(layout, row); /* at least what its texts take */
    if (batch->rows == BATCH_ROWS || batch->texts.size + row_bytes > BATCH_TEXT_BYTES) {
        const fl_status status = flush(batch, error);
        if (status != FL_OK)
            return status;
    }
    const size_t wanted = row_bytes > BATCH_TEXT_BYTES ? row_bytes : BATCH_TEXT_BYTES;
    if (layout->text_count > 0 && batch->texts.size == 0 && !fl_buffer_reserve(&batch->texts, wanted))
        return fl_fail_memory(error, wanted);
    for (size_t i = 0; i < batch->table->plan.column_count; i++) {
        const struct fl_cell cell = fl_row_cell(layout, row, i);
        put_cell(batch, i, &cell);
    }
    batch->rows++;
    return FL_OK;
}

static fl_status add_rows(struct batch *batch, struct fl_error *error)
{
    for (;;) {
        const uint8_t *row;
        fl_status status = batch->table->next(batch->table->context, &row, error);
        if (status == FL_OK && row == NULL)
            return flush(batch, error);
        if (status == FL_OK)
            status = add_row(batch, row, error);
        if (status != FL_OK)
            return status;
    }
}

static fl_status write_table(struct batch *batch, struct fl_table_summary *summary, struct fl_error *error)
{
    const struct fl_import_table *table = batch->table;
    fl_status status =
        fl_table_writer_create(table->io, table->directory, &table->plan, &batch->writer, error);
    if (status != FL_OK)
        return status;
    status = add_rows(batch, error);
    if (status != FL_OK) {
        fl_table_writer_abort(batch->writer);
        return status;
    }
    char name[256];
    return fl_table_writer_finish(batch->writer, table->plan.schema->name, table->file_name, name, summary,
                                  error);
}

fl_status fl_import_table_write(const struct fl_import_table *table, struct fl_table_summary *summary,
                                struct fl_error *error)
{
    struct batch batch;
    const fl_status status =
        open_batch(&batch, table)
            ? write_table(&batch, summary, error)
            : fl_fail_memory(error, table->plan.column_count * BATCH_ROWS * VALUE_BYTES_MAX);
    close_batch(&batch);
    return status;
}
