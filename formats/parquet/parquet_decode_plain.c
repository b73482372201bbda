/* parquet_decode_plain.c - values as they lie in pages, as streams of bytes, or in a dictionary. */
#include "formats/parquet/parquet_decode_plain.h"

/* The definition has integers and floats little-endian, and they are copied as they are. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are copied as they lie in the file");

enum { INT96_SIZE = 12, LENGTH_SIZE = 4 };

void fl_parquet_slice_texts(const uint8_t *bytes, size_t count, size_t size, struct fl_text *texts)
{
    for (size_t i = 0; i < count; i++)
        texts[i] = (struct fl_text){(const char *)bytes + i * size, size};
}

size_t fl_parquet_cut_texts(struct fl_cursor *cursor, struct fl_text *texts, size_t count)
{
    const uint8_t *at = cursor->at, *const end = cursor->end;
    size_t i = 0;
    for (; i < count; i++) {
        if (end - at < LENGTH_SIZE)
            break;
        const size_t size = fl_load_le32(at);
        if (size > (size_t)(end - at) - LENGTH_SIZE)
            break;
        texts[i] = (struct fl_text){(const char *)at + LENGTH_SIZE, size};
        at += LENGTH_SIZE + size;
    }
    cursor->at = at;
    return i;
}

void fl_parquet_int96_to_micros(const uint8_t *bytes, size_t count, int64_t *micros)
{
    const uint64_t unix_epoch_julian_day = 2440588, day_micros = 86400000000;
    for (size_t i = 0; i < count; i++) {
        const int64_t nanos = (int64_t)fl_load_le64(bytes + i * INT96_SIZE);
        const uint64_t day = (uint64_t)(int64_t)(int32_t)fl_load_le32(bytes + i * INT96_SIZE + 8);
        const uint64_t of_day = (uint64_t)(nanos / 1000 - (nanos % 1000 < 0));
        micros[i] = (int64_t)((day - unix_epoch_julian_day) * day_micros + of_day);
    }
}

/* With the size known the compiler keeps a value in a register. */
#define DEFINE_JOIN(bits)                                                                                    \
    static void join_##bits(const uint8_t *streams, size_t stream_size, size_t count, uint8_t *values)       \
    {                                                                                                        \
        for (size_t i = 0; i < count; i++) {                                                                 \
            uint##bits##_t value = 0;                                                                        \
            for (unsigned k = 0; k < (bits) / 8; k++)                                                        \
                value |= (uint##bits##_t)streams[k * stream_size + i] << (8 * k);                            \
            memcpy(values + i * sizeof value, &value, sizeof value);                                         \
        }                                                                                                    \
    }
DEFINE_JOIN(32)
DEFINE_JOIN(64)

void fl_parquet_join_streams(const uint8_t *streams, size_t stream_size, size_t size, size_t count,
                             uint8_t *values)
{
    if (size == 4) {
        join_32(streams, stream_size, count, values);
        return;
    }
    if (size == 8) {
        join_64(streams, stream_size, count, values);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < size; k++)
            values[i * size + k] = streams[k * stream_size + i];
    }
}

#define DEFINE_GATHER(name, type)                                                                            \
    void fl_parquet_gather_##name(const void *words, const uint32_t *indices, size_t count, void *values)    \
    {                                                                                                        \
        const type *const from = words;                                                                      \
        type *const to = values;                                                                             \
        for (size_t i = 0; i < count; i++)                                                                   \
            to[i] = from[indices[i]];                                                                        \
    }
DEFINE_GATHER(8, uint8_t)
DEFINE_GATHER(32, uint32_t)
DEFINE_GATHER(64, uint64_t)

void fl_parquet_gather_texts(const struct fl_text *words, const uint32_t *indices, size_t count,
                             struct fl_text *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = words[indices[i]];
}

/* Without a branch on the null: where they come at random, guessing costs more than the copy. */
void fl_parquet_place_texts(const uint8_t *nulls, size_t count, size_t held, struct fl_text *texts)
{
    size_t from = count - held, i = 0;
    for (; from < count; i++) {
        const struct fl_text text = texts[from];
        texts[i] = (struct fl_text){text.bytes, text.size & ((size_t)nulls[i] - 1)};
        from += 1u - nulls[i];
    }
    for (; i < count; i++)
        texts[i] = (struct fl_text){"", 0};
}
