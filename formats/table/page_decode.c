/* page_decode.c - the bytes of one page to the values of one column. */
#include "formats/table/page_decode.h"

#include <assert.h>
#include <string.h>

#include "formats/base/cursor.h"
#include "formats/encodings/decode_kernels.h"
#include "formats/encodings/encoding.h"

/* The page behind its nulls. */
struct encoded {
    const uint8_t *bytes;
    size_t size;
    size_t count; /* values that are not null */
};

static fl_status check_null_count(size_t found, size_t promised, struct fl_error *error)
{
    if (found == promised)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "null bitmap with %zu nulls, %zu were promised", found, promised);
}

/* The bitmap at the front of a page as one byte a row. */
static fl_status take_bitmap(struct fl_cursor *cursor, size_t rows, size_t null_count, uint8_t *nulls,
                             struct fl_error *error)
{
    const size_t size = fl_cursor_left(cursor), bitmap_size = (rows + 7) / 8;
    const uint8_t *bitmap = fl_cursor_take(cursor, bitmap_size);
    if (bitmap == NULL)
        return fl_fail(error, FL_CORRUPT, "page of %zu bytes, its null bitmap alone has %zu", size,
                       bitmap_size);
    if (!fl_bits_end_is_clean(bitmap, rows, 1))
        return fl_fail(error, FL_CORRUPT, "unused bits of the null bitmap are not zero");
    return check_null_count(fl_decode_kernels()->bits_to_bytes(bitmap, rows, nulls), null_count, error);
}

/* Turns the rows around that are not as their type says; *found is how many are null. */
static fl_status turn_exceptions(const uint8_t *exceptions, size_t count, size_t rows, uint8_t *nulls,
                                 size_t *found, struct fl_error *error)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t row = fl_load_le16(exceptions + 2 * i);
        if (row < next || row >= rows)
            return fl_fail(error, FL_CORRUPT, "nulls by type: exception %zu does not ascend within the rows",
                           i);
        nulls[row] ^= 1;
        *found = nulls[row] != 0 ? *found + 1 : *found - 1;
        next = row + 1;
    }
    return FL_OK;
}

/* A bit for each type with the rows that differ. */
static fl_status take_nulls_by_type(struct fl_cursor *cursor, const uint8_t *types, size_t rows,
                                    size_t null_count, uint8_t *nulls, struct fl_error *error)
{
    const size_t size = fl_cursor_left(cursor);
    const struct fl_typed_nulls *head = (const void *)fl_cursor_take(cursor, sizeof *head);
    if (head == NULL)
        return fl_fail(error, FL_CORRUPT, "page of %zu bytes, its nulls by type alone have %zu", size,
                       sizeof *head);
    const size_t exceptions = fl_get16(head->exceptions);
    const uint8_t *bytes = fl_cursor_take(cursor, 2 * exceptions);
    if (bytes == NULL)
        return fl_fail(error, FL_CORRUPT, "page of %zu bytes, its nulls by type have %zu exceptions", size,
                       exceptions);
    size_t found = fl_decode_kernels()->bits_of_types(head->type_bits, types, rows, nulls);
    const fl_status status = turn_exceptions(bytes, exceptions, rows, nulls, &found, error);
    return status == FL_OK ? check_null_count(found, null_count, error) : status;
}

/* Fills nulls[], when there are any. */
static fl_status start(const struct fl_page_source *page, uint8_t *nulls, struct encoded *encoded,
                       struct fl_error *error)
{
    const size_t null_count = fl_get32(page->entry->nulls), size = fl_get32(page->entry->unpacked_bytes);
    *encoded = (struct encoded){page->bytes, size, page->rows - null_count};
    if ((page->entry->flags & FL_PAGE_FLAG_NULLS) == 0)
        return FL_OK;
    struct fl_cursor cursor = fl_cursor_over(page->bytes, size);
    const fl_status status =
        (page->entry->flags & FL_PAGE_FLAG_TYPED_NULLS) != 0
            ? take_nulls_by_type(&cursor, page->types, page->rows, null_count, nulls, error)
            : take_bitmap(&cursor, page->rows, null_count, nulls, error);
    encoded->bytes = cursor.at;
    encoded->size = fl_cursor_left(&cursor);
    return status;
}

static enum fl_lane lane_of(enum fl_storage storage)
{
    switch (storage) {
    case FL_STORAGE_U8:
        return FL_LANE_8;
    case FL_STORAGE_I32:
    case FL_STORAGE_WORD:
        return FL_LANE_32;
    case FL_STORAGE_I64:
        return FL_LANE_64;
    case FL_STORAGE_TEXT:
        break;
    }
    assert(false && "texts have a way of their own");
    return FL_LANE_64;
}

/* From the end of the array to the rows. */
static void place(const uint8_t *nulls, size_t rows, size_t count, enum fl_lane lane, void *values)
{
    const struct fl_decode_kernels *kernels = fl_decode_kernels();
    switch (lane) {
    case FL_LANE_8:
        kernels->place_8(nulls, rows, count, values);
        return;
    case FL_LANE_32:
        kernels->place_32(nulls, rows, count, values);
        return;
    case FL_LANE_64:
        kernels->place_64(nulls, rows, count, values);
    }
}

void fl_page_decode_absent(enum fl_storage storage, size_t rows, void *values, uint8_t *nulls)
{
    memset(values, 0, rows * lane_of(storage));
    memset(nulls, 1, rows);
}

fl_status fl_page_decode_integers(const struct fl_page_source *page, enum fl_storage storage, void *values,
                                  uint8_t *nulls, struct fl_error *error)
{
    const struct fl_page_entry *entry = page->entry;
    if (fl_get32(entry->nulls) == page->rows) {
        fl_page_decode_absent(storage, page->rows, values, nulls);
        return FL_OK;
    }
    struct encoded encoded;
    fl_status status = start(page, nulls, &encoded, error);
    if (status != FL_OK)
        return status;
    const enum fl_lane lane = lane_of(storage);
    const size_t null_count = page->rows - encoded.count;
    status = fl_integer_codec_find(entry->encoding)
                 ->decode(encoded.bytes, encoded.size, (int64_t)fl_get64(entry->min),
                          (int64_t)fl_get64(entry->max), encoded.count, lane,
                          (uint8_t *)values + null_count * lane, error);
    if (status == FL_OK && null_count > 0)
        place(nulls, page->rows, encoded.count, lane, values);
    return status;
}

/* Equal neighbours become one run; the values must ascend. */
static fl_status join_runs(size_t count, int64_t *value, uint32_t *end_row, size_t *joined,
                           struct fl_error *error)
{
    size_t last = 0;
    for (size_t i = 1; i < count; i++) {
        if (value[i] < value[last])
            return fl_fail(error, FL_CORRUPT, "the keys do not ascend");
        last += value[i] != value[last];
        value[last] = value[i];
        end_row[last] = end_row[i];
    }
    *joined = last + 1;
    return FL_OK;
}

fl_status fl_page_decode_runs(const struct fl_page_source *page, int64_t *value, uint32_t *end_row,
                              size_t *run_count, struct fl_error *error)
{
    const struct fl_page_entry *entry = page->entry;
    fl_status status;
    assert(fl_get32(entry->nulls) == 0);
    if (entry->encoding == FL_ENCODING_RUN) {
        status =
            fl_run_decode_runs(page->bytes, fl_get32(entry->unpacked_bytes), (int64_t)fl_get64(entry->min),
                               (int64_t)fl_get64(entry->max), page->rows, value, end_row, run_count, error);
    } else {
        status = fl_page_decode_integers(page, FL_STORAGE_I64, value, NULL, error);
        *run_count = page->rows;
        for (size_t row = 0; row < page->rows; row++)
            end_row[row] = (uint32_t)row + 1;
    }
    return status == FL_OK ? join_runs(*run_count, value, end_row, run_count, error) : status;
}

/* offsets[0 .. count] of the texts that are there to offsets[0 .. rows], in place: a null is an empty text.
 * From the end, as no offset moves to the left. */
static void spread_offsets(uint32_t *offsets, size_t count, const uint8_t *nulls, size_t rows)
{
    size_t text = count;
    for (size_t row = rows; row > 0; row--) {
        offsets[row] = offsets[text];
        text -= nulls[row - 1] == 0;
    }
    assert(text == 0);
}

/* offsets[count + 1] into *text_bytes. `bytes` are those behind the nulls. */
static fl_status decode_dense_texts(enum fl_encoding encoding, uint8_t *bytes, const struct encoded *encoded,
                                    uint32_t *offsets, const uint8_t **text_bytes, struct fl_error *error)
{
    if (encoding == FL_ENCODING_STRING)
        return fl_string_decode(bytes, encoded->size, encoded->count, FL_TEXT_BYTES_MAX, offsets, text_bytes,
                                error);
    *text_bytes = bytes;
    return fl_ended_decode(bytes, encoded->size, encoded->count, FL_TEXT_BYTES_MAX, offsets, error);
}

fl_status fl_page_decode_texts(const struct fl_page_source *page, uint8_t *bytes, uint32_t *offsets,
                               uint8_t *nulls, const char **text_bytes, struct fl_error *error)
{
    const struct fl_page_entry *entry = page->entry;
    *text_bytes = "";
    if (fl_get32(entry->nulls) == page->rows) {
        memset(offsets, 0, (page->rows + 1) * sizeof *offsets);
        memset(nulls, 1, page->rows);
        return FL_OK;
    }
    struct encoded encoded;
    fl_status status = start(page, nulls, &encoded, error);
    if (status != FL_OK)
        return status;
    assert(bytes == page->bytes);
    const uint8_t *texts;
    status = decode_dense_texts(entry->encoding, bytes + (encoded.bytes - page->bytes), &encoded, offsets,
                                &texts, error);
    if (status != FL_OK)
        return status;
    if (offsets[encoded.count] != fl_get64(entry->sum))
        return fl_fail(error, FL_CORRUPT, "texts of %u bytes, %ju were promised", offsets[encoded.count],
                       (uintmax_t)fl_get64(entry->sum));
    *text_bytes = (const char *)texts;
    if (encoded.count < page->rows)
        spread_offsets(offsets, encoded.count, nulls, page->rows);
    return FL_OK;
}
