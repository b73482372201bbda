/* block_buffer.h - rows waiting for their block, column by column. */
#ifndef FORMATS_TABLE_BLOCK_BUFFER_H
#define FORMATS_TABLE_BLOCK_BUFFER_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/table/page_pack.h"
#include "formats/table/table_writer.h"

/* One column of the waiting rows. */
struct fl_column_buffer {
    const struct fl_column *column;
    size_t of_file, of_call;    /* its index among the file's columns, among the values of an append */
    bool has_nulls;             /* else `nulls` is not filled */
    struct fl_buffer values;    /* int64_t a row; unused for texts */
    struct fl_buffer nulls;     /* uint8_t a row, 1 = null */
    struct fl_buffer text_ends; /* uint32_t a row: where its bytes end in text_bytes */
    struct fl_buffer text_bytes;
};

struct fl_block_buffer {
    struct fl_column_buffer *columns; /* owned */
    size_t column_count;
    size_t rows, rows_max;
    enum fl_effort effort;
    struct fl_buffer texts; /* work space: struct fl_text a row */
};

/* For the columns of the plan that are late, or for all others. False: no memory (release all the same). */
bool fl_block_buffer_init(struct fl_block_buffer *block, const struct fl_table_plan *plan, bool late);
void fl_block_buffer_release(struct fl_block_buffer *block);

/* How many of rows `from` .. `to` still fit by the limits on rows and text; the first always fits an empty
 * buffer. */
size_t fl_block_buffer_room(const struct fl_block_buffer *block, const struct fl_column_values *columns,
                            size_t from, size_t to);
/* Copies rows that fit. False: no memory (the buffer is unusable then). */
bool fl_block_buffer_add(struct fl_block_buffer *block, const struct fl_column_values *columns, size_t from,
                         size_t count);
/* The first column's value, for tables whose first column is a KEY. */
int64_t fl_block_buffer_key(const struct fl_block_buffer *block, size_t row);
/* Packs one column of the first `rows` rows. False: no memory. */
bool fl_block_buffer_pack(struct fl_block_buffer *block, size_t column, size_t rows,
                          struct fl_page_packer *packer, struct fl_page_entry *entry);
/* The 256-bit map of the types in the first `rows` rows. */
void fl_block_buffer_types(const struct fl_block_buffer *block, size_t column, size_t rows,
                           uint64_t type_bits[4]);
/* Forgets the first `rows` rows. */
void fl_block_buffer_drop(struct fl_block_buffer *block, size_t rows);

#endif
