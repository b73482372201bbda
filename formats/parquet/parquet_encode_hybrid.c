/* parquet_encode_hybrid.c - small numbers as runs and as packed bits, Parquet's "RLE".
 *
 * A run is a varint of its length * 2, then the number in whole bytes; a stretch of packed numbers is a
 * varint of its groups of eight * 2 + 1, then `width` bytes a group. Numbers of a stretch that has no full
 * last group are followed by zeros, so only the last stretch may be such a one.
 */
#include "formats/parquet/parquet_encode_hybrid.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "formats/base/bytes.h"

enum { GROUP = 8, VARINT_BYTES_MAX = 5, VALUE_BYTES_MAX = 4, STORE_BYTES = 8 };

/* A run may cost two varints, its own and that of the stretch behind it, with a value between. It is made
 * only where packing the same numbers would take at least as much; so no numbers take more than one packed
 * stretch of them, plus this. */
enum { RUN_COST_MAX = 2 * VARINT_BYTES_MAX + VALUE_BYTES_MAX };

unsigned fl_parquet_bit_width(uint32_t max)
{
    return max == 0 ? 0 : 32 - (unsigned)__builtin_clz(max);
}

size_t fl_parquet_hybrid_room(size_t count, unsigned width)
{
    return (count + GROUP - 1) / GROUP * width + RUN_COST_MAX + STORE_BYTES;
}

static size_t put_varint(uint64_t value, uint8_t *bytes)
{
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    return size;
}

size_t fl_parquet_hybrid_encode_run(uint32_t value, size_t count, unsigned width, uint8_t *bytes)
{
    assert(width <= 32 && count <= UINT32_MAX / 2);
    size_t size = put_varint((uint64_t)count << 1, bytes);
    for (unsigned bit = 0; bit < width; bit += 8)
        bytes[size++] = (uint8_t)(value >> bit);
    return size;
}

/* Four numbers side by side; width 1..16. */
static inline uint64_t four(const uint32_t *values, unsigned width)
{
    return values[0] | (uint64_t)values[1] << width | (uint64_t)values[2] << 2 * width |
           (uint64_t)values[3] << 3 * width;
}

/* Each packs `groups` times eight numbers, `width` bytes a group, and may write STORE_BYTES past their end.
 */
static void pack_to_8(const uint32_t *values, size_t groups, unsigned width, uint8_t *bytes)
{
    for (; groups > 0; groups--, values += GROUP, bytes += width)
        fl_store_le64(bytes, four(values, width) | four(values + 4, width) << 4 * width);
}

static void pack_to_16(const uint32_t *values, size_t groups, unsigned width, uint8_t *bytes)
{
    const unsigned half = 4 * width; /* 36..64 bits */
    for (; groups > 0; groups--, values += GROUP, bytes += width) {
        const uint64_t low = four(values, width), high = four(values + 4, width);
        fl_store_le64(bytes, half == 64 ? low : low | high << half);
        fl_store_le64(bytes + 8, high >> (64 - half));
    }
}

static void pack_to_32(const uint32_t *values, size_t groups, unsigned width, uint8_t *bytes)
{
    uint64_t waiting = 0; /* its lowest `filled` bits, fewer than 8, are still to be written */
    unsigned filled = 0;
    for (size_t i = 0; i < groups * GROUP; i++) {
        waiting |= (uint64_t)values[i] << filled;
        filled += width;
        fl_store_le64(bytes, waiting);
        bytes += filled / 8;
        waiting >>= filled / 8 * 8;
        filled %= 8;
    }
}

static void pack(const uint32_t *values, size_t groups, unsigned width, uint8_t *bytes)
{
    if (width <= 8)
        pack_to_8(values, groups, width, bytes);
    else if (width <= 16)
        pack_to_16(values, groups, width, bytes);
    else
        pack_to_32(values, groups, width, bytes);
}

static size_t put_packed(const uint32_t *values, size_t count, unsigned width, uint8_t *bytes)
{
    const size_t groups = count / GROUP, rest = count % GROUP;
    size_t size = put_varint((groups + (rest != 0)) << 1 | 1, bytes);
    pack(values, groups, width, bytes + size);
    size += groups * width;
    if (rest == 0)
        return size;
    uint32_t last[GROUP] = {0};
    memcpy(last, values + groups * GROUP, rest * sizeof *values);
    pack(last, 1, width, bytes + size);
    return size + width;
}

/* Whole groups from `values` on that hold nothing but `value`. */
static size_t equal_groups(const uint32_t *values, size_t groups, uint32_t value)
{
    for (size_t group = 0; group < groups; group++, values += GROUP) {
        uint32_t different = 0;
        for (size_t i = 0; i < GROUP; i++)
            different |= values[i] ^ value;
        if (different != 0)
            return group;
    }
    return groups;
}

size_t fl_parquet_hybrid_encode(const uint32_t *values, size_t count, unsigned width, uint8_t *bytes)
{
    assert(width >= 1 && width <= 32);
    const size_t run_groups_min = (RUN_COST_MAX + width - 1) / width;
    size_t size = 0, stretch = 0, at = 0; /* values[stretch .. at) wait to be packed */
    while (count - at >= GROUP) {
        const size_t groups = equal_groups(values + at, (count - at) / GROUP, values[at]);
        if (groups < run_groups_min) {
            at += groups == 0 ? GROUP : groups * GROUP;
            continue;
        }
        size_t end = at + groups * GROUP;
        while (end < count && values[end] == values[at] && count - end < GROUP)
            end++; /* into the last numbers, which are no group */
        if (stretch < at)
            size += put_packed(values + stretch, at - stretch, width, bytes + size);
        size += fl_parquet_hybrid_encode_run(values[at], end - at, width, bytes + size);
        stretch = at = end;
    }
    if (stretch < count)
        size += put_packed(values + stretch, count - stretch, width, bytes + size);
    assert(size + STORE_BYTES <= fl_parquet_hybrid_room(count, width));
    return size;
}
