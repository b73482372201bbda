/* row_layout.h - one row packed into bytes: how it is laid out, read, compared. */
#ifndef FORMATS_IMPORTERS_ROW_LAYOUT_H
#define FORMATS_IMPORTERS_ROW_LAYOUT_H

#include "formats/base/bytes.h"
#include "formats/importers/mapping.h"
#include "formats/importers/word_pool.h"

enum {
    FL_ROW_COLUMNS_MAX = 32,
    /* Numbers are written and read eight bytes at a time, without a branch on how wide they are: as many
     * bytes must be there behind the end of a row, whatever they hold. */
    FL_ROW_SLACK_BYTES = 8,
    FL_NULLS_BYTES = 4
};

/*     nulls (4): bit i is column i | each column that is not null, in order: a number in as many bytes as its
 *                                    storage needs; a TEXT's length (4), then its bytes
 * A WORD is its number in the column's pool, and takes 3 bytes as words are at most 2^20; so does an I32,
 * which is a day or a second. Most columns of an interaction are null. So a row takes a third of what plain
 * slots would: fewer spills, fewer pages to touch, fewer cache misses. */
struct fl_row_slot {
    enum fl_storage storage;
    uint8_t width;
    uint8_t source;      /* the cell it is packed from */
    uint64_t mask, sign; /* the bits of a number, and of those the one that says it is below zero */
    const struct fl_word_pool *pool;
};
struct fl_row_layout {
    size_t column_count;
    size_t widest_bytes; /* of a row without nulls, its texts empty */
    size_t text_columns[FL_ROW_COLUMNS_MAX], text_count;
    uint32_t text_mask; /* of the null bits */
    struct fl_row_slot slots[FL_ROW_COLUMNS_MAX];
    uint8_t slot_of[FL_ROW_COLUMNS_MAX];     /* of each source that has one */
    uint32_t sources;                        /* a bit for each of them */
    uint8_t null_bytes[FL_NULLS_BYTES][256]; /* by each byte of the nulls: what those columns would take */
};

/* Adds the next column; the order of columns is the order of rows. `pool` is for WORD only, borrowed.
 * `source` is the index of its cell, ascending. */
void fl_row_layout_add(struct fl_row_layout *layout, enum fl_storage storage, size_t source,
                       const struct fl_word_pool *pool);

/* The most that the packed row takes. Bit i of `filled` says that cells[i] has a value; no other cell is
 * looked at. The cell of a WORD column holds its number here. */
size_t fl_row_bytes_max(const struct fl_row_layout *layout, const struct fl_cell *cells, uint32_t filled);
/* Returns the row's size. */
size_t fl_row_pack(const struct fl_row_layout *layout, const struct fl_cell *cells, uint32_t filled,
                   uint8_t *row);
size_t fl_row_bytes(const struct fl_row_layout *layout, const uint8_t *row);
/* What its null columns would take beside, texts empty: together with fl_row_bytes() as much as
 * fl_row_bytes_max() said. */
size_t fl_row_null_bytes(const struct fl_row_layout *layout, const uint8_t *row);
/* Text is borrowed from the row. */
struct fl_cell fl_row_cell(const struct fl_row_layout *layout, const uint8_t *row, size_t column);

/* By the first `columns` columns: null first, numbers by value, words and texts by their bytes. */
int fl_row_compare(const struct fl_row_layout *layout, const uint8_t *a, const uint8_t *b, size_t columns);
/* The start of that order (see entry_sort.h). The first column must not be null. */
void fl_row_prefix(const struct fl_row_layout *layout, const uint8_t *row, uint64_t *high, uint32_t *low);

/* Reads a row from its first column on: one call for each column, in order. */
struct fl_row_walk {
    const uint8_t *at;
    uint32_t nulls; /* lowest bit: the next column */
};

static inline uint32_t fl_row_nulls(const uint8_t *row)
{
    return fl_load_le32(row);
}

static inline struct fl_row_walk fl_row_walk_from(const uint8_t *row)
{
    return (struct fl_row_walk){row + 4, fl_row_nulls(row)};
}

/* Whether the next column is null, which is then passed. */
static inline bool fl_row_walk_null(struct fl_row_walk *walk)
{
    const bool null = (walk->nulls & 1) != 0;
    walk->nulls >>= 1;
    return null;
}

/* The next column's number: after fl_row_walk_null() said no. */
static inline int64_t fl_row_walk_number(struct fl_row_walk *walk, const struct fl_row_slot *slot)
{
    const uint64_t bits = fl_load_le64(walk->at) & slot->mask;
    walk->at += slot->width;
    return (int64_t)((bits ^ slot->sign) - slot->sign);
}

/* Puts another number in a WORD's place, `at` in its row. */
static inline void fl_row_put_word(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)number;
    at[1] = (uint8_t)(number >> 8);
    at[2] = (uint8_t)(number >> 16);
}

/* A TEXT's bytes, after fl_row_walk_null() said no. */
static inline struct fl_text fl_row_walk_text(struct fl_row_walk *walk)
{
    const struct fl_text text = {(const char *)walk->at + 4, fl_load_le32(walk->at)};
    walk->at += 4 + text.size;
    return text;
}

#endif
