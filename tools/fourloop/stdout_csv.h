/* stdout_csv.h - rows of a table as CSV on the standard output. */
#ifndef TOOLS_FOURLOOP_STDOUT_CSV_H
#define TOOLS_FOURLOOP_STDOUT_CSV_H

#include "formats/table/table_reader.h"

/* FL_IO when the output is closed or full: a full disk behind stdout is not ours to wait for. */
fl_status stdout_csv(const struct fl_io *io, struct fl_table *table, uint64_t rows_max,
                     struct fl_error *error);

#endif
