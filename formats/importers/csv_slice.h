/* csv_slice.h - the quick way through the records of a CSV that hold no quote. */
#ifndef FORMATS_IMPORTERS_CSV_SLICE_H
#define FORMATS_IMPORTERS_CSV_SLICE_H

#include <stdbool.h>

#include "formats/base/text.h"
#include "formats/importers/csv_marks.h"

/* 16 KiB with their marks stay in the first-level cache between marking and splitting. */
enum { FL_CSV_SLICE_BLOCKS = 256 };

/* Zero-initialised but for `mark` is empty; emptied again (begin = end = NULL) when the bytes move. */
struct fl_csv_slice {
    fl_csv_mark *mark;
    uint8_t delimiter, quote;
    const char *begin, *end; /* what is marked: whole blocks */
    struct fl_csv_marks marks[FL_CSV_SLICE_BLOCKS];
};

struct fl_csv_plain_record {
    size_t field_count;
    uint64_t filled; /* bit i: field i holds something, of the first 64 */
    const char *end; /* its line end */
    bool is_ascii;   /* no NUL either */
};

/* Splits the record at `at`, which is no line end, into at most `fields_max` fields; `window_end` is how far
 * the bytes go. False when anything is out of the ordinary (a quote, the window's end near, too many fields):
 * then `fields` and `columns` hold nothing and the careful way has to decide. */
bool fl_csv_slice_split(struct fl_csv_slice *slice, const char *at, const char *window_end, size_t fields_max,
                        struct fl_text *fields, uint32_t *columns, struct fl_csv_plain_record *record);

#endif
