/* hostile_reader.c - reads bytes as one format to the last value, as the program would. */
#include "tests/malformed/hostile_reader.h"

#include <stdlib.h>

#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/base/checksum.h"
#include "formats/folder/data_manifest.h"
#include "formats/parquet/parquet_decode_values.h"
#include "formats/parquet/parquet_read.h"
#include "formats/table/table_reader.h"
#include "tests/malformed/memory_file.h"

enum {
    MEMORY_MAX = 16 << 20,
    ROWS_SHOWN = 1000, /* of an Arrow column: a batch may have a million empty rows */
    BATCH_ROWS = 100
};

static void add(uint64_t *values, const void *bytes, size_t size)
{
    if (size > 0)
        *values = fl_digest64_seeded(*values, bytes, size);
}

/* ---- table files ---- */

static fl_status add_column(struct fl_table *table, size_t block, const struct fl_column *column,
                            struct fl_column_data *data, uint64_t *values, struct fl_error *error)
{
    const fl_status status = fl_table_read_column(table, block, column->id, data, error);
    if (status != FL_OK)
        return status;
    if (data->nulls != NULL)
        add(values, data->nulls, data->rows);
    if (column->kind == FL_KIND_TEXT) {
        add(values, data->text_offsets, (data->rows + 1) * sizeof data->text_offsets[0]);
        add(values, data->text_bytes, data->text_offsets[data->rows]);
    } else {
        add(values, data->values_buffer.bytes, data->rows * fl_kind_size_bytes(column->kind));
    }
    return FL_OK;
}

static fl_status add_words(struct fl_table *table, const struct fl_column *column, uint64_t *values,
                           struct fl_error *error)
{
    const struct fl_words *words;
    const fl_status status = fl_table_words(table, column->id, &words, error);
    if (status == FL_OK)
        add(values, words->bytes, words->offsets[words->count]);
    return status;
}

static fl_status add_table(struct fl_table *table, uint64_t *values, struct fl_error *error)
{
    const struct fl_schema *schema = fl_table_schema(table);
    struct fl_column_data data = {0};
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < schema->count; i++) {
        if (schema->columns[i].kind == FL_KIND_WORD)
            status = add_words(table, &schema->columns[i], values, error);
        for (size_t block = 0; status == FL_OK && block < fl_table_blocks(table); block++)
            status = add_column(table, block, &schema->columns[i], &data, values, error);
    }
    fl_column_data_release(&data);
    return status;
}

fl_status hostile_read_table(const struct fl_buffer *bytes, uint64_t *values, struct fl_error *error)
{
    struct fl_table *table;
    uint64_t digest;
    memory_file_set(bytes->bytes, bytes->size);
    fl_status status = fl_table_open(&memory_file_io, "hostile", FL_IO_COPY, &table, error);
    if (status != FL_OK)
        return status;
    *values = 0;
    status = fl_table_verify(table, &digest, error);
    if (status == FL_OK)
        status = add_table(table, values, error);
    fl_table_close(table);
    return status;
}

/* ---- Parquet ---- */

static void add_texts(const struct fl_text *texts, size_t count, uint64_t *values)
{
    for (size_t i = 0; i < count; i++) {
        add(values, &texts[i].size, sizeof texts[i].size);
        add(values, texts[i].bytes, texts[i].size);
    }
}

static void add_batch(const struct fl_parquet_field *column, const struct fl_parquet_values *batch,
                      size_t rows, uint64_t *values)
{
    if (batch->nulls != NULL)
        add(values, batch->nulls, batch->count);
    if (batch->row_nulls != NULL)
        add(values, batch->row_nulls, rows);
    if (column->is_list)
        add(values, batch->offsets, (rows + 1) * sizeof batch->offsets[0]);
    if (column->form == FL_PARQUET_AS_TEXT)
        add_texts(batch->text, batch->count, values);
    else
        add(values, batch->u8, batch->count * fl_parquet_form_size(column->form));
}

static fl_status scan(struct fl_parquet *file, const size_t *columns, size_t count, uint64_t *values,
                      struct fl_error *error)
{
    const struct fl_parquet_scan_options options = {
        .columns = columns, .column_count = count, .rows_max = BATCH_ROWS};
    struct fl_parquet_scan *scan;
    struct fl_parquet_batch batch;
    fl_status status = fl_parquet_scan_open(file, &options, &scan, error);
    if (status != FL_OK)
        return status;
    while ((status = fl_parquet_scan_next(scan, &batch, error)) == FL_OK && batch.rows != 0) {
        for (size_t i = 0; i < count; i++)
            add_batch(&fl_parquet_facts(file)->columns[columns[i]], &batch.values[i], batch.rows, values);
    }
    fl_parquet_scan_close(scan);
    return status;
}

fl_status hostile_read_parquet(const struct fl_buffer *bytes, uint64_t *values, struct fl_error *error)
{
    struct fl_parquet *file;
    struct fl_parquet_verified verified;
    memory_file_set(bytes->bytes, bytes->size);
    fl_status status = fl_parquet_open(&memory_file_io, "hostile", FL_IO_COPY, MEMORY_MAX, &file, error);
    if (status != FL_OK)
        return status;
    const struct fl_parquet_facts *facts = fl_parquet_facts(file);
    size_t *columns = calloc(facts->column_count + 1, sizeof *columns), count = 0;
    if (columns == NULL)
        abort();
    for (size_t i = 0; i < facts->column_count; i++) {
        if (facts->columns[i].refused == NULL)
            columns[count++] = i;
    }
    *values = facts->rows;
    status = fl_parquet_verify(file, &verified, error);
    if (status == FL_OK && count > 0)
        status = scan(file, columns, count, values, error);
    free(columns);
    fl_parquet_close(file);
    return status;
}

/* ---- Arrow ---- */

static void add_rows(const struct fl_arrow_column *column, struct fl_buffer *text, uint64_t *values)
{
    const size_t rows = column->rows < ROWS_SHOWN ? column->rows : ROWS_SHOWN;
    text->size = 0;
    for (size_t row = 0; row < rows; row++) {
        if (!fl_arrow_text_append(column, row, text) || !fl_buffer_append(text, "\n", 1))
            abort();
    }
    add(values, text->bytes, text->size);
}

static fl_status read_batches(struct fl_arrow_stream *stream, struct fl_buffer *text, uint64_t *values,
                              struct fl_error *error)
{
    bool done = false;
    for (;;) {
        size_t rows;
        fl_status status = fl_arrow_stream_next(stream, &rows, &done, error);
        if (status != FL_OK || done)
            return status;
        for (size_t i = 0; i < fl_arrow_stream_schema(stream)->field_count; i++) {
            const struct fl_arrow_column *column;
            status = fl_arrow_stream_column(stream, i, &column, error);
            if (status != FL_OK)
                return status;
            add_rows(column, text, values);
        }
    }
}

fl_status hostile_read_arrow(const struct fl_buffer *bytes, uint64_t *values, struct fl_error *error)
{
    const struct fl_arrow_options options = {.memory_max = MEMORY_MAX};
    struct fl_arrow_stream *stream;
    struct fl_buffer text = {0};
    memory_file_set(bytes->bytes, bytes->size);
    fl_status status = fl_arrow_stream_open(&memory_file_io, 0, "hostile", &options, &stream, error);
    if (status != FL_OK)
        return status;
    *values = 0;
    status = read_batches(stream, &text, values, error);
    fl_buffer_release(&text);
    fl_arrow_stream_close(stream);
    return status;
}

/* ---- the manifest of a data folder ---- */

fl_status hostile_read_manifest(const struct fl_buffer *bytes, uint64_t *values, struct fl_error *error)
{
    struct fl_data_state state = {.imports = NULL};
    struct fl_buffer text = {0};
    fl_arena_init(&state.arena);
    *values = 0;
    fl_status status =
        fl_data_manifest_parse((const char *)bytes->bytes, bytes->size, "hostile", &state, error);
    if (status == FL_OK)
        status = fl_data_manifest_print(&state, &text, error);
    if (status == FL_OK)
        add(values, text.bytes, text.size);
    fl_buffer_release(&text);
    fl_arena_release(&state.arena);
    return status;
}
