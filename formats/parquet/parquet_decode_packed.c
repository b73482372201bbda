/* parquet_decode_packed.c - a stretch of numbers of the same width in bits, taken in pieces. */
#include "formats/parquet/parquet_decode_packed.h"

#include <assert.h>
#include <string.h>

#include "formats/encodings/decode_kernels.h"

/* Eight numbers start and end at a byte, whatever their width. */
enum { GROUP = 8 };

static inline const uint8_t *group_at(const struct fl_parquet_packed *packed)
{
    return packed->bytes + packed->at / GROUP * packed->width;
}

/* The kernels start at a byte, so the numbers up to the next whole group take a way around. */
#define DEFINE_TAKE(bits, type)                                                                              \
    static uint64_t take_of_group_##bits(struct fl_parquet_packed *packed, type min, type *values,           \
                                         size_t count)                                                       \
    {                                                                                                        \
        const size_t skipped = packed->at % GROUP;                                                           \
        type group[GROUP];                                                                                   \
        uint64_t largest = 0;                                                                                \
        (void)fl_decode_kernels()->unpack_##bits(group_at(packed), skipped + count, packed->width, 0,        \
                                                 group);                                                     \
        for (size_t i = 0; i < count; i++) {                                                                 \
            const type number = group[skipped + i];                                                          \
            largest = number > largest ? number : largest;                                                   \
            values[i] = (type)(min + number);                                                                \
        }                                                                                                    \
        packed->at += count;                                                                                 \
        return largest;                                                                                      \
    }                                                                                                        \
    static uint64_t take_##bits(struct fl_parquet_packed *packed, type min, type *values, size_t count)      \
    {                                                                                                        \
        assert(count <= fl_parquet_packed_left(packed));                                                     \
        const size_t to_border = (GROUP - packed->at % GROUP) % GROUP;                                       \
        const size_t odd = to_border < count ? to_border : count;                                            \
        const uint64_t first = odd == 0 ? 0 : take_of_group_##bits(packed, min, values, odd);                \
        if (odd == count)                                                                                    \
            return first;                                                                                    \
        const uint64_t second = fl_decode_kernels()->unpack_##bits(group_at(packed), count - odd,            \
                                                                   packed->width, min, values + odd);        \
        packed->at += count - odd;                                                                           \
        return first > second ? first : second;                                                              \
    }

DEFINE_TAKE(8, uint8_t)
DEFINE_TAKE(32, uint32_t)
DEFINE_TAKE(64, uint64_t)

/* Nearly all levels are single bits, in short runs. */
static uint64_t take_bits(struct fl_parquet_packed *packed, uint8_t *values, size_t count)
{
    const size_t ones = fl_decode_kernels()->bits_to_bytes(group_at(packed), count, values);
    packed->at += count;
    return ones != 0;
}

uint64_t fl_parquet_packed_take8(struct fl_parquet_packed *packed, uint8_t *values, size_t count)
{
    if (packed->width == 1 && packed->at % GROUP == 0)
        return take_bits(packed, values, count);
    return take_8(packed, 0, values, count);
}

uint64_t fl_parquet_packed_take32(struct fl_parquet_packed *packed, uint32_t *values, size_t count)
{
    return take_32(packed, 0, values, count);
}

uint64_t fl_parquet_packed_take64(struct fl_parquet_packed *packed, uint64_t min, uint64_t *values,
                                  size_t count)
{
    return take_64(packed, min, values, count);
}
