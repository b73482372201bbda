/* bits.c - numbers of a fixed width in bits, one after the other. */
#include <assert.h>
#include <string.h>

#include "formats/base/bytes.h"
#include "formats/encodings/encoding.h"

/* One load of 8 bytes holds any number of up to 57 bits, wherever in its first byte it starts (7 + 57 = 64);
 * a wider one may reach into a ninth byte. */
enum { LOAD_BYTES = 8, ONE_LOAD_WIDTH_MAX = 57, TAIL_SIZE = 24 };

size_t fl_bits_size(size_t count, unsigned width)
{
    assert(width <= 64 && count <= (SIZE_MAX - 7) / 64);
    return (count * width + 7) / 8;
}

static uint64_t width_mask(unsigned width)
{
    return width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
}

/* Any width; reads nine bytes. */
static inline uint64_t number_at(const uint8_t *bytes, size_t bit, uint64_t mask)
{
    const unsigned shift = bit % 8;
    const uint64_t low = fl_load_le64(bytes + bit / 8) >> shift;
    /* Two shifts, as one by 64 would be undefined for shift 0. */
    const uint64_t high = (uint64_t)bytes[bit / 8 + LOAD_BYTES] << 1 << (63 - shift);
    return (low | high) & mask;
}

/* Kernels: each requires that `bytes` can be read 9 bytes past the start of the last number. */
static void unpack_narrow(const uint8_t *bytes, size_t count, unsigned width, uint64_t *values)
{
    const uint64_t mask = width_mask(width);
    for (size_t i = 0; i < count; i++) {
        const size_t bit = i * width;
        values[i] = fl_load_le64(bytes + bit / 8) >> (bit % 8) & mask;
    }
}

static void unpack_wide(const uint8_t *bytes, size_t count, unsigned width, uint64_t *values)
{
    const uint64_t mask = width_mask(width);
    for (size_t i = 0; i < count; i++)
        values[i] = number_at(bytes, i * width, mask);
}

/* How many numbers from the front start at least nine bytes before `size`. */
static size_t count_inside(size_t size, size_t count, unsigned width)
{
    if (size < LOAD_BYTES + 1)
        return 0;
    const size_t last_start_byte = size - (LOAD_BYTES + 1);
    const size_t inside = (last_start_byte * 8 + 7) / width + 1;
    return inside < count ? inside : count;
}

/* The numbers from `first` on, which start in the last eight bytes: read from a copy with zeros behind it. */
static void unpack_tail(const uint8_t *bytes, size_t size, size_t first, size_t count, unsigned width,
                        uint64_t *values)
{
    const size_t start = first * width / 8;
    const uint64_t mask = width_mask(width);
    uint8_t tail[TAIL_SIZE] = {0};
    assert(size - start <= LOAD_BYTES);
    memcpy(tail, bytes + start, size - start);
    for (size_t i = first; i < count; i++)
        values[i] = number_at(tail, i * width - start * 8, mask);
}

int fl_bits_unpack(const uint8_t *bytes, size_t count, unsigned width, uint64_t *values)
{
    if (count == 0)
        return 1;
    if (width == 0) {
        memset(values, 0, count * sizeof *values);
        return 1;
    }
    const size_t size = fl_bits_size(count, width);
    const size_t inside = count_inside(size, count, width);
    if (width <= ONE_LOAD_WIDTH_MAX)
        unpack_narrow(bytes, inside, width, values);
    else
        unpack_wide(bytes, inside, width, values);
    if (inside < count)
        unpack_tail(bytes, size, inside, count, width, values);
    const unsigned used = (unsigned)(count * width % 8);
    return used == 0 || bytes[size - 1] >> used == 0;
}

/* Requires width 1..64, values below 2^width, and eight bytes of room past the last number. */
static void pack(const uint64_t *values, size_t count, unsigned width, uint8_t *bytes)
{
    uint64_t waiting = 0; /* its lowest `filled` bits are still to be written */
    unsigned filled = 0;
    for (size_t i = 0; i < count; i++) {
        waiting |= values[i] << filled;
        if (filled + width < 64) {
            filled += width;
            continue;
        }
        fl_store_le64(bytes, waiting);
        bytes += LOAD_BYTES;
        const unsigned written = 64 - filled; /* bits of values[i] that went out, 1..64 */
        waiting = written == 64 ? 0 : values[i] >> written;
        filled = width - written;
    }
    fl_store_le64(bytes, waiting);
}

int fl_bits_pack(const uint64_t *values, size_t count, unsigned width, struct fl_buffer *out)
{
    const size_t size = fl_bits_size(count, width);
    if (size == 0)
        return 1;
    if (!fl_buffer_reserve(out, out->size + size + LOAD_BYTES))
        return 0;
    pack(values, count, width, out->bytes + out->size);
    out->size += size;
    return 1;
}
