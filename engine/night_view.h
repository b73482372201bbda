/* night_view.h - of rows that are known by a later night, those that an earlier night knew. */
#ifndef ENGINE_NIGHT_VIEW_H
#define ENGINE_NIGHT_VIEW_H

#include "engine/night_scorer.h"

/* Zero-initialise; release once. */
struct fl_night_view {
    /* Some customers with the rows of theirs that count, copied; valid until the next call. Customers without
     * any are left out. */
    struct fl_scan_piece piece;
    size_t kept[FL_CUSTOMERS_AT_ONCE]; /* number in the whole piece of each customer */
    /* Its own. */
    int64_t customers[FL_CUSTOMERS_AT_ONCE];
    uint32_t ends[FL_CUSTOMERS_AT_ONCE];
    struct fl_buffer columns[8 + FL_WORDED_SCOPES];
};

/* Of `count` customers of `all`, from number `first` on (at most FL_CUSTOMERS_AT_ONCE; with one of a piece
 * that is not whole, its rows): the rows up to the as-of day that had arrived by then. Adds each row's fate
 * to `counts`. */
fl_status fl_night_view_make(struct fl_night_view *view, const struct fl_scan_piece *all, size_t first,
                             size_t count, int32_t as_of_day, int32_t late_report_days,
                             struct fl_run_counts *counts, struct fl_error *error);
void fl_night_view_release(struct fl_night_view *view);

#endif
