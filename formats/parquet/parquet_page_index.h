/* parquet_page_index.h - where the pages of a column chunk are, and what is in them. */
#ifndef FORMATS_PARQUET_PARQUET_PAGE_INDEX_H
#define FORMATS_PARQUET_PARQUET_PAGE_INDEX_H

#include "formats/parquet/parquet_chunk.h"

/* Each appends a struct of the definition to `out`; false: no memory. */

/* OffsetIndex; data_offset: of the first data page in the file. */
bool fl_parquet_put_offset_index(const struct fl_parquet_chunk *chunk, uint64_t data_offset,
                                 struct fl_buffer *out);
/* ColumnIndex, of a chunk whose totals are bounded. */
bool fl_parquet_put_column_index(const struct fl_parquet_chunk *chunk, struct fl_buffer *out);

#endif
