/* time_format.h - texts of dates and times as a wall clock shows them, by a format compiled once. */
#ifndef FORMATS_IMPORTERS_TIME_FORMAT_H
#define FORMATS_IMPORTERS_TIME_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/base/text.h"

enum { FL_TIME_FORMAT_STEPS_MAX = 64 };

enum fl_time_format_kind {
    FL_TIME_ISO,           /* YYYY-MM-DD, optionally [T or blank]HH:MM[:SS[.fff]][Z|+hh:mm|+hhmm|+hh] */
    FL_TIME_EPOCH_SECONDS, /* whole seconds since 1970-01-01 00:00 UTC */
    FL_TIME_EPOCH_MILLISECONDS,
    FL_TIME_STEPS
};

struct fl_time_format {
    enum fl_time_format_kind kind;
    size_t step_count;
    uint8_t steps[FL_TIME_FORMAT_STEPS_MAX]; /* a directive's letter, or 0 for the literal beside it */
    char literals[FL_TIME_FORMAT_STEPS_MAX];
};

struct fl_wall_time {
    int32_t day;            /* since 1970-01-01; FL_DAY_MIN .. FL_DAY_MAX */
    int32_t second;         /* 0..86399; 0 without a time of day */
    bool has_second;        /* the text names a time of day */
    bool has_offset;        /* the text says how far its clock is from UTC */
    int32_t offset_seconds; /* wall clock minus UTC */
    bool is_impossible;     /* of a text that was refused: it follows the format, there is no such time */
};

/* Compiles "iso", "epoch_seconds", "epoch_milliseconds" or a format of
 *     %Y four digits   %y two (69..99 = 19..)   %m %d %e %H %I %M %S one or two digits (%e may have a blank
 * before) %p AM or PM   %b %B English month, short or long   %f digits of a fraction, dropped %z +hh:mm,
 * +hhmm, +hh or Z   %% a per cent sign   any other character: itself A date must come out of it: year, month
 * and day each once; a time of day has an hour, then maybe minute, then maybe second. NULL, or a sentence on
 * what is wrong with it (static). */
const char *fl_time_format_compile(struct fl_text words, struct fl_time_format *format);

/* False when the text does not follow the format to its last byte or names no possible date or time, which
 * time->is_impossible tells apart. A leap second (:60) is read as :59. */
bool fl_time_format_read(const struct fl_time_format *format, struct fl_text text, struct fl_wall_time *time);

#endif
