/* line_reader.c - reads an open file line by line. */
#include "formats/importers/line_reader.h"

#include <errno.h>
#include <stdlib.h>

#include "formats/base/arena.h"

enum { PIECE_BYTES = 256 << 10 };

struct fl_line_reader {
    const struct fl_io *io;
    int file;
    const char *shown, *hint;
    size_t bytes_max;
    int (*is_stopped)(void *context);
    void *context;
    struct fl_buffer bytes; /* of the file, from `at` on not yet taken */
    size_t at;
    bool at_end;
    int64_t number;
    uint64_t bytes_read;
};

fl_status fl_line_reader_create(const struct fl_io *io, int file, const char *shown, size_t bytes_max,
                                const char *hint, struct fl_line_reader **reader, struct fl_error *error)
{
    *reader = calloc(1, sizeof **reader);
    if (*reader == NULL)
        return fl_fail_memory(error, sizeof **reader);
    **reader =
        (struct fl_line_reader){.io = io, .file = file, .shown = shown, .hint = hint, .bytes_max = bytes_max};
    return FL_OK;
}

void fl_line_reader_free(struct fl_line_reader *reader)
{
    if (reader == NULL)
        return;
    fl_buffer_release(&reader->bytes);
    free(reader);
}

void fl_line_reader_ask(struct fl_line_reader *reader, int (*is_stopped)(void *context), void *context)
{
    reader->is_stopped = is_stopped;
    reader->context = context;
}

int64_t fl_line_reader_number(const struct fl_line_reader *reader)
{
    return reader->number;
}

uint64_t fl_line_reader_bytes_read(const struct fl_line_reader *reader)
{
    return reader->bytes_read;
}

static fl_status fail_read(const struct fl_line_reader *reader, int trouble, struct fl_error *error)
{
    if (trouble == EINTR)
        return fl_fail(error, FL_INTERRUPTED, "interrupted");
    if (trouble != EISDIR)
        return fl_fail_errno(error, trouble, "read", reader->shown);
    (void)fl_fail(error, FL_BAD_DATA, "a directory, not a file");
    (void)fl_error_at_path(error, reader->shown);
    return FL_BAD_DATA;
}

/* Moves what is left to the front, and reads a piece behind it. */
static fl_status read_more(struct fl_line_reader *reader, struct fl_error *error)
{
    struct fl_buffer *bytes = &reader->bytes;
    if (reader->at > 0)
        memmove(bytes->bytes, bytes->bytes + reader->at, bytes->size - reader->at);
    bytes->size -= reader->at;
    reader->at = 0;
    /* A pipe gives little at a time; room for a whole piece behind each would be copied as often. */
    if (bytes->capacity - bytes->size < PIECE_BYTES / 2 &&
        !fl_buffer_reserve(bytes, bytes->size + PIECE_BYTES))
        return fl_fail_memory(error, bytes->size + PIECE_BYTES);
    ssize_t got;
    do {
        got = reader->io->read(reader->file, bytes->bytes + bytes->size, bytes->capacity - bytes->size);
    } while (got < 0 && errno == EINTR &&
             (reader->is_stopped == NULL || reader->is_stopped(reader->context) == 0));
    if (got < 0)
        return fail_read(reader, errno, error);
    bytes->size += (size_t)got;
    reader->bytes_read += (uint64_t)got;
    reader->at_end = got == 0;
    return FL_OK;
}

static fl_status fail_long(const struct fl_line_reader *reader, struct fl_error *error)
{
    (void)fl_fail(error, FL_BAD_DATA, "a line of more than %zu bytes%s%s", reader->bytes_max,
                  reader->hint == NULL ? "" : ": ", reader->hint == NULL ? "" : reader->hint);
    (void)fl_error_at_path(error, reader->shown);
    (void)fl_error_at_line(error, reader->number + 1, 1);
    return FL_BAD_DATA;
}

/* memchr(): a line; memrchr(): all lines that are there. */
typedef void *find_byte(const void *bytes, int byte, size_t size);

/* Reads until the byte that is looked for is there: `found` goes up to it, and with it, `ended`; without one
 * it is the rest of the file. */
static fl_status read_to_end(struct fl_line_reader *reader, find_byte *find, struct fl_text *found,
                             bool *ended, struct fl_error *error)
{
    const uint8_t *end = NULL;
    size_t looked = 0;
    for (;;) {
        const size_t left = reader->bytes.size - reader->at;
        if (left > looked)
            end = find(reader->bytes.bytes + reader->at + looked, '\n', left - looked);
        looked = left;
        if (end != NULL || reader->at_end)
            break;
        if (left > reader->bytes_max)
            return fail_long(reader, error);
        const fl_status status = read_more(reader, error);
        if (status != FL_OK)
            return status;
    }
    const uint8_t *start = looked == 0 ? NULL : reader->bytes.bytes + reader->at;
    *found = (struct fl_text){(const char *)start, end != NULL ? (size_t)(end + 1 - start) : looked};
    *ended = end != NULL;
    return FL_OK;
}

fl_status fl_line_reader_next(struct fl_line_reader *reader, struct fl_text *line, bool *more,
                              struct fl_error *error)
{
    struct fl_text found;
    bool ended = false;
    const fl_status status = read_to_end(reader, memchr, &found, &ended, error);
    if (status != FL_OK)
        return status;
    *more = found.size > 0;
    if (!*more)
        return FL_OK;
    *line = (struct fl_text){found.bytes, found.size - ended};
    if (line->size > reader->bytes_max)
        return fail_long(reader, error);
    reader->at += found.size;
    reader->number++;
    return FL_OK;
}

fl_status fl_line_reader_next_lines(struct fl_line_reader *reader, int64_t number, struct fl_text *lines,
                                    bool *more, struct fl_error *error)
{
    bool ended = false;
    reader->number = number - 1;
    const fl_status status = read_to_end(reader, memrchr, lines, &ended, error);
    if (status != FL_OK)
        return status;
    *more = lines->size > 0;
    /* Only the first can be so long: it is read on for alone. */
    if (lines->size > reader->bytes_max && memchr(lines->bytes, '\n', reader->bytes_max + 1) == NULL)
        return fail_long(reader, error);
    reader->at += lines->size;
    return FL_OK;
}
