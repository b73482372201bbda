/* line_reader.h - the lines of an open file, one after the other, in memory of one line. */
#ifndef FORMATS_IMPORTERS_LINE_READER_H
#define FORMATS_IMPORTERS_LINE_READER_H

#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

struct fl_line_reader;

/* Reads from an open descriptor, which stays the caller's. `hint` is asked behind what is said of a line of
 * more than `bytes_max` bytes: "is it one JSON object a line?"; NULL: nothing. Texts are borrowed. */
fl_status fl_line_reader_create(const struct fl_io *io, int file, const char *shown, size_t bytes_max,
                                const char *hint, struct fl_line_reader **reader, struct fl_error *error);
void fl_line_reader_free(struct fl_line_reader *reader); /* NULL is fine */

/* While it reads, a signal makes it ask: a non-zero return stops with FL_INTERRUPTED. Without one it reads
 * on, as a pipe may stay silent for hours. */
void fl_line_reader_ask(struct fl_line_reader *reader, int (*is_stopped)(void *context), void *context);

/* The next line without its '\n', valid until the next call; *more = false at the end. FL_BAD_DATA with the
 * line: too many bytes; FL_IO, FL_NO_MEMORY. */
fl_status fl_line_reader_next(struct fl_line_reader *reader, struct fl_text *line, bool *more,
                              struct fl_error *error);
/* The next lines that are there, each with its '\n' but for a last one without: at least one, valid until the
 * next call. They are not counted: the caller says the number of the first one. Fails as
 * fl_line_reader_next(). */
fl_status fl_line_reader_next_lines(struct fl_line_reader *reader, int64_t number, struct fl_text *lines,
                                    bool *more, struct fl_error *error);
/* Of the line that came last, from 1. */
int64_t fl_line_reader_number(const struct fl_line_reader *reader);
uint64_t fl_line_reader_bytes_read(const struct fl_line_reader *reader);

#endif
