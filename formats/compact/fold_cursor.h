/* fold_cursor.h - the rows of one of the files that are folded, block by block. */
#ifndef FORMATS_COMPACT_FOLD_CURSOR_H
#define FORMATS_COMPACT_FOLD_CURSOR_H

#include "formats/compact/fold_columns.h"

/* One column of the block in hand. Row 0 is the last row of the block before. */
struct fl_fold_cells {
    void *values;          /* of the column's storage, words with united numbers; NULL: the file lacks it */
    uint8_t *nulls;        /* one byte a row, 1 = null */
    struct fl_text *texts; /* TEXT only: they point into `page` */
    uint32_t *numbers;     /* WORD only: of the file's words in the union */
    struct fl_column_data page;
    struct fl_buffer last_text;
};

/* `row` is the next row, rows 1 to `rows` are there. The pair of high[row], low[row] sorts like rows do,
 * except that it may be equal for rows that differ. Zero-initialise; close once. */
struct fl_fold_cursor {
    const struct fl_fold_columns *columns; /* borrowed */
    struct fl_table *table;
    size_t file;      /* which of the folded ones */
    size_t uuid_rank; /* place of the file's uuid among theirs */
    struct fl_fold_cells cells[FL_FOLD_COLUMNS_MAX];
    uint64_t *high, *low;
    size_t next_block, row, rows;
};

/* Bytes that a cursor over the table takes. */
uint64_t fl_fold_cursor_memory(const struct fl_fold_columns *columns, const struct fl_table *table);
/* Takes the table over. */
fl_status fl_fold_cursor_open(struct fl_fold_cursor *cursor, const struct fl_fold_columns *columns,
                              const struct fl_data_folder *folder, const struct fl_data_file *file,
                              struct fl_table *table, struct fl_error *error);
void fl_fold_cursor_close(struct fl_fold_cursor *cursor);

/* Goes to the next block; rows is 0 at the end. FL_CORRUPT: rows that are not in sort order. */
fl_status fl_fold_cursor_load(struct fl_fold_cursor *cursor, struct fl_column_scratch *scratch,
                              struct fl_error *error);

/* Whether row `a_row` of `a` comes before row `b_row` of `b` in the sort order of the schema: below 0; 0 when
 * they are equal in every column. */
int fl_fold_compare(const struct fl_fold_cursor *a, size_t a_row, const struct fl_fold_cursor *b,
                    size_t b_row);

#endif
