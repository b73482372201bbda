/* cell_rows.h - rows of a few cells each as CSV or NDJSON, for answers that are no table file. */
#ifndef ENGINE_CELL_ROWS_H
#define ENGINE_CELL_ROWS_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/publish.h"
#include "formats/base/text.h"

enum { FL_ROW_CELLS_MAX = 32, FL_CELL_NUMBER_BYTES = 32 };

/* "" and not quoted where it is missing. */
struct fl_cell {
    struct fl_text text;
    bool quoted; /* NDJSON: a string, no number */
};

struct fl_cell fl_cell_of_text(struct fl_text text);
/* The digits are written to `text`. */
struct fl_cell fl_cell_of_integer(int64_t number, char text[FL_CELL_NUMBER_BYTES]);
/* As few digits as give back the same bits. */
struct fl_cell fl_cell_of_double(double number, char text[FL_CELL_NUMBER_BYTES]);
struct fl_cell fl_cell_of_rounded(double number, int digits, char text[FL_CELL_NUMBER_BYTES]);

/* Zero-initialise; release once. */
struct fl_cell_rows {
    struct fl_output *output; /* borrowed */
    bool to_ndjson;
    const char *const *names; /* of columns; borrowed */
    size_t columns;           /* at most FL_ROW_CELLS_MAX */
    struct fl_buffer buffer;
};

/* Writes the head of a CSV file. */
fl_status fl_cell_rows_begin(struct fl_cell_rows *rows, struct fl_output *output, bool to_ndjson,
                             const char *const *names, size_t columns, struct fl_error *error);
/* One cell for each column. */
fl_status fl_cell_rows_add(struct fl_cell_rows *rows, const struct fl_cell *cells, struct fl_error *error);
/* What is still in the buffer. */
fl_status fl_cell_rows_flush(struct fl_cell_rows *rows, struct fl_error *error);
void fl_cell_rows_release(struct fl_cell_rows *rows);

#endif
