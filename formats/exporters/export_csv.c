/* export_csv.c - a table file as CSV: RFC 4180, UTF-8, LF, null = nothing, empty text = "". */
#include "formats/exporters/export_csv.h"

#include <string.h>

#include "formats/base/limits.h"
#include "formats/table/cell_text.h"

/* What the rows of all blocks are made with. */
struct csv_export {
    struct fl_table *table;
    const struct fl_schema *schema;
    struct fl_output *output;
    struct fl_error *error;
    struct fl_column_data columns[FL_COLUMNS_MAX];
    const struct fl_words *words[FL_COLUMNS_MAX]; /* of WORD columns */
    struct fl_buffer cell, line;
};

static fl_status write_header(struct csv_export *export)
{
    for (size_t i = 0; i < export->schema->count; i++) {
        const char *name = export->schema->columns[i].name;
        if (!fl_buffer_append(&export->line, i == 0 ? "" : ",", i == 0 ? 0 : 1) ||
            !fl_buffer_append(&export->line, name, strlen(name)))
            return fl_fail_memory(export->error, export->line.size);
    }
    if (!fl_buffer_append(&export->line, "\n", 1))
        return fl_fail_memory(export->error, export->line.size);
    return fl_output_write(export->output, export->line.bytes, export->line.size, export->error);
}

static fl_status find_words(struct csv_export *export)
{
    for (size_t i = 0; i < export->schema->count; i++) {
        const struct fl_column *column = &export->schema->columns[i];
        if (fl_kind_storage(column->kind) != FL_STORAGE_WORD)
            continue;
        const fl_status status = fl_table_words(export->table, column->id, &export->words[i], export->error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static bool needs_quotes(const struct fl_buffer *cell)
{
    for (size_t i = 0; i < cell->size; i++) {
        const uint8_t byte = cell->bytes[i];
        if (byte == ',' || byte == '"' || byte == '\n' || byte == '\r')
            return true;
    }
    return cell->size == 0; /* an empty text, to tell it from null */
}

static bool append_quoted(struct fl_buffer *line, const struct fl_buffer *cell)
{
    if (!fl_buffer_reserve(line, line->size + 2 * cell->size + 2))
        return false;
    line->bytes[line->size++] = '"';
    for (size_t i = 0; i < cell->size; i++) {
        if (cell->bytes[i] == '"')
            line->bytes[line->size++] = '"';
        line->bytes[line->size++] = cell->bytes[i];
    }
    line->bytes[line->size++] = '"';
    return true;
}

/* False: no memory. */
static bool append_cell(struct csv_export *export, size_t index, size_t row)
{
    const struct fl_column_data *data = &export->columns[index];
    if (data->nulls != NULL && data->nulls[row] != 0)
        return true;
    export->cell.size = 0;
    if (!fl_cell_append(&export->schema->columns[index], data, row, export->words[index], &export->cell))
        return false;
    if (needs_quotes(&export->cell))
        return append_quoted(&export->line, &export->cell);
    return fl_buffer_append(&export->line, export->cell.bytes, export->cell.size);
}

static fl_status write_row(struct csv_export *export, size_t row)
{
    export->line.size = 0;
    for (size_t i = 0; i < export->schema->count; i++) {
        if ((i != 0 && !fl_buffer_append(&export->line, ",", 1)) || !append_cell(export, i, row))
            return fl_fail_memory(export->error, export->line.size);
    }
    if (!fl_buffer_append(&export->line, "\n", 1))
        return fl_fail_memory(export->error, export->line.size);
    return fl_output_write(export->output, export->line.bytes, export->line.size, export->error);
}

static fl_status write_block(struct csv_export *export, size_t block, size_t rows)
{
    for (size_t i = 0; i < export->schema->count; i++) {
        const fl_status status = fl_table_read_column(export->table, block, export->schema->columns[i].id,
                                                      &export->columns[i], export->error);
        if (status != FL_OK)
            return status;
    }
    for (size_t row = 0; row < rows; row++) {
        const fl_status status = write_row(export, row);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status write_rows(struct csv_export *export, uint64_t rows_max)
{
    fl_status status = find_words(export);
    if (status == FL_OK)
        status = write_header(export);
    for (size_t block = 0; status == FL_OK && rows_max > 0 && block < fl_table_blocks(export->table);
         block++) {
        const uint32_t rows = fl_table_block(export->table, block).rows;
        const size_t wanted = rows < rows_max ? rows : (size_t)rows_max;
        status = write_block(export, block, wanted);
        rows_max -= wanted;
    }
    return status;
}

fl_status fl_export_csv_head(struct fl_table *table, uint64_t rows_max, struct fl_output *output,
                             struct fl_error *error)
{
    struct csv_export export = {
        .table = table, .schema = fl_table_schema(table), .output = output, .error = error};
    const fl_status status = write_rows(&export, rows_max);
    for (size_t i = 0; i < export.schema->count; i++)
        fl_column_data_release(&export.columns[i]);
    fl_buffer_release(&export.cell);
    fl_buffer_release(&export.line);
    return status;
}

fl_status fl_export_csv(struct fl_table *table, struct fl_output *output, struct fl_error *error)
{
    return fl_export_csv_head(table, UINT64_MAX, output, error);
}
