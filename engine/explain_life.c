/* explain_life.c - stage, churn signals, winback day and tenure of a customer, in words. */
#include "engine/explain_parts.h"

/* What all of it follows from. */
struct life {
    const struct fl_explain_parts *parts;
    struct fl_lines *lines;
    const struct fl_life_settings *settings;
    const struct fl_customer_facts *facts;
    struct fl_purchase_history history;
    int64_t usual_days, gap_days, gaps; /* the rhythm is gap_days / gaps */
    int32_t since;                      /* days since the last purchase */
};

static void begin(const struct fl_explain_parts *parts, struct life *life)
{
    const struct fl_facts_rules *rules = &parts->stages->facts;
    *life = (struct life){.parts = parts,
                          .lines = parts->lines,
                          .settings = &parts->model->settings.life,
                          .facts = parts->facts,
                          .history = fl_purchase_history_of(&parts->rows->days, parts->as_of_day)};
    const uint32_t category = parts->facts->main_category;
    life->usual_days = category == FL_NO_WORD ? rules->gap_days : rules->category_gap_days[category];
    if (life->history.days == 0)
        return;
    life->gap_days = life->history.last - life->history.first + life->settings->prior_gaps * life->usual_days;
    life->gaps = life->history.days - 1 + life->settings->prior_gaps;
    life->since = parts->as_of_day - life->history.last;
}

static bool overdue(const struct life *life, int32_t times)
{
    return life->history.days > 0 && life->since * life->gaps > times * life->gap_days;
}

/* ---- rhythm ---- */

static void say_rhythm(const struct life *life)
{
    struct fl_lines *lines = life->lines;
    const struct fl_value_model *fit = life->parts->model->value;
    const struct fl_text category = fl_stored_text(lines->stored, FL_SCORES_MAIN_CATEGORY, 0);
    const char *source =
        fit == NULL ? "the model's, as no fit was made yet"
                    : fl_lines_print(lines, "frozen on %s", fl_lines_day(lines, fl_value_model_day(fit)));
    fl_lines_column(lines, FL_SCORES_MAIN_CATEGORY, "the largest net purchases in %d days",
                    life->settings->category_days);
    fl_lines_number(lines, "usual gap", life->usual_days,
                    fl_lines_print(lines, "%lld", (long long)life->usual_days),
                    "G, days between purchases of %.*s: %s", category.bytes == NULL ? 9 : (int)category.size,
                    category.bytes == NULL ? "everybody" : category.bytes, source);
    fl_lines_column(lines, FL_SCORES_LONGEST_GAP_DAYS, "of %lld gaps between purchase days",
                    life->history.days > 0 ? (long long)life->history.days - 1 : 0);
    if (life->history.days == 0) {
        fl_lines_column(lines, FL_SCORES_RHYTHM_DAYS, "never bought");
        fl_lines_column(lines, FL_SCORES_DAYS_SINCE_PURCHASE, "never bought");
        fl_lines_column(lines, FL_SCORES_OVERDUE, "never bought");
        return;
    }
    fl_lines_column(lines, FL_SCORES_RHYTHM_DAYS, "g = (gaps %d + %d x %lld) / (%lld + %d)",
                    life->history.last - life->history.first, life->settings->prior_gaps,
                    (long long)life->usual_days, (long long)life->history.days - 1,
                    life->settings->prior_gaps);
    fl_lines_column(lines, FL_SCORES_DAYS_SINCE_PURCHASE, "since %s",
                    fl_lines_day(lines, life->history.last));
    fl_lines_column(lines, FL_SCORES_OVERDUE, "o = %d / g", life->since);
}

/* ---- the stage ---- */

/* FL_STAGES: nothing was bought before the last purchase day. */
static fl_status stage_then(const struct life *life, unsigned *stage, struct fl_error *error)
{
    const int32_t day = life->history.last - 1;
    const struct fl_customer_night night = {.as_of_day = day, .first_row_day = day};
    struct fl_customer_facts facts;
    struct fl_facts_maker maker;
    *stage = FL_STAGES;
    if (life->history.days < 2)
        return FL_OK;
    fl_status status = fl_facts_maker_init(&maker, &life->parts->stages->facts, error);
    if (status != FL_OK)
        return status;
    fl_customer_facts_make(&maker, &life->parts->rows->days, &night, &facts);
    *stage = facts.stage;
    fl_facts_maker_release(&maker);
    return FL_OK;
}

static void say_without_purchase(const struct life *life)
{
    const uint8_t intent = life->parts->score->intent;
    fl_lines_ask(life->lines, "lead", intent >= life->settings->lead_intent,
                 "never bought; intent %u, from %u (else prospect)", intent, life->settings->lead_intent);
}

static void ask_away(const struct life *life)
{
    struct fl_lines *lines = life->lines;
    const struct fl_life_settings *settings = life->settings;
    const char *o = fl_lines_short(lines, life->facts->overdue_milli, 3);
    const int32_t since = life->since;
    fl_lines_ask(lines, "lost", since >= settings->lost_days && overdue(life, settings->overdue_lost),
                 "%d days, from %d; o %s, above %d", since, settings->lost_days, o, settings->overdue_lost);
    fl_lines_ask(lines, "lapsed",
                 since >= settings->lapsed_days && since > life->history.longest_gap_days &&
                     overdue(life, settings->overdue_lost),
                 "%d days, from %d, longer than the longest gap of %d; o %s, above %d", since,
                 settings->lapsed_days, life->history.longest_gap_days, o, settings->overdue_lost);
    fl_lines_ask(
        lines, "slipping", since >= settings->slipping_days && overdue(life, settings->overdue_slipping),
        "%d days, from %d; o %s, above %d", since, settings->slipping_days, o, settings->overdue_slipping);
}

static fl_status say_stage(const struct life *life)
{
    struct fl_lines *lines = life->lines;
    const struct fl_life_settings *settings = life->settings;
    unsigned then = FL_STAGES;
    fl_lines_column(lines, FL_SCORES_STAGE, "%s",
                    life->history.days > 0 ? "the first that holds; else active" : "of who never bought");
    if (life->history.days == 0) {
        say_without_purchase(life);
        return FL_OK;
    }
    const fl_status status = stage_then(life, &then, life->parts->error);
    const bool away = then == FL_STAGE_LAPSED || then == FL_STAGE_LOST;
    fl_lines_ask(lines, "won_back", life->since <= settings->won_back_days && away,
                 "%d days, at most %d; the day before the last purchase: %s (lapsed or lost)", life->since,
                 settings->won_back_days, then == FL_STAGES ? "nothing was bought" : fl_stage_word(then));
    fl_lines_ask(lines, "new", life->history.days == 1 && life->since <= settings->new_days,
                 "%lld purchase days, 1; %d days, at most %d", (long long)life->history.days, life->since,
                 settings->new_days);
    ask_away(life);
    return status;
}

/* ---- churn signals ---- */

/* "newsletter_unsubscribe on 2026-05-03" */
static const char *event_text(const struct life *life, enum fl_role role)
{
    const struct fl_explain_event *event = &life->parts->rows->last[role];
    if (!event->there)
        return "never any";
    return fl_lines_print(life->lines, "last %s on %s", life->parts->model->registry.types[event->type].name,
                          fl_lines_day(life->lines, event->day));
}

static void say_signals(const struct life *life)
{
    struct fl_lines *lines = life->lines;
    const struct fl_customer_facts *facts = life->facts;
    const struct fl_life_settings *settings = life->settings;
    fl_lines_group(lines, "churn signals");
    fl_lines_column(lines, FL_SCORES_CHURN_SIGNALS, "how many of these hold");
    fl_lines_column(lines, FL_SCORES_SIGNAL_OVERDUE, "%s",
                    facts->has_bought ? fl_lines_print(lines, "o %s, above %d",
                                                       fl_lines_short(lines, facts->overdue_milli, 3),
                                                       settings->overdue_slipping)
                                      : "never bought");
    fl_lines_column(lines, FL_SCORES_SIGNAL_P_ALIVE, "%s",
                    facts->has_fit ? fl_lines_print(lines, "P(alive) %s, below %s",
                                                    fl_lines_short(lines, facts->p_alive_micro, 6),
                                                    fl_lines_short(lines, settings->p_alive_below_micro, 6))
                                   : "no P(alive)");
    fl_lines_column(lines, FL_SCORES_SIGNAL_FALLING, "the trend is %s",
                    fl_trend_word(life->parts->score->trend));
    fl_lines_column(lines, FL_SCORES_SIGNAL_OPT_OUT, "%s; asked of %d days",
                    event_text(life, FL_ROLE_OPT_OUT), settings->opt_out_days);
    fl_lines_column(lines, FL_SCORES_SIGNAL_FRICTION, "%s; asked of %d days",
                    event_text(life, FL_ROLE_FRICTION), settings->friction_days);
    fl_lines_column(lines, FL_SCORES_SIGNAL_RETURNS, "returned %s, half of bought %s or more",
                    fl_lines_money(lines, facts->returned_12m), fl_lines_money(lines, facts->bought_12m));
}

/* ---- winback, tenure ---- */

static const char *winback_reason(const struct life *life)
{
    struct fl_lines *lines = life->lines;
    const struct fl_text before = fl_stored_text(lines->stored, FL_SCORES_STAGE_BEFORE, 0);
    const struct fl_explain_event *survey = &life->parts->rows->last[FL_ROLE_EXIT_SURVEY];
    const bool was_other = before.bytes != NULL && !fl_text_equal(before, fl_text_of("lapsed"));
    if (life->facts->stage == FL_STAGE_LAPSED && was_other)
        return fl_lines_print(lines, "the stage became lapsed tonight, it was %.*s", (int)before.size,
                              before.bytes);
    return fl_lines_print(
        lines,
        "the first day from %s on of: %d days after the last purchase (%s), after the last exit survey (%s)",
        fl_lines_day(lines, life->parts->as_of_day), life->settings->winback_days,
        life->history.days > 0 ? fl_lines_day(lines, life->history.last) : "none",
        survey->there ? fl_lines_day(lines, survey->day) : "none");
}

static void say_tenure(const struct life *life)
{
    struct fl_lines *lines = life->lines;
    const struct fl_profile *profile = life->parts->profile;
    const int32_t first_row = life->parts->score->first_day;
    const bool contact = profile->found && profile->has_first_contact && profile->first_contact < first_row;
    fl_lines_column(lines, FL_SCORES_TENURE_DAYS, "since the first %s, %s", contact ? "contact" : "row",
                    fl_lines_day(lines, contact ? profile->first_contact : first_row));
    fl_lines_column(lines, FL_SCORES_TENURE_BAND, "borders %d, %d, %d days", life->settings->tenure_days[0],
                    life->settings->tenure_days[1], life->settings->tenure_days[2]);
}

fl_status fl_explain_life(const struct fl_explain_parts *parts)
{
    struct life life;
    begin(parts, &life);
    fl_lines_group(parts->lines, "life cycle");
    say_rhythm(&life);
    const fl_status status = say_stage(&life);
    fl_lines_column(parts->lines, FL_SCORES_WINBACK_DAY, "%s", winback_reason(&life));
    say_tenure(&life);
    say_signals(&life);
    return status;
}
