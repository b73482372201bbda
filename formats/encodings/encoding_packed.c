/* encoding_packed.c - each value's distance from the page's min, in as few bits as the largest needs. */
#include "formats/encodings/encoding_codecs.h"

static unsigned packed_width(int64_t min, int64_t max)
{
    return fl_bits_width(fl_integer_range(min, max));
}

static size_t packed_size(const struct fl_integers *page)
{
    return fl_bits_size(page->count, packed_width(page->min, page->max));
}

static int packed_encode(const struct fl_integers *page, struct fl_buffer *out)
{
    return fl_bits_pack((const uint64_t *)page->values, page->count, packed_width(page->min, page->max),
                        (uint64_t)page->min, out);
}

static fl_status packed_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                               enum fl_lane lane, void *values, struct fl_error *error)
{
    const unsigned width = packed_width(min, max);
    const size_t wanted = fl_bits_size(count, width);
    if (size != wanted)
        return fl_fail(error, FL_CORRUPT, "packed page: %zu bytes, %zu values of %u bits take %zu", size,
                       count, width, wanted);
    if (!fl_bits_end_is_clean(bytes, count, width))
        return fl_fail(error, FL_CORRUPT, "packed page: unused bits at its end are not zero");
    if (fl_unpack_to_lanes(bytes, count, width, min, lane, values) > fl_integer_range(min, max))
        return fl_fail(error, FL_CORRUPT, "packed page: a value lies past the page's max");
    return FL_OK;
}

const struct fl_integer_codec fl_packed_codec = {packed_size, packed_encode, packed_decode};
