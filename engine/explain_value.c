/* explain_value.c - money, RFM, life-time value and tier of a customer, in words. */
#include "engine/explain_parts.h"

/* ---- money ---- */

static int64_t promoted_in(const struct fl_explain_parts *parts, int32_t window_days)
{
    const struct fl_day_facts *days = &parts->rows->days;
    int64_t promoted = 0;
    for (size_t i = 0; i < days->day_count; i++)
        promoted += parts->as_of_day - days->days[i].day < window_days ? days->days[i].promoted : 0;
    return promoted;
}

static void say_money(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_customer_facts *facts = parts->facts;
    const struct fl_value_settings *settings = &parts->model->settings.value;
    fl_lines_group(lines, "value");
    if (facts == NULL) {
        fl_lines_column(lines, FL_SCORES_NET_12M, "purchases less returns and cancels, %s, in %s",
                        fl_lines_window(lines, parts->as_of_day, settings->window_days), lines->currency);
        return;
    }
    fl_lines_column(lines, FL_SCORES_NET_12M, "bought %s less returned %s, %s, in %s",
                    fl_lines_money(lines, facts->bought_12m), fl_lines_money(lines, facts->returned_12m),
                    fl_lines_window(lines, parts->as_of_day, settings->window_days), lines->currency);
    fl_lines_column(lines, FL_SCORES_MARGIN_12M, "margin of the same rows");
    fl_lines_column(lines, FL_SCORES_BOUGHT_12M, "purchases");
    fl_lines_column(lines, FL_SCORES_RETURNED_12M, "returns and cancels");
    fl_lines_column(lines, FL_SCORES_PROMO_SHARE, "bought with a discount %s of %s",
                    fl_lines_money(lines, promoted_in(parts, settings->window_days)),
                    fl_lines_money(lines, facts->bought_12m));
    fl_lines_column(lines, FL_SCORES_RETURNS_ALL, "1 for a purchase in these days and net not above 0");
}

/* ---- RFM ---- */

static const char *cuts_text(struct fl_lines *lines, const int64_t cuts[4], int places)
{
    return fl_lines_print(lines, "%s, %s, %s, %s", fl_lines_short(lines, cuts[0], places),
                          fl_lines_short(lines, cuts[1], places), fl_lines_short(lines, cuts[2], places),
                          fl_lines_short(lines, cuts[3], places));
}

/* Where 1 to 5 come from: frozen cuts, or the place among all. `less`: how many come below. */
static const char *step_text(struct fl_lines *lines, const struct fl_explain_counts *counts, uint64_t less,
                             const char *below, bool frozen, const char *cuts)
{
    if (!counts->known)
        return "0: no purchase in the window";
    if (frozen)
        return fl_lines_print(lines, "frozen cuts %s", cuts);
    return fl_lines_print(
        lines, "of %llu customers %llu have %s, %llu as many: 1 + floor(5 (less + equal / 2) / all)",
        (unsigned long long)counts->count, (unsigned long long)less, below,
        (unsigned long long)counts->equal);
}

static void say_rfm(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_value_settings *settings = &parts->model->settings.value;
    const struct fl_explain_place *place = parts->place;
    const struct fl_explain_counts *days = &place->recency_days, *money = &place->monetary;
    const char *window = fl_lines_window(lines, parts->as_of_day, settings->rfm_days);
    fl_lines_group(lines, "RFM");
    fl_lines_column(lines, FL_SCORES_RECENCY_DAYS, "days since the last purchase, of %s", window);
    fl_lines_column(lines, FL_SCORES_RFM_R, "%s",
                    step_text(lines, days, days->count - days->less - days->equal, "more days",
                              settings->has_recency_cuts, cuts_text(lines, settings->recency_cuts_milli, 3)));
    fl_lines_column(lines, FL_SCORES_PURCHASE_DAYS_24M, "days with a purchase in the window");
    fl_lines_column(lines, FL_SCORES_RFM_F,
                    days->known ? "2, 3, 4, 5 from %lld, %lld, %lld, %lld purchase days"
                                : "0: no purchase in the window; else cuts %lld, %lld, %lld, %lld",
                    (long long)settings->frequency_cuts[0], (long long)settings->frequency_cuts[1],
                    (long long)settings->frequency_cuts[2], (long long)settings->frequency_cuts[3]);
    fl_lines_column(lines, FL_SCORES_NET_24M, "purchases less returns and cancels in the window");
    fl_lines_column(lines, FL_SCORES_RFM_M, "%s",
                    step_text(lines, money, money->less, "less money", settings->has_monetary_cuts,
                              cuts_text(lines, settings->monetary_cuts_milli, 5)));
    fl_lines_column(lines, FL_SCORES_RFM_CODE, "100 R + 10 F + M");
    fl_lines_column(lines, FL_SCORES_RFM_GROUP, "the name that the model gives the code");
}

/* ---- life-time value ---- */

static void say_lifetime(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_customer_facts *facts = parts->facts;
    const struct fl_purchase_history history = fl_purchase_history_of(&parts->rows->days, parts->as_of_day);
    fl_lines_group(lines, "life-time value");
    fl_lines_column(lines, FL_SCORES_FIRST_PURCHASE_DAY, "%s",
                    history.days > 0 ? "over all history" : "never bought");
    fl_lines_column(lines, FL_SCORES_REPEAT_PURCHASE_DAYS, "x: %lld purchase days, the first not counted",
                    (long long)history.days);
    if (facts->has_bought) {
        fl_lines_number(lines, "days from first to last", history.last - history.first,
                        fl_lines_print(lines, "%d", history.last - history.first), "t_x, as weeks / 7");
        fl_lines_number(lines, "days since the first", parts->as_of_day - history.first,
                        fl_lines_print(lines, "%d", parts->as_of_day - history.first), "T, as weeks / 7");
    }
    fl_lines_column(lines, FL_SCORES_MEAN_PURCHASE, "m: repeat days brought %s, on %lld days",
                    fl_lines_money(lines, facts->repeat_bought), (long long)facts->repeat_days);
    if (parts->model->value == NULL) {
        fl_lines_ask(lines, "a fit", false, "P(alive) and what follows need a `value fit` of the model");
        return;
    }
    fl_lines_column(lines, FL_SCORES_P_ALIVE, "%s",
                    facts->has_fit
                        ? fl_lines_print(lines, "from x, t_x, T by the parameters of %s",
                                         fl_lines_day(lines, fl_value_model_day(parts->model->value)))
                        : "never bought");
    fl_lines_column(lines, FL_SCORES_EXPECTED_PURCHASES, "in the next 52 weeks, not discounted");
    fl_lines_column(lines, FL_SCORES_LIFETIME_VALUE,
                    "expected spend a purchase times the purchases of 52 weeks, discounted 10 %% a year");
}

/* ---- tier ---- */

static const char *border_text(struct fl_lines *lines, int64_t lowest)
{
    return lowest == INT64_MAX ? "nobody" : fl_lines_print(lines, "from %s", fl_lines_money(lines, lowest));
}

static void say_borders(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_explain_place *place = parts->place;
    const bool buyer = place->tier_value.known;
    const char *by = parts->model->settings.value.tier_by == FL_TIER_BY_NET ? "net_12m" : "lifetime_value";
    if (buyer)
        fl_lines_number(
            lines, "tier value", place->tier_value.value, fl_lines_money(lines, place->tier_value.value),
            "%s; of %llu buyers %llu have less, %llu as much", by, (unsigned long long)place->buyers,
            (unsigned long long)place->tier_value.less, (unsigned long long)place->tier_value.equal);
    else
        fl_lines_ask(lines, "takes part", false, "no net purchases above 0 in the window: Z");
    for (int tier = 0; tier < FL_TIER_D && buyer; tier++)
        fl_lines_ask(lines,
                     tier == 0   ? "A by value"
                     : tier == 1 ? "B by value"
                                 : "C by value",
                     place->tier_value.value >= place->borders.lowest[tier], "%s",
                     border_text(lines, place->borders.lowest[tier]));
}

static const char *tier_reason(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_explain_place *place = parts->place;
    const struct fl_text before = fl_stored_text(lines->stored, FL_SCORES_TIER_BEFORE, 0),
                         now = fl_stored_text(lines->stored, FL_SCORES_TIER, 0),
                         pending = fl_stored_text(lines->stored, FL_SCORES_TIER_PENDING, 0);
    const unsigned plain =
        place->tier_value.known ? fl_tier_plain(&place->borders, place->tier_value.value) : FL_TIER_Z;
    const char *is = fl_tier_word(plain);
    if (!parts->has_previous)
        return fl_lines_print(lines, "%s by value; without a night before nothing can be pending", is);
    if (before.bytes == NULL)
        return fl_lines_print(lines, "%s by value; the night before had none for this customer", is);
    if (pending.bytes != NULL)
        return fl_lines_print(
            lines,
            "%s by value, %.*s the night before: held one night more, as it is not %s up or below %s down",
            is, (int)before.size, before.bytes, fl_lines_short(lines, place->borders.up_milli, 3),
            fl_lines_short(lines, place->borders.down_milli, 3));
    return fl_lines_print(lines,
                          fl_text_equal(before, now) ? "%s by value, as the night before (%.*s)"
                                                     : "%s by value, %.*s the night before: the change holds",
                          is, (int)before.size, before.bytes);
}

static void say_tier(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    fl_lines_group(lines, "tier");
    if (!parts->place->has_borders) {
        fl_lines_column(lines, FL_SCORES_TIER, "the run lacks the value it goes by");
    } else {
        say_borders(parts);
        fl_lines_column(lines, FL_SCORES_TIER, "%s", tier_reason(parts));
    }
    fl_lines_column(lines, FL_SCORES_TIER_PENDING, "the tier that comes if it is the same tomorrow");
    fl_lines_column(lines, FL_SCORES_TIER_PENDING_NIGHTS, "nights that it has been pending");
}

void fl_explain_value(const struct fl_explain_parts *parts)
{
    say_money(parts);
    if (parts->facts == NULL)
        return;
    say_rfm(parts);
    say_lifetime(parts);
    say_tier(parts);
}
