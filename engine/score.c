/* score.c - engagement, intent, trend of one scope from its rows in day order. */
#include "engine/score.h"

#include <assert.h>

typedef __int128 wide;

/* Rows whose equal neighbours are found at once: 16 words of marks on the stack. */
enum { MARKED_ROWS = 1024 };

void fl_scorer_init(struct fl_scorer *scorer, const struct fl_points *points,
                    const struct fl_model_settings *settings, enum fl_scope scope, int32_t as_of_day)
{
    *scorer = (struct fl_scorer){.points = points,
                                 .settings = settings,
                                 .scope = scope,
                                 .as_of_day = as_of_day,
                                 .kernels = fl_score_kernels()};
    fl_scorer_begin(scorer);
}

void fl_scorer_begin(struct fl_scorer *scorer)
{
    scorer->sums = (struct fl_scope_sums){.first_weighted_day = INT32_MAX, .of_rows.purchase_day = INT32_MIN};
    scorer->open.rows = 0;
}

/* The kernel has added each row of the group as if it were alone: what the cap, or equal orders, take from
 * that. A later purchase may have dropped the group's intent, and then nothing is left to be taken. */
static void correct_group(struct fl_scorer *scorer, const struct fl_open_group *group)
{
    const struct fl_type_points *of_type = &scorer->points->types[group->type];
    const uint64_t counted =
        of_type->daily_cap != 0 && group->units > of_type->daily_cap ? of_type->daily_cap : group->units;
    struct fl_scope_sums *sums = &scorer->sums;
    sums->units -= group->rows - counted;
    if (counted == group->rows || of_type->single == 0)
        return;
    const int32_t age = scorer->as_of_day - group->day;
    const struct fl_group_points points =
        fl_points_of_group(scorer->points, group->type, age, group->rows, group->units);
    const int64_t rows = (int64_t)group->rows;
    const int64_t single =
        scorer->points->single[group->type * scorer->points->ages + fl_points_age(scorer->points, age)];
    const int64_t contribution = rows * (points.contribution - single);
    const int64_t positive = of_type->single > 0 ? -points.lost_to_cap : 0;
    const int64_t within_28 = age < 28 ? positive : 0, within_112 = age < 112 ? positive : 0;
    sums->of_rows.loop[of_type->loop] += contribution;
    sums->of_rows.positive += of_type->single > 0 ? contribution : 0;
    sums->of_rows.full -= points.lost_to_cap;
    sums->of_rows.points_28 += within_28;
    sums->of_rows.points_112 += within_112;
    sums->lost_to_cap += points.lost_to_cap;
    if (!of_type->inbound || group->day <= sums->of_rows.purchase_day)
        return;
    sums->of_rows.intent += contribution;
    sums->of_rows.intent_28 += within_28;
    sums->of_rows.intent_112 += within_112;
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
    if (scorer->open.rows > 1)
        correct_group(scorer, &scorer->open);
    scorer->open.rows = 0;
}

/* Takes the group that begins at `row`; closed unless it holds the last row. Returns the row behind it. */
static size_t take_group(struct fl_scorer *scorer, const struct fl_rows *rows, size_t row)
{
    const bool by_order = scorer->points->types[rows->type[row]].by_order;
    fl_group_start(&scorer->open, rows, row);
    row = fl_group_extend(&scorer->open, rows, row + 1, by_order);
    if (row < rows->count)
        close_group(scorer);
    return row;
}

/* Distinct orders of `count` rows from `row` on, which are sorted by order; a row without one counts by
 * itself. */
static uint64_t count_orders(const struct fl_rows *rows, size_t row, size_t count)
{
    if (rows->order == NULL)
        return count;
    uint64_t units = 1;
    for (size_t next = row + 1; next < row + count; next++) {
        const bool without =
            rows->order_null != NULL && (rows->order_null[next] | rows->order_null[next - 1]) != 0;
        units += without || rows->order[next] != rows->order[next - 1];
    }
    return units;
}

/* A group that lies whole in the rows. Most are of few rows and below their cap: nothing to be done. */
static void take_whole_group(struct fl_scorer *scorer, const struct fl_rows *rows, size_t row, size_t count)
{
    const struct fl_type_points *of_type = &scorer->points->types[rows->type[row]];
    const struct fl_open_group group = {.rows = count,
                                        .units = of_type->by_order ? count_orders(rows, row, count) : count,
                                        .day = rows->day[row],
                                        .type = rows->type[row]};
    if (group.units < count || (of_type->daily_cap != 0 && count > of_type->daily_cap))
        correct_group(scorer, &group);
}

/* Takes the groups of more than one row that begin in rows `row` .. row + MARKED_ROWS - 2. Returns the first
 * row that is not dealt with; the last of all rows stays. */
static size_t take_marked_groups(struct fl_scorer *scorer, const struct fl_rows *rows, size_t row)
{
    uint64_t marks[MARKED_ROWS / 64];
    const size_t left = rows->count - row, count = left < MARKED_ROWS ? left : MARKED_ROWS;
    const size_t last = row + count - 1;
    size_t done = row;
    scorer->kernels->mark_same(rows->day + row, rows->type + row, count, marks);
    for (size_t from = row; from < last; from += 64) {
        uint64_t word = marks[(from - row) / 64];
        while (word != 0) {
            const unsigned bit = (unsigned)__builtin_ctzll(word);
            const uint64_t behind = ~(word >> bit); /* 0 in none but a word of 64 marks */
            const unsigned marked = behind == 0 ? 64 : (unsigned)__builtin_ctzll(behind);
            const size_t first = from + bit, end = first + marked + 1;
            word = bit + marked >= 64 ? 0 : word & (UINT64_MAX << (bit + marked));
            if (first < done)
                continue; /* inside a group that was taken from the word before */
            if (bit + marked < 64 && end <= last)
                take_whole_group(scorer, rows, first, marked + 1);
            else
                done = take_group(scorer, rows, first);
        }
    }
    return done > last ? done : last;
}

/* Of the rows that were added: closes all groups but that of the last row. */
static void take_groups(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    size_t row = 0;
    if (scorer->open.rows > 0) {
        row = fl_group_extend(&scorer->open, rows, 0, scorer->points->types[scorer->open.type].by_order);
        if (row == rows->count)
            return;
        close_group(scorer);
    }
    while (row + 1 < rows->count)
        row = take_marked_groups(scorer, rows, row);
    if (row < rows->count)
        fl_group_start(&scorer->open, rows, row);
}

static void note_days(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    struct fl_scope_sums *sums = &scorer->sums;
    if (sums->rows == 0)
        sums->first_day = rows->day[0];
    sums->last_day = rows->day[rows->count - 1];
    if (scorer->raw_only)
        return;
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
    scorer->sums.units += rows->count;
    if (scorer->raw_only)
        scorer->sums.of_rows.loop[0] += scorer->kernels->sum_contributions(
            &scorer->points->rows, scorer->as_of_day, rows->day, rows->type, rows->count);
    else
        scorer->kernels->sum_rows(&scorer->points->rows, scorer->as_of_day, rows->day, rows->type,
                                  rows->count, &scorer->sums.of_rows);
    if (scorer->points->has_groups)
        take_groups(scorer, rows);
    return true;
}

static void end_raw_only(const struct fl_scorer *scorer, struct fl_scope_score *score)
{
    const struct fl_scope_sums *sums = &scorer->sums;
    const struct fl_model_settings *settings = scorer->settings;
    *score =
        (struct fl_scope_score){.rows = sums->rows, .first_day = sums->first_day, .last_day = sums->last_day};
    for (int loop = 0; loop < FL_LOOPS; loop++)
        score->raw += sums->of_rows.loop[loop];
    score->engagement = fl_score_of(score->raw, settings->engagement_k_micro[scorer->scope]);
    score->band = (uint8_t)fl_band_of(score->engagement, settings->band_floor);
}

void fl_scorer_end(struct fl_scorer *scorer, struct fl_scope_score *score)
{
    close_group(scorer);
    const struct fl_scope_sums *sums = &scorer->sums;
    const struct fl_model_settings *settings = scorer->settings;
    const struct fl_row_sums *of_rows = &sums->of_rows;
    assert(sums->rows > 0);
    if (scorer->raw_only) {
        end_raw_only(scorer, score);
        return;
    }
    *score = (struct fl_scope_score){
        .raw_positive = of_rows->positive,
        .intent_raw = of_rows->intent,
        .points_28 = of_rows->points_28,
        .points_84 = of_rows->points_112 - of_rows->points_28,
        .intent_points_28 = of_rows->intent_28,
        .intent_points_84 = of_rows->intent_112 - of_rows->intent_28,
        .rows = sums->rows,
        .units = sums->units,
        .first_day = sums->first_day,
        .last_day = sums->last_day,
        .last_purchase_day = of_rows->purchase_day,
        .has_purchase = of_rows->purchase_day != INT32_MIN,
        .lost_to_cap = sums->lost_to_cap,
    };
    for (int loop = 0; loop < FL_LOOPS; loop++) {
        score->loop_points[loop] = of_rows->loop[loop];
        score->raw += of_rows->loop[loop];
    }
    score->raw_negative = score->raw - score->raw_positive;
    score->lost_to_decay = of_rows->full - score->raw;
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
