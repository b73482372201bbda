/* time_format.c - texts of dates and times as a wall clock shows them, by a format compiled once. */
#include "formats/importers/time_format.h"

#include <assert.h>
#include <strings.h>

#include "formats/base/civil.h"
#include "formats/base/decimal.h"

enum { SECONDS_A_DAY = 86400 };

/* --- compiling ------------------------------------------------------------------------------------------ */

static bool has(const struct fl_time_format *format, char directive)
{
    return memchr(format->steps, directive, format->step_count) != NULL;
}

static int count_of(const struct fl_time_format *format, const char *directives)
{
    int count = 0;
    for (size_t i = 0; i < format->step_count; i++)
        count += format->steps[i] != 0 && strchr(directives, format->steps[i]) != NULL;
    return count;
}

static const char *check_steps(const struct fl_time_format *format)
{
    if (count_of(format, "Yy") != 1)
        return "the format needs one year (%Y or %y)";
    if (count_of(format, "mbB") != 1)
        return "the format needs one month (%m, %b or %B)";
    if (count_of(format, "de") != 1)
        return "the format needs one day of the month (%d or %e)";
    if (count_of(format, "HI") > 1)
        return "the format has two hours";
    if (count_of(format, "I") != count_of(format, "p"))
        return "%I needs one %p, and %p needs %I";
    if (count_of(format, "M") > 1 || count_of(format, "S") > 1)
        return "the format has two minutes or two seconds";
    if (has(format, 'M') && count_of(format, "HI") == 0)
        return "%M needs an hour (%H or %I)";
    if (has(format, 'S') && !has(format, 'M'))
        return "%S needs %M";
    if (count_of(format, "f") > 1 || (has(format, 'f') && !has(format, 'S')))
        return "%f needs %S, once";
    if (count_of(format, "z") > 1 || (has(format, 'z') && count_of(format, "HI") == 0))
        return "%z needs an hour (%H or %I), once";
    return NULL;
}

const char *fl_time_format_compile(struct fl_text words, struct fl_time_format *format)
{
    *format = (struct fl_time_format){.kind = FL_TIME_ISO};
    if (fl_text_equal(words, fl_text_of("iso")))
        return NULL;
    format->kind = FL_TIME_EPOCH_SECONDS;
    if (fl_text_equal(words, fl_text_of("epoch_seconds")))
        return NULL;
    format->kind = FL_TIME_EPOCH_MILLISECONDS;
    if (fl_text_equal(words, fl_text_of("epoch_milliseconds")))
        return NULL;
    format->kind = FL_TIME_STEPS;
    for (size_t i = 0; i < words.size; i++) {
        if (format->step_count == FL_TIME_FORMAT_STEPS_MAX)
            return "the format has more than 64 parts";
        char directive = 0;
        if (words.bytes[i] == '%') {
            i++;
            if (i == words.size)
                return "the format ends after %";
            if (words.bytes[i] != '%') {
                directive = words.bytes[i];
                if (directive == 0 || strchr("YymdeHIMSpbBfz", directive) == NULL)
                    return "known after % are Y y m d e H I M S p b B f z and %";
            }
        }
        format->steps[format->step_count] = (uint8_t)directive;
        format->literals[format->step_count] = words.bytes[i];
        format->step_count++;
    }
    return check_steps(format);
}

/* --- pieces --------------------------------------------------------------------------------------------- */

/* What the text said, before it is checked as a whole. */
struct clock_parts {
    int year, month, day_of_month;
    int hour, minute, second; /* hour -1: no time of day */
    bool twelve_hours, afternoon;
    bool has_offset;
    int32_t offset_seconds;
};

struct reader {
    const char *at;
    const char *end;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* `digits_min` to `digits_max` digits, as many as there are. */
static bool take_digits(struct reader *reader, int digits_min, int digits_max, int *number)
{
    int digits = 0;
    *number = 0;
    while (digits < digits_max && reader->at < reader->end && is_digit(*reader->at)) {
        *number = *number * 10 + (*reader->at - '0');
        reader->at++;
        digits++;
    }
    return digits >= digits_min;
}

static bool take_byte(struct reader *reader, char byte)
{
    if (reader->at == reader->end || *reader->at != byte)
        return false;
    reader->at++;
    return true;
}

static bool take_word(struct reader *reader, const char *word)
{
    const size_t size = strlen(word);
    if ((size_t)(reader->end - reader->at) < size || strncasecmp(reader->at, word, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static bool take_month(struct reader *reader, int *month)
{
    static const char *const rest_of_names[] = {"uary", "ruary", "ch",     "il",   "",      "e",
                                                "y",    "ust",   "tember", "ober", "ember", "ember"};
    static const char *const short_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                              "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int i = 0; i < 12; i++) {
        if (!take_word(reader, short_names[i]))
            continue;
        take_word(reader, rest_of_names[i]);
        *month = i + 1;
        return true;
    }
    return false;
}

static bool take_half_day(struct reader *reader, bool *afternoon)
{
    *afternoon = take_word(reader, "pm");
    return *afternoon || take_word(reader, "am");
}

/* Z, +hh:mm, +hhmm or +hh. */
static bool take_offset(struct reader *reader, struct clock_parts *parts)
{
    parts->has_offset = true;
    if (take_byte(reader, 'Z')) {
        parts->offset_seconds = 0;
        return true;
    }
    const bool west = take_byte(reader, '-');
    int hours = 0, minutes = 0;
    if ((!west && !take_byte(reader, '+')) || !take_digits(reader, 2, 2, &hours))
        return false;
    const bool colon = take_byte(reader, ':');
    const bool more = reader->at < reader->end && is_digit(*reader->at);
    if ((colon || more) && !take_digits(reader, 2, 2, &minutes))
        return false;
    if (hours > 23 || minutes > 59)
        return false;
    parts->offset_seconds = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool take_fraction(struct reader *reader)
{
    const char *start = reader->at;
    while (reader->at < reader->end && is_digit(*reader->at))
        reader->at++;
    return reader->at != start;
}

static bool is_possible(const struct clock_parts *parts)
{
    const bool hour_fits = parts->twelve_hours ? parts->hour >= 1 && parts->hour <= 12 : parts->hour <= 23;
    return hour_fits && parts->minute <= 59 && parts->second <= 60 &&
           fl_civil_is_valid(parts->year, parts->month, parts->day_of_month);
}

/* The parts as a day and a second of it; false when there is no such time. */
static bool settle(const struct clock_parts *parts, struct fl_wall_time *time)
{
    time->is_impossible = !is_possible(parts);
    if (time->is_impossible)
        return false;
    int hour = parts->hour;
    if (parts->twelve_hours)
        hour = hour % 12 + (parts->afternoon ? 12 : 0);
    const int second = parts->second == 60 ? 59 : parts->second; /* a leap second */
    *time = (struct fl_wall_time){
        .day = fl_civil_to_day(parts->year, parts->month, parts->day_of_month),
        .second = hour < 0 ? 0 : hour * 3600 + parts->minute * 60 + second,
        .has_second = hour >= 0,
        .has_offset = parts->has_offset,
        .offset_seconds = parts->offset_seconds,
    };
    return true;
}

/* --- the formats ---------------------------------------------------------------------------------------- */

/* The number of two digits; 100 or more when they are none. */
static unsigned two_digits(const char *at)
{
    const unsigned tens = (unsigned)(unsigned char)at[0] - '0', ones = (unsigned)(unsigned char)at[1] - '0';
    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

/* YYYY-MM-DD HH:MM:SS, as nearly all are written. False: read it the long way. */
static bool read_iso_second(const char *at, struct fl_wall_time *time)
{
    const unsigned century = two_digits(at), year = two_digits(at + 2);
    const unsigned month = two_digits(at + 5), day_of_month = two_digits(at + 8);
    const unsigned hour = two_digits(at + 11), minute = two_digits(at + 14), second = two_digits(at + 17);
    const bool fits =
        at[4] == '-' && at[7] == '-' && (at[10] == ' ' || at[10] == 'T') && at[13] == ':' && at[16] == ':';
    if (!fits || century > 99 || year > 99 || month > 12 || day_of_month > 31 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    const struct clock_parts parts = {
        .year = (int)(century * 100 + year),
        .month = (int)month,
        .day_of_month = (int)day_of_month,
        .hour = (int)hour,
        .minute = (int)minute,
        .second = (int)second,
    };
    return settle(&parts, time);
}

static bool read_iso(struct fl_text text, struct fl_wall_time *time)
{
    if (text.size == 19 && read_iso_second(text.bytes, time))
        return true;
    struct reader reader = {text.bytes, text.bytes + text.size};
    struct clock_parts parts = {.hour = -1};
    if (!take_digits(&reader, 4, 4, &parts.year) || !take_byte(&reader, '-') ||
        !take_digits(&reader, 2, 2, &parts.month) || !take_byte(&reader, '-') ||
        !take_digits(&reader, 2, 2, &parts.day_of_month))
        return false;
    if (reader.at == reader.end)
        return settle(&parts, time);
    if (!take_byte(&reader, ' ') && !take_byte(&reader, 'T'))
        return false;
    if (!take_digits(&reader, 2, 2, &parts.hour) || !take_byte(&reader, ':') ||
        !take_digits(&reader, 2, 2, &parts.minute))
        return false;
    if (take_byte(&reader, ':')) {
        if (!take_digits(&reader, 2, 2, &parts.second))
            return false;
        if (take_byte(&reader, '.') && !take_fraction(&reader))
            return false;
    }
    if (reader.at != reader.end && !take_offset(&reader, &parts))
        return false;
    return reader.at == reader.end && settle(&parts, time);
}

static bool read_epoch(struct fl_text text, int64_t units_a_second, struct fl_wall_time *time)
{
    int64_t units = 0;
    if (!fl_integer_parse(text.bytes, text.size, &units))
        return false;
    const int64_t units_a_day = SECONDS_A_DAY * units_a_second;
    int64_t day = units / units_a_day;
    int64_t unit_of_day = units % units_a_day;
    if (unit_of_day < 0) {
        day--;
        unit_of_day += units_a_day;
    }
    if (day < FL_DAY_MIN || day > FL_DAY_MAX)
        return false;
    *time = (struct fl_wall_time){.day = (int32_t)day,
                                  .second = (int32_t)(unit_of_day / units_a_second),
                                  .has_second = true,
                                  .has_offset = true};
    return true;
}

static bool take_step(struct reader *reader, char directive, char literal, struct clock_parts *parts)
{
    switch (directive) {
    case 'Y':
        return take_digits(reader, 4, 4, &parts->year);
    case 'y': {
        const bool taken = take_digits(reader, 2, 2, &parts->year);
        parts->year += parts->year < 69 ? 2000 : 1900; /* as POSIX strptime() turns centuries */
        return taken;
    }
    case 'm':
        return take_digits(reader, 1, 2, &parts->month);
    case 'b':
    case 'B':
        return take_month(reader, &parts->month);
    case 'e':
        take_byte(reader, ' ');
        return take_digits(reader, 1, 2, &parts->day_of_month);
    case 'd':
        return take_digits(reader, 1, 2, &parts->day_of_month);
    case 'I':
        parts->twelve_hours = true;
        return take_digits(reader, 1, 2, &parts->hour);
    case 'H':
        return take_digits(reader, 1, 2, &parts->hour);
    case 'M':
        return take_digits(reader, 1, 2, &parts->minute);
    case 'S':
        return take_digits(reader, 1, 2, &parts->second);
    case 'p':
        return take_half_day(reader, &parts->afternoon);
    case 'f':
        return take_fraction(reader);
    case 'z':
        return take_offset(reader, parts);
    default:
        assert(directive == 0);
        return take_byte(reader, literal);
    }
}

static bool read_steps(const struct fl_time_format *format, struct fl_text text, struct fl_wall_time *time)
{
    struct reader reader = {text.bytes, text.bytes + text.size};
    struct clock_parts parts = {.hour = -1};
    for (size_t i = 0; i < format->step_count; i++) {
        if (!take_step(&reader, (char)format->steps[i], format->literals[i], &parts))
            return false;
    }
    return reader.at == reader.end && settle(&parts, time);
}

bool fl_time_format_read(const struct fl_time_format *format, struct fl_text text, struct fl_wall_time *time)
{
    time->is_impossible = false;
    switch (format->kind) {
    case FL_TIME_ISO:
        return read_iso(text, time);
    case FL_TIME_EPOCH_SECONDS:
        return read_epoch(text, 1, time);
    case FL_TIME_EPOCH_MILLISECONDS:
        return read_epoch(text, 1000, time);
    case FL_TIME_STEPS:
        return read_steps(format, text, time);
    }
    return false;
}
