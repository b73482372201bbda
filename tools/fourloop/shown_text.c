/* shown_text.c - somebody's text as a terminal may show it, character by character. */
#include "tools/fourloop/shown_text.h"

#include <stdio.h>

struct range {
    uint32_t first, last;
};

/* Roughly those of East Asian width, and of no width: a caret that is off by one is no harm. */
static const struct range wide[] = {
    {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
static const struct range narrow[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x064B, 0x065F},
                                      {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};

static bool is_in(const struct range *ranges, size_t count, uint32_t codepoint)
{
    for (size_t i = 0; i < count; i++) {
        if (codepoint >= ranges[i].first && codepoint <= ranges[i].last)
            return true;
    }
    return false;
}

static size_t size_by_first(uint8_t byte)
{
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

static uint32_t decode(const char *bytes, size_t size)
{
    static const uint8_t masks[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t codepoint = (uint8_t)bytes[0] & masks[size];
    for (size_t i = 1; i < size; i++)
        codepoint = codepoint << 6 | ((uint8_t)bytes[i] & 0x3F);
    return codepoint;
}

/* Control characters, marks that turn the direction of what follows. */
static bool steers(uint32_t codepoint)
{
    return codepoint < 0x20 || (codepoint >= 0x7F && codepoint < 0xA0) ||
           (codepoint >= 0x202A && codepoint <= 0x202E) || (codepoint >= 0x2066 && codepoint <= 0x2069) ||
           codepoint == 0x2028 || codepoint == 0x2029;
}

struct shown_char shown_char_at(struct fl_text text, size_t at)
{
    const char *const bytes = text.bytes + at;
    const size_t size = size_by_first((uint8_t)bytes[0]);
    if (size > text.size - at || !fl_utf8_is_valid(bytes, size))
        return (struct shown_char){1, 1, {"?", 1}};
    const uint32_t codepoint = decode(bytes, size);
    if (codepoint == '\t' || codepoint == '\n' || codepoint == '\r')
        return (struct shown_char){size, 1, {" ", 1}};
    if (steers(codepoint))
        return (struct shown_char){size, 1, {"?", 1}};
    const unsigned columns = is_in(narrow, sizeof narrow / sizeof narrow[0], codepoint) ? 0
                             : is_in(wide, sizeof wide / sizeof wide[0], codepoint)     ? 2
                                                                                        : 1;
    return (struct shown_char){size, columns, {bytes, size}};
}

const char *shown_text_copy(struct fl_text text, char *copy)
{
    size_t used = 0;
    for (size_t at = 0; at < text.size;) {
        const struct shown_char character = shown_char_at(text, at);
        memcpy(copy + used, character.as.bytes, character.as.size);
        used += character.as.size;
        at += character.size;
    }
    copy[used] = '\0';
    return copy;
}

void shown_text_print(struct fl_text text)
{
    for (size_t at = 0; at < text.size;) {
        const struct shown_char character = shown_char_at(text, at);
        (void)fwrite(character.as.bytes, 1, character.as.size, stdout);
        at += character.size;
    }
}
