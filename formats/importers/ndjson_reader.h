/* ndjson_reader.h - the lines of an NDJSON file as records of texts. */
#ifndef FORMATS_IMPORTERS_NDJSON_READER_H
#define FORMATS_IMPORTERS_NDJSON_READER_H

#include "formats/importers/csv_reader.h"
#include "formats/importers/line_reader.h"

/* Names of members: those that were asked for, or all, in the order in which they first come. */
struct fl_ndjson_keys;
fl_status fl_ndjson_keys_create(const struct fl_text *names, size_t count, struct fl_ndjson_keys **keys,
                                struct fl_error *error);
void fl_ndjson_keys_free(struct fl_ndjson_keys *keys);
/* They live as long as the keys. */
const struct fl_text *fl_ndjson_key_names(const struct fl_ndjson_keys *keys, size_t *count);

/* A line is one JSON object of at most FL_JSON_LINE_BYTES_MAX bytes and FL_JSON_VALUES_MAX values, in UTF-8,
 * with each name once; blank lines are skipped, so is a byte order mark at the start. Numbers are texts as
 * they stand, however many digits they have; true and false are texts, null and what is not there is nothing;
 * a list or an object is its JSON, and told apart. */
struct fl_ndjson_reader;

/* Reads from an open descriptor, which stays the caller's. */
fl_status fl_ndjson_reader_create(const struct fl_io *io, int file, const char *shown,
                                  struct fl_ndjson_reader **reader, struct fl_error *error);
void fl_ndjson_reader_free(struct fl_ndjson_reader *reader);

/* Reads to the end: all names of members in lines that are records. FL_LIMIT: more than
 * FL_RECORD_FIELDS_MAX; and as fl_ndjson_next(). */
fl_status fl_ndjson_find_keys(struct fl_ndjson_reader *reader, struct fl_ndjson_keys **keys,
                              struct fl_error *error);

struct fl_ndjson_line {
    struct fl_csv_record record; /* a field for each key; raw.bytes is NULL; columns are numbers from 1 */
    const bool *nested;          /* of each field: a list or an object */
    const char *refused;         /* why the line is no record, static: "record: no JSON object"; else NULL */
    int64_t refused_at;          /* byte of the line, from 1 */
};

/* The next line; *more = false at the end. It lives until the next call. FL_BAD_DATA with the line: too many
 * bytes; FL_IO, FL_NO_MEMORY. */
fl_status fl_ndjson_next(struct fl_ndjson_reader *reader, const struct fl_ndjson_keys *keys,
                         struct fl_ndjson_line *line, bool *more, struct fl_error *error);
/* Reads the lines; for what fl_line_reader_ask() does. Borrowed. */
struct fl_line_reader *fl_ndjson_line_reader(struct fl_ndjson_reader *reader);
uint64_t fl_ndjson_bytes_read(const struct fl_ndjson_reader *reader);

#endif
