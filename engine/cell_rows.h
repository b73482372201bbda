/* cell_rows.h - rows of a few cells each as CSV or NDJSON, for answers that are no table file. */
#ifndef ENGINE_CELL_ROWS_H
#define ENGINE_CELL_ROWS_H

#include <stdint.h>

#include "formats/base/arena.h"
#include "formats/base/publish.h"
#include "formats/base/text.h"

enum { FL_ROW_CELLS_MAX = 32, FL_CELL_NAME_MAX = 40 };

enum fl_cell_kind {
    FL_CELL_BARE, /* text without quotes: a number's digits; "" is missing */
    FL_CELL_TEXT,
    FL_CELL_WRITTEN, /* text as it stands in the file, by fl_cell_rows_write() */
    FL_CELL_INTEGER,
    FL_CELL_DOUBLE
};

struct fl_row_cell {
    enum fl_cell_kind kind;
    uint16_t digits;       /* of a double, at most; 0: as few as give back the same bits */
    uint16_t more_columns; /* that a written cell stands for, beside its own */
    union {
        struct fl_text text;
        int64_t integer;
        double number;
    };
};

static inline struct fl_row_cell fl_cell_of_text(struct fl_text text)
{
    return (struct fl_row_cell){.kind = FL_CELL_TEXT, .text = text};
}

static inline struct fl_row_cell fl_cell_of_integer(int64_t integer)
{
    return (struct fl_row_cell){.kind = FL_CELL_INTEGER, .integer = integer};
}

/* As few digits as give back the same bits. */
static inline struct fl_row_cell fl_cell_of_double(double number)
{
    return (struct fl_row_cell){.kind = FL_CELL_DOUBLE, .number = number};
}

static inline struct fl_row_cell fl_cell_of_rounded(double number, int digits)
{
    return (struct fl_row_cell){.kind = FL_CELL_DOUBLE, .digits = (uint16_t)digits, .number = number};
}

/* Zero-initialise; release once. */
struct fl_cell_rows {
    struct fl_output *output; /* borrowed */
    bool to_ndjson;
    size_t columns; /* at most FL_ROW_CELLS_MAX */
    struct fl_buffer buffer;
    struct fl_cell_head {
        char bytes[FL_CELL_NAME_MAX + 8]; /* whole steps of 16 */
        uint8_t size;
    } heads[FL_ROW_CELLS_MAX + 1]; /* in front of each cell, behind the last */
};

/* Writes the head of a CSV file. Names have at most FL_CELL_NAME_MAX bytes that need no escapes. */
fl_status fl_cell_rows_begin(struct fl_cell_rows *rows, struct fl_output *output, bool to_ndjson,
                             const char *const *names, size_t columns, struct fl_error *error);
/* Cells of `count` neighbours from column `first` on that many rows have, made ready once for all of them:
 * one that stands for all those columns. Its text is the arena's. False: no memory. */
bool fl_cell_rows_write(struct fl_cell_rows *rows, struct fl_arena *arena, size_t first,
                        const struct fl_row_cell *cells, size_t count, struct fl_row_cell *written);
/* One cell for each column; those that one in front of them stands for are not looked at. */
fl_status fl_cell_rows_add(struct fl_cell_rows *rows, const struct fl_row_cell *cells,
                           struct fl_error *error);
/* What is still in the buffer. */
fl_status fl_cell_rows_flush(struct fl_cell_rows *rows, struct fl_error *error);
void fl_cell_rows_release(struct fl_cell_rows *rows);

#endif
