/* text_input.c - the file of messages that a verb reads. */
#include "tools/fourloop/text_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tools/fourloop/process.h"

static int is_stopped(void *context)
{
    (void)context;
    return process_interrupted() ? 1 : 0;
}

fl_status text_input_open(const struct fl_io *io, const char *path, int64_t format,
                          struct fl_message_source *source, struct fl_error *error)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    *source = (struct fl_message_source){.io = io,
                                         .file = STDIN_FILENO,
                                         .shown = is_stdin ? "the standard input" : path,
                                         .format = (enum fl_message_format)format,
                                         .is_stopped = is_stopped};
    if (is_stdin)
        return FL_OK;
    source->file = io->open(path, O_RDONLY | O_CLOEXEC, 0);
    return source->file < 0 ? fl_fail_errno(error, errno, "open", path) : FL_OK;
}

void text_input_close(struct fl_message_source *source)
{
    if (source->file > STDERR_FILENO)
        (void)source->io->close(source->file);
}
