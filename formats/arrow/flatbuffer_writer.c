/* flatbuffer_writer.c - tables, vectors, texts of a FlatBuffer, one behind the other. */
#include "formats/arrow/flatbuffer_writer.h"

#include <assert.h>
#include <string.h>

#include "formats/base/bytes.h"

enum { REFERENCE_SIZE = 4, LIST_HEAD_SIZE = 4, WIDEST = 8 };

/* `size` zeros at the end; NULL: no memory. */
static uint8_t *put_zeros(struct fl_flat_writer *writer, size_t size)
{
    struct fl_buffer *buffer = &writer->buffer;
    const size_t needed = buffer->size + size;
    /* Half as much again, so that many small pieces copy each byte only a few times. */
    if (writer->failed ||
        (needed > buffer->capacity && !fl_buffer_reserve(buffer, needed + needed / 2 + 64))) {
        writer->failed = true;
        return NULL;
    }
    uint8_t *bytes = buffer->bytes + buffer->size;
    memset(bytes, 0, size);
    buffer->size += size;
    return bytes;
}

/* Zeros until the end is `remainder` more than a multiple of `unit`. */
static void align(struct fl_flat_writer *writer, size_t unit, size_t remainder)
{
    const size_t over = (writer->buffer.size + unit - remainder) % unit;
    if (over != 0)
        (void)put_zeros(writer, unit - over);
}

static void point_to_end(struct fl_flat_writer *writer, size_t reference)
{
    if (writer->failed)
        return;
    assert(writer->buffer.size > reference && writer->buffer.size - reference <= INT32_MAX);
    fl_store_le32(writer->buffer.bytes + reference, (uint32_t)(writer->buffer.size - reference));
}

void fl_flat_begin(struct fl_flat_writer *writer)
{
    writer->buffer.size = 0;
    writer->failed = false;
    (void)put_zeros(writer, REFERENCE_SIZE);
}

/* Fields lie in their order, each aligned to its own size; the table starts 4 bytes before a multiple of 8.
 */
static unsigned lay_out(const struct fl_flat_field *fields, unsigned count, unsigned at[FL_FLAT_FIELDS_MAX])
{
    unsigned end = REFERENCE_SIZE;
    for (unsigned i = 0; i < count; i++) {
        at[i] = 0;
        if (fields[i].size == 0)
            continue;
        while ((end + REFERENCE_SIZE) % fields[i].size != 0)
            end++;
        at[i] = end;
        end += fields[i].size;
    }
    return end;
}

static void store(uint8_t *bytes, const struct fl_flat_field *field)
{
    for (unsigned i = 0; i < field->size; i++)
        bytes[i] = (uint8_t)((uint64_t)field->value >> (8 * i));
}

void fl_flat_put_table(struct fl_flat_writer *writer, size_t reference, const struct fl_flat_field *fields,
                       unsigned count, size_t places[FL_FLAT_FIELDS_MAX])
{
    assert(count <= FL_FLAT_FIELDS_MAX);
    unsigned at[FL_FLAT_FIELDS_MAX];
    const unsigned table_size = lay_out(fields, count, at);
    const unsigned list_size = LIST_HEAD_SIZE + 2 * count;
    align(writer, 2, 0);
    const size_t list_start = writer->buffer.size;
    uint8_t *list = put_zeros(writer, list_size);
    if (list == NULL)
        return;
    fl_store_le16(list, (uint16_t)list_size);
    fl_store_le16(list + 2, (uint16_t)table_size);
    for (unsigned i = 0; i < count; i++)
        fl_store_le16(list + LIST_HEAD_SIZE + (size_t)2 * i, (uint16_t)at[i]);
    align(writer, WIDEST, WIDEST - REFERENCE_SIZE);
    const size_t start = writer->buffer.size;
    point_to_end(writer, reference);
    uint8_t *table = put_zeros(writer, table_size);
    if (table == NULL)
        return;
    fl_store_le32(table, (uint32_t)(start - list_start));
    for (unsigned i = 0; i < count; i++) {
        store(table + at[i], &fields[i]);
        places[i] = start + at[i];
    }
}

size_t fl_flat_put_references(struct fl_flat_writer *writer, size_t reference, size_t count)
{
    align(writer, REFERENCE_SIZE, 0);
    point_to_end(writer, reference);
    uint8_t *bytes = put_zeros(writer, REFERENCE_SIZE + REFERENCE_SIZE * count);
    if (bytes == NULL)
        return 0;
    fl_store_le32(bytes, (uint32_t)count);
    return writer->buffer.size - REFERENCE_SIZE * count;
}

void fl_flat_put_structs(struct fl_flat_writer *writer, size_t reference, const int64_t *numbers,
                         size_t items, unsigned per_item)
{
    align(writer, WIDEST, WIDEST - REFERENCE_SIZE);
    point_to_end(writer, reference);
    const size_t count = items * per_item;
    uint8_t *bytes = put_zeros(writer, REFERENCE_SIZE + count * sizeof *numbers);
    if (bytes == NULL)
        return;
    fl_store_le32(bytes, (uint32_t)items);
    for (size_t i = 0; i < count; i++)
        fl_store_le64(bytes + REFERENCE_SIZE + i * sizeof *numbers, (uint64_t)numbers[i]);
}

void fl_flat_put_text(struct fl_flat_writer *writer, size_t reference, struct fl_text text)
{
    align(writer, REFERENCE_SIZE, 0);
    point_to_end(writer, reference);
    /* Ended by a NUL that the size does not count. */
    uint8_t *bytes = put_zeros(writer, REFERENCE_SIZE + text.size + 1);
    if (bytes == NULL)
        return;
    fl_store_le32(bytes, (uint32_t)text.size);
    if (text.size > 0)
        memcpy(bytes + REFERENCE_SIZE, text.bytes, text.size);
}

void fl_flat_finish(struct fl_flat_writer *writer)
{
    align(writer, WIDEST, 0);
}

void fl_flat_writer_release(struct fl_flat_writer *writer)
{
    fl_buffer_release(&writer->buffer);
}
