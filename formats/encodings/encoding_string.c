/* encoding_string.c - texts as their lengths, packed, then their bytes.
 *
 *     length width u8 | lengths, packed | bytes of all texts
 */
#include <assert.h>

#include "formats/base/cursor.h"
#include "formats/encodings/encoding.h"

enum {
    CHUNK = 1024,         /* texts a step; a multiple of 8, so that each step starts on a whole byte */
    LENGTH_WIDTH_MAX = 21 /* FL_TEXT_BYTES_MAX = 2^20 takes 21 bits */
};

static int encode_lengths(const struct fl_text *texts, size_t count, unsigned width, struct fl_buffer *out)
{
    uint64_t lengths[CHUNK];
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t part = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < part; i++)
            lengths[i] = texts[done + i].size;
        if (!fl_bits_pack(lengths, part, width, 0, out))
            return 0;
    }
    return 1;
}

int fl_string_encode(const struct fl_text *texts, size_t count, struct fl_buffer *out)
{
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = texts[i].size > longest ? texts[i].size : longest;
    const uint8_t width = (uint8_t)fl_bits_width(longest);
    assert(width <= LENGTH_WIDTH_MAX);
    if (!fl_buffer_append(out, &width, 1) || !encode_lengths(texts, count, width, out))
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size > 0 && !fl_buffer_append(out, texts[i].bytes, texts[i].size))
            return 0;
    }
    return 1;
}

/* Lengths to offsets; `bytes_left` is what they must add up to. */
static fl_status decode_offsets(const uint8_t *lengths_bytes, size_t count, unsigned width,
                                size_t text_size_max, size_t bytes_left, uint32_t *offsets,
                                struct fl_error *error)
{
    uint64_t lengths[CHUNK];
    uint64_t end = 0;
    offsets[0] = 0;
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t part = count - done < CHUNK ? count - done : CHUNK;
        if (!fl_bits_unpack(lengths_bytes + done / 8 * width, part, width, lengths))
            return fl_fail(error, FL_CORRUPT, "string page: unused bits after its lengths are not zero");
        for (size_t i = 0; i < part; i++) {
            if (lengths[i] > text_size_max)
                return fl_fail(error, FL_LIMIT, "string page: a text of %ju bytes, at most %zu",
                               (uintmax_t)lengths[i], text_size_max);
            end += lengths[i];
            if (end > bytes_left)
                return fl_fail(error, FL_CORRUPT, "string page: texts of more than the %zu bytes there are",
                               bytes_left);
            offsets[done + i + 1] = (uint32_t)end;
        }
    }
    if (end != bytes_left)
        return fl_fail(error, FL_CORRUPT, "string page: texts of %ju bytes, there are %zu", (uintmax_t)end,
                       bytes_left);
    return FL_OK;
}

fl_status fl_string_decode(const uint8_t *bytes, size_t size, size_t count, size_t text_size_max,
                           uint32_t *offsets, const uint8_t **text_bytes, struct fl_error *error)
{
    struct fl_cursor cursor = fl_cursor_over(bytes, size);
    const uint8_t *head = fl_cursor_take(&cursor, 1);
    if (head == NULL)
        return fl_fail(error, FL_CORRUPT, "string page: 0 bytes, its head alone has 1");
    if (*head > LENGTH_WIDTH_MAX)
        return fl_fail(error, FL_CORRUPT, "string page: lengths of %u bits, at most %d", *head,
                       (int)LENGTH_WIDTH_MAX);
    const size_t lengths_size = fl_bits_size(count, *head);
    const uint8_t *lengths_bytes = fl_cursor_take(&cursor, lengths_size);
    if (lengths_bytes == NULL)
        return fl_fail(error, FL_CORRUPT, "string page: %zu bytes, %zu lengths alone take %zu", size, count,
                       lengths_size);
    const size_t left = fl_cursor_left(&cursor);
    assert(left <= UINT32_MAX);
    fl_status status = decode_offsets(lengths_bytes, count, *head, text_size_max, left, offsets, error);
    if (status != FL_OK)
        return status;
    const char *texts = (const char *)cursor.at;
    for (size_t i = 0; i < count; i++) {
        if (!fl_utf8_is_valid(texts + offsets[i], offsets[i + 1] - offsets[i]))
            return fl_fail(error, FL_CORRUPT, "string page: text %zu is not valid UTF-8 without NUL", i);
    }
    *text_bytes = cursor.at;
    return FL_OK;
}
