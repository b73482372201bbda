/* table_mutator.c - changes a table file and seals it again. */
#include <string.h>

#include "formats/table/table_layout.h"
#include "tests/fuzz/fuzz_target.h"

/* The parts of the input at hand: [0, footer) are header and pages. */
struct file {
    uint8_t *data;
    size_t size, capacity, footer, footer_size;
};

static bool find_footer(struct file *file)
{
    struct fl_table_trailer trailer;
    if (file->size < sizeof(struct fl_table_header) + sizeof trailer)
        return false;
    const uint64_t pages_end = file->size - sizeof trailer;
    memcpy(&trailer, file->data + pages_end, sizeof trailer);
    const uint64_t offset = fl_get64(trailer.footer_offset);
    if (offset < sizeof(struct fl_table_header) || offset > pages_end ||
        pages_end - offset < sizeof(struct fl_footer_head))
        return false;
    file->footer = (size_t)offset;
    file->footer_size = (size_t)(pages_end - offset);
    return true;
}

/* Header, footer and trailer, whatever they say. */
static void seal(const struct file *file)
{
    struct fl_table_header header;
    struct fl_table_trailer trailer;
    memcpy(&header, file->data, sizeof header);
    header.checksum = fl_put64(fl_checksum_bound(header.uuid, FL_BIND_FILE, FL_BIND_HEADER, &header,
                                                 offsetof(struct fl_table_header, checksum)));
    memcpy(file->data, &header, sizeof header);
    trailer.footer_offset = fl_put64(file->footer);
    trailer.footer_size = fl_put64(file->footer_size);
    trailer.footer_checksum = fl_put64(fl_checksum_bound(header.uuid, FL_BIND_FILE, FL_BIND_FOOTER,
                                                         file->data + file->footer, file->footer_size));
    memcpy(trailer.magic, FL_TRAILER_MAGIC, FL_MAGIC_SIZE);
    memcpy(file->data + file->footer + file->footer_size, &trailer, sizeof trailer);
}

/* A list of the footer. */
struct entries {
    size_t at, count, size;
};
enum list { COLUMNS, DICTIONARY_PAGES, BLOCKS, PAGES, LISTS };

/* False: the footer's numbers do not fit its size, as after an earlier change. */
static bool find_lists(const struct file *file, struct entries lists[LISTS])
{
    struct fl_footer_head head;
    memcpy(&head, file->data + file->footer, sizeof head);
    const uint64_t columns = fl_get32(head.column_count), blocks = fl_get32(head.block_count);
    if (columns > file->footer_size || blocks > file->footer_size)
        return false;
    const uint64_t counts[LISTS] = {columns, fl_get32(head.dictionary_page_count), blocks, columns * blocks};
    const size_t sizes[LISTS] = {sizeof(struct fl_column_entry), sizeof(struct fl_page_entry),
                                 sizeof(struct fl_block_entry), sizeof(struct fl_page_entry)};
    size_t at = file->footer + sizeof head;
    const size_t end = file->footer + file->footer_size;
    for (int i = 0; i < LISTS; i++) {
        if (counts[i] > (end - at) / sizes[i])
            return false;
        lists[i] = (struct entries){at, (size_t)counts[i], sizes[i]};
        at += (size_t)counts[i] * sizes[i];
    }
    return true;
}

/* A page by its number among all entries, with what its checksum is bound to. */
struct page {
    uint8_t *entry;
    uint32_t bind_block;
    uint16_t column_id;
};

static uint16_t column_id(const struct file *file, const struct entries *columns, size_t index)
{
    struct fl_column_entry column;
    memcpy(&column, file->data + columns->at + index * columns->size, sizeof column);
    return fl_get16(column.id);
}

/* Dictionary pages follow the words of the columns. */
static struct page dictionary_page(const struct file *file, const struct entries lists[LISTS], size_t number)
{
    struct page page = {.entry =
                            file->data + lists[DICTIONARY_PAGES].at + number * lists[DICTIONARY_PAGES].size};
    for (size_t i = 0; i < lists[COLUMNS].count; i++) {
        struct fl_column_entry column;
        memcpy(&column, file->data + lists[COLUMNS].at + i * sizeof column, sizeof column);
        const uint32_t words = fl_get32(column.word_count);
        const size_t pages = words / FL_DICTIONARY_PAGE_WORDS + (words % FL_DICTIONARY_PAGE_WORDS != 0);
        page.column_id = fl_get16(column.id);
        page.bind_block = fl_bind_dictionary(number);
        if (number < pages)
            break;
        number -= pages;
    }
    return page;
}

static struct page page_of(const struct file *file, const struct entries lists[LISTS], size_t number)
{
    if (number < lists[DICTIONARY_PAGES].count)
        return dictionary_page(file, lists, number);
    number -= lists[DICTIONARY_PAGES].count;
    return (struct page){.entry = file->data + lists[PAGES].at + number * lists[PAGES].size,
                         .bind_block = (uint32_t)(number / lists[COLUMNS].count),
                         .column_id = column_id(file, &lists[COLUMNS], number % lists[COLUMNS].count)};
}

/* The page's bytes change, within the room up to the next page; its sizes and its checksum follow. */
static void mutate_page(const struct file *file, const struct page *page)
{
    struct fl_page_entry entry;
    uint8_t header[sizeof(struct fl_table_header)];
    memcpy(&entry, page->entry, sizeof entry);
    memcpy(header, file->data, sizeof header);
    const uint64_t offset = fl_get64(entry.offset), stored = fl_get32(entry.stored_bytes);
    if (stored == 0 || offset < sizeof header || offset > file->footer || stored > file->footer - offset)
        return;
    const uint64_t next = fl_page_align(offset + stored), end = next < file->footer ? next : file->footer;
    uint8_t *bytes = file->data + offset;
    const size_t made = LLVMFuzzerMutate(bytes, (size_t)stored, (size_t)(end - offset));
    memset(bytes + made, 0, (size_t)(end - offset) - made);
    entry.stored_bytes = fl_put32((uint32_t)made);
    if ((entry.flags & FL_PAGE_FLAGS_PACKED) == 0)
        entry.unpacked_bytes = fl_put32((uint32_t)made);
    entry.checksum = fl_put64(fl_checksum_bound(header + offsetof(struct fl_table_header, uuid),
                                                page->bind_block, page->column_id, bytes, made));
    memcpy(page->entry, &entry, sizeof entry);
}

/* Any part of the footer, which may grow: the trailer moves with it. */
static size_t mutate_footer(struct file *file)
{
    file->footer_size = LLVMFuzzerMutate(file->data + file->footer, file->footer_size,
                                         file->capacity - file->footer - sizeof(struct fl_table_trailer));
    seal(file);
    return file->footer + file->footer_size + sizeof(struct fl_table_trailer);
}

/* One entry of the footer, or the header's numbers. */
static void mutate_entry(const struct file *file, const struct entries lists[LISTS], unsigned seed)
{
    const struct entries *list = &lists[seed % LISTS];
    const unsigned number = seed / LISTS;
    if (list->count != 0)
        (void)LLVMFuzzerMutate(file->data + list->at + number % list->count * list->size, list->size,
                               list->size);
    else
        (void)LLVMFuzzerMutate(file->data + FL_MAGIC_SIZE,
                               offsetof(struct fl_table_header, uuid) - FL_MAGIC_SIZE,
                               offsetof(struct fl_table_header, uuid) - FL_MAGIC_SIZE);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed)
{
    struct file file = {.data = data, .size = size, .capacity = capacity};
    struct entries lists[LISTS];
    if (seed % 32 == 0 || !find_footer(&file))
        return LLVMFuzzerMutate(data, size, capacity);
    if (seed % 32 < 5 || !find_lists(&file, lists))
        return mutate_footer(&file);
    const size_t pages = lists[DICTIONARY_PAGES].count + lists[PAGES].count;
    if (seed % 32 < 12 || pages == 0)
        mutate_entry(&file, lists, seed / 32);
    else {
        const struct page page = page_of(&file, lists, seed / 32 % pages);
        mutate_page(&file, &page);
    }
    seal(&file);
    return size;
}
