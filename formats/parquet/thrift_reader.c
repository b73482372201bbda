/* thrift_reader.c - checked steps through bytes of Thrift's compact protocol. */
#include "formats/parquet/thrift_reader.h"

#include <assert.h>

enum {
    /* The definition nests to six; unknown fields of newer writers may go deeper. */
    DEPTH_MAX = 32,
    TYPE_UUID = 13, /* 16 bytes; newer than the definition, which has none */
    LONG_LIST = 15  /* the count follows instead */
};

void fl_thrift_fail(struct fl_thrift_reader *reader, const char *problem)
{
    if (reader->problem == NULL)
        reader->problem = problem;
    reader->cursor.at = reader->cursor.end;
}

static void fail_cut(struct fl_thrift_reader *reader)
{
    if (reader->problem == NULL)
        reader->is_cut = true;
    fl_thrift_fail(reader, "it ends too early");
}

static const uint8_t *take(struct fl_thrift_reader *reader, size_t size)
{
    const uint8_t *bytes = fl_cursor_take(&reader->cursor, size);
    if (bytes == NULL)
        fail_cut(reader);
    return bytes;
}

static uint8_t take_byte(struct fl_thrift_reader *reader)
{
    const uint8_t *byte = take(reader, 1);
    return byte == NULL ? 0 : *byte;
}

static uint64_t take_varint(struct fl_thrift_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = take_byte(reader);
        value |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    fl_thrift_fail(reader, "a number of more than 64 bits");
    return 0;
}

static int64_t take_signed(struct fl_thrift_reader *reader)
{
    const uint64_t zigzag = take_varint(reader);
    return (int64_t)(zigzag >> 1 ^ (0 - (zigzag & 1)));
}

bool fl_thrift_next(struct fl_thrift_reader *reader, struct fl_thrift_field *field)
{
    const uint8_t head = take_byte(reader);
    if (head == FL_THRIFT_STOP) /* after a problem, too */
        return false;
    const unsigned step = head >> 4;
    const int64_t id = step != 0 ? field->id + (int64_t)step : take_signed(reader);
    field->type = head & 0x0F;
    if (id < INT16_MIN || id > INT16_MAX || field->type > TYPE_UUID || field->type == FL_THRIFT_STOP)
        fl_thrift_fail(reader, "a field that cannot be");
    field->id = (int32_t)id;
    return reader->problem == NULL;
}

int64_t fl_thrift_integer(struct fl_thrift_reader *reader, const struct fl_thrift_field *field)
{
    switch (field->type) {
    case FL_THRIFT_BYTE:
        return (int8_t)take_byte(reader);
    case FL_THRIFT_I16:
    case FL_THRIFT_I32:
    case FL_THRIFT_I64:
        return take_signed(reader);
    default:
        fl_thrift_fail(reader, "a field that should be a number is none");
        return 0;
    }
}

int32_t fl_thrift_integer32(struct fl_thrift_reader *reader, const struct fl_thrift_field *field)
{
    const int64_t value = fl_thrift_integer(reader, field);
    if (value >= INT32_MIN && value <= INT32_MAX)
        return (int32_t)value;
    fl_thrift_fail(reader, "a number of more than 32 bits");
    return 0;
}

bool fl_thrift_boolean(struct fl_thrift_reader *reader, const struct fl_thrift_field *field)
{
    if (field->type != FL_THRIFT_TRUE && field->type != FL_THRIFT_FALSE)
        fl_thrift_fail(reader, "a field that should be true or false is neither");
    return field->type == FL_THRIFT_TRUE;
}

struct fl_thrift_bytes fl_thrift_binary(struct fl_thrift_reader *reader, const struct fl_thrift_field *field)
{
    if (field->type != FL_THRIFT_BINARY) {
        fl_thrift_fail(reader, "a field that should be text is none");
        return (struct fl_thrift_bytes){0};
    }
    const uint64_t size = take_varint(reader);
    if (size > fl_cursor_left(&reader->cursor) || size > UINT32_MAX) {
        fail_cut(reader);
        return (struct fl_thrift_bytes){0};
    }
    return (struct fl_thrift_bytes){take(reader, (size_t)size), (uint32_t)size};
}

bool fl_thrift_struct(struct fl_thrift_reader *reader, const struct fl_thrift_field *field)
{
    if (field->type != FL_THRIFT_STRUCT)
        fl_thrift_fail(reader, "a field that should be a struct is none");
    return reader->problem == NULL;
}

uint32_t fl_thrift_list(struct fl_thrift_reader *reader, const struct fl_thrift_field *field,
                        struct fl_thrift_field *element)
{
    if (field->type != FL_THRIFT_LIST && field->type != FL_THRIFT_SET) {
        fl_thrift_fail(reader, "a field that should be a list is none");
        return 0;
    }
    const uint8_t head = take_byte(reader);
    const uint64_t count = head >> 4 == LONG_LIST ? take_varint(reader) : head >> 4;
    *element = (struct fl_thrift_field){.type = head & 0x0F};
    if (element->type == FL_THRIFT_STOP || element->type > TYPE_UUID)
        fl_thrift_fail(reader, "a list of what cannot be");
    /* Every element takes a byte or more. */
    if (count > fl_cursor_left(&reader->cursor) || count > UINT32_MAX)
        fail_cut(reader);
    return reader->problem == NULL ? (uint32_t)count : 0;
}

static void skip_field(struct fl_thrift_reader *reader, const struct fl_thrift_field *field, unsigned depth);

/* Of a list's element, as of a map's: there a boolean has a byte of its own. */
static void skip_element(struct fl_thrift_reader *reader, const struct fl_thrift_field *element,
                         unsigned depth)
{
    if (element->type == FL_THRIFT_TRUE || element->type == FL_THRIFT_FALSE)
        (void)take_byte(reader);
    else
        skip_field(reader, element, depth);
}

static void skip_list(struct fl_thrift_reader *reader, const struct fl_thrift_field *field, unsigned depth)
{
    struct fl_thrift_field element;
    const uint32_t count = fl_thrift_list(reader, field, &element);
    for (uint32_t i = 0; i < count && reader->problem == NULL; i++)
        skip_element(reader, &element, depth);
}

static void skip_map(struct fl_thrift_reader *reader, unsigned depth)
{
    const uint64_t count = take_varint(reader);
    if (count == 0)
        return;
    const uint8_t types = take_byte(reader);
    const struct fl_thrift_field key = {.type = types >> 4}, value = {.type = types & 0x0F};
    if (count > fl_cursor_left(&reader->cursor))
        fail_cut(reader);
    for (uint64_t i = 0; i < count && reader->problem == NULL; i++) {
        skip_element(reader, &key, depth);
        skip_element(reader, &value, depth);
    }
}

static void skip_struct(struct fl_thrift_reader *reader, unsigned depth)
{
    struct fl_thrift_field inner = {0};
    while (fl_thrift_next(reader, &inner))
        skip_field(reader, &inner, depth);
}

static void skip_field(struct fl_thrift_reader *reader, const struct fl_thrift_field *field, unsigned depth)
{
    if (depth == DEPTH_MAX) {
        fl_thrift_fail(reader, "it is nested too deeply");
        return;
    }
    switch (field->type) {
    case FL_THRIFT_TRUE:
    case FL_THRIFT_FALSE:
        return;
    case FL_THRIFT_BYTE:
        (void)take_byte(reader);
        return;
    case FL_THRIFT_I16:
    case FL_THRIFT_I32:
    case FL_THRIFT_I64:
        (void)take_varint(reader);
        return;
    case FL_THRIFT_DOUBLE:
        (void)take(reader, 8);
        return;
    case FL_THRIFT_BINARY:
        (void)fl_thrift_binary(reader, field);
        return;
    case FL_THRIFT_LIST:
    case FL_THRIFT_SET:
        skip_list(reader, field, depth + 1);
        return;
    case FL_THRIFT_MAP:
        skip_map(reader, depth + 1);
        return;
    case FL_THRIFT_STRUCT:
        skip_struct(reader, depth + 1);
        return;
    case TYPE_UUID:
        (void)take(reader, 16);
        return;
    default:
        fl_thrift_fail(reader, "a field of an unknown type");
    }
}

void fl_thrift_skip(struct fl_thrift_reader *reader, const struct fl_thrift_field *field)
{
    skip_field(reader, field, 0);
}
