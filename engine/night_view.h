/* night_view.h - of rows that are known by a later night, those that an earlier night knew. */
#ifndef ENGINE_NIGHT_VIEW_H
#define ENGINE_NIGHT_VIEW_H

#include "engine/night_scorer.h"

/* Rows of one customer that arrived after their own day. */
struct fl_late_rows {
    int32_t last_arrival; /* INT32_MIN: there are none */
    uint64_t rows, reported;
};

/* Some customers, night after night. Zero-initialise; release once. */
struct fl_night_view {
    /* What fl_night_view_take() found: customers with the rows of theirs that count; valid until the next
     * call. Customers without any are left out. */
    struct fl_scan_piece piece;
    size_t kept[FL_CUSTOMERS_AT_ONCE]; /* of each its number in the whole piece */
    bool copied;                       /* else the rows are those of the whole piece */
    /* Its own. */
    const struct fl_scan_piece *all;
    size_t first, count, next;
    int32_t late_report_days;
    struct fl_late_rows late[FL_CUSTOMERS_AT_ONCE];
    int64_t customers[FL_CUSTOMERS_AT_ONCE];
    uint32_t starts[FL_CUSTOMERS_AT_ONCE], ends[FL_CUSTOMERS_AT_ONCE];
    struct fl_buffer columns[8 + FL_WORDED_SCOPES];
};

/* `count` customers of `all`, from number `first` on, at most FL_CUSTOMERS_AT_ONCE; with one of a piece that
 * is not whole, its rows. `all` is borrowed while they are looked at. */
void fl_night_view_begin(struct fl_night_view *view, const struct fl_scan_piece *all, size_t first,
                         size_t count, int32_t late_report_days);
/* Before each night. */
static inline void fl_night_view_restart(struct fl_night_view *view)
{
    view->next = 0;
}
/* False: all customers were taken. */
static inline bool fl_night_view_more(const struct fl_night_view *view)
{
    return view->next < view->count;
}
/* The next customers, with their rows up to the as-of day that had arrived by then: those with nothing left
 * to arrive as they are, the others copied. Adds each row's fate to `counts`. There may be none with rows. */
fl_status fl_night_view_take(struct fl_night_view *view, int32_t as_of_day, struct fl_run_counts *counts,
                             struct fl_error *error);
void fl_night_view_release(struct fl_night_view *view);

#endif
