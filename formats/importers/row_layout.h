/* row_layout.h - one row packed into bytes: how it is laid out, read, compared. */
#ifndef FORMATS_IMPORTERS_ROW_LAYOUT_H
#define FORMATS_IMPORTERS_ROW_LAYOUT_H

#include "formats/importers/mapping.h"
#include "formats/importers/word_pool.h"

enum { FL_ROW_COLUMNS_MAX = 32 };

/*     null bits | one slot a column, as wide as its storage | length (4) and bytes of each TEXT column
 * A WORD is its number in the column's pool. Slots of nulls are zero, their texts empty. */
struct fl_row_slot {
    enum fl_storage storage;
    uint16_t offset; /* of the slot; TEXT: which of the row's texts it is */
    const struct fl_word_pool *pool;
};
struct fl_row_layout {
    size_t column_count, text_count, fixed_bytes;
    struct fl_row_slot slots[FL_ROW_COLUMNS_MAX];
};

/* Adds the next column; the order of columns is the order of rows. `pool` is for WORD only, borrowed. */
void fl_row_layout_add(struct fl_row_layout *layout, enum fl_storage storage,
                       const struct fl_word_pool *pool);
/* After the last column: places the slots. */
void fl_row_layout_close(struct fl_row_layout *layout);

/* The cell of a WORD column holds its number here. */
size_t fl_row_packed_bytes(const struct fl_row_layout *layout, const struct fl_cell *cells);
void fl_row_pack(const struct fl_row_layout *layout, const struct fl_cell *cells, uint8_t *row);
size_t fl_row_bytes(const struct fl_row_layout *layout, const uint8_t *row);
/* Text is borrowed from the row. */
struct fl_cell fl_row_cell(const struct fl_row_layout *layout, const uint8_t *row, size_t column);

/* By the first `columns` columns: null first, numbers by value, words and texts by their bytes. */
int fl_row_compare(const struct fl_row_layout *layout, const uint8_t *a, const uint8_t *b, size_t columns);
/* A 128-bit prefix of that order (see entry_sort.h). The first column must not be null. */
void fl_row_prefix(const struct fl_row_layout *layout, const uint8_t *row, uint64_t *high, uint64_t *low);

#endif
