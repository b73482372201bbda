/* zone_tzif.c - reads a TZif file (RFC 8536, versions 1 to 4) into a table of changes. */
#include <stdlib.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/cursor.h"
#include "formats/base/limits.h"
#include "formats/base/zone_table.h"

/* Transitions outside are no times of any calendar: -2^59 is the "big bang" that some writers put first. */
#define TIME_MIN (-(1LL << 59))
#define TIME_MAX ((int64_t)FL_DAY_MAX * 86400 + 86399)

enum { HEADER_SIZE = 44, TYPE_SIZE = 6, TYPES_MAX = 256 };

/* A rule is written out for this many years after the last stored change: the 400 of a cycle, with one and
 * two whole years to spare at its ends, so that a look around either end never meets the stored changes. */
enum { CYCLE_START_YEARS = 2, CYCLE_END_YEARS = CYCLE_START_YEARS + 400, RULE_YEARS = CYCLE_END_YEARS + 2 };

/* TZif is big-endian, unlike all files of ours. */
static uint32_t load_be32(const uint8_t *byte)
{
    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | (uint32_t)byte[3];
}

static uint64_t load_be64(const uint8_t *byte)
{
    return (uint64_t)load_be32(byte) << 32 | load_be32(byte + 4);
}

struct header {
    uint8_t version; /* 0, or a digit from '2' */
    uint32_t ut_count, standard_count, leap_count, time_count, type_count, letter_count;
};

/* Everything of one data block, still as it lies in the file. */
struct block {
    struct header header;
    size_t time_size; /* 4 or 8 */
    const uint8_t *times, *time_types, *types;
};

static fl_status parse_header(struct fl_cursor *cursor, struct header *header, struct fl_error *error)
{
    const uint8_t *bytes = fl_cursor_take(cursor, HEADER_SIZE);
    if (bytes == NULL || memcmp(bytes, "TZif", 4) != 0)
        return fl_fail(error, FL_CORRUPT, "no TZif header");
    header->version = bytes[4];
    if (header->version != 0 && (header->version < '2' || header->version > '4'))
        return fl_fail(error, FL_UNSUPPORTED, "TZif version byte %d, known are 0 and 50 to 52",
                       header->version);
    header->ut_count = load_be32(bytes + 20);
    header->standard_count = load_be32(bytes + 24);
    header->leap_count = load_be32(bytes + 28);
    header->time_count = load_be32(bytes + 32);
    header->type_count = load_be32(bytes + 36);
    header->letter_count = load_be32(bytes + 40);
    return FL_OK;
}

static fl_status parse_block(struct fl_cursor *cursor, size_t time_size, struct block *block,
                             struct fl_error *error)
{
    fl_status status = parse_header(cursor, &block->header, error);
    if (status != FL_OK)
        return status;
    const struct header *header = &block->header;
    block->time_size = time_size;
    /* Counts are below 2^32 and sizes small, so none of these products leaves size_t. */
    block->times = fl_cursor_take(cursor, header->time_count * time_size);
    block->time_types = fl_cursor_take(cursor, header->time_count);
    block->types = fl_cursor_take(cursor, (size_t)header->type_count * TYPE_SIZE);
    const uint8_t *letters = fl_cursor_take(cursor, header->letter_count);
    const uint8_t *leaps = fl_cursor_take(cursor, header->leap_count * (time_size + 4));
    const uint8_t *standards = fl_cursor_take(cursor, header->standard_count);
    const uint8_t *uts = fl_cursor_take(cursor, header->ut_count);
    if (block->times == NULL || block->time_types == NULL || block->types == NULL || letters == NULL ||
        leaps == NULL || standards == NULL || uts == NULL)
        return fl_fail(error, FL_CORRUPT, "the TZif file is shorter than its counts say");
    return FL_OK;
}

static fl_status check_counts(const struct header *header, struct fl_error *error)
{
    if (header->leap_count != 0)
        return fl_fail(error, FL_UNSUPPORTED, "%u leap seconds; a zone that counts them is not taken",
                       header->leap_count);
    if (header->type_count < 1 || header->type_count > TYPES_MAX)
        return fl_fail(error, FL_CORRUPT, "%u local time types, 1 to %d are possible", header->type_count,
                       TYPES_MAX);
    if (header->standard_count != 0 && header->standard_count != header->type_count)
        return fl_fail(error, FL_CORRUPT, "%u standard indicators for %u types", header->standard_count,
                       header->type_count);
    if (header->ut_count != 0 && header->ut_count != header->type_count)
        return fl_fail(error, FL_CORRUPT, "%u UT indicators for %u types", header->ut_count,
                       header->type_count);
    return FL_OK;
}

static int32_t type_offset(const struct block *block, size_t type)
{
    return (int32_t)load_be32(block->types + type * TYPE_SIZE);
}

static fl_status check_types(const struct block *block, struct fl_error *error)
{
    for (size_t type = 0; type < block->header.type_count; type++) {
        const uint8_t *bytes = block->types + type * TYPE_SIZE;
        const int32_t offset = type_offset(block, type);
        if (offset < FL_ZONE_OFFSET_MIN || offset > FL_ZONE_OFFSET_MAX)
            return fl_fail(error, FL_CORRUPT, "local time type %zu: offset %d s, possible are %d to %d", type,
                           offset, FL_ZONE_OFFSET_MIN, FL_ZONE_OFFSET_MAX);
        if (bytes[4] > 1)
            return fl_fail(error, FL_CORRUPT, "local time type %zu: summer flag %d", type, bytes[4]);
        if (bytes[5] >= block->header.letter_count)
            return fl_fail(error, FL_CORRUPT, "local time type %zu: name at %d of %u letters", type, bytes[5],
                           block->header.letter_count);
    }
    return FL_OK;
}

static int64_t stored_time(const struct block *block, size_t number)
{
    const uint8_t *bytes = block->times + number * block->time_size;
    return block->time_size == 4 ? (int32_t)load_be32(bytes) : (int64_t)load_be64(bytes);
}

static fl_status read_changes(const struct block *block, struct fl_zone *zone, struct fl_error *error)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < block->header.time_count; i++) {
        const int64_t utc = stored_time(block, i);
        const size_t type = block->time_types[i];
        if (utc < TIME_MIN || utc > TIME_MAX)
            return fl_fail(error, FL_CORRUPT, "transition %zu is at no time of the calendar", i);
        if (utc <= last)
            return fl_fail(error, FL_CORRUPT, "transition %zu is not after the one before", i);
        if (type >= block->header.type_count)
            return fl_fail(error, FL_CORRUPT, "transition %zu: local time type %zu of %u", i, type,
                           block->header.type_count);
        zone->changes[i] = (struct fl_zone_change){utc, type_offset(block, type)};
        last = utc;
    }
    zone->count = block->header.time_count;
    zone->first_offset = type_offset(block, 0);
    return FL_OK;
}

/* The year of the last stored change; 2 or later, so that the year before it is one too. */
static int last_stored_year(const struct fl_zone *zone)
{
    if (zone->count == 0 || zone->changes[zone->count - 1].utc < (FL_DAY_MIN + 366) * 86400LL)
        return 2;
    int year, month, day_of_month;
    const int64_t utc = zone->changes[zone->count - 1].utc;
    const int64_t day = utc >= 0 ? utc / 86400 : -((86399 - utc) / 86400);
    fl_day_to_civil((int32_t)day, &year, &month, &day_of_month);
    return year;
}

/* Puts one change of the rule in its place by time. Years follow each other, so it is at or next to the end.
 * Of two at one time the later call wins: the start of a summer that follows another without a break. */
static void insert_change(struct fl_zone *zone, size_t stored, struct fl_zone_change change)
{
    size_t at = zone->count;
    while (at > stored && zone->changes[at - 1].utc > change.utc)
        at--;
    if (at > stored && zone->changes[at - 1].utc == change.utc) {
        zone->changes[at - 1] = change;
        return;
    }
    memmove(zone->changes + at + 1, zone->changes + at, (zone->count - at) * sizeof *zone->changes);
    zone->changes[at] = change;
    zone->count++;
}

/* Requires room for two changes in each of RULE_YEARS + 2 years. */
static void apply_rule(const struct fl_zone_rule *rule, struct fl_zone *zone)
{
    const size_t stored = zone->count;
    if (stored == 0)
        zone->first_offset = rule->offset; /* RFC 8536: without transitions the rule holds for all times */
    if (!rule->has_summer)
        return;
    const int64_t last_stored = stored == 0 ? INT64_MIN : zone->changes[stored - 1].utc;
    const int last_year = last_stored_year(zone);
    for (int year = last_year - 1; year <= last_year + RULE_YEARS; year++) {
        struct fl_zone_change changes[2];
        fl_zone_rule_changes(rule, year, changes);
        for (int i = 0; i < 2; i++) {
            if (changes[i].utc > last_stored)
                insert_change(zone, stored, changes[i]);
        }
    }
    zone->cycle_end = fl_zone_year_start(last_year + CYCLE_END_YEARS) * 86400;
}

/* LF, the rule or nothing, LF. */
static fl_status parse_footer(struct fl_cursor *cursor, struct fl_zone *zone, struct fl_error *error)
{
    const size_t size = fl_cursor_left(cursor);
    const char *text = (const char *)fl_cursor_take(cursor, size);
    if (size < 2 || text[0] != '\n' || text[size - 1] != '\n')
        return fl_fail(error, FL_CORRUPT, "no TZif footer between line feeds");
    if (size == 2)
        return FL_OK;
    struct fl_zone_rule rule;
    if (!fl_zone_rule_parse(text + 1, size - 2, &rule))
        return fl_fail(error, FL_CORRUPT, "the TZif footer is no rule");
    apply_rule(&rule, zone);
    return FL_OK;
}

static fl_status check_nothing_left(const struct fl_cursor *cursor, struct fl_error *error)
{
    if (fl_cursor_left(cursor) == 0)
        return FL_OK;
    return fl_fail(error, FL_CORRUPT, "%zu bytes after the TZif data", fl_cursor_left(cursor));
}

static fl_status read_zone(const struct block *block, struct fl_cursor *cursor, struct fl_zone *zone,
                           struct fl_error *error)
{
    fl_status status = check_counts(&block->header, error);
    if (status == FL_OK)
        status = check_types(block, error);
    if (status != FL_OK)
        return status;
    /* time_count is bounded by the size of the file by now. */
    const size_t room = block->header.time_count + 2 * (size_t)(RULE_YEARS + 2);
    zone->changes = calloc(room, sizeof *zone->changes);
    if (zone->changes == NULL)
        return fl_fail_memory(error, room * sizeof *zone->changes);
    status = read_changes(block, zone, error);
    if (status != FL_OK)
        return status;
    return block->header.version == 0 ? check_nothing_left(cursor, error) : parse_footer(cursor, zone, error);
}

/* The block with 64-bit times when there is one, else the old one with 32 bits. */
static fl_status find_block(struct fl_cursor *cursor, struct block *block, struct fl_error *error)
{
    fl_status status = parse_block(cursor, 4, block, error);
    if (status != FL_OK || block->header.version == 0)
        return status;
    const uint8_t version = block->header.version;
    status = parse_block(cursor, 8, block, error);
    if (status == FL_OK && block->header.version != version)
        return fl_fail(error, FL_CORRUPT, "TZif version bytes %d and %d in one file", version,
                       block->header.version);
    return status;
}

fl_status fl_zone_from_bytes(const uint8_t *bytes, size_t size, const char *name, struct fl_zone **zone,
                             struct fl_error *error)
{
    *zone = NULL;
    if (size > FL_ZONE_BYTES_MAX)
        return fl_fail(error, FL_LIMIT, "%zu bytes, at most %u", size, FL_ZONE_BYTES_MAX);
    struct fl_cursor cursor = fl_cursor_over(bytes, size);
    struct block block = {0};
    fl_status status = find_block(&cursor, &block, error);
    if (status != FL_OK)
        return status;
    struct fl_zone *read = fl_zone_create(name);
    if (read == NULL)
        return fl_fail_memory(error, sizeof *read);
    status = read_zone(&block, &cursor, read, error);
    if (status != FL_OK) {
        fl_zone_free(read);
        return status;
    }
    *zone = read;
    return FL_OK;
}
