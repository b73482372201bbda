/* memory_file.h - a file that is only bytes in memory, for reading through struct fl_io. */
#ifndef TESTS_MALFORMED_MEMORY_FILE_H
#define TESTS_MALFORMED_MEMORY_FILE_H

#include "formats/base/io.h"
#include "formats/base/arena.h"

/* Opens, stats, preads the bytes that were set, whatever the path or descriptor, for FL_IO_COPY; reads them
 * from the start. They are the caller's. */
extern const struct fl_io memory_file_io;
void memory_file_set(const void *bytes, size_t size);

/* The whole of a real file. */
void memory_file_load(const char *path, struct fl_buffer *bytes);

#endif
