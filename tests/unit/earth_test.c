/* earth_test.c - distances on the earth: right, and the same to the last bit everywhere.
 *
 * Right: thousands of pairs, near, far, opposite and across the date line, against the haversine formula in
 * long double by libm; known distances beside them. The same: the bits of all places and distances of the
 * pairs have one digest, which every compiler and machine must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "engine/earth.h"
#include "formats/base/checksum.h"

enum { PAIRS = 20000 };

static uint64_t random_state;
static int64_t random_below(int64_t below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)below);
}

static struct fl_place place_of(int64_t latitude_micro, int64_t longitude_micro)
{
    struct fl_place place;
    assert_true(fl_place_of(latitude_micro, longitude_micro, &place));
    return place;
}

static int64_t metres(int64_t latitude_a, int64_t longitude_a, int64_t latitude_b, int64_t longitude_b)
{
    const struct fl_place a = place_of(latitude_a, longitude_a), b = place_of(latitude_b, longitude_b);
    const int64_t there = fl_earth_metres(&a, &b);
    assert_int_equal(fl_earth_metres(&b, &a), there);
    return there;
}

static long double haversine_metres(int64_t latitude_a, int64_t longitude_a, int64_t latitude_b,
                                    int64_t longitude_b)
{
    const long double unit = acosl(-1) / 180e6L;
    const long double half_north = sinl((long double)(latitude_b - latitude_a) * unit / 2);
    const long double half_east = sinl((long double)(longitude_b - longitude_a) * unit / 2);
    const long double square = half_north * half_north + cosl((long double)latitude_a * unit) *
                                                             cosl((long double)latitude_b * unit) *
                                                             half_east * half_east;
    return 2 * 6371008.8L * atan2l(sqrtl(square), sqrtl(square < 1 ? 1 - square : 0));
}

/* A pair of places: any two, or two within some metres, kilometres, or nearly opposite. */
static void random_pair(int kind, int64_t at[4])
{
    at[0] = random_below(180000001) - 90000000;
    at[1] = random_below(360000001) - 180000000;
    at[2] = random_below(180000001) - 90000000;
    at[3] = random_below(360000001) - 180000000;
    if (kind == 0)
        return;
    const int64_t reach = kind == 1 ? 50 : 500000;
    at[2] = (kind == 3 ? -at[0] : at[0]) + random_below(reach) - reach / 2;
    at[3] = at[1] + random_below(reach) - reach / 2 + (kind == 3 ? (at[1] > 0 ? -180000000 : 180000000) : 0);
    at[2] = at[2] > 90000000 ? 90000000 : at[2] < -90000000 ? -90000000 : at[2];
    at[3] = at[3] > 180000000 ? 180000000 : at[3] < -180000000 ? -180000000 : at[3];
}

static void test_distances_are_those_of_the_formula(void **state)
{
    (void)state;
    random_state = 1;
    for (int i = 0; i < PAIRS; i++) {
        int64_t at[4];
        random_pair(i % 4, at);
        const long double wanted = haversine_metres(at[0], at[1], at[2], at[3]);
        const long double off = (long double)metres(at[0], at[1], at[2], at[3]) - wanted;
        /* Half a metre is the rounding; doubles are good for a hundred-thousandth. */
        if (off > 0.50001L || off < -0.50001L)
            fail_msg("pair %d: %Lf metres off", i, off);
    }
}

static void test_known_distances(void **state)
{
    (void)state;
    assert_int_equal(metres(52370216, 4895168, 52370216, 4895168), 0);
    assert_int_equal(metres(0, 0, 0, 90000000), 10007557); /* a quarter of the equator: pi / 2 radii */
    assert_int_equal(metres(0, 0, 0, 180000000), 20015114);
    assert_int_equal(metres(90000000, 0, -90000000, 123000000), 20015114);
    assert_int_equal(metres(0, 0, 1000000, 0), 111195);                       /* a degree */
    assert_int_equal(metres(52000000, 179999000, 52000000, -179999000), 137); /* over the date line */
    assert_int_equal(metres(10000000, 180000000, 10000000, -180000000), 0);
    assert_int_equal(metres(90000000, 0, 90000000, 77000000), 0); /* one pole */
}

static void test_no_such_place(void **state)
{
    (void)state;
    static const int64_t beyond[][2] = {{90000001, 0},   {-90000001, 0}, {0, 180000001},
                                        {0, -180000001}, {INT64_MAX, 0}, {0, INT64_MIN}};
    struct fl_place place;
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++)
        assert_false(fl_place_of(beyond[i][0], beyond[i][1], &place));
}

static void test_bits_are_the_same_everywhere(void **state)
{
    (void)state;
    struct fl_digest *digest = fl_digest_create();
    assert_non_null(digest);
    random_state = 2;
    for (int i = 0; i < PAIRS; i++) {
        int64_t at[4];
        random_pair(i % 4, at);
        const struct fl_place a = place_of(at[0], at[1]), b = place_of(at[2], at[3]);
        const int64_t distance = fl_earth_metres(&a, &b);
        fl_digest_add(digest, &a, sizeof a);
        fl_digest_add(digest, &distance, sizeof distance);
    }
    uint8_t value[16];
    char text[33];
    fl_digest_128(digest, value);
    fl_digest_free(digest);
    fl_hex128(value, text);
    assert_string_equal(text, "661933f40f8e2fd6a9123bdcfd161fd0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distances_are_those_of_the_formula),
        cmocka_unit_test(test_known_distances),
        cmocka_unit_test(test_no_such_place),
        cmocka_unit_test(test_bits_are_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
