/* arrow_stream.c - the order of messages in an Arrow stream. */
#include "formats/arrow/arrow_stream.h"

#include <stdlib.h>

#include "formats/arrow/arrow_batch.h"
#include "formats/arrow/arrow_dictionary.h"
#include "formats/arrow/arrow_footer.h"
#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_schema_reader.h"
#include "formats/arrow/arrow_source.h"
#include "formats/base/bytes.h"

/* A column of the batch at hand. */
struct batch_column {
    struct fl_arrow_span at; /* its first node and buffer */
    bool is_read;
    struct fl_arrow_column column, items;
};

struct fl_arrow_stream {
    char *name;
    struct fl_arrow_options options;
    struct fl_arrow_budget budget;
    struct fl_arrow_source source;
    struct fl_arrow_message message; /* the batch at hand lies in it */
    struct fl_arena arena;           /* of the schema */
    struct fl_arrow_schema schema;
    struct fl_arrow_dictionaries dictionaries;
    struct fl_arrow_pieces pieces; /* of the batch at hand */
    struct fl_arrow_batch batch;
    struct fl_arrow_span span; /* of a whole batch */
    struct batch_column *columns;
    struct fl_arrow_blocks blocks; /* of a file: what the footer must list */
    struct fl_arrow_counts counts;
    bool has_message; /* one that was read ahead */
    bool has_batch, is_done;
};

bool fl_arrow_is_stream(const uint8_t *bytes, size_t size)
{
    return size >= 8 && fl_load_le32(bytes) == CONTINUATION && fl_load_le32(bytes + 4) > 0 &&
           fl_load_le32(bytes + 4) <= INT32_MAX;
}

bool fl_arrow_is_file(const uint8_t *bytes, size_t size)
{
    return size >= ARROW_FILE_HEAD_SIZE && memcmp(bytes, ARROW_MAGIC "\0", ARROW_FILE_HEAD_SIZE) == 0;
}

void fl_arrow_stream_close(struct fl_arrow_stream *stream)
{
    if (stream == NULL)
        return;
    fl_arrow_pieces_release(&stream->pieces);
    fl_arrow_dictionaries_release(&stream->dictionaries);
    fl_arrow_source_release(&stream->source);
    fl_arrow_blocks_release(&stream->blocks);
    fl_arena_release(&stream->arena);
    free(stream->columns);
    free(stream->name);
    free(stream);
}

const struct fl_arrow_schema *fl_arrow_stream_schema(const struct fl_arrow_stream *stream)
{
    return &stream->schema;
}

struct fl_arrow_counts fl_arrow_stream_counts(const struct fl_arrow_stream *stream)
{
    struct fl_arrow_counts counts = stream->counts;
    counts.bytes = stream->source.offset;
    return counts;
}

/* Where each column's nodes and buffers start. */
static fl_status place_columns(struct fl_arrow_stream *stream, struct fl_error *error)
{
    const size_t count = stream->schema.field_count;
    stream->columns = calloc(count + 1, sizeof *stream->columns);
    if (stream->columns == NULL)
        return fl_fail_memory(error, count * sizeof *stream->columns);
    for (size_t i = 0; i < count; i++) {
        const struct fl_arrow_span span = fl_arrow_field_span(&stream->schema.fields[i]);
        stream->columns[i].at = stream->span;
        stream->span.nodes += span.nodes;
        stream->span.buffers += span.buffers;
    }
    return FL_OK;
}

/* A file has something before its stream. */
static fl_status read_file_head(struct fl_arrow_stream *stream, struct fl_error *error)
{
    const uint8_t *head;
    size_t got;
    const fl_status status = fl_arrow_source_peek(&stream->source, &head, &got, error);
    if (status != FL_OK)
        return status;
    if (got == 0)
        return fl_fail(error, FL_CORRUPT, "nothing came in: not even a schema");
    stream->counts.is_file = fl_arrow_is_file(head, got);
    uint8_t skipped[ARROW_FILE_HEAD_SIZE];
    return stream->counts.is_file
               ? fl_arrow_source_read(&stream->source, skipped, sizeof skipped, &got, error)
               : FL_OK;
}

/* The first message is none: it waits until there is a schema. */
static fl_status read_late_schema(struct fl_arrow_stream *stream, struct fl_error *error)
{
    if (!stream->counts.is_file)
        return fl_fail(error, FL_CORRUPT, "the stream starts with a message of type %d, not with a schema",
                       stream->message.header_type);
    stream->has_message = true;
    return fl_arrow_footer_schema(&stream->source, &stream->arena, &stream->schema, error);
}

static fl_status read_schema(struct fl_arrow_stream *stream, struct fl_error *error)
{
    fl_status status = read_file_head(stream, error);
    if (status == FL_OK)
        status = fl_arrow_source_next(&stream->source, &stream->message, error);
    if (status != FL_OK)
        return status;
    if (stream->message.found != FL_ARROW_MESSAGE)
        return fl_fail(error, FL_CORRUPT, "the stream ends before its schema");
    if (stream->message.header_type == HEADER_SCHEMA)
        status = fl_arrow_schema_read(&stream->message.header, &stream->arena, &stream->schema, error);
    else
        status = read_late_schema(stream, error);
    if (status == FL_OK)
        status = place_columns(stream, error);
    return status == FL_OK ? fl_arrow_dictionaries_create(&stream->dictionaries, &stream->schema, error)
                           : status;
}

fl_status fl_arrow_stream_open(const struct fl_io *io, int file, const char *name,
                               const struct fl_arrow_options *options, struct fl_arrow_stream **stream,
                               struct fl_error *error)
{
    *stream = NULL;
    struct fl_arrow_stream *opened = calloc(1, sizeof *opened);
    if (opened == NULL)
        return fl_fail_memory(error, sizeof *opened);
    opened->options = *options;
    opened->budget.max = options->memory_max;
    opened->source = (struct fl_arrow_source){.io = io, .file = file, .budget = &opened->budget};
    opened->dictionaries.budget = &opened->budget;
    opened->pieces.budget = &opened->budget;
    opened->blocks.budget = &opened->budget;
    fl_arena_init(&opened->arena);
    opened->name = strdup(name);
    const fl_status status =
        opened->name == NULL ? fl_fail_memory(error, strlen(name)) : read_schema(opened, error);
    if (status != FL_OK) {
        (void)fl_error_at_path(error, name);
        fl_arrow_stream_close(opened);
        return status;
    }
    *stream = opened;
    return FL_OK;
}

/* What comes behind the last batch: nothing, or a file's footer. */
static fl_status read_end(struct fl_arrow_stream *stream, struct fl_error *error)
{
    if (stream->counts.is_file)
        return fl_arrow_footer_check(&stream->source, &stream->blocks, &stream->schema, error);
    uint8_t byte;
    size_t got;
    const fl_status status = fl_arrow_source_read(&stream->source, &byte, 1, &got, error);
    if (status != FL_OK || got == 0)
        return status;
    return fl_fail(error, FL_CORRUPT,
                   "there is more behind the end of the stream: is it several streams in one?");
}

static fl_status finish(struct fl_arrow_stream *stream, struct fl_error *error)
{
    stream->is_done = true;
    if (stream->message.found == FL_ARROW_END_MARKER)
        return read_end(stream, error);
    if (stream->options.end_marker_optional && !stream->counts.is_file)
        return FL_OK;
    return fl_fail(
        error, FL_CORRUPT,
        "the stream just ends, after %llu batches: its end-of-stream marker is missing, as when the writer "
        "died",
        (unsigned long long)stream->counts.batches);
}

static fl_status take_dictionary(struct fl_arrow_stream *stream, struct fl_error *error)
{
    const struct fl_arrow_message *message = &stream->message;
    stream->counts.dictionary_batches++;
    const fl_status status = fl_arrow_dictionaries_take(
        &stream->dictionaries, &message->header, message->body, message->body_bytes, &stream->pieces, error);
    fl_arrow_pieces_release(&stream->pieces);
    return status;
}

static fl_status take_batch(struct fl_arrow_stream *stream, struct fl_error *error)
{
    const struct fl_arrow_message *message = &stream->message;
    const fl_status status = fl_arrow_batch_open(&message->header, message->body, message->body_bytes,
                                                 stream->span, &stream->pieces, &stream->batch, error);
    stream->has_batch = status == FL_OK;
    if (status == FL_OK) {
        stream->counts.batches++;
        stream->counts.rows += stream->batch.rows;
        stream->counts.packed_batches += stream->batch.codec != FL_ARROW_UNPACKED;
    }
    return status;
}

static fl_status take_message(struct fl_arrow_stream *stream, struct fl_error *error)
{
    const struct fl_arrow_message *message = &stream->message;
    const bool is_dictionary = message->header_type == HEADER_DICTIONARY;
    if (!is_dictionary && message->header_type != HEADER_BATCH)
        return fl_fail(error, FL_CORRUPT, "a message of type %d among the batches", message->header_type);
    if (stream->counts.is_file) {
        const fl_status status = fl_arrow_blocks_add(&stream->blocks, is_dictionary, message, error);
        if (status != FL_OK)
            return status;
    }
    return is_dictionary ? take_dictionary(stream, error) : take_batch(stream, error);
}

static fl_status next(struct fl_arrow_stream *stream, struct fl_error *error)
{
    while (!stream->has_batch && !stream->is_done) {
        fl_status status =
            stream->has_message ? FL_OK : fl_arrow_source_next(&stream->source, &stream->message, error);
        stream->has_message = false;
        if (status == FL_OK && stream->message.found != FL_ARROW_MESSAGE)
            status = finish(stream, error);
        else if (status == FL_OK)
            status = take_message(stream, error);
        if (status != FL_OK)
            return status;
    }
    return FL_OK;
}

fl_status fl_arrow_stream_next(struct fl_arrow_stream *stream, size_t *rows, bool *done,
                               struct fl_error *error)
{
    fl_arrow_pieces_release(&stream->pieces);
    stream->has_batch = false;
    for (size_t i = 0; i < stream->schema.field_count; i++)
        stream->columns[i].is_read = false;
    const fl_status status = next(stream, error);
    if (status != FL_OK) {
        stream->has_batch = false;
        (void)fl_error_at_block(error, (int64_t)stream->counts.batches, NULL);
        (void)fl_error_at_path(error, stream->name);
        return status;
    }
    *done = !stream->has_batch;
    *rows = stream->has_batch ? stream->batch.rows : 0;
    return FL_OK;
}

static fl_status find_words(struct fl_arrow_stream *stream, const struct fl_arrow_field *field,
                            struct fl_arrow_column *column, struct fl_error *error)
{
    column->words = fl_arrow_dictionary_find(&stream->dictionaries, field->dictionary_id);
    if (column->words != NULL)
        return fl_arrow_indexes_check(column, error);
    if (column->nulls < column->rows)
        return fl_fail(error, FL_CORRUPT, "dictionary %lld is used before it is there",
                       (long long)field->dictionary_id);
    static const struct fl_arrow_column no_words;
    column->words = &no_words;
    return FL_OK;
}

static fl_status read_column(struct fl_arrow_stream *stream, const struct fl_arrow_field *field,
                             struct batch_column *column, struct fl_error *error)
{
    const struct fl_arrow_type *type = field->has_dictionary ? &field->index : &field->type;
    const fl_status status = fl_arrow_column_read(&stream->batch, column->at, type, &field->item,
                                                  &column->column, &column->items, error);
    return status == FL_OK && field->has_dictionary ? find_words(stream, field, &column->column, error)
                                                    : status;
}

fl_status fl_arrow_stream_column(struct fl_arrow_stream *stream, size_t index,
                                 const struct fl_arrow_column **column, struct fl_error *error)
{
    assert(stream->has_batch && index < stream->schema.field_count);
    struct batch_column *wanted = &stream->columns[index];
    *column = &wanted->column;
    if (wanted->is_read)
        return FL_OK;
    const struct fl_arrow_field *field = &stream->schema.fields[index];
    const fl_status status = read_column(stream, field, wanted, error);
    if (status != FL_OK) {
        (void)fl_error_at_block(error, (int64_t)stream->counts.batches - 1, field->name);
        (void)fl_error_at_path(error, stream->name);
        return status;
    }
    wanted->is_read = true;
    return FL_OK;
}
