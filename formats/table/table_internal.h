/* table_internal.h - an open table as reader, verifier see it. */
#ifndef FORMATS_TABLE_TABLE_INTERNAL_H
#define FORMATS_TABLE_TABLE_INTERNAL_H

#include "formats/table/table_footer.h"
#include "formats/table/table_reader.h"

struct fl_table_words {
    bool ready;
    struct fl_words words; /* into the two buffers */
    struct fl_buffer offsets, bytes;
};

struct fl_table {
    struct fl_file_map map;
    struct fl_table_footer footer;
    struct fl_table_words *words; /* one for each column of the file */
    /* uint8_t a row: the types of block types_block, for pages with nulls by type. */
    struct fl_buffer types;
    size_t types_block; /* SIZE_MAX: none */
};

/* The bytes of a page after checksum, LZ4 or zstd, unpacked_bytes of its entry; NULL for a page without
 * bytes. keep: they go into scratch->unpacked in any case, so that they outlive the map's page. Else they
 * live until fl_page_unload(). Errors lack the place. */
fl_status fl_page_load(struct fl_table *table, const struct fl_page_entry *entry, uint32_t bind_block,
                       uint16_t column_id, bool keep, struct fl_column_scratch *scratch,
                       const uint8_t **bytes, struct fl_error *error);
/* Ends the use of a page, of which `status` came. FL_BAD_DATA: mapped bytes may have changed between the look
 * at their checksum and now, so nothing that came of them counts. Bytes of scratch->unpacked stay. */
fl_status fl_page_unload(struct fl_table *table, const struct fl_page_entry *entry, fl_status status,
                         struct fl_error *error);

#endif
