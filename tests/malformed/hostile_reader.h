/* hostile_reader.h - reads bytes as one format to the last value, as the program would. */
#ifndef TESTS_MALFORMED_HOSTILE_READER_H
#define TESTS_MALFORMED_HOSTILE_READER_H

#include "formats/base/arena.h"
#include "formats/base/status.h"

/* FL_OK: the bytes were accepted, *values is a digest of all that was read; else what was said against them.
 */
typedef fl_status hostile_reader(const struct fl_buffer *bytes, uint64_t *values, struct fl_error *error);

hostile_reader hostile_read_table, hostile_read_parquet, hostile_read_arrow, hostile_read_manifest;

#endif
