/* parquet_decode_hybrid.c - small numbers as runs of one value or packed in bits. */
#include "formats/parquet/parquet_decode_hybrid.h"

#include <assert.h>
#include <string.h>

void fl_parquet_hybrid_begin(struct fl_parquet_hybrid *hybrid, const uint8_t *bytes, size_t size,
                             unsigned width)
{
    assert(width <= FL_PARQUET_HYBRID_WIDTH_MAX);
    *hybrid = (struct fl_parquet_hybrid){.cursor = fl_cursor_over(bytes, size), .width = width};
    if (width == 0)
        hybrid->repeats = UINT64_MAX;
}

void fl_parquet_hybrid_begin_packed(struct fl_parquet_hybrid *hybrid, const uint8_t *bytes, uint64_t count,
                                    unsigned width)
{
    *hybrid = (struct fl_parquet_hybrid){.cursor = {bytes, bytes}, .width = width};
    hybrid->packed = (struct fl_parquet_packed){.bytes = bytes, .count = count, .width = width};
}

/* At most 2^32 - 1, as the numbers of a page are counted in 31 bits. */
static bool take_head(struct fl_cursor *cursor, uint32_t *head)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        const uint8_t *byte = fl_cursor_take(cursor, 1);
        if (byte == NULL)
            return false;
        value |= (uint64_t)(*byte & 0x7F) << shift;
        if ((*byte & 0x80) == 0) {
            *head = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

static bool begin_repeats(struct fl_parquet_hybrid *hybrid, uint32_t repeats)
{
    const unsigned size = (hybrid->width + 7) / 8;
    const uint8_t *bytes = fl_cursor_take(&hybrid->cursor, size);
    if (bytes == NULL)
        return false;
    hybrid->value = 0;
    for (unsigned i = 0; i < size; i++)
        hybrid->value |= (uint32_t)bytes[i] << (8 * i);
    hybrid->repeats = repeats;
    return true;
}

/* The last group of a page may lack the bytes that would only fill it up: some writers leave them out. */
static void begin_packed(struct fl_parquet_hybrid *hybrid, uint32_t groups)
{
    const size_t left = fl_cursor_left(&hybrid->cursor);
    const uint64_t whole = (uint64_t)groups * hybrid->width;
    const size_t size = whole < left ? (size_t)whole : left;
    const uint64_t fitting = (uint64_t)size * 8 / hybrid->width;
    hybrid->packed =
        (struct fl_parquet_packed){.bytes = fl_cursor_take(&hybrid->cursor, size),
                                   .count = fitting < (uint64_t)groups * 8 ? fitting : (uint64_t)groups * 8,
                                   .width = hybrid->width};
}

/* False when there is no run any more. */
static bool next_run(struct fl_parquet_hybrid *hybrid)
{
    uint32_t head;
    if (!take_head(&hybrid->cursor, &head))
        return false;
    if ((head & 1) == 0)
        return begin_repeats(hybrid, head >> 1);
    begin_packed(hybrid, head >> 1);
    return true;
}

static inline size_t at_most(uint64_t left, size_t count)
{
    return left < count ? (size_t)left : count;
}

bool fl_parquet_hybrid_take8(struct fl_parquet_hybrid *hybrid, uint8_t *numbers, size_t count,
                             uint32_t *largest)
{
    assert(hybrid->width <= 8);
    for (size_t done = 0; done < count;) {
        uint64_t most = hybrid->value;
        size_t piece;
        if (hybrid->repeats != 0) {
            piece = at_most(hybrid->repeats, count - done);
            memset(numbers + done, (uint8_t)hybrid->value, piece);
            hybrid->repeats -= piece;
        } else {
            piece = at_most(fl_parquet_packed_left(&hybrid->packed), count - done);
            if (piece == 0 && !next_run(hybrid))
                return false;
            most = piece == 0 ? 0 : fl_parquet_packed_take8(&hybrid->packed, numbers + done, piece);
        }
        *largest = most > *largest ? (uint32_t)most : *largest;
        done += piece;
    }
    return true;
}

bool fl_parquet_hybrid_take32(struct fl_parquet_hybrid *hybrid, uint32_t *numbers, size_t count,
                              uint32_t *largest)
{
    for (size_t done = 0; done < count;) {
        uint64_t most = hybrid->value;
        size_t piece;
        if (hybrid->repeats != 0) {
            piece = at_most(hybrid->repeats, count - done);
            for (size_t i = 0; i < piece; i++)
                numbers[done + i] = hybrid->value;
            hybrid->repeats -= piece;
        } else {
            piece = at_most(fl_parquet_packed_left(&hybrid->packed), count - done);
            if (piece == 0 && !next_run(hybrid))
                return false;
            most = piece == 0 ? 0 : fl_parquet_packed_take32(&hybrid->packed, numbers + done, piece);
        }
        *largest = most > *largest ? (uint32_t)most : *largest;
        done += piece;
    }
    return true;
}
