/* customer_facts.c - value and life cycle of a customer as of a day, from its days. */
#include "engine/customer_facts.h"

#include "formats/base/civil.h"
#include "formats/table/word_union.h"

fl_status fl_facts_rules_init(const struct fl_model_settings *settings, const struct fl_value_model *fit,
                              const struct fl_words *categories, struct fl_facts_rules *rules,
                              struct fl_error *error)
{
    *rules = (struct fl_facts_rules){.value = &settings->value, .life = &settings->life, .fit = fit};
    rules->gap_days = fit == NULL ? settings->life.default_gap_days
                                  : fl_value_model_gap_days(fit, (struct fl_text){.bytes = "", .size = 0});
    if (categories == NULL || categories->count == 0)
        return FL_OK;
    rules->category_count = categories->count;
    rules->category_gap_days = malloc(categories->count * sizeof *rules->category_gap_days);
    if (rules->category_gap_days == NULL)
        return fl_fail_memory(error, categories->count * sizeof *rules->category_gap_days);
    for (size_t i = 0; i < categories->count; i++)
        rules->category_gap_days[i] =
            fit == NULL ? rules->gap_days : fl_value_model_gap_days(fit, fl_words_at(categories, i));
    return FL_OK;
}

void fl_facts_rules_release(struct fl_facts_rules *rules)
{
    free(rules->category_gap_days);
    *rules = (struct fl_facts_rules){0};
}

fl_status fl_facts_maker_init(struct fl_facts_maker *maker, const struct fl_facts_rules *rules,
                              struct fl_error *error)
{
    *maker = (struct fl_facts_maker){.rules = rules};
    if (rules->category_count == 0)
        return FL_OK;
    maker->category_net = calloc(rules->category_count, sizeof *maker->category_net);
    return maker->category_net != NULL
               ? FL_OK
               : fl_fail_memory(error, rules->category_count * sizeof *maker->category_net);
}

void fl_facts_maker_release(struct fl_facts_maker *maker)
{
    free(maker->category_net);
    *maker = (struct fl_facts_maker){0};
}

/* a / b, half away from zero. Requires: 0 <= a <= FL_CUSTOMER_MONEY_MAX, 0 < b <= 2^31. */
static int64_t rounded(int64_t a, int64_t b)
{
    assert(a >= 0 && a <= FL_CUSTOMER_MONEY_MAX && b > 0 && b <= INT64_C(1) << 31);
    return (int64_t)((2 * (uint64_t)a + (uint64_t)b) / (2 * (uint64_t)b));
}

/* 1000 a / b the same way. Requires: 0 <= a <= FL_CUSTOMER_MONEY_MAX, b > 0. A division of 128 bits takes
 * longer than all the rest of a customer, and is for retailers who count in trillions. */
static int64_t rounded_milli(int64_t a, int64_t b)
{
    if (a <= INT64_MAX / 4000 && b <= INT64_MAX / 2)
        return (2000 * a + b) / (2 * b);
    return (int64_t)((2000 * (__int128)a + b) / (2 * (__int128)b));
}

/* ---- purchases ---- */

/* Without jumps, as which days have a purchase cannot be foretold. */
static void note_purchase(struct fl_purchase_history *history, int32_t day, bool purchase)
{
    const bool first = purchase && history->days == 0, later = purchase && history->days > 0;
    const int32_t gap_days = day - history->last;
    history->first = first ? day : history->first;
    history->last = purchase ? day : history->last;
    history->last_gap_days = later ? gap_days : history->last_gap_days;
    history->longest_gap_days =
        later && gap_days > history->longest_gap_days ? gap_days : history->longest_gap_days;
    history->days += purchase;
}

struct fl_purchase_history fl_purchase_history_of(const struct fl_day_facts *days, int32_t as_of_day)
{
    struct fl_purchase_history history = {0};
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day; i++)
        note_purchase(&history, days->days[i].day, (days->days[i].events & FL_DAY_PURCHASE) != 0);
    return history;
}

struct span {
    size_t first, end;
};

/* The categories of the days after `before` up to `last`. */
static struct span span_of(const struct fl_day_facts *days, int32_t before, int32_t last)
{
    const struct fl_category_fact *facts = days->categories;
    size_t end = days->category_count, first;
    while (end > 0 && facts[end - 1].day > last)
        end--;
    for (first = end; first > 0 && facts[first - 1].day > before;)
        first--;
    return (struct span){first, end};
}

uint32_t fl_main_category(struct fl_facts_maker *maker, const struct fl_day_facts *days, int32_t as_of_day)
{
    const struct fl_category_fact *facts = days->categories;
    const struct span span = span_of(days, as_of_day - maker->rules->life->category_days, as_of_day);
    int64_t *net = maker->category_net;
    uint32_t main = FL_NO_WORD;
    for (size_t i = span.first; i < span.end; i++)
        net[facts[i].category] += facts[i].net;
    for (size_t i = span.first; i < span.end; i++) {
        const uint32_t category = facts[i].category;
        if (main == FL_NO_WORD || net[category] > net[main] ||
            (net[category] == net[main] && category < main))
            main = category;
    }
    for (size_t i = span.first; i < span.end; i++)
        net[facts[i].category] = 0;
    return main;
}

/* ---- the stage ---- */

/* The rhythm g as a fraction, so that o = days / g is compared in integers: days * gaps : gap_days. */
struct rhythm {
    int64_t gap_days, gaps;
};

static struct rhythm rhythm_of(const struct fl_facts_rules *rules, const struct fl_purchase_history *history,
                               uint32_t category)
{
    const int64_t usual = category == FL_NO_WORD ? rules->gap_days : rules->category_gap_days[category];
    const int64_t prior = rules->life->prior_gaps;
    return (struct rhythm){.gap_days = history->last - history->first + prior * usual,
                           .gaps = history->days - 1 + prior};
}

/* o > times */
static bool is_overdue(const struct rhythm *rhythm, int32_t days, int32_t times)
{
    return days * rhythm->gaps > times * rhythm->gap_days;
}

static bool is_new(const struct fl_life_settings *life, const struct fl_purchase_history *history,
                   int32_t days)
{
    return history->days == 1 && days <= life->new_days;
}

static bool is_lost(const struct fl_life_settings *life, const struct rhythm *rhythm, int32_t days)
{
    return days >= life->lost_days && is_overdue(rhythm, days, life->overdue_lost);
}

static bool is_lapsed(const struct fl_life_settings *life, const struct rhythm *rhythm, int32_t longest_gap,
                      int32_t days)
{
    return days >= life->lapsed_days && days > longest_gap && is_overdue(rhythm, days, life->overdue_lost);
}

/* Whether on that day lapsed or lost would come, were there no won_back in front of them. */
static bool would_be_away(struct fl_facts_maker *maker, const struct fl_day_facts *days,
                          const struct fl_purchase_history *history, int32_t day)
{
    const struct fl_life_settings *life = maker->rules->life;
    const int32_t since = day - history->last;
    /* Nearly always enough, and needs no main category. */
    if (is_new(life, history, since) || (since < life->lapsed_days && since < life->lost_days))
        return false;
    const struct rhythm rhythm = rhythm_of(maker->rules, history, fl_main_category(maker, days, day));
    return is_lost(life, &rhythm, since) || is_lapsed(life, &rhythm, history->longest_gap_days, since);
}

/* Whether on the day before the last purchase the stage was lapsed or lost. Then it was not won_back, which
 * in its turn asks for the purchase before: back to one whose answer does not hang on an earlier one, and
 * from there each purchase turns the answer round. */
static bool was_away(struct fl_facts_maker *maker, const struct fl_day_facts *days,
                     const struct fl_purchase_history *history)
{
    const struct fl_life_settings *life = maker->rules->life;
    struct fl_purchase_history at = *history;
    bool turned = false;
    while (at.days > 1) {
        const int32_t since = at.last_gap_days - 1, day = at.last - 1;
        if (since < life->lapsed_days && since < life->lost_days)
            break;
        at = fl_purchase_history_of(days, day);
        if (!would_be_away(maker, days, &at, day))
            break;
        if (since > life->won_back_days)
            return !turned;
        turned = !turned;
    }
    return turned;
}

static enum fl_stage stage_of(struct fl_facts_maker *maker, const struct fl_day_facts *days,
                              const struct fl_purchase_history *history, const struct rhythm *rhythm,
                              const struct fl_customer_night *night)
{
    const struct fl_life_settings *life = maker->rules->life;
    if (history->days == 0)
        return night->intent >= life->lead_intent ? FL_STAGE_LEAD : FL_STAGE_PROSPECT;
    const int32_t since = night->as_of_day - history->last;
    if (since <= life->won_back_days && was_away(maker, days, history))
        return FL_STAGE_WON_BACK;
    if (is_new(life, history, since))
        return FL_STAGE_NEW;
    if (is_lost(life, rhythm, since))
        return FL_STAGE_LOST;
    if (is_lapsed(life, rhythm, history->longest_gap_days, since))
        return FL_STAGE_LAPSED;
    if (since >= life->slipping_days && is_overdue(rhythm, since, life->overdue_slipping))
        return FL_STAGE_SLIPPING;
    return FL_STAGE_ACTIVE;
}

/* ---- sums of days ---- */

/* Last days on which something happened; NEVER: it has not. */
#define NEVER INT32_MIN
struct last_days {
    int32_t friction, opt_out, exit_survey, purchase_in_window;
};

/* All bits where it holds. */
static int64_t mask_if(bool holds)
{
    return -(int64_t)holds;
}

static void note_events(const struct fl_day_fact *of_day, bool purchase_in_window, struct last_days *last)
{
    const int32_t day = of_day->day;
    last->friction = (of_day->events & FL_DAY_FRICTION) != 0 ? day : last->friction;
    last->opt_out = (of_day->events & FL_DAY_OPT_OUT) != 0 ? day : last->opt_out;
    last->exit_survey = (of_day->events & FL_DAY_EXIT_SURVEY) != 0 ? day : last->exit_survey;
    last->purchase_in_window = purchase_in_window ? day : last->purchase_in_window;
}

/* What days bring in the two windows. */
struct window_sums {
    int64_t bought, returned, margin, promoted, net_24m, purchase_days_24m;
};

static void add_to_windows(const struct fl_day_fact *of_day, bool purchase, int64_t in_window, int64_t in_rfm,
                           struct window_sums *sums)
{
    sums->bought += of_day->bought & in_window;
    sums->returned += of_day->returned & in_window;
    sums->margin += of_day->margin & in_window;
    sums->promoted += of_day->promoted & in_window;
    sums->net_24m += (of_day->bought - of_day->returned) & in_rfm;
    sums->purchase_days_24m += purchase & in_rfm;
}

/* In one pass, as it is most of the work for a customer; what depends on a day must not become a jump. */
static struct fl_purchase_history add_days(const struct fl_facts_rules *rules,
                                           const struct fl_day_facts *days, int32_t as_of_day,
                                           struct window_sums *sums, int64_t *repeat_bought,
                                           struct last_days *last)
{
    struct fl_purchase_history history = {0};
    const int32_t window_days = rules->value->window_days, rfm_days = rules->value->rfm_days;
    for (size_t i = 0; i < days->day_count && days->days[i].day <= as_of_day; i++) {
        const struct fl_day_fact *of_day = &days->days[i];
        const int32_t age_days = as_of_day - of_day->day;
        const bool purchase = (of_day->events & FL_DAY_PURCHASE) != 0, in_window = age_days < window_days;
        *repeat_bought += of_day->bought & mask_if(purchase && history.days > 0);
        note_purchase(&history, of_day->day, purchase);
        note_events(of_day, purchase && in_window, last);
        add_to_windows(of_day, purchase, mask_if(in_window), mask_if(age_days < rfm_days), sums);
    }
    return history;
}

static void set_value(const struct fl_purchase_history *history, const struct window_sums *sums,
                      const struct last_days *last, struct fl_customer_facts *facts)
{
    facts->bought_12m = sums->bought;
    facts->returned_12m = sums->returned;
    facts->margin_12m = sums->margin;
    facts->net_24m = sums->net_24m;
    facts->purchase_days_24m = sums->purchase_days_24m;
    facts->has_promo_share = sums->bought > 0;
    if (facts->has_promo_share)
        facts->promo_share_milli = rounded_milli(sums->promoted, sums->bought);
    facts->returns_all = last->purchase_in_window != NEVER && sums->bought <= sums->returned;
    facts->has_recency = sums->purchase_days_24m > 0;
    facts->has_bought = history->days > 0;
    facts->has_repeat = history->days > 1;
    if (!facts->has_repeat)
        return;
    facts->repeat_days = history->days - 1;
    facts->mean_purchase = rounded(facts->repeat_bought, facts->repeat_days);
}

static void set_rhythm(const struct fl_purchase_history *history, const struct rhythm *rhythm,
                       int32_t as_of_day, struct fl_customer_facts *facts)
{
    if (!facts->has_bought)
        return;
    facts->first_purchase_day = history->first;
    facts->days_since_purchase = as_of_day - history->last;
    facts->recency_days = facts->has_recency ? facts->days_since_purchase : 0;
    facts->longest_gap_days = history->longest_gap_days;
    facts->rhythm_milli = rounded(1000 * rhythm->gap_days, rhythm->gaps);
    facts->overdue_milli = rounded(1000 * facts->days_since_purchase * rhythm->gaps, rhythm->gap_days);
}

static void set_fit(const struct fl_value_model *fit, const struct fl_purchase_history *history,
                    int32_t as_of_day, struct fl_customer_facts *facts)
{
    struct fl_customer_value value;
    if (fit == NULL || !facts->has_bought)
        return;
    fl_value_of(fit, facts->repeat_days, history->last - history->first, as_of_day - history->first,
                facts->repeat_bought, &value);
    facts->has_fit = true;
    facts->p_alive_micro = value.p_alive_micro;
    facts->expected_micro = value.expected_micro;
    facts->lifetime_value = value.lifetime_value;
}

/* ---- signals, winback, tenure ---- */

/* In the last `days` days. */
static bool lately(int32_t day, int32_t as_of_day, int32_t days)
{
    return day != NEVER && as_of_day - day < days;
}

static uint8_t signals_of(const struct fl_life_settings *life, const struct rhythm *rhythm,
                          const struct last_days *last, const struct fl_customer_night *night,
                          const struct fl_customer_facts *facts)
{
    unsigned signals = 0;
    if (facts->has_bought && is_overdue(rhythm, facts->days_since_purchase, life->overdue_slipping))
        signals |= FL_SIGNAL_OVERDUE;
    if (facts->has_fit && facts->p_alive_micro < life->p_alive_below_micro)
        signals |= FL_SIGNAL_P_ALIVE;
    if (night->falling)
        signals |= FL_SIGNAL_FALLING;
    if (lately(last->opt_out, night->as_of_day, life->opt_out_days))
        signals |= FL_SIGNAL_OPT_OUT;
    if (lately(last->friction, night->as_of_day, life->friction_days))
        signals |= FL_SIGNAL_FRICTION;
    if (facts->returned_12m > 0 && facts->returned_12m >= facts->bought_12m - facts->returned_12m)
        signals |= FL_SIGNAL_RETURNS;
    return (uint8_t)signals;
}

/* A day behind the calendar's end is none. */
static void take_winback(int32_t day, int32_t as_of_day, struct fl_customer_facts *facts)
{
    if (day < as_of_day || day > FL_DAY_MAX || (facts->has_winback && facts->winback_day <= day))
        return;
    facts->has_winback = true;
    facts->winback_day = day;
}

static void set_winback(const struct fl_life_settings *life, const struct fl_purchase_history *history,
                        const struct last_days *last, int32_t as_of_day, struct fl_customer_facts *facts)
{
    if (history->days > 0)
        take_winback(history->last + life->winback_days, as_of_day, facts);
    if (last->exit_survey != NEVER)
        take_winback(last->exit_survey + life->winback_days, as_of_day, facts);
}

static void set_tenure(const struct fl_life_settings *life, const struct fl_customer_night *night,
                       struct fl_customer_facts *facts)
{
    static const uint8_t bands[] = {FL_TENURE_UNDER_90_DAYS, FL_TENURE_UNDER_1_YEAR, FL_TENURE_UNDER_3_YEARS,
                                    FL_TENURE_LONGER};
    int32_t first = night->first_row_day;
    size_t band = 0;
    if (night->has_first_contact && night->first_contact_day < first)
        first = night->first_contact_day;
    facts->tenure_days = night->as_of_day - first;
    while (band < 3 && facts->tenure_days >= life->tenure_days[band])
        band++;
    facts->tenure = bands[band];
}

void fl_customer_facts_make(struct fl_facts_maker *maker, const struct fl_day_facts *days,
                            const struct fl_customer_night *night, struct fl_customer_facts *facts)
{
    const struct fl_facts_rules *rules = maker->rules;
    const struct fl_life_settings *life = rules->life;
    struct last_days last = {NEVER, NEVER, NEVER, NEVER};
    struct window_sums sums = {0};
    int64_t repeat_bought = 0;
    *facts = (struct fl_customer_facts){.age_band = FL_NO_WORD,
                                        .life_stage = FL_NO_WORD,
                                        .country = FL_NO_WORD,
                                        .region = FL_NO_WORD,
                                        .urbanity = FL_NO_WORD,
                                        .nearest_store = FL_NO_WORD,
                                        .cluster_name = FL_NO_WORD};
    const struct fl_purchase_history history =
        add_days(rules, days, night->as_of_day, &sums, &repeat_bought, &last);
    facts->repeat_bought = repeat_bought;
    facts->main_category = fl_main_category(maker, days, night->as_of_day);
    const struct rhythm rhythm = rhythm_of(rules, &history, facts->main_category);
    set_value(&history, &sums, &last, facts);
    set_rhythm(&history, &rhythm, night->as_of_day, facts);
    set_fit(rules->fit, &history, night->as_of_day, facts);
    facts->stage = (uint8_t)stage_of(maker, days, &history, &rhythm, night);
    facts->signals = signals_of(life, &rhythm, &last, night, facts);
    set_winback(life, &history, &last, night->as_of_day, facts);
    set_tenure(life, night, facts);
}

const char *fl_stage_word(unsigned stage)
{
#define X(name, word) word,
    static const char *const words[] = {FL_STAGE_LIST(X)};
#undef X
    return stage < FL_STAGES ? words[stage] : NULL;
}

const char *fl_tenure_word(unsigned tenure)
{
#define X(name, word) word,
    static const char *const words[] = {FL_TENURE_LIST(X)};
#undef X
    return tenure < FL_TENURES ? words[tenure] : NULL;
}
