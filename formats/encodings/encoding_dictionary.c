/* encoding_dictionary.c - few distinct values: their sorted list, then each value as its number in it.
 *
 *     distinct count le32 | (value - min) of each, ascending, packed | numbers, packed
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "formats/base/cursor.h"
#include "formats/base/limits.h"
#include "formats/encodings/encoding_codecs.h"

enum {
    DISTINCT_MAX = (int)FL_PAGE_DISTINCT_MAX,
    SLOT_COUNT = 2 * DISTINCT_MAX, /* at most half full, so that a search ends after two steps or so */
    SLOT_BITS = 13,
    EMPTY = UINT16_MAX,
    CHUNK = 1024,
    HEAD_BYTES = 4
};
_Static_assert(SLOT_COUNT == 1 << SLOT_BITS, "the hash keeps SLOT_BITS bits");

/* The distinct values of a page, found by hash. About 110 KiB: it lives on the stack for the length of one
 * call. */
struct distinct {
    size_t count;
    uint64_t values[DISTINCT_MAX]; /* distances from min, in order of appearance until sorted */
    uint16_t slots[SLOT_COUNT];    /* numbers into `values`, or EMPTY */
};

static size_t slot_of(const struct distinct *distinct, uint64_t distance)
{
    /* Multiplicative hashing: the high bits of the product by 2^64 / golden ratio are well spread. */
    size_t slot = (size_t)(distance * 0x9E3779B97F4A7C15u >> (64 - SLOT_BITS));
    while (distinct->slots[slot] != EMPTY && distinct->values[distinct->slots[slot]] != distance)
        slot = (slot + 1) % SLOT_COUNT;
    return slot;
}

static void clear_slots(struct distinct *distinct)
{
    for (size_t i = 0; i < SLOT_COUNT; i++)
        distinct->slots[i] = EMPTY;
}

/* False as soon as there are more than count_max. */
static bool find_distinct(const struct fl_integers *page, size_t count_max, struct distinct *distinct)
{
    distinct->count = 0;
    clear_slots(distinct);
    for (size_t i = 0; i < page->count; i++) {
        const uint64_t distance = fl_integer_range(page->min, page->values[i]);
        const size_t slot = slot_of(distinct, distance);
        if (distinct->slots[slot] != EMPTY)
            continue;
        if (distinct->count == count_max)
            return false;
        distinct->slots[slot] = (uint16_t)distinct->count;
        distinct->values[distinct->count++] = distance;
    }
    return true;
}

static size_t dictionary_bytes(size_t count, size_t distinct_count, unsigned value_width)
{
    return HEAD_BYTES + fl_bits_size(distinct_count, value_width) +
           fl_bits_size(count, fl_bits_width(distinct_count - 1));
}

/* The most distinct values with which the page is still smaller than packed: the search stops there. */
static size_t distinct_worth_looking_for(size_t count, unsigned value_width)
{
    const size_t packed = fl_bits_size(count, value_width);
    size_t worth = 0;
    for (size_t most = 1; most <= DISTINCT_MAX && dictionary_bytes(count, most, value_width) < packed;
         most *= 2)
        worth = most;
    return worth;
}

static size_t dictionary_size(const struct fl_integers *page)
{
    const unsigned value_width = fl_bits_width(fl_integer_range(page->min, page->max));
    const size_t count_max = distinct_worth_looking_for(page->count, value_width);
    struct distinct distinct;
    if (count_max == 0 || !find_distinct(page, count_max, &distinct))
        return SIZE_MAX;
    return dictionary_bytes(page->count, distinct.count, value_width);
}

static int compare_distances(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void sort_distinct(struct distinct *distinct)
{
    qsort(distinct->values, distinct->count, sizeof distinct->values[0], compare_distances);
    clear_slots(distinct);
    for (size_t i = 0; i < distinct->count; i++)
        distinct->slots[slot_of(distinct, distinct->values[i])] = (uint16_t)i;
}

static int encode_numbers(const struct fl_integers *page, const struct distinct *distinct,
                          struct fl_buffer *out)
{
    const unsigned number_width = fl_bits_width(distinct->count - 1);
    uint64_t numbers[CHUNK];
    for (size_t done = 0; done < page->count; done += CHUNK) {
        const size_t part = page->count - done < CHUNK ? page->count - done : CHUNK;
        for (size_t i = 0; i < part; i++) {
            const uint64_t distance = fl_integer_range(page->min, page->values[done + i]);
            numbers[i] = distinct->slots[slot_of(distinct, distance)];
        }
        if (!fl_bits_pack(numbers, part, number_width, 0, out))
            return 0;
    }
    return 1;
}

static int dictionary_encode(const struct fl_integers *page, struct fl_buffer *out)
{
    struct distinct distinct;
    const bool found = find_distinct(page, DISTINCT_MAX, &distinct);
    assert(found && distinct.count > 0);
    (void)found;
    sort_distinct(&distinct);
    uint8_t head[HEAD_BYTES];
    fl_store_le32(head, (uint32_t)distinct.count);
    return fl_buffer_append(out, head, sizeof head) &&
           fl_bits_pack(distinct.values, distinct.count,
                        fl_bits_width(fl_integer_range(page->min, page->max)), 0, out) &&
           encode_numbers(page, &distinct, out);
}

static fl_status read_distinct(struct fl_cursor *cursor, int64_t min, int64_t max, size_t count,
                               uint64_t distances[DISTINCT_MAX], uint32_t *distinct_count,
                               struct fl_error *error)
{
    const size_t size = fl_cursor_left(cursor);
    const unsigned width = fl_bits_width(fl_integer_range(min, max));
    if (!fl_cursor_take32(cursor, distinct_count))
        return fl_fail(error, FL_CORRUPT, "dictionary page: %zu bytes, its head alone has %d", size,
                       (int)HEAD_BYTES);
    if (*distinct_count == 0 || *distinct_count > DISTINCT_MAX)
        return fl_fail(error, FL_CORRUPT, "dictionary page: %u distinct values, 1 to %d", *distinct_count,
                       (int)DISTINCT_MAX);
    const size_t wanted = dictionary_bytes(count, *distinct_count, width);
    if (size != wanted)
        return fl_fail(error, FL_CORRUPT,
                       "dictionary page: %zu bytes, %zu values, %u of them distinct, take %zu", size, count,
                       *distinct_count, wanted);
    const uint8_t *bytes = fl_cursor_take(cursor, fl_bits_size(*distinct_count, width));
    if (!fl_bits_unpack(bytes, *distinct_count, width, distances))
        return fl_fail(error, FL_CORRUPT, "dictionary page: unused bits after its values are not zero");
    for (uint32_t i = 1; i < *distinct_count; i++) {
        if (distances[i] <= distances[i - 1])
            return fl_fail(error, FL_CORRUPT, "dictionary page: value %u is not above the one before it", i);
    }
    if (distances[*distinct_count - 1] > fl_integer_range(min, max))
        return fl_fail(error, FL_CORRUPT, "dictionary page: a value lies past the page's max");
    return FL_OK;
}

/* Kernels: numbers, all of them inside the dictionary, to values. */
#define DEFINE_LOOK_UP(name, type)                                                                           \
    static void look_up_##name(const uint32_t *numbers, size_t count, const uint64_t *distances,             \
                               int64_t min, type *values)                                                    \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++)                                                                   \
            values[i] = (type)fl_integer_at(min, distances[numbers[i]]);                                     \
    }
DEFINE_LOOK_UP(8, uint8_t)
DEFINE_LOOK_UP(32, uint32_t)
DEFINE_LOOK_UP(64, int64_t)
#undef DEFINE_LOOK_UP

static void look_up(const uint32_t *numbers, size_t count, const uint64_t *distances, int64_t min,
                    enum fl_lane lane, void *values)
{
    switch (lane) {
    case FL_LANE_8:
        look_up_8(numbers, count, distances, min, values);
        return;
    case FL_LANE_32:
        look_up_32(numbers, count, distances, min, values);
        return;
    case FL_LANE_64:
        look_up_64(numbers, count, distances, min, values);
    }
}

static fl_status dictionary_decode(const uint8_t *bytes, size_t size, int64_t min, int64_t max, size_t count,
                                   enum fl_lane lane, void *values, struct fl_error *error)
{
    struct fl_cursor cursor = fl_cursor_over(bytes, size);
    uint64_t distances[DISTINCT_MAX];
    uint32_t distinct_count = 0;
    fl_status status = read_distinct(&cursor, min, max, count, distances, &distinct_count, error);
    if (status != FL_OK)
        return status;
    const unsigned width = fl_bits_width(distinct_count - 1);
    if (!fl_bits_end_is_clean(cursor.at, count, width))
        return fl_fail(error, FL_CORRUPT, "dictionary page: unused bits at its end are not zero");
    for (size_t done = 0; done < count; done += CHUNK) {
        uint32_t numbers[CHUNK];
        const size_t part = count - done < CHUNK ? count - done : CHUNK;
        const uint64_t largest =
            fl_unpack_to_lanes(cursor.at + done / 8 * width, part, width, 0, FL_LANE_32, numbers);
        if (largest >= distinct_count)
            return fl_fail(error, FL_CORRUPT, "dictionary page: number %ju of %u distinct values",
                           (uintmax_t)largest, distinct_count);
        look_up(numbers, part, distances, min, lane, (uint8_t *)values + done * lane);
    }
    return FL_OK;
}

const struct fl_integer_codec fl_dictionary_codec = {dictionary_size, dictionary_encode, dictionary_decode};
