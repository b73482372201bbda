/* arrow_batch.c - what a record batch message claims, checked. */
#include "formats/arrow/arrow_batch.h"

#include "formats/arrow/arrow_numbers.h"
#include "formats/base/bytes.h"
#include "formats/base/limits.h"

struct fl_arrow_span fl_arrow_type_span(const struct fl_arrow_type *type)
{
    /* Validity, then offsets, then values or bytes. */
    static const size_t buffers[] = {
        [FL_ARROW_NOTHING] = 0, [FL_ARROW_BITS] = 2,   [FL_ARROW_FIXED] = 2,  [FL_ARROW_BYTES32] = 3,
        [FL_ARROW_BYTES64] = 3, [FL_ARROW_LIST32] = 2, [FL_ARROW_LIST64] = 2,
    };
    return (struct fl_arrow_span){1, buffers[fl_arrow_kind_layout(type->kind)]};
}

struct fl_arrow_span fl_arrow_field_span(const struct fl_arrow_field *field)
{
    if (field->has_dictionary)
        return fl_arrow_type_span(&field->index);
    struct fl_arrow_span span = fl_arrow_type_span(&field->type);
    if (field->type.kind != FL_ARROW_LIST && field->type.kind != FL_ARROW_LARGE_LIST)
        return span;
    const struct fl_arrow_span item = fl_arrow_type_span(&field->item);
    return (struct fl_arrow_span){span.nodes + item.nodes, span.buffers + item.buffers};
}

static fl_status check_buffers(const struct fl_arrow_batch *batch, struct fl_error *error)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < batch->buffers.count; i++) {
        const uint8_t *stored = batch->buffers.items + i * BUFFER_SIZE;
        const uint64_t offset = fl_load_le64(stored), size = fl_load_le64(stored + 8);
        if (offset > batch->body_bytes || size > batch->body_bytes - offset)
            return fl_fail(error, FL_CORRUPT, "buffer %zu has %llu bytes from %llu, the batch has %zu", i,
                           (unsigned long long)size, (unsigned long long)offset, batch->body_bytes);
        sum += size; /* no wrap: each is at most the body, their number is small */
    }
    if (sum > batch->body_bytes)
        return fl_fail(error, FL_CORRUPT, "buffers of %llu bytes together, the batch has %zu",
                       (unsigned long long)sum, batch->body_bytes);
    return FL_OK;
}

static fl_status read_codec(const struct fl_flat_table *table, struct fl_arrow_batch *batch,
                            struct fl_error *error)
{
    const struct fl_flat_table compression = fl_flat_table(table, BATCH_COMPRESSION);
    batch->codec = FL_ARROW_UNPACKED;
    if (compression.at == 0)
        return FL_OK;
    const int codec = fl_flat_int8(&compression, COMPRESSION_CODEC, CODEC_LZ4_FRAME);
    const int method = fl_flat_int8(&compression, COMPRESSION_METHOD, 0);
    if ((codec != CODEC_LZ4_FRAME && codec != CODEC_ZSTD) || method != 0)
        return fl_fail(error, FL_UNSUPPORTED, "compression %d by method %d; LZ4 frames and zstd are read",
                       codec, method);
    batch->codec = codec == CODEC_ZSTD ? FL_ARROW_ZSTD : FL_ARROW_LZ4_FRAME;
    return FL_OK;
}

static fl_status check_counts(const struct fl_arrow_batch *batch, int64_t rows, struct fl_arrow_span wanted,
                              struct fl_error *error)
{
    if (rows < 0)
        return fl_fail(error, FL_CORRUPT, "a batch of %lld rows", (long long)rows);
    if (rows > FL_ARROW_BATCH_ROWS_MAX)
        return fl_fail(error, FL_LIMIT, "a batch of %lld rows, at most %u", (long long)rows,
                       FL_ARROW_BATCH_ROWS_MAX);
    /* Such rows cost their writer nothing, however many. */
    if (wanted.buffers == 0 && rows > FL_ARROW_EMPTY_ROWS_MAX)
        return fl_fail(error, FL_LIMIT, "a batch of %lld rows of nothing but nulls, at most %u",
                       (long long)rows, FL_ARROW_EMPTY_ROWS_MAX);
    if (batch->nodes.count != wanted.nodes || batch->buffers.count != wanted.buffers)
        return fl_fail(error, FL_CORRUPT, "%zu columns in %zu buffers, the schema asks for %zu in %zu",
                       batch->nodes.count, batch->buffers.count, wanted.nodes, wanted.buffers);
    return FL_OK;
}

fl_status fl_arrow_batch_open(const struct fl_flat_table *table, const uint8_t *body, size_t body_bytes,
                              struct fl_arrow_span wanted, struct fl_arrow_pieces *pieces,
                              struct fl_arrow_batch *batch, struct fl_error *error)
{
    *batch = (struct fl_arrow_batch){.body = body, .body_bytes = body_bytes, .pieces = pieces};
    const int64_t rows = fl_flat_int64(table, BATCH_LENGTH, 0);
    batch->nodes = fl_flat_vector(table, BATCH_NODES, NODE_SIZE);
    batch->buffers = fl_flat_vector(table, BATCH_BUFFERS, BUFFER_SIZE);
    fl_status status = read_codec(table, batch, error);
    if (table->flat->broken != NULL)
        return fl_fail(error, FL_CORRUPT, "the message's metadata is broken: %s", table->flat->broken);
    if (table->at == 0)
        return fl_fail(error, FL_CORRUPT, "a batch message without a batch");
    if (status == FL_OK)
        status = check_counts(batch, rows, wanted, error);
    if (status == FL_OK)
        status = check_buffers(batch, error);
    batch->rows = (size_t)rows;
    return status;
}
