/* inspect_arrow.h - `fourloop inspect` of an Arrow stream or file. */
#ifndef TOOLS_FOURLOOP_INSPECT_ARROW_H
#define TOOLS_FOURLOOP_INSPECT_ARROW_H

#include "tools/fourloop/command_line.h"

/* Shows what is in it, or with --rows its first rows as CSV; reads all of it in the first case. */
fl_status inspect_arrow(const struct command *command, const struct fl_io *io, struct fl_error *error);

#endif
