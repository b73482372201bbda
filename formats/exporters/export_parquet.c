/* export_parquet.c - a table as a Parquet file. */
#include <assert.h>
#include <stdlib.h>

#include "formats/base/limits.h"
#include "formats/exporters/export_walk.h"
#include "formats/parquet/parquet_write.h"

#define CREATED_BY "fourloop version " FOURLOOP_VERSION

struct parquet_export {
    struct fl_parquet_writer *writer;
    const struct fl_export_request *request;
    struct fl_parquet_column columns[FL_COLUMNS_MAX];
    struct fl_parquet_words words[FL_COLUMNS_MAX];
    struct fl_parquet_fact facts[FL_FACTS_MAX + 1];
    struct fl_parquet_cells cells[FL_COLUMNS_MAX];
    struct fl_buffer wide[FL_COLUMNS_MAX]; /* values of U8 columns as int32_t */
};

static enum fl_parquet_codec codec_of(enum fl_export_compression compression)
{
    switch (compression) {
    case FL_EXPORT_ZSTD:
        return FL_PARQUET_CODEC_ZSTD;
    case FL_EXPORT_LZ4_RAW:
        return FL_PARQUET_CODEC_LZ4_RAW;
    case FL_EXPORT_NONE:
        return FL_PARQUET_CODEC_UNCOMPRESSED;
    case FL_EXPORT_SNAPPY:
        break;
    }
    return FL_PARQUET_CODEC_SNAPPY;
}

static enum fl_parquet_kind kind_of(enum fl_export_type_id id)
{
    switch (id) {
    case FL_EXPORT_INT16:
        return FL_PARQUET_KIND_INT16;
    case FL_EXPORT_INT32:
        return FL_PARQUET_KIND_INT32;
    case FL_EXPORT_INT64:
        return FL_PARQUET_KIND_INT64;
    case FL_EXPORT_DATE:
        return FL_PARQUET_KIND_DATE;
    case FL_EXPORT_DECIMAL:
        return FL_PARQUET_KIND_DECIMAL;
    case FL_EXPORT_TEXT:
        break;
    }
    return FL_PARQUET_KIND_STRING;
}

static void fill_columns(struct parquet_export *export)
{
    for (size_t i = 0; i < export->request->column_count; i++) {
        const struct fl_export_column *column = &export->request->columns[i];
        export->columns[i] = (struct fl_parquet_column){.name = column->name,
                                                        .kind = kind_of(column->type.id),
                                                        .precision = column->type.precision,
                                                        .scale = column->type.scale,
                                                        .optional = !column->required};
        if (column->words == NULL)
            continue;
        export->words[i] = (struct fl_parquet_words){(uint32_t)column->words->count, column->words->offsets,
                                                     column->words->bytes};
        export->columns[i].words = &export->words[i];
    }
}

static void fill_facts(struct parquet_export *export)
{
    assert(export->request->fact_count <= FL_FACTS_MAX + 1);
    for (size_t i = 0; i < export->request->fact_count; i++)
        export->facts[i] =
            (struct fl_parquet_fact){export->request->facts[i].key, export->request->facts[i].value};
}

static void export_free(void *state)
{
    struct parquet_export *export = state;
    fl_parquet_writer_free(export->writer);
    for (size_t i = 0; i < FL_COLUMNS_MAX; i++)
        fl_buffer_release(&export->wide[i]);
    free(export);
}

static fl_status export_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                              struct fl_error *error)
{
    *state = NULL;
    struct parquet_export *export = calloc(1, sizeof *export);
    if (export == NULL)
        return fl_fail_memory(error, sizeof *export);
    export->request = request;
    fill_columns(export);
    fill_facts(export);
    const struct fl_parquet_plan plan = {.columns = export->columns,
                                         .column_count = request->column_count,
                                         .sorted_count = request->sorted_count,
                                         .facts = export->facts,
                                         .fact_count = request->fact_count,
                                         .created_by = CREATED_BY,
                                         .codec = codec_of(request->options.compression),
                                         .group_rows = request->options.row_group_rows,
                                         .group_bytes = request->options.row_group_bytes};
    const fl_status status = fl_parquet_writer_create(&plan, output, &export->writer, error);
    if (status == FL_OK)
        *state = export;
    else
        export_free(export);
    return status;
}

/* The format has no integers of 8 bits without sign; all of a byte's values are in int32_t. */
static const int32_t *widen(const uint8_t *values, size_t rows, struct fl_buffer *wide)
{
    if (!fl_buffer_reserve(wide, rows * sizeof(int32_t)))
        return NULL;
    int32_t *numbers = (int32_t *)(void *)wide->bytes;
    for (size_t row = 0; row < rows; row++)
        numbers[row] = values[row];
    return numbers;
}

static fl_status fill_cells(struct parquet_export *export, size_t index, const struct fl_column_data *data,
                            size_t rows, struct fl_error *error)
{
    struct fl_parquet_cells *cells = &export->cells[index];
    *cells = (struct fl_parquet_cells){.nulls = data->nulls};
    switch (fl_kind_storage(export->request->columns[index].kind)) {
    case FL_STORAGE_U8:
        cells->values = widen(data->as.u8, rows, &export->wide[index]);
        return cells->values != NULL ? FL_OK : fl_fail_memory(error, rows * sizeof(int32_t));
    case FL_STORAGE_I32:
        cells->values = data->as.i32;
        return FL_OK;
    case FL_STORAGE_I64:
        cells->values = data->as.i64;
        return FL_OK;
    case FL_STORAGE_WORD:
        cells->values = data->as.words;
        return FL_OK;
    case FL_STORAGE_TEXT:
        break;
    }
    cells->text_offsets = data->text_offsets;
    cells->text_bytes = data->text_bytes;
    return FL_OK;
}

static fl_status export_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    struct parquet_export *export = state;
    for (size_t i = 0; i < export->request->column_count; i++) {
        const fl_status status = fill_cells(export, i, &batch->columns[i], batch->rows, error);
        if (status != FL_OK)
            return status;
    }
    return fl_parquet_writer_append(export->writer, export->cells, batch->rows, error);
}

static fl_status export_end(void *state, struct fl_error *error)
{
    struct parquet_export *export = state;
    return fl_parquet_writer_finish(export->writer, error);
}

const struct fl_export_format fl_export_format_parquet = {.name = "parquet",
                                                          .extension = "parquet",
                                                          .binary = true,
                                                          .takes = FL_EXPORT_COMPRESSION |
                                                                   FL_EXPORT_ROW_GROUPS | FL_EXPORT_PARTS,
                                                          .begin = export_begin,
                                                          .block = export_block,
                                                          .end = export_end,
                                                          .free = export_free};
