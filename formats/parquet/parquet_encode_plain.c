/* parquet_encode_plain.c - values one behind the other, Parquet's PLAIN. */
#include "formats/parquet/parquet_encode_plain.h"

#include "formats/base/bytes.h"

enum { LENGTH_BYTES = 4 };

/* `size` more bytes of `out`, or NULL. They may be written at once; `out` grows by what the caller says. */
static uint8_t *room_for(struct fl_buffer *out, size_t size)
{
    size_t needed;
    if (__builtin_add_overflow(out->size, size, &needed) || !fl_buffer_reserve(out, needed))
        return NULL;
    return out->bytes + out->size;
}

bool fl_parquet_plain_bool(const uint8_t *values, size_t count, struct fl_buffer *out)
{
    const size_t size = (count + 7) / 8;
    uint8_t *bytes = room_for(out, size);
    if (bytes == NULL)
        return size == 0;
    memset(bytes, 0, size);
    for (size_t i = 0; i < count; i++)
        bytes[i / 8] |= (uint8_t)(values[i] << i % 8);
    out->size += size;
    return true;
}

bool fl_parquet_plain_32(const uint32_t *values, size_t count, struct fl_buffer *out)
{
    const size_t size = count * sizeof *values;
    uint8_t *bytes = room_for(out, size);
    if (bytes == NULL)
        return size == 0;
    for (size_t i = 0; i < count; i++)
        fl_store_le32(bytes + i * sizeof *values, values[i]);
    out->size += size;
    return true;
}

bool fl_parquet_plain_64(const uint64_t *values, size_t count, struct fl_buffer *out)
{
    const size_t size = count * sizeof *values;
    uint8_t *bytes = room_for(out, size);
    if (bytes == NULL)
        return size == 0;
    for (size_t i = 0; i < count; i++)
        fl_store_le64(bytes + i * sizeof *values, values[i]);
    out->size += size;
    return true;
}

static uint8_t *put_text(struct fl_text text, uint8_t *bytes)
{
    fl_store_le32(bytes, (uint32_t)text.size);
    if (text.size > 0)
        memcpy(bytes + LENGTH_BYTES, text.bytes, text.size);
    return bytes + LENGTH_BYTES + text.size;
}

bool fl_parquet_plain_texts(const struct fl_text *values, size_t count, struct fl_buffer *out)
{
    size_t size = count * LENGTH_BYTES;
    for (size_t i = 0; i < count; i++)
        size += values[i].size;
    uint8_t *bytes = room_for(out, size);
    if (bytes == NULL)
        return size == 0;
    for (size_t i = 0; i < count; i++)
        bytes = put_text(values[i], bytes);
    out->size += size;
    return true;
}

bool fl_parquet_plain_words(const struct fl_parquet_words *words, const uint32_t *numbers, size_t count,
                            struct fl_buffer *out)
{
    size_t size = count * LENGTH_BYTES;
    for (size_t i = 0; i < count; i++)
        size += fl_parquet_word(words, numbers[i]).size;
    uint8_t *bytes = room_for(out, size);
    if (bytes == NULL)
        return size == 0;
    for (size_t i = 0; i < count; i++)
        bytes = put_text(fl_parquet_word(words, numbers[i]), bytes);
    out->size += size;
    return true;
}
