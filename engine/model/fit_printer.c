/* fit_printer.c - lines of the YAML files that a fit writes into a model. */
#include "engine/model/fit_printer.h"

#include <inttypes.h>
#include <stdio.h>

static void put_bytes(struct fl_fit_printer *printer, const char *bytes, size_t size)
{
    printer->failed = printer->failed || !fl_buffer_append(printer->buffer, bytes, size);
}

void fl_fit_put(struct fl_fit_printer *printer, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        printer->failed = true; /* no line of ours is so long */
    else
        put_bytes(printer, text, (size_t)length);
}

/* The code point at `at`, whose bytes are well-formed; *size: how many it has. */
static uint32_t code_point(struct fl_text text, size_t at, size_t *size)
{
    const uint8_t *bytes = (const uint8_t *)text.bytes + at;
    *size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t point = *size == 1 ? bytes[0] : bytes[0] & (0xFFu >> (*size + 1));
    for (size_t i = 1; i < *size; i++)
        point = point << 6 | (bytes[i] & 0x3Fu);
    return point;
}

/* What YAML does not take as it is between quotes: controls, line ends, the byte order mark and what is no
 * character. */
static bool is_plain(uint32_t point)
{
    return point >= 0x20 && point != '"' && point != '\\' && !(point >= 0x7F && point < 0xA0) &&
           point != 0x2028 && point != 0x2029 && point != 0xFEFF && (point & 0xFFFE) != 0xFFFE;
}

void fl_fit_put_quoted(struct fl_fit_printer *printer, struct fl_text text)
{
    put_bytes(printer, "\"", 1);
    for (size_t at = 0, size = 0; at < text.size; at += size) {
        const uint32_t point = code_point(text, at, &size);
        if (is_plain(point))
            put_bytes(printer, text.bytes + at, size);
        else
            fl_fit_put(printer, "\\U%08" PRIX32, point);
    }
    put_bytes(printer, "\"", 1);
}
