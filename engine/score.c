/* score.c - engagement, intent, trend of one scope from its rows in day order. */
#include "engine/score.h"

#include <assert.h>

typedef __int128 wide;

void fl_scorer_init(struct fl_scorer *scorer, const struct fl_points *points,
                    const struct fl_model_settings *settings, enum fl_scope scope, int32_t as_of_day)
{
    *scorer =
        (struct fl_scorer){.points = points, .settings = settings, .scope = scope, .as_of_day = as_of_day};
    fl_scorer_begin(scorer);
}

void fl_scorer_begin(struct fl_scorer *scorer)
{
    scorer->sums = (struct fl_scope_sums){.first_weighted_day = INT32_MAX, .last_purchase_day = INT32_MIN};
    scorer->open.rows = 0;
}

/* A purchase answers all interest up to its day, so what intent has gathered so far is dropped. Rows of that
 * day which are still to come are kept out by last_purchase_day. */
static void drop_intent(struct fl_scope_sums *sums, int32_t day)
{
    sums->last_purchase_day = day;
    sums->intent = 0;
    sums->intent_points_28 = 0;
    sums->intent_points_112 = 0;
}

/* All bits set when the condition holds: the leaf loop has no branch that data could make hard to predict. */
static int64_t mask_if(bool condition)
{
    return -(int64_t)condition;
}

/* The leaf loop of the stage: rows from `row` on whose day or type differs from the next row's, so that each
 * is a group by itself. Stops at the first row that is equal to its successor, or at `last`, and returns it.
 * Requires: the row before `row` differs from it; row `last` exists. */
static size_t add_single_rows(const struct fl_points *points, int32_t as_of_day, const int32_t *day,
                              const uint8_t *type, size_t row, size_t last,
                              struct fl_scope_sums *restrict sums)
{
    const int32_t *const single = points->single;
    const uint32_t ages = points->ages;
    int64_t positive = 0, full = 0, points_28 = 0, points_112 = 0;
    int64_t intent = sums->intent, intent_28 = sums->intent_points_28, intent_112 = sums->intent_points_112;
    int32_t purchase_day = sums->last_purchase_day;
    for (; row < last; row++) {
        /* One test, not two: whether the next row is of the same day alone is a coin toss. */
        if (((day[row] ^ day[row + 1]) | (type[row] ^ type[row + 1])) == 0)
            break;
        const struct fl_type_points *of_type = &points->types[type[row]];
        const uint32_t age = (uint32_t)(as_of_day - day[row]);
        const int64_t contribution = single[type[row] * ages + (age < ages ? age : ages - 1)];
        const int64_t interest = mask_if(of_type->inbound & (day[row] > purchase_day));
        const int64_t unanswered = mask_if(!of_type->purchase);
        const int64_t within_28 = of_type->single_positive & mask_if(age < 28);
        const int64_t within_112 = of_type->single_positive & mask_if(age < 112);
        sums->loop_points[of_type->loop] += contribution;
        positive += contribution & mask_if(contribution > 0);
        full += of_type->single;
        points_28 += within_28;
        points_112 += within_112;
        intent = (intent + (contribution & interest)) & unanswered;
        intent_28 = (intent_28 + (within_28 & interest)) & unanswered;
        intent_112 = (intent_112 + (within_112 & interest)) & unanswered;
        purchase_day = of_type->purchase ? day[row] : purchase_day;
    }
    sums->positive += positive;
    sums->full += full;
    sums->points_28 += points_28;
    sums->points_112 += points_112;
    sums->intent = intent;
    sums->intent_points_28 = intent_28;
    sums->intent_points_112 = intent_112;
    sums->last_purchase_day = purchase_day;
    return row;
}

static void add_group(struct fl_scorer *scorer, const struct fl_open_group *group)
{
    struct fl_scope_sums *sums = &scorer->sums;
    const struct fl_type_points *of_type = &scorer->points->types[group->type];
    const int32_t age = scorer->as_of_day - group->day;
    const struct fl_group_points points =
        fl_points_of_group(scorer->points, group->type, age, group->rows, group->units);
    const int64_t rows = (int64_t)group->rows;
    const int64_t positive = points.p > 0 ? rows * points.p : 0;
    const int64_t within_28 = age < 28 ? positive : 0;
    const int64_t within_112 = age < 112 ? positive : 0;
    sums->loop_points[of_type->loop] += rows * points.contribution;
    sums->positive += points.contribution > 0 ? rows * points.contribution : 0;
    sums->full += rows * points.p;
    sums->points_28 += within_28;
    sums->points_112 += within_112;
    sums->lost_to_cap += points.lost_to_cap;
    sums->units += points.units;
    if (of_type->inbound && group->day > sums->last_purchase_day) {
        sums->intent += rows * points.contribution;
        sums->intent_points_28 += within_28;
        sums->intent_points_112 += within_112;
    }
    if (of_type->purchase)
        drop_intent(sums, group->day);
}

void fl_group_start(struct fl_open_group *group, const struct fl_rows *rows, size_t row)
{
    group->rows = group->units = 1;
    group->day = rows->day[row];
    group->type = rows->type[row];
    group->has_order = rows->order != NULL && (rows->order_null == NULL || rows->order_null[row] == 0);
    group->order = group->has_order ? rows->order[row] : 0;
}

static void extend_by_order(struct fl_open_group *group, const struct fl_rows *rows, size_t row)
{
    const bool has_order = rows->order != NULL && (rows->order_null == NULL || rows->order_null[row] == 0);
    if (!has_order) {
        group->units++; /* a row without an order counts by itself */
        return;
    }
    group->units += !group->has_order || group->order != rows->order[row];
    group->has_order = true;
    group->order = rows->order[row];
}

size_t fl_group_extend(struct fl_open_group *group, const struct fl_rows *rows, size_t row, bool by_order)
{
    const size_t first = row;
    while (row < rows->count && group->day == rows->day[row] && group->type == rows->type[row])
        row++;
    group->rows += row - first;
    if (!by_order)
        group->units += row - first;
    for (size_t joined = first; by_order && joined < row; joined++)
        extend_by_order(group, rows, joined);
    return row;
}

static void close_group(struct fl_scorer *scorer)
{
    if (scorer->open.rows > 0)
        add_group(scorer, &scorer->open);
    scorer->open.rows = 0;
}

static void note_days(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    struct fl_scope_sums *sums = &scorer->sums;
    if (sums->rows == 0)
        sums->first_day = rows->day[0];
    sums->last_day = rows->day[rows->count - 1];
    for (size_t row = 0; row < rows->count && sums->first_weighted_day == INT32_MAX; row++) {
        if (scorer->points->types[rows->type[row]].single != 0)
            sums->first_weighted_day = rows->day[row];
    }
}

bool fl_scorer_add(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    if (rows->count == 0)
        return true;
    if (rows->count > FL_SCOPE_ROWS_MAX - scorer->sums.rows)
        return false;
    note_days(scorer, rows);
    scorer->sums.rows += rows->count;
    const size_t last = rows->count - 1; /* its group may go on in the next piece */
    size_t row = 0;
    for (;;) {
        if (scorer->open.rows > 0) {
            const bool by_order = scorer->points->types[scorer->open.type].by_order;
            row = fl_group_extend(&scorer->open, rows, row, by_order);
            if (row > last)
                return true;
            close_group(scorer);
        }
        const size_t first = row;
        row = add_single_rows(scorer->points, scorer->as_of_day, rows->day, rows->type, row, last,
                              &scorer->sums);
        scorer->sums.units += row - first;
        fl_group_start(&scorer->open, rows, row++);
    }
}

void fl_scorer_end(struct fl_scorer *scorer, struct fl_scope_score *score)
{
    close_group(scorer);
    const struct fl_scope_sums *sums = &scorer->sums;
    const struct fl_model_settings *settings = scorer->settings;
    assert(sums->rows > 0);
    *score = (struct fl_scope_score){
        .raw_positive = sums->positive,
        .intent_raw = sums->intent,
        .points_28 = sums->points_28,
        .points_84 = sums->points_112 - sums->points_28,
        .intent_points_28 = sums->intent_points_28,
        .intent_points_84 = sums->intent_points_112 - sums->intent_points_28,
        .rows = sums->rows,
        .units = sums->units,
        .first_day = sums->first_day,
        .last_day = sums->last_day,
        .last_purchase_day = sums->last_purchase_day,
        .has_purchase = sums->last_purchase_day != INT32_MIN,
        .lost_to_cap = sums->lost_to_cap,
    };
    for (int loop = 0; loop < FL_LOOPS; loop++) {
        score->loop_points[loop] = sums->loop_points[loop];
        score->raw += sums->loop_points[loop];
    }
    score->raw_negative = score->raw - score->raw_positive;
    score->lost_to_decay = sums->full - score->raw;
    score->engagement = fl_score_of(score->raw, settings->engagement_k_micro[scorer->scope]);
    score->intent = fl_score_of(score->intent_raw, settings->intent_k_micro[scorer->scope]);
    score->band = (uint8_t)fl_band_of(score->engagement, settings->band_floor);
    const bool started =
        sums->first_weighted_day != INT32_MAX && scorer->as_of_day - sums->first_weighted_day < 28;
    score->trend =
        (uint8_t)fl_trend_of(score->points_28, score->points_84, started, settings->trend_unit_micro);
    score->intent_trend = (uint8_t)fl_trend_of(score->intent_points_28, score->intent_points_84, false,
                                               settings->trend_unit_micro);
}

uint8_t fl_score_of(int64_t raw, int64_t k_micro)
{
    assert(k_micro > 0);
    const int64_t r = raw > 0 ? raw : 0;
    if (r < INT64_MAX / 512 && k_micro < INT64_MAX / 512) /* nearly always, and a 128-bit division is slow */
        return (uint8_t)((201 * r + k_micro) / (2 * (r + k_micro)));
    return (uint8_t)(((wide)201 * r + k_micro) / (2 * ((wide)r + k_micro)));
}

enum fl_band fl_band_of(uint8_t engagement, const uint8_t band_floor[3])
{
    if (engagement == 0)
        return FL_BAND_NONE;
    if (engagement < band_floor[0])
        return FL_BAND_COLD;
    if (engagement < band_floor[1])
        return FL_BAND_WARM;
    return engagement < band_floor[2] ? FL_BAND_ENGAGED : FL_BAND_HOT;
}

enum fl_trend fl_trend_of(int64_t points_28, int64_t points_84, bool started, int64_t unit_micro)
{
    const wide f = points_28, s = points_84, u = unit_micro;
    if (f == 0 && s == 0)
        return FL_TREND_QUIET;
    if (started)
        return FL_TREND_STARTED;
    if (6 * (f + u) >= 3 * s + 9 * u)
        return FL_TREND_RISING;
    return 6 * (f + u) <= s + 3 * u ? FL_TREND_FALLING : FL_TREND_STEADY;
}

const char *fl_band_word(unsigned band)
{
#define X(name, word) word,
    static const char *const words[] = {FL_BAND_LIST(X)};
#undef X
    return band < FL_BANDS ? words[band] : NULL;
}

const char *fl_trend_word(unsigned trend)
{
#define X(name, word) word,
    static const char *const words[] = {FL_TREND_LIST(X)};
#undef X
    return trend < FL_TRENDS ? words[trend] : NULL;
}
