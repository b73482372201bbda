/* parquet_chunk.c - the pages of one column in one row group.
 *
 * A page is a header, then, compressed together: of a list the levels of repetition, of an optional column or
 * a list the levels of definition, the values. They are numbers of the chunk's dictionary as long as that
 * stays small, and PLAIN from the page on with which it would not.
 */
#include "formats/parquet/parquet_chunk.h"

#include <assert.h>

#include "formats/base/bytes.h"
#include "formats/parquet/parquet_page.h"
#include "formats/parquet/parquet_schema.h"

/* A dictionary of numbers has to be found in the second-level cache, by whoever writes and whoever reads: 256
 * KiB of them. One of words is what other writers take. */
enum { DICTIONARY_NUMBERS_MAX = 1 << 15, DICTIONARY_WORDS_BYTES_MAX = 1 << 20 };

/* A first page with more distinct numbers than one in 4 is hardly smaller with a dictionary, and slower to
 * read. */
enum { FIRST_PAGE_REPEATS_MIN = 4 };

void fl_parquet_scratch_release(struct fl_parquet_scratch *scratch)
{
    fl_parquet_leaf_scratch_release(&scratch->leaf);
    fl_buffer_release(&scratch->wide);
    fl_buffer_release(&scratch->indices);
    fl_buffer_release(&scratch->body);
    fl_buffer_release(&scratch->packed);
}

static size_t longest_word(const struct fl_parquet_words *words)
{
    size_t longest = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        const size_t size = fl_parquet_word(words, i).size;
        longest = size > longest ? size : longest;
    }
    return longest;
}

fl_status fl_parquet_chunk_open(struct fl_parquet_chunk *chunk, const struct fl_parquet_column *column,
                                struct fl_error *error)
{
    assert(column->kind != FL_PARQUET_KIND_DECIMAL || (column->precision >= 10 && column->precision <= 18));
    *chunk = (struct fl_parquet_chunk){.column = column};
    fl_parquet_chunk_reset(chunk);
    if (column->words == NULL)
        return FL_OK;
    chunk->word_size_max = longest_word(column->words);
    return fl_word_dictionary_open(&chunk->words, column->words, error);
}

void fl_parquet_chunk_close(struct fl_parquet_chunk *chunk)
{
    fl_buffer_release(&chunk->dictionary_page);
    fl_buffer_release(&chunk->pages);
    fl_buffer_release(&chunk->facts);
    fl_number_dictionary_release(&chunk->numbers);
    fl_word_dictionary_release(&chunk->words);
}

static bool may_use_dictionary(const struct fl_parquet_column *column)
{
    const enum fl_parquet_type type = fl_parquet_kind_type(column->kind);
    return column->words != NULL || type == FL_PARQUET_INT32 || type == FL_PARQUET_INT64;
}

void fl_parquet_chunk_reset(struct fl_parquet_chunk *chunk)
{
    chunk->dictionary_page.size = 0;
    chunk->pages.size = 0;
    chunk->facts.size = 0;
    chunk->page_count = 0;
    chunk->totals = (struct fl_parquet_chunk_totals){.bounded = true};
    chunk->in_dictionary = may_use_dictionary(chunk->column);
    fl_number_dictionary_reset(&chunk->numbers);
    fl_word_dictionary_reset(&chunk->words);
}

/* --- values in the dictionary */

static uint32_t dictionary_count(const struct fl_parquet_chunk *chunk)
{
    return chunk->column->words != NULL ? chunk->words.count : chunk->numbers.count;
}

/* The values as int64_t, in place or in the scratch; NULL: no memory. */
static const int64_t *widen(const struct fl_parquet_column *column, const struct fl_parquet_leaf *leaf,
                            struct fl_buffer *scratch)
{
    if (fl_parquet_kind_type(column->kind) == FL_PARQUET_INT64)
        return leaf->values;
    if (!fl_buffer_reserve(scratch, leaf->count * sizeof(int64_t)))
        return NULL;
    const int32_t *values = leaf->values;
    int64_t *wide = (int64_t *)(void *)scratch->bytes;
    for (size_t i = 0; i < leaf->count; i++)
        wide[i] = values[i];
    return wide;
}

static fl_status find_numbers(struct fl_parquet_chunk *chunk, const struct fl_parquet_leaf *leaf,
                              struct fl_parquet_scratch *scratch, uint32_t *indices, bool *fits,
                              struct fl_error *error)
{
    const int64_t *values = widen(chunk->column, leaf, &scratch->wide);
    if (values == NULL)
        return fl_fail_memory(error, leaf->count * sizeof(int64_t));
    const size_t first_page_max = leaf->count / FIRST_PAGE_REPEATS_MIN;
    const bool is_first = chunk->totals.dictionary_pages == 0;
    const uint32_t count_max = is_first && first_page_max < DICTIONARY_NUMBERS_MAX ? (uint32_t)first_page_max
                                                                                   : DICTIONARY_NUMBERS_MAX;
    return fl_number_dictionary_find(&chunk->numbers, values, leaf->count, count_max, indices, fits, error);
}

/* The numbers of the values in the dictionary, in the scratch; *fits false: it would grow too large. */
static fl_status find_in_dictionary(struct fl_parquet_chunk *chunk, const struct fl_parquet_leaf *leaf,
                                    struct fl_parquet_scratch *scratch, bool *fits, struct fl_error *error)
{
    if (!fl_buffer_reserve(&scratch->indices, leaf->count * sizeof(uint32_t)))
        return fl_fail_memory(error, leaf->count * sizeof(uint32_t));
    uint32_t *indices = (uint32_t *)(void *)scratch->indices.bytes;
    if (chunk->column->words == NULL)
        return find_numbers(chunk, leaf, scratch, indices, fits, error);
    *fits = fl_word_dictionary_find(&chunk->words, chunk->column->words, leaf->values, leaf->count,
                                    DICTIONARY_WORDS_BYTES_MAX, indices);
    return FL_OK;
}

/* --- pages */

/* Appends the page to `out`, which is of the chunk. */
static fl_status append_page(struct fl_parquet_chunk *chunk, const struct fl_parquet_packer *packer,
                             struct fl_parquet_page_parts *page, struct fl_buffer *packed,
                             struct fl_buffer *out, struct fl_error *error)
{
    const size_t body_size = fl_parquet_body_size(&page->body), size_before = out->size;
    if (body_size > FL_PARQUET_PAGE_BODY_MAX)
        return fl_fail(error, FL_LIMIT, "column %s: a row has %zu bytes, at most %d", chunk->column->name,
                       body_size, FL_PARQUET_PAGE_BODY_MAX);
    size_t header_size;
    const fl_status status = fl_parquet_page_append(packer, page, packed, out, &header_size, error);
    if (status != FL_OK)
        return status;
    chunk->totals.unpacked_bytes += header_size + body_size;
    chunk->totals.stored_bytes += out->size - size_before;
    return FL_OK;
}

static struct fl_parquet_bounds word_bounds(const struct fl_parquet_words *words, const uint32_t *numbers,
                                            size_t count)
{
    if (count == 0)
        return (struct fl_parquet_bounds){0};
    uint32_t min = numbers[0], max = numbers[0]; /* words are sorted */
    for (size_t i = 1; i < count; i++) {
        min = numbers[i] < min ? numbers[i] : min;
        max = numbers[i] > max ? numbers[i] : max;
    }
    return fl_parquet_bounds_of(fl_parquet_word(words, min), fl_parquet_word(words, max));
}

static struct fl_parquet_bounds bounds_of(const struct fl_parquet_column *column,
                                          const struct fl_parquet_leaf *leaf)
{
    switch (fl_parquet_kind_type(column->kind)) {
    case FL_PARQUET_BOOLEAN:
        return fl_parquet_bounds_bool(leaf->values, leaf->count);
    case FL_PARQUET_INT32:
        return fl_parquet_bounds_int32(leaf->values, leaf->count);
    case FL_PARQUET_INT64:
        return fl_parquet_bounds_int64(leaf->values, leaf->count);
    case FL_PARQUET_FLOAT:
        return fl_parquet_bounds_float(leaf->values, leaf->count);
    case FL_PARQUET_DOUBLE:
        return fl_parquet_bounds_double(leaf->values, leaf->count);
    default:
        return column->words != NULL ? word_bounds(column->words, leaf->values, leaf->count)
                                     : fl_parquet_bounds_texts(leaf->values, leaf->count);
    }
}

static fl_status check_range(const struct fl_parquet_column *column, const struct fl_parquet_bounds *bounds,
                             struct fl_error *error)
{
    if (column->kind != FL_PARQUET_KIND_DECIMAL || !bounds->known)
        return FL_OK;
    int64_t end = 1;
    for (int digit = 0; digit < column->precision; digit++)
        end *= 10;
    if ((int64_t)fl_load_le64(bounds->max.bytes) < end && (int64_t)fl_load_le64(bounds->min.bytes) > -end)
        return FL_OK;
    return fl_fail(error, FL_BAD_DATA, "column %s: a value has more than the %d digits of its decimals",
                   column->name, column->precision);
}

/* Takes a page, which begins at `offset` of the chunk, into facts and totals. */
static fl_status count_page(struct fl_parquet_chunk *chunk, const struct fl_parquet_leaf *leaf, size_t offset,
                            const struct fl_parquet_bounds *bounds, struct fl_error *error)
{
    struct fl_parquet_chunk_totals *totals = &chunk->totals;
    const struct fl_parquet_page_facts facts = {.offset = offset,
                                                .size_bytes = (uint32_t)(chunk->pages.size - offset),
                                                .first_row = totals->rows,
                                                .nulls = leaf->entries - leaf->count,
                                                .empty = leaf->count == 0,
                                                .bounds = *bounds};
    if (!fl_buffer_append(&chunk->facts, &facts, sizeof facts))
        return fl_fail_memory(error, chunk->facts.size);
    chunk->page_count++;
    totals->rows += leaf->rows;
    totals->entries += leaf->entries;
    totals->nulls += facts.nulls;
    totals->bounded = totals->bounded && (facts.empty || bounds->known);
    if (!bounds->known)
        return FL_OK;
    if (totals->bounds.known)
        fl_parquet_bounds_widen(fl_parquet_kind_type(chunk->column->kind), &totals->bounds, bounds);
    else
        totals->bounds = *bounds;
    return FL_OK;
}

/* Fills encoding and body of the page. */
static fl_status make_body(struct fl_parquet_chunk *chunk, const struct fl_parquet_leaf *leaf,
                           struct fl_parquet_scratch *scratch, struct fl_parquet_page_parts *page,
                           struct fl_error *error)
{
    bool fits = false;
    if (chunk->in_dictionary && leaf->count > 0) {
        const fl_status status = find_in_dictionary(chunk, leaf, scratch, &fits, error);
        if (status != FL_OK)
            return status;
        chunk->in_dictionary = fits;
    }
    const uint32_t *indices = (const uint32_t *)(const void *)scratch->indices.bytes;
    page->encoding = fits ? FL_PARQUET_ENCODING_RLE_DICTIONARY : FL_PARQUET_ENCODING_PLAIN;
    fl_parquet_body_begin(&page->body, &scratch->body);
    if (fl_parquet_body_add_levels(&page->body, chunk->column, leaf) &&
        (fits ? fl_parquet_body_add_indices(&page->body, indices, leaf->count, dictionary_count(chunk))
              : fl_parquet_body_add_plain(&page->body, chunk->column, leaf->values, leaf->count)))
        return FL_OK;
    return fl_fail_memory(error, scratch->body.capacity);
}

static fl_status add_page(struct fl_parquet_chunk *chunk, const struct fl_parquet_packer *packer,
                          const struct fl_parquet_leaf *leaf, struct fl_parquet_scratch *scratch,
                          struct fl_error *error)
{
    const struct fl_parquet_bounds bounds = bounds_of(chunk->column, leaf);
    fl_status status = check_range(chunk->column, &bounds, error);
    if (status != FL_OK)
        return status;
    struct fl_parquet_page_parts page = {.type = FL_PARQUET_PAGE_DATA, .entries = leaf->entries};
    status = make_body(chunk, leaf, scratch, &page, error);
    if (status != FL_OK)
        return status;
    const size_t offset = chunk->pages.size;
    status = append_page(chunk, packer, &page, &scratch->packed, &chunk->pages, error);
    if (status != FL_OK)
        return status;
    chunk->totals.plain_pages += page.encoding == FL_PARQUET_ENCODING_PLAIN;
    chunk->totals.dictionary_pages += page.encoding != FL_PARQUET_ENCODING_PLAIN;
    return count_page(chunk, leaf, offset, &bounds, error);
}

fl_status fl_parquet_chunk_add(struct fl_parquet_chunk *chunk, const struct fl_parquet_packer *packer,
                               const struct fl_parquet_cells *cells, size_t first, size_t rows,
                               struct fl_parquet_scratch *scratch, struct fl_error *error)
{
    while (rows > 0) {
        const size_t fit = fl_parquet_page_fit(chunk->column, cells, first, rows, chunk->word_size_max);
        struct fl_parquet_leaf leaf;
        fl_status status =
            fl_parquet_leaf_gather(chunk->column, cells, first, fit, &scratch->leaf, &leaf, error);
        if (status == FL_OK)
            status = add_page(chunk, packer, &leaf, scratch, error);
        if (status != FL_OK)
            return status;
        first += fit;
        rows -= fit;
    }
    return FL_OK;
}

/* The words or numbers of the dictionary. False: no memory. */
static bool add_dictionary(const struct fl_parquet_chunk *chunk, struct fl_parquet_scratch *scratch,
                           struct fl_parquet_body *body)
{
    const struct fl_parquet_column *column = chunk->column;
    if (column->words != NULL)
        return fl_parquet_body_add_plain(body, column, chunk->words.numbers, chunk->words.count);
    const int64_t *numbers = chunk->numbers.numbers;
    if (fl_parquet_kind_type(column->kind) == FL_PARQUET_INT64)
        return fl_parquet_body_add_plain(body, column, numbers, chunk->numbers.count);
    if (!fl_buffer_reserve(&scratch->indices, chunk->numbers.count * sizeof(int32_t)))
        return false;
    int32_t *narrow = (int32_t *)(void *)scratch->indices.bytes;
    for (uint32_t i = 0; i < chunk->numbers.count; i++)
        narrow[i] = (int32_t)numbers[i];
    return fl_parquet_body_add_plain(body, column, narrow, chunk->numbers.count);
}

fl_status fl_parquet_chunk_end(struct fl_parquet_chunk *chunk, const struct fl_parquet_packer *packer,
                               struct fl_parquet_scratch *scratch, struct fl_error *error)
{
    if (chunk->totals.dictionary_pages == 0)
        return FL_OK;
    struct fl_parquet_page_parts page = {.type = FL_PARQUET_PAGE_DICTIONARY,
                                         .encoding = FL_PARQUET_ENCODING_PLAIN,
                                         .entries = dictionary_count(chunk)};
    fl_parquet_body_begin(&page.body, &scratch->body);
    if (!add_dictionary(chunk, scratch, &page.body))
        return fl_fail_memory(error, scratch->body.capacity);
    return append_page(chunk, packer, &page, &scratch->packed, &chunk->dictionary_page, error);
}
