/* adjusted_rand.c - how far two labelings of the same customers agree. */
#include "engine/clusters/adjusted_rand.h"

#include "engine/clusters/basket_vectors.h"

typedef __int128 wide; /* products of two counts of pairs */

static wide square_of(uint64_t count)
{
    return (wide)count * count;
}

/* Customers by label of the one and label of the other, as sums of squares. */
struct squares {
    wide both, a, b;
};

static struct squares count_squares(const uint32_t *a, const uint32_t *b, size_t count)
{
    uint32_t counts[FL_CLUSTERS_MAX][FL_CLUSTERS_MAX] = {{0}};
    uint64_t of_b[FL_CLUSTERS_MAX] = {0};
    struct squares squares = {0, 0, 0};
    for (size_t i = 0; i < count; i++)
        counts[a[i]][b[i]]++;
    for (unsigned i = 0; i < FL_CLUSTERS_MAX; i++) {
        uint64_t of_a = 0;
        for (unsigned j = 0; j < FL_CLUSTERS_MAX; j++) {
            squares.both += square_of(counts[i][j]);
            of_a += counts[i][j];
            of_b[j] += counts[i][j];
        }
        squares.a += square_of(of_a);
    }
    for (unsigned j = 0; j < FL_CLUSTERS_MAX; j++)
        squares.b += square_of(of_b[j]);
    return squares;
}

/* From ordered pairs of two customers: together in both, in one of them alone, in none. */
double fl_adjusted_rand(const uint32_t *a, const uint32_t *b, size_t count)
{
    const struct squares squares = count_squares(a, b, count);
    const wide both = squares.both - (wide)count, only_a = squares.a - squares.both,
               only_b = squares.b - squares.both,
               none = square_of(count) - both - only_a - only_b - (wide)count;
    if (only_a == 0 && only_b == 0)
        return 1;
    return 2 * (double)(both * none - only_a * only_b) /
           (double)((both + only_a) * (only_a + none) + (both + only_b) * (only_b + none));
}
