/* civil.h - days of the civil (proleptic Gregorian) calendar as days since 1970-01-01. */
#ifndef FORMATS_BASE_CIVIL_H
#define FORMATS_BASE_CIVIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FL_DAY_MIN = -719162, FL_DAY_MAX = 2932896 }; /* 0001-01-01 .. 9999-12-31 */

int32_t fl_civil_to_day(int year, int month, int day_of_month);
void fl_day_to_civil(int32_t day, int *year, int *month, int *day_of_month);
bool fl_civil_is_valid(int year, int month, int day_of_month);
/* Exactly "YYYY-MM-DD"; false for anything else. */
bool fl_day_parse(const char *text, size_t size, int32_t *day);
/* "YYYY-MM-DD" and a NUL. */
void fl_day_format(int32_t day, char text[11]);

#endif
