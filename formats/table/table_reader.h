/* table_reader.h - reads one table file: everything it claims is checked at open or at decode. */
#ifndef FORMATS_TABLE_TABLE_READER_H
#define FORMATS_TABLE_TABLE_READER_H

#include "formats/base/arena.h"
#include "formats/base/file_map.h"
#include "formats/schema/schema.h"
#include "formats/table/table_writer.h"

struct fl_table;

/* Opens a table file and checks header, trailer and footer (checksums, offsets, sizes, order of blocks,
 * limits). On failure *table is NULL and nothing is left open. FL_CORRUPT, FL_UNSUPPORTED (version, unknown
 * incompatible feature, unknown schema), FL_LIMIT, and those of fl_file_map_open(). One table belongs to one
 * thread at a time; several may be opened over one file. Columns with ids that this build does not know are
 * kept out of sight (newer schema version). */
fl_status fl_table_open(const struct fl_io *io, const char *path, enum fl_io_mode mode,
                        struct fl_table **table, struct fl_error *error);
void fl_table_close(struct fl_table *table);

const struct fl_schema *fl_table_schema(const struct fl_table *table);
const char *fl_table_path(const struct fl_table *table);
const uint8_t *fl_table_uuid(const struct fl_table *table);
uint64_t fl_table_rows(const struct fl_table *table);
uint64_t fl_table_size_bytes(const struct fl_table *table); /* of the file */
size_t fl_table_blocks(const struct fl_table *table);
bool fl_table_has(const struct fl_table *table, uint16_t column_id);
/* Whether it has columns that this build does not know. */
bool fl_table_has_unknown(const struct fl_table *table);
/* Value of a footer fact, or NULL. */
const char *fl_table_fact(const struct fl_table *table, const char *key);
/* The index-th fact, false past the end. */
bool fl_table_fact_at(const struct fl_table *table, size_t index, const char **key, const char **value);

struct fl_block_facts {
    uint32_t rows;
    int64_t customer_min, customer_max; /* tables whose first column is a KEY */
    int32_t day_min, day_max;           /* 0, -1 without a day column */
    uint64_t type_bits[4];              /* interaction types in the block */
};
struct fl_block_facts fl_table_block(const struct fl_table *table, size_t block);
/* The first block that may hold the customer or one behind it; the number of blocks when there is none. */
size_t fl_table_find_block(const struct fl_table *table, int64_t customer);

struct fl_page_facts {
    unsigned encoding;
    bool lz4, zstd, typed_nulls;
    uint64_t offset;
    uint32_t stored_bytes, unpacked_bytes, nulls;
    int64_t min, max;
    uint64_t sum; /* of the non-null values, wrapping; bytes for text */
};
/* False when the file lacks the column. */
bool fl_table_page(const struct fl_table *table, size_t block, uint16_t column_id,
                   struct fl_page_facts *facts);

/* Work space for the bytes of a page, reused from call to call and from table to table; zero-initialise,
 * release once. */
struct fl_column_scratch {
    struct fl_buffer stored, unpacked; /* as they lie in the file; without LZ4 or zstd */
};
void fl_column_scratch_release(struct fl_column_scratch *scratch);

/* A decoded column of one block. The buffers are the caller's to reuse from call to call; zero-initialise,
 * release once. nulls has one byte a row, 1 = null, or is NULL when no
 * value is null; a null reads as 0 or as empty text. */
struct fl_column_data {
    size_t rows;
    union {
        const uint8_t *u8;
        const int32_t *i32;
        const int64_t *i64;
        const uint32_t *words;
    } as;
    const uint32_t *text_offsets; /* rows + 1, TEXT only; a null text has length 0 */
    const char *text_bytes;
    const uint8_t *nulls;
    struct fl_buffer values_buffer, nulls_buffer;
    struct fl_column_scratch scratch;
};
/* Reads, verifies the checksum of, and decodes one page. A column the file lacks reads as all null. Errors
 * name block and column. */
fl_status fl_table_read_column(struct fl_table *table, size_t block, uint16_t column_id,
                               struct fl_column_data *data, struct fl_error *error);
void fl_column_data_release(struct fl_column_data *data);

/* fl_table_read_column() straight into the caller's arrays, for columns that are no texts: `values` has room
 * for the block's rows in the storage of the column's kind, `nulls` for one byte a row. *has_nulls false:
 * nulls[] was left as it was. nulls NULL: the caller has no place for nulls, a page with any is FL_CORRUPT.
 * After a failure the arrays hold anything. */
fl_status fl_table_read_into(struct fl_table *table, size_t block, uint16_t column_id, void *values,
                             uint8_t *nulls, bool *has_nulls, struct fl_column_scratch *scratch,
                             struct fl_error *error);

/* The runs of a block's KEY column, which is not spread over the rows for it: rows end_row[i - 1] (0 for the
 * first) to end_row[i] - 1 hold value[i]. Room for as many of both as the block has rows. The values ascend
 * strictly: a column that goes down is FL_CORRUPT. */
fl_status fl_table_read_runs(struct fl_table *table, size_t block, uint16_t column_id, int64_t *value,
                             uint32_t *end_row, size_t *count, struct fl_column_scratch *scratch,
                             struct fl_error *error);

/* The words of a WORD column (count 0 when the file lacks it); they live as long as the table. Read and
 * checked (sorted, distinct, valid UTF-8) at first use. */
fl_status fl_table_words(struct fl_table *table, uint16_t column_id, const struct fl_words **words,
                         struct fl_error *error);

/* Decodes everything and checks what open cannot: every page, statistics, zero padding between pages, rows in
 * sort order, customers not spread over blocks, and the digest of the whole file into *digest. */
fl_status fl_table_verify(struct fl_table *table, uint64_t *digest, struct fl_error *error);

#endif
