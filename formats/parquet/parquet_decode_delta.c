/* parquet_decode_delta.c - whole numbers as differences packed in bits (DELTA_BINARY_PACKED). */
#include "formats/parquet/parquet_decode_delta.h"

enum {
    WIDTH_MAX = 64,
    MINIBLOCK_UNIT = 32, /* the definition: values of a miniblock are a multiple of it */
    MINIBLOCK_VALUES_MAX = 1 << 20,
    PIECE = 256 /* values on their way to 32 bits */
};

static bool take_varint(struct fl_cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t *byte = fl_cursor_take(cursor, 1);
        if (byte == NULL)
            return false;
        *value |= (uint64_t)(*byte & 0x7F) << shift;
        if ((*byte & 0x80) == 0)
            return true;
    }
    return false;
}

static bool take_zigzag(struct fl_cursor *cursor, uint64_t *value)
{
    uint64_t zigzag;
    if (!take_varint(cursor, &zigzag))
        return false;
    *value = zigzag >> 1 ^ (0 - (zigzag & 1));
    return true;
}

bool fl_parquet_delta_begin(struct fl_parquet_delta *delta, const uint8_t *bytes, size_t size)
{
    *delta = (struct fl_parquet_delta){.cursor = fl_cursor_over(bytes, size), .at_first = true};
    uint64_t block_values, miniblocks;
    if (!take_varint(&delta->cursor, &block_values) || !take_varint(&delta->cursor, &miniblocks) ||
        !take_varint(&delta->cursor, &delta->left) || !take_zigzag(&delta->cursor, &delta->previous))
        return false;
    if (miniblocks == 0 || block_values % miniblocks != 0)
        return false;
    const uint64_t miniblock_values = block_values / miniblocks;
    if (miniblock_values == 0 || miniblock_values % MINIBLOCK_UNIT != 0 ||
        miniblock_values > MINIBLOCK_VALUES_MAX || miniblocks > MINIBLOCK_VALUES_MAX)
        return false;
    delta->miniblocks = (uint32_t)miniblocks;
    delta->miniblock_values = (uint32_t)miniblock_values;
    delta->miniblock = delta->miniblocks; /* the first one needs a block's head */
    return true;
}

static bool begin_block(struct fl_parquet_delta *delta)
{
    if (!take_zigzag(&delta->cursor, &delta->smallest))
        return false;
    delta->widths = fl_cursor_take(&delta->cursor, delta->miniblocks);
    delta->miniblock = 0;
    return delta->widths != NULL;
}

/* The last miniblock may lack the bytes that would only fill it up: some writers leave them out. */
static bool begin_miniblock(struct fl_parquet_delta *delta)
{
    if (delta->miniblock == delta->miniblocks && !begin_block(delta))
        return false;
    const unsigned width = delta->widths[delta->miniblock++];
    if (width > WIDTH_MAX)
        return false;
    const uint64_t count = delta->left < delta->miniblock_values ? delta->left : delta->miniblock_values;
    const uint64_t needed = (count * width + 7) / 8, whole = (uint64_t)delta->miniblock_values / 8 * width;
    const size_t left = fl_cursor_left(&delta->cursor);
    if (needed > left)
        return false;
    const size_t size = whole < left ? (size_t)whole : left;
    delta->packed = (struct fl_parquet_packed){
        .bytes = fl_cursor_take(&delta->cursor, size), .count = count, .width = width};
    return true;
}

/* The next differences, as many as the miniblock has and at most `count`; 0: the bytes are wrong. */
static size_t take_differences(struct fl_parquet_delta *delta, uint64_t *differences, size_t count)
{
    if (fl_parquet_packed_left(&delta->packed) == 0 && !begin_miniblock(delta))
        return 0;
    const uint64_t there = fl_parquet_packed_left(&delta->packed);
    const size_t piece = there < count ? (size_t)there : count;
    (void)fl_parquet_packed_take64(&delta->packed, delta->smallest, differences, piece);
    delta->left -= piece;
    return piece;
}

/* Whether the first value, which stands in the head, is to be given now. */
static bool give_first(struct fl_parquet_delta *delta)
{
    if (!delta->at_first)
        return false;
    delta->at_first = false;
    delta->left--;
    return true;
}

bool fl_parquet_delta_take64(struct fl_parquet_delta *delta, int64_t *values, size_t count)
{
    if (count > delta->left)
        return false;
    size_t done = 0;
    if (count != 0 && give_first(delta))
        values[done++] = (int64_t)delta->previous;
    while (done < count) {
        uint64_t *sums = (uint64_t *)values + done; /* the same bytes, in which addition wraps */
        const size_t piece = take_differences(delta, sums, count - done);
        if (piece == 0)
            return false;
        uint64_t sum = delta->previous;
        for (size_t i = 0; i < piece; i++) {
            sum += sums[i];
            sums[i] = sum;
        }
        delta->previous = sum;
        done += piece;
    }
    return true;
}

bool fl_parquet_delta_take32(struct fl_parquet_delta *delta, int32_t *values, size_t count)
{
    int64_t wide[PIECE];
    if (count > delta->left)
        return false;
    for (size_t done = 0; done < count;) {
        const size_t piece = count - done < PIECE ? count - done : PIECE;
        if (!fl_parquet_delta_take64(delta, wide, piece))
            return false;
        for (size_t i = 0; i < piece; i++)
            values[done + i] = (int32_t)(uint32_t)(uint64_t)wide[i];
        done += piece;
    }
    return true;
}

bool fl_parquet_delta_skip(struct fl_parquet_delta *delta)
{
    if (delta->left != 0)
        (void)give_first(delta);
    delta->left -= fl_parquet_packed_left(&delta->packed);
    delta->packed = (struct fl_parquet_packed){0};
    while (delta->left != 0) {
        if (!begin_miniblock(delta))
            return false;
        delta->left -= fl_parquet_packed_left(&delta->packed);
    }
    delta->packed = (struct fl_parquet_packed){0};
    return true;
}
