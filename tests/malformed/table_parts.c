/* table_parts.c - a table file taken apart, to be put together again with one thing wrong. */
#include "tests/malformed/table_parts.h"

#include <assert.h>
#include <stdlib.h>

static void append(struct fl_buffer *buffer, const void *bytes, size_t size)
{
    if (!fl_buffer_append(buffer, bytes, size))
        abort();
}

static const void *step(const uint8_t **at, size_t size)
{
    const uint8_t *here = *at;
    *at += size;
    return here;
}

static void take_page(struct table_page_part *page, const struct fl_buffer *bytes, const uint8_t **at,
                      uint32_t bind_block, uint16_t column_id)
{
    memcpy(&page->entry, step(at, sizeof page->entry), sizeof page->entry);
    page->bind_block = bind_block;
    page->column_id = column_id;
    append(&page->bytes, bytes->bytes + fl_get64(page->entry.offset), fl_get32(page->entry.stored_bytes));
}

static void take_dictionaries(struct table_parts *parts, const struct fl_buffer *bytes, const uint8_t **at)
{
    for (size_t i = 0; i < parts->column_count; i++) {
        const uint32_t words = fl_get32(parts->columns[i].word_count);
        for (size_t k = 0; k * FL_DICTIONARY_PAGE_WORDS < words; k++)
            take_page(&parts->pages[parts->page_count++], bytes, at, fl_bind_dictionary(k),
                      fl_get16(parts->columns[i].id));
    }
    assert(parts->page_count == parts->dictionary_page_count);
}

void table_parts_take(struct table_parts *parts, const struct fl_buffer *bytes)
{
    struct fl_table_trailer trailer;
    memcpy(&trailer, bytes->bytes + bytes->size - sizeof trailer, sizeof trailer);
    memset(parts, 0, sizeof *parts);
    memcpy(&parts->header, bytes->bytes, sizeof parts->header);
    const uint8_t *at = bytes->bytes + fl_get64(trailer.footer_offset);
    memcpy(&parts->head, step(&at, sizeof parts->head), sizeof parts->head);
    parts->column_count = fl_get32(parts->head.column_count);
    parts->block_count = fl_get32(parts->head.block_count);
    parts->dictionary_page_count = fl_get32(parts->head.dictionary_page_count);
    assert(parts->column_count <= PARTS_COLUMNS_MAX && parts->block_count <= PARTS_BLOCKS_MAX);
    memcpy(parts->columns, step(&at, parts->column_count * sizeof parts->columns[0]),
           parts->column_count * sizeof parts->columns[0]);
    take_dictionaries(parts, bytes, &at);
    memcpy(parts->blocks, step(&at, parts->block_count * sizeof parts->blocks[0]),
           parts->block_count * sizeof parts->blocks[0]);
    for (size_t block = 0; block < parts->block_count; block++) {
        for (size_t i = 0; i < parts->column_count; i++)
            take_page(&parts->pages[parts->page_count++], bytes, &at, (uint32_t)block,
                      fl_get16(parts->columns[i].id));
    }
    append(&parts->facts, at, fl_get32(parts->head.fact_bytes));
}

static void pad(struct fl_buffer *bytes)
{
    static const uint8_t zeros[FL_PAGE_ALIGNMENT];
    append(bytes, zeros, (size_t)(fl_page_align(bytes->size) - bytes->size));
}

static void join_page(const struct table_parts *parts, struct table_page_part *page, struct fl_buffer *bytes)
{
    struct fl_page_entry *entry = &page->entry;
    const uint32_t size = (uint32_t)page->bytes.size;
    const fl_le64 kept = entry->checksum;
    entry->offset = fl_put64(0);
    entry->checksum = fl_put64(0);
    entry->stored_bytes = fl_put32(size);
    if ((entry->flags & FL_PAGE_FLAGS_PACKED) == 0)
        entry->unpacked_bytes = fl_put32(size);
    if (size == 0)
        return;
    pad(bytes);
    entry->offset = fl_put64(bytes->size);
    entry->checksum = page->keeps_checksum
                          ? kept
                          : fl_put64(fl_checksum_bound(parts->header.uuid, page->bind_block, page->column_id,
                                                       page->bytes.bytes, page->bytes.size));
    append(bytes, page->bytes.bytes, page->bytes.size);
}

void table_parts_join(struct table_parts *parts, struct fl_buffer *bytes)
{
    struct fl_table_trailer trailer = {.footer_size = {{0}}};
    bytes->size = 0;
    append(bytes, &parts->header, sizeof parts->header);
    for (size_t i = 0; i < parts->page_count; i++)
        join_page(parts, &parts->pages[i], bytes);
    pad(bytes);
    parts->head.fact_bytes = fl_put32((uint32_t)parts->facts.size);
    if (parts->lie != NULL)
        parts->lie(parts);
    trailer.footer_offset = fl_put64(bytes->size);
    append(bytes, &parts->head, sizeof parts->head);
    append(bytes, parts->columns, parts->column_count * sizeof parts->columns[0]);
    for (size_t i = 0; i < parts->dictionary_page_count; i++)
        append(bytes, &parts->pages[i].entry, sizeof parts->pages[i].entry);
    append(bytes, parts->blocks, parts->block_count * sizeof parts->blocks[0]);
    for (size_t i = parts->dictionary_page_count; i < parts->page_count; i++)
        append(bytes, &parts->pages[i].entry, sizeof parts->pages[i].entry);
    append(bytes, parts->facts.bytes, parts->facts.size);
    trailer.footer_size = fl_put64(bytes->size - fl_get64(trailer.footer_offset));
    memcpy(trailer.magic, FL_TRAILER_MAGIC, FL_MAGIC_SIZE);
    append(bytes, &trailer, sizeof trailer);
    table_bytes_seal(bytes);
}

void table_bytes_seal(struct fl_buffer *bytes)
{
    struct fl_table_header header;
    struct fl_table_trailer trailer;
    uint8_t *end = bytes->bytes + bytes->size - sizeof trailer;
    memcpy(&header, bytes->bytes, sizeof header);
    memcpy(&trailer, end, sizeof trailer);
    const uint64_t footer_size = fl_get64(trailer.footer_size);
    header.checksum = fl_put64(fl_checksum_bound(header.uuid, FL_BIND_FILE, FL_BIND_HEADER, &header,
                                                 offsetof(struct fl_table_header, checksum)));
    if (footer_size <= bytes->size - sizeof header - sizeof trailer)
        trailer.footer_checksum = fl_put64(
            fl_checksum_bound(header.uuid, FL_BIND_FILE, FL_BIND_FOOTER, end - footer_size, footer_size));
    memcpy(bytes->bytes, &header, sizeof header);
    memcpy(end, &trailer, sizeof trailer);
}

void table_parts_release(struct table_parts *parts)
{
    for (size_t i = 0; i < parts->page_count; i++)
        fl_buffer_release(&parts->pages[i].bytes);
    fl_buffer_release(&parts->facts);
}

struct table_page_part *table_parts_page(struct table_parts *parts, size_t block, uint16_t column_id)
{
    for (size_t i = parts->dictionary_page_count; i < parts->page_count; i++) {
        if (parts->pages[i].bind_block == block && parts->pages[i].column_id == column_id)
            return &parts->pages[i];
    }
    abort();
}

struct table_page_part *table_parts_dictionary(struct table_parts *parts, uint16_t column_id, size_t index)
{
    for (size_t i = 0; i < parts->dictionary_page_count; i++) {
        if (parts->pages[i].bind_block == fl_bind_dictionary(index) && parts->pages[i].column_id == column_id)
            return &parts->pages[i];
    }
    abort();
}

struct fl_column_entry *table_parts_column(struct table_parts *parts, uint16_t column_id)
{
    for (size_t i = 0; i < parts->column_count; i++) {
        if (fl_get16(parts->columns[i].id) == column_id)
            return &parts->columns[i];
    }
    abort();
}

void table_page_part_set(struct table_page_part *page, const void *bytes, size_t size)
{
    page->bytes.size = 0;
    page->entry.flags &= (uint8_t)~FL_PAGE_FLAGS_PACKED;
    append(&page->bytes, bytes, size);
}
