/* run_folder.h - a run folder as it lies on the disk: names, completeness, manifest. */
#ifndef ENGINE_RUN_FOLDER_H
#define ENGINE_RUN_FOLDER_H

#include "engine/run_manifest.h"

#define FL_MANIFEST_NAME "manifest.json"
#define FL_TIMING_NAME   "timing.json"
#define FL_SUCCESS_NAME  "_SUCCESS"

enum { FL_SUCCESS_BYTES = 17 }; /* 16 hex digits of the manifest's digest, and a line end */

/* Reads manifest.json of a complete run, checked against _SUCCESS. FL_MISSING: no run there, or not a
 * complete one; FL_CORRUPT: the two do not fit, or the manifest lies. */
fl_status fl_run_folder_read(const struct fl_io *io, const char *path, struct fl_run_manifest *manifest,
                             struct fl_error *error);
/* The same of a run that has a table of customers. FL_USAGE: it has tags alone. */
fl_status fl_run_folder_read_scored(const struct fl_io *io, const char *path,
                                    struct fl_run_manifest *manifest, struct fl_error *error);
/* FL_CORRUPT, with its name, when a file that the manifest lists is not there in its full size. */
fl_status fl_run_folder_check_files(const struct fl_io *io, const char *path,
                                    const struct fl_run_manifest *manifest, struct fl_error *error);

#endif
