/* parquet_read_memory.h - how much a reader may hold at most. */
#ifndef FORMATS_PARQUET_PARQUET_READ_MEMORY_H
#define FORMATS_PARQUET_PARQUET_READ_MEMORY_H

#include "formats/base/arena.h"
#include "formats/base/status.h"

/* All that belongs to one reader counts here before it is taken. */
struct fl_parquet_memory {
    uint64_t held_bytes;
    uint64_t max_bytes;
};

/* Counts `size` bytes more, or FL_LIMIT with a sentence that names `what` takes them. */
fl_status fl_parquet_memory_count(struct fl_parquet_memory *memory, uint64_t size_bytes, const char *what,
                                  struct fl_error *error);
void fl_parquet_memory_uncount(struct fl_parquet_memory *memory, uint64_t size_bytes);

/* Makes room for `size` bytes; what was in the buffer is lost. FL_LIMIT, FL_NO_MEMORY: the buffer is empty.
 */
fl_status fl_parquet_memory_room(struct fl_parquet_memory *memory, struct fl_buffer *buffer,
                                 uint64_t size_bytes, const char *what, struct fl_error *error);
/* The same, and what was in the buffer stays. It gets some room to spare. */
fl_status fl_parquet_memory_grow(struct fl_parquet_memory *memory, struct fl_buffer *buffer,
                                 uint64_t size_bytes, const char *what, struct fl_error *error);
void fl_parquet_memory_release(struct fl_parquet_memory *memory, struct fl_buffer *buffer);

#endif
