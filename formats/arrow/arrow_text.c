/* arrow_text.c - one value of an Arrow column as text, for people. */
#include "formats/arrow/arrow_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/base/civil.h"

static const int64_t per_second[] = {1, 1000, 1000000, 1000000000};
enum { SECONDS_PER_DAY = 86400, MILLIS_PER_DAY = 86400000 };

static bool append(struct fl_buffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool append(struct fl_buffer *out, const char *format, ...)
{
    char text[96];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof text);
    return fl_buffer_append(out, text, (size_t)length);
}

static bool append_raw(int64_t value, enum fl_arrow_unit unit, struct fl_buffer *out)
{
    static const char *const units[] = {"s", "ms", "us", "ns"};
    return append(out, "%lld%s", (long long)value, units[unit]);
}

/* "HH:MM:SS.ffffff" of a count of units since midnight. */
static bool append_clock(int64_t value, enum fl_arrow_unit unit, struct fl_buffer *out)
{
    const int64_t second = value / per_second[unit], part = value % per_second[unit];
    if (!append(out, "%02d:%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60)))
        return false;
    return unit == FL_ARROW_SECOND || append(out, ".%0*lld", (int)unit * 3, (long long)part);
}

static bool append_time(int64_t value, enum fl_arrow_unit unit, struct fl_buffer *out)
{
    if (value < 0 || value >= SECONDS_PER_DAY * per_second[unit])
        return append_raw(value, unit, out);
    return append_clock(value, unit, out);
}

static bool append_day(int64_t day, struct fl_buffer *out)
{
    if (day < FL_DAY_MIN || day > FL_DAY_MAX)
        return append(out, "%lldd", (long long)day);
    char text[11];
    fl_day_format((int32_t)day, text);
    return fl_buffer_append(out, text, sizeof text - 1);
}

static bool append_timestamp(int64_t value, enum fl_arrow_unit unit, bool is_utc, struct fl_buffer *out)
{
    const int64_t per_day = SECONDS_PER_DAY * per_second[unit];
    int64_t day = value / per_day, rest = value % per_day;
    if (rest < 0) {
        rest += per_day;
        day--;
    }
    if (day < FL_DAY_MIN || day > FL_DAY_MAX)
        return append_raw(value, unit, out);
    return append_day(day, out) && fl_buffer_append(out, "T", 1) && append_clock(rest, unit, out) &&
           (!is_utc || fl_buffer_append(out, "Z", 1));
}

static double half_to_double(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    if (exponent == 31)
        return fraction != 0 ? (double)NAN : sign * (double)INFINITY;
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25));
}

/* The fewest digits that read back as the same number of the type, which has at most `digits_max`. */
static bool append_float(double value, enum fl_arrow_kind kind, struct fl_buffer *out)
{
    if (isnan(value) || isinf(value))
        return append(out, "%s", isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    /* Whole numbers without an exponent, as far as every one of them is exact. */
    if (value == trunc(value) && fabs(value) < 1e15)
        return append(out, "%.0f", value);
    const int digits_max = kind == FL_ARROW_FLOAT64 ? 17 : 9;
    char text[40];
    for (int digits = 1; digits <= digits_max; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (kind == FL_ARROW_FLOAT64 ? strtod(text, NULL) == value : strtof(text, NULL) == (float)value)
            break;
    }
    return append(out, "%s", text);
}

static double real_at(const struct fl_arrow_column *column, size_t row)
{
    switch (column->type.kind) {
    case FL_ARROW_FLOAT16:
        return half_to_double(((const uint16_t *)column->values)[row]);
    case FL_ARROW_FLOAT32:
        return (double)((const float *)column->values)[row];
    default:
        return ((const double *)column->values)[row];
    }
}

static bool append_decimal(__int128 value, int scale, struct fl_buffer *out)
{
    /* 39 digits of an int128, or as many zeros before or behind them as a scale may ask for. */
    char digits[80];
    int count = 0;
    unsigned __int128 rest = value < 0 ? 0 - (unsigned __int128)value : (unsigned __int128)value;
    for (int i = scale; i < 0 && rest != 0; i++)
        digits[count++] = '0';
    do {
        digits[count++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest != 0 || count <= scale);
    if (value < 0 && !fl_buffer_append(out, "-", 1))
        return false;
    while (count > 0) {
        if (scale > 0 && count == scale && !fl_buffer_append(out, ".", 1))
            return false;
        if (!fl_buffer_append(out, &digits[--count], 1))
            return false;
    }
    return true;
}

static bool append_hex(struct fl_text bytes, struct fl_buffer *out)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.size; i++) {
        const uint8_t byte = (uint8_t)bytes.bytes[i];
        const char pair[2] = {hex[byte >> 4], hex[byte & 15]};
        if (!fl_buffer_append(out, pair, sizeof pair))
            return false;
    }
    return true;
}

static bool append_scalar(const struct fl_arrow_column *column, size_t row, struct fl_buffer *out)
{
    const struct fl_arrow_type *type = &column->type;
    switch (type->kind) {
    case FL_ARROW_BOOL:
        return append(out, "%s", fl_arrow_bit(column->values, row) ? "true" : "false");
    case FL_ARROW_UINT64:
        return append(out, "%llu", (unsigned long long)fl_arrow_integer(column, row));
    case FL_ARROW_FLOAT16:
    case FL_ARROW_FLOAT32:
    case FL_ARROW_FLOAT64:
        return append_float(real_at(column, row), type->kind, out);
    case FL_ARROW_DECIMAL128:
        return append_decimal(fl_arrow_decimal(column, row), type->scale, out);
    case FL_ARROW_DATE32:
        return append_day(fl_arrow_integer(column, row), out);
    case FL_ARROW_DATE64:
        if (fl_arrow_integer(column, row) % MILLIS_PER_DAY == 0)
            return append_day(fl_arrow_integer(column, row) / MILLIS_PER_DAY, out);
        return append_timestamp(fl_arrow_integer(column, row), FL_ARROW_MILLI, false, out);
    case FL_ARROW_TIME32:
    case FL_ARROW_TIME64:
        return append_time(fl_arrow_integer(column, row), type->unit, out);
    case FL_ARROW_TIMESTAMP:
        return append_timestamp(fl_arrow_integer(column, row), type->unit, type->zone != NULL, out);
    case FL_ARROW_DURATION:
        return append_raw(fl_arrow_integer(column, row), type->unit, out);
    case FL_ARROW_UTF8:
    case FL_ARROW_LARGE_UTF8: {
        const struct fl_text text = fl_arrow_text(column, row);
        return fl_buffer_append(out, text.bytes, text.size);
    }
    case FL_ARROW_BINARY:
    case FL_ARROW_LARGE_BINARY:
    case FL_ARROW_FIXED_BINARY:
        return append_hex(fl_arrow_text(column, row), out);
    default:
        return append(out, "%lld", (long long)fl_arrow_integer(column, row));
    }
}

/* As JSON quotes it: what must be escaped, nothing else. */
static bool append_quoted(struct fl_text text, struct fl_buffer *out)
{
    if (!fl_buffer_append(out, "\"", 1))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        const char byte = text.bytes[i];
        const bool fine = byte == '"' || byte == '\\'  ? append(out, "\\%c", byte)
                          : (unsigned char)byte < 0x20 ? append(out, "\\u%04x", (unsigned)byte)
                                                       : fl_buffer_append(out, &byte, 1) != 0;
        if (!fine)
            return false;
    }
    return fl_buffer_append(out, "\"", 1);
}

static bool append_item(const struct fl_arrow_column *items, size_t row, struct fl_buffer *out)
{
    if (fl_arrow_is_null(items, row))
        return append(out, "null");
    const enum fl_arrow_kind kind = items->type.kind;
    if (kind == FL_ARROW_UTF8 || kind == FL_ARROW_LARGE_UTF8)
        return append_quoted(fl_arrow_text(items, row), out);
    const bool is_real = kind == FL_ARROW_FLOAT16 || kind == FL_ARROW_FLOAT32 || kind == FL_ARROW_FLOAT64;
    const bool is_bare = is_real ? isfinite(real_at(items, row)) : kind <= FL_ARROW_DECIMAL128;
    return (is_bare || fl_buffer_append(out, "\"", 1)) && append_scalar(items, row, out) &&
           (is_bare || fl_buffer_append(out, "\"", 1));
}

static bool append_list(const struct fl_arrow_column *column, size_t row, struct fl_buffer *out)
{
    const size_t start = fl_arrow_start(column, row), end = fl_arrow_start(column, row + 1);
    if (!fl_buffer_append(out, "[", 1))
        return false;
    for (size_t i = start; i < end; i++) {
        if ((i > start && !fl_buffer_append(out, ",", 1)) || !append_item(column->items, i, out))
            return false;
    }
    return fl_buffer_append(out, "]", 1);
}

bool fl_arrow_text_append(const struct fl_arrow_column *column, size_t row, struct fl_buffer *out)
{
    if (fl_arrow_is_null(column, row))
        return true;
    if (column->words != NULL)
        return fl_arrow_text_append(column->words, (size_t)fl_arrow_integer(column, row), out);
    return column->items != NULL ? append_list(column, row, out) : append_scalar(column, row, out);
}
