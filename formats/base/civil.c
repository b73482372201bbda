/* civil.c - the civil calendar counted from the first of March, so that leap days come last. */
#include "formats/base/civil.h"

#include <assert.h>

enum { DAYS_PER_400_YEARS = 146097, DAYS_BEFORE_1970 = 719468 /* from 0000-03-01 */ };

/* Days before a month of the year that starts in March: 0, 31, 61, 92, ... = (153 month + 2) / 5. */
static int days_before_month(int month_from_march)
{
    return (153 * month_from_march + 2) / 5;
}

int32_t fl_civil_to_day(int year, int month, int day_of_month)
{
    assert(fl_civil_is_valid(year, month, day_of_month));
    const int march_year = month <= 2 ? year - 1 : year; /* >= 0 */
    const int era = march_year / 400;
    const int year_of_era = march_year % 400;
    const int month_from_march = (month + 9) % 12;
    const int day_of_year = days_before_month(month_from_march) + day_of_month - 1;
    const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_400_YEARS + day_of_era - DAYS_BEFORE_1970;
}

void fl_day_to_civil(int32_t day, int *year, int *month, int *day_of_month)
{
    assert(day >= FL_DAY_MIN && day <= FL_DAY_MAX);
    const int from_march_0000 = day + DAYS_BEFORE_1970;
    const int era = from_march_0000 / DAYS_PER_400_YEARS;
    const int day_of_era = from_march_0000 % DAYS_PER_400_YEARS;
    /* 1460 = 4 years less a day, 36524 = a century, 146096 = the last day of an era. */
    const int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int month_from_march = (5 * day_of_year + 2) / 153;
    *day_of_month = day_of_year - days_before_month(month_from_march) + 1;
    *month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    *year = era * 400 + year_of_era + (*month <= 2);
}

static bool is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool fl_civil_is_valid(int year, int month, int day_of_month)
{
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12)
        return false;
    const int days = month_days[month - 1] + (month == 2 && is_leap_year(year));
    return day_of_month >= 1 && day_of_month <= days;
}

/* The number of `size` digits, or -1. */
static int parse_digits(const char *text, int size)
{
    int number = 0;
    for (int i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool fl_day_parse(const char *text, size_t size, int32_t *day)
{
    if (size != 10 || text[4] != '-' || text[7] != '-')
        return false;
    const int year = parse_digits(text, 4);
    const int month = parse_digits(text + 5, 2);
    const int day_of_month = parse_digits(text + 8, 2);
    if (!fl_civil_is_valid(year, month, day_of_month))
        return false;
    *day = fl_civil_to_day(year, month, day_of_month);
    return true;
}

static void format_digits(int number, int size, char *text)
{
    for (int i = size - 1; i >= 0; i--) {
        text[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

void fl_day_format(int32_t day, char text[11])
{
    int year, month, day_of_month;
    fl_day_to_civil(day, &year, &month, &day_of_month);
    format_digits(year, 4, text);
    text[4] = '-';
    format_digits(month, 2, text + 5);
    text[7] = '-';
    format_digits(day_of_month, 2, text + 8);
    text[10] = '\0';
}
