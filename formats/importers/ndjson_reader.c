/* ndjson_reader.c - reads NDJSON line by line. */
#include "formats/importers/ndjson_reader.h"

#include <jansson.h>
#include <stdlib.h>

#include "formats/base/json_memory.h"
#include "formats/base/limits.h"
#include "formats/importers/cell_ascii.h"
#include "formats/importers/json_members.h"

struct fl_ndjson_keys {
    struct fl_names *index; /* name -> place in `names` */
    struct fl_arena arena;  /* of the names' bytes */
    struct fl_text *names;  /* FL_RECORD_FIELDS_MAX */
    size_t count;
};

struct fl_ndjson_reader {
    struct fl_line_reader *lines;
    const char *shown;
    json_t *object; /* of the line at hand: texts point into it */
    struct fl_text fields[FL_RECORD_FIELDS_MAX];
    bool quoted[FL_RECORD_FIELDS_MAX], nested[FL_RECORD_FIELDS_MAX];
    uint32_t numbers[FL_RECORD_FIELDS_MAX];
};

/* --- keys */

void fl_ndjson_keys_free(struct fl_ndjson_keys *keys)
{
    if (keys == NULL)
        return;
    fl_names_free(keys->index);
    fl_arena_release(&keys->arena);
    free(keys->names);
    free(keys);
}

static struct fl_ndjson_keys *create_keys(void)
{
    struct fl_ndjson_keys *keys = calloc(1, sizeof *keys);
    if (keys == NULL)
        return NULL;
    fl_arena_init(&keys->arena);
    keys->index = fl_names_create();
    keys->names = malloc(FL_RECORD_FIELDS_MAX * sizeof *keys->names);
    if (keys->index != NULL && keys->names != NULL)
        return keys;
    fl_ndjson_keys_free(keys);
    return NULL;
}

const struct fl_text *fl_ndjson_key_names(const struct fl_ndjson_keys *keys, size_t *count)
{
    *count = keys->count;
    return keys->names;
}

static fl_status add_key(struct fl_ndjson_keys *keys, struct fl_text name, struct fl_error *error)
{
    int64_t place;
    if (fl_names_find(keys->index, name, &place))
        return FL_OK;
    if (keys->count == FL_RECORD_FIELDS_MAX)
        return fl_fail(error, FL_LIMIT, "its objects have more than %u different names",
                       FL_RECORD_FIELDS_MAX);
    char *copy = fl_arena_copy(&keys->arena, name.bytes, name.size);
    if (copy == NULL || !fl_names_add(keys->index, name, (int64_t)keys->count))
        return fl_fail_memory(error, name.size);
    keys->names[keys->count++] = (struct fl_text){copy, name.size};
    return FL_OK;
}

fl_status fl_ndjson_keys_create(const struct fl_text *names, size_t count, struct fl_ndjson_keys **keys,
                                struct fl_error *error)
{
    *keys = create_keys();
    if (*keys == NULL)
        return fl_fail_memory(error, sizeof **keys);
    fl_status status = FL_OK;
    for (size_t i = 0; i < count && status == FL_OK; i++)
        status = add_key(*keys, names[i], error);
    if (status == FL_OK)
        return FL_OK;
    fl_ndjson_keys_free(*keys);
    *keys = NULL;
    return status;
}

/* --- lines */

fl_status fl_ndjson_reader_create(const struct fl_io *io, int file, const char *shown,
                                  struct fl_ndjson_reader **reader, struct fl_error *error)
{
    *reader = calloc(1, sizeof **reader);
    if (*reader == NULL)
        return fl_fail_memory(error, sizeof **reader);
    (*reader)->shown = shown;
    for (uint32_t i = 0; i < FL_RECORD_FIELDS_MAX; i++)
        (*reader)->numbers[i] = i + 1;
    const fl_status status = fl_line_reader_create(io, file, shown, FL_JSON_LINE_BYTES_MAX,
                                                   "is it one JSON object a line?", &(*reader)->lines, error);
    if (status != FL_OK) {
        free(*reader);
        *reader = NULL;
    }
    return status;
}

void fl_ndjson_reader_free(struct fl_ndjson_reader *reader)
{
    if (reader == NULL)
        return;
    json_decref(reader->object);
    fl_line_reader_free(reader->lines);
    free(reader);
}

struct fl_line_reader *fl_ndjson_line_reader(struct fl_ndjson_reader *reader)
{
    return reader->lines;
}

uint64_t fl_ndjson_bytes_read(const struct fl_ndjson_reader *reader)
{
    return fl_line_reader_bytes_read(reader->lines);
}

static bool is_blank(struct fl_text line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (!fl_json_is_blank(line.bytes[i]))
            return false;
    }
    return true;
}

/* --- records */

static bool has_too_many_values(struct fl_text line)
{
    size_t count = 0;
    for (size_t i = 0; i < line.size; i++)
        count += (line.bytes[i] == ',') | (line.bytes[i] == '[') | (line.bytes[i] == '{');
    return count > FL_JSON_VALUES_MAX;
}

/* The library's own words quote the line. */
static const char *reason_of(const json_error_t *fault)
{
    switch (json_error_code(fault)) {
    case json_error_duplicate_key:
        return "record: a name comes twice in it";
    case json_error_invalid_utf8:
        return "record: not UTF-8";
    case json_error_numeric_overflow:
        return "record: a number too large";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "record: it holds a NUL";
    default:
        return "record: not one JSON object";
    }
}

/* Why the line is no record, or NULL and it is in reader->object. */
static const char *find_fault(struct fl_ndjson_reader *reader, struct fl_text line, int64_t *refused_at)
{
    *refused_at = 1;
    if (has_too_many_values(line))
        return "record: too many values in one line";
    const char *nul = memchr(line.bytes, '\0', line.size);
    if (nul != NULL) { /* the library overlooks one behind a number or a word */
        *refused_at = nul - line.bytes + 1;
        return "record: it holds a NUL";
    }
    json_error_t fault;
    reader->object =
        fl_json_load(line.bytes, line.size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &fault);
    if (reader->object != NULL)
        return json_is_object(reader->object) ? NULL : "record: not one JSON object";
    *refused_at = fault.position > 0 ? fault.position : 1;
    return reason_of(&fault);
}

/* Reads the line into reader->object; *refused is NULL when it is one, else why not. Whole numbers may be
 * larger than any of C's: as reals they pass, and their text is what counts. */
static fl_status parse(struct fl_ndjson_reader *reader, struct fl_text line, const char **refused,
                       int64_t *refused_at, struct fl_error *error)
{
    json_decref(reader->object);
    reader->object = NULL;
    fl_json_watch_memory();
    *refused = find_fault(reader, line, refused_at);
    return fl_json_ran_out_of_memory() ? fl_fail_memory(error, line.size) : FL_OK;
}

static struct fl_text key_of(const char *name)
{
    return (struct fl_text){name, strlen(name)};
}

static void take_member(struct fl_ndjson_reader *reader, size_t place, json_t *value, struct fl_text raw)
{
    switch (json_typeof(value)) {
    case JSON_NULL:
        return;
    case JSON_STRING:
        raw = (struct fl_text){json_string_value(value), json_string_length(value)};
        break;
    default:
        break;
    }
    reader->fields[place] = raw;
    reader->quoted[place] = json_is_string(value);
    reader->nested[place] = json_is_object(value) || json_is_array(value);
}

/* Members come out of the library in the order of the line, so that each meets its text. */
static void take_members(struct fl_ndjson_reader *reader, const struct fl_ndjson_keys *keys,
                         struct fl_text line)
{
    for (size_t i = 0; i < keys->count; i++) {
        reader->fields[i] = (struct fl_text){"", 0};
        reader->quoted[i] = false;
        reader->nested[i] = false;
    }
    if (reader->object == NULL || !json_is_object(reader->object))
        return;
    const char *at = fl_json_skip_blanks(line.bytes);
    const char *name;
    json_t *value;
    json_object_foreach(reader->object, name, value)
    {
        const struct fl_text raw = fl_json_next_value(&at);
        int64_t place;
        if (fl_names_find(keys->index, key_of(name), &place))
            take_member(reader, (size_t)place, value, raw);
    }
}

static struct fl_csv_record record_of(const struct fl_ndjson_reader *reader,
                                      const struct fl_ndjson_keys *keys)
{
    struct fl_csv_record record = {.fields = reader->fields,
                                   .quoted = reader->quoted,
                                   .field_column = reader->numbers,
                                   .field_count = keys->count,
                                   .is_ascii = true,
                                   .line = fl_line_reader_number(reader->lines)};
    for (size_t i = 0; i < keys->count; i++) {
        record.is_ascii &= fl_cell_is_ascii(reader->fields[i]);
        record.any_quoted |= reader->quoted[i];
        if (i < 64 && reader->fields[i].size > 0)
            record.filled |= (uint64_t)1 << i;
    }
    return record;
}

/* The next line that is not blank. */
static fl_status take_full_line(struct fl_ndjson_reader *reader, struct fl_text *line, bool *more,
                                struct fl_error *error)
{
    do {
        const fl_status status = fl_line_reader_next(reader->lines, line, more, error);
        if (status != FL_OK || !*more)
            return status;
        if (fl_line_reader_number(reader->lines) == 1 && line->size >= 3 &&
            memcmp(line->bytes, "\xef\xbb\xbf", 3) == 0)
            *line = (struct fl_text){line->bytes + 3, line->size - 3};
    } while (is_blank(*line));
    return FL_OK;
}

fl_status fl_ndjson_find_keys(struct fl_ndjson_reader *reader, struct fl_ndjson_keys **keys,
                              struct fl_error *error)
{
    *keys = create_keys();
    if (*keys == NULL)
        return fl_fail_memory(error, sizeof **keys);
    fl_status status = FL_OK;
    while (status == FL_OK) {
        struct fl_text line;
        bool more = false;
        const char *refused;
        int64_t refused_at;
        status = take_full_line(reader, &line, &more, error);
        if (status != FL_OK || !more)
            break;
        status = parse(reader, line, &refused, &refused_at, error);
        if (status != FL_OK || refused != NULL)
            continue;
        const char *name;
        json_t *value;
        json_object_foreach(reader->object, name, value)
        {
            if (status == FL_OK)
                status = add_key(*keys, key_of(name), error);
        }
    }
    if (status == FL_OK)
        return FL_OK;
    fl_ndjson_keys_free(*keys);
    *keys = NULL;
    (void)fl_error_at_path(error, reader->shown);
    return status;
}

fl_status fl_ndjson_next(struct fl_ndjson_reader *reader, const struct fl_ndjson_keys *keys,
                         struct fl_ndjson_line *line, bool *more, struct fl_error *error)
{
    struct fl_text text;
    fl_status status = take_full_line(reader, &text, more, error);
    if (status != FL_OK || !*more)
        return status;
    status = parse(reader, text, &line->refused, &line->refused_at, error);
    if (status != FL_OK)
        return status;
    take_members(reader, keys, text);
    line->record = record_of(reader, keys);
    line->nested = reader->nested;
    return FL_OK;
}
