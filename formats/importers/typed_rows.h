/* typed_rows.h - rows of files whose columns have types, some at a time, each column as plain arrays. */
#ifndef FORMATS_IMPORTERS_TYPED_ROWS_H
#define FORMATS_IMPORTERS_TYPED_ROWS_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

/* At most so many at a time: what they take fits the second-level cache. */
enum { FL_TYPED_ROWS_MAX = 1024, FL_TYPED_PLACES_MAX = 18 };

enum fl_typed_form {
    FL_TYPED_NUMBER, /* numbers[row] * 10^-places */
    FL_TYPED_REAL,   /* reals[row] */
    FL_TYPED_DAY,    /* days since 1970-01-01 */
    FL_TYPED_TIME,   /* units since 1970-01-01: UTC (is_instant), or what a wall clock showed */
    FL_TYPED_TEXT,   /* texts[row], of which nobody knows whether they are UTF-8 */
    FL_TYPED_OTHER   /* no array: ask for the text of a value */
};

struct fl_typed_column {
    struct fl_text name;
    const char *refused; /* why it cannot be read, "a list"; NULL: it can */
    enum fl_typed_form form;
    int places;             /* NUMBER: 0 .. FL_TYPED_PLACES_MAX */
    int64_t units_a_second; /* TIME */
    bool is_instant;
};

struct fl_typed_values {
    union {
        const int64_t *numbers; /* NUMBER, DAY, TIME */
        const double *reals;
        const struct fl_text *texts;
    };
    const uint8_t *nulls; /* 1: null, whose value is anything */
};

/* Lives until the next one is read. */
struct fl_typed_batch {
    size_t rows;                          /* 0: the end */
    uint64_t first_row;                   /* of the file, from 0 */
    const struct fl_typed_values *values; /* one for each column that was chosen */
};

struct fl_typed_rows;
struct fl_typed_calls {
    /* Which columns to read, once, before the first row; they outlive the rows. At least one. */
    fl_status (*choose)(struct fl_typed_rows *rows, const size_t *columns, size_t count,
                        struct fl_error *error);
    fl_status (*next)(struct fl_typed_rows *rows, struct fl_typed_batch *batch, struct fl_error *error);
    /* Appends a value of the batch as text, nothing for null; `chosen` is the place in what was chosen.
     * False: no memory. Times are as in ISO 8601, reals the shortest text that reads back the same. */
    bool (*append)(const struct fl_typed_rows *rows, size_t chosen, size_t row, struct fl_buffer *out);
    uint64_t (*bytes_read)(const struct fl_typed_rows *rows); /* of the file, or about so many */
    void (*close)(struct fl_typed_rows *rows);
};

/* What all kinds begin with. */
struct fl_typed_rows {
    const struct fl_typed_calls *calls;
    struct fl_typed_column *columns; /* all of the file */
    size_t column_count;
};

/* Each reads from an open descriptor that stays the caller's; `shown` is for messages. On FL_OK *rows is the
 * caller's until its close; on failure it is NULL. */
/* The descriptor is of a file, not of a pipe. */
fl_status fl_typed_parquet_open(const struct fl_io *io, int file, const char *shown, uint64_t memory_max,
                                struct fl_typed_rows **rows, struct fl_error *error);
fl_status fl_typed_arrow_open(const struct fl_io *io, int file, const char *shown, uint64_t memory_max,
                              struct fl_typed_rows **rows, struct fl_error *error);

#endif
