/* publish_set.h - output files that belong together, in a folder that may hold others. */
#ifndef FORMATS_BASE_PUBLISH_SET_H
#define FORMATS_BASE_PUBLISH_SET_H

#include "formats/base/publish.h"

enum { FL_PUBLISH_SET_MAX = 8 };

/* Gives the outputs, all created in `directory`, their names, and brings them and the folder's own to the
 * disk. The last one comes when all others are there: a reader that finds it finds all. A file that has one
 * of the names already, with the same bytes, stays as it is, so that a command that was killed can be
 * repeated; FL_CANNOT_CREATE: one has others. On failure nothing is there that was not before. Of two that
 * publish into one folder the second waits. The outputs are freed either way. */
fl_status fl_publish_set(const struct fl_io *io, const char *directory, struct fl_output *const outputs[],
                         const char *const names[], size_t count, struct fl_error *error);

#endif
