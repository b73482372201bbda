/* text.c - checks of text that comes from outside. */
#include "formats/base/text.h"

/* How many bytes follow a lead byte, and the range of the first of them: that range is what keeps out
 * overlong forms (E0, F0), surrogates (ED) and code points over U+10FFFF (F4). False: no lead byte. */
static bool follow_bytes(uint8_t lead, size_t *count, uint8_t *min, uint8_t *max)
{
    *min = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    *max = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    *count = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    return lead >= 0xC2 && lead <= 0xF4;
}

/* Eight bytes that are all 0x01 .. 0x7F. */
static bool is_plain_word(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    const uint64_t high = 0x8080808080808080u;
    const uint64_t ones = 0x0101010101010101u;
    return ((word | (word - ones)) & high) ==
           0; /* without a high bit, the subtraction borrows at a zero byte only */
}

bool fl_utf8_is_valid(const char *bytes, size_t size)
{
    size_t at = 0;
    while (at < size) {
        if (size - at >= 8 && is_plain_word(bytes + at)) {
            at += 8;
            continue;
        }
        const uint8_t lead = (uint8_t)bytes[at++];
        if (lead == 0)
            return false;
        if (lead < 0x80)
            continue;
        size_t count;
        uint8_t min, max;
        if (!follow_bytes(lead, &count, &min, &max) || size - at < count)
            return false;
        for (size_t i = 0; i < count; i++) {
            const uint8_t follow = (uint8_t)bytes[at++];
            if (follow < min || follow > max)
                return false;
            min = 0x80;
            max = 0xBF;
        }
    }
    return true;
}

size_t fl_utf8_cut(struct fl_text text, size_t size_max)
{
    size_t size = text.size < size_max ? text.size : size_max;
    while (size > 0 && size < text.size && ((uint8_t)text.bytes[size] & 0xC0) == 0x80)
        size--;
    return size;
}
