/* parquet_read.h - Parquet files as plain typed arrays, column by column. */
#ifndef FORMATS_PARQUET_PARQUET_READ_H
#define FORMATS_PARQUET_PARQUET_READ_H

#include <stdbool.h>

#include "formats/base/file_map.h"
#include "formats/base/text.h"
#include "formats/parquet/parquet_format.h"

/* How the values of a column come out. */
enum fl_parquet_form {
    FL_PARQUET_AS_U8,  /* BOOLEAN: 0 or 1 */
    FL_PARQUET_AS_I32, /* INT32 */
    FL_PARQUET_AS_I64, /* INT64; INT96 as microseconds since 1970, rounded down */
    FL_PARQUET_AS_F32, /* FLOAT */
    FL_PARQUET_AS_F64, /* DOUBLE */
    FL_PARQUET_AS_TEXT /* BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY: the bytes; nobody has looked whether they are
                          UTF-8 */
};

/* One leaf of the schema: a column, or a list of values in each row. */
struct fl_parquet_field {
    const char *name;    /* of a nested leaf the path, "a.b.c"; bytes below U+0020 are shown as '?' */
    const char *refused; /* why it cannot be read, "a map"; NULL: it can */
    enum fl_parquet_form form;
    int32_t type;       /* enum fl_parquet_type */
    uint32_t type_size; /* FIXED_LEN_BYTE_ARRAY: bytes of each value */
    int32_t logical;  /* enum fl_parquet_logical, whether old or new words said it; NONE when it is unknown */
    int32_t unit;     /* TIME, TIMESTAMP: enum fl_parquet_unit; INT96: MICROS */
    bool is_utc;      /* TIME, TIMESTAMP: an instant rather than what a wall clock shows */
    bool is_unsigned; /* INTEGER: the same bits, read as unsigned */
    uint8_t bits;     /* INTEGER: 8, 16, 32, 64 */
    uint8_t precision;   /* DECIMAL: digits, 1 .. 38 */
    uint8_t scale;       /* DECIMAL: of these behind the mark */
    bool is_list;        /* each row has any number of values, or null */
    bool is_optional;    /* a row may be null */
    bool has_null_items; /* of a list: an element may be null */
    /* Levels, as the definition calls them. */
    uint8_t level_max;  /* of a value that is there */
    uint8_t repeat_max; /* 0 for columns that are no lists */
    uint8_t level_item; /* of a list: the least of an element, null or not */
};

/* What the footer says of one column in one row group. Nothing of it has been compared with the pages. */
struct fl_parquet_part {
    int32_t type; /* as the schema has it */
    int32_t codec;
    uint32_t encodings; /* bit i: enum fl_parquet_encoding i; numbers above 31 are not kept */
    uint64_t values;    /* nulls and empty lists included */
    uint64_t offset;    /* of the first page */
    uint64_t stored_bytes, unpacked_bytes;
    const char *refused; /* why it cannot be read, "encrypted"; NULL: nothing speaks against it */
    bool has_nulls_counted;
    uint64_t nulls;
    /* Smallest and largest value as they lie in a page, without the length before a BYTE_ARRAY; {NULL}
     * without any. Those of texts may be cut. */
    struct fl_text min, max;
};

struct fl_parquet_group {
    uint64_t rows;
    const struct fl_parquet_part *parts; /* one for each column */
};

struct fl_parquet_note {
    struct fl_text key, value;
};

struct fl_parquet_facts {
    uint64_t rows;
    size_t group_count, column_count, fact_count;
    const struct fl_parquet_group *groups;
    const struct fl_parquet_field *columns;
    const struct fl_parquet_note *facts; /* key-value metadata */
    struct fl_text created_by;
};

struct fl_parquet;

/* Opens a file and reads its footer. On FL_OK *file is the caller's until close, and all that it hands out
 * lives as long. No more than memory_max bytes are held at any time, or FL_LIMIT; not counted are pages that
 * are mapped, the rest of the arena's newest chunk (4 MiB at most), and what a codec works with (33 MiB for
 * brotli, else little). FL_CORRUPT: no Parquet file, or a footer that lies. FL_UNSUPPORTED: encrypted.
 * FL_LIMIT, too: more values than a file of this size is believed to have. One file belongs to one thread at
 * a time. */
fl_status fl_parquet_open(const struct fl_io *io, const char *path, enum fl_io_mode mode, uint64_t memory_max,
                          struct fl_parquet **file, struct fl_error *error);
const struct fl_parquet_facts *fl_parquet_facts(const struct fl_parquet *file);
const char *fl_parquet_path(const struct fl_parquet *file);
void fl_parquet_close(struct fl_parquet *file);

/* Whether the bytes start as Parquet files do; four are looked at. */
bool fl_parquet_is_magic(const uint8_t *bytes, size_t size);

/* False when the statistics of a row group say that none of its rows has a value of the column within
 * min .. max; true when they do not, or say nothing. Columns of signed whole numbers, days, times and
 * decimals of up to 18 digits, in their own unit; of others always true. */
bool fl_parquet_group_may_hold(const struct fl_parquet *file, size_t group, size_t column, int64_t min,
                               int64_t max);

/* A condition on rows that row groups are skipped by; rows of groups that are not skipped may still fail it.
 */
struct fl_parquet_range {
    size_t column;
    int64_t min, max;
};

struct fl_parquet_scan_options {
    const size_t *columns; /* which, in the order in which they shall come */
    size_t column_count;   /* at least one */
    uint32_t rows_max;     /* of a batch, 1 .. 2^20; 8192 keep a column of a batch in the CPU's caches */
    const struct fl_parquet_range *ranges;
    size_t range_count;
};

/* One column of a batch. */
struct fl_parquet_values {
    size_t count; /* rows; of a list column the elements of all rows together */
    union {
        const uint8_t *u8;
        const int32_t *i32;
        const int64_t *i64;
        const float *f32;
        const double *f64;
        const struct fl_text *text;
    };                    /* [count]; a null has 0, or a text of size 0 */
    const uint8_t *nulls; /* [count] 1: null; NULL when there is none */
    /* Lists: row i has the elements offsets[i] .. offsets[i + 1]. */
    const uint32_t *offsets;  /* [rows + 1] */
    const uint8_t *row_nulls; /* [rows] 1: null, without elements; NULL when there is none */
    /* TEXT whose values all come from one dictionary: text[i] is words[word[i]] unless it is null, which has
     * 0. `words` stay the same to the end of the row group. NULL otherwise. */
    const uint32_t *word;
    const struct fl_text *words;
    uint32_t word_count;
};

struct fl_parquet_batch {
    size_t rows;
    size_t group;       /* the row group it is from; a batch never reaches into another one */
    uint64_t first_row; /* of the file, from 0 */
    const struct fl_parquet_values *values; /* one for each column that was asked for */
};

struct fl_parquet_scan;

/* FL_UNSUPPORTED: a column that cannot be read. The options are copied. One scan of a file at a time. */
fl_status fl_parquet_scan_open(struct fl_parquet *file, const struct fl_parquet_scan_options *options,
                               struct fl_parquet_scan **scan, struct fl_error *error);
/* The next rows; 0 of them at the end. The batch lives until the next call. After a failure only close may
 * follow. FL_CORRUPT: pages that break the format, their checksum, or what the footer promised;
 * FL_UNSUPPORTED: an encoding or a codec that is not read; FL_LIMIT: more memory would be needed. */
fl_status fl_parquet_scan_next(struct fl_parquet_scan *scan, struct fl_parquet_batch *batch,
                               struct fl_error *error);
void fl_parquet_scan_close(struct fl_parquet_scan *scan);

/* What a verification has looked at. */
struct fl_parquet_verified {
    uint64_t pages;
    uint64_t pages_unsealed;    /* without a checksum */
    uint64_t columns_by_levels; /* nested ones, whose rows are not put together */
};
/* Reads every page of every column, those that a scan refuses as nested included: checksums, levels, values,
 * UTF-8 of texts, counts. */
fl_status fl_parquet_verify(struct fl_parquet *file, struct fl_parquet_verified *verified,
                            struct fl_error *error);

/* The number of a big-endian two's complement, as decimals in byte arrays are; false: none, or beyond 128
 * bits. */
bool fl_parquet_decimal128(struct fl_text bytes, __int128 *number);
/* The number of two bytes, as FLOAT16 are. */
float fl_parquet_half(const char bytes[2]);

#endif
