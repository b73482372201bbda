/* plain_csv.h - a slow, obvious reader of CSV that formats/importers/csv_reader must equal. */
#ifndef TESTS_FUZZ_PLAIN_CSV_H
#define TESTS_FUZZ_PLAIN_CSV_H

#include "formats/base/arena.h"
#include "formats/base/limits.h"
#include "formats/importers/csv_reader.h"

struct plain_csv {
    const char *bytes;
    size_t size, at;
    char delimiter;
    int64_t line, line_column; /* of bytes[at], both from 1 */
    struct fl_buffer unquoted; /* the fields of the record, one after the other */
    struct fl_text fields[FL_RECORD_FIELDS_MAX];
    bool quoted[FL_RECORD_FIELDS_MAX];
    uint32_t field_column[FL_RECORD_FIELDS_MAX];
};

enum plain_result { PLAIN_RECORD, PLAIN_END, PLAIN_FAULT };

/* Reads these bytes from a record's beginning on, which is in `line`. Memory of before is used again. */
void plain_csv_begin(struct plain_csv *csv, const char *bytes, size_t size, char delimiter, int64_t line);
/* The next record, valid until the next call; or the fault's sentence and place. */
enum plain_result plain_csv_next(struct plain_csv *csv, struct fl_csv_record *record, struct fl_error *error);

#endif
