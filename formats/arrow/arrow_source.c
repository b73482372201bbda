/* arrow_source.c - messages of an Arrow stream, one behind the other. */
#include "formats/arrow/arrow_source.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/base/bytes.h"
#include "formats/base/limits.h"

/* A body is read in steps that double, so that a size which is a lie takes no memory for bytes that never
 * come. */
enum { PREFIX_SIZE = 4, FIRST_STEP = 1 << 20 };

static fl_status read_fully(struct fl_arrow_source *source, uint8_t *bytes, size_t size, size_t *got,
                            struct fl_error *error)
{
    while (*got < size) {
        const ssize_t taken = source->io->read(source->file, bytes + *got, size - *got);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken < 0)
            return fl_fail_errno(error, errno, "read", NULL);
        if (taken == 0)
            return FL_OK;
        *got += (size_t)taken;
    }
    return FL_OK;
}

fl_status fl_arrow_source_peek(struct fl_arrow_source *source, const uint8_t **bytes, size_t *got,
                               struct fl_error *error)
{
    assert(source->offset == 0 && source->ahead_count == 0);
    const fl_status status =
        read_fully(source, source->ahead, sizeof source->ahead, &source->ahead_count, error);
    *bytes = source->ahead;
    *got = source->ahead_count;
    return status;
}

fl_status fl_arrow_source_read(struct fl_arrow_source *source, void *bytes, size_t size, size_t *got,
                               struct fl_error *error)
{
    *got = size < source->ahead_count ? size : source->ahead_count;
    if (*got > 0) {
        memcpy(bytes, source->ahead, *got);
        source->ahead_count -= *got;
        memmove(source->ahead, source->ahead + *got, source->ahead_count);
    }
    const fl_status status = read_fully(source, bytes, size, got, error);
    source->offset += *got;
    return status;
}

static fl_status fail_cut(const char *what, uint64_t got, uint64_t size, struct fl_error *error)
{
    return fl_fail(error, FL_CORRUPT, "the stream is cut: %llu of %llu bytes of %s", (unsigned long long)got,
                   (unsigned long long)size, what);
}

/* The size of the metadata; 0: an end. Streams of before 0.15 have it alone, later ones behind a marker. */
static fl_status read_prefix(struct fl_arrow_source *source, struct fl_arrow_message *message, uint32_t *size,
                             struct fl_error *error)
{
    uint8_t bytes[PREFIX_SIZE];
    size_t got;
    *size = 0;
    message->offset = source->offset;
    fl_status status = fl_arrow_source_read(source, bytes, sizeof bytes, &got, error);
    if (status != FL_OK)
        return status;
    message->found = got == 0 ? FL_ARROW_END_OF_BYTES : FL_ARROW_END_MARKER;
    if (got == 0)
        return FL_OK;
    if (got == PREFIX_SIZE && fl_load_le32(bytes) == CONTINUATION)
        status = fl_arrow_source_read(source, bytes, sizeof bytes, &got, error);
    if (status != FL_OK)
        return status;
    if (got < PREFIX_SIZE)
        return fail_cut("a message's start", got, PREFIX_SIZE, error);
    *size = fl_load_le32(bytes);
    if (*size > FL_ARROW_METADATA_BYTES_MAX)
        return fl_fail(
            error, FL_LIMIT,
            "no Arrow message, or one with %u bytes of metadata, at most %u: is this an Arrow stream?", *size,
            FL_ARROW_METADATA_BYTES_MAX);
    return FL_OK;
}

static fl_status read_into(struct fl_arrow_source *source, struct fl_buffer *buffer, uint64_t size,
                           const char *what, struct fl_error *error)
{
    fl_status status = FL_OK;
    buffer->size = 0;
    while (status == FL_OK && buffer->size < size) {
        uint64_t step = buffer->size == 0 ? FIRST_STEP : 2 * (uint64_t)buffer->size;
        if (step < buffer->capacity)
            step = buffer->capacity;
        if (step > size)
            step = size;
        status = fl_arrow_buffer_reserve(source->budget, buffer, step, error);
        if (status != FL_OK)
            return status;
        size_t got;
        status = fl_arrow_source_read(source, buffer->bytes + buffer->size, step - buffer->size, &got, error);
        buffer->size += got;
        if (status == FL_OK && buffer->size < step)
            return fail_cut(what, buffer->size, size, error);
    }
    return status;
}

/* The Message table. */
static fl_status open_message(struct fl_arrow_message *message, struct fl_error *error)
{
    const struct fl_flat_table root = fl_flat_root(&message->flat);
    const int version = fl_flat_int16(&root, MESSAGE_VERSION, 0);
    const int64_t body_bytes = fl_flat_int64(&root, MESSAGE_BODY_LENGTH, 0);
    message->header_type = (uint8_t)fl_flat_int8(&root, MESSAGE_HEADER_TYPE, 0);
    message->header = fl_flat_table(&root, MESSAGE_HEADER);
    if (message->flat.broken != NULL)
        return fl_fail(error, FL_CORRUPT, "the message's metadata is broken: %s", message->flat.broken);
    if (version < VERSION_4 || version > VERSION_5)
        return fl_fail(error, FL_UNSUPPORTED, "metadata of version V%d; V4 and V5 are read", version + 1);
    if (body_bytes < 0)
        return fl_fail(error, FL_CORRUPT, "a message with %lld bytes", (long long)body_bytes);
    message->body_bytes = (uint64_t)body_bytes;
    return FL_OK;
}

static fl_status read_body(struct fl_arrow_source *source, struct fl_arrow_message *message,
                           struct fl_error *error)
{
    static const uint8_t nothing[1];
    const uint64_t size = message->body_bytes;
    message->body = nothing;
    if (size == 0)
        return FL_OK;
    fl_status status = FL_OK;
    if (size > source->body.capacity)
        status = fl_arrow_budget_check(source->budget, size - source->body.capacity, error);
    if (status == FL_OK)
        status = read_into(source, &source->body, size, "a batch", error);
    message->body = source->body.bytes;
    return status;
}

static fl_status read_message(struct fl_arrow_source *source, struct fl_arrow_message *message,
                              struct fl_error *error)
{
    uint32_t size;
    fl_status status = read_prefix(source, message, &size, error);
    if (status != FL_OK || size == 0)
        return status;
    message->found = FL_ARROW_MESSAGE;
    status = read_into(source, &source->metadata, size, "a message's metadata", error);
    if (status != FL_OK)
        return status;
    message->metadata_bytes = (uint32_t)(source->offset - message->offset);
    message->flat = (struct fl_flat){source->metadata.bytes, size, NULL};
    status = open_message(message, error);
    return status == FL_OK ? read_body(source, message, error) : status;
}

fl_status fl_arrow_source_next(struct fl_arrow_source *source, struct fl_arrow_message *message,
                               struct fl_error *error)
{
    const fl_status status = read_message(source, message, error);
    if (status != FL_OK)
        (void)fl_error_at_offset(error, (int64_t)message->offset);
    return status;
}

void fl_arrow_source_release(struct fl_arrow_source *source)
{
    fl_arrow_buffer_release(source->budget, &source->metadata);
    fl_arrow_buffer_release(source->budget, &source->body);
}
