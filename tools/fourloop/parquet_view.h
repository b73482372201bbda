/* parquet_view.h - what `inspect` and `verify` say of a Parquet file. */
#ifndef TOOLS_FOURLOOP_PARQUET_VIEW_H
#define TOOLS_FOURLOOP_PARQUET_VIEW_H

#include "formats/base/io.h"
#include "tools/fourloop/command_line.h"

/* Whether the file starts as Parquet files do; false as well when it cannot be read, which the caller then
 * finds out. */
bool parquet_is_file(const struct fl_io *io, const char *path);

fl_status parquet_inspect(const struct command *command, const struct fl_io *io, struct fl_error *error);
/* *rows: of the whole file. */
fl_status parquet_verify(const struct fl_io *io, const char *path, uint64_t *rows, struct fl_error *error);

#endif
