/* parquet_read_bounds.h - the smallest and the largest value of a column as numbers. */
#ifndef FORMATS_PARQUET_PARQUET_READ_BOUNDS_H
#define FORMATS_PARQUET_PARQUET_READ_BOUNDS_H

#include "formats/parquet/parquet_read.h"

/* Whole numbers, days, times and decimals that are stored as signed integers. */
bool fl_parquet_is_ordered_integer(const struct fl_parquet_field *column);
/* False when there is no such number. */
bool fl_parquet_bound_value(const struct fl_parquet_field *column, struct fl_text stored, int64_t *value);

#endif
