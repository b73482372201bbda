/* verbs.h - one function for each verb, called with a checked command.
 *
 * FL_UNCHANGED is no failure: the verb has said what there is to say. */
#ifndef TOOLS_FOURLOOP_VERBS_H
#define TOOLS_FOURLOOP_VERBS_H

#include "tools/fourloop/command_line.h"

#define FL_VERB(upper, lower, name, words, words_min, words_max, publishes, summary, examples)               \
    fl_status verb_##lower(const struct command *command, const struct fl_io *io, struct fl_error *error);
#include "tools/fourloop/verbs.def"
#undef FL_VERB

#endif
