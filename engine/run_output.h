/* run_output.h - the folder a run is published in: taken, filled, completed, or left as if nothing had been.
 */
#ifndef ENGINE_RUN_OUTPUT_H
#define ENGINE_RUN_OUTPUT_H

#include "engine/run_folder.h"

struct fl_run_output;

/* Takes the folder `path` (made with mode 0700 when missing; its parent must exist) under a lock. `wanted`
 * says what the run will be made of. *already_there: the folder holds the complete run of the same inputs,
 * whose manifest is put into *present (else empty); nothing may be written then. A folder without _SUCCESS
 * that holds only names of ours is swept. FL_CANNOT_CREATE: another run or a foreign file, named, is there;
 * nothing was touched. FL_TEMPORARY: another run is writing there. */
fl_status fl_run_output_begin(const struct fl_io *io, const char *path, const struct fl_run_manifest *wanted,
                              struct fl_run_output **output, bool *already_there,
                              struct fl_run_manifest *present, struct fl_error *error);
/* Writes a whole file under its name and puts digest and size into *file (may be NULL; names are left alone).
 */
fl_status fl_run_output_write(struct fl_run_output *output, const char *name, const void *bytes, size_t size,
                              struct fl_run_file *file, struct fl_error *error);
/* Somebody else wrote a file of this name there: it goes too when the run fails. */
fl_status fl_run_output_note(struct fl_run_output *output, const char *name, struct fl_error *error);
/* The last step: the folder is brought to the disk, then _SUCCESS is written. */
fl_status fl_run_output_complete(struct fl_run_output *output, const struct fl_buffer *manifest,
                                 struct fl_error *error);
/* Gives the folder back. Without a complete before, everything written is removed, and the folder if it was
 * made. NULL is fine. */
void fl_run_output_end(struct fl_run_output *output);

#endif
