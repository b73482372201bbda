/* arrow_input.c - an Arrow stream or file that the command line names. */
#include "tools/fourloop/arrow_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

bool arrow_input_is(const struct fl_io *io, const char *path)
{
    if (is_stdin(path))
        return true;
    const int file = io->open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
    if (file < 0)
        return false;
    struct stat facts;
    uint8_t head[8];
    const bool is_file = io->fstat(file, &facts) == 0 && S_ISREG(facts.st_mode);
    const ssize_t size = is_file ? io->pread(file, head, sizeof head, 0) : 0;
    (void)io->close(file);
    return size > 0 && (fl_arrow_is_stream(head, (size_t)size) || fl_arrow_is_file(head, (size_t)size));
}

fl_status arrow_input_open(const struct command *command, const struct fl_io *io, const char *path,
                           struct arrow_input *input, struct fl_error *error)
{
    const struct fl_arrow_options options = {
        .memory_max = (uint64_t)command->flags[FLAG_ARROW_MEMORY].number,
        .end_marker_optional = command->flags[FLAG_ALLOW_MISSING_EOS].given,
    };
    *input = (struct arrow_input){.io = io, .file = STDIN_FILENO};
    if (!is_stdin(path))
        input->file = io->open(path, O_RDONLY | O_CLOEXEC, 0);
    if (input->file < 0)
        return fl_fail_errno(error, errno, "open", path);
    const char *name = is_stdin(path) ? "the standard input" : path;
    const fl_status status = fl_arrow_stream_open(io, input->file, name, &options, &input->stream, error);
    if (status != FL_OK)
        arrow_input_close(input);
    return status;
}

void arrow_input_close(struct arrow_input *input)
{
    fl_arrow_stream_close(input->stream);
    if (input->file != STDIN_FILENO)
        (void)input->io->close(input->file);
}

static fl_status check_batches(struct fl_arrow_stream *stream, struct fl_error *error)
{
    const size_t columns = fl_arrow_stream_schema(stream)->field_count;
    for (;;) {
        size_t rows;
        bool done;
        fl_status status = fl_arrow_stream_next(stream, &rows, &done, error);
        if (status != FL_OK || done)
            return status;
        for (size_t i = 0; status == FL_OK && i < columns; i++) {
            const struct fl_arrow_column *column;
            status = fl_arrow_stream_column(stream, i, &column, error);
        }
        if (status != FL_OK)
            return status;
    }
}

fl_status arrow_input_verify(const struct command *command, const struct fl_io *io, const char *path,
                             uint64_t *rows, struct fl_error *error)
{
    struct arrow_input input;
    fl_status status = arrow_input_open(command, io, path, &input, error);
    if (status != FL_OK)
        return status;
    status = check_batches(input.stream, error);
    *rows = fl_arrow_stream_counts(input.stream).rows;
    arrow_input_close(&input);
    return status;
}
