/* score.c - engagement, intent, trend of one scope from its rows in day order. */
#include "engine/score.h"

#include <assert.h>

typedef __int128 wide;

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
    scorer->span = (struct fl_scope_span){.first_weighted_day = INT32_MAX};
    scorer->sums = (struct fl_row_sums){.purchase_day = INT32_MIN};
    scorer->open.rows = 0;
    fl_value_begin(&scorer->value_sums);
}

static bool has_value(const struct fl_scorer *scorer)
{
    return scorer->value != NULL && !scorer->raw_only;
}

static bool has_order(const struct fl_rows *rows, size_t row)
{
    return rows->order != NULL && (rows->order_null == NULL || rows->order_null[row] == 0);
}

void fl_group_start(struct fl_open_group *group, const struct fl_rows *rows, size_t row)
{
    group->rows = group->units = 1;
    group->day = rows->day[row];
    group->type = rows->type[row];
    group->has_order = has_order(rows, row);
    group->order = group->has_order ? rows->order[row] : 0;
}

static void extend_by_order(struct fl_open_group *group, const struct fl_rows *rows, size_t row)
{
    if (!has_order(rows, row)) {
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
    const struct fl_open_group *open = &scorer->open;
    struct fl_row_sums *sums = &scorer->sums;
    /* A later purchase may have dropped the group's intent, and then nothing is left to be taken. */
    if (open->rows > 1)
        fl_daily_group_correct(scorer->points, open->type, scorer->as_of_day - open->day, open->rows,
                               open->units, open->day > sums->purchase_day, sums);
    scorer->open.rows = 0;
}

/* Where the group of the row in front of `end` begins, not before `from`. */
static size_t group_start(const struct fl_rows *rows, size_t from, size_t end)
{
    size_t row = end - 1;
    while (row > from && rows->day[row - 1] == rows->day[end - 1] &&
           rows->type[row - 1] == rows->type[end - 1])
        row--;
    return row;
}

/* Whole groups of the scope in hand, from row `from` on; returns where they end: in front of the last group.
 */
static size_t take_whole_groups(struct fl_scorer *scorer, const struct fl_rows *rows, size_t from)
{
    const size_t left = rows->count - from;
    const size_t end =
        group_start(rows, from, from + (left < FL_GROUPED_ROWS_MAX ? left : FL_GROUPED_ROWS_MAX));
    const uint32_t count = (uint32_t)(end - from);
    struct fl_scope_rows scope = {.rows = *rows, .ends = &count, .count = 1};
    fl_rows_pass(&scope.rows, from);
    if (count > 0)
        fl_daily_groups_correct(scorer->points, scorer->kernels, scorer->as_of_day, &scope, &scorer->sums);
    return end;
}

/* Of the rows that were added: closes all groups but that of the last row. */
static void take_groups(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    size_t row = 0;
    if (scorer->open.rows > 0)
        row = fl_group_extend(&scorer->open, rows, 0, scorer->points->types[scorer->open.type].by_order);
    while (row < rows->count) {
        close_group(scorer);
        row = take_whole_groups(scorer, rows, row);
        fl_group_start(&scorer->open, rows, row);
        row = fl_group_extend(&scorer->open, rows, row + 1, scorer->points->types[rows->type[row]].by_order);
    }
}

/* INT32_MAX: none has a weight. */
static int32_t first_weighted_day(const struct fl_points *points, const struct fl_rows *rows)
{
    for (size_t row = 0; row < rows->count; row++) {
        if (points->types[rows->type[row]].single != 0)
            return rows->day[row];
    }
    return INT32_MAX;
}

static void note_days(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    struct fl_scope_span *span = &scorer->span;
    if (span->rows == 0)
        span->first_day = rows->day[0];
    span->last_day = rows->day[rows->count - 1];
    if (!scorer->raw_only && span->first_weighted_day == INT32_MAX)
        span->first_weighted_day = first_weighted_day(scorer->points, rows);
}

bool fl_scorer_add(struct fl_scorer *scorer, const struct fl_rows *rows)
{
    if (rows->count == 0)
        return true;
    if (rows->count > FL_SCOPE_ROWS_MAX - scorer->span.rows)
        return false;
    note_days(scorer, rows);
    scorer->span.rows += rows->count;
    if (scorer->raw_only)
        scorer->sums.loop[0] += scorer->kernels->sum_contributions(&scorer->points->rows, scorer->as_of_day,
                                                                   rows->day, rows->type, rows->count);
    else
        scorer->kernels->sum_rows(&scorer->points->rows, scorer->as_of_day, rows->day, rows->type,
                                  rows->count, &scorer->sums);
    if (scorer->points->has_groups)
        take_groups(scorer, rows);
    if (has_value(scorer))
        fl_value_add(scorer->value, rows, &scorer->value_sums);
    return true;
}

static int64_t raw_of(const struct fl_row_sums *sums)
{
    int64_t raw = 0;
    for (int loop = 0; loop < FL_LOOPS; loop++)
        raw += sums->loop[loop];
    return raw;
}

static void finish_raw_only(const struct fl_scorer *scorer, const struct fl_row_sums *sums,
                            const struct fl_scope_span *span, struct fl_added_points added,
                            struct fl_scope_score *score)
{
    const struct fl_model_settings *settings = scorer->settings;
    /* What is not set stays as it is: clearing it takes longer than all this. */
    score->raw = raw_of(sums) + added.positive + added.negative;
    score->rows = span->rows;
    score->first_day = span->first_day;
    score->last_day = span->last_day;
    score->has_purchase = false;
    score->engagement = fl_score_of(score->raw, settings->engagement_k_micro[scorer->scope]);
    score->band = (uint8_t)fl_band_of(score->engagement, settings->band_floor);
}

/* `added`: of this scope; NULL: none. */
static void finish(const struct fl_scorer *scorer, const struct fl_row_sums *sums,
                   const struct fl_scope_span *span, const struct fl_added_points *added,
                   struct fl_scope_score *score)
{
    const struct fl_added_points more = added == NULL ? (struct fl_added_points){0} : *added;
    assert(span->rows > 0);
    if (scorer->raw_only) {
        finish_raw_only(scorer, sums, span, more, score);
        return;
    }
    const struct fl_model_settings *settings = scorer->settings;
    const int64_t of_rows = raw_of(sums), raw = of_rows + more.positive + more.negative;
    const int64_t points_84 = sums->points_112 - sums->points_28;
    const int64_t intent_points_84 = sums->intent_112 - sums->intent_28, unit = settings->trend_unit_micro;
    const bool started =
        span->first_weighted_day != INT32_MAX && scorer->as_of_day - span->first_weighted_day < 28;
    const uint8_t engagement = fl_score_of(raw, settings->engagement_k_micro[scorer->scope]);
    *score = (struct fl_scope_score){
        .raw = raw,
        .raw_positive = sums->positive + more.positive,
        .raw_negative = of_rows - sums->positive + more.negative,
        .intent_raw = sums->intent,
        .points_28 = sums->points_28,
        .points_84 = points_84,
        .intent_points_28 = sums->intent_28,
        .intent_points_84 = intent_points_84,
        .loop_points = {sums->loop[0], sums->loop[1], sums->loop[2], sums->loop[3]},
        .rows = span->rows,
        .units = span->rows - sums->uncounted,
        .lost_to_cap = sums->lost_to_cap,
        .lost_to_decay = sums->full - of_rows,
        .first_day = span->first_day,
        .last_day = span->last_day,
        .last_purchase_day = sums->purchase_day,
        .has_purchase = sums->purchase_day != INT32_MIN,
        .engagement = engagement,
        .intent = fl_score_of(sums->intent, settings->intent_k_micro[scorer->scope]),
        .band = (uint8_t)fl_band_of(engagement, settings->band_floor),
        .trend = (uint8_t)fl_trend_of(sums->points_28, points_84, started, unit),
        .intent_trend = (uint8_t)fl_trend_of(sums->intent_28, intent_points_84, false, unit),
    };
}

static void end_scope(struct fl_scorer *scorer, const struct fl_added_points *added,
                      struct fl_scope_score *score)
{
    close_group(scorer);
    finish(scorer, &scorer->sums, &scorer->span, added, score);
    if (has_value(scorer))
        fl_value_end(scorer->value, &scorer->value_sums, score);
}

void fl_scorer_end(struct fl_scorer *scorer, struct fl_scope_score *score)
{
    end_scope(scorer, scorer->added, score);
}

/* ---- whole scopes ---- */

enum { BATCH_SCOPES = 128 };
_Static_assert((int)BATCH_SCOPES <= (int)FL_KERNEL_RUNS_MAX, "what a kernel takes");

/* As many scopes from number `first` on as are taken at once; 0: the next has too many rows. */
static struct fl_scope_rows next_batch(const struct fl_scope_rows *scopes, size_t first)
{
    struct fl_scope_rows batch = fl_some_scopes(scopes, first, 0);
    const size_t left = scopes->count - first, most = left < BATCH_SCOPES ? left : BATCH_SCOPES;
    while (batch.count < most && batch.ends[batch.count] - batch.from <= FL_GROUPED_ROWS_MAX)
        batch.count++;
    return batch;
}

/* Those that the lone rows leave; returns how many. */
static size_t list_scopes(const struct fl_scorer *scorer, const struct fl_scope_rows *batch,
                          struct fl_scope_score *scores, uint16_t *list)
{
    if (scorer->lone != NULL)
        return fl_lone_rows_score(scorer, batch, scores, list);
    for (size_t i = 0; i < batch->count; i++)
        list[i] = (uint16_t)i;
    return batch->count;
}

/* Of whole scopes the index-th. */
static const struct fl_added_points *added_of(const struct fl_scorer *scorer, size_t index)
{
    return scorer->added == NULL ? NULL : scorer->added + index;
}

static void score_one(const struct fl_scorer *scorer, const struct fl_rows *rows,
                      const struct fl_row_sums *sums, const struct fl_added_points *added,
                      struct fl_scope_score *score)
{
    const struct fl_scope_span span = {.rows = rows->count,
                                       .first_day = rows->day[0],
                                       .last_day = rows->day[rows->count - 1],
                                       .first_weighted_day = first_weighted_day(scorer->points, rows)};
    finish(scorer, sums, &span, added, score);
    if (has_value(scorer)) {
        struct fl_value_sums value;
        fl_value_begin(&value);
        fl_value_add(scorer->value, rows, &value);
        fl_value_end(scorer->value, &value, score);
    }
    if (scorer->lone != NULL && rows->count == 1)
        fl_lone_rows_learn(scorer, rows, score);
}

/* Whole scopes from number `first` on. */
static void score_batch(const struct fl_scorer *scorer, const struct fl_scope_rows *batch, size_t first,
                        struct fl_scope_score *scores)
{
    const struct fl_score_kernels *kernels = scorer->kernels;
    struct fl_row_sums sums[BATCH_SCOPES];
    uint16_t list[BATCH_SCOPES];
    uint32_t starts[BATCH_SCOPES];
    list[0] = 0; /* a batch has a scope, which compilers do not know */
    starts[0] = batch->from;
    const size_t count = list_scopes(scorer, batch, scores, list);
    fl_sum_runs *sum = scorer->raw_only ? kernels->sum_contributions_of_runs : kernels->sum_runs;
    for (size_t i = 0; i < batch->count; i++)
        starts[i] = fl_scope_start(batch, i);
    sum(&scorer->points->rows, scorer->as_of_day, batch->rows.day, batch->rows.type, starts, batch->ends,
        list, count, sums);
    if (scorer->points->has_groups)
        fl_daily_groups_correct(scorer->points, kernels, scorer->as_of_day, batch, sums);
    for (size_t k = 0; k < count; k++) {
        const struct fl_rows rows = fl_scope_rows_of(batch, list[k]);
        score_one(scorer, &rows, &sums[list[k]], added_of(scorer, first + list[k]), &scores[list[k]]);
    }
}

void fl_scorer_whole(struct fl_scorer *scorer, const struct fl_scope_rows *scopes,
                     struct fl_scope_score *scores)
{
    assert(scorer->added == NULL || scorer->lone == NULL);
    for (size_t done = 0; done < scopes->count;) {
        const struct fl_scope_rows batch = next_batch(scopes, done);
        if (batch.count > 0) {
            score_batch(scorer, &batch, done, scores + done);
            done += batch.count;
            continue;
        }
        const struct fl_rows rows = fl_scope_rows_of(scopes, done);
        fl_scorer_begin(scorer);
        (void)fl_scorer_add(scorer, &rows); /* a scope in 32-bit rows is never too large */
        end_scope(scorer, added_of(scorer, done), &scores[done]);
        done++;
    }
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
    static const uint8_t bands[] = {FL_BAND_COLD, FL_BAND_WARM, FL_BAND_ENGAGED, FL_BAND_HOT};
    const unsigned floors = (unsigned)(engagement >= band_floor[0]) + (engagement >= band_floor[1]) +
                            (engagement >= band_floor[2]); /* counted, as no jump could be foreseen */
    return engagement == 0 ? FL_BAND_NONE : (enum fl_band)bands[floors];
}

/* By what 6 (f + u) is at least, and at most. */
static enum fl_trend direction(bool rising, bool falling)
{
    static const uint8_t trends[] = {FL_TREND_STEADY, FL_TREND_FALLING, FL_TREND_RISING, FL_TREND_RISING};
    return trends[2 * rising + falling];
}

enum fl_trend fl_trend_of(int64_t points_28, int64_t points_84, bool started, int64_t unit_micro)
{
    const int64_t f = points_28, s = points_84, u = unit_micro, safe = INT64_MAX / 64;
    if (f == 0 && s == 0)
        return FL_TREND_QUIET;
    if (started)
        return FL_TREND_STARTED;
    if (f < safe && s < safe && u < safe) /* nearly always; f, s and u are no less than 0 */
        return direction(6 * (f + u) >= 3 * s + 9 * u, 6 * (f + u) <= s + 3 * u);
    return direction(6 * ((wide)f + u) >= 3 * (wide)s + 9 * (wide)u, 6 * ((wide)f + u) <= s + 3 * (wide)u);
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
