/* report.h - what a verb says: words to stderr, one JSON line to stdout. */
#ifndef TOOLS_FOURLOOP_REPORT_H
#define TOOLS_FOURLOOP_REPORT_H

#include <jansson.h>
#include <stdint.h>

#include "formats/base/status.h"

/* One line of words to stderr. */
void report_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Of how many messages hits were left out (SEMANTICS.md section 5); of none it says nothing. */
void report_cut_hits(uint64_t messages);

/* Of a fit: whether the model is another one now, and what comes next. */
void report_fit(const char *hash_before, const char *hash_after, const char *model, const char *data);

/* "12.3 MiB" */
enum { REPORT_SIZE_TEXT = 24 };
const char *report_size(uint64_t bytes, char text[REPORT_SIZE_TEXT]);

/* Micro-points as points with all six decimals. */
enum { REPORT_POINTS_TEXT = 48 };
const char *report_points(int64_t micro, char text[REPORT_POINTS_TEXT]);

/* Prints `object` as one line to stdout; lets go of it. NULL stands for no memory. */
fl_status report_json(json_t *object, struct fl_error *error);

#endif
