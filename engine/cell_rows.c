/* cell_rows.c - rows of a few cells each as CSV or NDJSON, for answers that are no table file. */
#include "engine/cell_rows.h"

#include <assert.h>
#include <stdio.h>

#include "engine/double_text.h"
#include "formats/exporters/json_text.h"
#include "formats/exporters/number_text.h"
#include "formats/importers/record_text.h"

enum { NAME_TEXT = 64, FLUSH_BYTES = 64 << 10 };
_Static_assert((int)FL_CELL_NUMBER_BYTES >= (int)FL_NUMBER_TEXT_ROOM &&
                   (int)FL_CELL_NUMBER_BYTES >= (int)FL_DOUBLE_TEXT_ROOM,
               "any number fits");

struct fl_cell fl_cell_of_text(struct fl_text text)
{
    return (struct fl_cell){text, true};
}

struct fl_cell fl_cell_of_integer(int64_t number, char text[FL_CELL_NUMBER_BYTES])
{
    const uint8_t *end = fl_put_integer((uint8_t *)text, number);
    return (struct fl_cell){{text, (size_t)(end - (const uint8_t *)text)}, false};
}

struct fl_cell fl_cell_of_double(double number, char text[FL_CELL_NUMBER_BYTES])
{
    return (struct fl_cell){{text, fl_put_double(text, number)}, false};
}

struct fl_cell fl_cell_of_rounded(double number, int digits, char text[FL_CELL_NUMBER_BYTES])
{
    return (struct fl_cell){{text, fl_put_rounded(text, number, digits)}, false};
}

static bool append_csv(struct fl_cell_rows *rows, const struct fl_cell *cells)
{
    struct fl_text texts[FL_ROW_CELLS_MAX];
    bool quoted[FL_ROW_CELLS_MAX];
    for (size_t i = 0; i < rows->columns; i++) {
        texts[i] = cells[i].text;
        quoted[i] = cells[i].quoted;
    }
    return fl_record_append(texts, quoted, rows->columns, &rows->buffer) &&
           fl_buffer_append(&rows->buffer, "\n", 1);
}

/* Numbers stand as they are; what is missing is null. */
static bool append_json_cell(const struct fl_cell *cell, struct fl_buffer *buffer)
{
    if (!cell->quoted)
        return cell->text.size == 0 ? fl_buffer_append(buffer, "null", 4)
                                    : fl_buffer_append(buffer, cell->text.bytes, cell->text.size);
    if (!fl_buffer_reserve(buffer, buffer->size + FL_JSON_TEXT_GROWTH * cell->text.size + 2))
        return false;
    buffer->size = (size_t)(fl_json_put_text(buffer->bytes + buffer->size, cell->text) - buffer->bytes);
    return true;
}

static bool append_json(struct fl_cell_rows *rows, const struct fl_cell *cells)
{
    bool done = true;
    for (size_t i = 0; i < rows->columns && done; i++) {
        char head[NAME_TEXT];
        (void)snprintf(head, sizeof head, "%s\"%s\":", i == 0 ? "{" : ",", rows->names[i]);
        done =
            fl_buffer_append(&rows->buffer, head, strlen(head)) && append_json_cell(&cells[i], &rows->buffer);
    }
    return done && fl_buffer_append(&rows->buffer, "}\n", 2);
}

fl_status fl_cell_rows_flush(struct fl_cell_rows *rows, struct fl_error *error)
{
    const fl_status status = fl_output_write(rows->output, rows->buffer.bytes, rows->buffer.size, error);
    rows->buffer.size = 0;
    return status;
}

fl_status fl_cell_rows_begin(struct fl_cell_rows *rows, struct fl_output *output, bool to_ndjson,
                             const char *const *names, size_t columns, struct fl_error *error)
{
    struct fl_text texts[FL_ROW_CELLS_MAX];
    assert(columns > 0 && columns <= FL_ROW_CELLS_MAX);
    *rows =
        (struct fl_cell_rows){.output = output, .to_ndjson = to_ndjson, .names = names, .columns = columns};
    if (to_ndjson)
        return FL_OK;
    for (size_t i = 0; i < columns; i++)
        texts[i] = fl_text_of(names[i]);
    if (!fl_record_append(texts, NULL, columns, &rows->buffer) || !fl_buffer_append(&rows->buffer, "\n", 1))
        return fl_fail_memory(error, FLUSH_BYTES);
    /* A head is there even if no row ever comes. */
    return fl_cell_rows_flush(rows, error);
}

fl_status fl_cell_rows_add(struct fl_cell_rows *rows, const struct fl_cell *cells, struct fl_error *error)
{
    const bool added = rows->to_ndjson ? append_json(rows, cells) : append_csv(rows, cells);
    if (!added)
        return fl_fail_memory(error, rows->buffer.capacity);
    return rows->buffer.size < FLUSH_BYTES ? FL_OK : fl_cell_rows_flush(rows, error);
}

void fl_cell_rows_release(struct fl_cell_rows *rows)
{
    fl_buffer_release(&rows->buffer);
}
