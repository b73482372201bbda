/* zone_rule.c - the POSIX rule at the end of a TZif file: summer time for all years to come. */
#include "formats/base/zone_rule.h"

/* What is left of the text; every parse_ function leaves `at` behind what it took. */
struct rest {
    const char *at;
    const char *end;
};

static bool is_at_end(const struct rest *rest)
{
    return rest->at == rest->end;
}

static bool take_letter(struct rest *rest, char letter)
{
    if (is_at_end(rest) || *rest->at != letter)
        return false;
    rest->at++;
    return true;
}

static bool is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/* "CET" or "<+0330>": three characters or more, whose meaning is of no interest here. */
static bool skip_name(struct rest *rest)
{
    const bool quoted = take_letter(rest, '<');
    const char *const first = rest->at;
    while (!is_at_end(rest) && (is_letter(*rest->at) ||
                                (quoted && (is_digit(*rest->at) || *rest->at == '+' || *rest->at == '-'))))
        rest->at++;
    return rest->at - first >= 3 && (!quoted || take_letter(rest, '>'));
}

static bool parse_number(struct rest *rest, int max, int *number)
{
    if (is_at_end(rest) || !is_digit(*rest->at))
        return false;
    *number = 0;
    for (; !is_at_end(rest) && is_digit(*rest->at); rest->at++) {
        *number = *number * 10 + (*rest->at - '0');
        if (*number > max)
            return false;
    }
    return true;
}

/* [+-]hh[:mm[:ss]] */
static bool parse_time(struct rest *rest, int hours_max, int32_t *seconds)
{
    const bool negative = take_letter(rest, '-');
    if (!negative)
        (void)take_letter(rest, '+');
    int hours, minutes = 0, rest_seconds = 0;
    if (!parse_number(rest, hours_max, &hours))
        return false;
    if (take_letter(rest, ':')) {
        if (!parse_number(rest, 59, &minutes))
            return false;
        if (take_letter(rest, ':') && !parse_number(rest, 59, &rest_seconds))
            return false;
    }
    const int32_t sum = hours * 3600 + minutes * 60 + rest_seconds;
    *seconds = negative ? -sum : sum;
    return true;
}

/* POSIX counts west of UTC as positive. */
static bool parse_offset(struct rest *rest, int32_t *offset)
{
    if (!parse_time(rest, 24, offset))
        return false;
    *offset = -*offset;
    return true;
}

static bool parse_weekday(struct rest *rest, struct fl_zone_day *day)
{
    return parse_number(rest, 12, &day->month) && day->month >= 1 && take_letter(rest, '.') &&
           parse_number(rest, 5, &day->week) && day->week >= 1 && take_letter(rest, '.') &&
           parse_number(rest, 6, &day->weekday);
}

/* ,date[/time] */
static bool parse_day(struct rest *rest, struct fl_zone_day *day)
{
    *day = (struct fl_zone_day){.seconds = 2 * 3600};
    if (!take_letter(rest, ','))
        return false;
    bool good;
    if (take_letter(rest, 'M')) {
        day->kind = FL_ZONE_WEEKDAY;
        good = parse_weekday(rest, day);
    } else if (take_letter(rest, 'J')) {
        day->kind = FL_ZONE_JULIAN;
        good = parse_number(rest, 365, &day->day) && day->day >= 1;
    } else {
        day->kind = FL_ZONE_ZERO_BASED;
        good = parse_number(rest, 365, &day->day);
    }
    if (!good)
        return false;
    return !take_letter(rest, '/') || parse_time(rest, 167, &day->seconds); /* 167: RFC 8536, version 3 */
}

bool fl_zone_rule_parse(const char *text, size_t size, struct fl_zone_rule *rule)
{
    *rule = (struct fl_zone_rule){0};
    struct rest rest = {text, text + size};
    if (!skip_name(&rest) || !parse_offset(&rest, &rule->offset))
        return false;
    if (is_at_end(&rest))
        return true;
    rule->has_summer = true;
    rule->summer_offset = rule->offset + 3600;
    if (!skip_name(&rest))
        return false;
    if (!is_at_end(&rest) && *rest.at != ',' && !parse_offset(&rest, &rule->summer_offset))
        return false;
    /* POSIX lets the days of change be left out and then does not say which they are. */
    return parse_day(&rest, &rule->summer_start) && parse_day(&rest, &rule->summer_end) && is_at_end(&rest);
}

static bool is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int64_t fl_zone_year_start(int year)
{
    const int64_t before = year - 1;
    return 365 * before + before / 4 - before / 100 + before / 400 -
           719162; /* 719162 = 0001-01-01 to 1970-01-01 */
}

/* Day of the year, from 0, on which a month starts; month 13 is the next year. */
static int month_start(int year, int month)
{
    static const int starts[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    return starts[month - 1] + (month > 2 && is_leap_year(year));
}

/* Day of the year, from 0, of the week-th weekday of a month. */
static int weekday_of_year(const struct fl_zone_day *day, int year)
{
    const int first = month_start(year, day->month);
    /* 1970-01-01 was a Thursday (4); the sum stays above 0 for years from 1 on since 719162 + 4 < 7 * 102739.
     */
    const int64_t from_thursday = fl_zone_year_start(year) + first + 4 + 7 * 102739;
    const int first_weekday = (int)(from_thursday % 7);
    int found = first + (day->weekday - first_weekday + 7) % 7 + 7 * (day->week - 1);
    if (found >= month_start(year, day->month + 1))
        found -= 7; /* week 5 is the last there is */
    return found;
}

static int day_of_year(const struct fl_zone_day *day, int year)
{
    switch (day->kind) {
    case FL_ZONE_JULIAN:
        return day->day - 1 + (is_leap_year(year) && day->day >= 60);
    case FL_ZONE_ZERO_BASED:
        return day->day;
    case FL_ZONE_WEEKDAY:
        break;
    }
    return weekday_of_year(day, year);
}

/* The change is told in the wall time before it. */
static int64_t change_utc(const struct fl_zone_day *day, int year, int32_t offset_before)
{
    return (fl_zone_year_start(year) + day_of_year(day, year)) * 86400 + day->seconds - offset_before;
}

void fl_zone_rule_changes(const struct fl_zone_rule *rule, int year, struct fl_zone_change changes[2])
{
    changes[0].utc = change_utc(&rule->summer_end, year, rule->summer_offset);
    changes[0].offset = rule->offset;
    changes[1].utc = change_utc(&rule->summer_start, year, rule->offset);
    changes[1].offset = rule->summer_offset;
}
