/* row_store.h - an external sort: rows in in any order, out in sort order, within a fixed amount of memory.
 */
#ifndef FORMATS_IMPORTERS_ROW_STORE_H
#define FORMATS_IMPORTERS_ROW_STORE_H

#include "formats/importers/row_layout.h"

struct fl_row_store;

struct fl_row_store_plan {
    const struct fl_io *io;
    const char *directory;              /* for scratch files, borrowed */
    const struct fl_row_layout *layout; /* borrowed; pools may be sealed between the last add and the sort */
    size_t memory_bytes;                /* at least FL_ROW_STORE_BYTES_MIN */
    size_t distinct_columns; /* of rows that agree in so many first columns only the first comes out; 0: all
                                do */
};

enum {
    FL_ROW_STORE_BYTES_MIN = 16 << 10,
    FL_ROW_STORE_ROW_PARTS = 8 /* a row takes at most this part of the memory (two merged runs must fit) */
};

fl_status fl_row_store_create(const struct fl_row_store_plan *plan, struct fl_row_store **store,
                              struct fl_error *error);
void fl_row_store_free(struct fl_row_store *store);

/* Copies the row (see fl_row_pack()); the cell of a WORD column holds its number in the pool. When the memory
 * is full, what is there is sorted and spilled. FL_LIMIT: a row too large for the memory; FL_TEMPORARY: the
 * disk is full. */
fl_status fl_row_store_add(struct fl_row_store *store, const struct fl_cell *cells, uint32_t filled,
                           struct fl_error *error);
/* The same for a row of `row_bytes` that is packed already, with FL_ROW_SLACK_BYTES readable behind it. */
fl_status fl_row_store_add_packed(struct fl_row_store *store, const uint8_t *row, size_t row_bytes,
                                  struct fl_error *error);
/* Rows added since the last clear. */
uint64_t fl_row_store_rows(const struct fl_row_store *store);
/* Ends adding, starts reading. */
fl_status fl_row_store_sort(struct fl_row_store *store, struct fl_error *error);
/* The next row, packed, borrowed until the next call; NULL at the end. */
fl_status fl_row_store_next(struct fl_row_store *store, const uint8_t **row, struct fl_error *error);
/* Forgets all rows; the store is open for adding again. */
void fl_row_store_clear(struct fl_row_store *store);
/* Sorted runs written to scratch files since the last clear, for tests and progress. */
size_t fl_row_store_runs(const struct fl_row_store *store);

#endif
