/* zone_table.h - a time zone as a table of changes of its offset. */
#ifndef FORMATS_BASE_ZONE_TABLE_H
#define FORMATS_BASE_ZONE_TABLE_H

#include "formats/base/zone.h"
#include "formats/base/zone_rule.h"

/* Only for zone*.c. Offsets lie within -25 h .. +26 h (RFC 8536). */
enum { FL_ZONE_OFFSET_MIN = -89999, FL_ZONE_OFFSET_MAX = 93599 };

/* The civil calendar, weekdays included, repeats after 400 years: 146097 days, a multiple of 7. */
#define FL_ZONE_CYCLE_SECONDS (146097LL * 86400)

struct fl_zone {
    char *name;
    int32_t first_offset;           /* before the first change */
    struct fl_zone_change *changes; /* utc strictly ascending */
    size_t count;
    /* With a rule for summer time the changes hold 400 years of it and more; what is at or after `cycle_end`
     * is looked up whole cycles earlier. INT64_MAX: no rule, the last offset stays. */
    int64_t cycle_end;
};

/* A zone without changes at offset 0, or NULL: no memory. */
struct fl_zone *fl_zone_create(const char *name);

#endif
