/* parquet_read_schema.h - the columns that the tree of a schema has. */
#ifndef FORMATS_PARQUET_PARQUET_READ_SCHEMA_H
#define FORMATS_PARQUET_PARQUET_READ_SCHEMA_H

#include "formats/parquet/parquet_read_footer.h"

/* The leaves of the tree in `arena`, in the order of the chunks of a row group. FL_CORRUPT: no tree, or a row
 * group that does not have a chunk of the right type for each. */
fl_status fl_parquet_schema_make(const struct fl_parquet_footer *footer, struct fl_arena *arena,
                                 struct fl_parquet_memory *memory, const struct fl_parquet_field **columns,
                                 size_t *column_count, struct fl_error *error);

#endif
