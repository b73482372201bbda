/* export_csv.c - a table file as CSV: RFC 4180, UTF-8, LF, null = nothing, empty text = "". */
#include <stdlib.h>
#include <string.h>

#include "formats/exporters/export_walk.h"
#include "formats/table/cell_text.h"

struct csv_export {
    const struct fl_export_request *request;
    struct fl_output *output;
    struct fl_buffer cell, line;
};

static fl_status write_header(struct csv_export *export, struct fl_error *error)
{
    for (size_t i = 0; i < export->request->column_count; i++) {
        const char *name = export->request->columns[i].name;
        if (!fl_buffer_append(&export->line, i == 0 ? "" : ",", i == 0 ? 0 : 1) ||
            !fl_buffer_append(&export->line, name, strlen(name)))
            return fl_fail_memory(error, export->line.size);
    }
    if (!fl_buffer_append(&export->line, "\n", 1))
        return fl_fail_memory(error, export->line.size);
    return fl_output_write(export->output, export->line.bytes, export->line.size, error);
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
static bool append_cell(struct csv_export *export, const struct fl_export_column *column,
                        const struct fl_column_data *data, size_t row)
{
    if (data->nulls != NULL && data->nulls[row] != 0)
        return true;
    const struct fl_column of_kind = {.name = column->name, .kind = column->kind};
    export->cell.size = 0;
    if (!fl_cell_append(&of_kind, data, row, column->words, &export->cell))
        return false;
    if (needs_quotes(&export->cell))
        return append_quoted(&export->line, &export->cell);
    return fl_buffer_append(&export->line, export->cell.bytes, export->cell.size);
}

static fl_status write_row(struct csv_export *export, const struct fl_export_batch *batch, size_t row,
                           struct fl_error *error)
{
    export->line.size = 0;
    for (size_t i = 0; i < export->request->column_count; i++) {
        if ((i != 0 && !fl_buffer_append(&export->line, ",", 1)) ||
            !append_cell(export, &export->request->columns[i], &batch->columns[i], row))
            return fl_fail_memory(error, export->line.size);
    }
    if (!fl_buffer_append(&export->line, "\n", 1))
        return fl_fail_memory(error, export->line.size);
    return fl_output_write(export->output, export->line.bytes, export->line.size, error);
}

static fl_status csv_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    for (size_t row = 0; row < batch->rows; row++) {
        const fl_status status = write_row(state, batch, row, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status csv_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                           struct fl_error *error)
{
    struct csv_export *export = calloc(1, sizeof *export);
    *state = export;
    if (export == NULL)
        return fl_fail_memory(error, sizeof *export);
    export->request = request;
    export->output = output;
    return write_header(export, error);
}

static fl_status csv_end(void *state, struct fl_error *error)
{
    (void)state;
    (void)error;
    return FL_OK;
}

static void csv_free(void *state)
{
    struct csv_export *export = state;
    fl_buffer_release(&export->cell);
    fl_buffer_release(&export->line);
    free(export);
}

const struct fl_export_format fl_export_format_csv = {.name = "csv",
                                                      .extension = "csv",
                                                      .takes = FL_EXPORT_CSV_MARKS | FL_EXPORT_PARTS,
                                                      .begin = csv_begin,
                                                      .block = csv_block,
                                                      .end = csv_end,
                                                      .free = csv_free};
