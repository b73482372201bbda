/* export_walk.h - one walk over a table file that every export format shares. */
#ifndef FORMATS_EXPORTERS_EXPORT_WALK_H
#define FORMATS_EXPORTERS_EXPORT_WALK_H

#include "formats/base/publish.h"
#include "formats/exporters/export_type.h"
#include "formats/table/table_reader.h"

/* The formats, in the order of --to and of help. Each is a `fl_export_format_<name>` in a file of its own. */
#define FL_EXPORT_FORMAT_LIST(FIRST, NEXT) FIRST(csv) NEXT(ndjson) NEXT(parquet) NEXT(arrow) NEXT(pgcopy)
/* "csv|ndjson|...": the choices of --to, numbered as in the list. */
#define FL_EXPORT_FIRST_WORD(name) #name
#define FL_EXPORT_NEXT_WORD(name)  "|" #name
#define FL_EXPORT_WORDS            FL_EXPORT_FORMAT_LIST(FL_EXPORT_FIRST_WORD, FL_EXPORT_NEXT_WORD)

/* What the user may choose; a format looks at what it `takes` alone. */
enum fl_export_choice {
    FL_EXPORT_CSV_MARKS = 1,   /* null_text, delimiter, decimal */
    FL_EXPORT_COMPRESSION = 2, /* compression */
    FL_EXPORT_DICTIONARY = 4,  /* dictionary */
    FL_EXPORT_ROW_GROUPS = 8,  /* row_group_rows, row_group_bytes */
    FL_EXPORT_PARTS = 16       /* a table may be cut into several files */
};

/* Numbered as the choices of --compression. */
enum fl_export_compression { FL_EXPORT_SNAPPY, FL_EXPORT_ZSTD, FL_EXPORT_LZ4_RAW, FL_EXPORT_NONE };

enum { FL_EXPORT_NULL_MAX = 16 };

struct fl_export_options {
    const char *null_text; /* of a null; neither delimiter, quote nor line end in it */
    char delimiter, decimal;
    enum fl_export_compression compression;
    bool dictionary;          /* WORD columns as dictionaries */
    uint64_t row_group_rows;  /* at most, in one group */
    uint64_t row_group_bytes; /* before compression */
};
/* CSV as of RFC 4180 with null = nothing; snappy; no dictionaries; groups of 1,048,576 rows or 128 MiB. */
struct fl_export_options fl_export_options_default(void);

/* A column of the output. All columns of the table's schema are there, in its order, whatever the file has:
 * so every file of a table has the same columns, and a loader that goes by position is right. */
struct fl_export_column {
    const char *name;
    enum fl_kind kind;
    struct fl_export_type type;   /* of the kind: what other programs call it */
    bool required;                /* no file has a null in it */
    bool absent;                  /* this file lacks it: all null */
    const struct fl_words *words; /* kind WORD: the sorted dictionary that the batches' numbers mean, count 0
                                     when all are null; NULL for other kinds */
};

struct fl_export_fact {
    const char *key, *value;
};

/* What is to be written; lives until the format's end(). */
struct fl_export_request {
    const char *table; /* name of the schema: "customer_scores" */
    const struct fl_export_column *columns;
    size_t column_count;
    size_t sorted_count; /* rows ascend by the first so many columns: 1 with a customer column, else 0 */
    uint64_t rows;       /* that will come, over all batches */
    /* What is known of the file, for formats that keep such: "fourloop.uuid" of the source and its facts
     * ("fourloop.as_of", ".model_hash", ".table", ".version", ".view" of a run), sorted as in the source. */
    const struct fl_export_fact *facts;
    size_t fact_count;
    struct fl_export_options options;
};

/* One decoded block, 1 to FL_BLOCK_ROWS_MAX rows; the arrays of a column may hold more than `rows`. */
struct fl_export_batch {
    size_t rows;
    const struct fl_column_data *columns; /* one for each of the request */
};

/* What a format is made of. begin() may fail (*state is then NULL) for what it can tell at once, FL_USAGE for
 * an option; block() takes the batches in row order; end() writes the rest, after which only free() follows.
 * free() after begin() in every case. The bytes depend on request and batches alone. */
struct fl_export_format {
    const char *name;      /* word of --to */
    const char *extension; /* of file names, without a dot */
    bool binary;           /* nothing for a terminal */
    unsigned takes;        /* of enum fl_export_choice */
    fl_status (*begin)(const struct fl_export_request *request, struct fl_output *output, void **state,
                       struct fl_error *error);
    fl_status (*block)(void *state, const struct fl_export_batch *batch, struct fl_error *error);
    fl_status (*end)(void *state, struct fl_error *error);
    void (*free)(void *state);
};

#define FL_EXPORT_DECLARE(name) extern const struct fl_export_format fl_export_format_##name;
FL_EXPORT_FORMAT_LIST(FL_EXPORT_DECLARE, FL_EXPORT_DECLARE)
/* The index-th of the list, NULL past its end. */
const struct fl_export_format *fl_export_format_at(size_t index);
const struct fl_export_format *fl_export_format_find(const char *name);

/* Which rows of a table go to one output. */
struct fl_export_part {
    size_t block_first, block_end; /* block_end is the first one that is left out */
    uint64_t rows_max;
};
struct fl_export_part fl_export_whole(const struct fl_table *table);
/* Part `index` of `count`, cut between blocks so that all have about as many rows. */
struct fl_export_part fl_export_part_of(const struct fl_table *table, size_t index, size_t count);

/* Writes the rows of `part` in `format`; every page that is read has its checksum checked. */
fl_status fl_export_walk(struct fl_table *table, const struct fl_export_part *part,
                         const struct fl_export_format *format, const struct fl_export_options *options,
                         struct fl_output *output, struct fl_error *error);

#endif
