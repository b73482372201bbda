/* row_layout.c - packs the cells of a row so that a row takes few bytes while it waits to be sorted. */
#include "formats/importers/row_layout.h"

#include <assert.h>

#include "formats/base/civil.h"
#include "formats/importers/entry_sort.h"

enum { NULLS_BYTES = FL_NULLS_BYTES, TEXT_LENGTH_BYTES = 4 };
_Static_assert(FL_ROW_COLUMNS_MAX <= 8 * FL_NULLS_BYTES, "a bit for each column");

/* See the layout in row_layout.h. */
_Static_assert(FL_DAY_MIN >= -(1 << 23) && FL_DAY_MAX < 1 << 23, "a day fits 3 bytes");
_Static_assert(FL_DICTIONARY_WORDS_MAX <= 1u << 24, "a word's number fits 3 bytes");

static uint8_t width_of(enum fl_storage storage)
{
    switch (storage) {
    case FL_STORAGE_U8:
        return 1;
    case FL_STORAGE_I32:
    case FL_STORAGE_WORD:
        return 3;
    case FL_STORAGE_I64:
        return 8;
    case FL_STORAGE_TEXT:
        break;
    }
    return TEXT_LENGTH_BYTES;
}

/* The widths of eight columns are at most 64 together. */
static void note_null_bytes(uint8_t null_bytes[256], unsigned bit, uint8_t width)
{
    for (size_t nulls = 0; nulls < 256; nulls++)
        null_bytes[nulls] = (uint8_t)(null_bytes[nulls] + ((nulls >> bit & 1) != 0 ? width : 0));
}

void fl_row_layout_add(struct fl_row_layout *layout, enum fl_storage storage, size_t source,
                       const struct fl_word_pool *pool)
{
    assert(layout->column_count < FL_ROW_COLUMNS_MAX && source < FL_ROW_COLUMNS_MAX);
    assert(layout->sources >> source == 0);
    const uint8_t width = width_of(storage);
    const bool has_sign = storage == FL_STORAGE_I32 || storage == FL_STORAGE_I64;
    if (layout->column_count == 0)
        layout->widest_bytes = NULLS_BYTES;
    layout->widest_bytes += width;
    if (storage == FL_STORAGE_TEXT) {
        layout->text_mask |= (uint32_t)1 << layout->column_count;
        layout->text_columns[layout->text_count++] = layout->column_count;
    }
    note_null_bytes(layout->null_bytes[layout->column_count / 8], layout->column_count % 8, width);
    layout->slot_of[source] = (uint8_t)layout->column_count;
    layout->sources |= (uint32_t)1 << source;
    layout->slots[layout->column_count++] = (struct fl_row_slot){
        .storage = storage,
        .width = width,
        .source = (uint8_t)source,
        .mask = UINT64_MAX >> (64 - 8 * width),
        .sign = has_sign ? (uint64_t)1 << (8 * width - 1) : 0,
        .pool = pool,
    };
}

size_t fl_row_bytes_max(const struct fl_row_layout *layout, const struct fl_cell *cells, uint32_t filled)
{
    size_t size = layout->widest_bytes;
    for (size_t i = 0; i < layout->text_count; i++) {
        const uint8_t source = layout->slots[layout->text_columns[i]].source;
        size += (filled >> source & 1) != 0 ? cells[source].text.size : 0;
    }
    return size;
}

static uint8_t *pack_text(struct fl_text text, uint8_t *at)
{
    fl_store_le32(at, (uint32_t)text.size);
    at += TEXT_LENGTH_BYTES;
    if (text.size > 0)
        memcpy(at, text.bytes, text.size);
    return at + text.size;
}

size_t fl_row_pack(const struct fl_row_layout *layout, const struct fl_cell *cells, uint32_t filled,
                   uint8_t *row)
{
    uint32_t nulls = (uint32_t)(((uint64_t)1 << layout->column_count) - 1);
    uint8_t *at = row + NULLS_BYTES;
    for (uint32_t left = filled & layout->sources; left != 0; left &= left - 1) {
        const unsigned source = (unsigned)__builtin_ctz(left);
        const uint8_t slot = layout->slot_of[source];
        nulls ^= (uint32_t)1 << slot;
        if (layout->slots[slot].storage == FL_STORAGE_TEXT) {
            at = pack_text(cells[source].text, at);
            continue;
        }
        fl_store_le64(at, (uint64_t)cells[source].number);
        at += layout->slots[slot].width;
    }
    fl_store_le32(row, nulls);
    return (size_t)(at - row);
}

/* Of a row with texts: where each one starts depends on the one before it. */
static size_t bytes_with_texts(const struct fl_row_layout *layout, const uint8_t *row)
{
    struct fl_row_walk walk = fl_row_walk_from(row);
    for (size_t i = 0; i < layout->column_count; i++) {
        if (fl_row_walk_null(&walk))
            continue;
        if (layout->slots[i].storage == FL_STORAGE_TEXT)
            (void)fl_row_walk_text(&walk);
        else
            walk.at += layout->slots[i].width;
    }
    return (size_t)(walk.at - row);
}

size_t fl_row_null_bytes(const struct fl_row_layout *layout, const uint8_t *row)
{
    const uint32_t nulls = fl_row_nulls(row);
    return (size_t)layout->null_bytes[0][nulls & 255] + layout->null_bytes[1][nulls >> 8 & 255] +
           layout->null_bytes[2][nulls >> 16 & 255] + layout->null_bytes[3][nulls >> 24];
}

size_t fl_row_bytes(const struct fl_row_layout *layout, const uint8_t *row)
{
    if ((fl_row_nulls(row) & layout->text_mask) != layout->text_mask)
        return bytes_with_texts(layout, row);
    return layout->widest_bytes - fl_row_null_bytes(layout, row);
}

static struct fl_cell next_cell(struct fl_row_walk *walk, const struct fl_row_slot *slot)
{
    struct fl_cell cell = {.null = fl_row_walk_null(walk)};
    if (cell.null)
        return cell;
    if (slot->storage == FL_STORAGE_TEXT)
        cell.text = fl_row_walk_text(walk);
    else
        cell.number = fl_row_walk_number(walk, slot);
    return cell;
}

struct fl_cell fl_row_cell(const struct fl_row_layout *layout, const uint8_t *row, size_t column)
{
    struct fl_row_walk walk = fl_row_walk_from(row);
    for (size_t i = 0; i < column; i++)
        (void)next_cell(&walk, &layout->slots[i]);
    return next_cell(&walk, &layout->slots[column]);
}

static int compare_values(const struct fl_row_slot *slot, struct fl_row_walk *a, struct fl_row_walk *b)
{
    if (slot->storage == FL_STORAGE_TEXT)
        return fl_text_compare(fl_row_walk_text(a), fl_row_walk_text(b));
    const int64_t left = fl_row_walk_number(a, slot), right = fl_row_walk_number(b, slot);
    if (slot->storage == FL_STORAGE_WORD)
        return fl_word_pool_compare(slot->pool, (uint32_t)left, (uint32_t)right);
    return left < right ? -1 : left > right;
}

int fl_row_compare(const struct fl_row_layout *layout, const uint8_t *a, const uint8_t *b, size_t columns)
{
    struct fl_row_walk left = fl_row_walk_from(a), right = fl_row_walk_from(b);
    for (size_t i = 0; i < columns; i++) {
        const bool left_null = fl_row_walk_null(&left), right_null = fl_row_walk_null(&right);
        if (left_null != right_null)
            return left_null ? -1 : 1;
        const int difference = left_null ? 0 : compare_values(&layout->slots[i], &left, &right);
        if (difference != 0)
            return difference;
    }
    return 0;
}

/* Signed order as unsigned order. */
static uint64_t biased(int64_t number)
{
    return (uint64_t)number ^ (uint64_t)1 << 63;
}

/* The top 64 bits of a column's order. Not one to one (a null and the least value are both zero), so no
 * further column may follow it in a prefix. */
static uint64_t top_bits(struct fl_row_walk *walk, const struct fl_row_slot *slot)
{
    if (fl_row_walk_null(walk))
        return 0;
    if (slot->storage == FL_STORAGE_TEXT)
        return fl_sort_prefix(fl_row_walk_text(walk), 0);
    const int64_t number = fl_row_walk_number(walk, slot);
    return slot->storage == FL_STORAGE_WORD
               ? fl_sort_prefix(fl_word_pool_text(slot->pool, (uint32_t)number), 0)
               : biased(number);
}

enum { DAY_BITS = 22, U8_BITS = 9 };
_Static_assert(FL_DAY_MAX - FL_DAY_MIN + 1 < 1 << DAY_BITS, "a day or nothing fits");

/* As many following columns as fit: narrow ones whole, with 0 for null and value + 1 else, then the top of
 * the next. For interactions: day, type and one bit. */
static uint32_t prefix_of_rest(const struct fl_row_layout *layout, struct fl_row_walk *walk)
{
    uint32_t prefix = 0;
    unsigned left_bits = 32;
    for (size_t i = 1; i < layout->column_count && left_bits > 0; i++) {
        const struct fl_row_slot *slot = &layout->slots[i];
        const unsigned bits = slot->storage == FL_STORAGE_U8 ? U8_BITS : DAY_BITS;
        const bool narrow = slot->storage == FL_STORAGE_U8 || slot->storage == FL_STORAGE_I32;
        if (!narrow || bits > left_bits)
            return prefix | (uint32_t)(top_bits(walk, slot) >> (64 - left_bits));
        left_bits -= bits;
        const int64_t least = slot->storage == FL_STORAGE_U8 ? 0 : FL_DAY_MIN;
        if (!fl_row_walk_null(walk))
            prefix |= (uint32_t)(fl_row_walk_number(walk, slot) - least + 1) << left_bits;
    }
    return prefix;
}

static struct fl_text first_word(const struct fl_row_slot *first, const uint8_t *row)
{
    struct fl_row_walk walk = fl_row_walk_from(row);
    return fl_word_pool_text(first->pool, (uint32_t)fl_row_walk_number(&walk, first));
}

void fl_row_prefix(const struct fl_row_layout *layout, const uint8_t *row, uint64_t *high, uint32_t *low)
{
    struct fl_row_walk walk = fl_row_walk_from(row);
    const struct fl_row_slot *first = &layout->slots[0];
    assert((walk.nulls & 1) == 0);
    *high = top_bits(&walk, first);
    if (first->storage == FL_STORAGE_WORD)
        *low = (uint32_t)(fl_sort_prefix(first_word(first, row), 8) >> 32);
    else
        *low = prefix_of_rest(layout, &walk);
}
