/* arena.c - chunks of growing size from which pieces are cut. */
#include "formats/base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The first chunk holds a small file's worth of things; doubling up to 4 MiB keeps the number of chunks small
 * without asking for much more than is used. */
enum { CHUNK_BYTES_MIN = 16 << 10, CHUNK_BYTES_MAX = 4 << 20 };

struct fl_arena_chunk {
    struct fl_arena_chunk *older;
    size_t capacity;
    size_t used;
    max_align_t first[]; /* the bytes */
};

enum { ALIGNMENT = _Alignof(max_align_t) };

void fl_arena_init(struct fl_arena *arena)
{
    *arena = (struct fl_arena){0};
}

static struct fl_arena_chunk *chunk_create(const struct fl_arena *arena, size_t needed)
{
    size_t capacity = arena->newest == NULL ? CHUNK_BYTES_MIN : arena->newest->capacity;
    if (arena->newest != NULL && capacity < CHUNK_BYTES_MAX)
        capacity *= 2;
    if (capacity > CHUNK_BYTES_MAX)
        capacity = CHUNK_BYTES_MAX;
    if (capacity < needed)
        capacity = needed;
    size_t size;
    if (__builtin_add_overflow(capacity, sizeof(struct fl_arena_chunk), &size))
        return NULL;
    struct fl_arena_chunk *chunk = malloc(size);
    if (chunk == NULL)
        return NULL;
    chunk->capacity = capacity;
    chunk->used = 0;
    return chunk;
}

void *fl_arena_take(struct fl_arena *arena, size_t size_bytes)
{
    size_t rounded;
    if (__builtin_add_overflow(size_bytes == 0 ? 1 : size_bytes, (size_t)ALIGNMENT - 1, &rounded))
        return NULL;
    rounded -= rounded % ALIGNMENT;
    struct fl_arena_chunk *chunk = arena->newest;
    if (chunk == NULL || chunk->capacity - chunk->used < rounded) {
        chunk = chunk_create(arena, rounded);
        if (chunk == NULL)
            return NULL;
        chunk->older = arena->newest;
        arena->newest = chunk;
    }
    unsigned char *piece = (unsigned char *)chunk->first + chunk->used;
    chunk->used += rounded;
    arena->taken_bytes += rounded;
    memset(piece, 0, rounded); /* a chunk comes from malloc() or from before a reset */
    return piece;
}

char *fl_arena_copy(struct fl_arena *arena, const char *text, size_t size)
{
    if (size == SIZE_MAX)
        return NULL;
    char *copy = fl_arena_take(arena, size + 1);
    if (copy != NULL && size > 0)
        memcpy(copy, text, size);
    return copy;
}

void fl_arena_reset(struct fl_arena *arena)
{
    struct fl_arena_chunk *largest = NULL;
    struct fl_arena_chunk *chunk = arena->newest;
    while (chunk != NULL) {
        struct fl_arena_chunk *older = chunk->older;
        if (largest == NULL || chunk->capacity > largest->capacity) {
            free(largest);
            largest = chunk;
        } else {
            free(chunk);
        }
        chunk = older;
    }
    if (largest != NULL) {
        largest->older = NULL;
        largest->used = 0;
    }
    arena->newest = largest;
    arena->taken_bytes = 0;
}

void fl_arena_release(struct fl_arena *arena)
{
    fl_arena_reset(arena);
    free(arena->newest);
    arena->newest = NULL;
}

int fl_buffer_reserve(struct fl_buffer *buffer, size_t capacity)
{
    if (capacity <= buffer->capacity)
        return 1;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL)
        return 0;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 1;
}

int fl_buffer_make_room(struct fl_buffer *buffer, size_t size)
{
    size_t needed;
    if (__builtin_add_overflow(buffer->size, size, &needed))
        return 0;
    if (needed <= buffer->capacity)
        return 1;
    /* Half as much again, so that many small appends copy each byte only a few times. */
    const size_t roomy = buffer->capacity + buffer->capacity / 2 + 64;
    return (roomy > needed && fl_buffer_reserve(buffer, roomy)) || fl_buffer_reserve(buffer, needed);
}

int fl_buffer_append(struct fl_buffer *buffer, const void *bytes, size_t size)
{
    if (size == 0)
        return 1;
    if (!fl_buffer_make_room(buffer, size))
        return 0;
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    return 1;
}

void fl_buffer_release(struct fl_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct fl_buffer){0};
}

enum { HUGE_PAGE_BYTES = 2 << 20 };

size_t fl_large_size(size_t size_bytes)
{
    if (size_bytes < HUGE_PAGE_BYTES / 2)
        return size_bytes;
    return (size_bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
}

void *fl_large_take(size_t size_bytes)
{
    if (size_bytes < HUGE_PAGE_BYTES / 2)
        return malloc(size_bytes);
    const size_t whole_bytes = fl_large_size(size_bytes);
    void *memory = aligned_alloc(HUGE_PAGE_BYTES, whole_bytes);
    if (memory != NULL)
        (void)madvise(memory, whole_bytes, MADV_HUGEPAGE); /* advice: without it the pages are small */
    return memory;
}
