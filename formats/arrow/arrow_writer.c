/* arrow_writer.c - messages of an Arrow stream on their way out. */
#include "formats/arrow/arrow_writer.h"

#include <stdlib.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_writer_messages.h"
#include "formats/base/arena.h"
#include "formats/base/bytes.h"

enum { ALIGNMENT = 64, PREFIX_SIZE = 8 };

/* Bytes of one buffer, where they lie now. */
struct piece {
    const void *bytes;
    size_t size;
};

/* A batch that is being put together. */
struct fl_arrow_writer {
    const struct fl_arrow_schema *schema;
    struct fl_output *output;
    struct fl_flat_writer flat;
    struct fl_buffer nodes, buffers, pieces; /* int64 pairs, int64 pairs, struct piece */
    int64_t body_bytes;
};

static const uint8_t zeros[ALIGNMENT];

static size_t padding_of(uint64_t size)
{
    return (size_t)(-size % ALIGNMENT);
}

/* Prefix, metadata, padding: the body starts aligned, as everything before was. */
static fl_status write_message(struct fl_arrow_writer *writer, struct fl_error *error)
{
    fl_flat_finish(&writer->flat);
    if (writer->flat.failed)
        return fl_fail_memory(error, writer->flat.buffer.size);
    const size_t size = writer->flat.buffer.size, padding = padding_of(PREFIX_SIZE + size);
    uint8_t prefix[PREFIX_SIZE];
    fl_store_le32(prefix, CONTINUATION);
    fl_store_le32(prefix + 4, (uint32_t)(size + padding));
    fl_status status = fl_output_write(writer->output, prefix, sizeof prefix, error);
    if (status == FL_OK)
        status = fl_output_write(writer->output, writer->flat.buffer.bytes, size, error);
    return status == FL_OK ? fl_output_write(writer->output, zeros, padding, error) : status;
}

static bool add_pair(struct fl_buffer *list, int64_t first, int64_t second)
{
    const int64_t pair[] = {first, second};
    return fl_buffer_append(list, pair, sizeof pair) != 0;
}

static bool add_piece(struct fl_arrow_writer *writer, const void *bytes, size_t size)
{
    const struct piece piece = {bytes, size};
    if (!add_pair(&writer->buffers, writer->body_bytes, (int64_t)size) ||
        !fl_buffer_append(&writer->pieces, &piece, sizeof piece))
        return false;
    writer->body_bytes += (int64_t)(size + padding_of(size));
    return true;
}

static bool add_offsets(struct fl_arrow_writer *writer, const struct fl_arrow_column *column)
{
    if (column->rows == 0)
        return add_piece(writer, zeros, column->offsets32 != NULL ? 4 : 8);
    if (column->offsets32 != NULL)
        return add_piece(writer, column->offsets32, (column->rows + 1) * sizeof *column->offsets32);
    return add_piece(writer, column->offsets64, (column->rows + 1) * sizeof *column->offsets64);
}

/* Node and buffers of one column but for a list's items. */
static bool add_column(struct fl_arrow_writer *writer, const struct fl_arrow_column *column)
{
    const size_t rows = column->rows, bit_bytes = (rows + 7) / 8;
    const enum fl_arrow_layout layout = fl_arrow_kind_layout(column->type.kind);
    const size_t nulls = layout == FL_ARROW_NOTHING ? rows : column->nulls;
    if (!add_pair(&writer->nodes, (int64_t)rows, (int64_t)nulls))
        return false;
    if (layout == FL_ARROW_NOTHING)
        return true;
    if (!add_piece(writer, column->validity, column->nulls == 0 ? 0 : bit_bytes))
        return false;
    switch (layout) {
    case FL_ARROW_BITS:
        return add_piece(writer, column->values, bit_bytes);
    case FL_ARROW_FIXED:
        return add_piece(writer, column->values, rows * column->type.width_bytes);
    case FL_ARROW_BYTES32:
    case FL_ARROW_BYTES64:
        return add_offsets(writer, column) &&
               add_piece(writer, column->bytes, rows == 0 ? 0 : fl_arrow_start(column, rows));
    default:
        return add_offsets(writer, column);
    }
}

static bool add_with_items(struct fl_arrow_writer *writer, const struct fl_arrow_column *column)
{
    return add_column(writer, column) && (column->items == NULL || add_column(writer, column->items));
}

static void start_batch(struct fl_arrow_writer *writer)
{
    writer->nodes.size = 0;
    writer->buffers.size = 0;
    writer->pieces.size = 0;
    writer->body_bytes = 0;
}

static struct fl_arrow_outline outline_of(const struct fl_arrow_writer *writer, size_t rows)
{
    return (struct fl_arrow_outline){
        .rows = (int64_t)rows,
        .body_bytes = writer->body_bytes,
        .nodes = (const int64_t *)(const void *)writer->nodes.bytes,
        .buffers = (const int64_t *)(const void *)writer->buffers.bytes,
        .node_count = writer->nodes.size / NODE_SIZE,
        .buffer_count = writer->buffers.size / BUFFER_SIZE,
    };
}

static fl_status write_batch(struct fl_arrow_writer *writer, struct fl_error *error)
{
    fl_status status = write_message(writer, error);
    const struct piece *pieces = (const struct piece *)(const void *)writer->pieces.bytes;
    for (size_t i = 0; status == FL_OK && i < writer->pieces.size / sizeof *pieces; i++) {
        status = fl_output_write(writer->output, pieces[i].bytes, pieces[i].size, error);
        if (status == FL_OK)
            status = fl_output_write(writer->output, zeros, padding_of(pieces[i].size), error);
    }
    return status;
}

fl_status fl_arrow_writer_create(const struct fl_arrow_schema *schema, struct fl_output *output,
                                 struct fl_arrow_writer **writer, struct fl_error *error)
{
    *writer = calloc(1, sizeof **writer);
    if (*writer == NULL)
        return fl_fail_memory(error, sizeof **writer);
    (*writer)->schema = schema;
    (*writer)->output = output;
    fl_arrow_put_schema(&(*writer)->flat, schema);
    const fl_status status = write_message(*writer, error);
    if (status != FL_OK) {
        fl_arrow_writer_free(*writer);
        *writer = NULL;
    }
    return status;
}

fl_status fl_arrow_writer_words(struct fl_arrow_writer *writer, size_t index,
                                const struct fl_arrow_column *words, struct fl_error *error)
{
    const struct fl_arrow_field *field = &writer->schema->fields[index];
    assert(field->has_dictionary && fl_arrow_type_equal(&field->type, &words->type));
    start_batch(writer);
    if (!add_column(writer, words))
        return fl_fail_memory(error, writer->buffers.size);
    const struct fl_arrow_outline outline = outline_of(writer, words->rows);
    fl_arrow_put_words(&writer->flat, field->dictionary_id, &outline);
    return write_batch(writer, error);
}

fl_status fl_arrow_writer_batch(struct fl_arrow_writer *writer, const struct fl_arrow_column *columns,
                                size_t rows, struct fl_error *error)
{
    start_batch(writer);
    for (size_t i = 0; i < writer->schema->field_count; i++) {
        assert(columns[i].rows == rows);
        if (!add_with_items(writer, &columns[i]))
            return fl_fail_memory(error, writer->buffers.size);
    }
    const struct fl_arrow_outline outline = outline_of(writer, rows);
    fl_arrow_put_batch(&writer->flat, &outline);
    return write_batch(writer, error);
}

fl_status fl_arrow_writer_end(struct fl_arrow_writer *writer, struct fl_error *error)
{
    uint8_t marker[PREFIX_SIZE] = {0};
    fl_store_le32(marker, CONTINUATION);
    return fl_output_write(writer->output, marker, sizeof marker, error);
}

void fl_arrow_writer_free(struct fl_arrow_writer *writer)
{
    if (writer == NULL)
        return;
    fl_flat_writer_release(&writer->flat);
    fl_buffer_release(&writer->nodes);
    fl_buffer_release(&writer->buffers);
    fl_buffer_release(&writer->pieces);
    free(writer);
}
