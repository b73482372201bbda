/* process.h - the manners of the process: descriptors, limits, signals. */
#ifndef TOOLS_FOURLOOP_PROCESS_H
#define TOOLS_FOURLOOP_PROCESS_H

#include <stdbool.h>

#include "formats/base/status.h"

/* First thing of main(): descriptors 0 to 2 exist (one that was closed refuses reading or writing, so that no
 * data file can take its number), the limit of open files is raised, core dumps are off, SIGXFSZ becomes EFBIG. */
void process_prepare(void);
/* Whether descriptor 0, 1 or 2 was closed when the program began. */
bool process_was_closed(int file);

/* A verb that publishes goes on when the reader of stdout or stderr leaves, and stops in good order at SIGINT
 * or SIGTERM: process_interrupted() is true from then on, a second signal ends it at once. The others die of
 * SIGPIPE quietly. */
void process_set_signals(bool publishes);
bool process_interrupted(void);

/* libsnappy is C++: without memory it throws what no C can catch, and the process is aborted. From here on it
 * ends with a message and the exit code of FL_NO_MEMORY instead; as after a kill, nothing was published and
 * the next run sweeps. */
void process_explain_cpp_end(void);

/* Flushes stdout; FL_IO when any of it could not be written, a full disk included. */
fl_status process_finish_stdout(struct fl_error *error);

#endif
