/* parquet_body.h - the levels and the values of a page as bytes. */
#ifndef FORMATS_PARQUET_PARQUET_BODY_H
#define FORMATS_PARQUET_PARQUET_BODY_H

#include "formats/parquet/parquet_leaf.h"

/* Bytes, then `count` numbers that are 8 bytes each, little-endian, but lie in `numbers` still: not every
 * codec needs them among the bytes. */
struct fl_parquet_body {
    struct fl_buffer *bytes; /* borrowed */
    const uint64_t *numbers; /* borrowed */
    size_t count;
};

/* Empties `bytes`. */
void fl_parquet_body_begin(struct fl_parquet_body *body, struct fl_buffer *bytes);
size_t fl_parquet_body_size(const struct fl_parquet_body *body);

/* All of these: false: no memory. */

/* Levels of repetition of a list, levels of definition of a list or an optional column. */
bool fl_parquet_body_add_levels(struct fl_parquet_body *body, const struct fl_parquet_column *column,
                                const struct fl_parquet_leaf *leaf);
/* PLAIN values, in the shape that the column's leaves have. */
bool fl_parquet_body_add_plain(struct fl_parquet_body *body, const struct fl_parquet_column *column,
                               const void *values, size_t count);
/* Numbers of a dictionary of dictionary_count entries. */
bool fl_parquet_body_add_indices(struct fl_parquet_body *body, const uint32_t *indices, size_t count,
                                 uint32_t dictionary_count);
/* Moves the numbers to the end of the bytes. */
bool fl_parquet_body_complete(struct fl_parquet_body *body);

#endif
