/* parquet_read_file.h - an open Parquet file, as the files of this folder know it. */
#ifndef FORMATS_PARQUET_PARQUET_READ_FILE_H
#define FORMATS_PARQUET_PARQUET_READ_FILE_H

#include "formats/parquet/parquet_read_memory.h"
#include "formats/parquet/parquet_read.h"

struct fl_parquet {
    struct fl_file_map map;
    struct fl_parquet_memory memory;
    struct fl_arena arena;   /* columns, groups, chunks */
    struct fl_buffer footer; /* its bytes, into which texts of the facts point */
    struct fl_parquet_facts facts;
};

/* A part of the file that is looked at; moves forward. */
struct fl_parquet_window {
    uint64_t offset, size;
    const uint8_t *bytes;
    struct fl_buffer scratch; /* where the file is copied, not mapped */
    uint64_t released;        /* mapped pages before it were given back */
};

/* *bytes = `size` bytes at `offset`, until the window moves; some that follow them, up to `end`, are brought
 * in along. Requires: offset + size <= end <= the file's size. */
fl_status fl_parquet_window_view(struct fl_parquet *file, struct fl_parquet_window *window, uint64_t offset,
                                 uint64_t size, uint64_t end, const uint8_t **bytes, struct fl_error *error);
void fl_parquet_window_release(struct fl_parquet *file, struct fl_parquet_window *window);

/* Adds to a message where it is about. */
fl_status fl_parquet_error_at(struct fl_error *error, fl_status status, const struct fl_parquet *file,
                              size_t group, size_t column, int64_t offset);

#endif
