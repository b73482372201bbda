/* damage_fields.c - table files whose fields lie under checksums that are right.
 *
 * Each field of header, footer and trailer takes the values at its edges: 0, 1, around each power of two, the
 * largest, its own and its neighbours. Then each bit of header, footer and pages flips, each page is cut. */
#include <stdlib.h>
#include <string.h>

#include "tests/malformed/damage.h"

struct field {
    size_t offset, size;
};

#define FIELD(structure, member)                                                                             \
    {                                                                                                        \
        offsetof(struct structure, member), sizeof(((struct structure *)NULL)->member)                       \
    }
/* Half of one with 16 bytes, quarter of one with 32. */
#define PART(structure, member, index)                                                                       \
    {                                                                                                        \
        offsetof(struct structure, member) + 8 * (index), 8                                                  \
    }

/* The checksums of header and trailer are what is mended: damage_bytes.c has them wrong. */
static const struct field header_fields[] = {
    FIELD(fl_table_header, magic),          FIELD(fl_table_header, version),
    FIELD(fl_table_header, header_size),    FIELD(fl_table_header, incompatible),
    FIELD(fl_table_header, compatible),     FIELD(fl_table_header, schema_id),
    FIELD(fl_table_header, schema_version), PART(fl_table_header, uuid, 0),
    PART(fl_table_header, uuid, 1),         PART(fl_table_header, reserved, 0),
    PART(fl_table_header, reserved, 1),
};
static const struct field head_fields[] = {
    FIELD(fl_footer_head, rows),         FIELD(fl_footer_head, block_count),
    FIELD(fl_footer_head, column_count), FIELD(fl_footer_head, dictionary_page_count),
    FIELD(fl_footer_head, fact_count),   FIELD(fl_footer_head, fact_bytes),
    FIELD(fl_footer_head, reserved),
};
static const struct field column_fields[] = {
    FIELD(fl_column_entry, id),         FIELD(fl_column_entry, kind),       FIELD(fl_column_entry, late),
    FIELD(fl_column_entry, word_count), FIELD(fl_column_entry, word_bytes), FIELD(fl_column_entry, reserved2),
};
static const struct field block_fields[] = {
    FIELD(fl_block_entry, rows),        FIELD(fl_block_entry, reserved),
    PART(fl_block_entry, type_bits, 0), PART(fl_block_entry, type_bits, 1),
    PART(fl_block_entry, type_bits, 2), PART(fl_block_entry, type_bits, 3),
};
static const struct field page_fields[] = {
    FIELD(fl_page_entry, offset),   FIELD(fl_page_entry, stored_bytes), FIELD(fl_page_entry, unpacked_bytes),
    FIELD(fl_page_entry, encoding), FIELD(fl_page_entry, flags),        FIELD(fl_page_entry, reserved),
    FIELD(fl_page_entry, nulls),    FIELD(fl_page_entry, min),          FIELD(fl_page_entry, max),
    FIELD(fl_page_entry, sum),      FIELD(fl_page_entry, checksum),     FIELD(fl_page_entry, reserved2),
};
static const struct field trailer_fields[] = {
    FIELD(fl_table_trailer, footer_offset),
    FIELD(fl_table_trailer, footer_size),
    FIELD(fl_table_trailer, magic),
};
#define FIELDS(array) (sizeof(array) / sizeof(array)[0])

/* In one of the entries of `entry_size` bytes from `at` on. */
static void set_edge(const struct field *fields, size_t field_count, size_t at, size_t entry_size,
                     uint64_t index, struct fl_buffer *bytes)
{
    const size_t edge = index % DAMAGE_EDGES, place = index / DAMAGE_EDGES;
    const struct field *field = &fields[place % field_count];
    damage_set_edge(bytes->bytes + at + place / field_count * entry_size + field->offset, field->size, edge);
    table_bytes_seal(bytes);
}

/* ---- where the parts of the file are ---- */

static struct fl_table_trailer trailer_of(const struct damage_source *source)
{
    struct fl_table_trailer trailer;
    memcpy(&trailer, source->bytes.bytes + source->bytes.size - sizeof trailer, sizeof trailer);
    return trailer;
}

static size_t head_at(const struct damage_source *source)
{
    const struct fl_table_trailer trailer = trailer_of(source);
    return fl_get64(trailer.footer_offset);
}

static size_t footer_size(const struct damage_source *source)
{
    const struct fl_table_trailer trailer = trailer_of(source);
    return fl_get64(trailer.footer_size);
}

static size_t columns_at(const struct damage_source *source)
{
    return head_at(source) + sizeof(struct fl_footer_head);
}

static size_t dictionaries_at(const struct damage_source *source)
{
    return columns_at(source) + source->parts->column_count * sizeof(struct fl_column_entry);
}

static size_t blocks_at(const struct damage_source *source)
{
    return dictionaries_at(source) + source->parts->dictionary_page_count * sizeof(struct fl_page_entry);
}

static size_t pages_at(const struct damage_source *source)
{
    return blocks_at(source) + source->parts->block_count * sizeof(struct fl_block_entry);
}

/* ---- fields ---- */

static uint64_t count_header(const struct damage_source *source)
{
    (void)source;
    return DAMAGE_EDGES * FIELDS(header_fields);
}

static void set_header(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    (void)source;
    set_edge(header_fields, FIELDS(header_fields), 0, 0, index, bytes);
}

static uint64_t count_head(const struct damage_source *source)
{
    (void)source;
    return DAMAGE_EDGES * FIELDS(head_fields);
}

static void set_head(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    set_edge(head_fields, FIELDS(head_fields), head_at(source), 0, index, bytes);
}

static uint64_t count_columns(const struct damage_source *source)
{
    return DAMAGE_EDGES * FIELDS(column_fields) * source->parts->column_count;
}

static void set_column(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    set_edge(column_fields, FIELDS(column_fields), columns_at(source), sizeof(struct fl_column_entry), index,
             bytes);
}

static uint64_t count_dictionaries(const struct damage_source *source)
{
    return DAMAGE_EDGES * FIELDS(page_fields) * source->parts->dictionary_page_count;
}

static void set_dictionary(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    set_edge(page_fields, FIELDS(page_fields), dictionaries_at(source), sizeof(struct fl_page_entry), index,
             bytes);
}

static uint64_t count_blocks(const struct damage_source *source)
{
    return DAMAGE_EDGES * FIELDS(block_fields) * source->parts->block_count;
}

static void set_block(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    set_edge(block_fields, FIELDS(block_fields), blocks_at(source), sizeof(struct fl_block_entry), index,
             bytes);
}

static uint64_t count_pages(const struct damage_source *source)
{
    return DAMAGE_EDGES * FIELDS(page_fields) *
           (source->parts->page_count - source->parts->dictionary_page_count);
}

static void set_page(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    set_edge(page_fields, FIELDS(page_fields), pages_at(source), sizeof(struct fl_page_entry), index, bytes);
}

static uint64_t count_trailer(const struct damage_source *source)
{
    (void)source;
    return DAMAGE_EDGES * FIELDS(trailer_fields);
}

static void set_trailer(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    set_edge(trailer_fields, FIELDS(trailer_fields), source->bytes.size - sizeof(struct fl_table_trailer), 0,
             index, bytes);
}

/* ---- bits ---- */

static void flip(struct fl_buffer *bytes, size_t at, uint64_t bit)
{
    bytes->bytes[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static uint64_t count_frame_bits(const struct damage_source *source)
{
    return 8 * (sizeof(struct fl_table_header) + footer_size(source));
}

static void flip_frame_bit(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const uint64_t header_bits = 8 * sizeof(struct fl_table_header);
    if (index < header_bits)
        flip(bytes, 0, index);
    else
        flip(bytes, head_at(source), index - header_bits);
    table_bytes_seal(bytes);
}

/* Page that has the at-th byte of all pages; *at then counts in it. */
static size_t page_with(const struct table_parts *parts, size_t *at)
{
    size_t page = 0;
    for (; *at >= parts->pages[page].bytes.size; page++)
        *at -= parts->pages[page].bytes.size;
    return page;
}

static uint64_t count_page_bytes(const struct damage_source *source)
{
    uint64_t size = 0;
    for (size_t i = 0; i < source->parts->page_count; i++)
        size += source->parts->pages[i].bytes.size;
    return size;
}

static uint64_t count_page_bits(const struct damage_source *source)
{
    return 8 * count_page_bytes(source);
}

static size_t entry_at(const struct damage_source *source, size_t page)
{
    const size_t dictionary_pages = source->parts->dictionary_page_count;
    return page < dictionary_pages
               ? dictionaries_at(source) + page * sizeof(struct fl_page_entry)
               : pages_at(source) + (page - dictionary_pages) * sizeof(struct fl_page_entry);
}

static void flip_page_bit(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    size_t at = index / 8;
    const size_t number = page_with(source->parts, &at);
    const struct table_page_part *page = &source->parts->pages[number];
    const size_t page_at = fl_get64(page->entry.offset);
    flip(bytes, page_at + at, index % 8);
    const fl_le64 checksum =
        fl_put64(fl_checksum_bound(source->parts->header.uuid, page->bind_block, page->column_id,
                                   bytes->bytes + page_at, page->bytes.size));
    memcpy(bytes->bytes + entry_at(source, number) + offsetof(struct fl_page_entry, checksum), &checksum,
           sizeof checksum);
    table_bytes_seal(bytes);
}

/* ---- cuts ---- */

static void cut_page(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    size_t at = index;
    const size_t number = page_with(source->parts, &at);
    struct table_parts *parts = malloc(sizeof *parts);
    if (parts == NULL)
        abort();
    memcpy(parts, source->parts, sizeof *parts);
    parts->pages[number].bytes.size = at;
    table_parts_join(parts, bytes);
    free(parts);
}

const struct damage damage_of_fields[] = {
    {"header fields", count_header, set_header},
    {"footer head fields", count_head, set_head},
    {"column fields", count_columns, set_column},
    {"dictionary page fields", count_dictionaries, set_dictionary},
    {"block fields", count_blocks, set_block},
    {"page fields", count_pages, set_page},
    {"trailer fields", count_trailer, set_trailer},
    {"a bit of header or footer, sealed", count_frame_bits, flip_frame_bit},
    {"a bit of a page, sealed", count_page_bits, flip_page_bit},
    {"a page cut, sealed", count_page_bytes, cut_page},
};
const size_t damage_of_fields_count = sizeof damage_of_fields / sizeof damage_of_fields[0];
