/* fold_batch.c - copies stretches of rows column by column, until there are enough for the table writer. */
#include "formats/compact/fold_batch.h"

#include <assert.h>
#include <stdlib.h>

#include "formats/base/limits.h"

enum {
    BATCH_ROWS = 4096, /* the columns of so many rows stay in the second-level cache */
    BATCH_TEXT_BYTES = 1u << 20,
    VALUE_BYTES_MAX = sizeof(struct fl_text),
    COLUMN_BYTES = BATCH_ROWS * (VALUE_BYTES_MAX + 1)
};

uint64_t fl_fold_batch_memory(const struct fl_fold_columns *columns)
{
    /* Texts of one stretch may need more room than usual: at most those of a block. */
    return (uint64_t)columns->count * COLUMN_BYTES + FL_BLOCK_TEXT_BYTES_MAX;
}

fl_status fl_fold_batch_open(struct fl_fold_batch *batch, const struct fl_fold_columns *columns,
                             struct fl_table_writer *writer, struct fl_error *error)
{
    *batch = (struct fl_fold_batch){.columns = columns, .writer = writer};
    batch->memory = malloc(columns->count * COLUMN_BYTES);
    if (batch->memory == NULL)
        return fl_fail_memory(error, columns->count * COLUMN_BYTES);
    for (size_t i = 0; i < columns->count; i++) {
        batch->cells[i] = batch->memory + i * COLUMN_BYTES;
        batch->has_texts = batch->has_texts || columns->storage[i] == FL_STORAGE_TEXT;
        batch->nulls[i] = batch->memory + i * COLUMN_BYTES + (size_t)BATCH_ROWS * VALUE_BYTES_MAX;
    }
    return FL_OK;
}

void fl_fold_batch_close(struct fl_fold_batch *batch)
{
    free(batch->memory);
    fl_buffer_release(&batch->texts);
    *batch = (struct fl_fold_batch){0};
}

static void borrow(void *cells, enum fl_storage storage, struct fl_column_values *values)
{
    switch (storage) {
    case FL_STORAGE_U8:
        values->as.u8 = cells;
        break;
    case FL_STORAGE_I32:
        values->as.i32 = cells;
        break;
    case FL_STORAGE_I64:
        values->as.i64 = cells;
        break;
    case FL_STORAGE_WORD:
        values->as.words = cells;
        break;
    case FL_STORAGE_TEXT:
        values->as.texts = cells;
        break;
    }
}

fl_status fl_fold_batch_flush(struct fl_fold_batch *batch, struct fl_error *error)
{
    if (batch->rows == 0)
        return FL_OK;
    for (size_t i = 0; i < batch->columns->count; i++) {
        borrow(batch->cells[i], batch->columns->storage[i], &batch->values[i]);
        batch->values[i].nulls = batch->nulls[i];
    }
    const fl_status status = fl_table_writer_append(batch->writer, batch->values, batch->rows, error);
    batch->rows = 0;
    batch->texts.size = 0;
    return status;
}

static size_t text_bytes_of(const struct fl_fold_cursor *cursor, size_t from, size_t rows)
{
    size_t bytes = 0;
    for (size_t i = 0; i < cursor->columns->count; i++) {
        const struct fl_text *texts = cursor->cells[i].texts;
        for (size_t row = from; texts != NULL && row < from + rows; row++)
            bytes += texts[row].size;
    }
    return bytes;
}

static void copy_texts(struct fl_fold_batch *batch, const struct fl_text *from, size_t rows,
                       struct fl_text *to)
{
    for (size_t row = 0; row < rows; row++) {
        to[row] = (struct fl_text){0};
        if (from[row].size == 0) /* there may be no buffer yet */
            continue;
        char *copy = (char *)batch->texts.bytes + batch->texts.size;
        memcpy(copy, from[row].bytes, from[row].size);
        batch->texts.size += from[row].size;
        to[row] = (struct fl_text){copy, from[row].size};
    }
}

/* Most stretches are a few rows of one customer: a plain loop is shorter than a call of memcpy. */
#define DEFINE_COPY(name, type)                                                                              \
    static void copy_##name(const void *from, size_t from_row, size_t rows, void *to, size_t to_row)         \
    {                                                                                                        \
        const type *restrict source = (const type *)from + from_row;                                         \
        type *restrict target = (type *)to + to_row;                                                         \
        for (size_t row = 0; row < rows; row++)                                                              \
            target[row] = source[row];                                                                       \
    }
DEFINE_COPY(u8, uint8_t)
DEFINE_COPY(u32, uint32_t)
DEFINE_COPY(u64, uint64_t)
#undef DEFINE_COPY

static void copy_column(struct fl_fold_batch *batch, const struct fl_fold_cursor *cursor, size_t column,
                        size_t from, size_t rows, size_t at)
{
    const struct fl_fold_cells *cells = &cursor->cells[column];
    void *to = batch->cells[column];
    if (cells->values == NULL) {
        memset(batch->nulls[column] + at, 1, rows);
        for (size_t row = 0; batch->columns->storage[column] == FL_STORAGE_TEXT && row < rows; row++)
            ((struct fl_text *)to)[at + row] = (struct fl_text){0};
        return;
    }
    copy_u8(cells->nulls, from, rows, batch->nulls[column], at);
    switch (batch->columns->storage[column]) {
    case FL_STORAGE_U8:
        copy_u8(cells->values, from, rows, to, at);
        break;
    case FL_STORAGE_I32:
    case FL_STORAGE_WORD:
        copy_u32(cells->values, from, rows, to, at);
        break;
    case FL_STORAGE_I64:
        copy_u64(cells->values, from, rows, to, at);
        break;
    case FL_STORAGE_TEXT:
        copy_texts(batch, cells->texts + from, rows, (struct fl_text *)to + at);
        break;
    }
}

/* Rows that there is room for, but for their texts. */
static fl_status add_some(struct fl_fold_batch *batch, const struct fl_fold_cursor *cursor, size_t from,
                          size_t rows, struct fl_error *error)
{
    const size_t text_bytes = batch->has_texts ? text_bytes_of(cursor, from, rows) : 0;
    if (batch->texts.size + text_bytes > batch->texts.capacity) {
        const fl_status status = fl_fold_batch_flush(batch, error);
        const size_t wanted = text_bytes > BATCH_TEXT_BYTES ? text_bytes : BATCH_TEXT_BYTES;
        if (status != FL_OK)
            return status;
        if (!fl_buffer_reserve(&batch->texts, wanted))
            return fl_fail_memory(error, wanted);
    }
    for (size_t i = 0; i < batch->columns->count; i++)
        copy_column(batch, cursor, i, from, rows, batch->rows);
    batch->rows += rows;
    return FL_OK;
}

fl_status fl_fold_batch_add(struct fl_fold_batch *batch, const struct fl_fold_cursor *cursor, size_t rows,
                            struct fl_error *error)
{
    const size_t end = cursor->row + rows;
    for (size_t from = cursor->row; from < end;) {
        const size_t room = BATCH_ROWS - batch->rows;
        const size_t some = end - from < room ? end - from : room;
        const fl_status status =
            some == 0 ? fl_fold_batch_flush(batch, error) : add_some(batch, cursor, from, some, error);
        if (status != FL_OK)
            return status;
        from += some;
    }
    return FL_OK;
}

void fl_fold_batch_replace(struct fl_fold_batch *batch, const struct fl_fold_cursor *cursor)
{
    assert(batch->rows > 0 && !batch->has_texts);
    for (size_t i = 0; i < batch->columns->count; i++)
        copy_column(batch, cursor, i, cursor->row, 1, batch->rows - 1);
}
