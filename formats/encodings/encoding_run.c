/* encoding_run.c - runs of equal values as value and length, for sorted columns.
 *
 *     run count le32 | length width u8 | (value - min) of each run, packed | (length - 1) of each run, packed
 */
#include "formats/base/cursor.h"
#include "formats/base/limits.h"
#include "formats/encodings/encoding_codecs.h"

enum {
    CHUNK = 512, /* runs a step; a multiple of 8, so that each step starts on a whole byte */
    HEAD_BYTES = 5,
    LENGTH_WIDTH_MAX = 16 /* length - 1 is below FL_BLOCK_ROWS_MAX = 2^16 */
};
_Static_assert(FL_BLOCK_ROWS_MAX == 1u << LENGTH_WIDTH_MAX, "a run may be a whole block");

struct runs {
    size_t count;
    unsigned value_width, length_width;
};

static struct runs count_runs(const struct fl_integers *page)
{
    size_t runs = 0, longest = 1, start = 0;
    for (size_t i = 1; i <= page->count; i++) {
        if (i < page->count && page->values[i] == page->values[start])
            continue;
        runs++;
        longest = i - start > longest ? i - start : longest;
        start = i;
    }
    return (struct runs){runs, fl_bits_width(fl_integer_range(page->min, page->max)),
                         fl_bits_width(longest - 1)};
}

static size_t runs_size(struct runs runs)
{
    return HEAD_BYTES + fl_bits_size(runs.count, runs.value_width) +
           fl_bits_size(runs.count, runs.length_width);
}

static size_t run_size(const struct fl_integers *page)
{
    return page->count == 0 ? SIZE_MAX : runs_size(count_runs(page));
}

/* One of the two streams of a page. */
static int encode_stream(const struct fl_integers *page, bool lengths, unsigned width, struct fl_buffer *out)
{
    uint64_t chunk[CHUNK];
    size_t filled = 0, start = 0;
    for (size_t i = 1; i <= page->count; i++) {
        if (i < page->count && page->values[i] == page->values[start])
            continue;
        chunk[filled++] = lengths ? i - start - 1 : fl_integer_range(page->min, page->values[start]);
        start = i;
        if (filled < CHUNK && i < page->count)
            continue;
        if (!fl_bits_pack(chunk, filled, width, out))
            return 0;
        filled = 0;
    }
    return 1;
}

static int run_encode(const struct fl_integers *page, struct fl_buffer *out)
{
    const struct runs runs = count_runs(page);
    uint8_t head[HEAD_BYTES];
    fl_store_le32(head, (uint32_t)runs.count);
    head[4] = (uint8_t)runs.length_width;
    return fl_buffer_append(out, head, sizeof head) && encode_stream(page, false, runs.value_width, out) &&
           encode_stream(page, true, runs.length_width, out);
}

static fl_status read_head(struct fl_cursor *cursor, int64_t min, int64_t max, size_t count,
                           struct runs *runs, struct fl_error *error)
{
    const size_t size = fl_cursor_left(cursor);
    const uint8_t *head = fl_cursor_take(cursor, HEAD_BYTES);
    if (head == NULL)
        return fl_fail(error, FL_CORRUPT, "run page: %zu bytes, its head alone has %d", size,
                       (int)HEAD_BYTES);
    *runs = (struct runs){fl_load_le32(head), fl_bits_width(fl_integer_range(min, max)), head[4]};
    if (runs->count == 0 || runs->count > count)
        return fl_fail(error, FL_CORRUPT, "run page: %zu runs for %zu values", runs->count, count);
    if (runs->length_width > LENGTH_WIDTH_MAX)
        return fl_fail(error, FL_CORRUPT, "run page: lengths of %u bits, at most %d", runs->length_width,
                       (int)LENGTH_WIDTH_MAX);
    if (size != runs_size(*runs))
        return fl_fail(error, FL_CORRUPT, "run page: %zu bytes, %zu runs take %zu", size, runs->count,
                       runs_size(*runs));
    return FL_OK;
}

/* Writes the runs of one chunk from *row on. */
static fl_status spread_runs(const uint64_t *distances, const uint64_t *lengths, size_t runs, int64_t min,
                             int64_t max, size_t count, int64_t *values, size_t *row, struct fl_error *error)
{
    for (size_t i = 0; i < runs; i++) {
        if (distances[i] > fl_integer_range(min, max))
            return fl_fail(error, FL_CORRUPT, "run page: a value lies past the page's max");
        if (lengths[i] >= count - *row)
            return fl_fail(error, FL_CORRUPT, "run page: runs cover more than %zu values", count);
        const int64_t value = fl_integer_at(min, distances[i]);
        for (uint64_t k = 0; k <= lengths[i]; k++)
            values[(*row)++] = value;
    }
    return FL_OK;
}

static fl_status run_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                            int64_t *values, struct fl_error *error)
{
    struct fl_cursor cursor = fl_cursor_over(bytes, size);
    struct runs runs = {0};
    fl_status status = read_head(&cursor, min, max, count, &runs, error);
    if (status != FL_OK)
        return status;
    const uint8_t *distance_bytes = cursor.at;
    const uint8_t *length_bytes = cursor.at + fl_bits_size(runs.count, runs.value_width);
    uint64_t distances[CHUNK], lengths[CHUNK];
    size_t row = 0;
    for (size_t done = 0; done < runs.count; done += CHUNK) {
        const size_t part = runs.count - done < CHUNK ? runs.count - done : CHUNK;
        if (!fl_bits_unpack(distance_bytes + done / 8 * runs.value_width, part, runs.value_width,
                            distances) ||
            !fl_bits_unpack(length_bytes + done / 8 * runs.length_width, part, runs.length_width, lengths))
            return fl_fail(error, FL_CORRUPT, "run page: unused bits at the end of a stream are not zero");
        status = spread_runs(distances, lengths, part, min, max, count, values, &row, error);
        if (status != FL_OK)
            return status;
    }
    if (row != count)
        return fl_fail(error, FL_CORRUPT, "run page: runs cover %zu of %zu values", row, count);
    return FL_OK;
}

const struct fl_integer_codec fl_run_codec = {run_size, run_encode, run_decode};
