/* decode_scalar.c - the decode kernels without vectors: what each of them means. */
#include <string.h>

#include "formats/base/bytes.h"
#include "formats/encodings/decode_levels.h"

/* One load of 8 bytes holds any number of up to 57 bits, wherever in its first byte it starts (7 + 57 = 64);
 * a wider one may reach into a ninth byte. */
enum { LOAD_BYTES = 8, ONE_LOAD_WIDTH_MAX = 57, TAIL_BYTES = 24 };

static inline uint64_t width_mask(unsigned width)
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

/* How many numbers from the front start at least nine bytes before the end. */
static size_t count_inside(size_t count, unsigned width)
{
    const size_t size = (count * width + 7) / 8;
    if (size < LOAD_BYTES + 1)
        return 0;
    const size_t last_start_byte = size - (LOAD_BYTES + 1);
    const size_t inside = (last_start_byte * 8 + 7) / width + 1;
    return inside < count ? inside : count;
}

/* The last eight bytes or fewer are read from a copy with zeros behind it. */
#define DEFINE_UNPACK(bits, type)                                                                            \
    static uint64_t unpack_tail_##bits(const uint8_t *bytes, size_t first, size_t count, unsigned width,     \
                                       type min, type *values)                                               \
    {                                                                                                        \
        const size_t start = first * width / 8, size = (count * width + 7) / 8;                              \
        const uint64_t mask = width_mask(width);                                                             \
        uint8_t tail[TAIL_BYTES] = {0};                                                                      \
        uint64_t largest = 0;                                                                                \
        memcpy(tail, bytes + start, size - start);                                                           \
        for (size_t i = first; i < count; i++) {                                                             \
            const uint64_t number = number_at(tail, i * width - start * 8, mask);                            \
            largest = number > largest ? number : largest;                                                   \
            values[i] = (type)(min + number);                                                                \
        }                                                                                                    \
        return largest;                                                                                      \
    }                                                                                                        \
    uint64_t fl_unpack_##bits##_from(const uint8_t *bytes, size_t first, size_t count, unsigned width,       \
                                     type min, type *values)                                                 \
    {                                                                                                        \
        if (width == 0) {                                                                                    \
            for (size_t i = first; i < count; i++)                                                           \
                values[i] = min;                                                                             \
            return 0;                                                                                        \
        }                                                                                                    \
        const uint64_t mask = width_mask(width);                                                             \
        const size_t inside = count_inside(count, width);                                                    \
        uint64_t largest = 0;                                                                                \
        size_t i = first;                                                                                    \
        for (; width <= ONE_LOAD_WIDTH_MAX && i < inside; i++) {                                             \
            const size_t bit = i * width;                                                                    \
            const uint64_t number = fl_load_le64(bytes + bit / 8) >> (bit % 8) & mask;                       \
            largest = number > largest ? number : largest;                                                   \
            values[i] = (type)(min + number);                                                                \
        }                                                                                                    \
        for (; i < inside; i++) {                                                                            \
            const uint64_t number = number_at(bytes, i * width, mask);                                       \
            largest = number > largest ? number : largest;                                                   \
            values[i] = (type)(min + number);                                                                \
        }                                                                                                    \
        if (i == count)                                                                                      \
            return largest;                                                                                  \
        const uint64_t last = unpack_tail_##bits(bytes, i, count, width, min, values);                       \
        return last > largest ? last : largest;                                                              \
    }                                                                                                        \
    static uint64_t unpack_##bits(const uint8_t *bytes, size_t count, unsigned width, type min,              \
                                  type *values)                                                              \
    {                                                                                                        \
        return fl_unpack_##bits##_from(bytes, 0, count, width, min, values);                                 \
    }
DEFINE_UNPACK(8, uint8_t)
DEFINE_UNPACK(32, uint32_t)
DEFINE_UNPACK(64, uint64_t)
#undef DEFINE_UNPACK

static size_t count_ones(const uint8_t *bytes, size_t size)
{
    size_t ones = 0, i = 0;
    for (; i + LOAD_BYTES <= size; i += LOAD_BYTES)
        ones += (size_t)__builtin_popcountll(fl_load_le64(bytes + i));
    for (; i < size; i++)
        ones += (size_t)__builtin_popcount(bytes[i]);
    return ones;
}

static size_t bits_to_bytes(const uint8_t *bits, size_t count, uint8_t *bytes)
{
    size_t ones = 0;
    for (size_t i = 0; i < count; i++) {
        bytes[i] = bits[i / 8] >> (i % 8) & 1;
        ones += bytes[i];
    }
    return ones;
}

static size_t bits_of_types(const uint8_t bits[32], const uint8_t *types, size_t count, uint8_t *bytes)
{
    uint8_t of_type[256];
    size_t ones = 0;
    (void)bits_to_bytes(bits, sizeof of_type, of_type);
    for (size_t i = 0; i < count; i++) {
        bytes[i] = of_type[types[i]];
        ones += bytes[i];
    }
    return ones;
}

/* `next` is where the value of the next mark, or row, still waits. */
#define DEFINE_SPREAD(bits, type)                                                                            \
    void fl_fill_##bits##_from(const uint8_t *marks, size_t row, size_t next, size_t count, type *values)    \
    {                                                                                                        \
        for (size_t i = row; i < count; i++) {                                                               \
            next += marks[i / 8] >> (i % 8) & 1;                                                             \
            values[i] = values[next - 1];                                                                    \
        }                                                                                                    \
    }                                                                                                        \
    static void fill_##bits(const uint8_t *marks, size_t count, size_t held, type *values)                   \
    {                                                                                                        \
        fl_fill_##bits##_from(marks, 0, count - held, count, values);                                        \
    }                                                                                                        \
    void fl_place_##bits##_from(const uint8_t *nulls, size_t row, size_t next, size_t rows, type *values)    \
    {                                                                                                        \
        size_t i = row;                                                                                      \
        /* Without a branch on nulls[]: one that cannot be foreseen cost 3 ns a row. */                      \
        for (; next < rows; i++) {                                                                           \
            const type there = nulls[i] == 0;                                                                \
            values[i] = (type)(values[next] * there);                                                        \
            next += there;                                                                                   \
        }                                                                                                    \
        for (; i < rows; i++)                                                                                \
            values[i] = 0;                                                                                   \
    }                                                                                                        \
    static void place_##bits(const uint8_t *nulls, size_t rows, size_t held, type *values)                   \
    {                                                                                                        \
        fl_place_##bits##_from(nulls, 0, rows - held, rows, values);                                         \
    }
DEFINE_SPREAD(8, uint8_t)
DEFINE_SPREAD(32, uint32_t)
DEFINE_SPREAD(64, uint64_t)
#undef DEFINE_SPREAD

void fl_pack(const uint64_t *values, size_t count, unsigned width, uint64_t min, uint8_t *bytes)
{
    uint64_t waiting = 0; /* its lowest `filled` bits are still to be written */
    unsigned filled = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t number = values[i] - min;
        waiting |= number << filled;
        if (filled + width < 64) {
            filled += width;
            continue;
        }
        fl_store_le64(bytes, waiting);
        bytes += LOAD_BYTES;
        const unsigned written = 64 - filled; /* bits of the number that went out, 1..64 */
        waiting = written == 64 ? 0 : number >> written;
        filled = width - written;
    }
    fl_store_le64(bytes, waiting);
}

struct fl_measure fl_measure_from(struct fl_measure measured, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        measured.min = values[i] < measured.min ? values[i] : measured.min;
        measured.max = values[i] > measured.max ? values[i] : measured.max;
        measured.sum += (uint64_t)values[i];
    }
    return measured;
}

static struct fl_measure measure(const int64_t *values, size_t count)
{
    return fl_measure_from((struct fl_measure){INT64_MAX, INT64_MIN, 0}, values, count);
}

const struct fl_decode_kernels fl_decode_scalar = {
    .unpack_8 = unpack_8,
    .unpack_32 = unpack_32,
    .unpack_64 = unpack_64,
    .count_ones = count_ones,
    .bits_to_bytes = bits_to_bytes,
    .bits_of_types = bits_of_types,
    .fill_8 = fill_8,
    .fill_32 = fill_32,
    .fill_64 = fill_64,
    .place_8 = place_8,
    .place_32 = place_32,
    .place_64 = place_64,
    .pack = fl_pack,
    .measure = measure,
};
