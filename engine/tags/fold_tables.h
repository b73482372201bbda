/* fold_tables.h - what folding knows of each character, as a table of two steps. */
#ifndef ENGINE_TAGS_FOLD_TABLES_H
#define ENGINE_TAGS_FOLD_TABLES_H

#include "engine/kernels/fold_kernels.h"
#include "engine/tags/letters.h"
#include "engine/tags/unicode.h"
#include "formats/base/bytes.h"

enum {
    FL_FOLD_PAGE_SHIFT = 8,
    FL_FOLD_PAGE_CHARACTERS = 1 << FL_FOLD_PAGE_SHIFT,
    FL_FOLD_PAGES = FL_UNICODE_END >> FL_FOLD_PAGE_SHIFT
};

/* An entry: the folded form's bytes, the first one lowest; above them how it is made, whether it is one
 * character of as many bytes as the original, and the letter. */
enum fl_fold_way {
    FL_FOLD_SAME,          /* its own form */
    FL_FOLD_BYTES_MAX = 3, /* up to here: so many bytes of the entry */
    FL_FOLD_LONGER,        /* a longer form */
    FL_FOLD_JOINS          /* belongs to the cluster of the character in front */
};
enum {
    FL_FOLD_WAY_SHIFT = 24,
    FL_FOLD_WAY_MASK = 7,
    FL_FOLD_KEEPS_PLACE = 1 << 27,
    FL_FOLD_LETTER_SHIFT = 28
};

/* Made by the build (fold_table_maker.c): the distinct pages, and which of them each stretch of characters
 * has. */
extern const uint32_t fl_fold_entries[];
extern const uint16_t fl_fold_pages[FL_FOLD_PAGES];

struct fl_fold {
    const struct fl_fold_kernels *kernels;
    const uint32_t *entries;
    const uint16_t *pages;
};

static inline uint32_t fl_fold_entry(const struct fl_fold *fold, uint32_t character)
{
    const size_t page = fold->pages[character >> FL_FOLD_PAGE_SHIFT];
    return fold->entries[page << FL_FOLD_PAGE_SHIFT | character % FL_FOLD_PAGE_CHARACTERS];
}

static inline enum fl_fold_way fl_fold_way_of(uint32_t entry)
{
    return (enum fl_fold_way)(entry >> FL_FOLD_WAY_SHIFT & FL_FOLD_WAY_MASK);
}

/* The four bytes from there on, the first one lowest; those behind the end are 0, which continues no
 * character. */
static inline uint32_t fl_utf8_word(const uint8_t *bytes, size_t size)
{
    uint32_t word = 0;
    if (size >= sizeof word)
        return fl_load_le32(bytes);
    for (size_t i = 0; i < size; i++)
        word |= (uint32_t)bytes[i] << 8 * i;
    return word;
}

/* The character that a word begins with, and its size; 0: its first byte begins none. */
static inline size_t fl_utf8_decode(uint32_t word, uint32_t *character)
{
    if ((word & 0x80) == 0) {
        *character = word & 0x7F;
        return 1;
    }
    if ((word & 0xC0C0F0) == 0x8080E0) {
        *character = (word & 0xF) << 12 | (word >> 2 & 0xFC0) | (word >> 16 & 0x3F);
        return *character >= 0x800 && *character >> 11 != 0xD800 >> 11 ? 3 : 0;
    }
    if ((word & 0xC0E0) == 0x80C0) {
        *character = (word & 0x1F) << 6 | (word >> 8 & 0x3F);
        return *character >= 0x80 ? 2 : 0;
    }
    if ((word & 0xC0C0C0F8) == 0x808080F0) {
        *character = (word & 7) << 18 | (word << 4 & 0x3F000) | (word >> 10 & 0xFC0) | (word >> 24 & 0x3F);
        return *character >= 0x10000 && *character < FL_UNICODE_END ? 4 : 0;
    }
    return 0;
}

/* The character at a byte of a text; returns its size. A byte that is no UTF-8 is U+FFFD by itself. */
static inline size_t fl_fold_read(struct fl_text text, size_t at, uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes + at;
    const size_t size = fl_utf8_decode(fl_utf8_word(bytes, text.size - at), character);
    if (size != 0)
        return size;
    *character = FL_UNICODE_REPLACEMENT;
    return 1;
}

/* Returns the size; the character is none of the surrogates. */
static inline size_t fl_utf8_encode(uint32_t character, uint8_t bytes[4])
{
    if (character < 0x80) {
        bytes[0] = (uint8_t)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (uint8_t)(0xC0 | character >> 6);
        bytes[1] = (uint8_t)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        bytes[0] = (uint8_t)(0xE0 | character >> 12);
        bytes[1] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
        bytes[2] = (uint8_t)(0x80 | (character & 0x3F));
        return 3;
    }
    bytes[0] = (uint8_t)(0xF0 | character >> 18);
    bytes[1] = (uint8_t)(0x80 | (character >> 12 & 0x3F));
    bytes[2] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
    bytes[3] = (uint8_t)(0x80 | (character & 0x3F));
    return 4;
}

/* By letters.c: what the table is told of a character. */
enum fl_letter fl_letter_find(uint32_t character);

#endif
