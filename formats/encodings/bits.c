/* bits.c - numbers of a fixed width in bits, one after the other. */
#include <assert.h>

#include "formats/base/bytes.h"
#include "formats/encodings/decode_kernels.h"
#include "formats/encodings/encoding.h"

enum { STORE_BYTES = 8 }; /* room that a kernel may ask for behind its bytes */

size_t fl_bits_size(size_t count, unsigned width)
{
    assert(width <= 64 && count <= (SIZE_MAX - 7) / 64);
    return (count * width + 7) / 8;
}

int fl_bits_end_is_clean(const uint8_t *bytes, size_t count, unsigned width)
{
    const unsigned used = (unsigned)(count * width % 8);
    return used == 0 || bytes[fl_bits_size(count, width) - 1] >> used == 0;
}

int fl_bits_unpack(const uint8_t *bytes, size_t count, unsigned width, uint64_t *values)
{
    (void)fl_decode_kernels()->unpack_64(bytes, count, width, 0, values);
    return fl_bits_end_is_clean(bytes, count, width);
}

int fl_bits_pack(const uint64_t *values, size_t count, unsigned width, uint64_t min, struct fl_buffer *out)
{
    const size_t size = fl_bits_size(count, width);
    if (size == 0)
        return 1;
    if (!fl_buffer_reserve(out, out->size + size + STORE_BYTES))
        return 0;
    fl_decode_kernels()->pack(values, count, width, min, out->bytes + out->size);
    out->size += size;
    return 1;
}
