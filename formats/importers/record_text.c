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

static uint8_t *put_quoted(uint8_t *at, struct fl_text text)
{
    *at++ = '"';
    for (size_t i = 0; i < text.size; i++) {
        if (text.bytes[i] == '"')
            *at++ = '"';
        *at++ = (uint8_t)text.bytes[i];
    }
    *at++ = '"';
    return at;
}

uint8_t *fl_record_put(uint8_t *at, struct fl_text field, bool quoted)
{
    if ((field.size == 0 && quoted) || needs_quotes(field))
        return put_quoted(at, field);
    if (field.size > 0)
        memcpy(at, field.bytes, field.size);
    return at + field.size;
}

bool fl_record_append(const struct fl_text *fields, const bool *quoted, size_t count, struct fl_buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        if (!fl_buffer_make_room(out, FL_RECORD_TEXT_GROWTH * fields[i].size + sizeof ",\"\""))
            return false;
        uint8_t *at = out->bytes + out->size;
        if (i > 0)
            *at++ = ',';
        out->size = (size_t)(fl_record_put(at, fields[i], quoted != NULL && quoted[i]) - out->bytes);
    }
    return true;
}
