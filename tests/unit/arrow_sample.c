/* arrow_sample.c - an Arrow stream with every kind of column, and memory to read it from. */
#include "tests/unit/arrow_sample.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/arrow/arrow_writer.h"
#include "formats/base/publish.h"

struct arrow_memory arrow_memory;

static ssize_t read_memory(int file, void *bytes, size_t size)
{
    (void)file;
    static bool interrupted;
    interrupted = !interrupted;
    if (interrupted) {
        errno = EINTR;
        return -1;
    }
    if (arrow_memory.at >= arrow_memory.fail_after) {
        errno = EIO;
        return -1;
    }
    size_t given = arrow_memory.size - arrow_memory.at;
    given = given < size ? given : size;
    given = given < arrow_memory.step ? given : arrow_memory.step;
    if (given > 0)
        memcpy(bytes, arrow_memory.bytes + arrow_memory.at, given);
    arrow_memory.at += given;
    return (ssize_t)given;
}

static ssize_t write_memory(int file, const void *bytes, size_t size)
{
    (void)file;
    return fl_buffer_append(arrow_memory.written, bytes, size) ? (ssize_t)size : -1;
}

const struct fl_io arrow_memory_io = {.read = read_memory, .write = write_memory};

void arrow_memory_set(const void *bytes, size_t size)
{
    arrow_memory =
        (struct arrow_memory){.bytes = bytes, .size = size, .step = SIZE_MAX, .fail_after = SIZE_MAX};
}

/* A number that looks like chance. */
static uint64_t mix(uint64_t row, uint64_t column)
{
    uint64_t value = (row + 1) * 0x9E3779B97F4A7C15u + column * 0xD1B54A32D192ED03u;
    value ^= value >> 29;
    return value * 0xBF58476D1CE4E5B9u;
}

static void *take(struct arrow_sample *sample, size_t size)
{
    void *bytes = fl_arena_take(&sample->arena, size);
    assert(bytes != NULL);
    return bytes;
}

static void set_nulls(struct arrow_sample *sample, struct fl_arrow_column *column)
{
    uint8_t *bits = take(sample, (column->rows + 7) / 8);
    for (size_t row = 0; row < column->rows; row++) {
        if (row % 3 == 1)
            column->nulls++;
        else
            bits[row / 8] |= (uint8_t)(1u << row % 8);
    }
    column->validity = column->nulls == 0 ? NULL : bits;
}

/* Numbers that fit what their types mean: a day of this age, a time of the day. */
static void set_fixed(struct arrow_sample *sample, struct fl_arrow_column *column, size_t seed)
{
    const size_t width = column->type.width_bytes;
    uint8_t *values = take(sample, column->rows * width + 1);
    for (size_t row = 0; row < column->rows; row++) {
        uint64_t parts[4] = {mix(row, seed), mix(row, seed + 100), 0, 0};
        if (column->type.kind == FL_ARROW_DATE32)
            parts[0] = parts[0] % 40000;
        if (column->type.kind == FL_ARROW_TIME32 || column->type.kind == FL_ARROW_TIME64)
            parts[0] = parts[0] % 86400;
        if (column->type.kind == FL_ARROW_DECIMAL128)
            parts[1] = (parts[0] & 1) != 0 ? UINT64_MAX : 0;
        for (size_t i = 0; i < width; i++)
            values[row * width + i] = (uint8_t)(parts[i / 8 % 4] >> (8 * (i % 8)));
    }
    column->values = values;
}

static void set_bits(struct arrow_sample *sample, struct fl_arrow_column *column, size_t seed)
{
    uint8_t *bits = take(sample, (column->rows + 7) / 8 + 1);
    for (size_t row = 0; row < column->rows; row++)
        bits[row / 8] |= (uint8_t)((mix(row, seed) & 1) << row % 8);
    column->values = bits;
}

/* Sizes of 0, 1, 2 .. 4 that come again. */
static size_t length_at(size_t row)
{
    return row * 7 % 5;
}

static size_t set_offsets(struct arrow_sample *sample, struct fl_arrow_column *column)
{
    const enum fl_arrow_layout layout = fl_arrow_kind_layout(column->type.kind);
    const bool large = layout == FL_ARROW_BYTES64 || layout == FL_ARROW_LIST64;
    int32_t *offsets32 = large ? NULL : take(sample, (column->rows + 1) * sizeof *offsets32);
    int64_t *offsets64 = large ? take(sample, (column->rows + 1) * sizeof *offsets64) : NULL;
    size_t at = 0;
    for (size_t row = 0; row <= column->rows; row++) {
        if (large)
            offsets64[row] = (int64_t)at;
        else
            offsets32[row] = (int32_t)at;
        at += row < column->rows ? length_at(row) : 0;
    }
    column->offsets32 = offsets32;
    column->offsets64 = offsets64;
    return at;
}

/* Texts of letters, of two-byte characters when there is room: "é" is C3 A9. */
static void set_bytes(struct arrow_sample *sample, struct fl_arrow_column *column, size_t seed)
{
    const size_t size = set_offsets(sample, column);
    uint8_t *bytes = take(sample, size + 1);
    for (size_t row = 0, at = 0; row < column->rows; at += length_at(row), row++) {
        for (size_t i = 0; i < length_at(row); i++)
            bytes[at + i] = (uint8_t)('a' + mix(row, seed + i) % 26);
        if (length_at(row) >= 3)
            memcpy(bytes + at + 1, "\xC3\xA9", 2);
    }
    column->bytes = bytes;
}

static void set_column(struct arrow_sample *sample, struct fl_arrow_column *column, struct fl_arrow_type type,
                       size_t rows, size_t seed, bool has_nulls)
{
    *column = (struct fl_arrow_column){.type = type, .rows = rows};
    const enum fl_arrow_layout layout = fl_arrow_kind_layout(type.kind);
    if (layout == FL_ARROW_NOTHING) {
        column->nulls = rows;
        return;
    }
    if (has_nulls)
        set_nulls(sample, column);
    if (layout == FL_ARROW_BITS)
        set_bits(sample, column, seed);
    else if (layout == FL_ARROW_FIXED)
        set_fixed(sample, column, seed);
    else if (layout == FL_ARROW_BYTES32 || layout == FL_ARROW_BYTES64)
        set_bytes(sample, column, seed);
}

/* Unlike all others: some readers find columns by their names alone. */
static const char *name_of(struct arrow_sample *sample, const char *words, size_t index)
{
    char *name = take(sample, 64);
    (void)snprintf(name, 64, "%s %zu", words, index);
    return name;
}

static void add_plain(struct arrow_sample *sample, struct fl_arrow_type type, bool has_nulls)
{
    const size_t index = sample->schema.field_count++;
    assert(index < ARROW_SAMPLE_COLUMNS);
    sample->fields[index] = (struct fl_arrow_field){
        .name = name_of(sample, fl_arrow_kind_words(type.kind), index), .nullable = true, .type = type};
    set_column(sample, &sample->columns[index], type, sample->rows, index, has_nulls);
}

static void add_list(struct arrow_sample *sample, enum fl_arrow_kind kind, enum fl_arrow_kind item,
                     bool has_nulls)
{
    const size_t index = sample->schema.field_count++;
    assert(index < ARROW_SAMPLE_COLUMNS);
    sample->fields[index] = (struct fl_arrow_field){.name = name_of(sample, "list", index),
                                                    .nullable = true,
                                                    .type = fl_arrow_type_of(kind),
                                                    .item = fl_arrow_type_of(item),
                                                    .item_name = "item"};
    struct fl_arrow_column *column = &sample->columns[index];
    *column = (struct fl_arrow_column){.type = fl_arrow_type_of(kind), .rows = sample->rows};
    if (has_nulls)
        set_nulls(sample, column);
    const size_t items = set_offsets(sample, column);
    struct fl_arrow_column *values = take(sample, sizeof *values);
    set_column(sample, values, fl_arrow_type_of(item), items, index, has_nulls);
    column->items = values;
}

static void add_dictionary(struct arrow_sample *sample, enum fl_arrow_kind index_kind,
                           enum fl_arrow_kind word_kind, bool has_nulls)
{
    enum { WORDS = 5 };
    const size_t index = sample->schema.field_count++;
    assert(index < ARROW_SAMPLE_COLUMNS);
    sample->fields[index] = (struct fl_arrow_field){.name = name_of(sample, "words", index),
                                                    .nullable = true,
                                                    .type = fl_arrow_type_of(word_kind),
                                                    .has_dictionary = true,
                                                    .dictionary_id = 1000 + (int64_t)index,
                                                    .index = fl_arrow_type_of(index_kind)};
    set_column(sample, &sample->words[index], fl_arrow_type_of(word_kind), WORDS, index, has_nulls);
    struct fl_arrow_column *column = &sample->columns[index];
    set_column(sample, column, fl_arrow_type_of(index_kind), sample->rows, index, has_nulls);
    const size_t width = column->type.width_bytes;
    uint8_t *indexes = take(sample, sample->rows * width + 1);
    for (size_t row = 0; row < sample->rows; row++)
        indexes[row * width] = (uint8_t)(mix(row, index) % WORDS);
    column->values = indexes;
    column->words = &sample->words[index];
}

static void add_every_kind(struct arrow_sample *sample, bool has_nulls)
{
    static const enum fl_arrow_kind kinds[] = {
#define X(name, words, layout, width_bytes) FL_ARROW_##name,
        FL_ARROW_KIND_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct fl_arrow_type type = fl_arrow_type_of(kinds[i]);
        if (kinds[i] == FL_ARROW_LIST || kinds[i] == FL_ARROW_LARGE_LIST)
            continue;
        if (kinds[i] == FL_ARROW_FIXED_BINARY)
            type.width_bytes = 3;
        if (kinds[i] == FL_ARROW_DECIMAL128) {
            type.precision = 38;
            type.scale = 6;
        }
        if (kinds[i] == FL_ARROW_TIME64 || kinds[i] == FL_ARROW_DURATION)
            type.unit = FL_ARROW_NANO;
        add_plain(sample, type, has_nulls);
    }
    for (int unit = FL_ARROW_SECOND; unit <= FL_ARROW_NANO; unit++) {
        struct fl_arrow_type type = fl_arrow_type_of(FL_ARROW_TIMESTAMP);
        type.unit = (enum fl_arrow_unit)unit;
        type.zone = unit % 2 == 0 ? "Europe/Amsterdam" : NULL;
        add_plain(sample, type, has_nulls);
    }
}

static const struct fl_arrow_fact facts[] = {{{"key", 3}, {"value", 5}}, {{"empty", 5}, {"", 0}}};

void arrow_sample_init(struct arrow_sample *sample, size_t rows, bool has_nulls)
{
    *sample = (struct arrow_sample){.rows = rows};
    fl_arena_init(&sample->arena);
    add_every_kind(sample, has_nulls);
    add_list(sample, FL_ARROW_LIST, FL_ARROW_UTF8, has_nulls);
    add_list(sample, FL_ARROW_LARGE_LIST, FL_ARROW_BOOL, has_nulls);
    add_list(sample, FL_ARROW_LIST, FL_ARROW_INT64, has_nulls);
    add_dictionary(sample, FL_ARROW_INT8, FL_ARROW_UTF8, has_nulls);
    add_dictionary(sample, FL_ARROW_UINT16, FL_ARROW_INT64, has_nulls);
    add_dictionary(sample, FL_ARROW_INT32, FL_ARROW_LARGE_UTF8, has_nulls);
    add_dictionary(sample, FL_ARROW_UINT64, FL_ARROW_BOOL, has_nulls);
    sample->schema.fields = sample->fields;
    sample->schema.facts = facts;
    sample->schema.fact_count = sizeof facts / sizeof facts[0];
}

void arrow_sample_release(struct arrow_sample *sample)
{
    fl_arena_release(&sample->arena);
}

static void must(fl_status status)
{
    if (status != FL_OK)
        abort();
}

void arrow_sample_write(const struct arrow_sample *sample, size_t batches, struct fl_buffer *bytes)
{
    struct fl_output *output;
    struct fl_arrow_writer *writer;
    arrow_memory.written = bytes;
    must(fl_output_over_file(&arrow_memory_io, 1, "memory", &output, NULL));
    must(fl_arrow_writer_create(&sample->schema, output, &writer, NULL));
    for (size_t i = 0; i < sample->schema.field_count; i++) {
        if (sample->fields[i].has_dictionary)
            must(fl_arrow_writer_words(writer, i, &sample->words[i], NULL));
    }
    for (size_t i = 0; i < batches; i++)
        must(fl_arrow_writer_batch(writer, sample->columns, sample->rows, NULL));
    must(fl_arrow_writer_end(writer, NULL));
    fl_arrow_writer_free(writer);
    must(fl_output_commit(output, NULL, NULL));
}

fl_status arrow_memory_open(const struct fl_arrow_options *options, struct fl_arrow_stream **stream,
                            struct fl_error *error)
{
    fl_error_clear(error);
    return fl_arrow_stream_open(&arrow_memory_io, 0, "memory", options, stream, error);
}

/* Reads everything there is; the rows of it. */
fl_status arrow_memory_read(const struct fl_arrow_options *options, uint64_t *rows, struct fl_error *error)
{
    struct fl_arrow_stream *stream;
    fl_status status = arrow_memory_open(options, &stream, error);
    if (status != FL_OK) {
        assert(stream == NULL);
        return status;
    }
    bool done = false;
    while (status == FL_OK && !done) {
        size_t count;
        status = fl_arrow_stream_next(stream, &count, &done, error);
        for (size_t i = 0; status == FL_OK && !done && i < fl_arrow_stream_schema(stream)->field_count; i++) {
            const struct fl_arrow_column *column;
            status = fl_arrow_stream_column(stream, i, &column, error);
        }
    }
    *rows = fl_arrow_stream_counts(stream).rows;
    fl_arrow_stream_close(stream);
    return status;
}

fl_status arrow_read_bytes(const struct fl_buffer *bytes, struct fl_error *error)
{
    const struct fl_arrow_options roomy = {.memory_max = 64 << 20};
    uint64_t rows;
    arrow_memory_set(bytes->bytes, bytes->size);
    return arrow_memory_read(&roomy, &rows, error);
}
