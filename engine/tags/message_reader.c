/* message_reader.c - customers' messages of a text file, some thousand at a time. */
#include "engine/tags/message_reader.h"

#include <stdlib.h>

#include "formats/importers/ndjson_reader.h"

/* Enough for the joined buffers of a scan to fill; few enough to stay in the cache. */
enum { CHUNK_MESSAGES = 4096, CHUNK_BYTES = 1 << 20 };

enum field { FIELD_TEXT, FIELD_MESSAGE, FIELD_CUSTOMER, FIELD_SPEAKER, FIELDS };
static const char *const field_names[FIELDS] = {[FIELD_TEXT] = "text",
                                                [FIELD_MESSAGE] = "message",
                                                [FIELD_CUSTOMER] = "customer",
                                                [FIELD_SPEAKER] = "speaker"};

struct fl_message_reader {
    const struct fl_message_source *source;
    struct fl_line_reader *lines;     /* of a file of lines */
    struct fl_ndjson_reader *objects; /* of NDJSON */
    struct fl_ndjson_keys *keys;
    struct fl_arena arena; /* of the texts of a part */
    size_t count, bytes;
    bool has_guessed; /* whether lines are objects, or nobody asks */
    struct fl_message messages[CHUNK_MESSAGES];
    struct fl_file_message files[CHUNK_MESSAGES];
};

static fl_status open_objects(struct fl_message_reader *reader, struct fl_error *error)
{
    const struct fl_message_source *source = reader->source;
    struct fl_text names[FIELDS];
    for (int i = 0; i < FIELDS; i++)
        names[i] = fl_text_of(field_names[i]);
    fl_status status = fl_ndjson_keys_create(names, FIELDS, &reader->keys, error);
    if (status == FL_OK)
        status = fl_ndjson_reader_create(source->io, source->file, source->shown, &reader->objects, error);
    return status;
}

fl_status fl_message_reader_create(const struct fl_message_source *source, struct fl_message_reader **reader,
                                   struct fl_error *error)
{
    *reader = calloc(1, sizeof **reader);
    if (*reader == NULL)
        return fl_fail_memory(error, sizeof **reader);
    (*reader)->source = source;
    (*reader)->has_guessed = source->format != FL_MESSAGES_LINES || source->lines_are_objects == NULL;
    fl_arena_init(&(*reader)->arena);
    const fl_status status =
        source->format == FL_MESSAGES_NDJSON
            ? open_objects(*reader, error)
            : fl_line_reader_create(source->io, source->file, source->shown, FL_JSON_LINE_BYTES_MAX,
                                    "is it one message a line?", &(*reader)->lines, error);
    if (status == FL_OK) {
        fl_line_reader_ask(source->format == FL_MESSAGES_NDJSON ? fl_ndjson_line_reader((*reader)->objects)
                                                                : (*reader)->lines,
                           source->is_stopped, source->stop_context);
        return FL_OK;
    }
    fl_message_reader_free(*reader);
    *reader = NULL;
    return status;
}

void fl_message_reader_free(struct fl_message_reader *reader)
{
    if (reader == NULL)
        return;
    fl_line_reader_free(reader->lines);
    fl_ndjson_reader_free(reader->objects);
    fl_ndjson_keys_free(reader->keys);
    fl_arena_release(&reader->arena);
    free(reader);
}

/* ---- one message ---- */

struct fl_row_cell fl_message_id(const struct fl_file_message *message)
{
    return message->id.text.size > 0 ? message->id : fl_cell_of_integer((int64_t)message->line);
}

/* Lines and objects live until the next is read; a part holds many. */
static bool keep(struct fl_message_reader *reader, struct fl_text *text)
{
    if (text->size == 0) {
        text->bytes = "";
        return true;
    }
    text->bytes = fl_arena_copy(&reader->arena, text->bytes, text->size);
    return text->bytes != NULL;
}

/* Takes the message that files[count] says more of. */
static fl_status add(struct fl_message_reader *reader, struct fl_text text, struct fl_error *error)
{
    if (!keep(reader, &text))
        return fl_fail_memory(error, text.size);
    struct fl_message *message = &reader->messages[reader->count];
    message->text = text;
    message->speakers = fl_speaker_of(reader->files[reader->count].speaker);
    reader->count++;
    reader->bytes += text.size;
    return FL_OK;
}

static fl_status take_line(struct fl_message_reader *reader, bool *more, struct fl_error *error)
{
    struct fl_text line;
    const fl_status status = fl_line_reader_next(reader->lines, &line, more, error);
    if (status != FL_OK || !*more)
        return status;
    if (line.size > 0 && line.bytes[line.size - 1] == '\r')
        line.size--;
    /* Written in its place: a copy of it would wait for all of its parts, for each line. */
    struct fl_file_message *file = &reader->files[reader->count];
    file->line = (uint64_t)fl_line_reader_number(reader->lines);
    file->id.text = file->customer.text = file->speaker = (struct fl_text){"", 0};
    file->id.kind = file->customer.kind = FL_CELL_BARE;
    return add(reader, line, error);
}

/* Of a reason that begins with "record: ", as import counts them, what people need. */
static const char *bare_reason(const char *refused)
{
    static const char head[] = "record: ";
    return strncmp(refused, head, sizeof head - 1) == 0 ? refused + sizeof head - 1 : refused;
}

static fl_status fail_object(const struct fl_message_reader *reader, const struct fl_ndjson_line *line,
                             int64_t column, const char *what, const char *field, struct fl_error *error)
{
    (void)fl_fail(error, FL_BAD_DATA, "%s%s", what, field);
    (void)fl_error_at_path(error, reader->source->shown);
    (void)fl_error_at_line(error, line->record.line, column);
    return FL_BAD_DATA;
}

static struct fl_row_cell read_cell(struct fl_text text, bool quoted)
{
    return (struct fl_row_cell){.kind = quoted ? FL_CELL_TEXT : FL_CELL_BARE, .text = text};
}

static fl_status take_object(struct fl_message_reader *reader, bool *more, struct fl_error *error)
{
    struct fl_ndjson_line line;
    const fl_status status = fl_ndjson_next(reader->objects, reader->keys, &line, more, error);
    if (status != FL_OK || !*more)
        return status;
    if (line.refused != NULL)
        return fail_object(reader, &line, line.refused_at, bare_reason(line.refused), "", error);
    for (int i = 0; i < FIELDS; i++) {
        if (line.nested[i])
            return fail_object(reader, &line, 1, "a list or an object for ", field_names[i], error);
    }
    const struct fl_text *fields = line.record.fields;
    const bool *quoted = line.record.quoted;
    struct fl_file_message *file = &reader->files[reader->count];
    *file = (struct fl_file_message){.line = (uint64_t)line.record.line,
                                     .id = read_cell(fields[FIELD_MESSAGE], quoted[FIELD_MESSAGE]),
                                     .customer = read_cell(fields[FIELD_CUSTOMER], quoted[FIELD_CUSTOMER]),
                                     .speaker = fields[FIELD_SPEAKER]};
    if (!keep(reader, &file->id.text) || !keep(reader, &file->customer.text) || !keep(reader, &file->speaker))
        return fl_fail_memory(error, fields[FIELD_MESSAGE].size + fields[FIELD_CUSTOMER].size);
    return add(reader, fields[FIELD_TEXT], error);
}

/* ---- the file ---- */

static size_t skip(struct fl_text text, size_t at, const char *blanks)
{
    while (at < text.size && text.bytes[at] != '\0' && strchr(blanks, text.bytes[at]) != NULL)
        at++;
    return at;
}

/* Who pipes NDJSON into a search of lines gets hits in its keys: nothing else tells him. `lines` are the next
 * ones of the file. */
static void guess_objects(struct fl_message_reader *reader, struct fl_text lines)
{
    const size_t first = skip(lines, 0, " \t\r\n");
    if (first == lines.size)
        return;
    reader->has_guessed = true;
    const size_t second = skip(lines, first + 1, " \t");
    if (lines.bytes[first] == '{' && second < lines.size && lines.bytes[second] == '"')
        reader->source->lines_are_objects(reader->source->shown);
}

static fl_status fail_if_stopped(const struct fl_message_reader *reader, struct fl_error *error)
{
    const struct fl_message_source *source = reader->source;
    return source->is_stopped != NULL && source->is_stopped(source->stop_context) != 0
               ? fl_fail(error, FL_INTERRUPTED, "interrupted")
               : FL_OK;
}

fl_status fl_message_reader_next(struct fl_message_reader *reader, struct fl_message_chunk *chunk,
                                 struct fl_error *error)
{
    const struct fl_message_source *source = reader->source;
    bool more = true;
    fl_arena_reset(&reader->arena);
    reader->count = reader->bytes = 0;
    if (fail_if_stopped(reader, error) != FL_OK)
        return FL_INTERRUPTED;
    while (more && reader->count < CHUNK_MESSAGES && reader->bytes < CHUNK_BYTES) {
        const fl_status status = source->format == FL_MESSAGES_NDJSON ? take_object(reader, &more, error)
                                                                      : take_line(reader, &more, error);
        if (status != FL_OK)
            return status;
    }
    for (size_t i = 0; i < reader->count && !reader->has_guessed; i++)
        guess_objects(reader, reader->messages[i].text);
    *chunk = (struct fl_message_chunk){reader->messages, reader->files, reader->count};
    return FL_OK;
}

fl_status fl_message_reader_next_lines(struct fl_message_reader *reader, uint64_t number,
                                       struct fl_text *lines, struct fl_error *error)
{
    bool more;
    *lines = (struct fl_text){"", 0};
    if (fail_if_stopped(reader, error) != FL_OK)
        return FL_INTERRUPTED;
    const fl_status status = fl_line_reader_next_lines(reader->lines, (int64_t)number, lines, &more, error);
    if (status == FL_OK && !reader->has_guessed)
        guess_objects(reader, *lines);
    return status;
}
