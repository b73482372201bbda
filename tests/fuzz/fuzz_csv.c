/* fuzz_csv.c - hostile bytes for the CSV reader.
 *
 * Method: two bytes choose delimiter and sizes, the rest is a CSV. A slow reader (plain_csv.c) says which
 * records it has, or which fault at which line and column. Every way through the quick one must give the
 * same: the whole in one go, the two sides of a cut at any byte, and a descriptor whose first window ends at
 * any byte of the CSV, record by record as well as in chunks of any size, as threads read it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/importers/csv_cut.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/plain_csv.h"

enum {
    WINDOW_BYTES = 256 * 1024, /* what csv_reader.c reads first */
    FILLER_LINE_BYTES = 4096
};

/* --- one record after the other, by both */

static struct plain_csv plain;

static bool is_same_text(struct fl_text a, struct fl_text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

static void require_same_record(const struct fl_csv_record *found, const struct fl_csv_record *wanted)
{
    require(found->field_count == wanted->field_count && found->line == wanted->line);
    require(found->filled == wanted->filled && found->is_ascii == wanted->is_ascii);
    require(found->any_quoted == wanted->any_quoted && is_same_text(found->raw, wanted->raw));
    for (size_t i = 0; i < found->field_count; i++) {
        require(is_same_text(found->fields[i], wanted->fields[i]));
        require(found->quoted[i] == wanted->quoted[i]);
        require(found->field_column[i] == wanted->field_column[i]);
    }
}

/* As no record of the corpus: a quote within the quotes of a later field of a later line. */
static bool has_quotes_within(const struct fl_csv_record *record)
{
    return record->line >= 3 && record->field_count == 5 && record->quoted[3] && record->fields[3].size > 1 &&
           memchr(record->fields[3].bytes, '"', record->fields[3].size) != NULL;
}

/* Follows `reader` to its end, or to the fault, which the slow one must have as well; records before
 * `from_line` are filler. `is_all`: both end together; else the slow one may go on. False after a fault. */
static bool follow(struct fl_csv_reader *reader, int64_t from_line, bool is_all)
{
    struct fl_csv_record found, wanted;
    struct fl_error error, plain_error;
    bool more;
    for (;;) {
        fl_error_clear(&error);
        fl_error_clear(&plain_error);
        const fl_status status = fl_csv_next(reader, &found, &more, &error);
        if (status == FL_OK && !more && !is_all)
            return true;
        if (status == FL_OK && more && found.line < from_line)
            continue;
        const enum plain_result result = plain_csv_next(&plain, &wanted, &plain_error);
        if (result == PLAIN_FAULT) {
            require(status == FL_BAD_DATA && strcmp(error.message, plain_error.message) == 0);
            require(error.line == plain_error.line && error.line_column == plain_error.line_column);
            return false;
        }
        require(status == FL_OK && more == (result == PLAIN_RECORD));
        if (!more)
            return true;
        require_same_record(&found, &wanted);
        fuzz_canary(has_quotes_within(&found));
    }
}

/* --- what is read */

/* The CSV behind its byte order mark and `sep=` line. */
struct csv {
    struct fl_text records;
    int64_t line; /* of the first byte */
    char delimiter;
    size_t turn;                 /* where to cut, by chance */
    struct fl_csv_reader *piece; /* reads parts of it */
};

static struct fl_csv_reader *open_bytes(struct fl_text text, char delimiter)
{
    const struct fl_csv_options options = {.delimiter = delimiter};
    struct fl_csv_reader *reader;
    require(fl_csv_reader_over(text.bytes, text.size, "input", &options, &reader, NULL) == FL_OK);
    return reader;
}

static void skip(struct fl_text *text, size_t bytes)
{
    text->bytes += bytes;
    text->size -= bytes;
}

/* Whether a line like `sep=;` comes first, which is then skipped up to its line end. */
static bool skip_separator(struct fl_text *text, char *named)
{
    if (text->size < 5 || strncasecmp(text->bytes, "sep=", 4) != 0 ||
        memchr("\"\r\n", text->bytes[4], sizeof "\"\r\n") != NULL)
        return false;
    if (text->size > 5 && text->bytes[5] != '\r' && text->bytes[5] != '\n')
        return false;
    *named = text->bytes[4];
    skip(text, 5);
    return true;
}

/* False: it is UTF-16, and refused. */
static bool begin(struct csv *csv, struct fl_text text, char delimiter)
{
    struct fl_csv_reader *reader = open_bytes(text, delimiter);
    struct fl_buffer storage = {0};
    struct fl_text records;
    struct fl_error error;
    fl_error_clear(&error);
    const bool is_read = fl_csv_take_chunk(reader, 1, &storage, &records, &error) == FL_OK;
    const bool is_utf16 =
        text.size >= 2 && (memcmp(text.bytes, "\xff\xfe", 2) == 0 || memcmp(text.bytes, "\xfe\xff", 2) == 0);
    require(is_read != is_utf16 && (is_read || strstr(error.message, "UTF-16") != NULL));
    if (text.size >= 3 && memcmp(text.bytes, "\xef\xbb\xbf", 3) == 0)
        skip(&text, 3);
    char named = 0;
    const bool has_separator = skip_separator(&text, &named);
    *csv = (struct csv){.records = text, .line = 1, .delimiter = fl_csv_delimiter(reader)};
    if (is_read) {
        require(delimiter != 0 ? csv->delimiter == delimiter : !has_separator || csv->delimiter == named);
        require(fl_csv_chunk_reader(reader, &csv->piece, NULL) == FL_OK);
    }
    fl_csv_reader_free(reader);
    return is_read;
}

static void begin_plain(const struct csv *csv, int64_t line)
{
    plain_csv_begin(&plain, csv->records.bytes, csv->records.size, csv->delimiter, line);
}

/* --- the ways */

static void read_whole(const struct csv *csv, struct fl_text text, char delimiter)
{
    struct fl_csv_reader *reader = open_bytes(text, delimiter);
    begin_plain(csv, csv->line);
    (void)follow(reader, 0, true);
    fl_csv_reader_free(reader);
}

static void read_cut_in_two(const struct csv *csv)
{
    const struct fl_text all = csv->records;
    const size_t seen = csv->turn % (all.size + 1);
    const size_t cut = fl_csv_cut(all.bytes, seen, seen == all.size, csv->delimiter, '"');
    require(cut <= seen);
    begin_plain(csv, csv->line);
    fl_csv_restart(csv->piece, (struct fl_text){all.bytes, cut}, csv->line);
    if (!follow(csv->piece, 0, false))
        return;
    fl_csv_restart(csv->piece, (struct fl_text){all.bytes + cut, all.size - cut}, fl_csv_line(csv->piece));
    (void)follow(csv->piece, 0, true);
}

/* A descriptor: lines of filler up to any number of bytes before the window's end, then the CSV. */
static struct {
    struct fl_text records;
    size_t filler_bytes, at;
    char filler;
} input;

/* Lines are counted from their end, so that only the first can be shorter. */
static ssize_t put_filler(char *out, size_t size)
{
    require(size >= input.filler_bytes);
    memset(out, input.filler, input.filler_bytes);
    for (size_t end = input.filler_bytes; end > 0; end -= end < FILLER_LINE_BYTES ? end : FILLER_LINE_BYTES)
        out[end - 1] = '\n';
    input.at = input.filler_bytes;
    return (ssize_t)input.filler_bytes;
}

static ssize_t read_input(int file, void *bytes, size_t size)
{
    (void)file;
    if (input.at == 0)
        return put_filler(bytes, size); /* the CSV comes by reads of its own */
    const size_t at = input.at - input.filler_bytes, left = input.records.size - at;
    const size_t given = size < left ? size : left;
    if (given > 0)
        memcpy(bytes, input.records.bytes + at, given);
    input.at += given;
    return (ssize_t)given;
}

static const struct fl_io input_io = {.read = read_input};

/* The line in which the CSV begins. */
static int64_t open_input(const struct csv *csv, struct fl_csv_reader **reader)
{
    const struct fl_csv_options options = {.delimiter = csv->delimiter};
    input.records = csv->records;
    input.filler_bytes = WINDOW_BYTES - csv->turn % (csv->records.size + 2);
    input.at = 0;
    input.filler = csv->delimiter == 'x' ? 'y' : 'x';
    require(fl_csv_reader_create(&input_io, 0, "input", &options, reader, NULL) == FL_OK);
    return (int64_t)((input.filler_bytes + FILLER_LINE_BYTES - 1) / FILLER_LINE_BYTES) + 1;
}

static void read_over_window_end(const struct csv *csv)
{
    struct fl_csv_reader *reader;
    const int64_t line = open_input(csv, &reader);
    begin_plain(csv, line);
    (void)follow(reader, line, true);
    fl_csv_reader_free(reader);
}

static void read_in_chunks(const struct csv *csv)
{
    const size_t chunk_bytes = (size_t)1 << csv->turn % 19;
    struct fl_csv_reader *reader;
    struct fl_buffer storage = {0};
    const int64_t line = open_input(csv, &reader);
    begin_plain(csv, line);
    bool is_sound = true;
    while (is_sound) {
        struct fl_text records;
        require(fl_csv_take_chunk(reader, chunk_bytes, &storage, &records, NULL) == FL_OK);
        if (records.size == 0)
            break;
        fl_csv_restart(csv->piece, records, fl_csv_line(reader));
        is_sound = follow(csv->piece, line, false);
        fl_csv_set_line(reader, fl_csv_line(csv->piece));
    }
    if (is_sound)
        (void)follow(reader, line, true);
    fl_buffer_release(&storage);
    fl_csv_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {0, ',', ';', '\t'};
    if (size < 2)
        return 0;
    const struct fl_text text = {(const char *)data + 2, size - 2};
    const char delimiter = delimiters[data[0] % 4];
    struct csv csv;
    if (!begin(&csv, text, delimiter))
        return 0;
    csv.turn = data[1] + (data[0] / 4) * 256u;
    read_whole(&csv, text, delimiter);
    read_cut_in_two(&csv);
    if (fuzz_is_chosen(data, size)) { /* takes a hundred times as long */
        read_over_window_end(&csv);
        read_in_chunks(&csv);
    }
    fl_csv_reader_free(csv.piece);
    return 0;
}
