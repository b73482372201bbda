/* damage_parquet.h - Parquet files whose headers and footer lie. */
#ifndef TESTS_MALFORMED_DAMAGE_PARQUET_H
#define TESTS_MALFORMED_DAMAGE_PARQUET_H

#include "tests/malformed/damage.h"
#include "tests/malformed/parquet_parts.h"

/* A good file: pages of both versions, a dictionary, a list. */
extern const struct parts_file damage_parquet_sample;
/* Of that file alone. */
extern const struct damage damage_of_parquet[];
extern const size_t damage_of_parquet_count;

#endif
