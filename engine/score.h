/* score.h - engagement, intent, trend of one scope from its rows in day order. */
#ifndef ENGINE_SCORE_H
#define ENGINE_SCORE_H

#include "engine/lone_rows.h"
#include "engine/scope_value.h"

/* Sorted, so that a number is the word's place in the dictionary of a results file. */
#define FL_BAND_LIST(X) X(COLD, "cold") X(ENGAGED, "engaged") X(HOT, "hot") X(NONE, "none") X(WARM, "warm")
#define FL_TREND_LIST(X)                                                                                     \
    X(FALLING, "falling") X(QUIET, "quiet") X(RISING, "rising") X(STARTED, "started") X(STEADY, "steady")
#define FL_LOOP_WORD_LIST(X)                                                                                 \
    X(AWARENESS, "awareness")                                                                                \
    X(CONVERSION, "conversion") X(EXPERIENCE, "experience") X(NURTURING, "nurturing")
#define FL_PHASE_LIST(X) X(CONNECT, "connect") X(CONQUER, "conquer") X(ENTICE, "entice") X(FIND, "find")
#define X(name, word)    FL_BAND_##name,
enum fl_band { FL_BAND_LIST(X) FL_BANDS };
#undef X
#define X(name, word) FL_TREND_##name,
enum fl_trend { FL_TREND_LIST(X) FL_TRENDS };
#undef X
#define X(name, word) FL_LOOP_WORD_##name,
enum fl_loop_word { FL_LOOP_WORD_LIST(X) FL_LOOP_WORDS };
#undef X
#define X(name, word) FL_PHASE_##name,
enum fl_phase { FL_PHASE_LIST(X) FL_PHASES };
#undef X

/* SEMANTICS.md section 2, and of 3 and 4 what each scope has; points in micro-points, money in minor units of
 * the model's currency. */
struct fl_scope_score {
    int64_t raw, raw_positive, raw_negative, intent_raw;
    int64_t points_28, points_84, intent_points_28, intent_points_84;
    int64_t loop_points[FL_LOOPS];
    uint64_t rows, units;
    int64_t lost_to_cap, lost_to_decay;
    int32_t first_day, last_day, last_purchase_day;
    bool has_purchase;
    uint8_t engagement, intent, band, trend, intent_trend;
    uint8_t loop, phase, ambassador, engaged_no_value;
    int64_t net_12m;
};

/* Points that a scope has beside those of its rows: they count for raw and for what follows from it alone. */
struct fl_added_points {
    int64_t positive, negative; /* negative <= 0 */
};

/* The rows so far, but for what the kernels sum. */
struct fl_scope_span {
    uint64_t rows;
    int32_t first_day, last_day;
    int32_t first_weighted_day; /* INT32_MAX: none yet */
};

/* The group that the last row belongs to; the next row may join it. */
struct fl_open_group {
    uint64_t rows, units; /* rows 0: none is open */
    int32_t day;
    uint8_t type;
    bool has_order;
    int64_t order; /* of the last row that has one */
};

/* Scores one scope after the other: begin, add (any number of times, a scope's rows may come in pieces cut
 * anywhere), end. Plain memory, no allocation; one scorer belongs to one thread. */
struct fl_scorer {
    const struct fl_points *points;
    const struct fl_model_settings *settings;
    enum fl_scope scope;
    int32_t as_of_day;
    bool raw_only; /* set after init: of the score only raw, engagement, band, rows, first and last day are
                      wanted, and set */
    const struct fl_value_rules *value; /* set after init, borrowed; NULL: net_12m, loop, phase, ambassador,
                                           engaged_no_value are not wanted, and 0 */
    struct fl_lone_rows *lone; /* set after init, borrowed, not with raw_only; NULL: scopes of one row are
                                  scored as all others */
    const struct fl_added_points *added; /* set before end, or whole, borrowed: of each scope that is scored;
                                            NULL: none have any. Not with lone rows. */
    const struct fl_score_kernels *kernels;
    /* Of the scope in hand. With raw_only sums.loop counts alone, and only as a sum. */
    struct fl_scope_span span;
    struct fl_row_sums sums; /* corrected for each group that is closed */
    struct fl_open_group open;
    struct fl_value_sums value_sums;
};

/* Both are borrowed. */
void fl_scorer_init(struct fl_scorer *scorer, const struct fl_points *points,
                    const struct fl_model_settings *settings, enum fl_scope scope, int32_t as_of_day);
void fl_scorer_begin(struct fl_scorer *scorer);
/* False, with the scope given up, when it would have more than FL_SCOPE_ROWS_MAX rows. */
bool fl_scorer_add(struct fl_scorer *scorer, const struct fl_rows *rows);
/* Requires at least one row since begin. What is not wanted is not set. */
void fl_scorer_end(struct fl_scorer *scorer, struct fl_scope_score *score);
/* Scores scopes of at least one row each whose rows are all there: the same scores, quicker. Between end and
 * begin, whose scope it would spoil. */
void fl_scorer_whole(struct fl_scorer *scorer, const struct fl_scope_rows *scopes,
                     struct fl_scope_score *scores);

/* ---- the pieces, for explain and tests ---- */

/* Starts a group with row `row`. */
void fl_group_start(struct fl_open_group *group, const struct fl_rows *rows, size_t row);
/* Counts the rows from `row` on that belong to the open group into it; returns the first that does not. */
size_t fl_group_extend(struct fl_open_group *group, const struct fl_rows *rows, size_t row, bool by_order);

/* round_half_up(100 R / (R + K)) with R = max(0, raw); K > 0. */
uint8_t fl_score_of(int64_t raw, int64_t k_micro);
enum fl_band fl_band_of(uint8_t engagement, const uint8_t band_floor[3]);
enum fl_trend fl_trend_of(int64_t points_28, int64_t points_84, bool started, int64_t unit_micro);
const char *fl_band_word(unsigned band);
const char *fl_trend_word(unsigned trend);

#endif
