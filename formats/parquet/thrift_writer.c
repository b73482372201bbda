/* thrift_writer.c - structs in Thrift's compact protocol. */
#include "formats/parquet/thrift_writer.h"

#include <assert.h>
#include <string.h>

enum { VARINT_BYTES_MAX = 10, FIELD_STEP_MAX = 15, SHORT_LIST_MAX = 14 };

static void append(struct fl_thrift_writer *writer, const void *bytes, size_t size)
{
    if (!fl_buffer_append(writer->out, bytes, size))
        writer->failed = true;
}

static void append_byte(struct fl_thrift_writer *writer, unsigned value)
{
    const uint8_t byte = (uint8_t)value;
    append(writer, &byte, 1);
}

static void append_varint(struct fl_thrift_writer *writer, uint64_t value)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    size_t size = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[size++] = (uint8_t)(value | 0x80);
    bytes[size++] = (uint8_t)value;
    append(writer, bytes, size);
}

/* Signed numbers lie as 0, -1, 1, -2, 2 .. so that small ones are short. */
static void append_signed(struct fl_thrift_writer *writer, int64_t value)
{
    append_varint(writer, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static void append_binary(struct fl_thrift_writer *writer, const void *bytes, size_t size)
{
    append_varint(writer, size);
    append(writer, bytes, size);
}

static void append_field(struct fl_thrift_writer *writer, int field, enum fl_thrift_type type)
{
    const int step = field - writer->last_field[writer->depth];
    assert(step > 0 && step <= FIELD_STEP_MAX);
    append_byte(writer, (unsigned)step << 4 | (unsigned)type);
    writer->last_field[writer->depth] = field;
}

static void open_fields(struct fl_thrift_writer *writer)
{
    assert(writer->depth + 1 < FL_THRIFT_DEPTH_MAX);
    writer->last_field[++writer->depth] = 0;
}

void fl_thrift_begin(struct fl_thrift_writer *writer, struct fl_buffer *out)
{
    *writer = (struct fl_thrift_writer){.out = out, .depth = -1};
    open_fields(writer);
}

bool fl_thrift_finish(struct fl_thrift_writer *writer)
{
    assert(writer->depth == 0);
    append_byte(writer, FL_THRIFT_STOP);
    return !writer->failed;
}

void fl_thrift_put_bool(struct fl_thrift_writer *writer, int field, bool value)
{
    append_field(writer, field, value ? FL_THRIFT_TRUE : FL_THRIFT_FALSE);
}

void fl_thrift_put_byte(struct fl_thrift_writer *writer, int field, int8_t value)
{
    append_field(writer, field, FL_THRIFT_BYTE);
    append_byte(writer, (uint8_t)value);
}

void fl_thrift_put_i16(struct fl_thrift_writer *writer, int field, int16_t value)
{
    append_field(writer, field, FL_THRIFT_I16);
    append_signed(writer, value);
}

void fl_thrift_put_i32(struct fl_thrift_writer *writer, int field, int32_t value)
{
    append_field(writer, field, FL_THRIFT_I32);
    append_signed(writer, value);
}

void fl_thrift_put_i64(struct fl_thrift_writer *writer, int field, int64_t value)
{
    append_field(writer, field, FL_THRIFT_I64);
    append_signed(writer, value);
}

void fl_thrift_put_binary(struct fl_thrift_writer *writer, int field, const void *bytes, size_t size)
{
    append_field(writer, field, FL_THRIFT_BINARY);
    append_binary(writer, bytes, size);
}

void fl_thrift_put_text(struct fl_thrift_writer *writer, int field, const char *text)
{
    fl_thrift_put_binary(writer, field, text, strlen(text));
}

void fl_thrift_open_struct(struct fl_thrift_writer *writer, int field)
{
    append_field(writer, field, FL_THRIFT_STRUCT);
    open_fields(writer);
}

void fl_thrift_close_struct(struct fl_thrift_writer *writer)
{
    assert(writer->depth > 0);
    append_byte(writer, FL_THRIFT_STOP);
    writer->depth--;
}

void fl_thrift_put_list(struct fl_thrift_writer *writer, int field, enum fl_thrift_type element, size_t count)
{
    append_field(writer, field, FL_THRIFT_LIST);
    if (count <= SHORT_LIST_MAX) {
        append_byte(writer, (unsigned)count << 4 | (unsigned)element);
        return;
    }
    append_byte(writer, 0xF0u | (unsigned)element);
    append_varint(writer, count);
}

void fl_thrift_add_bool(struct fl_thrift_writer *writer, bool value)
{
    append_byte(writer, value ? FL_THRIFT_TRUE : FL_THRIFT_FALSE);
}

void fl_thrift_add_i32(struct fl_thrift_writer *writer, int32_t value)
{
    append_signed(writer, value);
}

void fl_thrift_add_i64(struct fl_thrift_writer *writer, int64_t value)
{
    append_signed(writer, value);
}

void fl_thrift_add_binary(struct fl_thrift_writer *writer, const void *bytes, size_t size)
{
    append_binary(writer, bytes, size);
}

void fl_thrift_add_struct(struct fl_thrift_writer *writer)
{
    open_fields(writer);
}
