/* arena.h - memory of one life span, taken piece by piece and let go of in one call. */
#ifndef FORMATS_BASE_ARENA_H
#define FORMATS_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct fl_arena_chunk;

struct fl_arena {
    struct fl_arena_chunk *newest;
    size_t taken_bytes; /* handed out since the last reset */
};

void fl_arena_init(struct fl_arena *arena);
/* Zeroed memory aligned for any type, or NULL when there is none. Lives until reset or release. */
void *fl_arena_take(struct fl_arena *arena, size_t size_bytes);
/* NUL-ended copy of `size` bytes, or NULL. */
char *fl_arena_copy(struct fl_arena *arena, const char *text, size_t size);
/* Forgets all pieces, keeps the largest chunk for reuse. */
void fl_arena_reset(struct fl_arena *arena);
/* Gives everything back to the system; the arena may be used again. */
void fl_arena_release(struct fl_arena *arena);

/* Uninitialised memory for arrays that are filled whole; from a mebibyte on it is backed by huge pages where
 * the system has them, as the first touch of each small page costs more than what is done with its bytes.
 * NULL: no memory. free() gives it back. */
void *fl_large_take(size_t size_bytes);
/* How much that takes. */
size_t fl_large_size(size_t size_bytes);

/* A byte buffer that only grows; `size` is what is used, `capacity` what is held. */
struct fl_buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
};
/* Makes room for `capacity` bytes in all; false when there is no memory (the buffer is unchanged). */
int fl_buffer_reserve(struct fl_buffer *buffer, size_t capacity);
/* Room for `size` bytes behind those that are there. */
int fl_buffer_make_room(struct fl_buffer *buffer, size_t size);
int fl_buffer_append(struct fl_buffer *buffer, const void *bytes, size_t size);
void fl_buffer_release(struct fl_buffer *buffer);

#endif
