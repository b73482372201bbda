/* export_pgcopy.c - a table as the binary form of PostgreSQL's COPY.
 *
 * Signature, flags, size of an extension; then for each row the number of fields and each field as its size
 * and its bytes, size -1 for a null; at the end -1 in place of a number of fields. Integers are big-endian, a
 * date is days since 2000-01-01, a numeric has digits to the base of 10,000. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/limits.h"
#include "formats/exporters/export_walk.h"

enum {
    FLUSH_BYTES = 1 << 20, /* as much goes through an output without a copy of its own */
    SHORT_COPY = 16,       /* words up to this size are one load and one store */
    FIELD_ROOM = 40,       /* of any field but a text or a word: a numeric has at most 4 + 8 + 2 * 6 bytes */
    DAY_OF_2000_01_01 = 10957,
    NUMERIC_NEGATIVE = 0x4000,
    NUMERIC_BASE = 10000
};

/* The fields of a word column, made once: size and bytes of each; SHORT_COPY bytes follow the last one. */
struct word_fields {
    struct fl_buffer fields;
    uint32_t *offsets;
    size_t longest;
};

struct pgcopy_export {
    const struct fl_export_request *request;
    struct fl_output *output;
    struct word_fields words[FL_COLUMNS_MAX];
    size_t fixed_room; /* of a row but for its texts */
    struct fl_buffer out;
};

static inline uint8_t *put_16(uint8_t *at, uint16_t value)
{
    const uint16_t swapped = __builtin_bswap16(value);
    memcpy(at, &swapped, sizeof swapped);
    return at + sizeof swapped;
}

static inline uint8_t *put_32(uint8_t *at, uint32_t value)
{
    const uint32_t swapped = __builtin_bswap32(value);
    memcpy(at, &swapped, sizeof swapped);
    return at + sizeof swapped;
}

static inline uint8_t *put_64(uint8_t *at, uint64_t value)
{
    const uint64_t swapped = __builtin_bswap64(value);
    memcpy(at, &swapped, sizeof swapped);
    return at + sizeof swapped;
}

/* value * 10^-scale. Digits stand from the highest; zeros at the end are left out, a zero has none. */
static uint8_t *put_numeric(uint8_t *at, int64_t value, int scale)
{
    /* The fraction is filled up to whole digits of the base: 3 places to 4, 6 to 8. */
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    const uint64_t one = scale == 3 ? 1000 : 1000000, fill = scale == 3 ? 10 : 100;
    uint64_t fraction = magnitude % one * fill, whole = magnitude / one;
    uint16_t digits[8]; /* from the lowest; those of 2^63 / 1000 are 4, and 2 of the fraction */
    int count = 0;
    for (int i = 0; i < (scale == 3 ? 1 : 2); i++, fraction /= NUMERIC_BASE)
        digits[count++] = (uint16_t)(fraction % NUMERIC_BASE);
    const int fraction_digits = count;
    for (; whole > 0; whole /= NUMERIC_BASE)
        digits[count++] = (uint16_t)(whole % NUMERIC_BASE);
    int lowest = 0;
    while (count > lowest && digits[count - 1] == 0)
        count--;
    while (lowest < count && digits[lowest] == 0)
        lowest++;
    const int weight = count > lowest ? count - 1 - fraction_digits : 0;
    at = put_32(at, (uint32_t)(8 + 2 * (count - lowest)));
    at = put_16(at, (uint16_t)(count - lowest));
    at = put_16(at, (uint16_t)weight);
    at = put_16(at, value < 0 ? NUMERIC_NEGATIVE : 0);
    at = put_16(at, (uint16_t)scale);
    for (int i = count; i > lowest; i--)
        at = put_16(at, digits[i - 1]);
    return at;
}

static inline uint8_t *put_word(const struct word_fields *words, uint32_t word, uint8_t *at)
{
    const uint32_t offset = words->offsets[word], size = words->offsets[word + 1] - offset;
    const uint8_t *const field = words->fields.bytes + offset;
    memcpy(at, field, SHORT_COPY);
    if (size > SHORT_COPY)
        memcpy(at + SHORT_COPY, field + SHORT_COPY, size - SHORT_COPY);
    return at + size;
}

static inline uint8_t *put_text(const struct fl_column_data *data, size_t row, uint8_t *at)
{
    const uint32_t start = data->text_offsets[row], size = data->text_offsets[row + 1] - start;
    at = put_32(at, size);
    memcpy(at, data->text_bytes + start, size);
    return at + size;
}

static inline uint8_t *put_field(const struct fl_export_column *column, const struct word_fields *words,
                                 const struct fl_column_data *data, size_t row, uint8_t *at)
{
    if (data->nulls != NULL && data->nulls[row] != 0)
        return put_32(at, UINT32_MAX);
    switch (column->type.id) {
    case FL_EXPORT_INT16:
        return put_16(put_32(at, 2), data->as.u8[row]);
    case FL_EXPORT_INT32:
        return put_32(put_32(at, 4), (uint32_t)data->as.i32[row]);
    case FL_EXPORT_INT64:
        return put_64(put_32(at, 8), (uint64_t)data->as.i64[row]);
    case FL_EXPORT_DATE:
        return put_32(put_32(at, 4), (uint32_t)(data->as.i32[row] - DAY_OF_2000_01_01));
    case FL_EXPORT_DECIMAL:
        return put_numeric(at, data->as.i64[row], column->type.scale);
    case FL_EXPORT_TEXT:
        break;
    }
    return column->kind == FL_KIND_WORD ? put_word(words, data->as.words[row], at) : put_text(data, row, at);
}

static size_t text_room(const struct pgcopy_export *export, const struct fl_export_batch *batch, size_t row)
{
    size_t room = 0;
    for (size_t i = 0; i < export->request->column_count; i++) {
        if (export->request->columns[i].kind != FL_KIND_TEXT)
            continue;
        const uint32_t *const offset = batch->columns[i].text_offsets + row;
        room += offset[1] - offset[0];
    }
    return room;
}

static fl_status flush(struct pgcopy_export *export, struct fl_error *error)
{
    const size_t size = export->out.size;
    export->out.size = 0;
    return fl_output_write(export->output, export->out.bytes, size, error);
}

static fl_status make_room(struct pgcopy_export *export, size_t room, struct fl_error *error)
{
    if (export->out.size >= FLUSH_BYTES) {
        const fl_status status = flush(export, error);
        if (status != FL_OK)
            return status;
    }
    if (!fl_buffer_reserve(&export->out, export->out.size + room))
        return fl_fail_memory(error, export->out.size + room);
    return FL_OK;
}

static fl_status pgcopy_block(void *state, const struct fl_export_batch *batch, struct fl_error *error)
{
    struct pgcopy_export *export = state;
    const struct fl_export_column *const columns = export->request->columns;
    const size_t count = export->request->column_count;
    for (size_t row = 0; row < batch->rows; row++) {
        const fl_status status = make_room(export, export->fixed_room + text_room(export, batch, row), error);
        if (status != FL_OK)
            return status;
        uint8_t *at = put_16(export->out.bytes + export->out.size, (uint16_t)count);
        for (size_t i = 0; i < count; i++)
            at = put_field(&columns[i], &export->words[i], &batch->columns[i], row, at);
        export->out.size = (size_t)(at - export->out.bytes);
        assert(export->out.size <= export->out.capacity);
    }
    return FL_OK;
}

/* False: no memory. */
static bool fill_words(struct word_fields *fields, const struct fl_words *words)
{
    const size_t text_size = words->count == 0 ? 0 : words->offsets[words->count];
    fields->offsets = malloc((words->count + 1) * sizeof *fields->offsets);
    if (fields->offsets == NULL ||
        !fl_buffer_reserve(&fields->fields, 4 * words->count + text_size + SHORT_COPY))
        return false;
    uint8_t *at = fields->fields.bytes;
    for (size_t i = 0; i < words->count; i++) {
        const struct fl_text word = fl_words_at(words, i);
        fields->offsets[i] = (uint32_t)(at - fields->fields.bytes);
        at = put_32(at, (uint32_t)word.size);
        memcpy(at, word.bytes, word.size);
        at += word.size;
        fields->longest = 4 + word.size > fields->longest ? 4 + word.size : fields->longest;
    }
    fields->offsets[words->count] = (uint32_t)(at - fields->fields.bytes);
    memset(at, 0, SHORT_COPY);
    return true;
}

static fl_status fill(struct pgcopy_export *export, struct fl_error *error)
{
    export->fixed_room = sizeof(uint16_t) + SHORT_COPY;
    for (size_t i = 0; i < export->request->column_count; i++) {
        const struct fl_words *const words = export->request->columns[i].words;
        if (words != NULL && !fill_words(&export->words[i], words))
            return fl_fail_memory(error, words->count);
        export->fixed_room += FIELD_ROOM + export->words[i].longest;
    }
    if (!fl_buffer_reserve(&export->out, FLUSH_BYTES + export->fixed_room))
        return fl_fail_memory(error, FLUSH_BYTES);
    return FL_OK;
}

static void pgcopy_free(void *state)
{
    struct pgcopy_export *export = state;
    for (size_t i = 0; i < export->request->column_count; i++) {
        free(export->words[i].offsets);
        fl_buffer_release(&export->words[i].fields);
    }
    fl_buffer_release(&export->out);
    free(export);
}

static fl_status pgcopy_begin(const struct fl_export_request *request, struct fl_output *output, void **state,
                              struct fl_error *error)
{
    static const char head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* and the NUL of the literal: 19 bytes */
    _Static_assert(sizeof head == 11 + 4 + 4, "signature, flags, size of the extension");
    struct pgcopy_export *export = calloc(1, sizeof *export);
    if (export == NULL)
        return fl_fail_memory(error, sizeof *export);
    export->request = request;
    export->output = output;
    fl_status status = fill(export, error);
    if (status == FL_OK)
        status = fl_output_write(output, head, sizeof head, error);
    if (status != FL_OK)
        pgcopy_free(export);
    else
        *state = export;
    return status;
}

static fl_status pgcopy_end(void *state, struct fl_error *error)
{
    static const uint8_t trailer[2] = {0xff, 0xff};
    struct pgcopy_export *export = state;
    const fl_status status = flush(export, error);
    return status == FL_OK ? fl_output_write(export->output, trailer, sizeof trailer, error) : status;
}

const struct fl_export_format fl_export_format_pgcopy = {.name = "pgcopy",
                                                         .extension = "pgcopy",
                                                         .binary = true,
                                                         .takes = FL_EXPORT_PARTS,
                                                         .begin = pgcopy_begin,
                                                         .block = pgcopy_block,
                                                         .end = pgcopy_end,
                                                         .free = pgcopy_free};
