/* zone_rule.h - the POSIX rule at the end of a TZif file: summer time for all years to come. */
#ifndef FORMATS_BASE_ZONE_RULE_H
#define FORMATS_BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Only for zone*.c. */
enum fl_zone_day_kind {
    FL_ZONE_JULIAN,     /* Jn: day 1..365, 29 February is never counted */
    FL_ZONE_ZERO_BASED, /* n: day 0..365 */
    FL_ZONE_WEEKDAY     /* Mm.w.d */
};
struct fl_zone_day {
    enum fl_zone_day_kind kind;
    int day;
    int month, week, weekday; /* 1..12, 1..5 (5 = the last), 0..6 (0 = Sunday) */
    int32_t seconds;          /* wall time of that day, may lie outside of it */
};
struct fl_zone_rule {
    int32_t offset; /* seconds east of UTC */
    bool has_summer;
    int32_t summer_offset;
    struct fl_zone_day summer_start, summer_end;
};

struct fl_zone_change {
    int64_t utc;
    int32_t offset; /* from then on */
};

/* "CET-1CEST,M3.5.0,M10.5.0/3" and the like; false for anything else. */
bool fl_zone_rule_parse(const char *text, size_t size, struct fl_zone_rule *rule);
/* The two changes of `year` (1 .. 20000), by their place in the rule: end of summer first. */
void fl_zone_rule_changes(const struct fl_zone_rule *rule, int year, struct fl_zone_change changes[2]);
/* Days from 1970-01-01 to 1 January of `year`, from 1. */
int64_t fl_zone_year_start(int year);

#endif
