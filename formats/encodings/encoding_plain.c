/* encoding_plain.c - each value's distance from the page's min in whole bytes, where LZ4 finds what repeats.
 */
#include "formats/base/bytes.h"
#include "formats/encodings/encoding_codecs.h"

/* 1, 2, 4 or 8 bytes. */
static size_t plain_value_bytes(int64_t min, int64_t max)
{
    const uint64_t range = fl_integer_range(min, max);
    if (range <= UINT8_MAX)
        return 1;
    if (range <= UINT16_MAX)
        return 2;
    return range <= UINT32_MAX ? 4 : 8;
}

static size_t plain_size(const struct fl_integers *page)
{
    return page->count * plain_value_bytes(page->min, page->max);
}

static int plain_encode(const struct fl_integers *page, struct fl_buffer *out)
{
    const size_t value_bytes = plain_value_bytes(page->min, page->max);
    if (!fl_buffer_reserve(out, out->size + page->count * value_bytes))
        return 0;
    uint8_t *at = out->bytes + out->size;
    for (size_t i = 0; i < page->count; i++) {
        uint8_t distance[8];
        fl_store_le64(distance, fl_integer_range(page->min, page->values[i]));
        for (size_t k = 0; k < value_bytes; k++)
            *at++ = distance[k];
    }
    out->size += page->count * value_bytes;
    return 1;
}

static fl_status plain_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                              enum fl_lane lane, void *values, struct fl_error *error)
{
    const size_t value_bytes = plain_value_bytes(min, max);
    if (size != count * value_bytes)
        return fl_fail(error, FL_CORRUPT, "plain page: %zu bytes, %zu values of %zu bytes take %zu", size,
                       count, value_bytes, count * value_bytes);
    const unsigned width = 8 * (unsigned)value_bytes;
    if (fl_unpack_to_lanes(bytes, count, width, min, lane, values) > fl_integer_range(min, max))
        return fl_fail(error, FL_CORRUPT, "plain page: a value lies past the page's max");
    return FL_OK;
}

const struct fl_integer_codec fl_plain_codec = {plain_size, plain_encode, plain_decode};
