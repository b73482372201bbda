/* encoding_constant.c - one value for the whole page, which its descriptor holds already. */
#include "formats/encodings/encoding_codecs.h"

static size_t constant_size(const struct fl_integers *page)
{
    return page->min == page->max ? 0 : SIZE_MAX;
}

static int constant_encode(const struct fl_integers *page, struct fl_buffer *out)
{
    (void)page;
    (void)out;
    return 1;
}

static void fill(int64_t value, size_t count, enum fl_lane lane, void *values)
{
    uint8_t *to_8 = values;
    uint32_t *to_32 = values;
    int64_t *to_64 = values;
    for (size_t i = 0; i < count && lane == FL_LANE_8; i++)
        to_8[i] = (uint8_t)value;
    for (size_t i = 0; i < count && lane == FL_LANE_32; i++)
        to_32[i] = (uint32_t)value;
    for (size_t i = 0; i < count && lane == FL_LANE_64; i++)
        to_64[i] = value;
}

static fl_status constant_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                                 enum fl_lane lane, void *values, struct fl_error *error)
{
    if (size != 0)
        return fl_fail(error, FL_CORRUPT, "constant page: %zu bytes, it has none", size);
    if (min != max)
        return fl_fail(error, FL_CORRUPT, "constant page: its min is not its max");
    (void)bytes;
    fill(min, count, lane, values);
    return FL_OK;
}

const struct fl_integer_codec fl_constant_codec = {constant_size, constant_encode, constant_decode};
