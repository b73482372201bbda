/* file_read.c - the whole of a small file in one go. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "formats/base/file_map.h"

static fl_status fail_too_large(struct fl_error *error, uint64_t size_max, const char *path)
{
    (void)fl_fail(error, FL_LIMIT, "more than %llu bytes", (unsigned long long)size_max);
    (void)fl_error_at_path(error, path);
    return FL_LIMIT;
}

static fl_status fail_read(struct fl_error *error, int error_number, const char *path)
{
    if (error_number != EISDIR)
        return fl_fail_errno(error, error_number, "read", path);
    (void)fl_fail(error, FL_BAD_DATA, "a directory, not a file");
    (void)fl_error_at_path(error, path);
    return FL_BAD_DATA;
}

/* Up to the end of what may also be a pipe, so the size is not known before. */
static fl_status read_to_end(const struct fl_io *io, int file, const char *path, uint64_t size_max,
                             struct fl_buffer *buffer, struct fl_error *error)
{
    uint8_t piece[16 << 10];
    for (;;) {
        const ssize_t got = io->read(file, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_read(error, errno, path);
        if (got == 0)
            return FL_OK;
        if ((uint64_t)got > size_max - buffer->size)
            return fail_too_large(error, size_max, path);
        if (!fl_buffer_append(buffer, piece, (size_t)got))
            return fl_fail_memory(error, buffer->size + (uint64_t)got);
    }
}

static fl_status read_file(const struct fl_io *io, const char *path, bool kept, uint64_t size_max,
                           struct fl_buffer *buffer, struct fl_error *error)
{
    buffer->size = 0;
    int file;
    do {
        file = io->open(path, O_RDONLY | (kept ? O_NONBLOCK : 0), 0);
    } while (file < 0 && errno == EINTR);
    if (file < 0)
        return fl_fail_errno(error, errno, "open", path);
    struct stat facts;
    fl_status status = kept ? fl_file_look(io, file, path, &facts, error) : FL_OK;
    if (status == FL_OK)
        status = read_to_end(io, file, path, size_max, buffer, error);
    (void)io->close(file);
    if (status == FL_OK && !fl_buffer_reserve(buffer, buffer->size + 1))
        status = fl_fail_memory(error, buffer->size + 1);
    if (status == FL_OK)
        buffer->bytes[buffer->size] = 0;
    return status;
}

fl_status fl_file_read_all(const struct fl_io *io, const char *path, uint64_t size_max,
                           struct fl_buffer *buffer, struct fl_error *error)
{
    return read_file(io, path, false, size_max, buffer, error);
}

fl_status fl_file_read_kept(const struct fl_io *io, const char *path, uint64_t size_max,
                            struct fl_buffer *buffer, struct fl_error *error)
{
    return read_file(io, path, true, size_max, buffer, error);
}
