/* parquet_read_memory.c - how much a reader may hold at most. */
#include "formats/parquet/parquet_read_memory.h"

#include <assert.h>
#include <stdlib.h>

fl_status fl_parquet_memory_count(struct fl_parquet_memory *memory, uint64_t size_bytes, const char *what,
                                  struct fl_error *error)
{
    const uint64_t left = memory->max_bytes - memory->held_bytes;
    if (size_bytes > left)
        return fl_fail(error, FL_LIMIT,
                       "%s: %llu bytes of memory are needed, %llu of %llu are left; give more memory", what,
                       (unsigned long long)size_bytes, (unsigned long long)left,
                       (unsigned long long)memory->max_bytes);
    memory->held_bytes += size_bytes;
    return FL_OK;
}

void fl_parquet_memory_uncount(struct fl_parquet_memory *memory, uint64_t size_bytes)
{
    assert(size_bytes <= memory->held_bytes);
    memory->held_bytes -= size_bytes;
}

fl_status fl_parquet_memory_room(struct fl_parquet_memory *memory, struct fl_buffer *buffer,
                                 uint64_t size_bytes, const char *what, struct fl_error *error)
{
    buffer->size = 0;
    if (size_bytes <= buffer->capacity && buffer->bytes != NULL)
        return FL_OK;
    fl_parquet_memory_release(memory, buffer);
    const uint64_t wanted = size_bytes == 0 ? 1 : size_bytes; /* so that bytes is never NULL */
    const fl_status status = fl_parquet_memory_count(memory, wanted, what, error);
    if (status != FL_OK)
        return status;
    /* Not realloc(): nothing in it is worth a copy. */
    buffer->bytes = malloc((size_t)wanted);
    if (buffer->bytes == NULL) {
        fl_parquet_memory_uncount(memory, wanted);
        return fl_fail_memory(error, wanted);
    }
    buffer->capacity = (size_t)wanted;
    return FL_OK;
}

fl_status fl_parquet_memory_grow(struct fl_parquet_memory *memory, struct fl_buffer *buffer,
                                 uint64_t size_bytes, const char *what, struct fl_error *error)
{
    if (size_bytes <= buffer->capacity && buffer->bytes != NULL)
        return FL_OK;
    const uint64_t left = memory->max_bytes - memory->held_bytes;
    const uint64_t roomy = size_bytes + size_bytes / 2 + 64;
    const uint64_t wanted = roomy - buffer->capacity <= left ? roomy : size_bytes;
    const fl_status status = fl_parquet_memory_count(memory, wanted - buffer->capacity, what, error);
    if (status != FL_OK)
        return status;
    const size_t before = buffer->capacity;
    if (fl_buffer_reserve(buffer, (size_t)wanted))
        return FL_OK;
    fl_parquet_memory_uncount(memory, wanted - before);
    return fl_fail_memory(error, wanted);
}

void fl_parquet_memory_release(struct fl_parquet_memory *memory, struct fl_buffer *buffer)
{
    fl_parquet_memory_uncount(memory, buffer->capacity);
    fl_buffer_release(buffer);
}
