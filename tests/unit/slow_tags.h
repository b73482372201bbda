/* slow_tags.h - SEMANTICS.md section 5 on days that fire, read slowly: each question asked of all days again.
 */
#ifndef TESTS_UNIT_SLOW_TAGS_H
#define TESTS_UNIT_SLOW_TAGS_H

#include "engine/tags/customer_tags.h"

/* A civil day of a customer and a tag. */
struct slow_day {
    uint64_t messages;
    bool given;
    int32_t until;
};

/* Days from 0 on. */
struct slow_spell {
    bool on, given, by_message;
    int32_t since, last, expires;
    uint64_t hits;
    int64_t points_micro;
};

static inline bool slow_fires_by_message(const struct fl_tag_terms *terms, const struct slow_day *days,
                                         int32_t day)
{
    uint64_t messages = 0;
    for (int32_t before = day - (int32_t)terms->days + 1; before <= day; before++)
        messages += before < 0 ? 0 : days[before].messages;
    return days[day].messages > 0 && messages >= terms->hits;
}

static inline bool slow_fires(const struct fl_tag_terms *terms, const struct slow_day *days, int32_t day)
{
    return slow_fires_by_message(terms, days, day) || days[day].given || days[day].until != FL_NO_UNTIL;
}

static inline int64_t slow_worth(const struct fl_tag_terms *terms, int32_t age_days)
{
    if (terms->decay == NULL || age_days > terms->horizon_days)
        return 0;
    return (int64_t)(((__int128)terms->points_micro * terms->decay[age_days] + ((__int128)1 << 31)) >> 32);
}

/* The last day on which the tag is on for the sake of this one. */
static inline int32_t slow_on_until(const struct fl_tag_terms *terms, const struct slow_day *days,
                                    int32_t day)
{
    int32_t on_until = days[day].until;
    if ((slow_fires_by_message(terms, days, day) || days[day].given) &&
        day + (int32_t)terms->expiry_days - 1 > on_until)
        on_until = day + (int32_t)terms->expiry_days - 1;
    return on_until;
}

/* Whether a firing day before this one keeps the tag on until then. */
static inline bool slow_still_on(const struct fl_tag_terms *terms, const struct slow_day *days, int32_t day)
{
    for (int32_t before = 0; before < day; before++) {
        if (slow_fires(terms, days, before) && slow_on_until(terms, days, before) >= day)
            return true;
    }
    return false;
}

/* The latest firing day that finds the tag off. */
static inline int32_t slow_since(const struct fl_tag_terms *terms, const struct slow_day *days, int32_t last)
{
    int32_t since = last;
    while (!slow_fires(terms, days, since) || slow_still_on(terms, days, since))
        since--;
    return since;
}

static inline bool slow_spell_find(const struct fl_tag_terms *terms, const struct slow_day *days,
                                   int32_t as_of_day, struct slow_spell *spell)
{
    *spell = (struct slow_spell){.expires = INT32_MIN, .last = -1};
    for (int32_t day = 0; day <= as_of_day; day++) {
        if (!slow_fires(terms, days, day))
            continue;
        spell->last = day;
        spell->points_micro += slow_worth(terms, as_of_day - day);
    }
    if (spell->last < 0)
        return false;
    spell->since = slow_since(terms, days, spell->last);
    for (int32_t day = spell->since; day <= as_of_day; day++) {
        const int32_t on_until = slow_fires(terms, days, day) ? slow_on_until(terms, days, day) : INT32_MIN;
        spell->expires = on_until > spell->expires ? on_until : spell->expires;
        spell->by_message = spell->by_message || slow_fires_by_message(terms, days, day);
        spell->given = spell->given || days[day].given || days[day].until != FL_NO_UNTIL;
    }
    spell->on = spell->expires >= as_of_day;
    for (int32_t day = 0; day <= as_of_day; day++)
        spell->hits += day >= spell->since - (int32_t)terms->days + 1 ? days[day].messages : 0;
    return true;
}

#endif
