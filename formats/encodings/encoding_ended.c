/* encoding_ended.c - texts that each end with a zero byte, for a packer to see text with its length repeat.
 *
 *     bytes of a text, 0 | bytes of a text, 0 | ...
 */
#include <assert.h>
#include <string.h>

#include "formats/encodings/encoding.h"

int fl_ended_encode(const struct fl_text *texts, size_t count, struct fl_buffer *out)
{
    size_t size = count;
    for (size_t i = 0; i < count; i++)
        size += texts[i].size;
    if (!fl_buffer_reserve(out, out->size + size))
        return 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t *at = out->bytes + out->size;
        if (texts[i].size > 0)
            memcpy(at, texts[i].bytes, texts[i].size);
        at[texts[i].size] = 0;
        out->size += texts[i].size + 1;
    }
    return 1;
}

fl_status fl_ended_decode(uint8_t *bytes, size_t size, size_t count, size_t text_size_max, uint32_t *offsets,
                          struct fl_error *error)
{
    size_t at = 0, end = 0; /* of what is read, of what is joined: the second never comes before the first */
    assert(size <= UINT32_MAX);
    offsets[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *zero = at < size ? memchr(bytes + at, 0, size - at) : NULL;
        if (zero == NULL)
            return fl_fail(error, FL_CORRUPT, "ended page: %zu texts end, there should be %zu", i, count);
        const size_t text_size = (size_t)(zero - (bytes + at));
        if (text_size > text_size_max)
            return fl_fail(error, FL_LIMIT, "ended page: a text of %zu bytes, at most %zu", text_size,
                           text_size_max);
        if (!fl_utf8_is_valid((const char *)bytes + at, text_size))
            return fl_fail(error, FL_CORRUPT, "ended page: text %zu is not valid UTF-8", i);
        memmove(bytes + end, bytes + at, text_size);
        at += text_size + 1;
        end += text_size;
        offsets[i + 1] = (uint32_t)end;
    }
    if (at != size)
        return fl_fail(error, FL_CORRUPT, "ended page: %zu bytes left over after %zu texts", size - at,
                       count);
    return FL_OK;
}
