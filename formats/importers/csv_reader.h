/* csv_reader.h - splits a stream of CSV into records: RFC 4180, plus what spreadsheets really write. */
#ifndef FORMATS_IMPORTERS_CSV_READER_H
#define FORMATS_IMPORTERS_CSV_READER_H

#include <stdbool.h>

#include "formats/base/arena.h"
#include "formats/base/checksum.h"
#include "formats/base/io.h"
#include "formats/base/status.h"
#include "formats/base/text.h"

struct fl_csv_options {
    char delimiter; /* 0: found from the first line: the one of , ; TAB | that is most frequent outside quotes
                     */
    char quote;     /* 0: '"' */
};

/* Accepted besides RFC 4180: a UTF-8 BOM, LF, CRLF or CR at a record's end, a last record without one, a
 * first line `sep=;`, blank lines (skipped). A quote inside an unquoted field is text. FL_BAD_DATA with the
 * line: text after a closing quote, an open quote at the end (with the line where it opened), UTF-16 (by its
 * BOM), a record over FL_RECORD_BYTES_MAX, more than FL_RECORD_FIELDS_MAX fields. Invalid UTF-8 and NUL are
 * for the caller to judge. */
struct fl_csv_reader;

/* Reads from an open descriptor which stays the caller's. */
fl_status fl_csv_reader_create(const struct fl_io *io, int file, const char *shown_path,
                               const struct fl_csv_options *options, struct fl_csv_reader **reader,
                               struct fl_error *error);
/* The same over bytes in memory (model files, tests, fuzzing). */
fl_status fl_csv_reader_over(const char *bytes, size_t size, const char *shown_path,
                             const struct fl_csv_options *options, struct fl_csv_reader **reader,
                             struct fl_error *error);
void fl_csv_reader_free(struct fl_csv_reader *reader);

struct fl_csv_record {
    const struct fl_text *fields; /* unquoted, "" folded to " */
    const bool *quoted;           /* the field stood in quotes (an empty text rather than nothing) */
    const uint32_t *field_column; /* where each field starts in its record, in bytes from 1 */
    size_t field_count;
    uint64_t filled; /* bit i: field i holds something, of the first 64 */
    bool is_ascii;   /* no byte of it is NUL or from 0x80 on; false: nobody has looked */
    bool any_quoted;
    int64_t line;       /* of its first byte, from 1 */
    struct fl_text raw; /* as it stood, without the line end */
};

/* The next record, valid until the next call; *more = false at the end. */
fl_status fl_csv_next(struct fl_csv_reader *reader, struct fl_csv_record *record, bool *more,
                      struct fl_error *error);
/* --- pieces of the input, for several readers at once --- */

/* The next whole records, `bytes` of them or so, in place of fl_csv_next(); only after the first record, or
 * the start, was read. They live in `storage`, which may come with memory of before, until it is released or
 * filled again. Empty: the rest has to be read by fl_csv_next(), after fl_csv_set_line(). */
fl_status fl_csv_take_chunk(struct fl_csv_reader *reader, size_t bytes, struct fl_buffer *storage,
                            struct fl_text *records, struct fl_error *error);
/* A reader over records that were taken so from `of`; it has nothing to read before its first restart. */
fl_status fl_csv_chunk_reader(const struct fl_csv_reader *of, struct fl_csv_reader **reader,
                              struct fl_error *error);
/* Goes on with these records, the first of which begins in `line`. */
void fl_csv_restart(struct fl_csv_reader *reader, struct fl_text records, int64_t line);
/* Where the next record begins, or the one that failed: its line, the bytes from there on that are known. */
int64_t fl_csv_line(const struct fl_csv_reader *reader);
size_t fl_csv_bytes_left(const struct fl_csv_reader *reader);
void fl_csv_set_line(struct fl_csv_reader *reader, int64_t line);

/* The delimiter in use (known after the first record). */
char fl_csv_delimiter(const struct fl_csv_reader *reader);
/* Bytes taken in so far, and the running digest of all raw bytes (complete once the end was reached). */
uint64_t fl_csv_bytes_read(const struct fl_csv_reader *reader);
void fl_csv_digest(const struct fl_csv_reader *reader, uint8_t digest[16]);

#endif
