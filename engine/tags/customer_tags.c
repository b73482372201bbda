/* customer_tags.c - what a customer's days with a tag say as of a night.
 *
 * One way through the days by rising day, with a window of the last `days` days behind it; then one back to
 * the days of the last spell. */
#include "engine/tags/customer_tags.h"

#include <assert.h>

#include "engine/points.h"
#include "formats/base/civil.h"

/* All of one civil day that the night counts. */
struct whole_day {
    int32_t day;
    uint64_t messages;
    bool given;
    int32_t until;
};

struct walk {
    const struct fl_tag_terms *terms;
    const struct fl_tag_day *days;
    size_t count;
    uint32_t night;
    size_t next;          /* the first entry that was not passed */
    size_t window;        /* the first entry of the last `days` days */
    uint64_t in_window;   /* their messages */
    bool any, by_message; /* a day has fired; one of the spell because of a message */
    int64_t on_until;     /* the last day on which the spell's days keep the tag on */
};

/* False: there is none left. */
static bool next_day(struct walk *walk, struct whole_day *whole)
{
    while (walk->next < walk->count && walk->days[walk->next].night > walk->night)
        walk->next++;
    if (walk->next == walk->count)
        return false;
    *whole = (struct whole_day){.day = walk->days[walk->next].day, .until = FL_NO_UNTIL};
    for (; walk->next < walk->count && walk->days[walk->next].day == whole->day; walk->next++) {
        const struct fl_tag_day *day = &walk->days[walk->next];
        if (day->night > walk->night)
            continue;
        whole->messages += day->messages;
        whole->given = whole->given || day->given;
        whole->until = day->until > whole->until ? day->until : whole->until;
    }
    return true;
}

/* Whether the day's messages and those of the days before it are enough. */
static bool messages_fire(struct walk *walk, const struct whole_day *whole)
{
    walk->in_window += whole->messages;
    while ((int64_t)walk->days[walk->window].day <= (int64_t)whole->day - walk->terms->days) {
        const struct fl_tag_day *gone = &walk->days[walk->window++];
        walk->in_window -= gone->night <= walk->night ? gone->messages : 0;
    }
    return whole->messages > 0 && walk->in_window >= walk->terms->hits;
}

static int64_t worth(const struct fl_tag_terms *terms, int64_t age_days)
{
    assert(age_days >= 0);
    return terms->decay == NULL || age_days > terms->horizon_days
               ? 0
               : fl_contribution(terms->points_micro, terms->decay[age_days]);
}

static void fire(struct walk *walk, const struct whole_day *whole, bool by_message, int32_t as_of_day,
                 struct fl_tag_spell *spell)
{
    const int64_t expiry_days = walk->terms->expiry_days;
    assert(whole->until == FL_NO_UNTIL || whole->until >= whole->day);
    if (whole->day > walk->on_until) {
        spell->since = whole->day;
        spell->given = walk->by_message = false;
    }
    walk->any = true;
    walk->by_message = walk->by_message || by_message;
    spell->last = whole->day;
    spell->given = spell->given || whole->given || whole->until != FL_NO_UNTIL;
    spell->points_micro += worth(walk->terms, (int64_t)as_of_day - whole->day);
    if ((by_message || whole->given) && whole->day + expiry_days - 1 > walk->on_until)
        walk->on_until = whole->day + expiry_days - 1;
    if (whole->until > walk->on_until)
        walk->on_until = whole->until;
}

/* Its messages, and the first of them: from so many days before it on as may have made it fire. */
static void look_back(const struct walk *walk, struct fl_tag_spell *spell)
{
    const int64_t from = (int64_t)spell->since - walk->terms->days + 1;
    for (size_t i = walk->count; i > 0 && walk->days[i - 1].day >= from; i--) {
        const struct fl_tag_day *day = &walk->days[i - 1];
        if (day->night > walk->night || day->messages == 0)
            continue;
        spell->hits += day->messages;
        int order = spell->first == NULL ? -1 : fl_tag_message_compare(day->first, spell->first->first);
        if (order == 0)
            order = fl_tag_place_compare(&day->place, &spell->first->place);
        if (order < 0)
            spell->first = day;
    }
    if (!walk->by_message)
        spell->first = NULL;
}

bool fl_tag_spell_find(const struct fl_tag_terms *terms, const struct fl_tag_day *days, size_t count,
                       uint32_t night, int32_t as_of_day, struct fl_tag_spell *spell)
{
    struct walk walk = {.terms = terms, .days = days, .count = count, .night = night, .on_until = INT64_MIN};
    struct whole_day whole;
    *spell = (struct fl_tag_spell){0};
    while (next_day(&walk, &whole)) {
        const bool by_message = messages_fire(&walk, &whole);
        if (by_message || whole.given || whole.until != FL_NO_UNTIL)
            fire(&walk, &whole, by_message, as_of_day, spell);
    }
    if (!walk.any)
        return false;
    look_back(&walk, spell);
    spell->on = walk.on_until >= as_of_day;
    spell->expires = (int32_t)(walk.on_until < FL_DAY_MAX ? walk.on_until : FL_DAY_MAX);
    return true;
}
