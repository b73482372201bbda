/* zone.h - IANA time zones read from TZif files (RFC 8536), without the C library's zone state. */
#ifndef FORMATS_BASE_ZONE_H
#define FORMATS_BASE_ZONE_H

#include <stdint.h>

#include "formats/base/io.h"
#include "formats/base/status.h"

struct fl_zone;

/* Opens zone `name` ("Europe/Oslo", "UTC") of /usr/share/zoneinfo. "UTC" needs no file. FL_BAD_MODEL: no such zone, with
 * the nearest name; a name that leaves the folder; FL_CORRUPT: the file is no TZif. Immutable: threads may share it. */
fl_status fl_zone_open(const struct fl_io *io, const char *name, struct fl_zone **zone, struct fl_error *error);
/* The same from bytes, for tests and fuzzing. */
fl_status fl_zone_from_bytes(const uint8_t *bytes, size_t size, const char *name, struct fl_zone **zone,
                             struct fl_error *error);
void fl_zone_free(struct fl_zone *zone);
const char *fl_zone_name(const struct fl_zone *zone);

/* Seconds since 1970-01-01 00:00:00 UTC -> the same count read off the zone's wall clock (local = utc + offset), also
 * after the file's last transition (POSIX rule of the footer). */
int64_t fl_zone_utc_to_local(const struct fl_zone *zone, int64_t utc_seconds);
/* The reverse. A wall time that comes twice means the first; one that a leap forward skips is read with the offset
 * before it, so 02:30 becomes 03:30. */
int64_t fl_zone_local_to_utc(const struct fl_zone *zone, int64_t local_seconds);

#endif
