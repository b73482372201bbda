/* cell_text.h - one value of a table as text, the same in every listing or export. */
#ifndef FORMATS_TABLE_CELL_TEXT_H
#define FORMATS_TABLE_CELL_TEXT_H

#include "formats/base/arena.h"
#include "formats/schema/schema.h"
#include "formats/table/table_reader.h"

/* Appends the text of one value to `out` (nothing for null); false: no memory. No quoting, no NUL, no locale.
 *     KEY, INTEGER, SECOND, TYPE, SMALL, ORDER   the whole number
 *     MONEY    minor units, MICRO millionths: the whole number as stored
 *     DAY      YYYY-MM-DD
 *     MILLI    decimal without trailing zeros: 1.5, 2, -0.25
 *     DEGREE   decimal with six places: 52.520008
 *     WORD     the word (`words` is the file's dictionary of the column; unused for other kinds)
 *     TEXT     the text as stored */
int fl_cell_append(const struct fl_column *column, const struct fl_column_data *data, size_t row,
                   const struct fl_words *words, struct fl_buffer *out);

#endif
