/* cell_rows.c - rows of a few cells each as CSV or NDJSON, for answers that are no table file. */
#include "engine/cell_rows.h"

#include <assert.h>
#include <stdio.h>

#include "engine/double_text.h"
#include "formats/exporters/json_text.h"
#include "formats/exporters/number_text.h"
#include "formats/importers/record_text.h"

/* Texts of written cells are followed by as many bytes as they may be read beyond. */
enum { FLUSH_BYTES = 64 << 10, STEP_BYTES = 16 };
/* What there is always room for: numbers, and texts of so many bytes in any form. */
enum { SMALL_TEXT_BYTES = 64, SMALL_CELL_ROOM = FL_JSON_TEXT_GROWTH * SMALL_TEXT_BYTES + STEP_BYTES };
_Static_assert((int)SMALL_CELL_ROOM >= (int)FL_NUMBER_TEXT_ROOM &&
                   (int)SMALL_CELL_ROOM >= (int)FL_DOUBLE_TEXT_ROOM,
               "any number fits");
_Static_assert((int)FL_JSON_TEXT_GROWTH >= (int)FL_RECORD_TEXT_GROWTH && STEP_BYTES >= 2, "any text fits");
_Static_assert(sizeof(((struct fl_cell_head *)0)->bytes) % STEP_BYTES == 0, "heads are put by steps");

/* Whole steps, as a branch on the size of each small text costs more than its bytes. */
static inline uint8_t *put_steps(uint8_t *at, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += STEP_BYTES)
        memcpy(at + i, bytes + i, STEP_BYTES);
    return at + size;
}

static inline uint8_t *put_head(uint8_t *at, const struct fl_cell_head *head)
{
    return put_steps(at, head->bytes, head->size);
}

static uint8_t *put_double(uint8_t *at, const struct fl_row_cell *cell)
{
    char *text = (char *)at;
    return at + (cell->digits == 0 ? fl_put_double(text, cell->number)
                                   : fl_put_rounded(text, cell->number, cell->digits));
}

/* Anything but what fl_cell_rows_write() made. What is missing is null in NDJSON. */
static uint8_t *put_text(uint8_t *at, const struct fl_row_cell *cell, bool to_ndjson)
{
    if (cell->kind == FL_CELL_TEXT)
        return to_ndjson ? fl_json_put_text(at, cell->text) : fl_record_put(at, cell->text, true);
    const struct fl_text text = cell->text.size == 0 && to_ndjson ? fl_text_of("null") : cell->text;
    if (text.size > 0)
        memcpy(at, text.bytes, text.size);
    return at + text.size;
}

/* Room for a whole row, the texts of which are small. */
static size_t row_room(const struct fl_cell_rows *rows)
{
    return (rows->columns + 1) * (sizeof rows->heads[0].bytes + SMALL_CELL_ROOM);
}

/* `at`, which moves with the buffer, with room for a large text and the rest of the row. NULL: no memory. */
static uint8_t *make_room(struct fl_cell_rows *rows, const uint8_t *at, size_t text_size)
{
    struct fl_buffer *buffer = &rows->buffer;
    const size_t used = (size_t)(at - buffer->bytes) - buffer->size;
    if (!fl_buffer_make_room(buffer, used + FL_JSON_TEXT_GROWTH * text_size + row_room(rows)))
        return NULL;
    return buffer->bytes + buffer->size + used;
}

/* Below 100, as offsets and lengths are mostly: in a third of the steps that any number takes. */
static inline uint8_t *put_two_digits(uint8_t *at, uint32_t value)
{
    const uint32_t tens = value * 103 >> 10, is_one = tens == 0;
    const uint32_t digits = 0x3030 | tens | (value - 10 * tens) << 8;
    fl_store_le16(at, (uint16_t)(digits >> 8 * is_one));
    return at + 2 - is_one;
}

/* Where the cell ends; NULL: no memory. */
static inline uint8_t *put_cell(struct fl_cell_rows *rows, uint8_t *at, const struct fl_row_cell *cell)
{
    if (cell->kind == FL_CELL_INTEGER)
        return (uint64_t)cell->integer < 100 ? put_two_digits(at, (uint32_t)cell->integer)
                                             : fl_put_integer(at, cell->integer);
    if (cell->kind == FL_CELL_DOUBLE)
        return put_double(at, cell);
    if (cell->text.size > SMALL_TEXT_BYTES)
        at = make_room(rows, at, cell->text.size);
    if (at == NULL)
        return NULL;
    return cell->kind == FL_CELL_WRITTEN ? put_steps(at, cell->text.bytes, cell->text.size)
                                         : put_text(at, cell, rows->to_ndjson);
}

/* The cells of `count` columns from `first` on, with the heads between them. */
static uint8_t *put_cells(struct fl_cell_rows *rows, uint8_t *at, size_t first,
                          const struct fl_row_cell *cells, size_t count)
{
    for (size_t i = 0; i < count && at != NULL; i += 1 + cells[i].more_columns) {
        if (i > 0)
            at = put_head(at, &rows->heads[first + i]);
        at = put_cell(rows, at, &cells[i]);
    }
    return at;
}

static bool put_row(struct fl_cell_rows *rows, const struct fl_row_cell *cells)
{
    struct fl_buffer *buffer = &rows->buffer;
    if (!fl_buffer_make_room(buffer, row_room(rows)))
        return false;
    uint8_t *at = put_head(buffer->bytes + buffer->size, &rows->heads[0]);
    at = put_cells(rows, at, 0, cells, rows->columns);
    if (at == NULL)
        return false;
    at = put_head(at, &rows->heads[rows->columns]);
    buffer->size = (size_t)(at - buffer->bytes);
    return true;
}

bool fl_cell_rows_write(struct fl_cell_rows *rows, struct fl_arena *arena, size_t first,
                        const struct fl_row_cell *cells, size_t count, struct fl_row_cell *written)
{
    /* The buffer's free end is where the text is made, as its length is not known before. */
    struct fl_buffer *buffer = &rows->buffer;
    if (!fl_buffer_make_room(buffer, row_room(rows)))
        return false;
    const uint8_t *end = put_cells(rows, buffer->bytes + buffer->size, first, cells, count);
    const uint8_t *from = buffer->bytes + buffer->size;
    const size_t size = end == NULL ? 0 : (size_t)(end - from);
    char *text = end == NULL ? NULL : fl_arena_take(arena, size + STEP_BYTES);
    if (text == NULL)
        return false;
    memcpy(text, from, size);
    *written = (struct fl_row_cell){
        .kind = FL_CELL_WRITTEN, .more_columns = (uint16_t)(count - 1), .text = {text, size}};
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
