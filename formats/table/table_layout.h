/* table_layout.h - the bytes of a table file as structs; table_file.md is the specification. */
#ifndef FORMATS_TABLE_TABLE_LAYOUT_H
#define FORMATS_TABLE_TABLE_LAYOUT_H

#include <stddef.h>

#include "formats/base/bytes.h"
#include "formats/base/checksum.h"
#include "formats/base/limits.h"

#define FL_TABLE_MAGIC   "FOURLOOP"
#define FL_TRAILER_MAGIC "FLTABLE1"

enum {
    FL_MAGIC_SIZE = 8,
    FL_TABLE_VERSION = 1,        /* raised when an old reader would misread: see table_file.md */
    FL_PAGE_ALIGNMENT = 64,      /* pages, footer: a cache line, and the widest vector load */
    FL_TABLE_FEATURES_KNOWN = 0, /* incompatible feature bits this build reads */
    FL_PAGE_FLAG_LZ4 = 1,
    FL_PAGE_FLAG_NULLS = 2,       /* a null bitmap comes first */
    FL_PAGE_FLAG_TYPED_NULLS = 4, /* with the flag above: in its place come nulls by type */
    FL_PAGE_FLAG_ZSTD = 8,        /* never with LZ4; kind text alone */
    FL_PAGE_FLAGS_PACKED = FL_PAGE_FLAG_LZ4 | FL_PAGE_FLAG_ZSTD,
    FL_PAGE_FLAGS_KNOWN = FL_PAGE_FLAGS_PACKED | FL_PAGE_FLAG_NULLS | FL_PAGE_FLAG_TYPED_NULLS,
    FL_DICTIONARY_PAGE_WORDS = 65536 /* words of each dictionary page but a column's last */
};
_Static_assert(sizeof FL_TABLE_MAGIC == FL_MAGIC_SIZE + 1 && sizeof FL_TRAILER_MAGIC == FL_MAGIC_SIZE + 1,
               "");

/* What a checksum is bound to when it is not a page of a block: column ids end at 65535, blocks below 2^24.
 */
#define FL_BIND_FILE   0xFFFFFFFFu /* block, for header and footer */
#define FL_BIND_HEADER 0xFFFF0001u /* column */
#define FL_BIND_FOOTER 0xFFFF0002u /* column */
/* Block, for the index-th dictionary page of a column. */
static inline uint32_t fl_bind_dictionary(size_t index)
{
    return 0xFFFFFFFFu - (uint32_t)index;
}
_Static_assert(FL_BLOCKS_MAX < 0xFFFFFFFFu - FL_DICTIONARY_WORDS_MAX / FL_DICTIONARY_PAGE_WORDS, "no clash");

struct fl_table_header {
    uint8_t magic[FL_MAGIC_SIZE];
    fl_le16 version;
    fl_le16 header_size;  /* 64 */
    fl_le32 incompatible; /* a bit that the reader does not know: it must refuse the file */
    fl_le32 compatible;   /* a bit that the reader does not know: it may read on */
    fl_le16 schema_id;
    fl_le16 schema_version;
    uint8_t uuid[FL_UUID_SIZE];
    uint8_t reserved[16];
    fl_le64 checksum; /* of the bytes before it */
};
_Static_assert(sizeof(struct fl_table_header) == 64, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, version) == 8, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, header_size) == 10, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, incompatible) == 12, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, compatible) == 16, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, schema_id) == 20, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, schema_version) == 22, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, uuid) == 24, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, reserved) == 40, "see table_file.md");
_Static_assert(offsetof(struct fl_table_header, checksum) == 56, "see table_file.md");

/* The footer: this head, then column entries, dictionary page entries (by column, then index), block entries,
 * page entries (by block, then column), facts. */
struct fl_footer_head {
    fl_le64 rows;
    fl_le32 block_count;
    fl_le32 column_count;
    fl_le32 dictionary_page_count;
    fl_le32 fact_count;
    fl_le32 fact_bytes; /* key NUL value NUL, fact_count times */
    fl_le32 reserved;
};
_Static_assert(sizeof(struct fl_footer_head) == 32, "see table_file.md");
_Static_assert(offsetof(struct fl_footer_head, block_count) == 8, "see table_file.md");
_Static_assert(offsetof(struct fl_footer_head, column_count) == 12, "see table_file.md");
_Static_assert(offsetof(struct fl_footer_head, dictionary_page_count) == 16, "see table_file.md");
_Static_assert(offsetof(struct fl_footer_head, fact_count) == 20, "see table_file.md");
_Static_assert(offsetof(struct fl_footer_head, fact_bytes) == 24, "see table_file.md");
_Static_assert(offsetof(struct fl_footer_head, reserved) == 28, "see table_file.md");

struct fl_column_entry {
    fl_le16 id;
    uint8_t kind;
    uint8_t late;       /* 1: its pages lie behind those of all columns that are not late */
    fl_le32 word_count; /* WORD columns, else 0 */
    fl_le32 word_bytes; /* of all words together */
    fl_le32 reserved2;
};
_Static_assert(sizeof(struct fl_column_entry) == 16, "see table_file.md");
_Static_assert(offsetof(struct fl_column_entry, kind) == 2, "see table_file.md");
_Static_assert(offsetof(struct fl_column_entry, late) == 3, "see table_file.md");
_Static_assert(offsetof(struct fl_column_entry, word_count) == 4, "see table_file.md");
_Static_assert(offsetof(struct fl_column_entry, word_bytes) == 8, "see table_file.md");

struct fl_block_entry {
    fl_le32 rows;
    fl_le32 reserved;
    fl_le64 type_bits[4]; /* bit t of these 256: type t is in the block */
};
_Static_assert(sizeof(struct fl_block_entry) == 40, "see table_file.md");
_Static_assert(offsetof(struct fl_block_entry, type_bits) == 8, "see table_file.md");

struct fl_page_entry {
    fl_le64 offset; /* 0: the page has no bytes */
    fl_le32 stored_bytes;
    fl_le32 unpacked_bytes;
    uint8_t encoding;
    uint8_t flags;
    fl_le16 reserved;
    fl_le32 nulls;
    fl_le64 min, max; /* of the values that are not null; 0 for texts or without values */
    fl_le64 sum;      /* of the same, wrapping; bytes for texts */
    fl_le64 checksum; /* of the stored bytes; 0 without bytes */
    fl_le64 reserved2;
};
_Static_assert(sizeof(struct fl_page_entry) == 64, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, stored_bytes) == 8, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, unpacked_bytes) == 12, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, encoding) == 16, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, flags) == 17, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, nulls) == 20, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, min) == 24, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, max) == 32, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, sum) == 40, "see table_file.md");
_Static_assert(offsetof(struct fl_page_entry, checksum) == 48, "see table_file.md");

/* Nulls by type; le16 numbers of rows follow, as many as exceptions, ascending. */
struct fl_typed_nulls {
    uint8_t type_bits[32]; /* bit t: rows of type t are null */
    fl_le16 exceptions;    /* rows that are the other way round */
};
_Static_assert(sizeof(struct fl_typed_nulls) == 34, "see table_file.md");

struct fl_table_trailer {
    fl_le64 footer_offset;
    fl_le64 footer_size;
    fl_le64 footer_checksum;
    uint8_t magic[FL_MAGIC_SIZE];
};
_Static_assert(sizeof(struct fl_table_trailer) == 32, "see table_file.md");
_Static_assert(offsetof(struct fl_table_trailer, footer_size) == 8, "see table_file.md");
_Static_assert(offsetof(struct fl_table_trailer, footer_checksum) == 16, "see table_file.md");
_Static_assert(offsetof(struct fl_table_trailer, magic) == 24, "see table_file.md");

/* The next multiple of FL_PAGE_ALIGNMENT. */
static inline uint64_t fl_page_align(uint64_t offset)
{
    return (offset + (FL_PAGE_ALIGNMENT - 1)) & ~(uint64_t)(FL_PAGE_ALIGNMENT - 1);
}

#endif
