/* page_pack.c - rows of one column to the bytes of one page. */
#include "formats/table/page_pack.h"

#include <assert.h>

#include "formats/encodings/compress.h"
#include "formats/encodings/encoding.h"

static size_t count_nulls(const uint8_t *nulls, size_t rows)
{
    size_t count = 0;
    for (size_t row = 0; nulls != NULL && row < rows; row++)
        count += nulls[row] != 0;
    return count;
}

/* Nothing without nulls, or without anything else. */
static bool append_bitmap(const uint8_t *nulls, size_t rows, size_t null_count, struct fl_buffer *out)
{
    if (null_count == 0 || null_count == rows)
        return true;
    const size_t size = (rows + 7) / 8;
    if (!fl_buffer_reserve(out, out->size + size))
        return false;
    uint8_t *bitmap = out->bytes + out->size;
    memset(bitmap, 0, size);
    for (size_t row = 0; row < rows; row++)
        bitmap[row / 8] |= (uint8_t)((nulls[row] != 0) << (row % 8));
    out->size += size;
    return true;
}

/* Cost of a page in units of 0.4 ns: each stored byte costs 2 ns to read, and each byte out of LZ4 0.4 ns
 * (derived in encodings/compress.c). Decoding proper is left out: the choice of encoding has weighed it. */
static size_t page_cost(size_t stored_bytes, size_t lz4_bytes)
{
    return 5 * stored_bytes + lz4_bytes;
}

struct stored_form {
    const struct fl_buffer *stored;
    size_t unpacked_bytes;
    bool lz4;
    enum fl_encoding encoding;
};

static size_t form_cost(const struct stored_form *form)
{
    return page_cost(form->stored->size, form->lz4 ? form->unpacked_bytes : 0);
}

/* Puts the LZ4 form of `unpacked` into *best when it is cheaper. */
static bool try_lz4(const struct fl_buffer *unpacked, enum fl_encoding encoding, struct fl_buffer *packed,
                    struct stored_form *best)
{
    packed->size = 0;
    const int pays = fl_lz4_pack(unpacked->bytes, unpacked->size, packed);
    if (pays < 0)
        return false;
    const struct stored_form form = {packed, unpacked->size, true, encoding};
    if (pays > 0 && form_cost(&form) < form_cost(best))
        *best = form;
    return true;
}

static bool try_lz4_on_plain(struct fl_page_packer *packer, const struct fl_integers *page,
                             const uint8_t *nulls, size_t rows, struct stored_form *best)
{
    const struct fl_integer_codec *codec = fl_integer_codec_find(FL_ENCODING_PLAIN);
    /* Unpacking alone would cost more than what there is already: not worth a try. */
    if (page_cost(0, codec->encoded_size(page)) >= form_cost(best))
        return true;
    packer->plain.size = 0;
    return append_bitmap(nulls, rows, rows - page->count, &packer->plain) &&
           codec->encode(page, &packer->plain) &&
           try_lz4(&packer->plain, FL_ENCODING_PLAIN, &packer->plain_lz4, best);
}

static void finish_entry(struct fl_page_packer *packer, const struct stored_form *form, size_t rows,
                         size_t null_count, struct fl_page_entry *entry)
{
    const bool has_bitmap = null_count > 0 && null_count < rows;
    packer->bytes = form->stored->bytes;
    entry->stored_bytes = fl_put32((uint32_t)form->stored->size);
    entry->unpacked_bytes = fl_put32((uint32_t)form->unpacked_bytes);
    entry->encoding = (uint8_t)form->encoding;
    entry->flags = (uint8_t)((form->lz4 ? FL_PAGE_FLAG_LZ4 : 0) | (has_bitmap ? FL_PAGE_FLAG_NULLS : 0));
    entry->nulls = fl_put32((uint32_t)null_count);
}

/* The values that are not null, side by side. */
static const int64_t *dense_integers(struct fl_page_packer *packer, const int64_t *values,
                                     const uint8_t *nulls, size_t rows, size_t null_count)
{
    if (null_count == 0)
        return values;
    if (!fl_buffer_reserve(&packer->dense, rows * sizeof *values))
        return NULL;
    int64_t *dense = (int64_t *)(void *)packer->dense.bytes;
    size_t count = 0;
    for (size_t row = 0; row < rows; row++) {
        dense[count] = values[row];
        count += nulls[row] == 0;
    }
    return dense;
}

static uint64_t measure(struct fl_integers *page)
{
    uint64_t sum = 0;
    page->min = page->values[0];
    page->max = page->values[0];
    for (size_t i = 0; i < page->count; i++) {
        const int64_t value = page->values[i];
        page->min = value < page->min ? value : page->min;
        page->max = value > page->max ? value : page->max;
        sum += (uint64_t)value;
    }
    return sum;
}

bool fl_page_pack_integers(struct fl_page_packer *packer, const int64_t *values, const uint8_t *nulls,
                           size_t rows, bool hot, struct fl_page_entry *entry)
{
    assert(rows > 0 && rows <= FL_BLOCK_ROWS_MAX);
    const size_t null_count = count_nulls(nulls, rows);
    struct stored_form best = {&packer->candidate, 0, false, FL_ENCODING_CONSTANT};
    memset(entry, 0, sizeof *entry);
    packer->candidate.size = 0;
    if (null_count == rows) {
        finish_entry(packer, &best, rows, null_count, entry);
        return true;
    }
    struct fl_integers page = {.count = rows - null_count};
    page.values = dense_integers(packer, values, nulls, rows, null_count);
    if (page.values == NULL)
        return false;
    entry->sum = fl_put64(measure(&page));
    entry->min = fl_put64((uint64_t)page.min);
    entry->max = fl_put64((uint64_t)page.max);
    best.encoding = fl_encoding_choose(&page);
    if (!append_bitmap(nulls, rows, null_count, &packer->candidate) ||
        !fl_integer_codec_find(best.encoding)->encode(&page, &packer->candidate))
        return false;
    best.unpacked_bytes = packer->candidate.size;
    if (!hot && !try_lz4(&packer->candidate, best.encoding, &packer->candidate_lz4, &best))
        return false;
    if (!hot && page.min != page.max && !try_lz4_on_plain(packer, &page, nulls, rows, &best))
        return false;
    finish_entry(packer, &best, rows, null_count, entry);
    return true;
}

static const struct fl_text *dense_texts(struct fl_page_packer *packer, const struct fl_text *texts,
                                         const uint8_t *nulls, size_t rows, size_t null_count)
{
    if (null_count == 0)
        return texts;
    if (!fl_buffer_reserve(&packer->dense, rows * sizeof *texts))
        return NULL;
    struct fl_text *dense = (struct fl_text *)(void *)packer->dense.bytes;
    size_t count = 0;
    for (size_t row = 0; row < rows; row++) {
        if (nulls[row] == 0)
            dense[count++] = texts[row];
    }
    return dense;
}

bool fl_page_pack_texts(struct fl_page_packer *packer, const struct fl_text *texts, const uint8_t *nulls,
                        size_t rows, struct fl_page_entry *entry)
{
    assert(rows > 0 && rows <= FL_BLOCK_ROWS_MAX);
    const size_t null_count = count_nulls(nulls, rows);
    struct stored_form best = {&packer->candidate, 0, false, FL_ENCODING_STRING};
    memset(entry, 0, sizeof *entry);
    packer->candidate.size = 0;
    if (null_count == rows) {
        finish_entry(packer, &best, rows, null_count, entry);
        return true;
    }
    const struct fl_text *dense = dense_texts(packer, texts, nulls, rows, null_count);
    if (dense == NULL)
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < rows - null_count; i++)
        sum += dense[i].size;
    entry->sum = fl_put64(sum);
    if (!append_bitmap(nulls, rows, null_count, &packer->candidate) ||
        !fl_string_encode(dense, rows - null_count, &packer->candidate))
        return false;
    best.unpacked_bytes = packer->candidate.size;
    if (!try_lz4(&packer->candidate, FL_ENCODING_STRING, &packer->candidate_lz4, &best))
        return false;
    finish_entry(packer, &best, rows, null_count, entry);
    return true;
}

void fl_page_packer_release(struct fl_page_packer *packer)
{
    fl_buffer_release(&packer->dense);
    fl_buffer_release(&packer->candidate);
    fl_buffer_release(&packer->plain);
    fl_buffer_release(&packer->candidate_lz4);
    fl_buffer_release(&packer->plain_lz4);
    packer->bytes = NULL;
}
