/* parquet_read_rows.h - the rows of one column of one row group, batch by batch. */
#ifndef FORMATS_PARQUET_PARQUET_READ_ROWS_H
#define FORMATS_PARQUET_PARQUET_READ_ROWS_H

#include "formats/parquet/parquet_read_pages.h"

enum { FL_PARQUET_AHEAD = 1024 };

/* {0} at first; its memory is used again for the next row group. */
struct fl_parquet_rows {
    struct fl_parquet_pages pages;
    struct fl_buffer values, nulls, words; /* by value; words: indices into the dictionary */
    struct fl_buffer offsets, row_nulls;   /* by row, of lists */
    struct fl_buffer beside;  /* where texts are put together that do not lie in a page as they are */
    bool are_all_words;       /* every value of this batch is from the dictionary */
    size_t count, null_count; /* values of this batch so far */
    /* Levels of lists that were read, but whose values were not: where a row ends only the next one tells. */
    uint8_t repeats[FL_PARQUET_AHEAD], levels[FL_PARQUET_AHEAD];
    size_t ahead_at, ahead_count;
};

fl_status fl_parquet_rows_begin(struct fl_parquet_rows *rows, struct fl_parquet *file,
                                const struct fl_parquet_field *column, const struct fl_parquet_part *chunk,
                                struct fl_error *error);
/* The next `count` rows, which live until the next call. FL_CORRUPT when there are fewer. */
fl_status fl_parquet_rows_read(struct fl_parquet_rows *rows, size_t count, struct fl_parquet_values *values,
                               struct fl_error *error);
/* FL_CORRUPT unless all rows were read. */
fl_status fl_parquet_rows_end(const struct fl_parquet_rows *rows, struct fl_error *error);
void fl_parquet_rows_release(struct fl_parquet_rows *rows);

#endif
