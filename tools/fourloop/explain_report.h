/* explain_report.h - how `fourloop explain` says what it found. */
#ifndef TOOLS_FOURLOOP_EXPLAIN_REPORT_H
#define TOOLS_FOURLOOP_EXPLAIN_REPORT_H

#include <jansson.h>

#include "engine/fourloop.h"

/* For people, to stdout. */
void explain_print(const struct fl_explanation *explanation);
/* For machines: numbers as the columns of a run have them, micro-points and minor units. NULL: no memory. */
json_t *explain_json(const struct fl_explanation *explanation);

#endif
