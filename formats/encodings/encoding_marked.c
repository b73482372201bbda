/* encoding_marked.c - short runs: a bit for each value that differs from the one before it, with those
 * values.
 *
 *     one bit a value, the first is 1 | (value - min) of each value with a 1, packed
 */
#include "formats/encodings/encoding_codecs.h"

enum { CHUNK = 1024 }; /* values a step, or bits; a multiple of 8 ends on a whole byte */

static size_t bytes_for(size_t count, size_t marked, unsigned width)
{
    return fl_bits_size(count, 1) + fl_bits_size(marked, width);
}

static size_t marked_size(const struct fl_integers *page)
{
    if (page->count == 0)
        return SIZE_MAX;
    return bytes_for(page->count, fl_run_count(page), fl_bits_width(fl_integer_range(page->min, page->max)));
}

static uint64_t is_marked(const struct fl_integers *page, size_t i)
{
    return i == 0 || page->values[i] != page->values[i - 1];
}

static int encode_marks(const struct fl_integers *page, struct fl_buffer *out)
{
    uint64_t marks[CHUNK];
    for (size_t done = 0; done < page->count; done += CHUNK) {
        const size_t part = page->count - done < CHUNK ? page->count - done : CHUNK;
        for (size_t i = 0; i < part; i++)
            marks[i] = is_marked(page, done + i);
        if (!fl_bits_pack(marks, part, 1, 0, out))
            return 0;
    }
    return 1;
}

static int encode_values(const struct fl_integers *page, struct fl_buffer *out)
{
    const unsigned width = fl_bits_width(fl_integer_range(page->min, page->max));
    uint64_t distances[CHUNK];
    size_t filled = 0;
    for (size_t i = 0; i < page->count; i++) {
        if (!is_marked(page, i))
            continue;
        distances[filled++] = fl_integer_range(page->min, page->values[i]);
        if (filled < CHUNK)
            continue;
        if (!fl_bits_pack(distances, filled, width, 0, out))
            return 0;
        filled = 0;
    }
    return fl_bits_pack(distances, filled, width, 0, out);
}

static int marked_encode(const struct fl_integers *page, struct fl_buffer *out)
{
    return encode_marks(page, out) && encode_values(page, out);
}

/* Where the values with a mark are spread from: the end of the same array, so that no other is needed. */
static void fill(const uint8_t *marks, size_t count, size_t marked, enum fl_lane lane, void *values)
{
    const struct fl_decode_kernels *kernels = fl_decode_kernels();
    switch (lane) {
    case FL_LANE_8:
        kernels->fill_8(marks, count, marked, values);
        return;
    case FL_LANE_32:
        kernels->fill_32(marks, count, marked, values);
        return;
    case FL_LANE_64:
        kernels->fill_64(marks, count, marked, values);
    }
}

static fl_status marked_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                               enum fl_lane lane, void *values, struct fl_error *error)
{
    const size_t marks_size = fl_bits_size(count, 1);
    const unsigned width = fl_bits_width(fl_integer_range(min, max));
    if (size < marks_size || count == 0)
        return fl_fail(error, FL_CORRUPT, "marked page: %zu bytes, the marks of %zu values alone take %zu",
                       size, count, marks_size);
    if (!fl_bits_end_is_clean(bytes, count, 1))
        return fl_fail(error, FL_CORRUPT, "marked page: unused bits after its marks are not zero");
    if ((bytes[0] & 1) == 0)
        return fl_fail(error, FL_CORRUPT, "marked page: the first value has no mark");
    const size_t marked = fl_decode_kernels()->count_ones(bytes, marks_size);
    if (size != bytes_for(count, marked, width))
        return fl_fail(error, FL_CORRUPT, "marked page: %zu bytes, %zu values, %zu of them marked, take %zu",
                       size, count, marked, bytes_for(count, marked, width));
    if (!fl_bits_end_is_clean(bytes + marks_size, marked, width))
        return fl_fail(error, FL_CORRUPT, "marked page: unused bits at its end are not zero");
    uint8_t *waiting = (uint8_t *)values + (count - marked) * lane;
    if (fl_unpack_to_lanes(bytes + marks_size, marked, width, min, lane, waiting) >
        fl_integer_range(min, max))
        return fl_fail(error, FL_CORRUPT, "marked page: a value lies past the page's max");
    fill(bytes, count, marked, lane, values);
    return FL_OK;
}

const struct fl_integer_codec fl_marked_codec = {marked_size, marked_encode, marked_decode};
