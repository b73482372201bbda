/* parquet_schema.h - what a kind of column is in the words of the format. */
#ifndef FORMATS_PARQUET_PARQUET_SCHEMA_H
#define FORMATS_PARQUET_PARQUET_SCHEMA_H

#include "formats/parquet/parquet_write.h"
#include "formats/parquet/thrift_writer.h"

enum fl_parquet_type fl_parquet_kind_type(enum fl_parquet_kind kind);
/* How often a cell of the column may be absent or repeated: the highest definition level. */
unsigned fl_parquet_definition_max(const struct fl_parquet_column *column);

/* The schema as the list of field `field`: a root, then each column, a list as three elements. */
void fl_parquet_put_schema(struct fl_thrift_writer *thrift, int field,
                           const struct fl_parquet_column *columns, size_t column_count);
/* The names from the root to the column's values as a list. */
void fl_parquet_put_path(struct fl_thrift_writer *thrift, int field, const struct fl_parquet_column *column);

#endif
