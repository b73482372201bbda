/* flatbuffer_reader.c - checked steps through a FlatBuffer. */
#include "formats/arrow/flatbuffer_reader.h"

#include <assert.h>

#include "formats/base/bytes.h"

/* What the format's lists of places look like: two sizes, then a place for each field. */
enum { PLACE_SIZE = 2, LIST_HEAD_SIZE = 4, OFFSET_SIZE = 4 };

/* Whether `size` bytes lie at `at`; remembers the first time they do not. */
static bool holds(struct fl_flat *flat, size_t at, size_t size, const char *what)
{
    if (flat->broken != NULL)
        return false;
    if (at <= flat->size && size <= flat->size - at)
        return true;
    flat->broken = what;
    return false;
}

/* The place that the offset stored at `at` points to; 0: nowhere. */
static size_t follow(struct fl_flat *flat, size_t at)
{
    if (!holds(flat, at, OFFSET_SIZE, "an offset lies behind the end"))
        return 0;
    /* Both are below 2^32 and size_t has 64 bits: the sum cannot wrap. */
    _Static_assert(sizeof(size_t) == 8, "sums of offsets need room");
    return at + fl_load_le32(flat->bytes + at);
}

static struct fl_flat_table table_at(struct fl_flat *flat, size_t at)
{
    const struct fl_flat_table none = {.flat = flat};
    if (at == 0 || !holds(flat, at, OFFSET_SIZE, "a table lies behind the end"))
        return none;
    const int64_t fields_at = (int64_t)at - (int32_t)fl_load_le32(flat->bytes + at);
    if (fields_at < 0) {
        flat->broken = "a list of fields lies before the start";
        return none;
    }
    if (!holds(flat, (size_t)fields_at, LIST_HEAD_SIZE, "a list of fields lies behind the end"))
        return none;
    const unsigned list_size = fl_load_le16(flat->bytes + fields_at);
    const unsigned table_size = fl_load_le16(flat->bytes + fields_at + PLACE_SIZE);
    if (list_size < LIST_HEAD_SIZE || list_size % PLACE_SIZE != 0 || table_size < OFFSET_SIZE) {
        flat->broken = "a list of fields has an impossible size";
        return none;
    }
    if (!holds(flat, (size_t)fields_at, list_size, "a list of fields lies behind the end") ||
        !holds(flat, at, table_size, "a table lies behind the end"))
        return none;
    return (struct fl_flat_table){flat, at, (size_t)fields_at, (list_size - LIST_HEAD_SIZE) / PLACE_SIZE,
                                  table_size};
}

struct fl_flat_table fl_flat_root(struct fl_flat *flat)
{
    return table_at(flat, follow(flat, 0));
}

/* Where the field's `size` bytes lie; 0: absent. */
static size_t field_at(const struct fl_flat_table *table, unsigned field, unsigned size)
{
    if (table->at == 0 || field >= table->fields || table->flat->broken != NULL)
        return 0;
    const unsigned place =
        fl_load_le16(table->flat->bytes + table->fields_at + LIST_HEAD_SIZE + (size_t)PLACE_SIZE * field);
    if (place == 0)
        return 0;
    if (place + size > table->size) {
        table->flat->broken = "a field lies outside of its table";
        return 0;
    }
    return table->at + place;
}

int8_t fl_flat_int8(const struct fl_flat_table *table, unsigned field, int8_t fallback)
{
    const size_t at = field_at(table, field, 1);
    return at == 0 ? fallback : (int8_t)table->flat->bytes[at];
}

int16_t fl_flat_int16(const struct fl_flat_table *table, unsigned field, int16_t fallback)
{
    const size_t at = field_at(table, field, 2);
    return at == 0 ? fallback : (int16_t)fl_load_le16(table->flat->bytes + at);
}

int32_t fl_flat_int32(const struct fl_flat_table *table, unsigned field, int32_t fallback)
{
    const size_t at = field_at(table, field, 4);
    return at == 0 ? fallback : (int32_t)fl_load_le32(table->flat->bytes + at);
}

int64_t fl_flat_int64(const struct fl_flat_table *table, unsigned field, int64_t fallback)
{
    const size_t at = field_at(table, field, 8);
    return at == 0 ? fallback : (int64_t)fl_load_le64(table->flat->bytes + at);
}

/* Where the field points to; 0: absent. */
static size_t target_of(const struct fl_flat_table *table, unsigned field)
{
    const size_t at = field_at(table, field, OFFSET_SIZE);
    return at == 0 ? 0 : follow(table->flat, at);
}

struct fl_flat_table fl_flat_table(const struct fl_flat_table *table, unsigned field)
{
    return table_at(table->flat, target_of(table, field));
}

struct fl_flat_vector fl_flat_vector(const struct fl_flat_table *table, unsigned field, size_t item_size)
{
    assert(item_size > 0 && item_size < 1024);
    struct fl_flat *flat = table->flat;
    const size_t at = target_of(table, field);
    const struct fl_flat_vector none = {.flat = flat};
    if (at == 0 || !holds(flat, at, OFFSET_SIZE, "a vector lies behind the end"))
        return none;
    const size_t count = fl_load_le32(flat->bytes + at);
    if (!holds(flat, at + OFFSET_SIZE, count * item_size, "a vector lies behind the end"))
        return none;
    return (struct fl_flat_vector){flat, flat->bytes + at + OFFSET_SIZE, count};
}

struct fl_text fl_flat_text(const struct fl_flat_table *table, unsigned field)
{
    const struct fl_flat_vector bytes = fl_flat_vector(table, field, 1);
    return (struct fl_text){(const char *)bytes.items, bytes.count};
}

struct fl_flat_table fl_flat_table_at(const struct fl_flat_vector *vector, size_t index)
{
    assert(index < vector->count);
    struct fl_flat *flat = vector->flat;
    const size_t at = (size_t)(vector->items - flat->bytes) + OFFSET_SIZE * index;
    return table_at(flat, follow(flat, at));
}
