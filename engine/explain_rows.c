/* explain_rows.c - the rows of one scope of one customer, counted in each way that an explanation shows. */
#include "engine/explain_rows.h"

#include <string.h>

/* The trend's windows (SEMANTICS.md section 2). */
enum { RECENT_DAYS = 28, BEFORE_DAYS = 112 };

/* Rows of the scope at a time, where it is not the whole customer. */
enum { PICKED_ROWS = 4096 };

struct picked {
    int32_t day[PICKED_ROWS];
    uint8_t type[PICKED_ROWS], order_null[PICKED_ROWS], promoted[PICKED_ROWS];
    int64_t order[PICKED_ROWS], net[PICKED_ROWS], margin[PICKED_ROWS];
};

struct work {
    const struct fl_explain_rows_plan *plan;
    struct fl_explain_rows *rows;
    struct fl_open_group open;
    struct picked *picked; /* NULL: the customer */
    int32_t as_of_day;
};

/* ---- points ---- */

static void add_trend(int64_t p, int32_t age_days, int64_t count, struct fl_explain_row *row)
{
    if (p <= 0)
        return;
    if (age_days < RECENT_DAYS)
        row->points_28 += count * p;
    else if (age_days < BEFORE_DAYS)
        row->points_84 += count * p;
}

static void add_group(struct work *work)
{
    const struct fl_open_group *group = &work->open;
    const struct fl_scope_score *score = work->plan->score;
    const int32_t age_days = work->as_of_day - group->day;
    struct fl_explain_row *row = &work->rows->by_type[group->type];
    const struct fl_group_points points =
        fl_points_of_group(work->plan->points, group->type, age_days, group->rows, group->units);
    const int64_t count = (int64_t)group->rows;
    const bool after_purchase = !score->has_purchase || group->day > score->last_purchase_day;
    if (row->rows == 0)
        row->first_day = group->day;
    row->last_day = group->day;
    row->type = group->type;
    row->type_name = work->plan->model->registry.types[group->type].name;
    row->rows += group->rows;
    row->units += points.units;
    row->points += count * points.contribution;
    row->lost_to_cap += points.lost_to_cap;
    row->lost_to_decay += count * (points.p - points.contribution);
    if (work->plan->points->types[group->type].inbound && after_purchase)
        row->intent_points += count * points.contribution;
    add_trend(points.p, age_days, count, row);
}

/* The daily groups of some rows; the last one stays open, since the next rows may go on with it. */
static void add_groups(struct work *work, const struct fl_rows *rows)
{
    size_t row = 0;
    while (row < rows->count) {
        if (work->open.rows > 0) {
            row =
                fl_group_extend(&work->open, rows, row, work->plan->points->types[work->open.type].by_order);
            if (row == rows->count)
                return;
            add_group(work);
        }
        fl_group_start(&work->open, rows, row++);
    }
}

/* ---- events and money ---- */

static void note_events(struct work *work, const struct fl_rows *rows)
{
    for (size_t row = 0; row < rows->count; row++) {
        const uint8_t type = rows->type[row];
        work->rows->last[work->plan->model->registry.types[type].role] =
            (struct fl_explain_event){.there = true, .day = rows->day[row], .type = type};
    }
}

static fl_status add_rows(struct work *work, const struct fl_rows *rows, const uint32_t *categories,
                          struct fl_error *error)
{
    add_groups(work, rows);
    note_events(work, rows);
    return fl_day_facts_add(&work->rows->days, rows, categories, error);
}

/* ---- the rows of one word ---- */

static void pick(const struct fl_rows *rows, size_t row, size_t place, struct picked *picked)
{
    picked->day[place] = rows->day[row];
    picked->type[place] = rows->type[row];
    picked->order[place] = rows->order == NULL ? 0 : rows->order[row];
    picked->order_null[place] =
        rows->order == NULL || (rows->order_null != NULL && rows->order_null[row] != 0);
    picked->net[place] = rows->net == NULL ? 0 : rows->net[row];
    picked->margin[place] = rows->margin == NULL ? 0 : rows->margin[row];
    picked->promoted[place] = rows->promoted == NULL ? 0 : rows->promoted[row];
}

static fl_status add_picked(struct work *work, size_t count, struct fl_error *error)
{
    const struct picked *picked = work->picked;
    const struct fl_rows rows = {.day = picked->day,
                                 .type = picked->type,
                                 .order = picked->order,
                                 .order_null = picked->order_null,
                                 .net = picked->net,
                                 .margin = picked->margin,
                                 .promoted = picked->promoted,
                                 .count = count};
    return count == 0 ? FL_OK : add_rows(work, &rows, NULL, error);
}

static fl_status add_of_word(struct work *work, const struct fl_rows *rows, const uint32_t *words,
                             struct fl_error *error)
{
    size_t count = 0;
    fl_status status = FL_OK;
    for (size_t row = 0; row < rows->count && status == FL_OK; row++) {
        if (words[row] != work->plan->word)
            continue;
        pick(rows, row, count++, work->picked);
        if (count < PICKED_ROWS)
            continue;
        status = add_picked(work, count, error);
        count = 0;
    }
    return status == FL_OK ? add_picked(work, count, error) : status;
}

/* ---- the scan ---- */

static fl_status add_piece(struct work *work, const struct fl_scan_piece *piece, struct fl_error *error)
{
    const struct fl_rows rows = fl_scope_rows_of(&piece->scopes, 0); /* one customer was asked for */
    const size_t from = (size_t)(rows.day - piece->scopes.rows.day);
    const uint32_t *categories = piece->words[FL_WORDED_CATEGORY];
    if (work->picked != NULL)
        return add_of_word(work, &rows, piece->words[work->plan->worded] + from, error);
    return add_rows(work, &rows, categories == NULL ? NULL : categories + from, error);
}

static fl_status check(const struct work *work, struct fl_error *error)
{
    const struct fl_scope_score *score = work->plan->score;
    struct fl_explain_row sum = {.points = work->plan->tag_points};
    for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
        const struct fl_explain_row *row = &work->rows->by_type[type];
        sum.rows += row->rows;
        sum.units += row->units;
        sum.points += row->points;
        sum.lost_to_cap += row->lost_to_cap;
        sum.lost_to_decay += row->lost_to_decay;
        sum.intent_points += row->intent_points;
        sum.points_28 += row->points_28;
        sum.points_84 += row->points_84;
    }
    if (sum.points != score->raw || sum.rows != score->rows || sum.units != score->units ||
        sum.lost_to_cap != score->lost_to_cap || sum.lost_to_decay != score->lost_to_decay)
        return fl_fail(error, FL_INTERNAL, "the points of types and tags add up to %lld, raw is %lld",
                       (long long)sum.points, (long long)score->raw);
    if (sum.intent_points != score->intent_raw || sum.points_28 != score->points_28 ||
        sum.points_84 != score->points_84)
        return fl_fail(error, FL_INTERNAL, "the intent of the types adds up to %lld, intent_raw is %lld",
                       (long long)sum.intent_points, (long long)score->intent_raw);
    return FL_OK;
}

static fl_status read_all(struct work *work, struct fl_scan *scan, struct fl_error *error)
{
    for (;;) {
        struct fl_scan_piece piece;
        fl_status status = fl_scan_next(scan, &piece, error);
        if (status == FL_OK && piece.scopes.count > 0)
            status = add_piece(work, &piece, error);
        if (status != FL_OK)
            return status;
        if (piece.scopes.count == 0)
            break;
    }
    if (work->open.rows > 0)
        add_group(work);
    return check(work, error);
}

fl_status fl_explain_rows_read(const struct fl_explain_rows_plan *plan, struct fl_explain_rows *rows,
                               struct fl_error *error)
{
    struct work work = {.plan = plan, .rows = rows, .as_of_day = plan->scan->rules.as_of_day};
    struct fl_scan *scan = NULL;
    fl_status status = FL_OK;
    fl_day_facts_init(&rows->days, &plan->model->registry, UINT64_MAX);
    rows->has_days = true;
    if (plan->worded >= 0) {
        work.picked = malloc(sizeof *work.picked);
        status = work.picked == NULL ? fl_fail_memory(error, sizeof *work.picked) : FL_OK;
    }
    if (status == FL_OK)
        status = fl_scan_open(plan->scan, &scan, error);
    if (status == FL_OK)
        status = read_all(&work, scan, error);
    fl_scan_close(scan);
    free(work.picked);
    return status;
}

void fl_explain_rows_release(struct fl_explain_rows *rows)
{
    if (rows->has_days)
        fl_day_facts_release(&rows->days);
    rows->has_days = false;
}
