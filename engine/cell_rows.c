/* cell_rows.c - rows of a few cells each as CSV or NDJSON, for answers that are no table file. */
#include "engine/cell_rows.h"

#include <assert.h>
#include <stdio.h>

#include "engine/double_text.h"
#include "formats/exporters/json_text.h"
#include "formats/exporters/number_text.h"
#include "formats/importers/record_text.h"

enum { FLUSH_BYTES = 64 << 10 };
_Static_assert((int)FL_CELL_NUMBER_BYTES >= (int)FL_NUMBER_TEXT_ROOM &&
                   (int)FL_CELL_NUMBER_BYTES >= (int)FL_DOUBLE_TEXT_ROOM,
               "any number fits");

struct fl_row_cell fl_cell_of_text(struct fl_text text)
{
    return (struct fl_row_cell){text, .quoted = true};
}

struct fl_row_cell fl_cell_of_integer(int64_t number, char text[FL_CELL_NUMBER_BYTES])
{
    const uint8_t *end = fl_put_integer((uint8_t *)text, number);
    return (struct fl_row_cell){.text = {text, (size_t)(end - (const uint8_t *)text)}};
}

struct fl_row_cell fl_cell_of_double(double number, char text[FL_CELL_NUMBER_BYTES])
{
    return (struct fl_row_cell){.text = {text, fl_put_double(text, number)}};
}

struct fl_row_cell fl_cell_of_rounded(double number, int digits, char text[FL_CELL_NUMBER_BYTES])
{
    return (struct fl_row_cell){.text = {text, fl_put_rounded(text, number, digits)}};
}

/* ---- rows ---- */

/* Room for a cell in any form. */
static size_t room_of(const struct fl_row_cell *cell)
{
    return FL_JSON_TEXT_GROWTH * cell->text.size + sizeof "null";
}

static void put(struct fl_text text, struct fl_buffer *row)
{
    if (text.size > 0)
        memcpy(row->bytes + row->size, text.bytes, text.size);
    row->size += text.size;
}

/* There is room for it. Numbers stand as they are; what is missing is null in NDJSON. */
static bool put_cell(const struct fl_cell_rows *rows, const struct fl_row_cell *cell, struct fl_buffer *row)
{
    if (cell->quoted && !cell->written && !rows->to_ndjson)
        return fl_record_append(&cell->text, &cell->quoted, 1, row);
    if (cell->quoted && !cell->written)
        row->size = (size_t)(fl_json_put_text(row->bytes + row->size, cell->text) - row->bytes);
    else
        put(cell->text.size == 0 && rows->to_ndjson ? fl_text_of("null") : cell->text, row);
    return true;
}

/* Heads are stored whole, whatever their length. */
static void put_head(const struct fl_cell_rows *rows, size_t column, struct fl_buffer *row)
{
    memcpy(row->bytes + row->size, rows->heads[column].bytes, sizeof rows->heads[column].bytes);
    row->size += rows->heads[column].size;
}

static bool put_row(struct fl_cell_rows *rows, const struct fl_row_cell *cells)
{
    struct fl_buffer *row = &rows->buffer;
    size_t room = (rows->columns + 1) * sizeof rows->heads[0];
    bool done = true;
    for (size_t i = 0; i < rows->columns; i++)
        room += room_of(&cells[i]);
    if (!fl_buffer_reserve(row, row->size + room))
        return false;
    for (size_t i = 0; i < rows->columns && done; i++) {
        put_head(rows, i, row);
        done = put_cell(rows, &cells[i], row);
    }
    put_head(rows, rows->columns, row);
    return done;
}

bool fl_cell_rows_write(const struct fl_cell_rows *rows, struct fl_arena *arena, struct fl_row_cell *cell)
{
    struct fl_buffer text = {0};
    const bool done = fl_buffer_reserve(&text, room_of(cell)) && put_cell(rows, cell, &text);
    cell->text.bytes = done ? fl_arena_copy(arena, (const char *)text.bytes, text.size) : NULL;
    cell->text.size = text.size;
    cell->written = true;
    fl_buffer_release(&text);
    return cell->text.bytes != NULL;
}

fl_status fl_cell_rows_flush(struct fl_cell_rows *rows, struct fl_error *error)
{
    const fl_status status = fl_output_write(rows->output, rows->buffer.bytes, rows->buffer.size, error);
    rows->buffer.size = 0;
    return status;
}

static void make_heads(struct fl_cell_rows *rows, const char *const *names)
{
    for (size_t i = 0; i <= rows->columns; i++) {
        struct fl_cell_head *head = &rows->heads[i];
        const bool is_end = i == rows->columns;
        assert(is_end || strlen(names[i]) <= FL_CELL_NAME_MAX);
        if (rows->to_ndjson && !is_end)
            (void)snprintf(head->bytes, sizeof head->bytes, "%s\"%s\":", i == 0 ? "{" : ",", names[i]);
        else
            (void)strcpy(head->bytes, is_end ? (rows->to_ndjson ? "}\n" : "\n") : i == 0 ? "" : ",");
        head->size = (uint8_t)strlen(head->bytes);
    }
}

fl_status fl_cell_rows_begin(struct fl_cell_rows *rows, struct fl_output *output, bool to_ndjson,
                             const char *const *names, size_t columns, struct fl_error *error)
{
    struct fl_text texts[FL_ROW_CELLS_MAX];
    assert(columns > 0 && columns <= FL_ROW_CELLS_MAX);
    *rows = (struct fl_cell_rows){.output = output, .to_ndjson = to_ndjson, .columns = columns};
    make_heads(rows, names);
    if (to_ndjson)
        return FL_OK;
    for (size_t i = 0; i < columns; i++)
        texts[i] = fl_text_of(names[i]);
    if (!fl_record_append(texts, NULL, columns, &rows->buffer) || !fl_buffer_append(&rows->buffer, "\n", 1))
        return fl_fail_memory(error, FLUSH_BYTES);
    /* A head is there even if no row ever comes. */
    return fl_cell_rows_flush(rows, error);
}

fl_status fl_cell_rows_add(struct fl_cell_rows *rows, const struct fl_row_cell *cells, struct fl_error *error)
{
    if (!put_row(rows, cells))
        return fl_fail_memory(error, rows->buffer.capacity);
    return rows->buffer.size < FLUSH_BYTES ? FL_OK : fl_cell_rows_flush(rows, error);
}

void fl_cell_rows_release(struct fl_cell_rows *rows)
{
    fl_buffer_release(&rows->buffer);
}
