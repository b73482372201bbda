/* damage_bytes.c - damage that knows nothing of formats: bits, bytes, sectors, ends, mixtures of two files.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/malformed/damage.h"

enum {
    /* Table files up to this size have each byte set to each value: 256 cases a byte. */
    BYTE_VALUES_SIZE_MAX = 6000,
    UNIT_BYTES = 64, /* what pages are aligned to */
    SECTOR_BYTES = 512,
    PAGE_BYTES = 4096,
    INSERTS = 3,
    DELETES = 4
};

void damage_resize(struct fl_buffer *buffer, size_t size)
{
    if (!fl_buffer_reserve(buffer, size + (size == 0)))
        abort();
    buffer->size = size;
}

void damage_append(struct fl_buffer *buffer, const void *bytes, size_t size)
{
    if (!fl_buffer_append(buffer, bytes, size))
        abort();
}

struct damage_pair damage_pair_at(uint64_t index)
{
    /* Pair number index of (0,1) (0,2) (1,2) (0,3) ...: j is the largest with j * (j - 1) / 2 <= index. */
    uint64_t j = (uint64_t)((1 + sqrt(1 + 8 * (double)index)) / 2);
    while (damage_pairs(j) > index)
        j--;
    while (damage_pairs(j + 1) <= index)
        j++;
    return (struct damage_pair){(size_t)(index - damage_pairs(j)), (size_t)j};
}

/* ---- bits and bytes ---- */

static uint64_t count_bits(const struct damage_source *source)
{
    return 8 * (uint64_t)source->bytes.size;
}

static void flip_bit(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    bytes->bytes[index / 8] ^= (uint8_t)(1u << index % 8);
}

static uint64_t count_bytes(const struct damage_source *source)
{
    return source->bytes.size;
}

static void clear_byte(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    bytes->bytes[index] = 0;
}

static void fill_byte(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    bytes->bytes[index] = 0xFF;
}

static uint64_t count_byte_values(const struct damage_source *source)
{
    const bool is_small_table = source->parts != NULL && source->bytes.size <= BYTE_VALUES_SIZE_MAX;
    return is_small_table ? 256 * (uint64_t)source->bytes.size : 0;
}

static void set_byte(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    bytes->bytes[index / 256] = (uint8_t)(index % 256);
}

/* ---- bytes too few or too many ---- */

static void cut(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    bytes->size = index;
}

static uint64_t count_inserts(const struct damage_source *source)
{
    return INSERTS * ((uint64_t)source->bytes.size + 1);
}

/* A byte that is 00, FF or that before it. */
static void insert_byte(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const size_t at = index / INSERTS;
    const uint8_t before = at == 0 ? 'F' : source->bytes.bytes[at - 1];
    const uint8_t values[INSERTS] = {0, 0xFF, before};
    damage_resize(bytes, source->bytes.size + 1);
    memmove(bytes->bytes + at + 1, bytes->bytes + at, source->bytes.size - at);
    bytes->bytes[at] = values[index % INSERTS];
}

static uint64_t count_deletes(const struct damage_source *source)
{
    return DELETES * (uint64_t)source->bytes.size;
}

static void delete_bytes(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    static const size_t sizes[DELETES] = {1, 2, 8, UNIT_BYTES};
    const size_t at = index / DELETES, left = source->bytes.size - at;
    const size_t size = sizes[index % DELETES] < left ? sizes[index % DELETES] : left;
    memmove(bytes->bytes + at, bytes->bytes + at + size, left - size);
    bytes->size -= size;
}

/* ---- sectors ---- */

static void clear_window(struct fl_buffer *bytes, size_t at, size_t size)
{
    const size_t left = bytes->size - at;
    memset(bytes->bytes + at, 0, size < left ? size : left);
}

static void clear_sector(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    clear_window(bytes, index, SECTOR_BYTES);
}

static void clear_page(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    clear_window(bytes, index, PAGE_BYTES);
}

static uint64_t count_two(const struct damage_source *source)
{
    (void)source;
    return 2;
}

static void fill_all(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    memset(bytes->bytes, index == 0 ? 0 : 0xFF, bytes->size);
}

static uint64_t count_unit_pairs(const struct damage_source *source)
{
    return damage_pairs(source->bytes.size / UNIT_BYTES);
}

static void swap_units(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const struct damage_pair pair = damage_pair_at(index);
    const uint8_t *from = source->bytes.bytes;
    memcpy(bytes->bytes + pair.i * UNIT_BYTES, from + pair.j * UNIT_BYTES, UNIT_BYTES);
    memcpy(bytes->bytes + pair.j * UNIT_BYTES, from + pair.i * UNIT_BYTES, UNIT_BYTES);
}

/* ---- mixtures: a write that was torn, a sector of another time or file ---- */

static size_t smaller(const struct fl_buffer *one, const struct fl_buffer *other)
{
    return one->size < other->size ? one->size : other->size;
}

/* The front of the file, the rest of the other one. Whole files are no damage: not all or nothing of either.
 */
static void tear(const struct fl_buffer *rest, uint64_t index, struct fl_buffer *bytes)
{
    const size_t at = index + 1;
    if (memcmp(rest->bytes, bytes->bytes, at) == 0)
        return;
    damage_resize(bytes, rest->size);
    memcpy(bytes->bytes + at, rest->bytes + at, rest->size - at);
}

static uint64_t count_tears(const struct damage_source *source, const struct fl_buffer *rest)
{
    const size_t size = smaller(&source->bytes, rest);
    return size == 0 ? 0 : size - 1;
}

static uint64_t count_tears_older(const struct damage_source *source)
{
    return count_tears(source, &source->older);
}

static void tear_older(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    tear(&source->older, index, bytes);
}

static uint64_t count_tears_other(const struct damage_source *source)
{
    return count_tears(source, &source->other);
}

static void tear_other(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    tear(&source->other, index, bytes);
}

/* A window of `size` bytes from any place on; one that makes the whole other file of it is no damage. */
static void take_window(const struct fl_buffer *from, uint64_t at, size_t size, struct fl_buffer *bytes)
{
    const size_t left = smaller(bytes, from) - at;
    memcpy(bytes->bytes + at, from->bytes + at, size < left ? size : left);
}

static uint64_t count_older_sectors(const struct damage_source *source)
{
    return smaller(&source->bytes, &source->older);
}

static bool is_older(const struct damage_source *source, const struct fl_buffer *bytes)
{
    return source->older.size == bytes->size && memcmp(source->older.bytes, bytes->bytes, bytes->size) == 0;
}

static void take_older_sector(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    take_window(&source->older, index, SECTOR_BYTES, bytes);
    if (is_older(source, bytes))
        memcpy(bytes->bytes, source->bytes.bytes, bytes->size);
}

static uint64_t count_other_sectors(const struct damage_source *source)
{
    return smaller(&source->bytes, &source->other);
}

static void take_other_sector(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    take_window(&source->other, index, SECTOR_BYTES, bytes);
}

const struct damage damage_of_bytes[] = {
    {"a bit flipped", count_bits, flip_bit},
    {"a byte 00", count_bytes, clear_byte},
    {"a byte FF", count_bytes, fill_byte},
    {"a byte of each value", count_byte_values, set_byte},
    {"cut", count_bytes, cut},
    {"a byte inserted", count_inserts, insert_byte},
    {"bytes deleted", count_deletes, delete_bytes},
    {"512 bytes zeroed", count_bytes, clear_sector},
    {"4096 bytes zeroed", count_bytes, clear_page},
    {"all bytes alike", count_two, fill_all},
    {"64 bytes swapped", count_unit_pairs, swap_units},
    {"the rest is older", count_tears_older, tear_older},
    {"the rest is another file's", count_tears_other, tear_other},
    {"512 bytes older", count_older_sectors, take_older_sector},
    {"512 bytes of another file", count_other_sectors, take_other_sector},
};
const size_t damage_of_bytes_count = sizeof damage_of_bytes / sizeof damage_of_bytes[0];
