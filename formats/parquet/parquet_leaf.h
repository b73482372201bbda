/* parquet_leaf.h - the cells of a page as values without nulls, with their levels. */
#ifndef FORMATS_PARQUET_PARQUET_LEAF_H
#define FORMATS_PARQUET_PARQUET_LEAF_H

#include "formats/base/arena.h"
#include "formats/parquet/parquet_write.h"

/* What the values of a leaf are. */
enum fl_parquet_shape {
    FL_PARQUET_SHAPE_NUMBERS, /* of the kind's type */
    FL_PARQUET_SHAPE_WORDS,   /* uint32_t */
    FL_PARQUET_SHAPE_TEXTS    /* struct fl_text */
};
enum fl_parquet_shape fl_parquet_shape_of(const struct fl_parquet_column *column);

/* Borrowed from the cells and from the scratch. */
struct fl_parquet_leaf {
    size_t rows;
    size_t entries; /* as many as rows; of lists one for each element, null list, empty list */
    size_t count;   /* of values: the entries that have one */
    const void *values;
    const uint32_t *definition; /* level of each entry; NULL: all have values */
    const uint32_t *repetition; /* of each entry, lists only */
};

/* Zero-initialise, release once. */
struct fl_parquet_leaf_scratch {
    struct fl_buffer values, definition, repetition;
};
void fl_parquet_leaf_scratch_release(struct fl_parquet_leaf_scratch *scratch);

/* How many of the `rows` rows from `first` on, at least one, make a page of at most FL_PARQUET_PAGE_BYTES
 * when nothing makes them smaller; word_size_max: of the longest word of the column. */
size_t fl_parquet_page_fit(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                           size_t first, size_t rows, size_t word_size_max);

/* The rows first .. first + rows - 1, at least one. FL_NO_MEMORY. */
fl_status fl_parquet_leaf_gather(const struct fl_parquet_column *column, const struct fl_parquet_cells *cells,
                                 size_t first, size_t rows, struct fl_parquet_leaf_scratch *scratch,
                                 struct fl_parquet_leaf *leaf, struct fl_error *error);

#endif
