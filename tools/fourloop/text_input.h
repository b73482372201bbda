/* text_input.h - the file of messages that a verb reads. */
#ifndef TOOLS_FOURLOOP_TEXT_INPUT_H
#define TOOLS_FOURLOOP_TEXT_INPUT_H

#include "engine/fourloop.h"

/* Opens `path`; "-" is the standard input. `from` is the index of --from. */
fl_status text_input_open(const struct fl_io *io, const char *path, int64_t from,
                          struct fl_message_source *source, struct fl_error *error);
void text_input_close(struct fl_message_source *source);

#endif
