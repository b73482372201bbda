/* text_input.c - the file of messages that a verb reads. */
#include "tools/fourloop/text_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tools/fourloop/process.h"
#include "tools/fourloop/report.h"

/* The words of --from, in their order. */
enum from { FROM_AUTO, FROM_LINES, FROM_NDJSON };

static int is_stopped(void *context)
{
    (void)context;
    return process_interrupted() ? 1 : 0;
}

static void warn_of_objects(const char *shown)
{
    report_say("warning: %s looks like NDJSON, and each line is taken as a message as it stands; "
               "--from ndjson takes the texts in it",
               shown);
}

static bool ends_with(const char *path, const char *end)
{
    const size_t size = strlen(path), end_size = strlen(end);
    return size > end_size && strcasecmp(path + size - end_size, end) == 0;
}

/* Only a name tells before something is read, which may be a pipe: its bytes come once. */
static enum fl_message_format format_of(const char *path, enum from from)
{
    if (from == FROM_AUTO)
        return ends_with(path, ".ndjson") || ends_with(path, ".jsonl") ? FL_MESSAGES_NDJSON
                                                                       : FL_MESSAGES_LINES;
    return from == FROM_NDJSON ? FL_MESSAGES_NDJSON : FL_MESSAGES_LINES;
}

fl_status text_input_open(const struct fl_io *io, const char *path, int64_t from,
                          struct fl_message_source *source, struct fl_error *error)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    *source = (struct fl_message_source){.io = io,
                                         .file = STDIN_FILENO,
                                         .shown = is_stdin ? "the standard input" : path,
                                         .format = format_of(path, (enum from)from),
                                         .is_stopped = is_stopped,
                                         .lines_are_objects = from == FROM_AUTO ? warn_of_objects : NULL};
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
