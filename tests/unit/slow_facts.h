/* slow_facts.h - facts of a customer by the words of SEMANTICS.md, all its rows looked at for each number. */
#ifndef TESTS_UNIT_SLOW_FACTS_H
#define TESTS_UNIT_SLOW_FACTS_H

#include "tests/unit/engine_fixture.h"

#include "engine/customer_facts.h"
#include "formats/table/word_union.h"

/* A row as a retailer's analyst thinks of it. */
struct fact_row {
    int32_t day;
    uint8_t type;
    int64_t amount, margin; /* margin: as it enters the sum, so below 0 of most returns */
    bool promoted;
    uint32_t category;
};

struct slow_facts {
    const struct fl_registry *registry;
    const struct fl_facts_rules *rules;
    const struct fact_row *rows; /* in any order */
    size_t count;
};

static inline enum fl_role slow_role(const struct slow_facts *slow, size_t row)
{
    return slow->registry->types[slow->rows[row].type].role;
}

static inline int64_t slow_net(const struct slow_facts *slow, size_t row)
{
    const enum fl_role role = slow_role(slow, row);
    return role == FL_ROLE_PURCHASE                           ? slow->rows[row].amount
           : role == FL_ROLE_RETURN || role == FL_ROLE_CANCEL ? -slow->rows[row].amount
                                                              : 0;
}

/* Rows of a role on days first .. last. */
static inline int64_t slow_count(const struct slow_facts *slow, enum fl_role role, int32_t first,
                                 int32_t last)
{
    int64_t found = 0;
    for (size_t i = 0; i < slow->count; i++)
        found += slow->rows[i].day >= first && slow->rows[i].day <= last && slow_role(slow, i) == role;
    return found;
}

/* The last day of a role up to `day`, INT32_MIN: none. */
static inline int32_t slow_last(const struct slow_facts *slow, enum fl_role role, int32_t day)
{
    int32_t last = INT32_MIN;
    for (size_t i = 0; i < slow->count; i++) {
        if (slow_role(slow, i) == role && slow->rows[i].day <= day && slow->rows[i].day > last)
            last = slow->rows[i].day;
    }
    return last;
}

static inline bool slow_is_money(const struct slow_facts *slow, size_t row)
{
    const enum fl_role role = slow_role(slow, row);
    return role == FL_ROLE_PURCHASE || role == FL_ROLE_RETURN || role == FL_ROLE_CANCEL;
}

static inline uint32_t slow_category(const struct slow_facts *slow, int32_t as_of)
{
    uint32_t best = FL_NO_WORD;
    int64_t most = 0;
    for (uint32_t category = 0; category < slow->rules->category_count; category++) {
        int64_t net = 0;
        bool found = false;
        for (size_t i = 0; i < slow->count; i++) {
            const int32_t age = as_of - slow->rows[i].day;
            if (slow->rows[i].category != category || age < 0 || age >= slow->rules->life->category_days ||
                !slow_is_money(slow, i))
                continue;
            found = true;
            net += slow_net(slow, i);
        }
        if (found && (best == FL_NO_WORD || net > most)) {
            most = net;
            best = category;
        }
    }
    return best;
}

enum { SLOW_DAYS_MAX = 1600 };

/* Purchase days up to as_of, rising; all must be in the last SLOW_DAYS_MAX days. */
struct slow_purchases {
    int32_t day[SLOW_DAYS_MAX];
    int64_t bought[SLOW_DAYS_MAX];
    int count;
};

static inline void slow_purchases(const struct slow_facts *slow, int32_t as_of,
                                  struct slow_purchases *purchases)
{
    int64_t bought[SLOW_DAYS_MAX] = {0};
    bool has[SLOW_DAYS_MAX] = {false};
    for (size_t i = 0; i < slow->count; i++) {
        const int32_t age = as_of - slow->rows[i].day;
        if (age < 0 || slow_role(slow, i) != FL_ROLE_PURCHASE)
            continue;
        assert_true(age < SLOW_DAYS_MAX);
        has[age] = true;
        bought[age] += slow->rows[i].amount;
    }
    purchases->count = 0;
    for (int32_t age = SLOW_DAYS_MAX - 1; age >= 0; age--) {
        if (!has[age])
            continue;
        purchases->day[purchases->count] = as_of - age;
        purchases->bought[purchases->count++] = bought[age];
    }
}

struct slow_rhythm {
    long double g, o;
    int32_t longest;
};

static inline struct slow_rhythm slow_rhythm(const struct slow_facts *slow, int32_t as_of,
                                             const struct slow_purchases *purchases)
{
    const uint32_t category = slow_category(slow, as_of);
    const int32_t usual =
        category == FL_NO_WORD ? slow->rules->gap_days : slow->rules->category_gap_days[category];
    const int32_t prior = slow->rules->life->prior_gaps;
    struct slow_rhythm rhythm = {.longest = 0};
    int64_t sum = (int64_t)prior * usual;
    for (int i = 1; i < purchases->count; i++) {
        const int32_t gap = purchases->day[i] - purchases->day[i - 1];
        sum += gap;
        rhythm.longest = gap > rhythm.longest ? gap : rhythm.longest;
    }
    const int64_t gaps = purchases->count - 1 + prior;
    rhythm.g = (long double)sum / (long double)gaps;
    /* One rounding: exact where the quotient is an integer, and far from one elsewhere. */
    rhythm.o = (long double)((as_of - purchases->day[purchases->count - 1]) * gaps) / (long double)sum;
    return rhythm;
}

static inline enum fl_stage slow_stage(const struct slow_facts *slow, int32_t as_of, uint8_t intent)
{
    const struct fl_life_settings *life = slow->rules->life;
    struct slow_purchases *purchases = calloc(1, sizeof *purchases);
    assert_non_null(purchases);
    slow_purchases(slow, as_of, purchases);
    const int count = purchases->count;
    const int32_t last = count == 0 ? 0 : purchases->day[count - 1], days = as_of - last;
    const struct slow_rhythm rhythm =
        count == 0 ? (struct slow_rhythm){0} : slow_rhythm(slow, as_of, purchases);
    free(purchases);
    if (count == 0)
        return intent >= life->lead_intent ? FL_STAGE_LEAD : FL_STAGE_PROSPECT;
    if (days <= life->won_back_days) {
        const enum fl_stage before = slow_stage(slow, last - 1, 0);
        if (before == FL_STAGE_LAPSED || before == FL_STAGE_LOST)
            return FL_STAGE_WON_BACK;
    }
    if (count == 1 && days <= life->new_days)
        return FL_STAGE_NEW;
    if (rhythm.o > life->overdue_lost && days >= life->lost_days)
        return FL_STAGE_LOST;
    if (rhythm.o > life->overdue_lost && days >= life->lapsed_days && days > rhythm.longest)
        return FL_STAGE_LAPSED;
    if (rhythm.o > life->overdue_slipping && days >= life->slipping_days)
        return FL_STAGE_SLIPPING;
    return FL_STAGE_ACTIVE;
}

static inline int64_t slow_round(long double value)
{
    return (int64_t)(value + 0.5L);
}

/* Money and counts of the windows. */
static inline void slow_sums(const struct slow_facts *slow, int32_t as_of, struct fl_customer_facts *facts)
{
    const int32_t year = as_of - slow->rules->value->window_days + 1,
                  rfm = as_of - slow->rules->value->rfm_days + 1;
    int64_t promoted = 0;
    for (size_t i = 0; i < slow->count; i++) {
        const struct fact_row *row = &slow->rows[i];
        const int64_t net = slow_net(slow, i);
        const bool purchase = slow_role(slow, i) == FL_ROLE_PURCHASE;
        if (row->day > as_of || !slow_is_money(slow, i))
            continue;
        facts->net_24m += row->day >= rfm ? net : 0;
        if (row->day < year)
            continue;
        *(purchase ? &facts->bought_12m : &facts->returned_12m) += row->amount;
        facts->margin_12m += row->margin;
        promoted += purchase && row->promoted ? row->amount : 0;
    }
    facts->has_promo_share = facts->bought_12m > 0;
    if (facts->has_promo_share)
        facts->promo_share_milli =
            slow_round((long double)(1000 * promoted) / (long double)facts->bought_12m);
    facts->returns_all =
        slow_count(slow, FL_ROLE_PURCHASE, year, as_of) > 0 && facts->bought_12m <= facts->returned_12m;
}

static inline void slow_buyer(const struct slow_facts *slow, int32_t as_of, struct fl_customer_facts *facts)
{
    const int32_t rfm = as_of - slow->rules->value->rfm_days + 1;
    struct slow_purchases *purchases = calloc(1, sizeof *purchases);
    assert_non_null(purchases);
    slow_purchases(slow, as_of, purchases);
    if (purchases->count > 0) {
        const struct slow_rhythm rhythm = slow_rhythm(slow, as_of, purchases);
        facts->has_bought = true;
        facts->first_purchase_day = purchases->day[0];
        facts->days_since_purchase = as_of - purchases->day[purchases->count - 1];
        facts->longest_gap_days = rhythm.longest;
        facts->rhythm_milli = slow_round(1000 * rhythm.g);
        facts->overdue_milli = slow_round(1000 * rhythm.o);
        if (rhythm.o > slow->rules->life->overdue_slipping)
            facts->signals |= FL_SIGNAL_OVERDUE;
    }
    for (int i = 0; i < purchases->count; i++) {
        facts->purchase_days_24m += purchases->day[i] >= rfm;
        facts->repeat_days += i > 0;
        facts->repeat_bought += i > 0 ? purchases->bought[i] : 0;
    }
    facts->has_recency = facts->purchase_days_24m > 0;
    if (facts->has_recency)
        facts->recency_days = facts->days_since_purchase;
    facts->has_repeat = facts->repeat_days > 0;
    if (facts->has_repeat)
        facts->mean_purchase =
            slow_round((long double)facts->repeat_bought / (long double)facts->repeat_days);
    free(purchases);
}

static inline void slow_signals(const struct slow_facts *slow, const struct fl_customer_night *night,
                                struct fl_customer_facts *facts)
{
    const struct fl_life_settings *life = slow->rules->life;
    const int32_t as_of = night->as_of_day;
    if (night->falling)
        facts->signals |= FL_SIGNAL_FALLING;
    if (slow_count(slow, FL_ROLE_OPT_OUT, as_of - life->opt_out_days + 1, as_of) > 0)
        facts->signals |= FL_SIGNAL_OPT_OUT;
    if (slow_count(slow, FL_ROLE_FRICTION, as_of - life->friction_days + 1, as_of) > 0)
        facts->signals |= FL_SIGNAL_FRICTION;
    if (facts->returned_12m > 0 && 2 * facts->returned_12m >= facts->bought_12m)
        facts->signals |= FL_SIGNAL_RETURNS;
}

static inline void slow_winback(const struct slow_facts *slow, const struct fl_customer_night *night,
                                struct fl_customer_facts *facts)
{
    const int32_t as_of = night->as_of_day, days = slow->rules->life->winback_days;
    const int32_t bases[] = {slow_last(slow, FL_ROLE_PURCHASE, as_of),
                             slow_last(slow, FL_ROLE_EXIT_SURVEY, as_of)};
    for (int i = 0; i < 2; i++) {
        if (bases[i] == INT32_MIN || bases[i] + days < as_of)
            continue;
        if (!facts->has_winback || bases[i] + days < facts->winback_day)
            facts->winback_day = bases[i] + days;
        facts->has_winback = true;
    }
}

static inline struct fl_customer_facts slow_facts(const struct slow_facts *slow,
                                                  const struct fl_customer_night *night)
{
    const struct fl_life_settings *life = slow->rules->life;
    const int32_t as_of = night->as_of_day;
    struct fl_customer_facts facts = {0};
    slow_sums(slow, as_of, &facts);
    slow_buyer(slow, as_of, &facts);
    facts.main_category = slow_category(slow, as_of);
    facts.stage = (uint8_t)slow_stage(slow, as_of, night->intent);
    slow_signals(slow, night, &facts);
    slow_winback(slow, night, &facts);
    facts.tenure_days = as_of - night->first_row_day;
    if (night->has_first_contact && as_of - night->first_contact_day > facts.tenure_days)
        facts.tenure_days = as_of - night->first_contact_day;
    facts.tenure = facts.tenure_days < life->tenure_days[0]   ? FL_TENURE_UNDER_90_DAYS
                   : facts.tenure_days < life->tenure_days[1] ? FL_TENURE_UNDER_1_YEAR
                   : facts.tenure_days < life->tenure_days[2] ? FL_TENURE_UNDER_3_YEARS
                                                              : FL_TENURE_LONGER;
    return facts;
}

#define FACTS_MEMBER_LIST(X)                                                                                 \
    X(bought_12m)                                                                                            \
    X(returned_12m)                                                                                          \
    X(margin_12m)                                                                                            \
    X(net_24m)                                                                                               \
    X(promo_share_milli)                                                                                     \
    X(purchase_days_24m)                                                                                     \
    X(recency_days)                                                                                          \
    X(first_purchase_day) X(days_since_purchase) X(longest_gap_days) X(repeat_days) X(repeat_bought)         \
        X(mean_purchase) X(p_alive_micro) X(expected_micro) X(lifetime_value) X(rhythm_milli)                \
            X(overdue_milli) X(winback_day) X(tenure_days) X(main_category) X(stage) X(tenure) X(signals)    \
                X(has_promo_share) X(has_recency) X(has_bought) X(has_repeat) X(has_fit) X(has_winback)      \
                    X(returns_all)

static inline void assert_equal_facts(const struct fl_customer_facts *a, const struct fl_customer_facts *b)
{
#define X(member)                                                                                            \
    if (a->member != b->member)                                                                              \
        fail_msg("%s: %lld and %lld", #member, (long long)a->member, (long long)b->member);
    FACTS_MEMBER_LIST(X)
#undef X
}

#endif
