/* explain_score.c - points, engagement, intent, trend, loop and phase of a scope, in words. */
#include "engine/explain_parts.h"

/* ---- engagement ---- */

static void say_band(const struct fl_explain_parts *parts)
{
    const uint8_t *floors = parts->model->settings.band_floor;
    fl_lines_column(parts->lines, FL_SCORES_BAND,
                    "none 0, cold from 1, warm from %u, engaged from %u, hot from %u", floors[0], floors[1],
                    floors[2]);
}

static void say_percentile(const struct fl_explain_parts *parts)
{
    const struct fl_explain_counts *raw = parts->place == NULL ? NULL : &parts->place->raw;
    if (raw == NULL)
        return;
    if (raw->known)
        fl_lines_column(parts->lines, FL_SCORES_PERCENTILE,
                        "of %llu customers with points %llu have fewer, %llu as many (this one counted)",
                        (unsigned long long)raw->count, (unsigned long long)raw->less,
                        (unsigned long long)raw->equal);
    else
        fl_lines_column(parts->lines, FL_SCORES_PERCENTILE, "only customers with points above 0 have one");
}

static void say_engagement(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_model_settings *settings = &parts->model->settings;
    fl_lines_group(lines, "engagement");
    fl_lines_column(lines, FL_SCORES_ENGAGEMENT, "100 R / (R + K): R %s points, K %s",
                    fl_lines_points(lines, parts->score->raw > 0 ? parts->score->raw : 0),
                    fl_lines_short(lines, settings->engagement_k_micro[parts->scope], 6));
    say_band(parts);
    say_percentile(parts);
    fl_lines_column(lines, FL_SCORES_RAW,
                    "the points of all types below, not older than %d days, and of tags",
                    settings->horizon_days);
    fl_lines_column(lines, FL_SCORES_RAW_POSITIVE, "of these what rows and tags add");
    fl_lines_column(lines, FL_SCORES_RAW_NEGATIVE, "and what they take off");
    fl_lines_column(lines, FL_SCORES_TAG_POINTS, "the part of tags");
    fl_lines_column(lines, FL_SCORES_TAGS, "those that are on, the highest priority first");
    fl_lines_column(lines, FL_SCORES_POINTS_AWARENESS, "of types of the loop awareness");
    fl_lines_column(lines, FL_SCORES_POINTS_NURTURING, "of types of the loop nurturing");
    fl_lines_column(lines, FL_SCORES_POINTS_EXPERIENCE, "of types of the loop experience");
    fl_lines_column(lines, FL_SCORES_POINTS_CONVERSION, "of types of the loop conversion");
    fl_lines_column(lines, FL_SCORES_ROWS, "rows up to the as-of day");
    fl_lines_column(lines, FL_SCORES_UNITS, "of them counted, after daily caps and lines of one order");
    fl_lines_column(lines, FL_SCORES_LOST_TO_CAP, "points that daily caps and lines of one order took");
    fl_lines_column(lines, FL_SCORES_LOST_TO_DECAY, "points that time took");
    fl_lines_column(lines, FL_SCORES_FIRST_DAY, "of the first row");
    fl_lines_column(lines, FL_SCORES_LAST_DAY, "of the last row");
    fl_lines_column(lines, FL_SCORES_LAST_PURCHASE_DAY,
                    parts->score->has_purchase ? "of the last purchase" : "there is no purchase");
}

/* ---- intent ---- */

/* "web_search 12.5, cart_add 3": the three that give most. */
static const char *intent_types(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_explain_row *by_type = parts->rows->by_type, *last = NULL;
    const char *text = "";
    for (int place = 0; place < 3; place++) {
        const struct fl_explain_row *best = NULL;
        for (unsigned type = 0; type < FL_TYPES_MAX; type++) {
            const struct fl_explain_row *row = &by_type[type];
            const bool is_behind = last == NULL || row->intent_points < last->intent_points ||
                                   (row->intent_points == last->intent_points && row->type > last->type);
            if (row->rows > 0 && row->intent_points > 0 && is_behind &&
                (best == NULL || row->intent_points > best->intent_points))
                best = row;
        }
        if (best == NULL)
            break;
        text = fl_lines_print(lines, "%s%s%s %s", text, place == 0 ? "" : ", ", best->type_name,
                              fl_lines_points(lines, best->intent_points));
        last = best;
    }
    return text[0] == '\0' ? "none" : text;
}

static void say_intent(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_scope_score *score = parts->score;
    fl_lines_group(lines, "intent");
    fl_lines_column(lines, FL_SCORES_INTENT, "100 R / (R + K): R %s points, K %s",
                    fl_lines_points(lines, score->intent_raw > 0 ? score->intent_raw : 0),
                    fl_lines_short(lines, parts->model->settings.intent_k_micro[parts->scope], 6));
    fl_lines_column(lines, FL_SCORES_INTENT_RAW, "inbound rows %s; most from: %s",
                    score->has_purchase ? fl_lines_print(lines, "since the purchase of %s",
                                                         fl_lines_day(lines, score->last_purchase_day))
                                        : "of all days, as nothing was bought yet",
                    intent_types(parts));
}

/* ---- trend ---- */

/* The first that holds of the contract's list, with its numbers. F, S = 3B and u in points. */
static const char *trend_rule(const struct fl_explain_parts *parts, unsigned trend, int64_t recent,
                              int64_t before)
{
    struct fl_lines *lines = parts->lines;
    const int64_t unit = parts->model->settings.trend_unit_micro;
    const char *f = fl_lines_points(lines, recent), *s = fl_lines_points(lines, before),
               *u = fl_lines_short(lines, unit, 6);
    switch (trend) {
    case FL_TREND_QUIET:
        return "no points in 112 days";
    case FL_TREND_STARTED:
        return "the first row with a weight lies in the last 28 days";
    case FL_TREND_RISING:
        return fl_lines_print(lines, "2 (F + u) >= 3 (B + u): F %s, 3B %s, u %s", f, s, u);
    case FL_TREND_FALLING:
        return fl_lines_print(lines, "2 (F + u) <= B + u: F %s, 3B %s, u %s", f, s, u);
    default:
        return fl_lines_print(lines, "neither 2 (F + u) >= 3 (B + u) nor <= B + u: F %s, 3B %s, u %s", f, s,
                              u);
    }
}

static void say_trend(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_scope_score *score = parts->score;
    fl_lines_group(lines, "trend");
    fl_lines_column(lines, FL_SCORES_TREND, "%s",
                    trend_rule(parts, score->trend, score->points_28, score->points_84));
    fl_lines_column(lines, FL_SCORES_POINTS_28, "F: undecayed, %s",
                    fl_lines_window(lines, parts->as_of_day, 28));
    fl_lines_column(lines, FL_SCORES_POINTS_84, "3B: undecayed, %s",
                    fl_lines_window(lines, parts->as_of_day - 28, 84));
    fl_lines_column(lines, FL_SCORES_INTENT_TREND, "%s",
                    trend_rule(parts, score->intent_trend, score->intent_points_28, score->intent_points_84));
    fl_lines_column(lines, FL_SCORES_INTENT_POINTS_28, "F of the rows that count for intent");
    fl_lines_column(lines, FL_SCORES_INTENT_POINTS_84, "3B of the rows that count for intent");
}

/* ---- loop, phase ---- */

static void say_loop(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_scope_score *score = parts->score;
    const struct fl_loop_settings *loops = &parts->model->settings.loops;
    const int64_t raw = score->raw > 0 ? score->raw : 0;
    const bool moving = score->intent_trend == FL_TREND_RISING || score->trend == FL_TREND_STARTED;
    fl_lines_group(lines, "loop and phase");
    fl_lines_column(lines, FL_SCORES_LOOP, "the first that holds; else awareness");
    fl_lines_ask(lines, "conversion: intent", score->intent >= loops->conversion_intent, "%u, from %u",
                 score->intent, loops->conversion_intent);
    fl_lines_ask(lines, "conversion: moving", score->intent >= loops->conversion_moving_intent && moving,
                 "intent %u, from %u; intent trend %s (rising), trend %s (or started)", score->intent,
                 loops->conversion_moving_intent, fl_trend_word(score->intent_trend),
                 fl_trend_word(score->trend));
    fl_lines_ask(lines, "experience: intent", score->intent >= loops->experience_intent, "%u, from %u",
                 score->intent, loops->experience_intent);
    fl_lines_ask(lines, "experience: engagement", score->engagement >= loops->experience_engagement,
                 "%u, from %u", score->engagement, loops->experience_engagement);
    fl_lines_ask(lines, "nurturing: points", raw >= loops->nurturing_micro, "%s, from %s",
                 fl_lines_points(lines, raw), fl_lines_short(lines, loops->nurturing_micro, 6));
}

/* "no purchase yet", or the last one beside a window. */
static const char *last_purchase(const struct fl_explain_parts *parts, int32_t days)
{
    struct fl_lines *lines = parts->lines;
    if (!parts->score->has_purchase)
        return fl_lines_print(lines, "never bought; asked of %s",
                              fl_lines_window(lines, parts->as_of_day, days));
    return fl_lines_print(lines, "last purchase %s; asked of %s",
                          fl_lines_day(lines, parts->score->last_purchase_day),
                          fl_lines_window(lines, parts->as_of_day, days));
}

static bool bought_lately(const struct fl_explain_parts *parts, int32_t days)
{
    return parts->score->has_purchase && parts->as_of_day - parts->score->last_purchase_day < days;
}

static void say_phase(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_scope_score *score = parts->score;
    const struct fl_loop_settings *loops = &parts->model->settings.loops;
    const bool high = score->loop == FL_LOOP_WORD_EXPERIENCE || score->loop == FL_LOOP_WORD_CONVERSION;
    fl_lines_column(lines, FL_SCORES_PHASE, "the first that holds; else find");
    fl_lines_ask(lines, "connect: a purchase", bought_lately(parts, loops->purchase_days), "%s",
                 last_purchase(parts, loops->purchase_days));
    fl_lines_ask(lines, "conquer: loop", high, "loop %s; experience or conversion",
                 fl_loop_word(score->loop));
    fl_lines_ask(lines, "entice: loop", score->loop == FL_LOOP_WORD_NURTURING, "loop %s; nurturing",
                 fl_loop_word(score->loop));
}

static void say_ambassador(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_loop_settings *loops = &parts->model->settings.loops;
    const struct fl_day_facts *days = &parts->rows->days;
    const struct fl_explain_event *friction = &parts->rows->last[FL_ROLE_FRICTION];
    long long events = 0;
    for (size_t i = 0; i < days->day_count; i++)
        events += (days->days[i].events & FL_DAY_ADVOCATE) != 0 &&
                  parts->as_of_day - days->days[i].day < loops->ambassador_days;
    const bool disturbed = friction->there && parts->as_of_day - friction->day < loops->friction_days;
    fl_lines_column(lines, FL_SCORES_AMBASSADOR, "1 when all three hold: phase connect, and");
    fl_lines_ask(lines, "ambassador: events", events >= loops->ambassador_event_days,
                 "%lld days with an advocate or share event in %d days, from %d", events,
                 loops->ambassador_days, loops->ambassador_event_days);
    fl_lines_ask(lines, "ambassador: no friction", !disturbed, "%s; asked of %d days",
                 friction->there ? fl_lines_print(lines, "last %s on %s",
                                                  parts->model->registry.types[friction->type].name,
                                                  fl_lines_day(lines, friction->day))
                                 : "never any",
                 loops->friction_days);
}

static void say_engaged_no_value(const struct fl_explain_parts *parts)
{
    struct fl_lines *lines = parts->lines;
    const struct fl_value_settings *value = &parts->model->settings.value;
    fl_lines_column(lines, FL_SCORES_ENGAGED_NO_VALUE,
                    "1 for engagement %u from %u or intent %u from %u, and no purchase: %s",
                    parts->score->engagement, value->engaged_floor, parts->score->intent, value->intent_floor,
                    last_purchase(parts, value->window_days));
}

void fl_explain_score(const struct fl_explain_parts *parts)
{
    say_engagement(parts);
    say_intent(parts);
    say_trend(parts);
    say_loop(parts);
    say_phase(parts);
    say_ambassador(parts);
    say_engaged_no_value(parts);
}
