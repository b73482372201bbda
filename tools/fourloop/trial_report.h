/* trial_report.h - a message and what a keyword list finds in it, for people. */
#ifndef TOOLS_FOURLOOP_TRIAL_REPORT_H
#define TOOLS_FOURLOOP_TRIAL_REPORT_H

#include <jansson.h>

#include "engine/fourloop.h"

/* `colour`: hits stand out in the text; else a line of carets below it shows them. FL_NO_MEMORY:
 * nothing is printed. */
fl_status trial_print(const struct fl_traced_message *message, bool colour, struct fl_error *error);
/* NULL: no memory. */
json_t *trial_json(const struct fl_traced_message *message);

#endif
