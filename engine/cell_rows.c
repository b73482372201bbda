/* cell_rows.c - rows of a few cells each as CSV or NDJSON, for answers that are no table file. */
#include "engine/cell_rows.h"

#include <assert.h>
#include <stdio.h>

#include "engine/double_text.h"
#include "formats/exporters/json_text.h"
#include "formats/exporters/number_text.h"
#include "formats/importers/record_text.h"

/* Texts of written cells are followed by as many bytes as they may be read beyond. */
enum { FLUSH_BYTES = 64 << 10, NUMBER_ROOM = 32, STEP_BYTES = 16 };
_Static_assert((int)NUMBER_ROOM >= (int)FL_NUMBER_TEXT_ROOM && (int)NUMBER_ROOM >= (int)FL_DOUBLE_TEXT_ROOM,
               "any number fits");

static size_t room_of(const struct fl_row_cell *cell)
{
    if (cell->kind == FL_CELL_INTEGER || cell->kind == FL_CELL_DOUBLE)
        return NUMBER_ROOM;
    if (cell->kind == FL_CELL_TEXT)
        return FL_JSON_TEXT_GROWTH * cell->text.size + sizeof "\"\"";
    return cell->text.size + STEP_BYTES;
}

static uint8_t *put(uint8_t *at, struct fl_text text)
{
    if (text.size > 0)
        memcpy(at, text.bytes, text.size);
    return at + text.size;
}

/* Whole steps, as a branch on the size of each small text costs more than its bytes. */
static uint8_t *put_written(uint8_t *at, struct fl_text text)
{
    for (size_t i = 0; i < text.size; i += STEP_BYTES)
        memcpy(at + i, text.bytes + i, STEP_BYTES);
    return at + text.size;
}

static uint8_t *put_double(uint8_t *at, const struct fl_row_cell *cell)
{
    char *text = (char *)at;
    return at + (cell->digits == 0 ? fl_put_double(text, cell->number)
                                   : fl_put_rounded(text, cell->number, cell->digits));
}

/* Where the cell ends. What is missing is null in NDJSON. */
static uint8_t *put_cell(uint8_t *at, const struct fl_row_cell *cell, bool to_ndjson)
{
    switch (cell->kind) {
    case FL_CELL_INTEGER:
        return fl_put_integer(at, cell->integer);
    case FL_CELL_DOUBLE:
        return put_double(at, cell);
    case FL_CELL_TEXT:
        return to_ndjson ? fl_json_put_text(at, cell->text) : fl_record_put(at, cell->text, true);
    case FL_CELL_WRITTEN:
        return put_written(at, cell->text);
    case FL_CELL_BARE:
        break;
    }
    return put(at, cell->text.size == 0 && to_ndjson ? fl_text_of("null") : cell->text);
}

/* Heads are stored whole, whatever their length. */
static uint8_t *put_head(uint8_t *at, const struct fl_cell_head *head)
{
    memcpy(at, head->bytes, sizeof head->bytes);
    return at + head->size;
}

static bool put_row(struct fl_cell_rows *rows, const struct fl_row_cell *cells)
{
    size_t room = (rows->columns + 1) * sizeof rows->heads[0];
    for (size_t i = 0; i < rows->columns; i++)
        room += room_of(&cells[i]);
    if (!fl_buffer_make_room(&rows->buffer, room))
        return false;
    uint8_t *at = rows->buffer.bytes + rows->buffer.size;
    for (size_t i = 0; i < rows->columns; i++)
        at = put_cell(put_head(at, &rows->heads[i]), &cells[i], rows->to_ndjson);
    at = put_head(at, &rows->heads[rows->columns]);
    rows->buffer.size = (size_t)(at - rows->buffer.bytes);
    return true;
}

bool fl_cell_rows_write(struct fl_cell_rows *rows, struct fl_arena *arena, struct fl_row_cell *cell)
{
    /* The buffer's free end is where the text is made, as its length is not known before. */
    struct fl_buffer *row = &rows->buffer;
    if (!fl_buffer_make_room(row, room_of(cell)))
        return false;
    uint8_t *from = row->bytes + row->size;
    const size_t size = (size_t)(put_cell(from, cell, rows->to_ndjson) - from);
    char *text = fl_arena_take(arena, size + STEP_BYTES);
    if (text == NULL)
        return false;
    memcpy(text, from, size);
    *cell = (struct fl_row_cell){.kind = FL_CELL_WRITTEN, .text = {text, size}};
    return true;
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
