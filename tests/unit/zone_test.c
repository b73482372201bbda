/* zone_test.c - wall clocks of real zones against Python's zoneinfo, and TZif files made by hand.
 *
 * 300 times around changes of eight odd zones from 1900 to 2100 (leaps, repeats, a lost day, half hours,
 * winter time as "DST") were taken from Python 3.11 once; a newer tz database may move those in the future.
 * Rules are tried on files built here, so they do not depend on the database. Each check of the reader has a
 * file that only it refuses, and every cut and every changed byte of a good file must end without harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/base/civil.h"
#include "formats/base/zone.h"

struct pin {
    const char *zone;
    int64_t seconds;
    int32_t offset;
};

/* The last second before changes, and the change. */
static const struct pin utc_pins[] = {
    {"America/New_York", -2208988800, -18000},
    {"America/New_York", -1633280401, -18000},
    {"America/New_York", -1633280400, -14400},
    {"America/New_York", -1615140001, -14400},
    {"America/New_York", -1615140000, -18000},
    {"America/New_York", -131565601, -14400},
    {"America/New_York", -131565600, -18000},
    {"America/New_York", 1289109599, -14400},
    {"America/New_York", 1289109600, -18000},
    {"America/New_York", 1299999599, -18000},
    {"America/New_York", 1299999600, -14400},
    {"America/New_York", 2688620399, -18000},
    {"America/New_York", 2688620400, -14400},
    {"America/New_York", 4076636399, -18000},
    {"America/New_York", 4076636400, -14400},
    {"America/New_York", 4097195999, -14400},
    {"America/New_York", 4097196000, -18000},
    {"America/New_York", 4102444799, -18000},
    {"Europe/Oslo", -2208988800, 3600},
    {"Europe/Oslo", -1691884801, 3600},
    {"Europe/Oslo", -1691884800, 7200},
    {"Europe/Oslo", -1680573601, 7200},
    {"Europe/Oslo", -1680573600, 3600},
    {"Europe/Oslo", 985481999, 3600},
    {"Europe/Oslo", 985482000, 7200},
    {"Europe/Oslo", 2026947599, 3600},
    {"Europe/Oslo", 2026947600, 7200},
    {"Europe/Oslo", 2045696399, 7200},
    {"Europe/Oslo", 2045696400, 3600},
    {"Europe/Oslo", 3068413199, 3600},
    {"Europe/Oslo", 3068413200, 7200},
    {"Europe/Oslo", 4078429199, 3600},
    {"Europe/Oslo", 4078429200, 7200},
    {"Europe/Oslo", 4096573199, 7200},
    {"Europe/Oslo", 4096573200, 3600},
    {"Europe/Oslo", 4102444799, 3600},
    {"Asia/Kolkata", -2208988800, 19270},
    {"Asia/Kolkata", -2019705671, 19270},
    {"Asia/Kolkata", -2019705670, 19800},
    {"Asia/Kolkata", -891581401, 19800},
    {"Asia/Kolkata", -891581400, 23400},
    {"Asia/Kolkata", -872058601, 23400},
    {"Asia/Kolkata", -872058600, 19800},
    {"Asia/Kolkata", -862637401, 19800},
    {"Asia/Kolkata", -862637400, 23400},
    {"Asia/Kolkata", -764145001, 23400},
    {"Asia/Kolkata", -764145000, 19800},
    {"Asia/Kolkata", 4102444799, 19800},
    {"Australia/Lord_Howe", -2208988800, 36000},
    {"Australia/Lord_Howe", 352216799, 36000},
    {"Australia/Lord_Howe", 352216800, 37800},
    {"Australia/Lord_Howe", 372785399, 37800},
    {"Australia/Lord_Howe", 372785400, 41400},
    {"Australia/Lord_Howe", 1286033399, 37800},
    {"Australia/Lord_Howe", 1286033400, 39600},
    {"Australia/Lord_Howe", 2233150199, 37800},
    {"Australia/Lord_Howe", 2233150200, 39600},
    {"Australia/Lord_Howe", 2248873199, 39600},
    {"Australia/Lord_Howe", 2248873200, 37800},
    {"Australia/Lord_Howe", 3163935599, 39600},
    {"Australia/Lord_Howe", 3163935600, 37800},
    {"Australia/Lord_Howe", 4078997999, 39600},
    {"Australia/Lord_Howe", 4078998000, 37800},
    {"Australia/Lord_Howe", 4094724599, 37800},
    {"Australia/Lord_Howe", 4094724600, 39600},
    {"Australia/Lord_Howe", 4102444799, 39600},
    {"Pacific/Apia", -2208988800, -41216},
    {"Pacific/Apia", -1861878785, -41216},
    {"Pacific/Apia", -1861878784, -41400},
    {"Pacific/Apia", -631110601, -41400},
    {"Pacific/Apia", -631110600, -39600},
    {"Pacific/Apia", 1325239199, -36000},
    {"Pacific/Apia", 1325239200, 50400},
    {"Pacific/Apia", 1601128799, 46800},
    {"Pacific/Apia", 1601128800, 50400},
    {"Pacific/Apia", 1617458399, 50400},
    {"Pacific/Apia", 1617458400, 46800},
    {"Pacific/Apia", 4102444799, 46800},
    {"America/Sao_Paulo", -2208988800, -11188},
    {"America/Sao_Paulo", -1767214413, -11188},
    {"America/Sao_Paulo", -1767214412, -10800},
    {"America/Sao_Paulo", -1206957601, -10800},
    {"America/Sao_Paulo", -1206957600, -7200},
    {"America/Sao_Paulo", -57967201, -7200},
    {"America/Sao_Paulo", -57967200, -10800},
    {"America/Sao_Paulo", 844570799, -10800},
    {"America/Sao_Paulo", 844570800, -7200},
    {"America/Sao_Paulo", 856058399, -7200},
    {"America/Sao_Paulo", 856058400, -10800},
    {"America/Sao_Paulo", 1203213599, -7200},
    {"America/Sao_Paulo", 1203213600, -10800},
    {"America/Sao_Paulo", 1541300399, -10800},
    {"America/Sao_Paulo", 1541300400, -7200},
    {"America/Sao_Paulo", 1550368799, -7200},
    {"America/Sao_Paulo", 1550368800, -10800},
    {"America/Sao_Paulo", 4102444799, -10800},
    {"Europe/Dublin", -2208988800, -1521},
    {"Europe/Dublin", -1691962480, -1521},
    {"Europe/Dublin", -1691962479, 2079},
    {"Europe/Dublin", -1680471280, 2079},
    {"Europe/Dublin", -1680471279, 0},
    {"Europe/Dublin", -132184801, 3600},
    {"Europe/Dublin", -132184800, 0},
    {"Europe/Dublin", 1351385999, 3600},
    {"Europe/Dublin", 1351386000, 0},
    {"Europe/Dublin", 1364691599, 0},
    {"Europe/Dublin", 1364691600, 3600},
    {"Europe/Dublin", 2721257999, 0},
    {"Europe/Dublin", 2721258000, 3600},
    {"Europe/Dublin", 4078429199, 0},
    {"Europe/Dublin", 4078429200, 3600},
    {"Europe/Dublin", 4096573199, 3600},
    {"Europe/Dublin", 4096573200, 0},
    {"Europe/Dublin", 4102444799, 0},
    {"Africa/Casablanca", -2208988800, -1820},
    {"Africa/Casablanca", -1773012581, -1820},
    {"Africa/Casablanca", -1773012580, 0},
    {"Africa/Casablanca", -956361601, 0},
    {"Africa/Casablanca", -956361600, 3600},
    {"Africa/Casablanca", 448243199, 0},
    {"Africa/Casablanca", 448243200, 3600},
    {"Africa/Casablanca", 1396144799, 0},
    {"Africa/Casablanca", 1396144800, 3600},
    {"Africa/Casablanca", 1403920799, 3600},
    {"Africa/Casablanca", 1403920800, 0},
    {"Africa/Casablanca", 1529200799, 0},
    {"Africa/Casablanca", 1529200800, 3600},
    {"Africa/Casablanca", 1774144799, 0},
    {"Africa/Casablanca", 1774144800, 3600},
    {"Africa/Casablanca", 1789865999, 3600},
    {"Africa/Casablanca", 1789866000, 0},
    {"Africa/Casablanca", 4102444799, 0},
};

/* Wall times: the second before a gap or a repeat, its middle, and the second it ends. */
static const struct pin local_pins[] = {
    {"America/New_York", -1633298401, -18000},  {"America/New_York", -1633296600, -18000},
    {"America/New_York", -1633294800, -14400},  {"America/New_York", -1615158001, -14400},
    {"America/New_York", -1615156200, -14400},  {"America/New_York", -1615154400, -18000},
    {"America/New_York", -131583601, -14400},   {"America/New_York", -131581800, -14400},
    {"America/New_York", -131580000, -18000},   {"America/New_York", 1289091599, -14400},
    {"America/New_York", 1289093400, -14400},   {"America/New_York", 1289095200, -18000},
    {"America/New_York", 1299981599, -18000},   {"America/New_York", 1299983400, -18000},
    {"America/New_York", 1299985200, -14400},   {"America/New_York", 2688602399, -18000},
    {"America/New_York", 2688604200, -18000},   {"America/New_York", 2688606000, -14400},
    {"America/New_York", 4076618399, -18000},   {"America/New_York", 4076620200, -18000},
    {"America/New_York", 4076622000, -14400},   {"America/New_York", 4097177999, -14400},
    {"America/New_York", 4097179800, -14400},   {"America/New_York", 4097181600, -18000},
    {"Europe/Oslo", -1691881201, 3600},         {"Europe/Oslo", -1691879400, 3600},
    {"Europe/Oslo", -1691877600, 7200},         {"Europe/Oslo", -1680570001, 7200},
    {"Europe/Oslo", -1680568200, 7200},         {"Europe/Oslo", -1680566400, 3600},
    {"Europe/Oslo", 985485599, 3600},           {"Europe/Oslo", 985487400, 3600},
    {"Europe/Oslo", 985489200, 7200},           {"Europe/Oslo", 2026951199, 3600},
    {"Europe/Oslo", 2026953000, 3600},          {"Europe/Oslo", 2026954800, 7200},
    {"Europe/Oslo", 2045699999, 7200},          {"Europe/Oslo", 2045701800, 7200},
    {"Europe/Oslo", 2045703600, 3600},          {"Europe/Oslo", 3068416799, 3600},
    {"Europe/Oslo", 3068418600, 3600},          {"Europe/Oslo", 3068420400, 7200},
    {"Europe/Oslo", 4078432799, 3600},          {"Europe/Oslo", 4078434600, 3600},
    {"Europe/Oslo", 4078436400, 7200},          {"Europe/Oslo", 4096576799, 7200},
    {"Europe/Oslo", 4096578600, 7200},          {"Europe/Oslo", 4096580400, 3600},
    {"Asia/Kolkata", -2019686401, 19270},       {"Asia/Kolkata", -2019686135, 19270},
    {"Asia/Kolkata", -2019685870, 19800},       {"Asia/Kolkata", -891561601, 19800},
    {"Asia/Kolkata", -891559800, 19800},        {"Asia/Kolkata", -891558000, 23400},
    {"Asia/Kolkata", -872038801, 23400},        {"Asia/Kolkata", -872037000, 23400},
    {"Asia/Kolkata", -872035200, 19800},        {"Asia/Kolkata", -862617601, 19800},
    {"Asia/Kolkata", -862615800, 19800},        {"Asia/Kolkata", -862614000, 23400},
    {"Asia/Kolkata", -764125201, 23400},        {"Asia/Kolkata", -764123400, 23400},
    {"Asia/Kolkata", -764121600, 19800},        {"Australia/Lord_Howe", 352252799, 36000},
    {"Australia/Lord_Howe", 352253700, 36000},  {"Australia/Lord_Howe", 352254600, 37800},
    {"Australia/Lord_Howe", 372823199, 37800},  {"Australia/Lord_Howe", 372825000, 37800},
    {"Australia/Lord_Howe", 372826800, 41400},  {"Australia/Lord_Howe", 1286071199, 37800},
    {"Australia/Lord_Howe", 1286072100, 37800}, {"Australia/Lord_Howe", 1286073000, 39600},
    {"Australia/Lord_Howe", 2233187999, 37800}, {"Australia/Lord_Howe", 2233188900, 37800},
    {"Australia/Lord_Howe", 2233189800, 39600}, {"Australia/Lord_Howe", 2248910999, 39600},
    {"Australia/Lord_Howe", 2248911900, 39600}, {"Australia/Lord_Howe", 2248912800, 37800},
    {"Australia/Lord_Howe", 3163973399, 39600}, {"Australia/Lord_Howe", 3163974300, 39600},
    {"Australia/Lord_Howe", 3163975200, 37800}, {"Australia/Lord_Howe", 4079035799, 39600},
    {"Australia/Lord_Howe", 4079036700, 39600}, {"Australia/Lord_Howe", 4079037600, 37800},
    {"Australia/Lord_Howe", 4094762399, 37800}, {"Australia/Lord_Howe", 4094763300, 37800},
    {"Australia/Lord_Howe", 4094764200, 39600}, {"Pacific/Apia", -1861920185, -41216},
    {"Pacific/Apia", -1861920092, -41216},      {"Pacific/Apia", -1861920000, -41400},
    {"Pacific/Apia", -631152001, -41400},       {"Pacific/Apia", -631151100, -41400},
    {"Pacific/Apia", -631150200, -39600},       {"Pacific/Apia", 1325203199, -36000},
    {"Pacific/Apia", 1325246400, -36000},       {"Pacific/Apia", 1325289600, 50400},
    {"Pacific/Apia", 1601175599, 46800},        {"Pacific/Apia", 1601177400, 46800},
    {"Pacific/Apia", 1601179200, 50400},        {"Pacific/Apia", 1617505199, 50400},
    {"Pacific/Apia", 1617507000, 50400},        {"Pacific/Apia", 1617508800, 46800},
    {"America/Sao_Paulo", -1767225601, -11188}, {"America/Sao_Paulo", -1767225406, -11188},
    {"America/Sao_Paulo", -1767225212, -10800}, {"America/Sao_Paulo", -1206968401, -10800},
    {"America/Sao_Paulo", -1206966600, -10800}, {"America/Sao_Paulo", -1206964800, -7200},
    {"America/Sao_Paulo", -57978001, -7200},    {"America/Sao_Paulo", -57976200, -7200},
    {"America/Sao_Paulo", -57974400, -10800},   {"America/Sao_Paulo", 844559999, -10800},
    {"America/Sao_Paulo", 844561800, -10800},   {"America/Sao_Paulo", 844563600, -7200},
    {"America/Sao_Paulo", 856047599, -7200},    {"America/Sao_Paulo", 856049400, -7200},
    {"America/Sao_Paulo", 856051200, -10800},   {"America/Sao_Paulo", 1203202799, -7200},
    {"America/Sao_Paulo", 1203204600, -7200},   {"America/Sao_Paulo", 1203206400, -10800},
    {"America/Sao_Paulo", 1541289599, -10800},  {"America/Sao_Paulo", 1541291400, -10800},
    {"America/Sao_Paulo", 1541293200, -7200},   {"America/Sao_Paulo", 1550357999, -7200},
    {"America/Sao_Paulo", 1550359800, -7200},   {"America/Sao_Paulo", 1550361600, -10800},
    {"Europe/Dublin", -1691964001, -1521},      {"Europe/Dublin", -1691962200, -1521},
    {"Europe/Dublin", -1691960400, 2079},       {"Europe/Dublin", -1680471280, 2079},
    {"Europe/Dublin", -1680470240, 2079},       {"Europe/Dublin", -1680469200, 0},
    {"Europe/Dublin", -132184801, 3600},        {"Europe/Dublin", -132183000, 3600},
    {"Europe/Dublin", -132181200, 0},           {"Europe/Dublin", 1351385999, 3600},
    {"Europe/Dublin", 1351387800, 3600},        {"Europe/Dublin", 1351389600, 0},
    {"Europe/Dublin", 1364691599, 0},           {"Europe/Dublin", 1364693400, 0},
    {"Europe/Dublin", 1364695200, 3600},        {"Europe/Dublin", 2721257999, 0},
    {"Europe/Dublin", 2721259800, 0},           {"Europe/Dublin", 2721261600, 3600},
    {"Europe/Dublin", 4078429199, 0},           {"Europe/Dublin", 4078431000, 0},
    {"Europe/Dublin", 4078432800, 3600},        {"Europe/Dublin", 4096573199, 3600},
    {"Europe/Dublin", 4096575000, 3600},        {"Europe/Dublin", 4096576800, 0},
    {"Africa/Casablanca", -1773014401, -1820},  {"Africa/Casablanca", -1773013490, -1820},
    {"Africa/Casablanca", -1773012580, 0},      {"Africa/Casablanca", -956361601, 0},
    {"Africa/Casablanca", -956359800, 0},       {"Africa/Casablanca", -956358000, 3600},
    {"Africa/Casablanca", 448243199, 0},        {"Africa/Casablanca", 448245000, 0},
    {"Africa/Casablanca", 448246800, 3600},     {"Africa/Casablanca", 1396144799, 0},
    {"Africa/Casablanca", 1396146600, 0},       {"Africa/Casablanca", 1396148400, 3600},
    {"Africa/Casablanca", 1403920799, 3600},    {"Africa/Casablanca", 1403922600, 3600},
    {"Africa/Casablanca", 1403924400, 0},       {"Africa/Casablanca", 1529200799, 0},
    {"Africa/Casablanca", 1529202600, 0},       {"Africa/Casablanca", 1529204400, 3600},
    {"Africa/Casablanca", 1774144799, 0},       {"Africa/Casablanca", 1774146600, 0},
    {"Africa/Casablanca", 1774148400, 3600},    {"Africa/Casablanca", 1789865999, 3600},
    {"Africa/Casablanca", 1789867800, 3600},    {"Africa/Casablanca", 1789869600, 0},
};

static struct fl_zone *open_zone(const char *name)
{
    struct fl_zone *zone;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_zone_open(&fl_io_system, name, &zone, &error) != FL_OK)
        fail_msg("%s: %s", name, error.message);
    assert_string_equal(fl_zone_name(zone), name);
    return zone;
}

static void test_pinned_utc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof utc_pins / sizeof utc_pins[0]; i++) {
        const struct pin *pin = &utc_pins[i];
        struct fl_zone *zone = open_zone(pin->zone);
        if (fl_zone_utc_to_local(zone, pin->seconds) != pin->seconds + pin->offset)
            fail_msg("%s at %lld", pin->zone, (long long)pin->seconds);
        fl_zone_free(zone);
    }
}

static void test_pinned_local(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof local_pins / sizeof local_pins[0]; i++) {
        const struct pin *pin = &local_pins[i];
        struct fl_zone *zone = open_zone(pin->zone);
        if (fl_zone_local_to_utc(zone, pin->seconds) != pin->seconds - pin->offset)
            fail_msg("%s at wall time %lld", pin->zone, (long long)pin->seconds);
        fl_zone_free(zone);
    }
}

static int64_t at(const char *day_text, int hour, int minute)
{
    int32_t day;
    assert_true(fl_day_parse(day_text, 10, &day));
    return (int64_t)day * 86400 + hour * 3600 + minute * 60;
}

/* The same in words: what an analyst would check by hand. */
static void test_oslo_by_hand(void **state)
{
    (void)state;
    struct fl_zone *zone = open_zone("Europe/Oslo");
    assert_true(fl_zone_utc_to_local(zone, at("2026-11-20", 23, 30)) == at("2026-11-21", 0, 30));
    assert_true(fl_zone_utc_to_local(zone, at("2026-07-01", 22, 0)) == at("2026-07-02", 0, 0));
    /* 2026-03-29: 02:00 becomes 03:00 */
    assert_true(fl_zone_local_to_utc(zone, at("2026-03-29", 1, 59)) == at("2026-03-29", 0, 59));
    assert_true(fl_zone_local_to_utc(zone, at("2026-03-29", 2, 30)) == at("2026-03-29", 1, 30));
    assert_true(fl_zone_utc_to_local(zone, at("2026-03-29", 1, 30)) == at("2026-03-29", 3, 30));
    assert_true(fl_zone_local_to_utc(zone, at("2026-03-29", 3, 0)) == at("2026-03-29", 1, 0));
    /* 2026-10-25: 03:00 becomes 02:00; 02:30 comes twice */
    assert_true(fl_zone_local_to_utc(zone, at("2026-10-25", 2, 30)) == at("2026-10-25", 0, 30));
    assert_true(fl_zone_utc_to_local(zone, at("2026-10-25", 1, 30)) == at("2026-10-25", 2, 30));
    assert_true(fl_zone_local_to_utc(zone, at("2026-10-25", 3, 0)) == at("2026-10-25", 2, 0));
    fl_zone_free(zone);
}

static void test_apia_lost_day(void **state)
{
    (void)state;
    struct fl_zone *zone = open_zone("Pacific/Apia");
    assert_true(fl_zone_utc_to_local(zone, at("2011-12-30", 9, 59)) == at("2011-12-29", 23, 59));
    assert_true(fl_zone_utc_to_local(zone, at("2011-12-30", 10, 0)) == at("2011-12-31", 0, 0));
    assert_true(fl_zone_local_to_utc(zone, at("2011-12-30", 12, 0)) == at("2011-12-30", 22, 0));
    fl_zone_free(zone);
}

static void test_utc_needs_no_file(void **state)
{
    (void)state;
    struct fl_io no_io = {0};
    struct fl_zone *zone;
    assert_int_equal(fl_zone_open(&no_io, "UTC", &zone, NULL), FL_OK);
    assert_true(fl_zone_utc_to_local(zone, 1234567890) == 1234567890);
    assert_true(fl_zone_local_to_utc(zone, INT64_MIN) == INT64_MIN);
    assert_true(fl_zone_local_to_utc(zone, INT64_MAX) == INT64_MAX);
    fl_zone_free(zone);
    fl_zone_free(NULL);
}

static void assert_open_fails(const char *name, fl_status status, const char *words)
{
    struct fl_zone *zone;
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(fl_zone_open(&fl_io_system, name, &zone, &error), status);
    assert_null(zone);
    assert_string_equal(error.message, words);
}

static void test_unknown_names(void **state)
{
    (void)state;
    static const char *const unsafe[] = {"",
                                         "/etc/passwd",
                                         "../../../etc/passwd",
                                         "Europe/../Europe/Oslo",
                                         "Europe//Oslo",
                                         "Europe/",
                                         "Europe/Oslo\n",
                                         ".",
                                         "Europe/.",
                                         "Europe Oslo"};
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
        assert_open_fails(unsafe[i], FL_BAD_MODEL, "a time zone has a name like Europe/Oslo");
    char endless[200];
    memset(endless, 'A', sizeof endless);
    endless[sizeof endless - 1] = '\0';
    assert_open_fails(endless, FL_BAD_MODEL, "a time zone has a name like Europe/Oslo");
    assert_open_fails("europe/oslo", FL_BAD_MODEL,
                      "no time zone `europe/oslo` in /usr/share/zoneinfo; did you mean `Europe/Oslo`?");
    assert_open_fails("Europe/Olso", FL_BAD_MODEL,
                      "no time zone `Europe/Olso` in /usr/share/zoneinfo; did you mean `Europe/Oslo`?");
    assert_open_fails("Nowhere/Town", FL_BAD_MODEL, "no time zone `Nowhere/Town` in /usr/share/zoneinfo");
    assert_open_fails("Europe", FL_BAD_MODEL, "no time zone `Europe` in /usr/share/zoneinfo");
    assert_open_fails("zone.tab", FL_CORRUPT, "no TZif header");
}

/* ---- files made by hand ---- */
struct made {
    uint8_t bytes[4096];
    size_t size;
};

static void put_bytes(struct made *made, const void *bytes, size_t size)
{
    memcpy(made->bytes + made->size, bytes, size);
    made->size += size;
}

static void put_big_endian(struct made *made, int64_t value, int size)
{
    for (int i = size - 1; i >= 0; i--)
        made->bytes[made->size++] = (uint8_t)((uint64_t)value >> (8 * i));
}

struct change {
    int64_t utc;
    uint8_t type;
};

static const int32_t type_offsets[3] = {0, 3600, -7200};

/* One data block: three types with the offsets above. */
static void put_block(struct made *made, char version, int time_size, const struct change *changes,
                      size_t count)
{
    put_bytes(made, "TZif", 4);
    put_big_endian(made, version, 1);
    made->size += 15;
    const int64_t counts[6] = {3, 3, 0, (int64_t)count, 3, 8};
    for (int i = 0; i < 6; i++)
        put_big_endian(made, counts[i], 4);
    for (size_t i = 0; i < count; i++)
        put_big_endian(made, changes[i].utc, time_size);
    for (size_t i = 0; i < count; i++)
        put_big_endian(made, changes[i].type, 1);
    for (int i = 0; i < 3; i++) {
        put_big_endian(made, type_offsets[i], 4);
        put_big_endian(made, i == 1, 1);
        put_big_endian(made, 4, 1);
    }
    put_bytes(made, "AAA\0BBB", 8);
    made->size += 6;
}

static struct made make_file(char version, const struct change *changes, size_t count, const char *footer)
{
    struct made made = {0};
    if (version == 0) {
        put_block(&made, version, 4, changes, count);
        return made;
    }
    put_block(&made, version, 4, NULL, 0);
    put_block(&made, version, 8, changes, count);
    put_bytes(&made, "\n", 1);
    put_bytes(&made, footer, strlen(footer));
    put_bytes(&made, "\n", 1);
    return made;
}

/* From a copy of exactly that size, so that the sanitizer sees a step too far. */
static fl_status read_made(const struct made *made, struct fl_zone **zone, struct fl_error *error)
{
    uint8_t *bytes = malloc(made->size == 0 ? 1 : made->size);
    assert_non_null(bytes);
    memcpy(bytes, made->bytes, made->size);
    fl_error_clear(error);
    const fl_status status = fl_zone_from_bytes(bytes, made->size, "Made/Up", zone, error);
    free(bytes);
    return status;
}

static struct fl_zone *zone_of(char version, const struct change *changes, size_t count, const char *footer)
{
    const struct made made = make_file(version, changes, count, footer);
    struct fl_zone *zone;
    struct fl_error error;
    if (read_made(&made, &zone, &error) != FL_OK)
        fail_msg("%s: %s", footer, error.message);
    return zone;
}

static void test_versions(void **state)
{
    (void)state;
    static const struct change changes[] = {{-1000, 1}, {0, 2}, {5000, 0}};
    static const char versions[] = {0, '2', '3', '4'};
    for (size_t i = 0; i < sizeof versions; i++) {
        struct fl_zone *zone = zone_of(versions[i], changes, 3, "");
        assert_string_equal(fl_zone_name(zone), "Made/Up");
        assert_true(fl_zone_utc_to_local(zone, -1001) == -1001); /* type 0 before the first */
        assert_true(fl_zone_utc_to_local(zone, -1000) == 2600);
        assert_true(fl_zone_utc_to_local(zone, -1) == 3599);
        assert_true(fl_zone_utc_to_local(zone, 0) == -7200);
        assert_true(fl_zone_utc_to_local(zone, 5000) == 5000);
        assert_true(fl_zone_utc_to_local(zone, 1000000000000) == 1000000000000); /* no rule: the last stays */
        fl_zone_free(zone);
    }
}

/* For every second of a zone with changes close to each other: the first reading of the wall clock, by
 * search. */
static void test_local_by_search(void **state)
{
    (void)state;
    static const struct change changes[] = {{10000, 1}, {12000, 0}, {20000, 2},
                                            {21000, 1}, {40000, 2}, {40001, 0}};
    struct fl_zone *zone = zone_of('2', changes, 6, "");
    enum { FROM = -20000, TO = 80000, NOT_SEEN = INT32_MAX };
    static int32_t first[TO - FROM];
    for (int i = 0; i < TO - FROM; i++)
        first[i] = NOT_SEEN;
    for (int utc = TO - 1; utc >= FROM; utc--) {
        const int64_t local = fl_zone_utc_to_local(zone, utc);
        if (local >= FROM && local < TO)
            first[local - FROM] = utc;
    }
    for (int local = FROM + 8000; local < TO - 8000; local++) {
        const int64_t utc = fl_zone_local_to_utc(zone, local);
        if (first[local - FROM] != NOT_SEEN && utc != first[local - FROM])
            fail_msg("wall time %d: %lld", local, (long long)utc);
        if (first[local - FROM] == NOT_SEEN && fl_zone_utc_to_local(zone, utc) <= local)
            fail_msg("wall time %d in a gap: %lld", local, (long long)utc);
    }
    fl_zone_free(zone);
}

struct rule_pin {
    int64_t utc; /* of a change; a year of the calendar apart */
    int32_t before, after;
};

static void check_rule(const char *footer, uint8_t standard_type, const struct rule_pin *pins, size_t count)
{
    const struct change start = {-631152000, standard_type};
    struct fl_zone *zone = zone_of('3', &start, 1, footer);
    for (size_t i = 0; i < count; i++) {
        const int64_t utc = pins[i].utc;
        if (fl_zone_utc_to_local(zone, utc - 1) != utc - 1 + pins[i].before ||
            fl_zone_utc_to_local(zone, utc) != utc + pins[i].after)
            fail_msg("%s at %lld", footer, (long long)utc);
        const int64_t before = utc - 1 + pins[i].before;
        const int64_t after = utc + (pins[i].after > pins[i].before ? pins[i].after : pins[i].before);
        if (fl_zone_local_to_utc(zone, before - 7200) != utc - 1 - 7200 ||
            fl_zone_local_to_utc(zone, after) != after - pins[i].after)
            fail_msg("%s: wall time around %lld", footer, (long long)utc);
    }
    fl_zone_free(zone);
}

/* Years 2023, 2024 (leap), 2100 (none), 2400 (leap), 9000: all from Python, the last three past a cycle or
 * near its ends. */
static void test_rules(void **state)
{
    (void)state;
    static const struct rule_pin dublin[] = {
        {1679792400, 0, 3600},   {1698541200, 3600, 0},   {1711846800, 0, 3600},  {1729990800, 3600, 0},
        {4109878800, 0, 3600},   {4128627600, 3600, 0},   {13576813200, 0, 3600}, {13595562000, 3600, 0},
        {221852998800, 0, 3600}, {221871142800, 3600, 0},
    };
    check_rule("IST-1GMT0,M10.5.0,M3.5.0/1", 1, dublin, sizeof dublin / sizeof dublin[0]);
    static const struct rule_pin nuuk[] = {
        {1679792400, -7200, -3600},   {1698541200, -3600, -7200},   {1711846800, -7200, -3600},
        {1729990800, -3600, -7200},   {4109878800, -7200, -3600},   {13595562000, -3600, -7200},
        {221852998800, -7200, -3600}, {221871142800, -3600, -7200},
    };
    check_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2, nuuk, sizeof nuuk / sizeof nuuk[0]);
    static const struct rule_pin julian[] = {
        {1677625200, 10800, 14400},   {1698363015, 14400, 10800},  {1709247600, 10800, 14400},
        {1729985415, 14400, 10800},   {4107538800, 10800, 14400},  {4128276615, 14400, 10800},
        {13574646000, 10800, 14400},  {13595383815, 14400, 10800}, {221850486000, 10800, 14400},
        {221871223815, 14400, 10800},
    };
    check_rule("AAA-3BBB,J60/2,J300/3:30:15", 0, julian, sizeof julian / sizeof julian[0]);
    /* Python 3.11 reads the day without J as if it began at 1; these are of glibc, which reads it as POSIX
     * does. */
    static const struct rule_pin zero_based[] = {
        {1677621600, -10800, -7200},   {1698465600, -7200, -10800},  {1709157600, -10800, -7200},
        {1730001600, -7200, -10800},   {4107535200, -10800, -7200},  {4128379200, -7200, -10800},
        {13574556000, -10800, -7200},  {13595400000, -7200, -10800}, {221850482400, -10800, -7200},
        {221871326400, -7200, -10800},
    };
    check_rule("AAA3BBB,59/-5,300", 0, zero_based, sizeof zero_based / sizeof zero_based[0]);
    static const struct rule_pin lord_howe[] = {
        {1680361200, 39600, 37800},   {1696087800, 37800, 39600},  {1712415600, 39600, 37800},
        {1728142200, 37800, 39600},   {4110447600, 39600, 37800},  {4126174200, 37800, 39600},
        {13577382000, 39600, 37800},  {13593108600, 37800, 39600}, {221853567600, 39600, 37800},
        {221869294200, 37800, 39600},
    };
    check_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 0, lord_howe, sizeof lord_howe / sizeof lord_howe[0]);
}

/* The calendar repeats after 400 years, so must every zone, before and behind the end of its table. */
static void test_cycles(void **state)
{
    (void)state;
    const struct change start = {-631152000, 1};
    struct fl_zone *zone = zone_of('2', &start, 1, "CET-1CEST,M3.5.0,M10.5.0/3");
    const int64_t cycle = 146097LL * 86400;
    const int64_t from = at("1952-01-01", 0, 0);
    for (int64_t step = 0; step < 400LL * 366 * 4; step += 7) {
        const int64_t utc = from + step * 21600 + 1234; /* every 42 hours of 400 years */
        const int64_t offset = fl_zone_utc_to_local(zone, utc) - utc;
        const int64_t back = utc - fl_zone_local_to_utc(zone, utc);
        for (int64_t cycles = 1; cycles < 20; cycles += 6) {
            const int64_t later = utc + cycles * cycle;
            if (fl_zone_utc_to_local(zone, later) - later != offset ||
                later - fl_zone_local_to_utc(zone, later) != back)
                fail_msg("%lld is unlike %lld", (long long)later, (long long)utc);
        }
    }
    (void)fl_zone_utc_to_local(zone, INT64_MAX); /* no overflow, whatever it says */
    (void)fl_zone_local_to_utc(zone, INT64_MAX);
    (void)fl_zone_utc_to_local(zone, INT64_MIN);
    (void)fl_zone_local_to_utc(zone, INT64_MIN);
    fl_zone_free(zone);
}

static void assert_offset(const struct fl_zone *zone, int64_t utc, int32_t offset)
{
    if (fl_zone_utc_to_local(zone, utc) != utc + offset)
        fail_msg("%lld: %lld", (long long)utc, (long long)(fl_zone_utc_to_local(zone, utc) - utc));
}

static void test_odd_rules(void **state)
{
    (void)state;
    const struct change start = {-631152000, 0};
    /* Summer for ever: each ends in the second in which the next begins. */
    struct fl_zone *zone = zone_of('3', &start, 1, "EST5EDT,0/0,J365/25");
    for (int64_t utc = at("1951-01-01", 0, 0); utc < at("2900-01-01", 0, 0); utc += 86400)
        assert_offset(zone, utc + 18000, -14400);
    fl_zone_free(zone);
    /* 167 hours after the last Sunday of December: Dec 31 in 2022, but Jan 6 2024 for 2023. */
    zone = zone_of('3', &start, 1, "AAA0BBB,M12.5.0/167,M6.1.0/-48");
    assert_offset(zone, at("2022-12-31", 22, 59), 0);
    assert_offset(zone, at("2022-12-31", 23, 0), 3600);
    assert_offset(zone, at("2023-06-01", 22, 59),
                  3600); /* first Sunday 4 June, 48 h before, in summer time: 1 June 23:00 */
    assert_offset(zone, at("2023-06-01", 23, 0), 0);
    assert_offset(zone, at("2024-01-06", 22, 59), 0);
    assert_offset(zone, at("2024-01-06", 23, 0), 3600);
    fl_zone_free(zone);
    /* A change stored in the days between counts only until the rule's one of the year before. */
    const struct change new_year = {at("2024-01-02", 0, 0), 2};
    zone = zone_of('3', &new_year, 1, "AAA0BBB,M12.5.0/167,M6.1.0/-48");
    assert_offset(zone, at("2024-01-06", 22, 59), -7200);
    assert_offset(zone, at("2024-01-06", 23, 0), 3600);
    fl_zone_free(zone);
    /* J59 is 28 February in every year, J60 the first of March. */
    zone = zone_of('3', &start, 1, "AAA0BBB,J59/0,J60/1");
    assert_offset(zone, at("2024-02-27", 23, 59), 0);
    assert_offset(zone, at("2024-02-28", 0, 0), 3600);
    assert_offset(zone, at("2024-02-29", 23, 59), 3600);
    assert_offset(zone, at("2024-03-01", 0, 0), 0);
    fl_zone_free(zone);
    /* Without transitions the rule holds for all times. */
    zone = zone_of('2', NULL, 0, "<+03>-3");
    assert_offset(zone, at("0500-01-01", 0, 0), 10800);
    assert_offset(zone, at("2500-01-01", 0, 0), 10800);
    fl_zone_free(zone);
    zone = zone_of('2', NULL, 0, "CET-1CEST,M3.5.0,M10.5.0/3");
    assert_offset(zone, at("0500-07-01", 0, 0), 7200);
    assert_offset(zone, at("2500-07-01", 0, 0), 7200);
    assert_offset(zone, at("2500-01-01", 0, 0), 3600);
    fl_zone_free(zone);
    /* Stored changes count until the rule's next one. */
    const struct change late = {at("2030-07-01", 0, 0), 2};
    zone = zone_of('2', &late, 1, "CET-1CEST,M3.5.0,M10.5.0/3");
    assert_offset(zone, at("2030-06-30", 0, 0), 0);
    assert_offset(zone, at("2030-09-01", 0, 0), -7200);
    assert_offset(zone, at("2030-11-01", 0, 0), 3600);
    fl_zone_free(zone);
}

static void test_refused_rules(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "CET",
        "CE-1",
        "CET-",
        "CET-25",
        "CET-1:60",
        "CET-1:00:60",
        "CET-1CEST",
        "CET-1CEST,M3.5.0",
        "CET-1CEST,M3.5.0,",
        "CET-1CEST,M0.5.0,M10.5.0",
        "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.0.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0",
        "CET-1CEST,M3.5.7,M10.5.0",
        "CET-1CEST,M3.5,M10.5.0",
        "CET-1CEST,J0,J100",
        "CET-1CEST,J366,J100",
        "CET-1CEST,366,100",
        "CET-1CEST,M3.5.0/168,M10.5.0",
        "CET-1CEST,M3.5.0/-168,M10.5.0",
        "CET-1CEST,M3.5.0/,M10.5.0",
        "CET-1CEST,M3.5.0,M10.5.0 ",
        "CET-1CEST,M3.5.0,M10.5.0,",
        " CET-1",
        "<+03-3",
        "<+>-3",
        "<+0 3>-3",
        "+03-3",
        "CET-1CE,1,2",
        "CET-99999999999999999999",
        "CET-1\nCEST",
    };
    const struct change start = {-631152000, 1};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        const struct made made = make_file('3', &start, 1, refused[i]);
        struct fl_zone *zone;
        struct fl_error error;
        if (read_made(&made, &zone, &error) != FL_CORRUPT)
            fail_msg("`%s` was taken", refused[i]);
        assert_string_equal(error.message, "the TZif footer is no rule");
    }
}

static void assert_refused(const struct made *made, fl_status status, const char *words)
{
    struct fl_zone *zone;
    struct fl_error error;
    assert_int_equal(read_made(made, &zone, &error), status);
    assert_null(zone);
    assert_string_equal(error.message, words);
}

/* Places in a version 0 file with two changes: header 44, times 8, types 2, 3 * 6, letters 8, 6 indicators.
 */
enum {
    LEAPS_AT = 28,
    TYPE_COUNT_AT = 36,
    TYPE_INDEX_AT = 44 + 8,
    TYPES_AT = 44 + 8 + 2,
    SECOND_TIME_AT = 44 + 4
};

static void test_refused_files(void **state)
{
    (void)state;
    static const struct change changes[] = {{-1000, 1}, {5000, 2}};
    const struct made good = make_file(0, changes, 2, "");
    struct made bad = good;
    bad.bytes[0] = 't';
    assert_refused(&bad, FL_CORRUPT, "no TZif header");
    bad = good;
    bad.bytes[4] = '5';
    assert_refused(&bad, FL_UNSUPPORTED, "TZif version byte 53, known are 0 and 50 to 52");
    bad = good;
    bad.size--;
    assert_refused(&bad, FL_CORRUPT, "the TZif file is shorter than its counts say");
    bad = good;
    bad.size++;
    assert_refused(&bad, FL_CORRUPT, "1 bytes after the TZif data");
    bad = good;
    bad.bytes[TYPE_INDEX_AT + 1] = 3;
    assert_refused(&bad, FL_CORRUPT, "transition 1: local time type 3 of 3");
    bad = good;
    memcpy(bad.bytes + SECOND_TIME_AT, bad.bytes + 44, 4);
    assert_refused(&bad, FL_CORRUPT, "transition 1 is not after the one before");
    bad = good;
    memcpy(bad.bytes + TYPES_AT, "\x00\x01\x6D\xA0", 4); /* 93600 */
    assert_refused(&bad, FL_CORRUPT, "local time type 0: offset 93600 s, possible are -89999 to 93599");
    memcpy(bad.bytes + TYPES_AT, "\xFF\xFE\xA0\x70", 4); /* -90000 */
    assert_refused(&bad, FL_CORRUPT, "local time type 0: offset -90000 s, possible are -89999 to 93599");
    bad = good;
    bad.bytes[TYPES_AT + 4] = 2;
    assert_refused(&bad, FL_CORRUPT, "local time type 0: summer flag 2");
    bad = good;
    bad.bytes[TYPES_AT + 5] = 8;
    assert_refused(&bad, FL_CORRUPT, "local time type 0: name at 8 of 8 letters");
    bad = good;
    bad.bytes[LEAPS_AT + 3] = 1;
    bad.size += 8;
    assert_refused(&bad, FL_UNSUPPORTED, "1 leap seconds; a zone that counts them is not taken");
    bad = good;
    bad.bytes[23] = 2; /* UT indicators */
    bad.size--;
    assert_refused(&bad, FL_CORRUPT, "2 UT indicators for 3 types");
    bad = good;
    bad.bytes[27] = 2; /* standard indicators */
    bad.size--;
    assert_refused(&bad, FL_CORRUPT, "2 standard indicators for 3 types");
    bad = good;
    bad.bytes[TYPE_COUNT_AT + 3] = 0;
    bad.size -= 18;
    assert_refused(&bad, FL_CORRUPT, "0 local time types, 1 to 256 are possible");
    bad = good;
    memset(bad.bytes + 20, 0xFF, 24); /* all counts 2^32 - 1 */
    assert_refused(&bad, FL_CORRUPT, "the TZif file is shorter than its counts say");
}

static void test_refused_newer_files(void **state)
{
    (void)state;
    struct change change = {253402300800, 1}; /* 10000-01-01 */
    struct made bad = make_file('2', &change, 1, "");
    assert_refused(&bad, FL_CORRUPT, "transition 0 is at no time of the calendar");
    change.utc = -(1LL << 59) - 1;
    bad = make_file('2', &change, 1, "");
    assert_refused(&bad, FL_CORRUPT, "transition 0 is at no time of the calendar");
    change.utc = -(1LL << 59); /* the "big bang" */
    bad = make_file('2', &change, 1, "CET-1CEST,M3.5.0,M10.5.0/3");
    struct fl_zone *zone;
    struct fl_error error;
    assert_int_equal(read_made(&bad, &zone, &error), FL_OK);
    assert_offset(zone, at("2026-07-01", 0, 0), 7200);
    assert_offset(zone, -(1LL << 59) - 1, 0);
    fl_zone_free(zone);
    bad.size--;
    assert_refused(&bad, FL_CORRUPT, "no TZif footer between line feeds");
    bad = make_file('2', &change, 1, "");
    bad.size--;
    assert_refused(&bad, FL_CORRUPT, "no TZif footer between line feeds");
    bad = make_file('2', &change, 1, "");
    bad.bytes[4] = '3';
    assert_refused(&bad, FL_CORRUPT, "TZif version bytes 51 and 50 in one file");
    const uint8_t *const nothing = bad.bytes;
    assert_int_equal(fl_zone_from_bytes(nothing, (1 << 20) + 1, "x", &zone, &error), FL_LIMIT);
    assert_string_equal(error.message, "1048577 bytes, at most 1048576");
}

/* Whatever one changed byte or cut does, it ends in a zone or a failure; the sanitizers watch. */
static void test_every_cut_and_byte(void **state)
{
    (void)state;
    static const struct change changes[] = {{-1000, 1}, {0, 2}, {5000, 0}};
    const struct made good = make_file('2', changes, 3, "CET-1CEST,M3.5.0,M10.5.0/3");
    struct fl_zone *zone;
    struct fl_error error;
    for (size_t size = 0; size < good.size; size++) {
        struct made bad = good;
        bad.size = size;
        assert_int_equal(read_made(&bad, &zone, &error), FL_CORRUPT);
    }
    static const uint8_t masks[] = {0x01, 0x02, 0x10, 0x80, 0xFF};
    for (size_t i = 0; i < good.size * sizeof masks; i++) {
        struct made bad = good;
        bad.bytes[i / sizeof masks] ^= masks[i % sizeof masks];
        const fl_status status = read_made(&bad, &zone, &error);
        assert_int_equal(status == FL_OK, zone != NULL);
        assert_true(status == FL_OK || error.message[0] != '\0');
        if (zone == NULL)
            continue;
        for (int64_t utc = -4000000000; utc < 20000000000; utc += 990000001)
            (void)fl_zone_local_to_utc(zone, fl_zone_utc_to_local(zone, utc));
        fl_zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pinned_utc),
        cmocka_unit_test(test_pinned_local),
        cmocka_unit_test(test_oslo_by_hand),
        cmocka_unit_test(test_apia_lost_day),
        cmocka_unit_test(test_utc_needs_no_file),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_local_by_search),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_cycles),
        cmocka_unit_test(test_odd_rules),
        cmocka_unit_test(test_refused_rules),
        cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_refused_newer_files),
        cmocka_unit_test(test_every_cut_and_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
