/* run_folder_verb.h - what the verbs that make a run folder have in common. */
#ifndef TOOLS_FOURLOOP_RUN_FOLDER_VERB_H
#define TOOLS_FOURLOOP_RUN_FOLDER_VERB_H

#include <jansson.h>

#include "engine/fourloop.h"
#include "tools/fourloop/command_line.h"

/* How a verb speaks. */
struct run_folder_words {
    const char *doing; /* "scoring" */
    void (*say)(const struct command *command, const struct fl_run_report *report);
    json_t *(*json)(const struct command *command, const struct fl_run_report *report); /* NULL: no memory */
};

/* The plan as far as the flags of all these verbs go; which days is left to the verb. FL_USAGE. */
fl_status run_folder_plan(const struct command *command, const struct fl_io *io, struct fl_run_plan *plan,
                          struct fl_error *error);
/* Makes the run with its progress on the terminal and says what came. FL_UNCHANGED: it was there already, and
 * --skip-unchanged is given. */
fl_status run_folder_make(const struct command *command, struct fl_run_plan *plan,
                          const struct run_folder_words *words, struct fl_error *error);

#endif
