/* inspect_arrow.c - `fourloop inspect` of an Arrow stream or file. */
#include "tools/fourloop/inspect_arrow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "formats/arrow/arrow_text.h"
#include "formats/base/publish.h"
#include "tools/fourloop/arrow_input.h"

enum { FACT_BYTES_SHOWN = 200, CSV_CHUNK_BYTES = 1 << 20 };

/* Text of strangers on a terminal: nothing that moves its cursor. */
static void print_foreign(struct fl_text text, size_t bytes_shown)
{
    for (size_t i = 0; i < text.size && i < bytes_shown; i++) {
        const unsigned char byte = (unsigned char)text.bytes[i];
        if (byte < 0x20 || byte == 0x7F)
            printf("\\x%02x", byte);
        else
            putchar(byte);
    }
    if (text.size > bytes_shown)
        printf("... (%zu bytes)", text.size);
}

static void print_facts(const char *path, struct fl_arrow_stream *stream)
{
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    const struct fl_arrow_counts counts = fl_arrow_stream_counts(stream);
    printf("file    %s\nformat  Arrow IPC %s\nbytes   %llu\nrows    %llu in %llu batches", path,
           counts.is_file ? "file" : "stream", (unsigned long long)counts.bytes,
           (unsigned long long)counts.rows, (unsigned long long)counts.batches);
    if (counts.packed_batches > 0)
        printf(", %llu of them compressed", (unsigned long long)counts.packed_batches);
    if (counts.dictionary_batches > 0)
        printf(", %llu dictionary batches", (unsigned long long)counts.dictionary_batches);
    printf("\n");
    for (size_t i = 0; i < schema->fact_count; i++) {
        printf("fact    ");
        print_foreign(schema->facts[i].key, FACT_BYTES_SHOWN);
        printf(" = ");
        print_foreign(schema->facts[i].value, FACT_BYTES_SHOWN);
        printf("\n");
    }
}

static void print_columns(const struct fl_arrow_schema *schema, const uint64_t *nulls)
{
    printf("\n%-36s %-9s %14s  %s\n", "type", "nullable", "nulls", "column");
    for (size_t i = 0; i < schema->field_count; i++) {
        char words[128];
        fl_arrow_field_words(&schema->fields[i], words);
        print_foreign(fl_text_of(words), sizeof words);
        printf("%*s %-9s %14llu  ", (int)(strlen(words) < 36 ? 36 - strlen(words) : 0), "",
               schema->fields[i].nullable ? "yes" : "no", (unsigned long long)nulls[i]);
        print_foreign(fl_text_of(schema->fields[i].name), FACT_BYTES_SHOWN);
        printf("\n");
    }
}

/* Reads everything; nulls[i] of column i. */
static fl_status count_nulls(struct fl_arrow_stream *stream, uint64_t *nulls, struct fl_error *error)
{
    const size_t columns = fl_arrow_stream_schema(stream)->field_count;
    for (;;) {
        size_t rows;
        bool done;
        fl_status status = fl_arrow_stream_next(stream, &rows, &done, error);
        if (status != FL_OK || done)
            return status;
        for (size_t i = 0; status == FL_OK && i < columns; i++) {
            const struct fl_arrow_column *column;
            status = fl_arrow_stream_column(stream, i, &column, error);
            nulls[i] += status == FL_OK ? column->nulls : 0;
        }
        if (status != FL_OK)
            return status;
    }
}

static fl_status show(const char *path, struct fl_arrow_stream *stream, struct fl_error *error)
{
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    uint64_t *nulls = calloc(schema->field_count + 1, sizeof *nulls);
    if (nulls == NULL)
        return fl_fail_memory(error, schema->field_count * sizeof *nulls);
    const fl_status status = count_nulls(stream, nulls, error);
    if (status == FL_OK) {
        print_facts(path, stream);
        print_columns(schema, nulls);
    }
    free(nulls);
    return status;
}

/* Rows as CSV: as `export --to csv` quotes them. */
struct csv_rows {
    struct fl_arrow_stream *stream;
    struct fl_output *output;
    const struct fl_arrow_column **columns; /* of the batch at hand */
    size_t count;
    struct fl_buffer cell, lines;
};

static bool append_cell(struct csv_rows *rows, struct fl_text cell)
{
    const bool is_plain = cell.size > 0 && memchr(cell.bytes, ',', cell.size) == NULL &&
                          memchr(cell.bytes, '"', cell.size) == NULL &&
                          memchr(cell.bytes, '\n', cell.size) == NULL &&
                          memchr(cell.bytes, '\r', cell.size) == NULL;
    if (is_plain)
        return fl_buffer_append(&rows->lines, cell.bytes, cell.size);
    bool fits = fl_buffer_append(&rows->lines, "\"", 1);
    for (size_t i = 0; fits && i < cell.size; i++) {
        if (cell.bytes[i] == '"')
            fits = fl_buffer_append(&rows->lines, "\"", 1);
        fits = fits && fl_buffer_append(&rows->lines, &cell.bytes[i], 1);
    }
    return fits && fl_buffer_append(&rows->lines, "\"", 1);
}

static bool append_row(struct csv_rows *rows, size_t row)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (i > 0 && !fl_buffer_append(&rows->lines, ",", 1))
            return false;
        const struct fl_arrow_column *column = rows->columns[i];
        /* A word of a dictionary may be null by itself. */
        const bool is_null =
            fl_arrow_is_null(column, row) ||
            (column->words != NULL && fl_arrow_is_null(column->words, (size_t)fl_arrow_integer(column, row)));
        if (is_null)
            continue;
        rows->cell.size = 0;
        if (!fl_arrow_text_append(column, row, &rows->cell) ||
            !append_cell(rows, (struct fl_text){(const char *)rows->cell.bytes, rows->cell.size}))
            return false;
    }
    return fl_buffer_append(&rows->lines, "\n", 1);
}

static fl_status write_lines(struct csv_rows *rows, struct fl_error *error)
{
    const size_t size = rows->lines.size;
    rows->lines.size = 0;
    return fl_output_write(rows->output, rows->lines.bytes, size, error);
}

static fl_status write_header(struct csv_rows *rows, struct fl_error *error)
{
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(rows->stream);
    for (size_t i = 0; i < rows->count; i++) {
        if ((i > 0 && !fl_buffer_append(&rows->lines, ",", 1)) ||
            !append_cell(rows, fl_text_of(schema->fields[i].name)))
            return fl_fail_memory(error, rows->lines.size);
    }
    if (!fl_buffer_append(&rows->lines, "\n", 1))
        return fl_fail_memory(error, rows->lines.size);
    return write_lines(rows, error);
}

static fl_status write_batch(struct csv_rows *rows, size_t count, struct fl_error *error)
{
    for (size_t i = 0; i < rows->count; i++) {
        const fl_status status = fl_arrow_stream_column(rows->stream, i, &rows->columns[i], error);
        if (status != FL_OK)
            return status;
    }
    for (size_t row = 0; row < count; row++) {
        if (!append_row(rows, row))
            return fl_fail_memory(error, rows->lines.size);
        const fl_status status = rows->lines.size < CSV_CHUNK_BYTES ? FL_OK : write_lines(rows, error);
        if (status != FL_OK)
            return status;
    }
    return write_lines(rows, error);
}

static fl_status write_rows(struct csv_rows *rows, uint64_t rows_max, struct fl_error *error)
{
    fl_status status = write_header(rows, error);
    while (status == FL_OK && rows_max > 0) {
        size_t count;
        bool done;
        status = fl_arrow_stream_next(rows->stream, &count, &done, error);
        if (status != FL_OK || done)
            return status;
        if (count > rows_max)
            count = (size_t)rows_max;
        rows_max -= count;
        status = write_batch(rows, count, error);
    }
    return status;
}

static fl_status show_rows(const struct fl_io *io, struct fl_arrow_stream *stream, uint64_t rows_max,
                           struct fl_error *error)
{
    struct csv_rows rows = {.stream = stream, .count = fl_arrow_stream_schema(stream)->field_count};
    rows.columns = calloc(rows.count + 1, sizeof *rows.columns);
    if (rows.columns == NULL)
        return fl_fail_memory(error, rows.count * sizeof *rows.columns);
    fl_status status = fl_output_over_file(io, STDOUT_FILENO, "the standard output", &rows.output, error);
    if (status == FL_OK) {
        status = write_rows(&rows, rows_max, error);
        if (status == FL_OK)
            status = fl_output_commit(rows.output, NULL, error);
        else
            fl_output_abort(rows.output);
    }
    free(rows.columns);
    fl_buffer_release(&rows.cell);
    fl_buffer_release(&rows.lines);
    return status;
}

fl_status inspect_arrow(const struct command *command, const struct fl_io *io, struct fl_error *error)
{
    struct arrow_input input;
    const char *path = command->words[0];
    fl_status status = arrow_input_open(command, io, path, &input, error);
    if (status != FL_OK)
        return status;
    status = command->flags[FLAG_ROWS].given
                 ? show_rows(io, input.stream, (uint64_t)command->flags[FLAG_ROWS].number, error)
                 : show(path, input.stream, error);
    arrow_input_close(&input);
    return status;
}
