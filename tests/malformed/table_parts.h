/* table_parts.h - a table file taken apart, to be put together again with one thing wrong. */
#ifndef TESTS_MALFORMED_TABLE_PARTS_H
#define TESTS_MALFORMED_TABLE_PARTS_H

#include <stdbool.h>

#include "formats/table/table_layout.h"
#include "formats/base/arena.h"

enum { PARTS_COLUMNS_MAX = 128, PARTS_PAGES_MAX = 1024, PARTS_BLOCKS_MAX = 32 };

struct table_page_part {
    struct fl_page_entry entry;
    uint32_t bind_block;
    uint16_t column_id;
    struct fl_buffer bytes; /* as stored */
    bool keeps_checksum;    /* that of the entry, whatever the bytes */
};

/* Dictionary pages first, then block by block, as in the file. */
struct table_parts {
    struct fl_table_header header;
    struct fl_footer_head head;
    struct fl_column_entry columns[PARTS_COLUMNS_MAX];
    struct table_page_part pages[PARTS_PAGES_MAX];
    struct fl_block_entry blocks[PARTS_BLOCKS_MAX];
    struct fl_buffer facts;
    size_t column_count, dictionary_page_count, block_count, page_count;
    /* Makes the footer lie, after offsets, sizes, checksums have been filled in; may be NULL. */
    void (*lie)(struct table_parts *parts);
};

/* `bytes` is a file that the writer made. */
void table_parts_take(struct table_parts *parts, const struct fl_buffer *bytes);
/* Lays the pages out one after the other, then fills in offsets, stored sizes (unpacked ones too where there
 * is no LZ4 or zstd) and all checksums but those that are kept: what comes out is whole, whatever it says. */
void table_parts_join(struct table_parts *parts, struct fl_buffer *bytes);
void table_parts_release(struct table_parts *parts);

/* The page of a block by column id; the index-th dictionary page of a column. */
struct table_page_part *table_parts_page(struct table_parts *parts, size_t block, uint16_t column_id);
struct table_page_part *table_parts_dictionary(struct table_parts *parts, uint16_t column_id, size_t index);
struct fl_column_entry *table_parts_column(struct table_parts *parts, uint16_t column_id);
/* New bytes of a page, not under LZ4 or zstd. */
void table_page_part_set(struct table_page_part *page, const void *bytes, size_t size);

/* Makes the checksums of header and footer right again after bytes of a joined file were changed; a footer
 * that says it is larger than the file keeps its own. */
void table_bytes_seal(struct fl_buffer *bytes);

#endif
