/* csv_reader.c - splits a stream of CSV into records. */
#include "formats/importers/csv_reader.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/limits.h"
#include "formats/importers/cell_ascii.h"
#include "formats/importers/csv_cut.h"
#include "formats/importers/csv_slice.h"

enum {
    WINDOW_BYTES_FIRST = 256 * 1024, /* one read; doubled only for a record that does not fit */
    DETECT_BYTES_MAX = 64 * 1024     /* a first line is judged by at most this, in a file as in memory */
};

struct fl_csv_reader {
    const struct fl_io *io; /* NULL: all bytes are in memory */
    int file;
    char *shown_path;
    char delimiter; /* 0 until it is found */
    char quote;
    bool started;
    bool whole;     /* nothing comes after `end` */
    const char *at; /* unread bytes: at .. end */
    const char *end;
    int64_t line; /* of *at */
    struct fl_buffer window;
    struct fl_digest *digest;
    uint64_t bytes_read;
    struct fl_buffer unfolded; /* fields of the record in which "" became " */
    size_t field_count;
    bool ends_field[256]; /* delimiter, LF, CR */
    struct fl_csv_slice slice;
    bool any_quoted; /* among `quoted`, which the quick way leaves as it is */
    struct fl_text fields[FL_RECORD_FIELDS_MAX];
    bool quoted[FL_RECORD_FIELDS_MAX];
    bool folded[FL_RECORD_FIELDS_MAX]; /* holds "" */
    uint32_t field_column[FL_RECORD_FIELDS_MAX];
};

/* How one attempt to find the end of a record went. */
enum scan_result {
    SCAN_DONE,
    SCAN_NEEDS_MORE, /* the window ends first */
    SCAN_TEXT_AFTER_QUOTE,
    SCAN_OPEN_QUOTE,
    SCAN_TOO_MANY_FIELDS
};

struct scan {
    const char *at;         /* where the scan stands, or what is at fault */
    const char *record_end; /* the line end, or the end of input */
    int64_t breaks_inside;  /* line breaks in quoted fields */
    const char *open_quote; /* NULL outside of quotes */
    bool any_folded, any_quoted;
};

/* --- coming and going ----------------------------------------------------------------------------------- */

static fl_status create(const char *shown_path, const struct fl_csv_options *options,
                        struct fl_csv_reader **reader, struct fl_error *error)
{
    struct fl_csv_reader *made = calloc(1, sizeof *made);
    if (made == NULL)
        return fl_fail_memory(error, sizeof *made);
    made->shown_path = strdup(shown_path);
    made->digest = fl_digest_create();
    if (made->shown_path == NULL || made->digest == NULL) {
        fl_csv_reader_free(made);
        return fl_fail_memory(error, strlen(shown_path) + 1);
    }
    made->delimiter = options->delimiter;
    made->quote = options->quote != 0 ? options->quote : '"';
    assert(made->delimiter != made->quote && made->delimiter != '\n' && made->delimiter != '\r');
    made->line = 1;
    *reader = made;
    return FL_OK;
}

fl_status fl_csv_reader_create(const struct fl_io *io, int file, const char *shown_path,
                               const struct fl_csv_options *options, struct fl_csv_reader **reader,
                               struct fl_error *error)
{
    *reader = NULL;
    const fl_status status = create(shown_path, options, reader, error);
    if (status != FL_OK)
        return status;
    (*reader)->io = io;
    (*reader)->file = file;
    return FL_OK;
}

fl_status fl_csv_reader_over(const char *bytes, size_t size, const char *shown_path,
                             const struct fl_csv_options *options, struct fl_csv_reader **reader,
                             struct fl_error *error)
{
    *reader = NULL;
    const fl_status status = create(shown_path, options, reader, error);
    if (status != FL_OK)
        return status;
    (*reader)->at = size != 0 ? bytes : "";
    (*reader)->end = (*reader)->at + size;
    (*reader)->whole = true;
    (*reader)->bytes_read = size;
    fl_digest_add((*reader)->digest, (*reader)->at, size);
    return FL_OK;
}

void fl_csv_reader_free(struct fl_csv_reader *reader)
{
    if (reader == NULL)
        return;
    fl_buffer_release(&reader->window);
    fl_buffer_release(&reader->unfolded);
    fl_digest_free(reader->digest);
    free(reader->shown_path);
    free(reader);
}

/* --- the window ----------------------------------------------------------------------------------------- */

static fl_status fail_at(const struct fl_csv_reader *reader, int64_t line, int64_t line_column,
                         struct fl_error *error)
{
    fl_error_at_path(error, reader->shown_path);
    fl_error_at_line(error, line, line_column);
    return FL_BAD_DATA;
}

/* Fills the window to its end or to the end of the input, so that where it is cut never depends on how much
 * one read gave: the same bytes through a pipe or from a disk are split in the same way. */
static fl_status read_until_full(struct fl_csv_reader *reader, struct fl_error *error)
{
    struct fl_buffer *window = &reader->window;
    while (window->size < window->capacity) {
        uint8_t *room = window->bytes + window->size;
        const ssize_t got = reader->io->read(reader->file, room, window->capacity - window->size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fl_fail_errno(error, errno, "read", reader->shown_path);
        if (got == 0) {
            reader->whole = true;
            break;
        }
        fl_digest_add(reader->digest, room, (size_t)got);
        reader->bytes_read += (uint64_t)got;
        window->size += (size_t)got;
    }
    reader->at = (const char *)window->bytes;
    reader->end = reader->at + window->size;
    reader->slice.begin = reader->slice.end = NULL;
    return FL_OK;
}

/* Brings more bytes behind the unread ones, which move to the front of a window of `bytes` at least. */
static fl_status fill(struct fl_csv_reader *reader, size_t bytes, struct fl_error *error)
{
    struct fl_buffer *window = &reader->window;
    const size_t left = (size_t)(reader->end - reader->at);
    if (left != 0)
        memmove(window->bytes, reader->at, left);
    window->size = left;
    const size_t capacity = left < bytes ? bytes : 2 * window->capacity;
    if (left >= window->capacity || window->capacity < bytes) {
        if (!fl_buffer_reserve(window, capacity))
            return fl_fail_memory(error, capacity);
    }
    return read_until_full(reader, error);
}

/* --- the first line ------------------------------------------------------------------------------------- */

static bool starts_with(const struct fl_csv_reader *reader, const char *bytes, size_t size)
{
    return (size_t)(reader->end - reader->at) >= size && memcmp(reader->at, bytes, size) == 0;
}

/* Takes one line end at `at`, if there is one, together with the LF of a CRLF. */
static const char *skip_line_end(const char *at, const char *end)
{
    if (at < end && *at == '\r')
        return at + 1 < end && at[1] == '\n' ? at + 2 : at + 1;
    return at < end && *at == '\n' ? at + 1 : at;
}

/* Spreadsheets put `sep=;` into a line of its own before the header. An asked-for delimiter stays as it is.
 */
static void take_separator_line(struct fl_csv_reader *reader)
{
    const char *at = reader->at;
    if (reader->end - at < 5 || strncasecmp(at, "sep=", 4) != 0)
        return;
    const char named = at[4];
    const bool alone = at + 5 == reader->end || at[5] == '\r' || at[5] == '\n';
    if (!alone || named == 0 || named == reader->quote || named == '\r' || named == '\n')
        return;
    if (reader->delimiter == 0)
        reader->delimiter = named;
    reader->at = skip_line_end(at + 5, reader->end);
    reader->line++;
}

/* The most frequent candidate of the first line that is not blank; none at all means a single column. */
static char detect_delimiter(const struct fl_csv_reader *reader)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[sizeof candidates] = {0};
    const char *at = reader->at;
    const char *end = reader->end - at > DETECT_BYTES_MAX ? at + DETECT_BYTES_MAX : reader->end;
    while (at < end && (*at == '\r' || *at == '\n'))
        at++;
    bool in_quotes = false;
    bool at_field_start = true;
    for (; at < end; at++) {
        if (!in_quotes && (*at == '\r' || *at == '\n'))
            break;
        if (*at == reader->quote && (in_quotes || at_field_start)) {
            in_quotes = !in_quotes; /* "" leaves and enters again, which is the same */
            at_field_start = !in_quotes;
            continue;
        }
        const char *candidate = in_quotes ? NULL : memchr(candidates, *at, sizeof candidates);
        at_field_start = candidate != NULL;
        if (candidate != NULL)
            counts[candidate - candidates]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < sizeof candidates; i++) {
        if (counts[i] > counts[best])
            best = i;
    }
    return candidates[best];
}

/* What follows from the delimiter, once it is known. */
static void note_delimiter(struct fl_csv_reader *reader)
{
    reader->ends_field[(unsigned char)reader->delimiter] = true;
    reader->ends_field['\n'] = true;
    reader->ends_field['\r'] = true;
    reader->slice.mark = fl_csv_mark_of(fl_cpu_level());
    reader->slice.delimiter = (uint8_t)reader->delimiter;
    reader->slice.quote = (uint8_t)reader->quote;
    reader->started = true;
}

static fl_status start(struct fl_csv_reader *reader, struct fl_error *error)
{
    if (!reader->whole) {
        const fl_status status = fill(reader, WINDOW_BYTES_FIRST, error);
        if (status != FL_OK)
            return status;
    }
    if (starts_with(reader, "\xff\xfe", 2) || starts_with(reader, "\xfe\xff", 2)) {
        fl_fail(error, FL_BAD_DATA, "the file is UTF-16; only UTF-8 is read");
        return fail_at(reader, 1, 1, error);
    }
    if (starts_with(reader, "\xef\xbb\xbf", 3))
        reader->at += 3;
    take_separator_line(reader);
    if (reader->delimiter == 0)
        reader->delimiter = detect_delimiter(reader);
    note_delimiter(reader);
    return FL_OK;
}

/* --- one record ----------------------------------------------------------------------------------------- */

static int64_t count_line_breaks(const char *at, const char *end)
{
    int64_t breaks = 0;
    for (; at < end; at++) {
        if (*at == '\n' || (*at == '\r' && (at + 1 == end || at[1] != '\n')))
            breaks++;
    }
    return breaks;
}

/* From an opening quote to behind its closing one. */
static enum scan_result scan_quoted(struct fl_csv_reader *reader, struct scan *scan, bool *folded)
{
    const char *content = scan->at + 1;
    const char *at = content;
    scan->open_quote = scan->at;
    *folded = false;
    for (;;) {
        at = memchr(at, reader->quote, (size_t)(reader->end - at));
        if (at == NULL)
            return reader->whole ? SCAN_OPEN_QUOTE : SCAN_NEEDS_MORE;
        if (at + 1 == reader->end && !reader->whole)
            return SCAN_NEEDS_MORE;
        if (at + 1 == reader->end || at[1] != reader->quote)
            break;
        *folded = true;
        at += 2;
    }
    scan->breaks_inside += count_line_breaks(content, at);
    scan->open_quote = NULL;
    scan->at = at + 1;
    if (scan->at < reader->end && !reader->ends_field[(unsigned char)*scan->at])
        return SCAN_TEXT_AFTER_QUOTE;
    return SCAN_DONE;
}

static const char *find_field_end(const struct fl_csv_reader *reader, const char *at)
{
    while (at < reader->end && !reader->ends_field[(unsigned char)*at])
        at++;
    return at;
}

static enum scan_result scan_field(struct fl_csv_reader *reader, struct scan *scan)
{
    const size_t field = reader->field_count;
    if (field == FL_RECORD_FIELDS_MAX)
        return SCAN_TOO_MANY_FIELDS;
    const char *start_at = scan->at;
    bool folded = false;
    const bool quoted = start_at < reader->end && *start_at == reader->quote;
    if (quoted) {
        const enum scan_result result = scan_quoted(reader, scan, &folded);
        if (result != SCAN_DONE)
            return result;
        reader->fields[field] = (struct fl_text){start_at + 1, (size_t)(scan->at - start_at) - 2};
    } else {
        scan->at = find_field_end(reader, start_at);
        reader->fields[field] = (struct fl_text){start_at, (size_t)(scan->at - start_at)};
    }
    reader->quoted[field] = quoted;
    scan->any_quoted |= quoted;
    reader->any_quoted |= quoted;
    reader->folded[field] = folded;
    scan->any_folded |= folded;
    reader->field_column[field] = (uint32_t)(start_at - reader->at) + 1;
    reader->field_count++;
    return SCAN_DONE;
}

/* Splits the record at reader->at without moving it: when the window ends first, the scan starts again after
 * a fill. Windows double, so a record is scanned at most twice over on average. */
static enum scan_result scan_record(struct fl_csv_reader *reader, struct scan *scan)
{
    *scan = (struct scan){.at = reader->at};
    reader->field_count = 0;
    for (;;) {
        const enum scan_result result = scan_field(reader, scan);
        if (result != SCAN_DONE)
            return result;
        if (scan->at == reader->end || *scan->at != reader->delimiter)
            break;
        scan->at++;
    }
    /* What follows the record must be seen: the LF that may come after a CR belongs to it. */
    const bool cut = scan->at == reader->end || (*scan->at == '\r' && scan->at + 1 == reader->end);
    if (cut && !reader->whole)
        return SCAN_NEEDS_MORE;
    scan->record_end = scan->at;
    return SCAN_DONE;
}

static fl_status unfold(struct fl_csv_reader *reader, size_t record_size, struct fl_error *error)
{
    if (!fl_buffer_reserve(&reader->unfolded, record_size))
        return fl_fail_memory(error, record_size);
    char *out = (char *)reader->unfolded.bytes;
    for (size_t field = 0; field < reader->field_count; field++) {
        if (!reader->folded[field])
            continue;
        const struct fl_text text = reader->fields[field];
        char *const field_out = out;
        for (size_t i = 0; i < text.size; i++) {
            *out++ = text.bytes[i];
            if (text.bytes[i] == reader->quote)
                i++; /* its twin */
        }
        reader->fields[field] = (struct fl_text){field_out, (size_t)(out - field_out)};
    }
    return FL_OK;
}

/* Line and column of `at`, which lies in the record that starts at reader->at. */
static fl_status fail_scan(const struct fl_csv_reader *reader, const char *at, struct fl_error *error)
{
    const char *line_start = at;
    while (line_start > reader->at && line_start[-1] != '\n' && line_start[-1] != '\r')
        line_start--;
    const int64_t line = reader->line + count_line_breaks(reader->at, line_start);
    return fail_at(reader, line, at - line_start + 1, error);
}

static fl_status fail_too_long(const struct fl_csv_reader *reader, const struct scan *scan,
                               struct fl_error *error)
{
    if (scan->open_quote == NULL) {
        fl_fail(error, FL_BAD_DATA, "a record of more than %u bytes", FL_RECORD_BYTES_MAX);
        return fail_at(reader, reader->line, 1, error);
    }
    fl_fail(error, FL_BAD_DATA, "a record of more than %u bytes: is this quote never closed?",
            FL_RECORD_BYTES_MAX);
    return fail_scan(reader, scan->open_quote, error);
}

static fl_status fail_record(const struct fl_csv_reader *reader, const struct scan *scan,
                             enum scan_result result, struct fl_error *error)
{
    if (result == SCAN_TOO_MANY_FIELDS) {
        fl_fail(error, FL_BAD_DATA, "a record of more than %u fields", FL_RECORD_FIELDS_MAX);
        return fail_at(reader, reader->line, 1, error);
    }
    if (result == SCAN_OPEN_QUOTE) {
        fl_fail(error, FL_BAD_DATA, "a quote that opens here is never closed");
        return fail_scan(reader, scan->open_quote, error);
    }
    assert(result == SCAN_TEXT_AFTER_QUOTE);
    fl_fail(error, FL_BAD_DATA, "text after a closing quote");
    return fail_scan(reader, scan->at, error);
}

static uint64_t filled_of(const struct fl_csv_reader *reader)
{
    uint64_t filled = 0;
    for (size_t field = 0; field < reader->field_count && field < 64; field++)
        filled |= (uint64_t)(reader->fields[field].size != 0) << field;
    return filled;
}

static fl_status give_record(struct fl_csv_reader *reader, const struct scan *scan,
                             struct fl_csv_record *record, struct fl_error *error)
{
    const size_t size = (size_t)(scan->record_end - reader->at);
    if (scan->any_folded) {
        const fl_status status = unfold(reader, size, error);
        if (status != FL_OK)
            return status;
    }
    *record = (struct fl_csv_record){
        .fields = reader->fields,
        .quoted = reader->quoted,
        .field_column = reader->field_column,
        .field_count = reader->field_count,
        .filled = filled_of(reader),
        .is_ascii = fl_cell_is_ascii((struct fl_text){reader->at, size}),
        .any_quoted = scan->any_quoted,
        .line = reader->line,
        .raw = {reader->at, size},
    };
    reader->at = skip_line_end(scan->record_end, reader->end);
    reader->line += scan->breaks_inside + 1;
    return FL_OK;
}

/* Most records of most files: no quotes, ended well before the window is. False: nothing has happened. */
static bool give_plain_record(struct fl_csv_reader *reader, struct fl_csv_record *record)
{
    struct fl_csv_plain_record plain;
    if (!fl_csv_slice_split(&reader->slice, reader->at, reader->end, FL_RECORD_FIELDS_MAX, reader->fields,
                            reader->field_column, &plain))
        return false;
    if (reader->any_quoted)
        memset(reader->quoted, 0, sizeof reader->quoted);
    reader->any_quoted = false;
    *record = (struct fl_csv_record){
        .fields = reader->fields,
        .quoted = reader->quoted,
        .field_column = reader->field_column,
        .field_count = plain.field_count,
        .filled = plain.filled,
        .is_ascii = plain.is_ascii,
        .line = reader->line,
        .raw = {reader->at, (size_t)(plain.end - reader->at)},
    };
    reader->at = skip_line_end(plain.end, reader->end);
    reader->line++;
    return true;
}

static void skip_blank_lines(struct fl_csv_reader *reader)
{
    while (reader->at < reader->end && (*reader->at == '\n' || *reader->at == '\r')) {
        /* Cut between CR and LF: the next window decides. */
        if (*reader->at == '\r' && reader->at + 1 == reader->end && !reader->whole)
            return;
        reader->at = skip_line_end(reader->at, reader->end);
        reader->line++;
    }
}

fl_status fl_csv_next(struct fl_csv_reader *reader, struct fl_csv_record *record, bool *more,
                      struct fl_error *error)
{
    *more = false;
    fl_status status = reader->started ? FL_OK : start(reader, error);
    while (status == FL_OK) {
        skip_blank_lines(reader);
        if (reader->at == reader->end && reader->whole)
            return FL_OK;
        *more = give_plain_record(reader, record);
        if (*more)
            return FL_OK;
        struct scan scan;
        const enum scan_result result = scan_record(reader, &scan);
        if (result != SCAN_DONE && result != SCAN_NEEDS_MORE)
            return fail_record(reader, &scan, result, error);
        const char *seen_to = result == SCAN_DONE ? scan.record_end : reader->end;
        if ((size_t)(seen_to - reader->at) > FL_RECORD_BYTES_MAX)
            return fail_too_long(reader, &scan, error);
        if (result == SCAN_DONE) {
            *more = true;
            return give_record(reader, &scan, record, error);
        }
        status = fill(reader, WINDOW_BYTES_FIRST, error);
    }
    return status;
}

/* --- pieces --------------------------------------------------------------------------------------------- */

/* Of what is unread: whole records, as far as the window goes. */
static size_t cut_records(const struct fl_csv_reader *reader)
{
    return fl_csv_cut(reader->at, fl_csv_bytes_left(reader), reader->whole, reader->delimiter, reader->quote);
}

/* The window goes with the records; `storage` becomes the next one, with what they leave. */
static fl_status give_window(struct fl_csv_reader *reader, struct fl_text records, size_t bytes,
                             struct fl_buffer *storage, struct fl_error *error)
{
    const char *rest = records.bytes + records.size;
    const size_t left = (size_t)(reader->end - rest);
    storage->size = 0;
    if (!fl_buffer_reserve(storage, left > bytes ? left : bytes))
        return fl_fail_memory(error, left > bytes ? left : bytes);
    if (left != 0)
        memcpy(storage->bytes, rest, left);
    storage->size = left;
    const struct fl_buffer given = reader->window;
    reader->window = *storage;
    *storage = given;
    reader->at = (const char *)reader->window.bytes;
    reader->end = reader->at + left;
    reader->slice.begin = reader->slice.end = NULL;
    return FL_OK;
}

fl_status fl_csv_take_chunk(struct fl_csv_reader *reader, size_t bytes, struct fl_buffer *storage,
                            struct fl_text *records, struct fl_error *error)
{
    fl_status status = reader->started ? FL_OK : start(reader, error);
    *records = (struct fl_text){"", 0};
    if (status == FL_OK && !reader->whole && fl_csv_bytes_left(reader) < bytes)
        status = fill(reader, bytes, error);
    size_t size = status == FL_OK ? cut_records(reader) : 0;
    while (status == FL_OK && size == 0 && !reader->whole &&
           fl_csv_bytes_left(reader) <= FL_RECORD_BYTES_MAX) {
        status = fill(reader, bytes, error);
        size = status == FL_OK ? cut_records(reader) : 0;
    }
    if (status != FL_OK || size == 0)
        return status;
    *records = (struct fl_text){reader->at, size};
    if (reader->io != NULL)
        return give_window(reader, *records, bytes, storage, error);
    reader->at += size;
    return FL_OK;
}

fl_status fl_csv_chunk_reader(const struct fl_csv_reader *of, struct fl_csv_reader **reader,
                              struct fl_error *error)
{
    const struct fl_csv_options options = {of->delimiter, of->quote};
    assert(of->started);
    const fl_status status = create(of->shown_path, &options, reader, error);
    if (status != FL_OK)
        return status;
    note_delimiter(*reader);
    (*reader)->whole = true;
    fl_csv_restart(*reader, (struct fl_text){"", 0}, 1);
    return FL_OK;
}

void fl_csv_restart(struct fl_csv_reader *reader, struct fl_text records, int64_t line)
{
    assert(reader->io == NULL && reader->whole);
    reader->at = records.bytes;
    reader->end = records.bytes + records.size;
    reader->line = line;
    reader->slice.begin = reader->slice.end = NULL;
}

int64_t fl_csv_line(const struct fl_csv_reader *reader)
{
    return reader->line;
}

size_t fl_csv_bytes_left(const struct fl_csv_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

void fl_csv_set_line(struct fl_csv_reader *reader, int64_t line)
{
    reader->line = line;
}

/* --- what it knows -------------------------------------------------------------------------------------- */

char fl_csv_delimiter(const struct fl_csv_reader *reader)
{
    return reader->delimiter;
}

uint64_t fl_csv_bytes_read(const struct fl_csv_reader *reader)
{
    return reader->bytes_read;
}

void fl_csv_digest(const struct fl_csv_reader *reader, uint8_t digest[16])
{
    fl_digest_128(reader->digest, digest);
}
