/* parquet_decode_values.c - the values of one page, taken in pieces. */
#include "formats/parquet/parquet_decode_values.h"

#include <string.h>

#include "formats/parquet/parquet_decode_plain.h"

enum { PIECE = 256 };

size_t fl_parquet_form_size(enum fl_parquet_form form)
{
    switch (form) {
    case FL_PARQUET_AS_U8:
        return 1;
    case FL_PARQUET_AS_I32:
    case FL_PARQUET_AS_F32:
        return 4;
    case FL_PARQUET_AS_I64:
    case FL_PARQUET_AS_F64:
        return 8;
    case FL_PARQUET_AS_TEXT:
        break;
    }
    return sizeof(struct fl_text);
}

static fl_status fail_short(struct fl_error *error)
{
    return fl_fail(error, FL_CORRUPT, "the page ends before its last value");
}

/* --- taking values */

static fl_status take_fixed(struct fl_parquet_reader *reader, void *values, size_t count,
                            struct fl_error *error)
{
    const size_t left = fl_cursor_left(&reader->cursor);
    if (count > left / reader->value_size)
        return fail_short(error);
    const uint8_t *bytes = fl_cursor_take(&reader->cursor, count * reader->value_size);
    if (reader->column->form == FL_PARQUET_AS_TEXT) {
        fl_parquet_slice_texts(bytes, count, reader->value_size, values);
        return FL_OK;
    }
    if (reader->column->type == FL_PARQUET_INT96)
        fl_parquet_int96_to_micros(bytes, count, values);
    else
        memcpy(values, bytes, count * reader->value_size);
    return FL_OK;
}

static fl_status take_lengths(struct fl_parquet_reader *reader, struct fl_text *texts, size_t count,
                              struct fl_error *error)
{
    const size_t taken = fl_parquet_cut_texts(&reader->cursor, texts, count);
    return taken == count ? FL_OK : fail_short(error);
}

static fl_status take_indices(struct fl_parquet_reader *reader, void *values, size_t count, uint32_t *indices,
                              struct fl_error *error)
{
    const struct fl_parquet_dictionary *dictionary = reader->dictionary;
    uint32_t largest = 0;
    if (!fl_parquet_hybrid_take32(&reader->hybrid, indices, count, &largest))
        return fail_short(error);
    if (count != 0 && largest >= dictionary->count)
        return fl_fail(error, FL_CORRUPT, "index %u into a dictionary of %u values", largest,
                       dictionary->count);
    switch (fl_parquet_form_size(reader->column->form)) {
    case 1:
        fl_parquet_gather_8(dictionary->words.bytes, indices, count, values);
        break;
    case 4:
        fl_parquet_gather_32(dictionary->words.bytes, indices, count, values);
        break;
    case 8:
        fl_parquet_gather_64(dictionary->words.bytes, indices, count, values);
        break;
    default:
        fl_parquet_gather_texts((const void *)dictionary->words.bytes, indices, count, values);
        break;
    }
    return FL_OK;
}

static fl_status take_bits(struct fl_parquet_reader *reader, uint8_t *values, size_t count,
                           struct fl_error *error)
{
    uint32_t largest = 0;
    if (!fl_parquet_hybrid_take8(&reader->hybrid, values, count, &largest))
        return fail_short(error);
    if (largest > 1)
        return fl_fail(error, FL_CORRUPT, "a boolean that is neither 0 nor 1");
    return FL_OK;
}

static fl_status take_delta(struct fl_parquet_reader *reader, void *values, size_t count,
                            struct fl_error *error)
{
    const bool whole = reader->column->type == FL_PARQUET_INT64
                           ? fl_parquet_delta_take64(&reader->delta, values, count)
                           : fl_parquet_delta_take32(&reader->delta, values, count);
    return whole ? FL_OK : fail_short(error);
}

static fl_status take_delta_lengths(struct fl_parquet_reader *reader, struct fl_text *texts, size_t count,
                                    struct fl_error *error)
{
    int32_t lengths[PIECE];
    for (size_t done = 0; done < count;) {
        const size_t piece = count - done < PIECE ? count - done : PIECE;
        if (!fl_parquet_delta_take32(&reader->delta, lengths, piece))
            return fail_short(error);
        for (size_t i = 0; i < piece; i++) {
            const uint8_t *bytes =
                lengths[i] < 0 ? NULL : fl_cursor_take(&reader->cursor, (size_t)lengths[i]);
            if (bytes == NULL)
                return fl_fail(error, FL_CORRUPT, "a text of %d bytes, the page has %zu more", lengths[i],
                               fl_cursor_left(&reader->cursor));
            texts[done + i] = (struct fl_text){(const char *)bytes, (size_t)lengths[i]};
        }
        done += piece;
    }
    return FL_OK;
}

/* One text: the beginning of the one before, then bytes of the page. False: there are not that many. */
static bool join_text(struct fl_parquet_reader *reader, int32_t prefix, int32_t suffix, uint8_t **beside,
                      struct fl_text *text)
{
    if (prefix < 0 || suffix < 0 || (size_t)prefix > reader->previous.size)
        return false;
    const uint8_t *end = fl_cursor_take(&reader->cursor, (size_t)suffix);
    if (end == NULL)
        return false;
    *text = (struct fl_text){"", 0};
    if (prefix != 0 || suffix != 0) { /* there may be no room beside for nothing but empty texts */
        memcpy(*beside, reader->previous.bytes, (size_t)prefix);
        memcpy(*beside + prefix, end, (size_t)suffix);
        *text = (struct fl_text){(const char *)*beside, (size_t)prefix + (size_t)suffix};
        *beside += text->size;
    }
    reader->previous = *text;
    return true;
}

static fl_status take_delta_texts(struct fl_parquet_reader *reader, struct fl_text *texts, size_t count,
                                  uint8_t *beside, struct fl_error *error)
{
    int32_t prefixes[PIECE], suffixes[PIECE];
    const bool is_fixed = reader->column->type == FL_PARQUET_FIXED_LEN_BYTE_ARRAY;
    for (size_t done = 0; done < count;) {
        const size_t piece = count - done < PIECE ? count - done : PIECE;
        if (!fl_parquet_delta_take32(&reader->prefixes, prefixes, piece) ||
            !fl_parquet_delta_take32(&reader->delta, suffixes, piece))
            return fail_short(error);
        for (size_t i = 0; i < piece; i++) {
            struct fl_text *text = &texts[done + i];
            if (!join_text(reader, prefixes[i], suffixes[i], &beside, text))
                return fl_fail(error, FL_CORRUPT, "a text that keeps more of the one before than there is");
            if (is_fixed && text->size != reader->value_size)
                return fl_fail(error, FL_CORRUPT, "a value of %zu bytes, all should have %u", text->size,
                               reader->value_size);
        }
        done += piece;
    }
    return FL_OK;
}

static fl_status take_streams(struct fl_parquet_reader *reader, void *values, size_t count, uint8_t *beside,
                              struct fl_error *error)
{
    if (count > reader->stream_values - reader->stream_at)
        return fail_short(error);
    const bool is_text = reader->column->form == FL_PARQUET_AS_TEXT;
    fl_parquet_join_streams(reader->cursor.at + reader->stream_at, reader->stream_values, reader->value_size,
                            count, is_text ? beside : values);
    if (is_text)
        fl_parquet_slice_texts(beside, count, reader->value_size, values);
    reader->stream_at += count;
    return FL_OK;
}

fl_status fl_parquet_reader_take(struct fl_parquet_reader *reader, void *values, size_t count,
                                 uint32_t *indices, uint8_t *beside, struct fl_error *error)
{
    if (count == 0)
        return FL_OK;
    switch (reader->way) {
    case FL_PARQUET_WAY_FIXED:
        return take_fixed(reader, values, count, error);
    case FL_PARQUET_WAY_LENGTHS:
        return take_lengths(reader, values, count, error);
    case FL_PARQUET_WAY_BITS:
        return take_bits(reader, values, count, error);
    case FL_PARQUET_WAY_INDICES:
        return take_indices(reader, values, count, indices, error);
    case FL_PARQUET_WAY_DELTA:
        return take_delta(reader, values, count, error);
    case FL_PARQUET_WAY_DELTA_LENGTHS:
        return take_delta_lengths(reader, values, count, error);
    case FL_PARQUET_WAY_DELTA_TEXTS:
        return take_delta_texts(reader, values, count, beside, error);
    case FL_PARQUET_WAY_STREAMS:
        return take_streams(reader, values, count, beside, error);
    }
    return FL_INTERNAL;
}

/* --- memory, end */

static fl_status measure_texts(const struct fl_parquet_reader *reader, size_t count, uint64_t *size_bytes,
                               struct fl_error *error)
{
    struct fl_parquet_delta prefixes = reader->prefixes, suffixes = reader->delta;
    int32_t lengths[PIECE];
    while (count != 0) {
        const size_t piece = count < PIECE ? count : PIECE;
        for (int i = 0; i < 2; i++) {
            if (!fl_parquet_delta_take32(i == 0 ? &prefixes : &suffixes, lengths, piece))
                return fail_short(error);
            for (size_t k = 0; k < piece; k++)
                *size_bytes += lengths[k] < 0 ? 0 : (uint32_t)lengths[k];
        }
        count -= piece;
    }
    return FL_OK;
}

fl_status fl_parquet_reader_measure(const struct fl_parquet_reader *reader, size_t count,
                                    uint64_t *size_bytes, struct fl_error *error)
{
    *size_bytes = 0;
    if (reader->way == FL_PARQUET_WAY_DELTA_TEXTS)
        return measure_texts(reader, count, size_bytes, error);
    if (reader->way == FL_PARQUET_WAY_STREAMS && reader->column->form == FL_PARQUET_AS_TEXT)
        *size_bytes = (uint64_t)count * reader->value_size;
    return FL_OK;
}

static uint64_t count_left(const struct fl_parquet_reader *reader)
{
    switch (reader->way) {
    case FL_PARQUET_WAY_FIXED:
    case FL_PARQUET_WAY_LENGTHS:
        return fl_cursor_left(&reader->cursor);
    case FL_PARQUET_WAY_DELTA:
        return reader->delta.left;
    case FL_PARQUET_WAY_DELTA_LENGTHS:
    case FL_PARQUET_WAY_DELTA_TEXTS:
        return reader->delta.left + fl_cursor_left(&reader->cursor);
    case FL_PARQUET_WAY_STREAMS:
        return reader->stream_values - reader->stream_at;
    case FL_PARQUET_WAY_BITS:
    case FL_PARQUET_WAY_INDICES:
        break; /* the last group of eight may be filled up */
    }
    return 0;
}

fl_status fl_parquet_reader_end(const struct fl_parquet_reader *reader, struct fl_error *error)
{
    if (count_left(reader) != 0)
        return fl_fail(error, FL_CORRUPT, "the page has bytes behind its last value");
    return FL_OK;
}
