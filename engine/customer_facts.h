/* customer_facts.h - what only a whole customer has: value, life cycle, profile, cluster (SEMANTICS.md
 * sections 3, 4 and 6). */
#ifndef ENGINE_CUSTOMER_FACTS_H
#define ENGINE_CUSTOMER_FACTS_H

#include "engine/clusters/basket_row.h"
#include "engine/value/value_model.h"
#include "formats/table/table_writer.h"

/* Sorted, so that a number is the word's place in the dictionary of a results file. */
#define FL_STAGE_LIST(X)                                                                                     \
    X(ACTIVE, "active")                                                                                      \
    X(LAPSED, "lapsed")                                                                                      \
    X(LEAD, "lead")                                                                                          \
    X(LOST, "lost")                                                                                          \
    X(NEW, "new") X(PROSPECT, "prospect") X(SLIPPING, "slipping") X(WON_BACK, "won_back")
#define FL_TENURE_LIST(X)                                                                                    \
    X(LONGER, "longer")                                                                                      \
    X(UNDER_1_YEAR, "under_1_year") X(UNDER_3_YEARS, "under_3_years") X(UNDER_90_DAYS, "under_90_days")
#define X(name, word) FL_STAGE_##name,
enum fl_stage { FL_STAGE_LIST(X) FL_STAGES };
#undef X
#define X(name, word) FL_TENURE_##name,
enum fl_tenure { FL_TENURE_LIST(X) FL_TENURES };
#undef X

/* Churn signals, bits. */
enum {
    FL_SIGNAL_OVERDUE = 1,
    FL_SIGNAL_P_ALIVE = 2,
    FL_SIGNAL_FALLING = 4,
    FL_SIGNAL_OPT_OUT = 8,
    FL_SIGNAL_FRICTION = 16,
    FL_SIGNAL_RETURNS = 32
};

/* Money in minor units of the model's currency; a value whose has_... is false is not set. */
struct fl_customer_facts {
    /* Value. Windows are those of the model: 12 months and 24 months by default. */
    int64_t bought_12m, returned_12m, margin_12m, net_24m;
    int64_t promo_share_milli; /* has_promo_share: something was bought */
    int64_t purchase_days_24m;
    int32_t recency_days; /* has_recency: a purchase in 24 months */
    int32_t first_purchase_day, days_since_purchase, longest_gap_days; /* has_bought */
    int64_t repeat_days, repeat_bought;                                /* x, and what those days brought */
    int64_t mean_purchase;                                             /* has_repeat */
    int64_t p_alive_micro, expected_micro, lifetime_value;             /* has_fit */
    /* Life cycle. */
    int64_t rhythm_milli, overdue_milli; /* has_bought */
    int32_t winback_day;                 /* has_winback; where the stage does not become lapsed tonight */
    int32_t tenure_days;
    uint32_t main_category; /* FL_NO_WORD: none */
    uint8_t stage, tenure, signals;
    bool has_promo_share, has_recency, has_bought, has_repeat, has_fit, has_winback, returns_all;
    /* Profile: words are numbers in the united dictionaries, FL_NO_WORD where there is none. */
    bool has_store_distance;
    uint32_t age_band, life_stage, country, region, urbanity, nearest_store;
    int64_t store_distance_m;
    /* Baskets and clusters, of the cluster stage; numbers of clusters are 0 where there is none. */
    int64_t baskets, breadth_milli;           /* breadth: has_breadth */
    uint32_t cluster, cluster_name;           /* the name's number; FL_NO_WORD */
    uint32_t cluster_second, cluster_pending; /* pending: has_cluster */
    uint32_t cluster_before;
    int32_t cluster_distance_micro, cluster_second_distance_micro; /* has_cluster, has_second */
    uint8_t cluster_pending_nights;                                /* has_cluster */
    uint8_t basket_confidence, basket_range;                       /* range: has_range */
    bool has_breadth, has_range, has_cluster, has_second;
    bool known_before; /* the night before had the customer; told where the model has clusters */
};

/* What the facts of all customers of a run follow from. Immutable once made: threads may share it. */
struct fl_facts_rules {
    const struct fl_value_settings *value;
    const struct fl_life_settings *life;
    const struct fl_value_model *fit; /* NULL: none was made yet */
    int32_t gap_days;                 /* the usual days between two purchase days: everybody's; at least 1 */
    int32_t *category_gap_days;       /* the same by category; NULL: no row has one */
    size_t category_count;            /* numbers of categories are below it */
};

/* The settings and the fit are borrowed. categories: what their numbers mean; NULL: no row has one. */
fl_status fl_facts_rules_init(const struct fl_model_settings *settings, const struct fl_value_model *fit,
                              const struct fl_words *categories, struct fl_facts_rules *rules,
                              struct fl_error *error);
/* Zeroed is fine. */
void fl_facts_rules_release(struct fl_facts_rules *rules);

/* What is known of a customer beside its days. */
struct fl_customer_night {
    int32_t as_of_day;
    int32_t first_row_day; /* of its rows up to the as-of day */
    bool has_first_contact;
    int32_t first_contact_day;
    bool falling; /* its engagement */
    uint8_t intent;
};

/* Work space of one thread. */
struct fl_facts_maker {
    const struct fl_facts_rules *rules;
    int64_t *category_net; /* by category; 0 between two customers */
};

fl_status fl_facts_maker_init(struct fl_facts_maker *maker, const struct fl_facts_rules *rules,
                              struct fl_error *error);
void fl_facts_maker_release(struct fl_facts_maker *maker);
/* The facts as of a day: days after it are passed over, so one list of days answers for each day up to its
 * last. Profile words are set to none, and there are no baskets. */
void fl_customer_facts_make(struct fl_facts_maker *maker, const struct fl_day_facts *days,
                            const struct fl_customer_night *night, struct fl_customer_facts *facts);

/* Whether this is the night on which the stage becomes lapsed, which is then the winback day. stage_before:
 * of the night before; FL_STAGES or above: it is not known. */
static inline bool fl_stage_becomes_lapsed(uint32_t stage, uint32_t stage_before)
{
    return stage == FL_STAGE_LAPSED && stage_before < FL_STAGES && stage_before != FL_STAGE_LAPSED;
}

/* ---- the pieces, for a fit ---- */

/* Purchase days up to some day; all but `days` hold for days > 0 alone. */
struct fl_purchase_history {
    int64_t days;
    int32_t first, last, longest_gap_days;
    int32_t last_gap_days; /* between the last two; 0: there is one */
};
struct fl_purchase_history fl_purchase_history_of(const struct fl_day_facts *days, int32_t as_of_day);
/* The category with the largest net amount in the model's category_days, of equal ones the smallest word;
 * FL_NO_WORD: no row that moves money has one.
 */
uint32_t fl_main_category(struct fl_facts_maker *maker, const struct fl_day_facts *days, int32_t as_of_day);

const char *fl_stage_word(unsigned stage);
const char *fl_tenure_word(unsigned tenure);

#endif
