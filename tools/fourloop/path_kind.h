/* path_kind.h - what a path of the command line names, before it is read. */
#ifndef TOOLS_FOURLOOP_PATH_KIND_H
#define TOOLS_FOURLOOP_PATH_KIND_H

#include <stdbool.h>

#include "formats/base/io.h"

enum path_kind {
    PATH_FOLDER, /* or something that cannot be opened now: why is told when it is read */
    PATH_FILE,
    PATH_MISSING
};

enum path_kind path_kind_of(const struct fl_io *io, const char *path);
/* Whether an entry `name` of the folder can be opened. */
bool path_holds(const struct fl_io *io, const char *folder, const char *name);

#endif
