/* model_settings.h - the numbers of model.yaml as the stages use them. */
#ifndef ENGINE_MODEL_MODEL_SETTINGS_H
#define ENGINE_MODEL_MODEL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kinds of scope; the words are the keys of `k_points`. */
#define FL_SCOPE_LIST(X)                                                                                     \
    X(CUSTOMER, "customer") X(BRAND, "brand") X(CATEGORY, "category") X(PRODUCT, "product")
#define FL_VALUE_FIT_LIST(X) X(MBGNBD, "mbgnbd") X(BGNBD, "bgnbd")
#define FL_TIER_BY_LIST(X)   X(NET, "net") X(LIFETIME, "lifetime")
#define X(name, word)        FL_SCOPE_##name,
enum fl_scope { FL_SCOPE_LIST(X) FL_SCOPES };
#undef X
#define X(name, word) FL_VALUE_FIT_##name,
enum fl_value_fit { FL_VALUE_FIT_LIST(X) FL_VALUE_FITS };
#undef X
#define X(name, word) FL_TIER_BY_##name,
enum fl_tier_by { FL_TIER_BY_LIST(X) FL_TIER_BYS };
#undef X

enum {
    FL_HORIZON_DAYS_MAX = 10000,
    FL_K_POINTS_MAX = 1000000000,
    FL_LATE_REPORT_DAYS_MAX = 100000,
    FL_WINDOW_DAYS_MAX = 36500, /* a hundred years: longer than any shop remembers */
    FL_OVERDUE_MAX = 1000,
    FL_BASKETS_MIN_MAX = 1000, /* that a customer must have */
    FL_AGE_MAX = 150,
    FL_AGE_BANDS_MAX = 16
};

/* SEMANTICS.md section 3. */
struct fl_value_settings {
    int32_t window_days, rfm_days;
    int64_t frequency_cuts[4]; /* lowest purchase days of F 2, 3, 4, 5 */
    bool has_recency_cuts, has_monetary_cuts;
    int64_t recency_cuts_milli[4];  /* thousandths of a day: the fewest of R 4, 3, 2, 1 */
    int64_t monetary_cuts_milli[4]; /* thousandths of a minor unit: the least of M 2, 3, 4, 5 */
    enum fl_value_fit fit;
    enum fl_tier_by tier_by;
    int32_t tier_share_milli[3]; /* of A, B, C; thousandths of those who have a tier A to D */
    int32_t tier_up_milli, tier_down_milli;
    uint8_t engaged_floor, intent_floor;
};

/* SEMANTICS.md section 4: stages, churn signals, tenure. */
struct fl_life_settings {
    int32_t prior_gaps, default_gap_days;
    int32_t won_back_days, new_days, lost_days, lapsed_days, slipping_days;
    int32_t overdue_lost, overdue_slipping;
    uint8_t lead_intent;
    int32_t category_days;
    int32_t p_alive_below_micro;
    int32_t opt_out_days, friction_days; /* 0: the signal is off */
    int32_t winback_days;
    int32_t tenure_days[3];
};

/* SEMANTICS.md section 4: loop, phase, ambassadors. */
struct fl_loop_settings {
    uint8_t conversion_intent, conversion_moving_intent, experience_intent, experience_engagement;
    int64_t nurturing_micro;
    int32_t purchase_days, ambassador_days, ambassador_event_days;
    int32_t friction_days; /* 0: friction takes nobody out */
};

/* SEMANTICS.md section 6. */
struct fl_basket_settings {
    int32_t window_days;
    int32_t low, enough;     /* baskets: from which a customer is low, full */
    int32_t one_range_milli; /* top share from which it buys one range */
};

struct fl_model_settings {
    char currency[4];
    int32_t horizon_days;
    int64_t engagement_k_micro[FL_SCOPES]; /* the raw that gives 50 */
    int64_t intent_k_micro[FL_SCOPES];
    int64_t trend_unit_micro;
    uint8_t band_floor[3]; /* lowest engagement of warm, engaged, hot */
    int32_t late_report_days;
    bool scopes[FL_SCOPES]; /* which kinds are scored; the customer always is */
    bool type_view;
    bool regex; /* keywords.csv may hold regular expressions */
    struct fl_value_settings value;
    struct fl_life_settings life;
    struct fl_loop_settings loops;
    struct fl_basket_settings baskets;
    int32_t age_band_count;
    int32_t age_band_floor[FL_AGE_BANDS_MAX]; /* lowest age of each band, rising, the first 0 */
};

#endif
