/* damage_pages.c - pages and blocks of table files in places that are not theirs. */
#include <stdlib.h>
#include <string.h>

#include "tests/malformed/damage.h"

static uint64_t place_of(const struct table_page_part *page)
{
    return fl_get64(page->entry.offset);
}

static uint64_t count_pages(const struct damage_source *source)
{
    return source->parts->page_count;
}

static uint64_t count_page_pairs(const struct damage_source *source)
{
    return damage_pairs(source->parts->page_count);
}

/* ---- the bytes alone ---- */

/* The page's bytes where another one lies, cut or followed by zeros. */
static void put_page(const struct table_page_part *page, const struct table_page_part *into,
                     struct fl_buffer *bytes)
{
    const size_t room = into->bytes.size, size = page->bytes.size < room ? page->bytes.size : room;
    uint8_t *at = bytes->bytes + place_of(into);
    if (room == 0)
        return;
    memset(at, 0, room);
    if (size > 0)
        memcpy(at, page->bytes.bytes, size);
}

static void swap_pages(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const struct damage_pair pair = damage_pair_at(index);
    const struct table_page_part *pages = source->parts->pages;
    if (pages[pair.i].bytes.size == 0 || pages[pair.j].bytes.size == 0)
        return;
    put_page(&pages[pair.i], &pages[pair.j], bytes);
    put_page(&pages[pair.j], &pages[pair.i], bytes);
}

static uint64_t count_block_pairs(const struct damage_source *source)
{
    return damage_pairs(source->parts->block_count);
}

struct range {
    size_t from, to;
};

/* From a block's first page to the end of its last one, padding included. */
static struct range block_range(const struct table_parts *parts, size_t block)
{
    struct range range = {SIZE_MAX, 0};
    for (size_t i = 0; i < parts->page_count; i++) {
        const struct table_page_part *page = &parts->pages[i];
        if (page->bind_block != block || page->bytes.size == 0)
            continue;
        const size_t from = place_of(page), to = fl_page_align(from + page->bytes.size);
        range.from = from < range.from ? from : range.from;
        range.to = to > range.to ? to : range.to;
    }
    return range;
}

static void swap_blocks(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const struct damage_pair pair = damage_pair_at(index);
    const struct range first = block_range(source->parts, pair.i),
                       second = block_range(source->parts, pair.j);
    const uint8_t *from = source->bytes.bytes;
    bytes->size = first.from;
    damage_append(bytes, from + second.from, second.to - second.from);
    damage_append(bytes, from + first.to, second.from - first.to);
    damage_append(bytes, from + first.from, first.to - first.from);
    damage_append(bytes, from + second.to, source->bytes.size - second.to);
}

static void take_other_page(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    put_page(&source->other_parts->pages[index], &source->parts->pages[index], bytes);
}

/* ---- with what the footer says of them, which is right but for the place ----
 *
 * A page without bytes, whose values are all alike, has no checksum: such an entry alone is not moved. */

/* A copy that shares the pages' bytes. */
static struct table_parts *borrow(const struct damage_source *source)
{
    struct table_parts *parts = malloc(sizeof *parts);
    if (parts == NULL)
        abort();
    memcpy(parts, source->parts, sizeof *parts);
    return parts;
}

static void move(struct table_page_part *into, const struct table_page_part *page)
{
    into->entry = page->entry;
    into->bytes = page->bytes;
    into->keeps_checksum = true;
}

static void swap_entries(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const struct damage_pair pair = damage_pair_at(index);
    const struct table_page_part *pages = source->parts->pages;
    if (pages[pair.i].bytes.size == 0 && pages[pair.j].bytes.size == 0)
        return;
    struct table_parts *parts = borrow(source);
    move(&parts->pages[pair.i], &pages[pair.j]);
    move(&parts->pages[pair.j], &pages[pair.i]);
    table_parts_join(parts, bytes);
    free(parts);
}

static void swap_block_entries(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const struct damage_pair pair = damage_pair_at(index);
    struct table_parts *parts = borrow(source);
    const size_t columns = parts->column_count, first = parts->dictionary_page_count + pair.i * columns,
                 second = parts->dictionary_page_count + pair.j * columns;
    for (size_t i = 0; i < columns; i++) {
        move(&parts->pages[first + i], &source->parts->pages[second + i]);
        move(&parts->pages[second + i], &source->parts->pages[first + i]);
    }
    parts->blocks[pair.i] = source->parts->blocks[pair.j];
    parts->blocks[pair.j] = source->parts->blocks[pair.i];
    table_parts_join(parts, bytes);
    free(parts);
}

static void take_other_entry(const struct damage_source *source, uint64_t index, struct fl_buffer *bytes)
{
    const struct table_page_part *page = &source->other_parts->pages[index];
    if (page->bytes.size == 0)
        return;
    struct table_parts *parts = borrow(source);
    move(&parts->pages[index], page);
    table_parts_join(parts, bytes);
    free(parts);
}

const struct damage damage_of_pages[] = {
    {"pages swapped", count_page_pairs, swap_pages},
    {"pages swapped, footer too", count_page_pairs, swap_entries},
    {"blocks swapped", count_block_pairs, swap_blocks},
    {"blocks swapped, footer too", count_block_pairs, swap_block_entries},
    {"a page of another file", count_pages, take_other_page},
    {"a page of another file, footer too", count_pages, take_other_entry},
};
const size_t damage_of_pages_count = sizeof damage_of_pages / sizeof damage_of_pages[0];
