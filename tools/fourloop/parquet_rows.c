/* parquet_rows.c - the first rows of a Parquet file as CSV on the standard output. */
#include "tools/fourloop/parquet_rows.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/base/publish.h"
#include "formats/parquet/parquet_cell.h"
#include "tools/fourloop/report.h"

enum { BATCH_ROWS = 4096 };

struct printing {
    struct fl_parquet *file;
    const struct fl_parquet_facts *facts;
    size_t *columns; /* those that are shown */
    size_t column_count;
    struct fl_output *output;
    struct fl_buffer cell, line;
    struct fl_error *error;
};

static bool needs_quotes(const struct fl_buffer *cell)
{
    for (size_t i = 0; i < cell->size; i++) {
        if (strchr(",\"\n\r", cell->bytes[i]) != NULL && cell->bytes[i] != 0)
            return true;
    }
    return cell->size == 0; /* an empty text, to tell it from null */
}

static int append_quoted(struct fl_buffer *line, const struct fl_buffer *cell)
{
    int done = fl_buffer_append(line, "\"", 1);
    for (size_t i = 0; done && i < cell->size; i++) {
        done = (cell->bytes[i] != '"' || fl_buffer_append(line, "\"", 1)) &&
               fl_buffer_append(line, &cell->bytes[i], 1);
    }
    return done && fl_buffer_append(line, "\"", 1);
}

/* The cell behind what the line has so far. */
static int append_cell(struct printing *printing)
{
    if (needs_quotes(&printing->cell))
        return append_quoted(&printing->line, &printing->cell);
    return fl_buffer_append(&printing->line, printing->cell.bytes, printing->cell.size);
}

static fl_status write_line(struct printing *printing, int done)
{
    if (!done || !fl_buffer_append(&printing->line, "\n", 1))
        return fl_fail_memory(printing->error, printing->line.size);
    const fl_status status =
        fl_output_write(printing->output, printing->line.bytes, printing->line.size, printing->error);
    printing->line.size = 0;
    return status;
}

static fl_status write_header(struct printing *printing)
{
    int done = 1;
    for (size_t i = 0; done && i < printing->column_count; i++) {
        const char *name = printing->facts->columns[printing->columns[i]].name;
        printing->cell.size = 0;
        done = (i == 0 || fl_buffer_append(&printing->line, ",", 1)) &&
               fl_buffer_append(&printing->cell, name, strlen(name)) && append_cell(printing);
    }
    return write_line(printing, done);
}

static fl_status write_row(struct printing *printing, const struct fl_parquet_batch *batch, size_t row)
{
    int done = 1;
    for (size_t i = 0; done && i < printing->column_count; i++) {
        const struct fl_parquet_field *column = &printing->facts->columns[printing->columns[i]];
        const struct fl_parquet_values *values = &batch->values[i];
        printing->cell.size = 0;
        done = i == 0 || fl_buffer_append(&printing->line, ",", 1);
        if (done && !fl_parquet_cell_is_null(column, values, row))
            done = fl_parquet_cell_append(column, values, row, &printing->cell) && append_cell(printing);
    }
    return write_line(printing, done);
}

static fl_status write_rows(struct printing *printing, struct fl_parquet_scan *scan, uint64_t rows_max)
{
    struct fl_parquet_batch batch = {.rows = 1};
    fl_status status = write_header(printing);
    while (status == FL_OK && rows_max != 0) {
        status = fl_parquet_scan_next(scan, &batch, printing->error);
        if (status == FL_OK && batch.rows == 0)
            break;
        for (size_t row = 0; status == FL_OK && row < batch.rows && rows_max != 0; row++, rows_max--)
            status = write_row(printing, &batch, row);
    }
    return status;
}

static void choose_columns(struct printing *printing)
{
    for (size_t i = 0; i < printing->facts->column_count; i++) {
        const struct fl_parquet_field *column = &printing->facts->columns[i];
        if (column->refused == NULL)
            printing->columns[printing->column_count++] = i;
        else
            report_say("column `%s` is left out: it is %s, which is not read", column->name, column->refused);
    }
}

static fl_status print_scan(struct printing *printing, const struct fl_io *io, struct fl_parquet_scan *scan,
                            uint64_t rows_max)
{
    fl_status status =
        fl_output_over_file(io, STDOUT_FILENO, "the standard output", &printing->output, printing->error);
    if (status != FL_OK)
        return status;
    status = write_rows(printing, scan, rows_max);
    if (status == FL_OK)
        return fl_output_commit(printing->output, NULL, printing->error);
    fl_output_abort(printing->output);
    return status;
}

fl_status parquet_print_rows(const struct fl_io *io, struct fl_parquet *file, uint64_t rows_max,
                             struct fl_error *error)
{
    struct printing printing = {.file = file, .facts = fl_parquet_facts(file), .error = error};
    struct fl_parquet_scan *scan = NULL;
    printing.columns = calloc(printing.facts->column_count + 1, sizeof *printing.columns);
    if (printing.columns == NULL)
        return fl_fail_memory(error, printing.facts->column_count * sizeof *printing.columns);
    choose_columns(&printing);
    if (printing.column_count == 0) {
        free(printing.columns);
        (void)fl_fail(error, FL_UNSUPPORTED, "no column that can be read");
        return fl_error_at_path(error, fl_parquet_path(file));
    }
    const uint32_t batch_rows = rows_max < BATCH_ROWS && rows_max != 0 ? (uint32_t)rows_max : BATCH_ROWS;
    const struct fl_parquet_scan_options options = {
        .columns = printing.columns, .column_count = printing.column_count, .rows_max = batch_rows};
    fl_status status = fl_parquet_scan_open(file, &options, &scan, error);
    if (status == FL_OK)
        status = print_scan(&printing, io, scan, rows_max);
    fl_parquet_scan_close(scan);
    fl_buffer_release(&printing.cell);
    fl_buffer_release(&printing.line);
    free(printing.columns);
    return status;
}
