/* publish_stage.h - a folder of output files that appears whole or not at all. */
#ifndef FORMATS_BASE_PUBLISH_STAGE_H
#define FORMATS_BASE_PUBLISH_STAGE_H

#include <stdbool.h>

#include "formats/base/publish.h"

/* A folder under a temporary name (FL_TEMPORARY_PREFIX, flock()ed) beside the place it will have. */
struct fl_stage;

/* The folder that `path` will lie in must exist, and is swept; `path` may end with slashes. */
fl_status fl_stage_create(const struct fl_io *io, const char *path, struct fl_stage **stage,
                          struct fl_error *error);
/* Where to create and commit its files, none of them in a folder of its own; lives as long as the stage. */
const char *fl_stage_directory(const struct fl_stage *stage);
/* Gives the folder its name, frees the stage. *already_there: `path` was a folder with the same files and
 * bytes, and was left as it is. FL_CANNOT_CREATE: it holds anything else; an empty folder is replaced. On
 * failure nothing of the stage is left. */
fl_status fl_stage_commit(struct fl_stage *stage, bool *already_there, struct fl_error *error);
/* Removes the folder and its files, frees. NULL is allowed. */
void fl_stage_abort(struct fl_stage *stage);

#endif
