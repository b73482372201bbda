/* parquet_rows.h - the first rows of a Parquet file as CSV on the standard output. */
#ifndef TOOLS_FOURLOOP_PARQUET_ROWS_H
#define TOOLS_FOURLOOP_PARQUET_ROWS_H

#include "formats/parquet/parquet_read.h"

/* Columns that cannot be read are left out, with a word about each on stderr. */
fl_status parquet_print_rows(const struct fl_io *io, struct fl_parquet *file, uint64_t rows_max,
                             struct fl_error *error);

#endif
