/* yaml_source.c - the text of a YAML file, cut into lines for its error messages. */
#include "formats/base/yaml_source.h"

#include <stdio.h>

/* What libyaml counts as the end of a line, or its line numbers would not be ours: LF, CR, CR LF, NEL (C2
 * 85), LS and PS (E2 80 A8, A9). 0: none here. */
static size_t line_break_size(const char *at, const char *end)
{
    const size_t left = (size_t)(end - at);
    if (*at == '\n')
        return 1;
    if (*at == '\r')
        return left > 1 && at[1] == '\n' ? 2 : 1;
    if (left > 1 && memcmp(at, "\xC2\x85", 2) == 0)
        return 2;
    if (left > 2 && (memcmp(at, "\xE2\x80\xA8", 3) == 0 || memcmp(at, "\xE2\x80\xA9", 3) == 0))
        return 3;
    return 0;
}

/* Writes the start of each line unless `starts` is NULL; returns how many there are. */
static size_t find_lines(const char *bytes, size_t size, uint32_t *starts)
{
    const char *const end = bytes + size;
    size_t count = 1;
    if (starts != NULL)
        starts[0] = 0;
    for (const char *at = bytes; at < end;) {
        const size_t break_size = line_break_size(at, end);
        at += break_size == 0 ? 1 : break_size;
        if (break_size == 0)
            continue;
        if (starts != NULL)
            starts[count] = (uint32_t)(at - bytes);
        count++;
    }
    return count;
}

bool fl_yaml_source_init(struct fl_yaml_source *source, struct fl_arena *arena, const char *bytes,
                         size_t size, const char *path)
{
    if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
        bytes += 3; /* a mark of some editors, not a character of the first line */
        size -= 3;
    }
    source->path = fl_arena_copy(arena, path, strlen(path));
    source->bytes = fl_arena_copy(arena, bytes, size);
    if (source->path == NULL || source->bytes == NULL)
        return false;
    source->size = size;
    source->line_count = find_lines(source->bytes, size, NULL);
    source->line_starts = fl_arena_take(arena, source->line_count * sizeof *source->line_starts);
    if (source->line_starts == NULL)
        return false;
    (void)find_lines(source->bytes, size, source->line_starts);
    return true;
}

struct fl_text fl_yaml_source_line(const struct fl_yaml_source *source, int64_t line)
{
    const size_t number = line < 1                              ? 0
                          : (uint64_t)line > source->line_count ? source->line_count - 1
                                                                : (size_t)line - 1;
    const char *const start = source->bytes + source->line_starts[number];
    const char *const end = source->bytes + source->size;
    const char *at = start;
    while (at < end && line_break_size(at, end) == 0)
        at++;
    return (struct fl_text){start, (size_t)(at - start)};
}

static bool is_follow_byte(char byte)
{
    return ((uint8_t)byte & 0xC0) == 0x80;
}

/* Copies one character of `text` (valid UTF-8) to `shown`, control characters as '?': a terminal would obey
 * them. */
static size_t show_character(struct fl_text text, size_t at, char *shown, size_t *shown_size)
{
    const uint8_t lead = (uint8_t)text.bytes[at];
    size_t size = 1;
    while (at + size < text.size && is_follow_byte(text.bytes[at + size]))
        size++;
    const bool is_c1 = lead == 0xC2 && size == 2 && (uint8_t)text.bytes[at + 1] < 0xA0;
    if ((lead < 0x20 && lead != '\t') || lead == 0x7F || is_c1) {
        shown[(*shown_size)++] = '?';
    } else {
        memcpy(shown + *shown_size, text.bytes + at, size);
        *shown_size += size;
    }
    return at + size;
}

struct fl_yaml_shown fl_yaml_show(struct fl_text text)
{
    struct fl_yaml_shown shown = {{0}};
    static const char more[] = "...";
    size_t used = 0;
    for (size_t at = 0; at < text.size;) {
        if (used + 4 + sizeof more > sizeof shown.text) { /* 4: the longest character */
            memcpy(shown.text + used, more, sizeof more);
            break;
        }
        at = show_character(text, at, shown.text, &used);
    }
    return shown;
}

/* A long line is shown in part, so that message and caret both fit. */
enum { SHOWN_BEFORE = 60, SHOWN_BYTES = 110 };

/* Appends the line and the caret to the `used` bytes of the message. */
static void append_excerpt(struct fl_text line, int64_t number, size_t column, char *message, size_t used)
{
    size_t at = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
    while (at > 0 && is_follow_byte(line.bytes[at]))
        at--;
    char shown[SHOWN_BYTES + 8], caret[SHOWN_BYTES + 8];
    size_t shown_size = 0, caret_size = 0;
    for (; at < line.size && shown_size < SHOWN_BYTES;) {
        if (at < column)
            caret[caret_size++] = line.bytes[at] == '\t' ? '\t' : ' ';
        at = show_character(line, at, shown, &shown_size);
    }
    (void)snprintf(message + used, FL_ERROR_MESSAGE_SIZE - used, "\n%4lld | %.*s\n%4s | %.*s^",
                   (long long)number, (int)shown_size, shown, "", (int)caret_size, caret);
}

fl_status fl_yaml_source_fail(const struct fl_yaml_source *source, int64_t line, int64_t line_column,
                              struct fl_error *error, fl_status status, const char *format, va_list arguments)
{
    char message[FL_ERROR_MESSAGE_SIZE];
    const int length = vsnprintf(message, sizeof message, format, arguments);
    const struct fl_text text = fl_yaml_source_line(source, line);
    if (length >= 0 && (size_t)length < sizeof message && fl_utf8_is_valid(text.bytes, text.size)) {
        const size_t column = line_column < 1 ? 0 : (size_t)(line_column - 1);
        append_excerpt(text, line, column < text.size ? column : text.size, message, (size_t)length);
    }
    (void)fl_fail(error, status, "%s", message);
    (void)fl_error_at_path(error, source->path);
    (void)fl_error_at_line(error, line, line_column);
    return status;
}
