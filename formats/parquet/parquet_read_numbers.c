/* parquet_read_numbers.c - numbers that Parquet keeps in bytes. */
#include "formats/parquet/parquet_read.h"

bool fl_parquet_decimal128(struct fl_text bytes, __int128 *number)
{
    enum { SIZE = 16 };
    if (bytes.size == 0)
        return false;
    const uint8_t sign = (uint8_t)bytes.bytes[0] >= 0x80 ? 0xFF : 0;
    unsigned __int128 value = sign == 0 ? 0 : ~(unsigned __int128)0;
    for (size_t i = 0; i < bytes.size; i++) {
        const uint8_t byte = (uint8_t)bytes.bytes[i];
        /* What lies above 128 bits, and the sign of what lies below, must be the sign alone. */
        if (bytes.size - i > SIZE && byte != sign)
            return false;
        if (bytes.size - i == SIZE && (byte ^ sign) >= 0x80)
            return false;
        value = value << 8 | byte;
    }
    *number = (__int128)value;
    return true;
}

float fl_parquet_half(const char bytes[2])
{
    const unsigned bits = (unsigned)(uint8_t)bytes[0] | (unsigned)(uint8_t)bytes[1] << 8;
    const unsigned exponent = bits >> 10 & 0x1F;
    const uint32_t sign = (uint32_t)(bits & 0x8000) << 16, fraction = bits & 0x3FF;
    union {
        uint32_t bits;
        float number;
    } single;
    if (exponent == 0) { /* a multiple of 2^-24 */
        single.number = (float)fraction * 0x1p-24f;
        single.bits |= sign;
    } else {
        const uint32_t wide = exponent == 0x1F ? 0xFF : exponent - 15 + 127;
        single.bits = sign | wide << 23 | fraction << 13;
    }
    return single.number;
}
