/* parquet_cell.h - one value of a Parquet file as text. */
#ifndef FORMATS_PARQUET_PARQUET_CELL_H
#define FORMATS_PARQUET_PARQUET_CELL_H

#include "formats/base/arena.h"
#include "formats/parquet/parquet_read.h"

/* What the column holds: "INT64", "DECIMAL(18,2)", "TIMESTAMP(MICROS,UTC)", "LIST<STRING>"; cut to fit. */
enum { FL_PARQUET_TYPE_TEXT = 48 };
void fl_parquet_type_describe(const struct fl_parquet_field *column, char text[FL_PARQUET_TYPE_TEXT]);

/* Appends a row's value; nothing for null. 0: no memory. No locale, no quoting of what is no list.
 *     whole numbers       1042, unsigned where the column is
 *     DECIMAL             all its places: 12.50
 *     FLOAT, DOUBLE       the fewest digits that give it back: 0.1, 1e+300, nan, inf
 *     BOOLEAN             true, false
 *     DATE                2026-11-20; beyond the years 1 .. 9999 the number of days since 1970
 *     TIME, TIMESTAMP     09:30:00.000250, 2026-11-20 09:30:00.000250, with Z behind it for instants; of a
 * fraction as many digits as the unit has STRING, ENUM, JSON  as stored UUID                with dashes other
 * bytes         hex, lower case lists               as JSON: [1,null,"a"] */
int fl_parquet_cell_append(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                           size_t row, struct fl_buffer *out);
/* Whether the row is null. */
bool fl_parquet_cell_is_null(const struct fl_parquet_field *column, const struct fl_parquet_values *values,
                             size_t row);
/* A bound of the statistics in the same words; 0 when it is none that can be shown: texts can be cut. */
int fl_parquet_bound_append(const struct fl_parquet_field *column, struct fl_text bound,
                            struct fl_buffer *out);

#endif
