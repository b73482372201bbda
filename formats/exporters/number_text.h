/* number_text.h - numbers as decimal digits, without branches on their length where that is possible.
 *
 * Each function writes at `at` and returns where the text ends. It may write up to FL_NUMBER_TEXT_ROOM bytes
 * from `at` on, whatever the length of the text: so eight digits are one store. */
#ifndef FORMATS_EXPORTERS_NUMBER_TEXT_H
#define FORMATS_EXPORTERS_NUMBER_TEXT_H

#include <stdint.h>

#include "formats/base/bytes.h"

/* Sign, 20 digits, mark, and seven bytes that the last store may write too much. */
enum { FL_NUMBER_TEXT_ROOM = 32 };
#define FL_TEN_TO_8 UINT64_C(100000000)

/* The eight digits of `value` < 10^8, each in a byte, the highest digit in the lowest byte. Halves of a word
 * work on 4, then 2, then 1 digit each: x / 100 is x * 10486 >> 20 for x < 10,000, x / 10 is x * 103 >> 10
 * for x < 100. */
static inline uint64_t fl_eight_digits(uint32_t value)
{
    const uint64_t fours = value / 10000u | (uint64_t)(value % 10000u) << 32;
    const uint64_t hundreds = (fours * 10486u >> 20) & UINT64_C(0x0000007f0000007f);
    const uint64_t twos = hundreds | (fours - hundreds * 100u) << 16;
    const uint64_t tens = (twos * 103u >> 10) & UINT64_C(0x000f000f000f000f);
    return tens | (twos - tens * 10u) << 8;
}

#define FL_ASCII_ZEROS UINT64_C(0x3030303030303030)

/* value < 10^8 with all eight digits. */
static inline uint8_t *fl_put_eight_digits(uint8_t *at, uint32_t value)
{
    fl_store_le64(at, fl_eight_digits(value) | FL_ASCII_ZEROS);
    return at + 8;
}

/* value < 10^8 without leading zeros. */
static inline uint8_t *fl_put_short(uint8_t *at, uint32_t value)
{
    const uint64_t digits = fl_eight_digits(value);
    /* The bit keeps the last digit of 0. */
    const unsigned zeros = (unsigned)__builtin_ctzll(digits | UINT64_C(1) << 56) / 8;
    fl_store_le64(at, (digits | FL_ASCII_ZEROS) >> (8 * zeros));
    return at + (8 - zeros);
}

static inline uint8_t *fl_put_unsigned(uint8_t *at, uint64_t value)
{
    if (value < FL_TEN_TO_8)
        return fl_put_short(at, (uint32_t)value);
    const uint64_t high = value / FL_TEN_TO_8;
    const uint32_t low = (uint32_t)(value % FL_TEN_TO_8);
    if (high < FL_TEN_TO_8)
        return fl_put_eight_digits(fl_put_short(at, (uint32_t)high), low);
    at = fl_put_short(at, (uint32_t)(high / FL_TEN_TO_8));
    return fl_put_eight_digits(fl_put_eight_digits(at, (uint32_t)(high % FL_TEN_TO_8)), low);
}

/* The sign, if there is one; *size is the number without it. */
static inline uint8_t *fl_put_sign(uint8_t *at, int64_t value, uint64_t *size)
{
    const uint64_t negative = (uint64_t)value >> 63;
    *at = '-';
    *size = ((uint64_t)value ^ (0 - negative)) + negative;
    return at + negative;
}

static inline uint8_t *fl_put_integer(uint8_t *at, int64_t value)
{
    uint64_t size;
    at = fl_put_sign(at, value, &size);
    return fl_put_unsigned(at, size);
}

/* value / 1000 without zeros at the end: 1.5, 2, -0.25. */
static inline uint8_t *fl_put_thousandths(uint8_t *at, int64_t value, char mark)
{
    uint64_t size;
    at = fl_put_sign(at, value, &size);
    at = fl_put_unsigned(at, size / 1000);
    const uint32_t part = (uint32_t)(size % 1000);
    if (part == 0)
        return at;
    *at++ = (uint8_t)mark;
    *at++ = (uint8_t)('0' + part / 100);
    *at++ = (uint8_t)('0' + part / 10 % 10);
    *at++ = (uint8_t)('0' + part % 10);
    while (at[-1] == '0')
        at--;
    return at;
}

/* value / 1000000 with all six places: 52.520008. */
static inline uint8_t *fl_put_millionths(uint8_t *at, int64_t value, char mark)
{
    uint64_t size;
    at = fl_put_sign(at, value, &size);
    at = fl_put_unsigned(at, size / 1000000);
    *at++ = (uint8_t)mark;
    /* Eight digits of which the first two are zero. */
    fl_store_le64(at, (fl_eight_digits((uint32_t)(size % 1000000)) | FL_ASCII_ZEROS) >> 16);
    return at + 6;
}

#endif
