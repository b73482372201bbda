/* table_writer.h - writes one table file: rows in, blocks of pages out, published whole or not at all. */
#ifndef FORMATS_TABLE_TABLE_WRITER_H
#define FORMATS_TABLE_TABLE_WRITER_H

#include "formats/base/checksum.h"
#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/schema/schema.h"
#include "formats/table/effort.h"

/* Gives the values of rows `from` .. `from` + count - 1 as int64_t. `nulls` (one byte a row, 1 = null) is
 * NULL, or set as well. */
typedef void fl_values_give(const void *context, size_t from, size_t count, int64_t *values, uint8_t *nulls);

/* Values of one column for a run of rows; which member counts follows from the kind's storage. Borrowed for
 * the call. */
struct fl_column_values {
    union {
        const uint8_t *u8;
        const int32_t *i32;
        const int64_t *i64;
        const uint32_t *words;
        const struct fl_text *texts;
    } as;
    /* Not NULL: asked for the values, which go straight to where they wait; none are in `as`. Not for texts,
     * nor for the first column. */
    fl_values_give *give;
    const void *give_context;
    bool gives_nulls;     /* the same in each call for the column */
    bool wide;            /* not a text: the values are int64_t in as.i64, whatever the kind's storage */
    const uint8_t *nulls; /* one byte a row, 1 = null; NULL: none is null. A null's value is not looked at. */
};

/* The sorted distinct words of a WORD column. `offsets` has count + 1 entries into bytes. */
struct fl_words {
    size_t count;
    const uint32_t *offsets;
    const char *bytes;
};
static inline struct fl_text fl_words_at(const struct fl_words *words, size_t number)
{
    return (struct fl_text){words->bytes + words->offsets[number],
                            words->offsets[number + 1] - words->offsets[number]};
}

struct fl_table_plan {
    const struct fl_schema *schema;
    const uint16_t *column_ids; /* the columns this file has, a subset of the schema in its order */
    size_t column_count;
    /* For each of column_ids: the dictionary of a WORD column. Borrowed until finish. */
    const struct fl_words *words;
    uint8_t uuid[FL_UUID_SIZE];
    const char *const *facts; /* NULL-ended key, value, key, value ... kept in the footer; may be NULL */
    enum fl_effort effort;
    /* Those of column_ids whose values are known only after the last row, in the same order: no key, day,
     * type, or text. */
    const uint16_t *late_column_ids;
    size_t late_column_count;
    uint32_t block_rows; /* 0: FL_BLOCK_ROWS_MAX; less keeps the rows of a block in a cache */
};

struct fl_table_writer;

/* The file grows under a temporary name in `directory`. Rows must come in sort order of the schema (customer
 * ascending at least; asserted). */
fl_status fl_table_writer_create(const struct fl_io *io, const char *directory,
                                 const struct fl_table_plan *plan, struct fl_table_writer **writer,
                                 struct fl_error *error);

/* One entry of `columns` for each of plan->column_ids (not looked at for late ones). Blocks are cut on a
 * customer (first column) boundary, at most FL_BLOCK_ROWS_MAX rows and FL_BLOCK_TEXT_BYTES_MAX of text,
 * unless one customer is larger. For tables whose first column is no KEY a block is simply full. */
fl_status fl_table_writer_append(struct fl_table_writer *writer, const struct fl_column_values *columns,
                                 size_t rows, struct fl_error *error);

/* The values of the late columns, one entry of `columns` for each of plan->late_column_ids, in row order,
 * after the last append; as many rows in all. */
fl_status fl_table_writer_append_late(struct fl_table_writer *writer, const struct fl_column_values *columns,
                                      size_t rows, struct fl_error *error);

struct fl_table_summary {
    uint64_t rows, size_bytes, digest; /* digest: XXH3-64 of the whole file */
    int64_t customer_min, customer_max;
    int32_t day_min, day_max; /* 0, -1 when the table has no day column or no rows */
};

/* Writes the rest and the footer, then publishes as `final_name`; when that is NULL as
 * "<stem>-<digest>.<extension>". The name used is copied to `name` (256 bytes). Frees the writer in every
 * case. */
fl_status fl_table_writer_finish(struct fl_table_writer *writer, const char *stem, const char *final_name,
                                 char name[256], struct fl_table_summary *summary, struct fl_error *error);
/* Removes the temporary; NULL is fine. */
void fl_table_writer_abort(struct fl_table_writer *writer);

#endif
