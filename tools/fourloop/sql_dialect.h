/* sql_dialect.h - how each warehouse names types, quotes names, and reads an exported file. */
#ifndef TOOLS_FOURLOOP_SQL_DIALECT_H
#define TOOLS_FOURLOOP_SQL_DIALECT_H

#include <stdbool.h>

#include "formats/exporters/export_type.h"

/* The words of --for, in the order of the help. The first three are run in tests/interop, the others follow
 * the documents of their makers. */
#define SQL_DATABASE_WORDS "duckdb|postgres|clickhouse|snowflake|bigquery|redshift|databricks"

/* A statement that loads one format; in it @T is the table and @F the file, quoted. */
struct sql_load {
    const char *format;
    const char *statement;
};

enum { SQL_LOADS_MAX = 4 };

struct sql_dialect {
    const char *name;
    bool tried;       /* in tests/interop */
    char quote;       /* around names */
    bool upper;       /* names in capitals, which is what names without quotes mean there */
    bool marks_nulls; /* nullable types are marked, instead of those that are not */
    const char *int16, *int32, *int64, *date, *text;
    const char *decimal;     /* without its digits */
    const char *wide;        /* an integer that any sum of 64-bit integers fits in */
    bool wide_has_places;    /* and any sum of decimals too */
    const char *bytes_of;    /* function that gives the size of a text in bytes */
    const char *table_end;   /* behind the columns; @K is the key, for a table that has one */
    const char *csv_null;    /* what --null has to be for CSV */
    const char *file_prefix; /* before a file's name unless --file gives one: what it was put into */
    struct sql_load loads[SQL_LOADS_MAX]; /* the best first */
};

/* The index-th of SQL_DATABASE_WORDS. */
const struct sql_dialect *sql_dialect_at(size_t index);

/* The load statement of a format; NULL when the database does not read it. */
const char *sql_load_of(const struct sql_dialect *dialect, const char *format);

#endif
