/* earth.h - how far two places are apart, the same to the last bit on every machine. */
#ifndef ENGINE_EARTH_H
#define ENGINE_EARTH_H

#include <stdbool.h>
#include <stdint.h>

#define FL_EARTH_RADIUS_M 6371008.8 /* mean radius, IUGG 1980 */

/* A place as a point of the unit sphere. */
struct fl_place {
    double x, y, z;
};

/* False: no such place (beyond 90 or 180 degrees). */
bool fl_place_of(int64_t latitude_micro, int64_t longitude_micro, struct fl_place *place);
/* The square of the straight line through the earth, in radii: it grows with the distance. */
static inline double fl_chord_square(double x, double y, double z, const struct fl_place *to)
{
    const double dx = x - to->x, dy = y - to->y, dz = z - to->z;
    return dx * dx + dy * dy + dz * dz;
}
/* Metres over the ground of a sphere, to the nearest. */
int64_t fl_earth_metres(const struct fl_place *a, const struct fl_place *b);

#endif
