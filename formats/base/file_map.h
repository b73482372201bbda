/* file_map.h - a file's bytes for reading, mapped with a guard or copied. */
#ifndef FORMATS_BASE_FILE_MAP_H
#define FORMATS_BASE_FILE_MAP_H

#include <stdint.h>
#include <sys/stat.h>

#include "formats/base/arena.h"
#include "formats/base/io.h"
#include "formats/base/status.h"

enum fl_io_mode {
    FL_IO_MAP, /* mmap; each view is populated first, so that a vanished page or a bad sector is an error */
    FL_IO_COPY /* pread into the caller's scratch buffer */
};

struct fl_file_map {
    const struct fl_io *io;
    enum fl_io_mode mode;
    int file;
    const uint8_t *mapped; /* NULL in copy mode and for an empty file */
    uint64_t size_bytes;
    uint64_t kept_from; /* pages in front of this were given back */
    struct stat facts;  /* at open */
    char *path;         /* owned */
};

/* Opens a regular file for reading. FL_MISSING, FL_PERMISSION, FL_IO; FL_BAD_DATA: not a regular file (a
 * directory in place of a file, for example). On failure nothing is left open and *map is zeroed. */
fl_status fl_file_map_open(struct fl_file_map *map, const struct fl_io *io, const char *path,
                           enum fl_io_mode mode, struct fl_error *error);

/* *bytes = the file's bytes offset .. offset + size, which must lie inside it (FL_CORRUPT otherwise). They
 * live until fl_file_map_release() of the range or close (map mode), or until `scratch` is used again (copy
 * mode). FL_IO: the range cannot be read, or the file was cut while open. */
fl_status fl_file_map_view(struct fl_file_map *map, uint64_t offset, uint64_t size, struct fl_buffer *scratch,
                           const uint8_t **bytes, struct fl_error *error);

/* A release keeps at most this many bytes behind a scan mapped. */
#define FL_FILE_MAP_WINDOW_BYTES (UINT64_C(2) << 20)

/* Says that a scan has passed the range: the system takes back the pages of the windows that end in front of
 * the range's end, those mapped along with it included, so that a scan stays small; the rest goes with a
 * later release. Views of neighbours stay valid: their pages are read again when touched. */
void fl_file_map_release(struct fl_file_map *map, uint64_t offset, uint64_t size);

/* FL_BAD_DATA when the file's device, inode, size or times differ from those at open. */
fl_status fl_file_map_check_unchanged(struct fl_file_map *map, struct fl_error *error);

void fl_file_map_close(struct fl_file_map *map);

/* The facts of an open file; FL_BAD_DATA unless it is a regular one. */
fl_status fl_file_look(const struct fl_io *io, int file, const char *path, struct stat *facts,
                       struct fl_error *error);

/* The whole of a small file into `buffer` (NUL-ended; the NUL is not counted in buffer->size). FL_LIMIT when
 * it holds more than `size_max` bytes. */
fl_status fl_file_read_all(const struct fl_io *io, const char *path, uint64_t size_max,
                           struct fl_buffer *buffer, struct fl_error *error);
/* The same of a file that a folder of ours keeps: FL_BAD_DATA for a pipe, which would hold us up for ever. */
fl_status fl_file_read_kept(const struct fl_io *io, const char *path, uint64_t size_max,
                            struct fl_buffer *buffer, struct fl_error *error);

#endif
