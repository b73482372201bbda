/* text_rows.h - decoded blocks as rows of text: the loop that CSV and NDJSON share. */
#ifndef FORMATS_EXPORTERS_TEXT_ROWS_H
#define FORMATS_EXPORTERS_TEXT_ROWS_H

#include "formats/exporters/export_walk.h"

/* How one kind of text file writes what is no number. */
struct fl_text_dialect {
    const char *head;      /* before the first cell of a row */
    const char *null;      /* stands for a null; at most FL_EXPORT_NULL_MAX bytes */
    const char *day_quote; /* around a day: "" or "\"" */
    char decimal;
    const struct fl_export_options *options;
    unsigned text_growth; /* a text of n bytes becomes at most text_growth * n + 2 */
    /* Writes a text that is not null as its cell; returns where it ends. */
    uint8_t *(*put_text)(const struct fl_export_options *options, uint8_t *at, const char *bytes,
                         size_t size);
};

struct fl_text_rows;

/* `tails[i]` comes behind each cell of column i; copied, at most FL_TEXT_TAIL_MAX bytes. `request`,
 * `dialect` and `output` are borrowed until free. *rows NULL after a failure. */
enum { FL_TEXT_TAIL_MAX = 72 };
fl_status fl_text_rows_create(const struct fl_export_request *request, const struct fl_text_dialect *dialect,
                              const char *const *tails, struct fl_output *output, struct fl_text_rows **rows,
                              struct fl_error *error);
fl_status fl_text_rows_write(struct fl_text_rows *rows, const struct fl_export_batch *batch,
                             struct fl_error *error);
/* What is still in the buffer. */
fl_status fl_text_rows_finish(struct fl_text_rows *rows, struct fl_error *error);
void fl_text_rows_free(struct fl_text_rows *rows); /* NULL is fine */

#endif
