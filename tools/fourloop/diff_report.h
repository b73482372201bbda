/* diff_report.h - what two runs differ in, for an analyst and for a program. */
#ifndef TOOLS_FOURLOOP_DIFF_REPORT_H
#define TOOLS_FOURLOOP_DIFF_REPORT_H

#include <jansson.h>

#include "engine/fourloop.h"

/* To the standard output. `names` are the two run folders as the user gave them. */
void diff_print(const struct fl_diff *diff, const char *const names[2]);
/* All of it, points as micro-points; NULL: no memory. */
json_t *diff_json(const struct fl_diff *diff, const char *const names[2]);

#endif
