/* table_footer.h - what a table file says about itself, checked once. */
#ifndef FORMATS_TABLE_TABLE_FOOTER_H
#define FORMATS_TABLE_TABLE_FOOTER_H

#include <stdbool.h>

#include "formats/base/file_map.h"
#include "formats/schema/schema.h"
#include "formats/table/table_layout.h"

struct fl_footer_column {
    const struct fl_column *known; /* NULL: of a newer schema version */
    uint16_t id;
    bool late; /* its pages lie behind those of all columns that are not late */
    uint32_t word_count, word_bytes;
    const struct fl_page_entry *dictionary_pages; /* fl_footer_dictionary_pages() of them */
};

/* All pointers lead into `bytes`, a private copy: nobody who writes to the file can change what was checked.
 */
struct fl_table_footer {
    struct fl_buffer bytes;
    uint64_t offset; /* in the file: where the pages end */
    uint8_t uuid[FL_UUID_SIZE];
    const struct fl_schema *schema;
    uint16_t schema_version;
    uint64_t rows;
    uint32_t column_count, block_count, fact_count;
    struct fl_footer_column *columns; /* owned */
    const struct fl_block_entry *blocks;
    const struct fl_page_entry *pages; /* by block, then column */
    const char *facts;                 /* key NUL value NUL ... */
};

/* Reads header, trailer, footer of `map`; checks everything that can be checked without reading a page. On
 * failure the footer is empty. Errors lack the path. */
fl_status fl_table_footer_read(struct fl_file_map *map, struct fl_table_footer *footer,
                               struct fl_error *error);
void fl_table_footer_release(struct fl_table_footer *footer);

static inline size_t fl_footer_dictionary_pages(uint32_t word_count)
{
    return ((size_t)word_count + FL_DICTIONARY_PAGE_WORDS - 1) / FL_DICTIONARY_PAGE_WORDS;
}
static inline const struct fl_page_entry *fl_footer_page(const struct fl_table_footer *footer, size_t block,
                                                         size_t column)
{
    return &footer->pages[block * footer->column_count + column];
}
/* Index into footer->columns, or -1. */
int fl_footer_find(const struct fl_table_footer *footer, int column_id);

#endif
