/* sql_dialect.c - how each warehouse names types, quotes names, and reads an exported file. */
#include "tools/fourloop/sql_dialect.h"

#include <assert.h>
#include <string.h>

/* Null against empty text is where loaders differ most. DuckDB takes "" as a null too unless told not to;
 * ClickHouse, BigQuery, Redshift and Databricks take an empty field of a text column as an empty text, so
 * their nulls are written as \N. */
static const struct sql_dialect dialects[] = {
    {.name = "duckdb",
     .tried = true,
     .quote = '"',
     .int16 = "SMALLINT",
     .int32 = "INTEGER",
     .int64 = "BIGINT",
     .date = "DATE",
     .text = "VARCHAR",
     .decimal = "DECIMAL",
     .wide = "HUGEINT",
     .bytes_of = "strlen",
     .table_end = ")",
     .csv_null = "",
     .file_prefix = "",
     .loads = {{"parquet", "COPY @T FROM @F (FORMAT parquet);"},
               {"csv",
                "COPY @T FROM @F (FORMAT csv, HEADER true, AUTO_DETECT false, DELIMITER ',', QUOTE '\"', "
                "ESCAPE '\"', NULLSTR '', ALLOW_QUOTED_NULLS false);"},
               {"ndjson", "COPY @T FROM @F (FORMAT json, AUTO_DETECT false);"}}},
    {.name = "postgres",
     .tried = true,
     .quote = '"',
     .int16 = "smallint",
     .int32 = "integer",
     .int64 = "bigint",
     .date = "date",
     .text = "text",
     .decimal = "numeric",
     .wide = "numeric",
     .bytes_of = "octet_length",
     .table_end = ")",
     .csv_null = "",
     .file_prefix = "",
     .loads = {{"pgcopy", "\\copy @T FROM @F (FORMAT binary)"},
               {"csv", "\\copy @T FROM @F (FORMAT csv, HEADER true)"}}},
    {.name = "clickhouse",
     .tried = true,
     .quote = '`',
     .marks_nulls = true,
     .int16 = "Int16",
     .int32 = "Int32",
     .int64 = "Int64",
     .date = "Date32",
     .text = "String",
     .decimal = "Decimal",
     .wide = "Int128",
     .bytes_of = "length",
     .table_end = ") ENGINE = MergeTree ORDER BY @K",
     .csv_null = "\\N",
     .file_prefix = "",
     .loads = {{"parquet", "INSERT INTO @T FROM INFILE @F FORMAT Parquet;"},
               {"ndjson", "INSERT INTO @T FROM INFILE @F FORMAT JSONEachRow;"},
               {"csv", "INSERT INTO @T FROM INFILE @F FORMAT CSVWithNames;"},
               {"arrow", "INSERT INTO @T FROM INFILE @F FORMAT ArrowStream;"}}},
    {.name = "snowflake",
     .quote = '"',
     .upper = true,
     .int16 = "SMALLINT",
     .int32 = "INTEGER",
     .int64 = "BIGINT",
     .date = "DATE",
     .text = "VARCHAR",
     .decimal = "NUMBER",
     .wide = "NUMBER(38, 0)",
     .bytes_of = "octet_length",
     .table_end = ")",
     .csv_null = "",
     .file_prefix = "@~/",
     .loads = {{"parquet", "COPY INTO @T FROM @F FILE_FORMAT = (TYPE = PARQUET) "
                           "MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE;"},
               {"csv", "COPY INTO @T FROM @F FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1 "
                       "FIELD_OPTIONALLY_ENCLOSED_BY = '\"' NULL_IF = () EMPTY_FIELD_AS_NULL = TRUE);"}}},
    {.name = "bigquery",
     .quote = '`',
     .int16 = "INT64",
     .int32 = "INT64",
     .int64 = "INT64",
     .date = "DATE",
     .text = "STRING",
     .decimal = "NUMERIC",
     .wide = "BIGNUMERIC",
     .wide_has_places = true,
     .bytes_of = "BYTE_LENGTH",
     .table_end = ")",
     .csv_null = "\\N",
     .file_prefix = "gs://BUCKET/",
     .loads = {{"parquet", "LOAD DATA INTO @T FROM FILES (format = 'PARQUET', uris = [@F]);"},
               {"csv", "LOAD DATA INTO @T FROM FILES (format = 'CSV', uris = [@F], skip_leading_rows = 1, "
                       "allow_quoted_newlines = true, null_marker = '\\\\N');"},
               {"ndjson", "LOAD DATA INTO @T FROM FILES (format = 'JSON', uris = [@F]);"}}},
    {.name = "redshift",
     .quote = '"',
     .int16 = "SMALLINT",
     .int32 = "INTEGER",
     .int64 = "BIGINT",
     .date = "DATE",
     .text = "VARCHAR(65535)",
     .decimal = "DECIMAL",
     .wide = "DECIMAL(38, 0)",
     .bytes_of = "octet_length",
     .table_end = ")",
     .csv_null = "\\N",
     .file_prefix = "s3://BUCKET/",
     .loads = {{"parquet", "COPY @T FROM @F IAM_ROLE default FORMAT AS PARQUET;"},
               {"csv", "COPY @T FROM @F IAM_ROLE default FORMAT AS CSV IGNOREHEADER 1 NULL AS '\\\\N';"}}},
    {.name = "databricks",
     .quote = '`',
     .int16 = "SMALLINT",
     .int32 = "INT",
     .int64 = "BIGINT",
     .date = "DATE",
     .text = "STRING",
     .decimal = "DECIMAL",
     .wide = "DECIMAL(38, 0)",
     .bytes_of = "octet_length",
     .table_end = ")",
     .csv_null = "\\N",
     .file_prefix = "s3://BUCKET/",
     .loads = {{"parquet", "COPY INTO @T FROM @F FILEFORMAT = PARQUET;"},
               {"csv", "COPY INTO @T FROM @F FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true', "
                       "'nullValue' = '\\\\N', 'escape' = '\"', 'multiLine' = 'true');"}}},
};

const struct sql_dialect *sql_dialect_at(size_t index)
{
    assert(index < sizeof dialects / sizeof dialects[0]);
    return &dialects[index];
}

const char *sql_load_of(const struct sql_dialect *dialect, const char *format)
{
    for (size_t i = 0; i < SQL_LOADS_MAX && dialect->loads[i].format != NULL; i++) {
        if (strcmp(dialect->loads[i].format, format) == 0)
            return dialect->loads[i].statement;
    }
    return NULL;
}
