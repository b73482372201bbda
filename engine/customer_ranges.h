/* customer_ranges.h - where the customers of a scan are cut into ranges of about equal work. */
#ifndef ENGINE_CUSTOMER_RANGES_H
#define ENGINE_CUSTOMER_RANGES_H

#include "engine/scan.h"

/* Range i holds the customers first[i] .. first[i + 1] - 1, the last one all that follow; first[0] is
 * INT64_MIN. Zero-initialise, release once. */
struct fl_customer_ranges {
    int64_t *first;
    size_t count;
};

enum { FL_RANGE_ROWS = 2 * FL_BLOCK_ROWS_MAX };

/* Follows from the files alone. range_rows: the least of a range (FL_RANGE_ROWS as a rule), for each file
 * that is cut; 0: one range of all. */
fl_status fl_customer_ranges_cut(const struct fl_scan *scan, uint32_t range_rows,
                                 struct fl_customer_ranges *ranges, struct fl_error *error);
int64_t fl_customer_ranges_last(const struct fl_customer_ranges *ranges, size_t range);
void fl_customer_ranges_release(struct fl_customer_ranges *ranges);

#endif
