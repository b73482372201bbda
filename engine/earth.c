/* earth.c - how far two places are apart, the same to the last bit on every machine.
 *
 * The sines of libm differ in the last bit from version to version. Here are only additions,
 * multiplications, divisions and square roots, which IEEE 754 rounds in one way, in a fixed order; the build
 * forbids to fuse them. The haversine formula is the chord's: hav(angle) = chord^2 / 4. */
#include "engine/earth.h"

#include <math.h>
#include <stddef.h>

enum { RIGHT_ANGLE_MICRO = 90000000 };
static const double pi = 3.14159265358979323846;
static const double radians_a_micro_degree = 3.14159265358979323846 / 180e6;

/* a[0] + a[1] z + .. */
static double polynomial(const double *a, size_t count, double z)
{
    double sum = a[count - 1];
    for (size_t i = count - 1; i > 0; i--)
        sum = sum * z + a[i - 1];
    return sum;
}

/* Taylor's series up to 45 degrees: x^19 / 19! and x^20 / 20! are below 1e-19 there. */
static const double sine_terms[] = {1.0,
                                    -1.0 / 6,
                                    1.0 / 120,
                                    -1.0 / 5040,
                                    1.0 / 362880,
                                    -1.0 / 39916800,
                                    1.0 / 6227020800,
                                    -1.0 / 1307674368000,
                                    1.0 / 355687428096000};
static const double cosine_terms[] = {1.0,
                                      -1.0 / 2,
                                      1.0 / 24,
                                      -1.0 / 720,
                                      1.0 / 40320,
                                      -1.0 / 3628800,
                                      1.0 / 479001600,
                                      -1.0 / 87178291200,
                                      1.0 / 20922789888000,
                                      -1.0 / 6402373705728000};
/* Of atan up to 0.2 (an eighth of a right angle): x^25 / 25 is below 2e-19 there. */
static const double arctangent_terms[] = {1.0,      -1.0 / 3,  1.0 / 5,  -1.0 / 7,  1.0 / 9,  -1.0 / 11,
                                          1.0 / 13, -1.0 / 15, 1.0 / 17, -1.0 / 19, 1.0 / 21, -1.0 / 23};
/* Of asin up to 0.05, by even powers: the next term is below 1e-19 there. */
static const double arcsine_terms[] = {1.0,          1.0 / 6,       3.0 / 40,        15.0 / 336,
                                       105.0 / 3456, 945.0 / 42240, 10395.0 / 599040};
enum { NEAR_SQUARE_INVERSE = 100 }; /* a chord of a tenth: 637 km */
#define SUM(terms, z) polynomial(terms, sizeof(terms) / sizeof(terms)[0], z)

/* The angle is brought within 45 degrees of a multiple of the right angle while it still is a whole number.
 */
static void sine_and_cosine(int64_t angle_micro, double *sine, double *cosine)
{
    const int64_t shifted = angle_micro + 4 * (int64_t)RIGHT_ANGLE_MICRO + RIGHT_ANGLE_MICRO / 2;
    const int64_t turns = shifted / RIGHT_ANGLE_MICRO;
    const double x = (double)(shifted % RIGHT_ANGLE_MICRO - RIGHT_ANGLE_MICRO / 2) * radians_a_micro_degree;
    const double s = x * SUM(sine_terms, x * x), c = SUM(cosine_terms, x * x);
    const bool swapped = turns % 2 != 0;
    *sine = swapped ? c : s;
    *cosine = swapped ? s : c;
    if (turns % 4 == 2 || turns % 4 == 3)
        *sine = -*sine;
    if (turns % 4 == 1 || turns % 4 == 2)
        *cosine = -*cosine;
}

bool fl_place_of(int64_t latitude_micro, int64_t longitude_micro, struct fl_place *place)
{
    if (latitude_micro < -RIGHT_ANGLE_MICRO || latitude_micro > RIGHT_ANGLE_MICRO ||
        longitude_micro < -2 * RIGHT_ANGLE_MICRO || longitude_micro > 2 * RIGHT_ANGLE_MICRO)
        return false;
    double sine, cosine, east, along;
    sine_and_cosine(latitude_micro, &sine, &cosine);
    sine_and_cosine(longitude_micro, &east, &along);
    *place = (struct fl_place){cosine * along, cosine * east, sine};
    return true;
}

/* Of 0 to 1. atan(x) = 2 atan(x / (1 + sqrt(1 + x^2))), twice. */
static double arctangent(double x)
{
    x = x / (1 + sqrt(1 + x * x));
    x = x / (1 + sqrt(1 + x * x));
    return 4 * x * SUM(arctangent_terms, x * x);
}

int64_t fl_earth_metres(const struct fl_place *a, const struct fl_place *b)
{
    const struct fl_place opposite = {-b->x, -b->y, -b->z};
    const double square = fl_chord_square(a->x, a->y, a->z, b);
    /* Half the angle has these for its sine and cosine, twice as long; the smaller of the two is exact. */
    const double sine = sqrt(square);
    if (square * NEAR_SQUARE_INVERSE <= 1) /* most are near, and need neither division nor more roots */
        return (int64_t)(FL_EARTH_RADIUS_M * (sine * SUM(arcsine_terms, square / 4)) + 0.5);
    const double cosine = sqrt(fl_chord_square(a->x, a->y, a->z, &opposite));
    const double angle = sine <= cosine ? 2 * arctangent(sine / cosine) : pi - 2 * arctangent(cosine / sine);
    return (int64_t)(FL_EARTH_RADIUS_M * angle + 0.5);
}
