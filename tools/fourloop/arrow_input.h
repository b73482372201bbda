/* arrow_input.h - an Arrow stream or file that the command line names. */
#ifndef TOOLS_FOURLOOP_ARROW_INPUT_H
#define TOOLS_FOURLOOP_ARROW_INPUT_H

#include "formats/arrow/arrow_stream.h"
#include "tools/fourloop/command_line.h"

/* Whether the path is "-", which is always taken for an Arrow stream, or a regular file that starts as one.
 */
bool arrow_input_is(const struct fl_io *io, const char *path);

struct arrow_input {
    const struct fl_io *io;
    int file;
    struct fl_arrow_stream *stream;
};
/* By --memory and --allow-missing-eos of the command. On failure nothing is left open. */
fl_status arrow_input_open(const struct command *command, const struct fl_io *io, const char *path,
                           struct arrow_input *input, struct fl_error *error);
void arrow_input_close(struct arrow_input *input);

/* Every batch with every column, each value checked; the rows that are in it. */
fl_status arrow_input_verify(const struct command *command, const struct fl_io *io, const char *path,
                             uint64_t *rows, struct fl_error *error);

#endif
