/* page_decode.c - the bytes of one page to the values of one column. */
#include "formats/table/page_decode.h"

#include <assert.h>

#include "formats/encodings/encoding.h"

static size_t storage_bytes(enum fl_storage storage)
{
    switch (storage) {
    case FL_STORAGE_U8:
        return sizeof(uint8_t);
    case FL_STORAGE_I32:
        return sizeof(int32_t);
    case FL_STORAGE_I64:
        return sizeof(int64_t);
    case FL_STORAGE_WORD:
    case FL_STORAGE_TEXT: /* offsets */
        return sizeof(uint32_t);
    }
    return 0;
}

/* Points the member that counts at the values. */
static void *set_values(struct fl_column_data *data, enum fl_storage storage)
{
    void *values = data->values_buffer.bytes;
    switch (storage) {
    case FL_STORAGE_U8:
        data->as.u8 = values;
        break;
    case FL_STORAGE_I32:
        data->as.i32 = values;
        break;
    case FL_STORAGE_I64:
        data->as.i64 = values;
        break;
    case FL_STORAGE_WORD:
        data->as.words = values;
        break;
    case FL_STORAGE_TEXT:
        data->text_offsets = values;
        break;
    }
    return values;
}

/* The bitmap at the front of a page as one byte a row. Checks that it holds as many nulls as promised. */
static fl_status expand_nulls(const uint8_t *bitmap, size_t rows, size_t null_count,
                              struct fl_column_data *data, struct fl_error *error)
{
    uint8_t *nulls = data->nulls_buffer.bytes;
    size_t found = 0;
    for (size_t row = 0; row < rows; row++) {
        nulls[row] = bitmap[row / 8] >> (row % 8) & 1;
        found += nulls[row];
    }
    data->nulls = nulls;
    if (rows % 8 != 0 && bitmap[rows / 8] >> (rows % 8) != 0)
        return fl_fail(error, FL_CORRUPT, "unused bits of the null bitmap are not zero");
    if (found != null_count)
        return fl_fail(error, FL_CORRUPT, "null bitmap with %zu nulls, %zu were promised", found, null_count);
    return FL_OK;
}

/* The page behind its bitmap. */
struct encoded {
    const uint8_t *bytes;
    size_t size;
    size_t count; /* values that are not null */
};

static fl_status start(const struct fl_page_entry *entry, const uint8_t *bytes, size_t rows,
                       struct fl_column_data *data, struct encoded *encoded, struct fl_error *error)
{
    const size_t size = fl_get32(entry->unpacked_bytes), null_count = fl_get32(entry->nulls);
    data->rows = rows;
    data->nulls = NULL;
    *encoded = (struct encoded){bytes, size, rows - null_count};
    if ((entry->flags & FL_PAGE_FLAG_NULLS) == 0)
        return FL_OK;
    const size_t bitmap_size = (rows + 7) / 8;
    if (size < bitmap_size)
        return fl_fail(error, FL_CORRUPT, "page of %zu bytes, its null bitmap alone has %zu", size,
                       bitmap_size);
    if (!fl_buffer_reserve(&data->nulls_buffer, rows))
        return fl_fail_memory(error, rows);
    encoded->bytes += bitmap_size;
    encoded->size -= bitmap_size;
    return expand_nulls(bytes, rows, null_count, data, error);
}

/* Kernels: values that are not null to their rows, 0 for the others; each value fits by the check of min and
 * max. */
#define DEFINE_PLACE(name, type)                                                                             \
    static void place_##name(const int64_t *restrict dense, const uint8_t *restrict nulls, size_t rows,      \
                             type *restrict values)                                                          \
    {                                                                                                        \
        if (nulls == NULL) {                                                                                 \
            for (size_t row = 0; row < rows; row++)                                                          \
                values[row] = (type)dense[row];                                                              \
            return;                                                                                          \
        }                                                                                                    \
        for (size_t row = 0; row < rows; row++)                                                              \
            values[row] = nulls[row] != 0 ? (type)0 : (type)*dense++;                                        \
    }
DEFINE_PLACE(u8, uint8_t)
DEFINE_PLACE(i32, int32_t)
DEFINE_PLACE(i64, int64_t)
DEFINE_PLACE(u32, uint32_t)
#undef DEFINE_PLACE

static void place(const int64_t *dense, const uint8_t *nulls, size_t rows, enum fl_storage storage,
                  void *values)
{
    switch (storage) {
    case FL_STORAGE_U8:
        place_u8(dense, nulls, rows, values);
        return;
    case FL_STORAGE_I32:
        place_i32(dense, nulls, rows, values);
        return;
    case FL_STORAGE_I64:
        place_i64(dense, nulls, rows, values);
        return;
    case FL_STORAGE_WORD:
        place_u32(dense, nulls, rows, values);
        return;
    case FL_STORAGE_TEXT:
        break;
    }
    assert(false && "texts have a way of their own");
}

fl_status fl_page_decode_absent(enum fl_storage storage, size_t rows, struct fl_column_data *data,
                                struct fl_error *error)
{
    const size_t values_size = (rows + 1) * storage_bytes(storage);
    if (!fl_buffer_reserve(&data->values_buffer, values_size) ||
        !fl_buffer_reserve(&data->nulls_buffer, rows))
        return fl_fail_memory(error, values_size);
    memset(data->values_buffer.bytes, 0, values_size);
    memset(data->nulls_buffer.bytes, 1, rows);
    (void)set_values(data, storage);
    data->rows = rows;
    data->nulls = data->nulls_buffer.bytes;
    data->text_bytes = "";
    return FL_OK;
}

fl_status fl_page_decode_integers(const struct fl_page_entry *entry, const uint8_t *bytes,
                                  enum fl_storage storage, size_t rows, struct fl_column_data *data,
                                  struct fl_error *error)
{
    if (fl_get32(entry->nulls) == rows)
        return fl_page_decode_absent(storage, rows, data, error);
    struct encoded encoded;
    fl_status status = start(entry, bytes, rows, data, &encoded, error);
    if (status != FL_OK)
        return status;
    /* Where nothing has to be narrowed or moved the encoding writes straight to the result. */
    const bool direct = storage == FL_STORAGE_I64 && data->nulls == NULL;
    if (!fl_buffer_reserve(&data->values_buffer, rows * storage_bytes(storage)) ||
        (!direct && !fl_buffer_reserve(&data->text_buffer, encoded.count * sizeof(int64_t))))
        return fl_fail_memory(error, rows * sizeof(int64_t));
    void *values = set_values(data, storage);
    int64_t *dense = direct ? values : (int64_t *)(void *)data->text_buffer.bytes;
    status = fl_integer_codec_find(entry->encoding)
                 ->decode(encoded.bytes, encoded.size, (int64_t)fl_get64(entry->min),
                          (int64_t)fl_get64(entry->max), encoded.count, dense, error);
    if (status == FL_OK && !direct)
        place(dense, data->nulls, rows, storage, values);
    return status;
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

fl_status fl_page_decode_texts(const struct fl_page_entry *entry, const uint8_t *bytes, size_t rows,
                               struct fl_column_data *data, struct fl_error *error)
{
    if (fl_get32(entry->nulls) == rows)
        return fl_page_decode_absent(FL_STORAGE_TEXT, rows, data, error);
    struct encoded encoded;
    fl_status status = start(entry, bytes, rows, data, &encoded, error);
    if (status != FL_OK)
        return status;
    if (!fl_buffer_reserve(&data->values_buffer, (rows + 1) * sizeof(uint32_t)))
        return fl_fail_memory(error, (rows + 1) * sizeof(uint32_t));
    uint32_t *offsets = set_values(data, FL_STORAGE_TEXT);
    const uint8_t *text_bytes;
    status = fl_string_decode(encoded.bytes, encoded.size, encoded.count, FL_TEXT_BYTES_MAX, offsets,
                              &text_bytes, error);
    if (status != FL_OK)
        return status;
    if (offsets[encoded.count] != fl_get64(entry->sum))
        return fl_fail(error, FL_CORRUPT, "texts of %u bytes, %ju were promised", offsets[encoded.count],
                       (uintmax_t)fl_get64(entry->sum));
    data->text_bytes = (const char *)text_bytes;
    if (data->nulls != NULL)
        spread_offsets(offsets, encoded.count, data->nulls, rows);
    return FL_OK;
}
