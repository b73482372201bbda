/* import_table.c - unpacks rows into columns, a few thousand at a time, for the table writer. */
#include "formats/importers/import_table.h"

#include <stdlib.h>
#include <string.h>

#include "formats/base/arena.h"

enum {
    BATCH_ROWS = 1000, /* the columns of so many rows stay in the second-level cache. No power of two: 40
                        * arrays whose same rows share a set of the first-level cache took twice as long */
    BATCH_TEXT_BYTES = 4u << 20, /* texts are copied: a row lives until the next one only */
    VALUE_BYTES_MAX = sizeof(struct fl_text)
};

struct batch_column {
    void *values; /* BATCH_ROWS of int64_t, or of struct fl_text; those of nulls hold anything */
    uint8_t *nulls;
    const uint32_t *ranks; /* of words: a number's place in the sorted dictionary */
};

struct batch {
    const struct fl_import_table *table;
    struct fl_table_writer *writer;
    struct batch_column *columns;
    struct fl_column_values *values;
    uint8_t *memory;
    size_t rows;
    uint32_t any_null;      /* a bit for each column */
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
        uint8_t *memory = batch->memory + i * column_bytes;
        const struct fl_row_slot *slot = &table->layout->slots[i];
        batch->columns[i] = (struct batch_column){
            .values = memory,
            .nulls = memory + (size_t)BATCH_ROWS * VALUE_BYTES_MAX,
            .ranks = slot->storage == FL_STORAGE_WORD ? fl_word_pool_ranks(slot->pool) : NULL,
        };
        memset(memory, 0, (size_t)BATCH_ROWS * VALUE_BYTES_MAX);
        memset(batch->columns[i].nulls, 1, BATCH_ROWS);
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

static void borrow(const struct batch *batch, size_t column, struct fl_column_values *values)
{
    const struct fl_row_slot *slot = &batch->table->layout->slots[column];
    const struct batch_column *from = &batch->columns[column];
    *values = (struct fl_column_values){.wide = slot->storage != FL_STORAGE_TEXT};
    if ((batch->any_null >> column & 1) != 0)
        values->nulls = from->nulls;
    if (values->wide)
        values->as.i64 = from->values;
    else
        values->as.texts = from->values;
}

static fl_status flush(struct batch *batch, struct fl_error *error)
{
    const size_t count = batch->table->plan.column_count;
    for (size_t i = 0; i < count; i++)
        borrow(batch, i, &batch->values[i]);
    const fl_status status = fl_table_writer_append(batch->writer, batch->values, batch->rows, error);
    for (size_t i = 0; i < count; i++)
        memset(batch->columns[i].nulls, 1, batch->rows);
    batch->rows = 0;
    batch->any_null = 0;
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

/* Puts the values of a row in their places. Most columns of an interaction are null: they are passed over. */
static void take_values(struct batch *batch, const uint8_t *row)
{
    const struct fl_row_layout *layout = batch->table->layout;
    const uint32_t all = (uint32_t)(((uint64_t)1 << batch->table->plan.column_count) - 1);
    struct fl_row_walk walk = fl_row_walk_from(row);
    batch->any_null |= walk.nulls;
    for (uint32_t left = ~walk.nulls & all; left != 0; left &= left - 1) {
        const unsigned column = (unsigned)__builtin_ctz(left);
        const struct fl_row_slot *slot = &layout->slots[column];
        const struct batch_column *to = &batch->columns[column];
        to->nulls[batch->rows] = 0;
        if (slot->storage == FL_STORAGE_TEXT) {
            ((struct fl_text *)to->values)[batch->rows] = copy_text(batch, fl_row_walk_text(&walk));
            continue;
        }
        const int64_t number = fl_row_walk_number(&walk, slot);
        ((int64_t *)to->values)[batch->rows] = to->ranks == NULL ? number : to->ranks[number];
    }
}

/* Makes room for a row with its texts. */
static fl_status make_room(struct batch *batch, const uint8_t *row, struct fl_error *error)
{
    const struct fl_row_layout *layout = batch->table->layout;
    const bool has_text = (fl_row_nulls(row) & layout->text_mask) != layout->text_mask;
    const size_t text_bytes = has_text ? fl_row_bytes(layout, row) : 0; /* or less */
    if (batch->rows == BATCH_ROWS || batch->texts.size + text_bytes > BATCH_TEXT_BYTES) {
        const fl_status status = flush(batch, error);
        if (status != FL_OK)
            return status;
    }
    const size_t wanted = text_bytes > BATCH_TEXT_BYTES ? text_bytes : BATCH_TEXT_BYTES;
    if (text_bytes > 0 && batch->texts.size == 0 && !fl_buffer_reserve(&batch->texts, wanted))
        return fl_fail_memory(error, wanted);
    return FL_OK;
}

static fl_status add_row(struct batch *batch, const uint8_t *row, struct fl_error *error)
{
    const fl_status status = make_room(batch, row, error);
    if (status != FL_OK)
        return status;
    take_values(batch, row);
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
