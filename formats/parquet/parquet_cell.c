/* parquet_cell.c - one value of a Parquet file as text. */
#include "formats/parquet/parquet_cell.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/parquet/parquet_read_bounds.h"

enum { NUMBER_TEXT = 64, DAY_SECONDS = 86400 };

static int append_words(struct fl_buffer *out, const char *words)
{
    return fl_buffer_append(out, words, strlen(words));
}

/* --- numbers */

static int append_integer(const struct fl_parquet_field *column, int64_t value, struct fl_buffer *out)
{
    char text[NUMBER_TEXT];
    if (!column->is_unsigned)
        snprintf(text, sizeof text, "%lld", (long long)value);
    else if (column->form == FL_PARQUET_AS_I32)
        snprintf(text, sizeof text, "%u", (unsigned)(uint32_t)value);
    else
        snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return append_words(out, text);
}

/* Digits from the right, the mark before the last `scale` of them. */
static int append_decimal(__int128 value, unsigned scale, struct fl_buffer *out)
{
    char text[NUMBER_TEXT], *at = text + sizeof text - 1;
    unsigned __int128 left = value < 0 ? 0 - (unsigned __int128)value : (unsigned __int128)value;
    *at = '\0';
    for (unsigned digit = 0; left != 0 || digit <= scale; digit++) {
        if (digit == scale && scale != 0)
            *--at = '.';
        *--at = (char)('0' + (int)(left % 10));
        left /= 10;
    }
    if (value < 0)
        *--at = '-';
    return append_words(out, at);
}

static int append_float(float value, struct fl_buffer *out)
{
    char text[NUMBER_TEXT];
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    return append_words(out, isnan(value) ? "nan" : text);
}

static int append_double(double value, struct fl_buffer *out)
{
    char text[NUMBER_TEXT];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    return append_words(out, isnan(value) ? "nan" : text);
}

/* --- days and times */

static int append_day(int64_t day, struct fl_buffer *out)
{
    char text[NUMBER_TEXT];
    if (day >= FL_DAY_MIN && day <= FL_DAY_MAX)
        fl_day_format((int32_t)day, text);
    else
        snprintf(text, sizeof text, "%lld", (long long)day);
    return append_words(out, text);
}

static int64_t ticks_of_second(int32_t unit)
{
    return unit == FL_PARQUET_MILLIS ? 1000 : unit == FL_PARQUET_MICROS ? 1000000 : 1000000000;
}

/* HH:MM:SS and the fraction with as many digits as the unit has; `ticks` of one day. */
static int append_time(const struct fl_parquet_field *column, int64_t ticks, struct fl_buffer *out)
{
    char text[NUMBER_TEXT];
    const int64_t of_second = ticks_of_second(column->unit), second = ticks / of_second;
    const int digits = column->unit == FL_PARQUET_MILLIS ? 3 : column->unit == FL_PARQUET_MICROS ? 6 : 9;
    snprintf(text, sizeof text, "%02d:%02d:%02d.%0*lld%s", (int)(second / 3600), (int)(second / 60 % 60),
             (int)(second % 60), digits, (long long)(ticks % of_second), column->is_utc ? "Z" : "");
    return append_words(out, text);
}

static int append_timestamp(const struct fl_parquet_field *column, int64_t value, struct fl_buffer *out)
{
    const int64_t of_day = DAY_SECONDS * ticks_of_second(column->unit);
    const int64_t day = value / of_day - (value % of_day < 0);
    return append_day(day, out) && append_words(out, " ") &&
           append_time(column, value % of_day + (value % of_day < 0 ? of_day : 0), out);
}

static int append_number(const struct fl_parquet_field *column, int64_t value, struct fl_buffer *out)
{
    switch (column->logical) {
    case FL_PARQUET_LOGICAL_DECIMAL:
        return append_decimal(value, column->scale, out);
    case FL_PARQUET_LOGICAL_DATE:
        return append_day(value, out);
    case FL_PARQUET_LOGICAL_TIMESTAMP:
        return append_timestamp(column, value, out);
    case FL_PARQUET_LOGICAL_TIME:
        if (value >= 0 && value / ticks_of_second(column->unit) < DAY_SECONDS)
            return append_time(column, value, out);
        return append_integer(column, value, out);
    default:
        return append_integer(column, value, out);
    }
}

/* --- bytes */

static int append_uuid(struct fl_text bytes, struct fl_buffer *out)
{
    char pair[4];
    for (size_t i = 0; i < bytes.size; i++) {
        const bool is_part = i == 4 || i == 6 || i == 8 || i == 10;
        snprintf(pair, sizeof pair, "%s%02x", is_part ? "-" : "", (uint8_t)bytes.bytes[i]);
        if (!append_words(out, pair))
            return 0;
    }
    return 1;
}

/* Old writers do not say which bytes are text: so that both can be read, and told from each other. */
static int append_bytes(struct fl_text bytes, struct fl_buffer *out)
{
    char escaped[5];
    for (size_t i = 0; i < bytes.size; i++) {
        const uint8_t byte = (uint8_t)bytes.bytes[i];
        const bool is_plain = byte >= ' ' && byte <= '~' && strchr("\\'\"", byte) == NULL;
        snprintf(escaped, sizeof escaped, is_plain ? "%c" : "\\x%02X", byte);
        if (!append_words(out, escaped))
            return 0;
    }
    return 1;
}

static bool is_words(const struct fl_parquet_field *column)
{
    return column->logical == FL_PARQUET_LOGICAL_STRING || column->logical == FL_PARQUET_LOGICAL_ENUM ||
           column->logical == FL_PARQUET_LOGICAL_JSON;
}

static int append_text(const struct fl_parquet_field *column, struct fl_text text, struct fl_buffer *out)
{
    __int128 number;
    if (is_words(column))
        return fl_buffer_append(out, text.bytes, text.size);
    if (column->logical == FL_PARQUET_LOGICAL_FLOAT16)
        return append_float(fl_parquet_half(text.bytes), out);
    if (column->logical == FL_PARQUET_LOGICAL_DECIMAL && fl_parquet_decimal128(text, &number))
        return append_decimal(number, column->scale, out);
    if (column->logical == FL_PARQUET_LOGICAL_UUID)
        return append_uuid(text, out);
    return append_bytes(text, out);
}

/* --- values, lists */

static int append_value(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                        size_t i, struct fl_buffer *out)
{
    switch (column->form) {
    case FL_PARQUET_AS_U8:
        return append_words(out, values->u8[i] ? "true" : "false");
    case FL_PARQUET_AS_I32:
        return append_number(column, values->i32[i], out);
    case FL_PARQUET_AS_I64:
        return append_number(column, values->i64[i], out);
    case FL_PARQUET_AS_F32:
        return append_float(values->f32[i], out);
    case FL_PARQUET_AS_F64:
        return append_double(values->f64[i], out);
    case FL_PARQUET_AS_TEXT:
        break;
    }
    return append_text(column, values->text[i], out);
}

/* Whether JSON has no way to write the value but as a text. */
static bool is_json_text(const struct fl_parquet_field *column)
{
    if (column->form == FL_PARQUET_AS_TEXT)
        return column->logical != FL_PARQUET_LOGICAL_DECIMAL;
    return column->logical == FL_PARQUET_LOGICAL_DATE || column->logical == FL_PARQUET_LOGICAL_TIME ||
           column->logical == FL_PARQUET_LOGICAL_TIMESTAMP;
}

/* What was appended from `start` on becomes a JSON string. */
static int quote_json(struct fl_buffer *out, size_t start)
{
    struct fl_buffer plain = {0};
    int done = fl_buffer_append(&plain, out->bytes + start, out->size - start);
    out->size = start;
    done = done && append_words(out, "\"");
    for (size_t i = 0; done && i < plain.size; i++) {
        char escaped[8] = {(char)plain.bytes[i]};
        if (plain.bytes[i] < ' ')
            snprintf(escaped, sizeof escaped, "\\u%04x", plain.bytes[i]);
        else if (plain.bytes[i] == '"' || plain.bytes[i] == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", plain.bytes[i]);
        done = append_words(out, escaped);
    }
    fl_buffer_release(&plain);
    return done && append_words(out, "\"");
}

static int append_item(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                       size_t i, struct fl_buffer *out)
{
    const size_t start = out->size;
    if (values->nulls != NULL && values->nulls[i])
        return append_words(out, "null");
    if (!append_value(column, values, i, out))
        return 0;
    return !is_json_text(column) || quote_json(out, start);
}

static int append_list(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                       size_t row, struct fl_buffer *out)
{
    if (!append_words(out, "["))
        return 0;
    for (size_t i = values->offsets[row]; i < values->offsets[row + 1]; i++) {
        if ((i != values->offsets[row] && !append_words(out, ",")) || !append_item(column, values, i, out))
            return 0;
    }
    return append_words(out, "]");
}

bool fl_parquet_cell_is_null(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                             size_t row)
{
    const uint8_t *nulls = column->is_list ? values->row_nulls : values->nulls;
    return nulls != NULL && nulls[row];
}

int fl_parquet_cell_append(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                           size_t row, struct fl_buffer *out)
{
    if (fl_parquet_cell_is_null(column, values, row))
        return 1;
    return column->is_list ? append_list(column, values, row, out) : append_value(column, values, row, out);
}

int fl_parquet_bound_append(const struct fl_parquet_field *column, struct fl_text bound,
                            struct fl_buffer *out)
{
    int64_t number;
    return fl_parquet_bound_value(column, bound, &number) && append_number(column, number, out);
}

/* --- types */

static void describe_value(const struct fl_parquet_field *column, char text[FL_PARQUET_TYPE_TEXT])
{
    static const char *const units[] = {"", "MILLIS", "MICROS", "NANOS"};
    const size_t size = FL_PARQUET_TYPE_TEXT;
    switch (column->logical) {
    case FL_PARQUET_LOGICAL_DECIMAL:
        snprintf(text, size, "DECIMAL(%u,%u)", column->precision, column->scale);
        return;
    case FL_PARQUET_LOGICAL_INTEGER:
        snprintf(text, size, "%sINT%u", column->is_unsigned ? "U" : "", column->bits);
        return;
    case FL_PARQUET_LOGICAL_TIME:
    case FL_PARQUET_LOGICAL_TIMESTAMP:
        snprintf(text, size, "%s(%s%s)", column->logical == FL_PARQUET_LOGICAL_TIME ? "TIME" : "TIMESTAMP",
                 column->type == FL_PARQUET_INT96 ? "INT96" : units[column->unit],
                 column->is_utc ? ",UTC" : "");
        return;
    default:
        break;
    }
    const char *logical = fl_parquet_logical_name(column->logical);
    if (logical != NULL)
        snprintf(text, size, "%s", logical);
    else if (column->type == FL_PARQUET_FIXED_LEN_BYTE_ARRAY)
        snprintf(text, size, "FIXED_LEN_BYTE_ARRAY(%u)", column->type_size);
    else
        snprintf(text, size, "%s", fl_parquet_type_name(column->type));
}

void fl_parquet_type_describe(const struct fl_parquet_field *column, char text[FL_PARQUET_TYPE_TEXT])
{
    char value[FL_PARQUET_TYPE_TEXT];
    describe_value(column, value);
    if (column->is_list && column->refused == NULL)
        snprintf(text, FL_PARQUET_TYPE_TEXT, "LIST<%.40s>", value);
    else
        snprintf(text, FL_PARQUET_TYPE_TEXT, "%s", value);
}
