/* diff_rows.h - a run's table of scores, row by row, for a walk beside other runs. */
#ifndef ENGINE_DIFF_ROWS_H
#define ENGINE_DIFF_ROWS_H

#include "engine/run_manifest.h"
#include "formats/table/table_reader.h"
#include "formats/table/word_union.h"

/* Zero-initialise; release once. Columns are asked for before the first row, then read by their places. */
struct fl_diff_rows {
    struct fl_table *table;
    uint16_t *ids;
    struct fl_column_data *columns; /* of the block in hand */
    size_t column_count;
    size_t customer_at, word_at;   /* places of the key; word_at SIZE_MAX: the scope is the customer */
    uint32_t *word_numbers;        /* of the scope's words, in the union of all runs */
    size_t block, row, block_rows; /* of the row in hand */
    bool ended;                    /* there is none */
    int64_t customer;              /* its key */
    uint32_t word;
};

/* Opens the table `name` of the run folder `run`; a row's word is that of its brand, category, product, tag.
 * FL_USAGE names the tables when there is none like it. */
fl_status fl_diff_rows_open(const struct fl_io *io, const char *run, const struct fl_run_manifest *manifest,
                            const char *name, struct fl_diff_rows *rows, struct fl_error *error);
/* Whether the file has the column; *place is where it will be read. A text column may be asked for, too. */
fl_status fl_diff_rows_want(struct fl_diff_rows *rows, const char *column, bool *has, size_t *place,
                            struct fl_error *error);
/* One numbering of the words of all, so that rows of one scope meet: of those that are open (`table`) and
 * whose scope is a word. Before the first row. */
fl_status fl_diff_rows_number(struct fl_diff_rows *sides, size_t count, struct fl_word_union *words,
                              struct fl_error *error);
/* The first row, then each next one. */
fl_status fl_diff_rows_start(struct fl_diff_rows *rows, struct fl_error *error);
fl_status fl_diff_rows_next(struct fl_diff_rows *rows, struct fl_error *error);
void fl_diff_rows_release(struct fl_diff_rows *rows);

static inline bool fl_diff_is_null(const struct fl_diff_rows *rows, size_t place)
{
    const uint8_t *nulls = rows->columns[place].nulls;
    return nulls != NULL && nulls[rows->row] != 0;
}

static inline struct fl_text fl_diff_text(const struct fl_diff_rows *rows, size_t place)
{
    const struct fl_column_data *column = &rows->columns[place];
    const uint32_t from = column->text_offsets[rows->row];
    return (struct fl_text){column->text_bytes + from, column->text_offsets[rows->row + 1] - from};
}

#endif
