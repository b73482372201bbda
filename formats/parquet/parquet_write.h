/* parquet_write.h - writes one Parquet file, front to back, from typed arrays. */
#ifndef FORMATS_PARQUET_PARQUET_WRITE_H
#define FORMATS_PARQUET_PARQUET_WRITE_H

#include "formats/base/publish.h"
#include "formats/parquet/parquet_format.h"
#include "formats/parquet/word_dictionary.h"

/* What a column holds, and how its cells are given:
 *     BOOL            uint8_t, 0 or 1
 *     INT8, INT16     int32_t, within the range of the name
 *     INT32, INT64    int32_t, int64_t
 *     FLOAT, DOUBLE   float, double
 *     DATE            int32_t, days since 1970-01-01
 *     TIMESTAMP       int64_t, microseconds since 1970-01-01 00:00 UTC
 *     DECIMAL         int64_t, in units of 10^-scale
 *     STRING          texts, or numbers of words; UTF-8
 *     LIST_STRING     the same, any number of them in a cell; none is null */
enum fl_parquet_kind {
    FL_PARQUET_KIND_BOOL,
    FL_PARQUET_KIND_INT8,
    FL_PARQUET_KIND_INT16,
    FL_PARQUET_KIND_INT32,
    FL_PARQUET_KIND_INT64,
    FL_PARQUET_KIND_FLOAT,
    FL_PARQUET_KIND_DOUBLE,
    FL_PARQUET_KIND_DATE,
    FL_PARQUET_KIND_TIMESTAMP,
    FL_PARQUET_KIND_DECIMAL,
    FL_PARQUET_KIND_STRING,
    FL_PARQUET_KIND_LIST_STRING
};

struct fl_parquet_column {
    const char *name;
    enum fl_parquet_kind kind;
    int precision, scale; /* DECIMAL: digits in all, 10..18 (ClickHouse reads fewer from 32 bits alone);
                             digits behind the mark */
    bool optional;        /* there may be nulls */
    const struct fl_parquet_words
        *words; /* STRING, LIST_STRING: cells are numbers of these; NULL: they are texts */
};

/* The cells of one column for a run of rows. */
struct fl_parquet_cells {
    const uint8_t *nulls; /* one byte a row, 1 = null; NULL: none is null */
    const void *values; /* of the type above, or uint32_t numbers of words; of a null: anything of the type */
    const uint32_t *text_offsets; /* texts: one entry more than there are texts, into text_bytes */
    const char *text_bytes;
    const uint32_t
        *list_offsets; /* LIST_STRING: rows + 1 entries into the texts or numbers; a null has none */
};

struct fl_parquet_fact {
    const char *key, *value;
};

/* What it points to is borrowed until the writer is freed. */
struct fl_parquet_plan {
    const struct fl_parquet_column *columns;
    size_t column_count;
    size_t sorted_count;                 /* rows ascend by the first so many columns, which are not lists */
    const struct fl_parquet_fact *facts; /* key-value metadata */
    size_t fact_count;
    const char *created_by;      /* "<program> version <number>" */
    enum fl_parquet_codec codec; /* UNCOMPRESSED, SNAPPY, ZSTD, LZ4_RAW */
    uint64_t group_rows;         /* a row group ends when it has so many rows, */
    uint64_t group_bytes;        /* or after the page row that makes it so large, before compression */
    uint32_t page_rows;          /* 0: FL_PARQUET_PAGE_ROWS; less makes many pages of few rows, for tests */
};

/* Defaults of other writers; readers size their memory by them. */
enum { FL_PARQUET_PAGE_ROWS = 20000, FL_PARQUET_PAGE_BYTES = 1 << 20 };
enum { FL_PARQUET_GROUP_ROWS = 1 << 20, FL_PARQUET_GROUP_BYTES = 128 << 20 };

struct fl_parquet_writer;

/* A new file at the start of `output`, which must be empty. Memory: the encoded pages of one row group (at
 * most group_bytes and a page for each column; measured 65 MB in all for a file of 43 MB), as much again of
 * the largest column while it grows, up to 1 MiB of dictionary for each column and 8 bytes for each word of
 * its vocabulary, and what the footer needs: about 300 bytes for a column of a row group, 50 for a page. */
fl_status fl_parquet_writer_create(const struct fl_parquet_plan *plan, struct fl_output *output,
                                   struct fl_parquet_writer **writer, struct fl_error *error);
/* One entry of `cells` for each column. A page does not reach over the rows of one call: thousands of rows at
 * once make good pages. FL_BAD_DATA: a decimal has more digits than its column; FL_LIMIT: a row is too large
 * for a page; those of fl_output_write(). After a failure only fl_parquet_writer_free() may follow. */
fl_status fl_parquet_writer_append(struct fl_parquet_writer *writer, const struct fl_parquet_cells *cells,
                                   size_t rows, struct fl_error *error);
/* Writes the last row group and the footer. */
fl_status fl_parquet_writer_finish(struct fl_parquet_writer *writer, struct fl_error *error);
void fl_parquet_writer_free(struct fl_parquet_writer *writer); /* NULL is allowed */

#endif
