/* json_text.c - a text as a JSON string (RFC 8259 section 7). */
#include "formats/exporters/json_text.h"

/* NULL: stands as it is. */
static const char *escape_of(uint8_t byte)
{
    static const char *const control[32] = {
        "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005", "\\u0006", "\\u0007",
        "\\b",     "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e", "\\u000f",
        "\\u0010", "\\u0011", "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",
        "\\u0018", "\\u0019", "\\u001a", "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f"};
    if (byte < 32)
        return control[byte];
    if (byte == '"')
        return "\\\"";
    return byte == '\\' ? "\\\\" : NULL;
}

uint8_t *fl_json_put_text(uint8_t *at, struct fl_text text)
{
    *at++ = '"';
    for (size_t i = 0; i < text.size; i++) {
        const char *const escape = escape_of((uint8_t)text.bytes[i]);
        if (escape == NULL) {
            *at++ = (uint8_t)text.bytes[i];
            continue;
        }
        const size_t escape_size = strlen(escape);
        memcpy(at, escape, escape_size);
        at += escape_size;
    }
    *at++ = '"';
    return at;
}
