/* row_layout.c - packs the cells of a row so that a row takes few bytes while it waits to be sorted. */
#include "formats/importers/row_layout.h"

#include <assert.h>

#include "formats/base/bytes.h"
#include "formats/importers/entry_sort.h"

enum { TEXT_LENGTH_BYTES = 4 };

static size_t storage_bytes(enum fl_storage storage)
{
    switch (storage) {
    case FL_STORAGE_U8:
        return 1;
    case FL_STORAGE_I32:
    case FL_STORAGE_WORD:
        return 4;
    case FL_STORAGE_I64:
        return 8;
    case FL_STORAGE_TEXT:
        break;
    }
    return 0;
}

void fl_row_layout_add(struct fl_row_layout *layout, enum fl_storage storage, const struct fl_word_pool *pool)
{
    assert(layout->column_count < FL_ROW_COLUMNS_MAX);
    layout->slots[layout->column_count++] = (struct fl_row_slot){.storage = storage, .pool = pool};
}

void fl_row_layout_close(struct fl_row_layout *layout)
{
    layout->fixed_bytes = (layout->column_count + 7) / 8;
    layout->text_count = 0;
    for (size_t i = 0; i < layout->column_count; i++) {
        struct fl_row_slot *slot = &layout->slots[i];
        const bool is_text = slot->storage == FL_STORAGE_TEXT;
        slot->offset = (uint16_t)(is_text ? layout->text_count++ : layout->fixed_bytes);
        layout->fixed_bytes += storage_bytes(slot->storage);
    }
}

size_t fl_row_packed_bytes(const struct fl_row_layout *layout, const struct fl_cell *cells)
{
    size_t size = layout->fixed_bytes + layout->text_count * TEXT_LENGTH_BYTES;
    for (size_t i = 0; layout->text_count > 0 && i < layout->column_count; i++) {
        if (layout->slots[i].storage == FL_STORAGE_TEXT && !cells[i].null)
            size += cells[i].text.size;
    }
    return size;
}

static void pack_number(enum fl_storage storage, int64_t number, uint8_t *at)
{
    if (storage == FL_STORAGE_U8)
        *at = (uint8_t)number;
    else if (storage == FL_STORAGE_I64)
        fl_store_le64(at, (uint64_t)number);
    else
        fl_store_le32(at, (uint32_t)number);
}

static uint8_t *pack_text(const struct fl_cell *cell, uint8_t *at)
{
    const size_t size = cell->null ? 0 : cell->text.size;
    fl_store_le32(at, (uint32_t)size);
    at += TEXT_LENGTH_BYTES;
    if (size > 0)
        memcpy(at, cell->text.bytes, size);
    return at + size;
}

void fl_row_pack(const struct fl_row_layout *layout, const struct fl_cell *cells, uint8_t *row)
{
    memset(row, 0, (layout->column_count + 7) / 8);
    uint8_t *text = row + layout->fixed_bytes;
    for (size_t i = 0; i < layout->column_count; i++) {
        const struct fl_row_slot *slot = &layout->slots[i];
        if (cells[i].null)
            row[i / 8] = (uint8_t)(row[i / 8] | 1u << (i % 8));
        if (slot->storage == FL_STORAGE_TEXT)
            text = pack_text(&cells[i], text);
        else
            pack_number(slot->storage, cells[i].null ? 0 : cells[i].number, row + slot->offset);
    }
}

size_t fl_row_bytes(const struct fl_row_layout *layout, const uint8_t *row)
{
    size_t size = layout->fixed_bytes;
    for (size_t i = 0; i < layout->text_count; i++)
        size += TEXT_LENGTH_BYTES + fl_load_le32(row + size);
    return size;
}

static bool is_null(const uint8_t *row, size_t column)
{
    return (row[column / 8] >> (column % 8) & 1) != 0;
}

static int64_t number_at(const struct fl_row_slot *slot, const uint8_t *row)
{
    const uint8_t *at = row + slot->offset;
    if (slot->storage == FL_STORAGE_U8)
        return *at;
    if (slot->storage == FL_STORAGE_I64)
        return (int64_t)fl_load_le64(at);
    const uint32_t stored = fl_load_le32(at);
    return slot->storage == FL_STORAGE_I32 ? (int64_t)(int32_t)stored : (int64_t)stored;
}

static struct fl_text text_at(const struct fl_row_layout *layout, const uint8_t *row, size_t text)
{
    const uint8_t *at = row + layout->fixed_bytes;
    for (size_t i = 0; i < text; i++)
        at += TEXT_LENGTH_BYTES + fl_load_le32(at);
    return (struct fl_text){(const char *)at + TEXT_LENGTH_BYTES, fl_load_le32(at)};
}

struct fl_cell fl_row_cell(const struct fl_row_layout *layout, const uint8_t *row, size_t column)
{
    const struct fl_row_slot *slot = &layout->slots[column];
    struct fl_cell cell = {.null = is_null(row, column)};
    if (slot->storage == FL_STORAGE_TEXT)
        cell.text = text_at(layout, row, slot->offset);
    else
        cell.number = number_at(slot, row);
    return cell;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare_column(const struct fl_row_layout *layout, const uint8_t *a, const uint8_t *b,
                          size_t column)
{
    const bool a_null = is_null(a, column), b_null = is_null(b, column);
    if (a_null || b_null)
        return (int)b_null - (int)a_null;
    const struct fl_row_slot *slot = &layout->slots[column];
    if (slot->storage == FL_STORAGE_TEXT)
        return fl_text_compare(text_at(layout, a, slot->offset), text_at(layout, b, slot->offset));
    if (slot->storage == FL_STORAGE_WORD)
        return fl_word_pool_compare(slot->pool, (uint32_t)number_at(slot, a), (uint32_t)number_at(slot, b));
    return compare_numbers(number_at(slot, a), number_at(slot, b));
}

int fl_row_compare(const struct fl_row_layout *layout, const uint8_t *a, const uint8_t *b, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        const int difference = compare_column(layout, a, b, i);
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
static uint64_t top_bits(const struct fl_row_layout *layout, const uint8_t *row, size_t column)
{
    const struct fl_row_slot *slot = &layout->slots[column];
    if (is_null(row, column))
        return 0;
    switch (slot->storage) {
    case FL_STORAGE_TEXT:
        return fl_sort_prefix(text_at(layout, row, slot->offset), 0);
    case FL_STORAGE_WORD:
        return fl_sort_prefix(fl_word_pool_text(slot->pool, (uint32_t)number_at(slot, row)), 0);
    default:
        return biased(number_at(slot, row));
    }
}

/* As many following columns as fit: narrow ones whole, with 0 for null and value + 1 else, then the top of
 * the next. Customer, day, type, and 22 bits of the order id for interactions. */
static uint64_t prefix_of_rest(const struct fl_row_layout *layout, const uint8_t *row)
{
    uint64_t prefix = 0;
    unsigned left_bits = 64;
    for (size_t i = 1; i < layout->column_count; i++) {
        const enum fl_storage storage = layout->slots[i].storage;
        const unsigned bits = storage == FL_STORAGE_U8 ? 9 : 33;
        if ((storage != FL_STORAGE_U8 && storage != FL_STORAGE_I32) || bits > left_bits)
            return left_bits == 0 ? prefix : prefix | top_bits(layout, row, i) >> (64 - left_bits);
        left_bits -= bits;
        const int64_t least = storage == FL_STORAGE_U8 ? 0 : INT32_MIN;
        if (!is_null(row, i))
            prefix |= (uint64_t)(number_at(&layout->slots[i], row) - least + 1) << left_bits;
    }
    return prefix;
}

void fl_row_prefix(const struct fl_row_layout *layout, const uint8_t *row, uint64_t *high, uint64_t *low)
{
    const struct fl_row_slot *first = &layout->slots[0];
    assert(!is_null(row, 0));
    *high = top_bits(layout, row, 0);
    if (first->storage == FL_STORAGE_WORD)
        *low = fl_sort_prefix(fl_word_pool_text(first->pool, (uint32_t)number_at(first, row)), 8);
    else
        *low = prefix_of_rest(layout, row);
}
