/* column_sums.h - what a table's columns add up to, exactly, for a check after loading. */
#ifndef TOOLS_FOURLOOP_COLUMN_SUMS_H
#define TOOLS_FOURLOOP_COLUMN_SUMS_H

#include "formats/table/table_reader.h"

/* All over the values that are not null. */
struct column_sums {
    uint64_t values;
    __int128 sum;             /* of numbers, in their stored unit; of the bytes of texts */
    int32_t day_min, day_max; /* of days, when there are values */
};

enum { SUM_TEXT_SIZE = 64 };

/* Adds a table's columns, in the order of its schema; sums[] begin as zeros. Reads and checks every page. */
fl_status column_sums_add(struct fl_table *table, struct column_sums *sums, struct fl_error *error);
/* sum * 10^-places as decimal text. */
const char *column_sums_text(__int128 sum, int places, char text[SUM_TEXT_SIZE]);

#endif
