/* night_view.c - of rows that are known by a later night, those that an earlier night knew. */
#include "engine/night_view.h"

/* The columns of rows: where each is in struct fl_rows, and what one value takes. */
enum {
    COLUMN_DAY,
    COLUMN_TYPE,
    COLUMN_ORDER,
    COLUMN_ORDER_NULL,
    COLUMN_NET,
    COLUMN_MARGIN,
    COLUMN_PROMOTED,
    COLUMNS
};
static const size_t size_bytes[COLUMNS] = {[COLUMN_DAY] = sizeof(int32_t),
                                           [COLUMN_TYPE] = 1,
                                           [COLUMN_ORDER] = sizeof(int64_t),
                                           [COLUMN_ORDER_NULL] = 1,
                                           [COLUMN_NET] = sizeof(int64_t),
                                           [COLUMN_MARGIN] = sizeof(int64_t),
                                           [COLUMN_PROMOTED] = 1};

/* NULL: the rows have none. */
static const uint8_t *column_of(const struct fl_scan_piece *piece, size_t column)
{
    const struct fl_rows *rows = &piece->scopes.rows;
    const void *const columns[COLUMNS] = {rows->day, rows->type,   rows->order,   rows->order_null,
                                          rows->net, rows->margin, rows->promoted};
    return column < COLUMNS ? columns[column] : (const void *)piece->words[column - COLUMNS];
}

static size_t size_of(size_t column)
{
    return column < COLUMNS ? size_bytes[column] : sizeof(uint32_t);
}

static fl_status reserve(struct fl_night_view *view, const struct fl_scan_piece *all, size_t rows,
                         struct fl_error *error)
{
    for (size_t column = 0; column < COLUMNS + FL_WORDED_SCOPES; column++) {
        if (column_of(all, column) != NULL &&
            !fl_buffer_reserve(&view->columns[column], (rows + 1) * size_of(column)))
            return fl_fail_memory(error, rows * size_of(column));
    }
    return FL_OK;
}

/* Rows `from` .. `to` of the piece go behind the `rows` rows of the view. */
static void copy_rows(struct fl_night_view *view, const struct fl_scan_piece *all, size_t from, size_t to,
                      size_t rows)
{
    for (size_t column = 0; column < COLUMNS + FL_WORDED_SCOPES; column++) {
        const uint8_t *source = column_of(all, column);
        const size_t size = size_of(column);
        if (source != NULL)
            memcpy(view->columns[column].bytes + rows * size, source + from * size, (to - from) * size);
    }
}

static void count_late(int32_t day, int32_t arrival, int32_t late_report_days, struct fl_run_counts *counts)
{
    counts->late += arrival > day;
    counts->late_reported += arrival - day > late_report_days;
}

/* Of rows `from` .. `to`, those that had arrived, one by one; returns where the view's rows end. */
static size_t take_arrived(struct fl_night_view *view, const struct fl_scan_piece *all, size_t from,
                           size_t to, int32_t as_of_day, int32_t late_report_days, size_t rows,
                           struct fl_run_counts *counts)
{
    const int32_t *day = all->scopes.rows.day, *arrival = all->scopes.rows.arrival;
    size_t start = from;
    for (size_t row = from; row < to; row++) {
        if (arrival[row] <= as_of_day) {
            count_late(day[row], arrival[row], late_report_days, counts);
            continue;
        }
        counts->not_yet_known++;
        copy_rows(view, all, start, row, rows);
        rows += row - start;
        start = row + 1;
    }
    copy_rows(view, all, start, to, rows);
    return rows + to - start;
}

/* The rows of one customer; returns where the view's rows end. */
static size_t take_customer(struct fl_night_view *view, const struct fl_scan_piece *all, size_t from,
                            size_t to, int32_t as_of_day, int32_t late_report_days, size_t rows,
                            struct fl_run_counts *counts)
{
    const int32_t *day = all->scopes.rows.day;
    size_t end = to, taken = rows;
    while (end > from && day[end - 1] > as_of_day)
        end--;
    counts->rows_in += to - from;
    counts->after_as_of += to - end;
    if (all->scopes.rows.arrival != NULL) {
        taken = take_arrived(view, all, from, end, as_of_day, late_report_days, rows, counts);
    } else {
        copy_rows(view, all, from, end, rows);
        taken += end - from;
    }
    counts->scored += taken - rows;
    return taken;
}

static void point_to_columns(struct fl_night_view *view, const struct fl_scan_piece *all, size_t rows)
{
    const void *own[COLUMNS + FL_WORDED_SCOPES];
    for (size_t column = 0; column < COLUMNS + FL_WORDED_SCOPES; column++)
        own[column] = column_of(all, column) == NULL ? NULL : view->columns[column].bytes;
    view->piece.scopes.rows = (struct fl_rows){.day = own[COLUMN_DAY],
                                               .type = own[COLUMN_TYPE],
                                               .order = own[COLUMN_ORDER],
                                               .order_null = own[COLUMN_ORDER_NULL],
                                               .net = own[COLUMN_NET],
                                               .margin = own[COLUMN_MARGIN],
                                               .promoted = own[COLUMN_PROMOTED],
                                               .count = rows};
    for (int scope = 0; scope < FL_WORDED_SCOPES; scope++)
        view->piece.words[scope] = own[COLUMNS + scope];
}

fl_status fl_night_view_make(struct fl_night_view *view, const struct fl_scan_piece *all, size_t first,
                             size_t count, int32_t as_of_day, int32_t late_report_days,
                             struct fl_run_counts *counts, struct fl_error *error)
{
    const struct fl_scope_rows scopes = fl_some_scopes(&all->scopes, first, count);
    size_t rows = 0, customers = 0;
    fl_status status = reserve(view, all, scopes.ends[count - 1] - scopes.from, error);
    if (status != FL_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        const size_t from = i == 0 ? scopes.from : scopes.ends[i - 1];
        const size_t end =
            take_customer(view, all, from, scopes.ends[i], as_of_day, late_report_days, rows, counts);
        if (end == rows)
            continue;
        rows = end;
        view->kept[customers] = first + i;
        view->customers[customers] = all->customers[first + i];
        view->ends[customers++] = (uint32_t)rows;
    }
    view->piece =
        (struct fl_scan_piece){.customers = view->customers, .whole = all->whole, .first = all->first};
    point_to_columns(view, all, rows);
    view->piece.scopes.ends = view->ends;
    view->piece.scopes.count = customers;
    return FL_OK;
}

void fl_night_view_release(struct fl_night_view *view)
{
    for (size_t column = 0; column < COLUMNS + FL_WORDED_SCOPES; column++)
        fl_buffer_release(&view->columns[column]);
}
