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

static fl_status constant_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                                 int64_t *values, struct fl_error *error)
{
    (void)bytes;
    if (size != 0)
        return fl_fail(error, FL_CORRUPT, "constant page: %zu bytes, it has none", size);
    if (min != max)
        return fl_fail(error, FL_CORRUPT, "constant page: its min is not its max");
    for (size_t i = 0; i < count; i++)
        values[i] = min;
    return FL_OK;
}

const struct fl_integer_codec fl_constant_codec = {constant_size, constant_encode, constant_decode};
