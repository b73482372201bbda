/* stdout_table.h - rows of a table on the standard output. */
#ifndef TOOLS_FOURLOOP_STDOUT_TABLE_H
#define TOOLS_FOURLOOP_STDOUT_TABLE_H

#include "formats/exporters/export_walk.h"

/* The first `rows_max` rows of `table` in `format`. */
fl_status stdout_table(const struct fl_io *io, struct fl_table *table, uint64_t rows_max,
                       const struct fl_export_format *format, const struct fl_export_options *options,
                       struct fl_error *error);

#endif
