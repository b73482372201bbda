/* output_file.h - the one file that a verb writes: whole or not at all, or the standard output. */
#ifndef TOOLS_FOURLOOP_OUTPUT_FILE_H
#define TOOLS_FOURLOOP_OUTPUT_FILE_H

#include <stdbool.h>

#include "formats/base/publish.h"

struct output_file {
    const struct fl_io *io;
    struct fl_output *output; /* to write to */
    char *folder;             /* NULL: the standard output */
    const char *name;         /* in the folder; borrowed */
};

bool output_file_is_stdout(const char *path);

/* `path` NULL or "-": the standard output. FL_CANNOT_CREATE: there is something that is no file. On failure
 * nothing is left. */
fl_status output_file_create(const struct fl_io *io, const char *path, struct output_file *file,
                             struct fl_error *error);
/* Publishes what was written if `status` is FL_OK, else removes it; returns what became of it. */
fl_status output_file_finish(struct output_file *file, fl_status status, struct fl_error *error);

#endif
