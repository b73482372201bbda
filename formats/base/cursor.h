/* cursor.h - the one way to walk over bytes from outside: every step is checked against the end. */
#ifndef FORMATS_BASE_CURSOR_H
#define FORMATS_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "formats/base/bytes.h"

struct fl_cursor {
    const uint8_t *at;
    const uint8_t *end;
};

static inline struct fl_cursor fl_cursor_over(const uint8_t *bytes, size_t size)
{
    return (struct fl_cursor){bytes, bytes + size};
}
static inline size_t fl_cursor_left(const struct fl_cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}
/* The next `size` bytes, or NULL without moving when there are fewer. */
static inline const uint8_t *fl_cursor_take(struct fl_cursor *cursor, size_t size)
{
    if (fl_cursor_left(cursor) < size)
        return NULL;
    const uint8_t *bytes = cursor->at;
    cursor->at += size;
    return bytes;
}
static inline bool fl_cursor_take32(struct fl_cursor *cursor, uint32_t *value)
{
    const uint8_t *bytes = fl_cursor_take(cursor, 4);
    if (bytes == NULL)
        return false;
    *value = fl_load_le32(bytes);
    return true;
}

#endif
