/* record_text.c - writes fields as one line of CSV. */
#include "formats/importers/record_text.h"

static bool is_special(char byte)
{
    switch (byte) {
    case ',':
    case ';':
    case '\t':
    case '|':
    case '"':
    case '\r':
    case '\n':
        return true;
    default:
        return false;
    }
}

static bool needs_quotes(struct fl_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (is_special(text.bytes[i]))
            return true;
    }
    return false;
}

static bool append_quoted(struct fl_text text, struct fl_buffer *out)
{
    if (!fl_buffer_append(out, "\"", 1))
        return false;
    size_t start = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] != '"')
            continue;
        if (!fl_buffer_append(out, text.bytes + start, i + 1 - start))
            return false;
        start = i; /* the quote once more */
    }
    const bool done = start == text.size || fl_buffer_append(out, text.bytes + start, text.size - start);
    return done && fl_buffer_append(out, "\"", 1);
}

bool fl_record_append(const struct fl_text *fields, const bool *quoted, size_t count, struct fl_buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && !fl_buffer_append(out, ",", 1))
            return false;
        const bool is_empty_text = fields[i].size == 0 && quoted != NULL && quoted[i];
        const bool done = is_empty_text || needs_quotes(fields[i])
                              ? append_quoted(fields[i], out)
                              : fields[i].size == 0 || fl_buffer_append(out, fields[i].bytes, fields[i].size);
        if (!done)
            return false;
    }
    return true;
}
