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

/* Rows from *row on at which a run starts, at most CHUNK of them; 0: there are no more. Row 0 does not count.
 * Without a branch on the values, whose runs nobody can foresee: three times as fast on orders and amounts.
 */
static size_t find_starts(const struct fl_integers *page, size_t *row, uint32_t starts[CHUNK])
{
    size_t found = 0;
    size_t at = *row;
    for (; at < page->count && found < CHUNK; at++) {
        starts[found] = (uint32_t)at;
        found += page->values[at] != page->values[at - 1];
    }
    *row = at;
    return found;
}

static struct runs count_runs(const struct fl_integers *page)
{
    uint32_t starts[CHUNK];
    size_t runs = 1, longest = 1, start = 0, row = 1;
    for (size_t found = find_starts(page, &row, starts); found > 0; found = find_starts(page, &row, starts)) {
        for (size_t i = 0; i < found; i++) {
            longest = starts[i] - start > longest ? starts[i] - start : longest;
            start = starts[i];
        }
        runs += found;
    }
    longest = page->count - start > longest ? page->count - start : longest;
    return (struct runs){runs, fl_bits_width(fl_integer_range(page->min, page->max)),
                         fl_bits_width(longest - 1)};
}

/* Without a branch, unlike count_runs(): the choice of an encoding asks this of every page. */
size_t fl_run_count(const struct fl_integers *page)
{
    size_t runs = page->count > 0;
    for (size_t i = 1; i < page->count; i++)
        runs += page->values[i] != page->values[i - 1];
    return runs;
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

/* One of the two streams of a page. A run is written when the next one starts, CHUNK of them a step; the last
 * one comes after them. */
static int encode_stream(const struct fl_integers *page, bool lengths, unsigned width, struct fl_buffer *out)
{
    uint32_t starts[CHUNK];
    uint64_t chunk[CHUNK];
    size_t filled = 0, start = 0, row = 1;
    while (row < page->count) {
        const size_t found = find_starts(page, &row, starts);
        for (size_t i = 0; i < found; i++) {
            chunk[filled++] =
                lengths ? starts[i] - start - 1 : fl_integer_range(page->min, page->values[start]);
            start = starts[i];
        }
        if (filled < CHUNK)
            break; /* the end */
        if (!fl_bits_pack(chunk, CHUNK, width, 0, out))
            return 0;
        filled = 0;
    }
    chunk[filled++] = lengths ? page->count - start - 1 : fl_integer_range(page->min, page->values[start]);
    return fl_bits_pack(chunk, filled, width, 0, out);
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

/* The two streams of a page whose head was read. */
struct streams {
    const uint8_t *values, *lengths;
    struct runs runs;
};

static fl_status open_streams(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                              struct streams *streams, struct fl_error *error)
{
    struct fl_cursor cursor = fl_cursor_over(bytes, size);
    const fl_status status = read_head(&cursor, min, max, count, &streams->runs, error);
    if (status != FL_OK)
        return status;
    streams->values = cursor.at;
    streams->lengths = cursor.at + fl_bits_size(streams->runs.count, streams->runs.value_width);
    return FL_OK;
}

/* Values with ends of up to CHUNK runs from run `first` on; *end is where the run before them ends. */
static fl_status read_runs(const struct streams *streams, size_t first, int64_t min, int64_t max,
                           size_t count, int64_t *value, uint32_t *end_row, uint32_t *end,
                           struct fl_error *error)
{
    const struct runs *runs = &streams->runs;
    const size_t part = runs->count - first < CHUNK ? runs->count - first : CHUNK;
    const uint8_t *values = streams->values + first / 8 * runs->value_width;
    const uint8_t *lengths = streams->lengths + first / 8 * runs->length_width;
    if (!fl_bits_end_is_clean(values, part, runs->value_width) ||
        !fl_bits_end_is_clean(lengths, part, runs->length_width))
        return fl_fail(error, FL_CORRUPT, "run page: unused bits at the end of a stream are not zero");
    if (fl_unpack_to_lanes(values, part, runs->value_width, min, FL_LANE_64, value) >
        fl_integer_range(min, max))
        return fl_fail(error, FL_CORRUPT, "run page: a value lies past the page's max");
    (void)fl_unpack_to_lanes(lengths, part, runs->length_width, 1, FL_LANE_32, end_row);
    uint64_t at = *end; /* 512 lengths of at most 2^16 more: far from wrapping */
    for (size_t i = 0; i < part; i++) {
        at += end_row[i];
        end_row[i] = (uint32_t)at;
    }
    if (at > count)
        return fl_fail(error, FL_CORRUPT, "run page: runs cover more than %zu values", count);
    *end = (uint32_t)at;
    return FL_OK;
}

static fl_status check_covered(uint32_t end, size_t count, struct fl_error *error)
{
    if (end == count)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "run page: runs cover %u of %zu values", end, count);
}

fl_status fl_run_decode_runs(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                             int64_t *value, uint32_t *end_row, size_t *run_count, struct fl_error *error)
{
    struct streams streams;
    uint32_t end = 0;
    fl_status status = open_streams(bytes, size, min, max, count, &streams, error);
    if (status != FL_OK)
        return status;
    *run_count = streams.runs.count;
    for (size_t i = 0; status == FL_OK && i < streams.runs.count; i += CHUNK)
        status = read_runs(&streams, i, min, max, count, value + i, end_row + i, &end, error);
    return status == FL_OK ? check_covered(end, count, error) : status;
}

/* Kernels: runs to rows, from `row` on. */
#define DEFINE_SPREAD(name, type)                                                                            \
    static void spread_##name(const int64_t *value, const uint32_t *end_row, size_t runs, size_t row,        \
                              type *values)                                                                  \
    {                                                                                                        \
        for (size_t i = 0; i < runs; i++) {                                                                  \
            const type of_run = (type)value[i];                                                              \
            for (; row < end_row[i]; row++)                                                                  \
                values[row] = of_run;                                                                        \
        }                                                                                                    \
    }
DEFINE_SPREAD(8, uint8_t)
DEFINE_SPREAD(32, uint32_t)
DEFINE_SPREAD(64, int64_t)
#undef DEFINE_SPREAD

static void spread(const int64_t *value, const uint32_t *end_row, size_t runs, size_t row, enum fl_lane lane,
                   void *values)
{
    switch (lane) {
    case FL_LANE_8:
        spread_8(value, end_row, runs, row, values);
        return;
    case FL_LANE_32:
        spread_32(value, end_row, runs, row, values);
        return;
    case FL_LANE_64:
        spread_64(value, end_row, runs, row, values);
    }
}

static fl_status run_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                            enum fl_lane lane, void *values, struct fl_error *error)
{
    struct streams streams;
    uint32_t end = 0;
    fl_status status = open_streams(bytes, size, min, max, count, &streams, error);
    for (size_t done = 0; status == FL_OK && done < streams.runs.count; done += CHUNK) {
        int64_t value[CHUNK];
        uint32_t end_row[CHUNK];
        const uint32_t row = end;
        status = read_runs(&streams, done, min, max, count, value, end_row, &end, error);
        const size_t left = streams.runs.count - done;
        if (status == FL_OK)
            spread(value, end_row, left < CHUNK ? left : CHUNK, row, lane, values);
    }
    return status == FL_OK ? check_covered(end, count, error) : status;
}

const struct fl_integer_codec fl_run_codec = {run_size, run_encode, run_decode};
