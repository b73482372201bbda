/* tag_text.h - `fourloop tag --text`: a filter from messages to hits. */
#ifndef TOOLS_FOURLOOP_TAG_TEXT_H
#define TOOLS_FOURLOOP_TAG_TEXT_H

#include "tools/fourloop/command_line.h"

fl_status tag_text(const struct command *command, const struct fl_io *io, struct fl_error *error);

#endif
