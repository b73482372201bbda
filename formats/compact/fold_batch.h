/* fold_batch.h - merged rows on their way to the table writer, column by column. */
#ifndef FORMATS_COMPACT_FOLD_BATCH_H
#define FORMATS_COMPACT_FOLD_BATCH_H

#include "formats/compact/fold_cursor.h"
#include "formats/table/table_writer.h"

/* Rows are copied in, so a cursor may go on to its next block. Zero-initialise; close once. */
struct fl_fold_batch {
    const struct fl_fold_columns *columns; /* borrowed */
    struct fl_table_writer *writer;        /* borrowed */
    uint8_t *memory;
    struct fl_column_values values[FL_FOLD_COLUMNS_MAX];
    void *cells[FL_FOLD_COLUMNS_MAX];
    uint8_t *nulls[FL_FOLD_COLUMNS_MAX];
    struct fl_buffer texts; /* never grows while texts of the batch point into it */
    bool has_texts;
    size_t rows;
};

fl_status fl_fold_batch_open(struct fl_fold_batch *batch, const struct fl_fold_columns *columns,
                             struct fl_table_writer *writer, struct fl_error *error);
void fl_fold_batch_close(struct fl_fold_batch *batch);
uint64_t fl_fold_batch_memory(const struct fl_fold_columns *columns);

/* Adds `rows` rows of the cursor from its next one on; the cursor stays where it is. */
fl_status fl_fold_batch_add(struct fl_fold_batch *batch, const struct fl_fold_cursor *cursor, size_t rows,
                            struct fl_error *error);
/* Puts the cursor's next row in place of the last one that was added. Not for columns of texts. */
void fl_fold_batch_replace(struct fl_fold_batch *batch, const struct fl_fold_cursor *cursor);
/* The rows that wait go to the writer. */
fl_status fl_fold_batch_flush(struct fl_fold_batch *batch, struct fl_error *error);

#endif
