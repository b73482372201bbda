/* publish.h - output files that appear whole or not at all. */
#ifndef FORMATS_BASE_PUBLISH_H
#define FORMATS_BASE_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/base/io.h"
#include "formats/base/status.h"

/* Files whose names begin so are ours to sweep. */
#define FL_TEMPORARY_PREFIX ".fl-tmp-"

/* An output file under a temporary name (".fl-tmp-...", in the directory it will stay in, flock()ed so that a sweep
 * leaves living ones alone) until it is committed. Writes are buffered; after the first failure every call
 * returns that failure again. */
struct fl_output;

/* Creates the temporary, mode 0600. `directory` must exist. */
fl_status fl_output_create(const struct fl_io *io, const char *directory, struct fl_output **output,
                           struct fl_error *error);
/* Writes to an open descriptor that is not ours to close (stdout): commit only flushes. */
fl_status fl_output_over_file(const struct fl_io *io, int file, const char *shown_name, struct fl_output **output,
                              struct fl_error *error);
fl_status fl_output_write(struct fl_output *output, const void *bytes, size_t size, struct fl_error *error);
uint64_t fl_output_size(const struct fl_output *output);
/* Keeps no digest, which takes a twentieth of an export's time: for outputs that nobody asks it of. Before the first
 * write. */
void fl_output_without_digest(struct fl_output *output);
/* XXH3-64 of all bytes written so far. */
uint64_t fl_output_digest(const struct fl_output *output);
/* Whether a file has the name already, with just the bytes written so far; FL_CANNOT_CREATE: anything else has it. */
fl_status fl_output_look_at_name(struct fl_output *output, const char *final_name, bool *same, struct fl_error *error);
/* Flush, fsync, rename to directory/final_name (replacing what is there), close, free. The directory is not synced
 * here: call fl_directory_sync() once after the last commit. On failure the temporary is gone; `output` is freed
 * either way. */
fl_status fl_output_commit(struct fl_output *output, const char *final_name, struct fl_error *error);
/* Removes the temporary, frees. NULL is allowed. */
void fl_output_abort(struct fl_output *output);

fl_status fl_directory_sync(const struct fl_io *io, const char *directory, struct fl_error *error);
/* FL_PERMISSION when the last part of the path is a link that neither this user nor root made: in a folder that many may
 * write to, such as /tmp, it leads to where somebody else wants our files. FL_OK too when nothing is there. Asked by the
 * calls below, and by fl_stage_create(); not by fl_output_create(). */
fl_status fl_directory_check(const struct fl_io *io, const char *directory, struct fl_error *error);
/* mkdir with mode 0700 of the last part only; an existing directory is fine; FL_CANNOT_CREATE otherwise. */
fl_status fl_directory_ensure(const struct fl_io *io, const char *directory, struct fl_error *error);
/* Brings the folder's own name to the disk: syncs the folder that it lies in. For results in a new folder, of whose
 * name a sync of what is in it promises nothing. */
fl_status fl_directory_sync_name(const struct fl_io *io, const char *directory, struct fl_error *error);
/* Removes a folder with the files in it, if all that is in it are files; a link to one is not followed. */
fl_status fl_directory_remove(const struct fl_io *io, const char *directory, struct fl_error *error);
/* Removes this user's files and folders of files whose names begin so (FL_TEMPORARY_PREFIX) and that no living process
 * holds by flock(). */
fl_status fl_directory_sweep(const struct fl_io *io, const char *directory, const char *prefix, struct fl_error *error);
/* The folder that `path` lies in, whatever slashes end it, malloc()ed, or NULL. */
char *fl_path_parent(const char *path);
/* "a/b" of directory and name, malloc()ed, or NULL. */
char *fl_path_join(const char *directory, const char *name);

/* An unnamed scratch file (created in `directory`, unlinked at once) for spilled runs; FL_TEMPORARY when full. */
fl_status fl_scratch_file(const struct fl_io *io, const char *directory, int *file, struct fl_error *error);

/* All bytes or a failure; EINTR and short writes are handled. */
fl_status fl_write_all(const struct fl_io *io, int file, const void *bytes, size_t size, const char *path,
                       struct fl_error *error);

#endif
