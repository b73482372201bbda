/* night_view.c - of rows that are known by a later night, those that an earlier night knew.
 *
 * A customer's rows come by rising day, so what a night knew of it is nearly always a first part of them,
 * which is pointed to. Only a night with rows of its days still to arrive has others among them: then the
 * customer's rows are copied. */
#include "engine/night_view.h"

#include <string.h>

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

static fl_status reserve(struct fl_night_view *view, size_t rows, struct fl_error *error)
{
    for (size_t column = 0; column < COLUMNS + FL_WORDED_SCOPES; column++) {
        if (column_of(view->all, column) != NULL &&
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

static struct fl_late_rows late_rows_of(const struct fl_rows *rows, int32_t late_report_days)
{
    struct fl_late_rows late = {.last_arrival = INT32_MIN};
    for (size_t row = 0; row < rows->count; row++) {
        const int32_t arrival = rows->arrival[row];
        const bool is_late = arrival > rows->day[row];
        late.last_arrival = is_late && arrival > late.last_arrival ? arrival : late.last_arrival;
        late.rows += is_late;
        late.reported += arrival - rows->day[row] > late_report_days;
    }
    return late;
}

void fl_night_view_begin(struct fl_night_view *view, const struct fl_scan_piece *all, size_t first,
                         size_t count, int32_t late_report_days)
{
    view->all = all;
    view->first = first;
    view->count = count;
    view->next = 0;
    view->late_report_days = late_report_days;
    for (size_t i = 0; i < count; i++) {
        const struct fl_rows rows = fl_scope_rows_of(&all->scopes, first + i);
        view->late[i] = all->scopes.rows.arrival == NULL ? (struct fl_late_rows){.last_arrival = INT32_MIN}
                                                         : late_rows_of(&rows, late_report_days);
    }
}

/* The rows of one customer up to the as-of day: where they end. Those behind are counted. */
static size_t end_of_known(const struct fl_night_view *view, size_t from, size_t to, int32_t as_of_day,
                           struct fl_run_counts *counts)
{
    const int32_t *day = view->all->scopes.rows.day;
    size_t end = to;
    while (end > from && day[end - 1] > as_of_day)
        end--;
    counts->rows_in += to - from;
    counts->after_as_of += to - end;
    return end;
}

/* Customer `i` of those in hand has its rows `from` .. `end`, unless that is none. */
static void keep(struct fl_night_view *view, size_t i, size_t from, size_t end)
{
    size_t *count = &view->piece.scopes.count;
    if (end == from)
        return;
    view->kept[*count] = view->first + i;
    view->customers[*count] = view->all->customers[view->first + i];
    view->starts[*count] = (uint32_t)from;
    view->ends[(*count)++] = (uint32_t)end;
}

static size_t start_of(const struct fl_night_view *view, size_t i)
{
    return fl_scope_start(&view->all->scopes, view->first + i);
}

static size_t end_of(const struct fl_night_view *view, size_t i)
{
    return view->all->scopes.ends[view->first + i];
}

/* Whether no row of the customer, of a day up to that one, was still to arrive. */
static bool knows_all(const struct fl_night_view *view, size_t i, int32_t as_of_day)
{
    return view->late[i].last_arrival <= as_of_day;
}

static void point_to_all(struct fl_night_view *view, int32_t as_of_day, struct fl_run_counts *counts)
{
    view->piece.scopes.rows = view->all->scopes.rows;
    memcpy(view->piece.words, view->all->words, sizeof view->piece.words);
    for (; view->next < view->count && knows_all(view, view->next, as_of_day); view->next++) {
        const size_t from = start_of(view, view->next), to = end_of(view, view->next);
        const size_t end = end_of_known(view, from, to, as_of_day, counts);
        counts->scored += end - from;
        counts->late += view->late[view->next].rows;
        counts->late_reported += view->late[view->next].reported;
        keep(view, view->next, from, end);
    }
}

static void point_to_columns(struct fl_night_view *view, size_t rows)
{
    const struct fl_scan_piece *all = view->all;
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

static fl_status copy_known(struct fl_night_view *view, int32_t as_of_day, struct fl_run_counts *counts,
                            struct fl_error *error)
{
    const size_t first = view->next;
    size_t rows = 0;
    while (view->next < view->count && !knows_all(view, view->next, as_of_day))
        view->next++;
    fl_status status = reserve(view, end_of(view, view->next - 1) - start_of(view, first), error);
    for (size_t i = first; i < view->next && status == FL_OK; i++) {
        const size_t from = start_of(view, i);
        const size_t end = end_of_known(view, from, end_of(view, i), as_of_day, counts);
        const size_t taken =
            take_arrived(view, view->all, from, end, as_of_day, view->late_report_days, rows, counts);
        counts->scored += taken - rows;
        keep(view, i, rows, taken);
        rows = taken;
    }
    view->copied = true;
    point_to_columns(view, rows);
    return status;
}

fl_status fl_night_view_take(struct fl_night_view *view, int32_t as_of_day, struct fl_run_counts *counts,
                             struct fl_error *error)
{
    fl_status status = FL_OK;
    view->piece = (struct fl_scan_piece){.customers = view->customers,
                                         .scopes = {.starts = view->starts, .ends = view->ends},
                                         .whole = view->all->whole,
                                         .first = view->all->first};
    view->copied = false;
    if (knows_all(view, view->next, as_of_day))
        point_to_all(view, as_of_day, counts);
    else
        status = copy_known(view, as_of_day, counts, error);
    view->piece.scopes.from = view->starts[0];
    return status;
}

void fl_night_view_release(struct fl_night_view *view)
{
    for (size_t column = 0; column < COLUMNS + FL_WORDED_SCOPES; column++)
        fl_buffer_release(&view->columns[column]);
}
