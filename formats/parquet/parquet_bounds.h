/* parquet_bounds.h - the smallest and the largest value of a page or of a column chunk. */
#ifndef FORMATS_PARQUET_PARQUET_BOUNDS_H
#define FORMATS_PARQUET_PARQUET_BOUNDS_H

#include <stdbool.h>

#include "formats/base/text.h"
#include "formats/parquet/parquet_format.h"

/* Texts are cut to this, as other writers do: bounds are there to skip pages, not to be read. */
enum { FL_PARQUET_BOUND_SIZE = 64 };

/* A value as it lies in statistics: plain, texts without their length. */
struct fl_parquet_bound {
    bool exact; /* a value of the column; else below or above all of them */
    uint8_t size;
    uint8_t bytes[FL_PARQUET_BOUND_SIZE];
};

/* known false: there are no bounds, because there are no values, or none that can be said (all are NaN, or no
 * text of FL_PARQUET_BOUND_SIZE bytes is larger). */
struct fl_parquet_bounds {
    bool known;
    struct fl_parquet_bound min, max;
};

/* Of `count` values without nulls. NaN is left out, and a zero counts as -0 below and +0 above, as the
 * definition asks. Texts are UTF-8. */
struct fl_parquet_bounds fl_parquet_bounds_bool(const uint8_t *values, size_t count);
struct fl_parquet_bounds fl_parquet_bounds_int32(const int32_t *values, size_t count);
struct fl_parquet_bounds fl_parquet_bounds_int64(const int64_t *values, size_t count);
struct fl_parquet_bounds fl_parquet_bounds_float(const float *values, size_t count);
struct fl_parquet_bounds fl_parquet_bounds_double(const double *values, size_t count);
struct fl_parquet_bounds fl_parquet_bounds_texts(const struct fl_text *values, size_t count);
/* Of texts whose smallest and largest are known. */
struct fl_parquet_bounds fl_parquet_bounds_of(struct fl_text min, struct fl_text max);

/* Below 0, 0, above 0: in the order of values of `type`. */
int fl_parquet_bound_compare(enum fl_parquet_type type, const struct fl_parquet_bound *a,
                             const struct fl_parquet_bound *b);
/* Widens `all` to take in `one`; both are known. */
void fl_parquet_bounds_widen(enum fl_parquet_type type, struct fl_parquet_bounds *all,
                             const struct fl_parquet_bounds *one);

#endif
