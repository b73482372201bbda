/* page_pack.h - rows of one column to the bytes of one page. */
#ifndef FORMATS_TABLE_PAGE_PACK_H
#define FORMATS_TABLE_PAGE_PACK_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/text.h"
#include "formats/table/effort.h"
#include "formats/table/table_layout.h"

/* Work space, reused from page to page. Zero-initialise, release once. */
struct fl_page_packer {
    const int64_t *types;           /* of the rows to be packed, where there are any */
    uint32_t of_type[FL_TYPES_MAX]; /* how many of the rows */
    struct fl_buffer dense;         /* the values that are not null */
    struct fl_buffer null_bytes;    /* bitmap, or nulls by type */
    struct fl_buffer candidate;     /* nulls, then the chosen encoding */
    struct fl_buffer plain;         /* nulls, then PLAIN, to try LZ4 on */
    uint8_t null_flags;
    struct fl_buffer candidate_lz4, plain_lz4, candidate_zstd;
    const uint8_t *bytes; /* the page just packed: stored_bytes of its entry; lives until the next one */
};

/* Before the pages of a block: the types of its rows, or NULL when it has none. Borrowed until the next
 * block. */
void fl_page_packer_begin_block(struct fl_page_packer *packer, const int64_t *types, size_t rows);

/* Both fill `entry` but for its offset and checksum, and packer->bytes. nulls: one byte a row, 1 = null, or
 * NULL. hot: LZ4 is out of the question. words: those of a dictionary, for which
 * zstd is out of the question. False: no memory. */
bool fl_page_pack_integers(struct fl_page_packer *packer, const int64_t *values, const uint8_t *nulls,
                           size_t rows, bool hot, enum fl_effort effort, struct fl_page_entry *entry);
bool fl_page_pack_texts(struct fl_page_packer *packer, const struct fl_text *texts, const uint8_t *nulls,
                        size_t rows, bool words, enum fl_effort effort, struct fl_page_entry *entry);
void fl_page_packer_release(struct fl_page_packer *packer);

#endif
