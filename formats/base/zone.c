/* zone.c - looks up the offset of a time zone. */
#include "formats/base/zone.h"

#include <stdlib.h>
#include <string.h>

#include "formats/base/zone_table.h"

struct fl_zone *fl_zone_create(const char *name)
{
    struct fl_zone *zone = calloc(1, sizeof *zone);
    if (zone == NULL)
        return NULL;
    zone->cycle_end = INT64_MAX;
    zone->name = strdup(name);
    if (zone->name != NULL)
        return zone;
    free(zone);
    return NULL;
}

void fl_zone_free(struct fl_zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->name);
    free(zone->changes);
    free(zone);
}

const char *fl_zone_name(const struct fl_zone *zone)
{
    return zone->name;
}

/* How many changes are at or before `utc`. */
static size_t changes_until(const struct fl_zone *zone, int64_t utc)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].utc <= utc)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The offset between change `passed` - 1 and change `passed`. */
static int32_t offset_after(const struct fl_zone *zone, size_t passed)
{
    return passed == 0 ? zone->first_offset : zone->changes[passed - 1].offset;
}

/* Seconds to go back so that the table covers the time: whole cycles. */
static int64_t cycles_back(const struct fl_zone *zone, int64_t seconds)
{
    if (seconds < zone->cycle_end || zone->cycle_end == INT64_MAX)
        return 0;
    return ((seconds - zone->cycle_end) / FL_ZONE_CYCLE_SECONDS + 1) * FL_ZONE_CYCLE_SECONDS;
}

/* Times at the very ends of int64 stay there; no calendar reaches them. */
static int64_t add_within_range(int64_t seconds, int64_t more)
{
    int64_t sum;
    if (!__builtin_add_overflow(seconds, more, &sum))
        return sum;
    return more < 0 ? INT64_MIN : INT64_MAX;
}

int64_t fl_zone_utc_to_local(const struct fl_zone *zone, int64_t utc_seconds)
{
    const int64_t covered = utc_seconds - cycles_back(zone, utc_seconds);
    return add_within_range(utc_seconds, offset_after(zone, changes_until(zone, covered)));
}

/* The first stretch between changes whose wall clock ends after `local` either holds it or begins after a gap
 * that does. No earlier one than that of (local - largest offset) can hold it. */
static int32_t offset_of_local(const struct fl_zone *zone, int64_t local)
{
    size_t passed = changes_until(zone, add_within_range(local, -FL_ZONE_OFFSET_MAX));
    while (passed < zone->count && local >= zone->changes[passed].utc + offset_after(zone, passed))
        passed++;
    const int32_t offset = offset_after(zone, passed);
    if (passed == 0 || local >= zone->changes[passed - 1].utc + offset)
        return offset;
    return offset_after(zone, passed - 1);
}

int64_t fl_zone_local_to_utc(const struct fl_zone *zone, int64_t local_seconds)
{
    const int64_t covered = local_seconds - cycles_back(zone, local_seconds);
    return add_within_range(local_seconds, -(int64_t)offset_of_local(zone, covered));
}
