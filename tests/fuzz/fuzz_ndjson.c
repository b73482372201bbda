/* fuzz_ndjson.c - hostile bytes for the NDJSON reader.
 *
 * Method: the first byte says how many bytes one read gives, the rest is the file. Names are looked for, then
 * its lines are read; so are they with reads of another size, and both must give the same. Of each line that
 * is a record jansson reads every field once more: a text must be the string's, anything else must be JSON of
 * the same value, which proves that names and texts were paired rightly. Written as a line of CSV, as into a
 * reject file, the fields must come back. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "formats/importers/ndjson_reader.h"
#include "formats/importers/record_text.h"
#include "tests/fuzz/fuzz_target.h"

/* The input at hand, and two descriptors of it: 0 gives all at once, 1 `piece` bytes by one read. */
static struct {
    const uint8_t *bytes;
    size_t size, piece;
    size_t at[2];
} input;

static ssize_t read_input(int file, void *bytes, size_t size)
{
    const size_t left = input.size - input.at[file];
    size_t given = left < size ? left : size;
    if (file == 1 && given > input.piece)
        given = input.piece;
    if (given > 0)
        memcpy(bytes, input.bytes + input.at[file], given);
    input.at[file] += given;
    return (ssize_t)given;
}

static const struct fl_io input_io = {.read = read_input};

static struct fl_ndjson_reader *open_input(int file)
{
    struct fl_ndjson_reader *reader;
    input.at[file] = 0;
    require(fl_ndjson_reader_create(&input_io, file, "input", &reader, NULL) == FL_OK);
    return reader;
}

/* --- what one line must be */

static bool is_same_text(struct fl_text a, struct fl_text b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.bytes, b.bytes, a.size) == 0);
}

static void require_field(const struct fl_ndjson_line *line, size_t i, const json_t *value)
{
    const struct fl_text text = line->record.fields[i];
    require(line->nested[i] == (json_is_object(value) || json_is_array(value)));
    require(line->record.quoted[i] == json_is_string(value));
    if (value == NULL || json_is_null(value)) {
        require(text.size == 0);
        return;
    }
    if (json_is_string(value)) {
        require(is_same_text(text, (struct fl_text){json_string_value(value), json_string_length(value)}));
        return;
    }
    json_t *again = json_loadb(text.bytes, text.size, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
    require(json_equal(again, value) != 0);
    json_decref(again);
}

static void require_record(const struct fl_ndjson_line *line, const struct fl_ndjson_keys *keys,
                           struct fl_text text)
{
    size_t count, found = 0;
    const struct fl_text *names = fl_ndjson_key_names(keys, &count);
    json_t *object = json_loadb(text.bytes, text.size, JSON_DECODE_INT_AS_REAL, NULL);
    require(json_is_object(object) && count == line->record.field_count);
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_object_getn(object, names[i].bytes, names[i].size);
        found += value != NULL;
        require_field(line, i, value);
    }
    require(found == json_object_size(object));
    json_decref(object);
}

static void require_same_from_csv(const struct fl_csv_record *record)
{
    const struct fl_csv_options options = {.delimiter = ','};
    struct fl_buffer text = {0};
    struct fl_csv_reader *reader;
    struct fl_csv_record found;
    bool more;
    /* Behind a header, as there: a byte order mark is then one more character. */
    require(fl_buffer_append(&text, "header\n", 7) != 0);
    require(fl_record_append(record->fields, record->quoted, record->field_count, &text));
    require(fl_csv_reader_over((const char *)text.bytes, text.size, "csv", &options, &reader, NULL) == FL_OK);
    require(fl_csv_next(reader, &found, &more, NULL) == FL_OK && more);
    const bool is_blank = text.size == 7; /* one field of nothing */
    require(fl_csv_next(reader, &found, &more, NULL) == FL_OK && more == !is_blank);
    require(is_blank || found.field_count == record->field_count);
    for (size_t i = 0; !is_blank && i < record->field_count; i++)
        require(is_same_text(found.fields[i], record->fields[i]));
    fl_csv_reader_free(reader);
    fl_buffer_release(&text);
}

/* Line `number` of the input, from 1, without its end and byte order mark. */
static struct fl_text line_of_input(int64_t number)
{
    const char *at = (const char *)input.bytes, *end = at + input.size;
    for (int64_t i = 1; i < number; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        require(at++ != NULL);
    }
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if (number == 1 && end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    return (struct fl_text){at, (size_t)((stop == NULL ? end : stop) - at)};
}

static void require_line(const struct fl_ndjson_line *line, const struct fl_ndjson_keys *keys)
{
    const struct fl_text text = line_of_input(line->record.line);
    if (line->refused != NULL) {
        require(line->refused[0] != '\0' && line->refused_at >= 1);
        for (size_t i = 0; i < line->record.field_count; i++)
            require(line->record.fields[i].size == 0);
        return;
    }
    require_record(line, keys, text);
    require_same_from_csv(&line->record);
}

static void require_same_line(const struct fl_ndjson_line *a, const struct fl_ndjson_line *b)
{
    require(a->record.line == b->record.line && a->refused == b->refused && a->refused_at == b->refused_at);
    require(a->record.filled == b->record.filled && a->record.is_ascii == b->record.is_ascii);
    for (size_t i = 0; i < a->record.field_count; i++)
        require(is_same_text(a->record.fields[i], b->record.fields[i]));
}

/* --- the whole */

static void require_end(struct fl_ndjson_reader *reader)
{
    require(fl_ndjson_bytes_read(reader) == input.size);
    fl_ndjson_reader_free(reader);
}

/* A first field as no later line of the corpus has it. */
static bool has_two_digits(const struct fl_ndjson_line *line)
{
    return line->refused == NULL && line->record.line > 1 && !line->record.quoted[0] && !line->nested[0] &&
           line->record.fields[0].size == 2;
}

static void read_lines(const struct fl_ndjson_keys *keys)
{
    struct fl_ndjson_reader *whole = open_input(0);
    struct fl_ndjson_line line;
    for (bool more;;) {
        require(fl_ndjson_next(whole, keys, &line, &more, NULL) == FL_OK);
        if (!more)
            break;
        require_line(&line, keys);
        fuzz_canary(has_two_digits(&line));
    }
    require_end(whole);
}

static void read_lines_twice(const struct fl_ndjson_keys *keys)
{
    struct fl_ndjson_reader *whole = open_input(0), *pieces = open_input(1);
    struct fl_ndjson_line line, again;
    bool more, more_again;
    for (;;) {
        require(fl_ndjson_next(whole, keys, &line, &more, NULL) == FL_OK);
        require(fl_ndjson_next(pieces, keys, &again, &more_again, NULL) == FL_OK && more == more_again);
        if (!more)
            break;
        require_same_line(&line, &again);
    }
    require_end(whole);
    require_end(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fl_ndjson_keys *keys;
    struct fl_error error;
    if (size == 0)
        return 0;
    input.bytes = data + 1;
    input.size = size - 1;
    fl_error_clear(&error);
    input.piece = data[0] + 1u;
    struct fl_ndjson_reader *reader = open_input(0);
    const bool is_read = fl_ndjson_find_keys(reader, &keys, &error) == FL_OK;
    if (is_read)
        read_lines(keys);
    if (is_read && fuzz_is_chosen(data, size))
        read_lines_twice(keys);
    if (!is_read)
        require(error.message[0] != '\0');
    fl_ndjson_reader_free(reader);
    fl_ndjson_keys_free(keys);
    return 0;
}
