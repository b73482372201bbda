/* scan_money.h - net, margin, promotion of the rows of a cursor's block. */
#ifndef ENGINE_SCAN_MONEY_H
#define ENGINE_SCAN_MONEY_H

#include "engine/scan_cursor.h"

/* Fills the cursor's net, margin, promoted for a block whose rows are all still there, and says which it
 * filled. Rows after the as-of day, for which there may be no rate, get 0. FL_CORRUPT: a negative amount;
 * FL_BAD_MODEL, FL_BAD_DATA: as fl_file_money_convert(). Errors carry path, block and column. */
fl_status fl_scan_money_read(struct fl_scan_cursor *cursor, size_t block, int32_t as_of_day,
                             struct fl_scan_pages *pages, struct fl_error *error);

#endif
