/* diff_ids.h - whether two runs name their customers alike. */
#ifndef ENGINE_DIFF_IDS_H
#define ENGINE_DIFF_IDS_H

#include "engine/diff_rows.h"

/* For two tables without a common key: FL_BAD_DATA when they share a text id all the same, so that the keys
 * of the texts differ. `places` are those of customer_id in each. */
fl_status fl_diff_check_ids(struct fl_diff_rows *const sides[2], const size_t places[2],
                            struct fl_error *error);

#endif
