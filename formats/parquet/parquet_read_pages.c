/* parquet_read_pages.c - the pages of one column of one row group, one after the other. */
#include "formats/parquet/parquet_read_pages.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "formats/parquet/parquet_decompress.h"

/* Statistics in a header can be long; nothing else is. */
enum { HEADER_FIRST_BYTES = 4 << 10, HEADER_BYTES_MAX = 16 << 20 };

/* --- memory */

fl_status fl_parquet_pages_keep(struct fl_parquet_pages *pages, struct fl_buffer *buffer,
                                struct fl_error *error)
{
    if (pages->kept_count == pages->kept_capacity) {
        const size_t capacity = pages->kept_capacity * 2 + 8;
        struct fl_buffer *kept = realloc(pages->kept, capacity * sizeof *kept);
        if (kept == NULL) {
            fl_parquet_memory_release(&pages->file->memory, buffer);
            return fl_fail_memory(error, capacity * sizeof *kept);
        }
        pages->kept = kept;
        pages->kept_capacity = capacity;
    }
    pages->kept[pages->kept_count++] = *buffer;
    *buffer = (struct fl_buffer){0};
    return FL_OK;
}

void fl_parquet_pages_let_go(struct fl_parquet_pages *pages)
{
    for (size_t i = 0; i < pages->kept_count; i++) {
        /* One of them serves the next page: fresh memory costs the system more than unpacking does. */
        if (pages->kept[i].capacity > pages->spare.capacity) {
            const struct fl_buffer smaller = pages->spare;
            pages->spare = pages->kept[i];
            pages->kept[i] = smaller;
        }
        fl_parquet_memory_release(&pages->file->memory, &pages->kept[i]);
    }
    pages->kept_count = 0;
    pages->is_page_in_use = false;
}

void fl_parquet_pages_release(struct fl_parquet_pages *pages)
{
    if (pages->file == NULL)
        return;
    struct fl_parquet_memory *memory = &pages->file->memory;
    fl_parquet_pages_let_go(pages);
    fl_parquet_memory_release(memory, &pages->spare);
    fl_parquet_memory_release(memory, &pages->page);
    fl_parquet_memory_release(memory, &pages->dictionary.page);
    fl_parquet_memory_release(memory, &pages->dictionary.words);
    fl_parquet_window_release(pages->file, &pages->window);
    free(pages->kept);
    *pages = (struct fl_parquet_pages){0};
}

/* Room for the next page where no text in use lies. */
static fl_status make_room(struct fl_parquet_pages *pages, uint32_t size, struct fl_error *error)
{
    if (pages->is_page_in_use) {
        const fl_status status = fl_parquet_pages_keep(pages, &pages->page, error);
        if (status != FL_OK)
            return status;
        pages->page = pages->spare;
        pages->spare = (struct fl_buffer){0};
        pages->is_page_in_use = false;
    }
    return fl_parquet_memory_room(&pages->file->memory, &pages->page, size, "an unpacked page", error);
}

/* --- one page from the file */

static fl_status read_header(struct fl_parquet_pages *pages, struct fl_parquet_page_header *header,
                             struct fl_error *error)
{
    const uint64_t there = pages->end - pages->offset;
    bool is_cut = true;
    fl_status status = FL_OK;
    for (uint64_t size = HEADER_FIRST_BYTES; is_cut; size *= 16) {
        const bool is_all = size >= there || size >= HEADER_BYTES_MAX;
        const uint64_t wanted = size < there ? size : there;
        const uint8_t *bytes;
        status = fl_parquet_window_view(pages->file, &pages->window, pages->offset, wanted, pages->end,
                                        &bytes, error);
        if (status != FL_OK)
            return status;
        status = fl_parquet_page_header_parse(bytes, (size_t)wanted, header, &is_cut, error);
        if (is_all)
            return status;
    }
    return status;
}

static fl_status check_sizes(const struct fl_parquet_pages *pages,
                             const struct fl_parquet_page_header *header, struct fl_error *error)
{
    const uint64_t left = pages->end - pages->offset - header->header_size;
    if (header->stored_size > left)
        return fl_fail(error, FL_CORRUPT, "a page of %u bytes, the column has %llu more", header->stored_size,
                       (unsigned long long)left);
    if (header->kind != FL_PARQUET_PAGE_DATA_V2)
        return FL_OK;
    const uint64_t levels = (uint64_t)header->level_size + header->repeat_size;
    if (levels > header->stored_size || levels > header->unpacked_size)
        return fl_fail(error, FL_CORRUPT, "levels of %llu bytes in a page of %u, %u unpacked",
                       (unsigned long long)levels, header->stored_size, header->unpacked_size);
    if (header->nulls > header->values || header->rows > header->values)
        return fl_fail(error, FL_CORRUPT, "%u nulls and %u rows in a page of %u values", header->nulls,
                       header->rows, header->values);
    return FL_OK;
}

static fl_status check_seal(struct fl_parquet_pages *pages, const struct fl_parquet_page_header *header,
                            const uint8_t *bytes, struct fl_error *error)
{
    pages->pages++;
    if (!header->has_crc) {
        pages->pages_unsealed++;
        return FL_OK;
    }
    const uint32_t crc = (uint32_t)crc32_z(0, bytes, header->stored_size);
    if (crc == header->crc)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "the page's checksum is %08x, its header says %08x", crc, header->crc);
}

/* Nothing is looked for in a page that unpacks to nothing: some writers compress it, some do not. */
static fl_status unpack(const struct fl_parquet_pages *pages, const struct fl_parquet_page_header *header,
                        const uint8_t *bytes, struct fl_error *error)
{
    const bool is_v2 = header->kind == FL_PARQUET_PAGE_DATA_V2;
    const size_t plain = is_v2 ? (size_t)header->level_size + header->repeat_size : 0;
    const int32_t codec =
        is_v2 && !header->is_compressed ? FL_PARQUET_CODEC_UNCOMPRESSED : pages->chunk->codec;
    memcpy(pages->page.bytes, bytes, plain);
    if (header->unpacked_size == plain)
        return FL_OK;
    return fl_parquet_decompress(codec, bytes + plain, header->stored_size - plain, pages->page.bytes + plain,
                                 header->unpacked_size - plain, error);
}

/* The bytes of a page, checked against their checksum, unpacked. */
static fl_status load(struct fl_parquet_pages *pages, const struct fl_parquet_page_header *header,
                      struct fl_error *error)
{
    const uint64_t offset = pages->offset + header->header_size;
    const uint8_t *bytes;
    fl_status status = fl_parquet_window_view(pages->file, &pages->window, offset, header->stored_size,
                                              pages->end, &bytes, error);
    if (status == FL_OK)
        status = check_seal(pages, header, bytes, error);
    if (status == FL_OK)
        status = make_room(pages, header->unpacked_size, error);
    if (status == FL_OK)
        status = unpack(pages, header, bytes, error);
    pages->page.size = header->unpacked_size;
    return status;
}

/* --- the dictionary */

static uint64_t least_size(const struct fl_parquet_field *column)
{
    enum { LENGTH_SIZE = 4, INT96_SIZE = 12 };
    switch (column->type) {
    case FL_PARQUET_BOOLEAN:
        return 0;
    case FL_PARQUET_BYTE_ARRAY:
        return LENGTH_SIZE;
    case FL_PARQUET_INT96:
        return INT96_SIZE;
    case FL_PARQUET_FIXED_LEN_BYTE_ARRAY:
        return column->type_size;
    default:
        return fl_parquet_form_size(column->form);
    }
}

static fl_status read_words(struct fl_parquet_pages *pages, uint32_t count, struct fl_error *error)
{
    struct fl_parquet_dictionary *dictionary = &pages->dictionary;
    const struct fl_parquet_field *column = pages->column;
    struct fl_parquet_reader reader;
    if (count * least_size(column) > dictionary->page.size || count / 8 > dictionary->page.size)
        return fl_fail(error, FL_CORRUPT, "a dictionary of %u values in %zu bytes", count,
                       dictionary->page.size);
    fl_status status =
        fl_parquet_memory_room(&pages->file->memory, &dictionary->words,
                               (uint64_t)count * fl_parquet_form_size(column->form), "a dictionary", error);
    if (status == FL_OK)
        status = fl_parquet_reader_begin(&reader, column, FL_PARQUET_ENCODING_PLAIN, dictionary->page.bytes,
                                         dictionary->page.size, count, dictionary, error);
    if (status == FL_OK)
        status = fl_parquet_reader_take(&reader, dictionary->words.bytes, count, NULL, NULL, error);
    if (status == FL_OK)
        status = fl_parquet_reader_end(&reader, error);
    dictionary->count = count;
    dictionary->is_there = true;
    return status;
}

static fl_status read_dictionary(struct fl_parquet_pages *pages, const struct fl_parquet_page_header *header,
                                 struct fl_error *error)
{
    if (pages->dictionary.is_there || pages->has_data)
        return fl_fail(error, FL_CORRUPT, "a dictionary that is not the column's first page");
    if (header->encoding != FL_PARQUET_ENCODING_PLAIN &&
        header->encoding != FL_PARQUET_ENCODING_PLAIN_DICTIONARY)
        return fl_fail(error, FL_UNSUPPORTED, "a dictionary in the encoding %d, which is not read",
                       header->encoding);
    const fl_status status = load(pages, header, error);
    if (status != FL_OK)
        return status;
    /* Words of texts lie in the page, for as long as the row group lasts. */
    const struct fl_buffer old = pages->dictionary.page;
    pages->dictionary.page = pages->page;
    pages->page = old;
    return read_words(pages, header->values, error);
}

/* --- data pages */

static unsigned width_of(unsigned level_max)
{
    return level_max == 0 ? 0 : 32 - (unsigned)__builtin_clz(level_max);
}

/* Levels of a page of the first version: their size as le32, then runs. */
static fl_status begin_levels_v1(struct fl_parquet_hybrid *levels, struct fl_cursor *cursor,
                                 unsigned level_max, int32_t encoding, struct fl_error *error)
{
    uint32_t size = 0;
    if (level_max == 0) {
        fl_parquet_hybrid_begin(levels, cursor->at, 0, 0);
        return FL_OK;
    }
    if (encoding != FL_PARQUET_ENCODING_RLE)
        return fl_fail(error, FL_UNSUPPORTED, "levels in the encoding %s, which is not read",
                       fl_parquet_encoding_name(encoding) == NULL ? "of an unknown number"
                                                                  : fl_parquet_encoding_name(encoding));
    const uint8_t *bytes = fl_cursor_take32(cursor, &size) ? fl_cursor_take(cursor, size) : NULL;
    if (bytes == NULL)
        return fl_fail(error, FL_CORRUPT, "levels of %u bytes, the page has %zu more", size,
                       fl_cursor_left(cursor));
    fl_parquet_hybrid_begin(levels, bytes, size, width_of(level_max));
    return FL_OK;
}

static fl_status begin_all_levels(struct fl_parquet_pages *pages, const struct fl_parquet_page_header *header,
                                  struct fl_cursor *cursor, struct fl_error *error)
{
    const struct fl_parquet_field *column = pages->column;
    if (header->kind == FL_PARQUET_PAGE_DATA) {
        const fl_status status =
            begin_levels_v1(&pages->repeats, cursor, column->repeat_max, header->repeat_encoding, error);
        return status != FL_OK ? status
                               : begin_levels_v1(&pages->levels, cursor, column->level_max,
                                                 header->level_encoding, error);
    }
    /* Both sizes were checked against the page's. */
    const uint8_t *repeats = fl_cursor_take(cursor, header->repeat_size);
    const uint8_t *levels = fl_cursor_take(cursor, header->level_size);
    fl_parquet_hybrid_begin(&pages->repeats, repeats, header->repeat_size, width_of(column->repeat_max));
    fl_parquet_hybrid_begin(&pages->levels, levels, header->level_size, width_of(column->level_max));
    return FL_OK;
}

static fl_status read_data(struct fl_parquet_pages *pages, const struct fl_parquet_page_header *header,
                           struct fl_error *error)
{
    if (header->values > pages->values_left)
        return fl_fail(error, FL_CORRUPT, "a page of %u values, the column has %llu more", header->values,
                       (unsigned long long)pages->values_left);
    fl_status status = load(pages, header, error);
    if (status != FL_OK)
        return status;
    struct fl_cursor cursor = fl_cursor_over(pages->page.bytes, pages->page.size);
    status = begin_all_levels(pages, header, &cursor, error);
    if (status == FL_OK)
        status = fl_parquet_reader_begin(&pages->reader, pages->column, header->encoding, cursor.at,
                                         fl_cursor_left(&cursor), header->values, &pages->dictionary, error);
    pages->has_data = true;
    pages->values_left -= header->values;
    pages->page_values = pages->page_left = header->values;
    /* Of lists, writers disagree on whether empty ones count. */
    pages->claims_nulls = header->kind == FL_PARQUET_PAGE_DATA_V2 && pages->column->repeat_max == 0;
    pages->nulls_claimed = header->nulls;
    pages->nulls_seen = 0;
    return status;
}

static fl_status read_page(struct fl_parquet_pages *pages, struct fl_error *error)
{
    struct fl_parquet_page_header header;
    pages->page_offset = pages->offset;
    fl_status status = read_header(pages, &header, error);
    if (status == FL_OK)
        status = check_sizes(pages, &header, error);
    if (status != FL_OK)
        return status;
    if (header.kind == FL_PARQUET_PAGE_DICTIONARY)
        status = read_dictionary(pages, &header, error);
    else if (header.kind != FL_PARQUET_PAGE_INDEX) /* which no writer has ever written */
        status = read_data(pages, &header, error);
    pages->offset += (uint64_t)header.header_size + header.stored_size;
    return status;
}

fl_status fl_parquet_pages_begin(struct fl_parquet_pages *pages, struct fl_parquet *file,
                                 const struct fl_parquet_field *column, const struct fl_parquet_part *chunk,
                                 struct fl_error *error)
{
    if (chunk->refused != NULL)
        return fl_fail(error, FL_UNSUPPORTED, "the column cannot be read: %s", chunk->refused);
    const fl_status status = fl_parquet_codec_check(chunk->codec, error);
    if (status != FL_OK)
        return status;
    pages->file = file;
    pages->column = column;
    pages->chunk = chunk;
    pages->offset = pages->page_offset = chunk->offset;
    pages->end = chunk->values == 0 ? chunk->offset : chunk->offset + chunk->stored_bytes;
    pages->values_left = chunk->values;
    pages->page_values = pages->page_left = 0;
    pages->dictionary.is_there = false;
    pages->has_data = false;
    return FL_OK;
}

fl_status fl_parquet_pages_next(struct fl_parquet_pages *pages, struct fl_error *error)
{
    assert(pages->page_left == 0);
    while (pages->page_left == 0) {
        if (pages->values_left == 0 || pages->offset >= pages->end)
            return fl_fail(error, FL_CORRUPT, "its pages end before its last row, %llu values are missing",
                           (unsigned long long)pages->values_left);
        const fl_status status = read_page(pages, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

static fl_status take_levels(struct fl_parquet_hybrid *hybrid, unsigned level_max, uint8_t *levels,
                             size_t count, struct fl_error *error)
{
    uint32_t largest = 0;
    if (!fl_parquet_hybrid_take8(hybrid, levels, count, &largest))
        return fl_fail(error, FL_CORRUPT, "the page has fewer levels than values");
    if (largest > level_max)
        return fl_fail(error, FL_CORRUPT, "a level of %u, at most %u", largest, level_max);
    return FL_OK;
}

fl_status fl_parquet_pages_take_levels(struct fl_parquet_pages *pages, uint8_t *levels, size_t count,
                                       struct fl_error *error)
{
    assert(count <= pages->page_left);
    return take_levels(&pages->levels, pages->column->level_max, levels, count, error);
}

fl_status fl_parquet_pages_take_repeats(struct fl_parquet_pages *pages, uint8_t *repeats, size_t count,
                                        struct fl_error *error)
{
    return take_levels(&pages->repeats, pages->column->repeat_max, repeats, count, error);
}

fl_status fl_parquet_pages_took(struct fl_parquet_pages *pages, size_t count, size_t nulls,
                                struct fl_error *error)
{
    assert(count <= pages->page_left);
    pages->page_left -= (uint32_t)count;
    pages->nulls_seen += (uint32_t)nulls;
    if (pages->page_left != 0)
        return FL_OK;
    if (pages->claims_nulls && pages->nulls_seen != pages->nulls_claimed)
        return fl_fail(error, FL_CORRUPT, "a page with %u nulls, its header says %u", pages->nulls_seen,
                       pages->nulls_claimed);
    return fl_parquet_reader_end(&pages->reader, error);
}

fl_status fl_parquet_pages_end(const struct fl_parquet_pages *pages, struct fl_error *error)
{
    if (pages->page_left != 0 || pages->values_left != 0)
        return fl_fail(error, FL_CORRUPT, "%llu values are left behind its last row",
                       (unsigned long long)pages->values_left + pages->page_left);
    return FL_OK;
}
