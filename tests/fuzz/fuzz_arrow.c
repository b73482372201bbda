/* fuzz_arrow.c - hostile bytes for the Arrow reader.
 *
 * Method: the bytes are a stream or a file, read to its end with little memory; every value of every column
 * is shown, so that an offset beyond a buffer is one that a sanitizer sees. The mutator changes the metadata
 * of one message and mends its size and padding, or sends a message twice: most other changes end at the
 * first broken frame. */
#include <stdlib.h>
#include <string.h>

#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/arrow/flatbuffer_reader.h"
#include "formats/base/bytes.h"
#include "tests/fuzz/fuzz_target.h"

/* The input at hand, as a descriptor. */
static const uint8_t *input;
static size_t input_size, input_at;

static ssize_t read_input(int file, void *bytes, size_t size)
{
    (void)file;
    const size_t left = input_size - input_at, given = size < left ? size : left;
    if (given > 0)
        memcpy(bytes, input + input_at, given);
    input_at += given;
    return (ssize_t)given;
}

static ssize_t pread_input(int file, void *bytes, size_t size, off_t offset)
{
    (void)file;
    if (offset < 0 || (uint64_t)offset >= input_size)
        return 0;
    const size_t left = input_size - (size_t)offset, given = size < left ? size : left;
    memcpy(bytes, input + offset, given);
    return (ssize_t)given;
}

static int stat_input(int file, struct stat *facts)
{
    (void)file;
    memset(facts, 0, sizeof *facts);
    facts->st_mode = S_IFREG;
    facts->st_size = (off_t)input_size;
    return 0;
}

static const struct fl_io input_io = {.read = read_input, .pread = pread_input, .fstat = stat_input};

/* What a reader of the column may rely on: each value can be shown. At most some rows, so that an input is
 * quick. */
static void show_column(const struct fl_arrow_column *column, struct fl_buffer *text)
{
    const size_t rows = column->rows < 1000 ? column->rows : 1000;
    for (size_t row = 0; row < rows; row++) {
        text->size = 0;
        if (!fl_arrow_text_append(column, row, text))
            abort();
    }
    /* The last one lies next to the ends of the buffers. */
    text->size = 0;
    if (column->rows > rows && !fl_arrow_text_append(column, column->rows - 1, text))
        abort();
}

static void read_stream(struct fl_arrow_stream *stream, struct fl_error *error, struct fl_buffer *text)
{
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    for (size_t i = 0; i < schema->field_count; i++) {
        char words[128];
        fl_arrow_field_words(&schema->fields[i], words);
    }
    for (size_t batch = 0;; batch++) {
        size_t rows;
        bool done;
        if (fl_arrow_stream_next(stream, &rows, &done, error) != FL_OK || done)
            return;
        for (size_t i = 0; i < schema->field_count; i++) {
            const struct fl_arrow_column *column;
            if (fl_arrow_stream_column(stream, i, &column, error) != FL_OK)
                continue;
            show_column(column, text);
            fuzz_canary(batch == 4); /* more than any input of the corpus has */
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Little memory, so that an allocation that was not checked against it stands out (-malloc_limit_mb). */
    const struct fl_arrow_options options = {.memory_max = 16 << 20, .end_marker_optional = true};
    struct fl_arrow_stream *stream;
    struct fl_error error;
    struct fl_buffer text = {0};
    fl_error_clear(&error);
    input = data;
    input_size = size;
    input_at = 0;
    const fl_status status = fl_arrow_stream_open(&input_io, 0, "input", &options, &stream, &error);
    if (status == FL_OK) {
        read_stream(stream, &error, &text);
        fl_arrow_stream_close(stream);
    }
    if (error.status != FL_OK && error.message[0] == '\0')
        abort();
    fl_buffer_release(&text);
    return 0;
}

#ifdef FOURLOOP_LIBFUZZER
enum { PREFIX_SIZE = 8, METADATA_MAX = 64 << 10 };

/* A message of the input: its metadata from `at` + 8, its body behind that. */
struct message {
    size_t at, metadata, body;
};

/* The message at `at`; false: there is none that is whole. */
static bool message_at(const uint8_t *data, size_t size, size_t at, struct message *message)
{
    if (size - at < PREFIX_SIZE || fl_load_le32(data + at) != 0xFFFFFFFFu)
        return false;
    const size_t metadata = fl_load_le32(data + at + 4), left = size - at - PREFIX_SIZE;
    if (metadata == 0 || metadata > left || metadata > METADATA_MAX)
        return false;
    struct fl_flat flat = {data + at + PREFIX_SIZE, metadata, NULL};
    const struct fl_flat_table root = fl_flat_root(&flat);
    const int64_t body = fl_flat_int64(&root, 3, 0);
    if (body < 0 || (uint64_t)body > left - metadata)
        return false;
    *message = (struct message){at, metadata, (size_t)body};
    return true;
}

/* One of the messages, by chance. */
static bool choose_message(const uint8_t *data, size_t size, unsigned seed, struct message *chosen)
{
    struct message message;
    size_t count = 0;
    for (size_t at = fl_arrow_is_file(data, size) ? 8 : 0; at < size && message_at(data, size, at, &message);
         at += PREFIX_SIZE + message.metadata + message.body) {
        count++;
        if (seed % count == 0)
            *chosen = message;
        seed = seed * 1664525u + 1013904223u;
    }
    return count > 0;
}

/* Puts `bytes` in the place of data[from .. to), if they fit. */
static size_t replace(uint8_t *data, size_t size, size_t capacity, size_t from, size_t to,
                      const uint8_t *bytes, size_t count)
{
    if (size - (to - from) + count > capacity)
        return size;
    memmove(data + from + count, data + to, size - to);
    memcpy(data + from, bytes, count);
    return size - (to - from) + count;
}

static size_t mutate_metadata(uint8_t *data, size_t size, size_t capacity, const struct message *message)
{
    static uint8_t copy[METADATA_MAX + 64];
    const size_t start = message->at + PREFIX_SIZE;
    memcpy(copy, data + start, message->metadata);
    size_t changed = LLVMFuzzerMutate(copy, message->metadata, METADATA_MAX);
    while (changed % 8 != 0)
        copy[changed++] = 0;
    const size_t now = replace(data, size, capacity, start, start + message->metadata, copy, changed);
    if (now != size || changed == message->metadata)
        fl_store_le32(data + message->at + 4, (uint32_t)changed);
    return now;
}

static size_t send_twice(uint8_t *data, size_t size, size_t capacity, const struct message *message)
{
    const size_t whole = PREFIX_SIZE + message->metadata + message->body;
    uint8_t *copy = malloc(whole);
    if (copy == NULL)
        abort();
    memcpy(copy, data + message->at, whole);
    const size_t now = replace(data, size, capacity, message->at, message->at, copy, whole);
    free(copy);
    return now;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed)
{
    struct message message;
    if (seed % 4 == 0 || !choose_message(data, size, seed / 16, &message))
        return LLVMFuzzerMutate(data, size, capacity);
    return seed % 16 == 1 ? send_twice(data, size, capacity, &message)
                          : mutate_metadata(data, size, capacity, &message);
}
#endif
