/* page_pack.c - rows of one column to the bytes of one page. */
#include "formats/table/page_pack.h"

#include <assert.h>

#include "formats/base/bytes.h"
#include "formats/encodings/compress.h"
#include "formats/encodings/decode_kernels.h"
#include "formats/encodings/encoding.h"
#include "formats/encodings/zstd.h"

static size_t count_nulls(const uint8_t *nulls, size_t rows)
{
    size_t count = 0;
    for (size_t row = 0; nulls != NULL && row < rows; row++)
        count += nulls[row] != 0;
    return count;
}

static bool append_bitmap(const uint8_t *nulls, size_t rows, struct fl_buffer *out)
{
    const size_t size = (rows + 7) / 8;
    if (!fl_buffer_reserve(out, out->size + size))
        return false;
    uint8_t *bitmap = out->bytes + out->size;
    memset(bitmap, 0, size);
    /* Eight bytes of 0 or 1 at a time: the product brings byte i to bit 56 + i, and no two to the same place.
     */
    size_t row = 0;
    for (; row + 8 <= rows; row += 8)
        bitmap[row / 8] = (uint8_t)(fl_load_le64(nulls + row) * 0x0102040810204080u >> 56);
    for (; row < rows; row++)
        bitmap[row / 8] |= (uint8_t)(nulls[row] << (row % 8));
    out->size += size;
    return true;
}

/* Nulls by type, where they are smaller than the bitmap: which columns a row has follows mostly from what it
 * is, so a bit for each type says nearly all. */
struct typed_nulls {
    bool used;
    size_t exceptions;
    struct fl_typed_nulls head;
};

void fl_page_packer_begin_block(struct fl_page_packer *packer, const int64_t *types, size_t rows)
{
    packer->types = types;
    memset(packer->of_type, 0, sizeof packer->of_type);
    for (size_t row = 0; types != NULL && row < rows; row++)
        packer->of_type[types[row]]++;
}

/* How many rows of each type are not null: few of them as a rule, so the others are passed eight at a time.
 */
static void count_filled(const int64_t *types, const uint8_t *nulls, size_t rows,
                         uint32_t filled[FL_TYPES_MAX])
{
    const uint64_t ones = 0x0101010101010101u;
    size_t row = 0;
    for (; row + 8 <= rows; row += 8) {
        for (uint64_t left = fl_load_le64(nulls + row) ^ ones; left != 0; left &= left - 1)
            filled[types[row + (size_t)__builtin_ctzll(left) / 8]]++;
    }
    for (; row < rows; row++)
        filled[types[row]] += nulls[row] == 0;
}

static struct typed_nulls look_at_types(const struct fl_page_packer *packer, const uint8_t *nulls,
                                        size_t rows)
{
    uint32_t filled[FL_TYPES_MAX] = {0};
    struct typed_nulls typed = {0};
    count_filled(packer->types, nulls, rows, filled);
    for (size_t type = 0; type < FL_TYPES_MAX; type++) {
        const uint32_t others = filled[type], null = packer->of_type[type] - others;
        if (null > others)
            typed.head.type_bits[type / 8] |= (uint8_t)(1u << (type % 8));
        typed.exceptions += null > others ? others : null;
    }
    /* A quarter, as LZ4 often takes half of a bitmap whose rows are not so clear-cut. */
    typed.used = sizeof typed.head + typed.exceptions * sizeof(fl_le16) < (rows + 7) / 8 / 4;
    typed.head.exceptions = fl_put16((uint16_t)typed.exceptions);
    return typed;
}

static bool append_typed(const struct typed_nulls *typed, const int64_t *types, const uint8_t *nulls,
                         size_t rows, struct fl_buffer *out)
{
    const struct fl_typed_nulls *head = &typed->head;
    if (!fl_buffer_append(out, head, sizeof *head))
        return false;
    size_t left = typed->exceptions; /* none as a rule: then no row is looked at */
    for (size_t row = 0; left > 0; row++) {
        assert(row < rows);
        const bool by_type = (head->type_bits[types[row] / 8] >> (types[row] % 8) & 1) != 0;
        if (by_type == (nulls[row] != 0))
            continue;
        const fl_le16 exception = fl_put16((uint16_t)row);
        if (!fl_buffer_append(out, &exception, sizeof exception))
            return false;
        left--;
    }
    (void)rows;
    return true;
}

/* What stands in front of the values: nothing without nulls, or without anything else. */
static bool pack_nulls(struct fl_page_packer *packer, const uint8_t *nulls, size_t rows, size_t null_count)
{
    packer->null_bytes.size = 0;
    packer->null_flags = 0;
    if (null_count == 0 || null_count == rows)
        return true;
    packer->null_flags = FL_PAGE_FLAG_NULLS;
    if (packer->types != NULL) {
        const struct typed_nulls typed = look_at_types(packer, nulls, rows);
        if (typed.used) {
            packer->null_flags |= FL_PAGE_FLAG_TYPED_NULLS;
            return append_typed(&typed, packer->types, nulls, rows, &packer->null_bytes);
        }
    }
    return append_bitmap(nulls, rows, &packer->null_bytes);
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
    uint8_t packed_flag; /* FL_PAGE_FLAG_LZ4, FL_PAGE_FLAG_ZSTD or 0 */
    enum fl_encoding encoding;
};

static size_t form_cost(const struct stored_form *form)
{
    return page_cost(form->stored->size, form->packed_flag != 0 ? form->unpacked_bytes : 0);
}

/* Puts the LZ4 form of `unpacked` into *best when it is cheaper. */
static bool try_lz4(const struct fl_buffer *unpacked, enum fl_encoding encoding, enum fl_effort effort,
                    struct fl_buffer *packed, struct stored_form *best)
{
    packed->size = 0;
    const int pays = fl_lz4_pack(unpacked->bytes, unpacked->size, effort == FL_EFFORT_HIGH, packed);
    if (pays < 0)
        return false;
    const struct stored_form form = {packed, unpacked->size, FL_PAGE_FLAG_LZ4, encoding};
    if (pays > 0 && form_cost(&form) < form_cost(best))
        *best = form;
    return true;
}

static bool try_lz4_on_plain(struct fl_page_packer *packer, const struct fl_integers *page,
                             enum fl_effort effort, struct stored_form *best)
{
    const struct fl_integer_codec *codec = fl_integer_codec_find(FL_ENCODING_PLAIN);
    /* Unpacking alone would cost more than what there is already: not worth a try. */
    if (page_cost(0, codec->encoded_size(page)) >= form_cost(best))
        return true;
    packer->plain.size = 0;
    return fl_buffer_append(&packer->plain, packer->null_bytes.bytes, packer->null_bytes.size) &&
           codec->encode(page, &packer->plain) &&
           try_lz4(&packer->plain, FL_ENCODING_PLAIN, effort, &packer->plain_lz4, best);
}

/* Puts the zstd form of the candidate into *best when it is smaller by an eighth at least. Not by cost:
 * nothing is scored by texts, so their room counts more than the two to three times as long that they take to
 * unpack than with LZ4. An eighth less room is a fair price for that time, one in a hundred is not. */
static bool try_zstd(struct fl_page_packer *packer, struct stored_form *best)
{
    packer->candidate_zstd.size = 0;
    const size_t size_max = best->stored->size - (best->stored->size + 7) / 8;
    const int pays =
        fl_zstd_pack(packer->candidate.bytes, packer->candidate.size, size_max, &packer->candidate_zstd);
    if (pays > 0)
        *best = (struct stored_form){&packer->candidate_zstd, packer->candidate.size, FL_PAGE_FLAG_ZSTD,
                                     best->encoding};
    return pays >= 0;
}

static void finish_entry(struct fl_page_packer *packer, const struct stored_form *form, size_t null_count,
                         struct fl_page_entry *entry)
{
    packer->bytes = form->stored->bytes;
    entry->stored_bytes = fl_put32((uint32_t)form->stored->size);
    entry->unpacked_bytes = fl_put32((uint32_t)form->unpacked_bytes);
    entry->encoding = (uint8_t)form->encoding;
    entry->flags = (uint8_t)(form->packed_flag | packer->null_flags);
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

bool fl_page_pack_integers(struct fl_page_packer *packer, const int64_t *values, const uint8_t *nulls,
                           size_t rows, bool hot, enum fl_effort effort, struct fl_page_entry *entry)
{
    assert(rows > 0 && rows <= FL_BLOCK_ROWS_MAX);
    const size_t null_count = count_nulls(nulls, rows);
    struct stored_form best = {&packer->candidate, 0, 0, FL_ENCODING_CONSTANT};
    memset(entry, 0, sizeof *entry);
    packer->candidate.size = 0;
    if (!pack_nulls(packer, nulls, rows, null_count))
        return false;
    if (null_count == rows) {
        finish_entry(packer, &best, null_count, entry);
        return true;
    }
    struct fl_integers page = {.count = rows - null_count};
    page.values = dense_integers(packer, values, nulls, rows, null_count);
    if (page.values == NULL)
        return false;
    const struct fl_measure measured = fl_decode_kernels()->measure(page.values, page.count);
    page.min = measured.min;
    page.max = measured.max;
    entry->sum = fl_put64(measured.sum);
    entry->min = fl_put64((uint64_t)page.min);
    entry->max = fl_put64((uint64_t)page.max);
    if (effort != FL_EFFORT_LOW)
        best.encoding = fl_encoding_choose(&page);
    else if (page.min != page.max)
        best.encoding = FL_ENCODING_PACKED;
    if (!fl_buffer_append(&packer->candidate, packer->null_bytes.bytes, packer->null_bytes.size) ||
        !fl_integer_codec_find(best.encoding)->encode(&page, &packer->candidate))
        return false;
    best.unpacked_bytes = packer->candidate.size;
    const bool may_lz4 = !hot && effort != FL_EFFORT_LOW;
    if (may_lz4 && !try_lz4(&packer->candidate, best.encoding, effort, &packer->candidate_lz4, &best))
        return false;
    if (may_lz4 && page.min != page.max && !try_lz4_on_plain(packer, &page, effort, &best))
        return false;
    finish_entry(packer, &best, null_count, entry);
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

/* Texts of rows are ENDED: with zstd they take 6 to 14 % less than as STRING, with LZ4 2 to 10 %, as the end
 * of a text is part of what repeats, while lengths of odd bits lie apart and look like noise. Words are short
 * and distinct, so theirs are STRING, which has nothing to be joined. */
static bool encode_texts(const struct fl_text *texts, size_t count, enum fl_encoding encoding,
                         struct fl_buffer *out)
{
    return (encoding == FL_ENCODING_ENDED ? fl_ended_encode(texts, count, out)
                                          : fl_string_encode(texts, count, out)) != 0;
}

bool fl_page_pack_texts(struct fl_page_packer *packer, const struct fl_text *texts, const uint8_t *nulls,
                        size_t rows, bool words, enum fl_effort effort, struct fl_page_entry *entry)
{
    assert(rows > 0 && rows <= FL_BLOCK_ROWS_MAX);
    const size_t null_count = count_nulls(nulls, rows);
    struct stored_form best = {&packer->candidate, 0, 0, FL_ENCODING_STRING};
    memset(entry, 0, sizeof *entry);
    packer->candidate.size = 0;
    if (!pack_nulls(packer, nulls, rows, null_count))
        return false;
    if (null_count == rows) {
        finish_entry(packer, &best, null_count, entry);
        return true;
    }
    const struct fl_text *dense = dense_texts(packer, texts, nulls, rows, null_count);
    if (dense == NULL)
        return false;
    uint64_t sum = 0;
    for (size_t i = 0; i < rows - null_count; i++)
        sum += dense[i].size;
    entry->sum = fl_put64(sum);
    best.encoding = words ? FL_ENCODING_STRING : FL_ENCODING_ENDED;
    if (!fl_buffer_append(&packer->candidate, packer->null_bytes.bytes, packer->null_bytes.size) ||
        !encode_texts(dense, rows - null_count, best.encoding, &packer->candidate))
        return false;
    best.unpacked_bytes = packer->candidate.size;
    if (!try_lz4(&packer->candidate, best.encoding, effort, &packer->candidate_lz4, &best))
        return false;
    if (!words && effort == FL_EFFORT_HIGH && !try_zstd(packer, &best))
        return false;
    finish_entry(packer, &best, null_count, entry);
    return true;
}

void fl_page_packer_release(struct fl_page_packer *packer)
{
    fl_buffer_release(&packer->dense);
    fl_buffer_release(&packer->null_bytes);
    fl_buffer_release(&packer->candidate);
    fl_buffer_release(&packer->plain);
    fl_buffer_release(&packer->candidate_lz4);
    fl_buffer_release(&packer->plain_lz4);
    fl_buffer_release(&packer->candidate_zstd);
    packer->bytes = NULL;
}
