/* customer_tags_test.c - spells of tags as of a night.
 *
 * Method: the edges one by one (n in d days, the last day of an expiry, by hand, until, evidence, points to
 * the micro-point), then random days of random terms against a slow reading of SEMANTICS.md that asks of each
 * civil day by itself whether it fires, and of each firing day whether one before it keeps the tag on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "engine/decay.h"
#include "formats/base/civil.h"
#include "tests/unit/slow_tags.h"

enum { HORIZON_DAYS = 100, MESSAGES_MAX = 64 };

static uint32_t decay[HORIZON_DAYS + 1];

static struct fl_tag_terms terms_of(uint32_t hits, uint32_t days, uint32_t expiry_days)
{
    return (struct fl_tag_terms){.hits = hits,
                                 .days = days,
                                 .expiry_days = expiry_days,
                                 .points_micro = 2000000,
                                 .decay = decay,
                                 .horizon_days = HORIZON_DAYS};
}

static struct fl_tag_message message_pool[MESSAGES_MAX];

/* `messages` that hit on a day, the first of them at second 100. */
static struct fl_tag_day said(int32_t day, uint64_t messages)
{
    static size_t next;
    struct fl_tag_message *message = &message_pool[next++ % MESSAGES_MAX];
    *message = (struct fl_tag_message){.day = day, .second = 100, .text = fl_text_of("late")};
    return (struct fl_tag_day){
        .day = day, .messages = messages, .first = message, .until = FL_NO_UNTIL, .place = {0, 0, 4}};
}

static struct fl_tag_day given(int32_t day)
{
    return (struct fl_tag_day){.day = day, .given = true, .until = FL_NO_UNTIL};
}

static struct fl_tag_day given_until(int32_t day, int32_t until)
{
    return (struct fl_tag_day){.day = day, .until = until};
}

static struct fl_tag_spell spell_of(struct fl_tag_terms terms, const struct fl_tag_day *days, size_t count,
                                    int32_t as_of_day)
{
    struct fl_tag_spell spell;
    assert_true(fl_tag_spell_find(&terms, days, count, 0, as_of_day, &spell));
    return spell;
}

static void a_message_is_a_tag_until_it_expires(void **state)
{
    (void)state;
    const struct fl_tag_day days[] = {said(10, 2)};
    for (int32_t night = 10; night < 20; night++) {
        const struct fl_tag_spell spell = spell_of(terms_of(1, 1, 5), days, 1, night);
        assert_int_equal(spell.on, night <= 14);
        assert_true(spell.since == 10 && spell.last == 10 && spell.expires == 14 && spell.hits == 2);
        assert_ptr_equal(spell.first, &days[0]);
        assert_false(spell.given);
    }
}

static void days_of_a_spell_lie_within_the_expiry(void **state)
{
    (void)state;
    const struct fl_tag_day near[] = {said(10, 1), said(14, 1)}, far[] = {said(10, 1), said(15, 1)};
    struct fl_tag_spell spell = spell_of(terms_of(1, 1, 5), near, 2, 14);
    assert_true(spell.since == 10 && spell.last == 14 && spell.hits == 2 && spell.first == &near[0]);
    spell = spell_of(terms_of(1, 1, 5), far, 2, 15);
    assert_true(spell.since == 15 && spell.last == 15 && spell.hits == 1 && spell.first == &far[1]);
}

static void so_many_hits_in_so_many_days(void **state)
{
    (void)state;
    const struct fl_tag_terms terms = terms_of(3, 4, 30);
    struct fl_tag_spell spell;
    const struct fl_tag_day few[] = {said(10, 1), said(11, 1), said(14, 1)}; /* day 10 is out of the last 4 */
    assert_false(fl_tag_spell_find(&terms, few, 3, 0, 20, &spell));
    const struct fl_tag_day enough[] = {said(7, 1), said(10, 1), said(11, 1), said(13, 1), said(20, 1)};
    spell = spell_of(terms, enough, 5, 20);
    /* Day 13 fires with 10, 11 and itself. 7 is too far back to count; 20 does not fire, yet hits. */
    assert_true(spell.since == 13 && spell.last == 13 && spell.hits == 4 && spell.first == &enough[1]);
    const struct fl_tag_day one_day[] = {said(10, 3)};
    assert_int_equal(spell_of(terms, one_day, 1, 20).since, 10);
    /* A day without a message fires nothing, whatever lies before it: only given(13) does. */
    const struct fl_tag_day mixed[] = {said(11, 1), said(12, 1), given(13)};
    spell = spell_of(terms, mixed, 3, 20);
    assert_true(spell.since == 13 && spell.hits == 2 && spell.given && spell.first == NULL);
}

static void given_by_hand(void **state)
{
    (void)state;
    const struct fl_tag_day days[] = {given(10)};
    struct fl_tag_spell spell = spell_of(terms_of(5, 5, 8), days, 1, 17);
    assert_true(spell.on && spell.given && spell.first == NULL && spell.hits == 0 && spell.expires == 17);
    assert_false(spell_of(terms_of(5, 5, 8), days, 1, 18).on);
}

static void days_before_1970_are_days(void **state)
{
    (void)state;
    const struct fl_tag_day days[] = {given_until(-400, -399), said(-300, 1)};
    const struct fl_tag_spell spell = spell_of(terms_of(1, 1, 8), days, 1, -398);
    assert_true(!spell.on && spell.since == -400 && spell.expires == -399);
    assert_int_equal(spell_of(terms_of(1, 1, 8), days, 2, -298).expires, -293);
}

static void until_takes_the_place_of_the_expiry(void **state)
{
    (void)state;
    const struct fl_tag_day shorter[] = {given_until(10, 12)}, longer[] = {given_until(10, 40)},
                            beside[] = {said(9, 1), given_until(10, 12)}, that_day[] = {given_until(10, 10)};
    const struct fl_tag_terms terms = terms_of(1, 1, 8);
    struct fl_tag_spell spell = spell_of(terms, shorter, 1, 12);
    assert_true(spell.on && spell.given && spell.expires == 12);
    assert_false(spell_of(terms, shorter, 1, 13).on);
    assert_true(spell_of(terms, longer, 1, 40).on && !spell_of(terms, longer, 1, 41).on);
    assert_true(spell_of(terms, beside, 2, 16).on && !spell_of(terms, beside, 2, 17).on);
    spell = spell_of(terms, beside, 2, 16);
    assert_true(spell.since == 9 && spell.last == 10 && spell.expires == 16 && spell.first == &beside[0]);
    spell = spell_of(terms, that_day, 1, 11); /* its points count all the same */
    assert_true(!spell.on && spell.expires == 10 && spell.points_micro > 0);
    assert_true(spell_of(terms, that_day, 1, 10).on);
}

/* Spells follow what keeps the tag on, not the expiry alone. */
static void a_long_until_holds_a_spell_together(void **state)
{
    (void)state;
    const struct fl_tag_terms terms = terms_of(1, 1, 5);
    const struct fl_tag_day days[] = {given_until(10, 40), said(15, 1), said(40, 2), said(45, 1)};
    struct fl_tag_spell spell = spell_of(terms, days, 2, 30);
    assert_true(spell.on && spell.since == 10 && spell.last == 15 && spell.expires == 40 && spell.given);
    assert_true(spell.hits == 1 && spell.first == &days[1]);
    spell = spell_of(terms, days, 3, 40); /* still on because of day 10, not of day 15 */
    assert_true(spell.since == 10 && spell.last == 40 && spell.expires == 44 && spell.given);
    assert_true(spell.hits == 3 && spell.first == &days[1]);
    spell = spell_of(terms, days, 4, 45);
    assert_true(spell.since == 45 && spell.expires == 49 && !spell.given && spell.hits == 1);
    assert_ptr_equal(spell.first, &days[3]);
}

static void a_short_until_ends_a_spell(void **state)
{
    (void)state;
    const struct fl_tag_terms terms = terms_of(1, 1, 8);
    const struct fl_tag_day next[] = {given_until(10, 11), said(11, 1)},
                            behind[] = {given_until(10, 11), said(12, 1)},
                            beside[] = {said(9, 1), given_until(10, 11), said(16, 1)},
                            too_late[] = {said(9, 1), given_until(10, 11), said(17, 1)};
    assert_int_equal(spell_of(terms, next, 2, 11).since, 10);
    struct fl_tag_spell spell = spell_of(terms, behind, 2, 12);
    assert_true(spell.since == 12 && spell.last == 12 && !spell.given && spell.first == &behind[1]);
    spell = spell_of(terms, beside, 3, 16); /* of day 9 and day 10 the later end */
    assert_true(spell.since == 9 && spell.hits == 2 && spell.given);
    spell = spell_of(terms, too_late, 3, 17);
    assert_true(spell.since == 17 && spell.hits == 1 && !spell.given);
}

static void a_tag_for_ever_expires_on_the_last_day_there_is(void **state)
{
    (void)state;
    const struct fl_tag_day days[] = {said(FL_DAY_MAX - 3, 1)};
    assert_int_equal(spell_of(terms_of(1, 1, 36500), days, 1, FL_DAY_MAX - 3).expires, FL_DAY_MAX);
}

static void each_firing_day_brings_points_once(void **state)
{
    (void)state;
    const struct fl_tag_day days[] = {said(10, 7), given(10), said(40, 1), said(41, 1)};
    /* Half-life 30 days: 2 points of day 10 are 1 on day 40, where 2 new ones stand beside them. */
    assert_int_equal(spell_of(terms_of(1, 1, 5), days, 2, 10).points_micro, 2000000);
    assert_int_equal(spell_of(terms_of(1, 1, 5), days, 2, 40).points_micro, 1000000);
    assert_int_equal(spell_of(terms_of(1, 1, 5), days, 3, 40).points_micro, 3000000);
    assert_int_equal(spell_of(terms_of(1, 1, 5), days, 1, 10 + HORIZON_DAYS).points_micro,
                     (2000000 * (int64_t)decay[HORIZON_DAYS] + (INT64_C(1) << 31)) / (INT64_C(1) << 32));
    assert_int_equal(spell_of(terms_of(1, 1, 5), days, 1, 11 + HORIZON_DAYS).points_micro, 0);
    struct fl_tag_terms bad = terms_of(1, 1, 5);
    bad.points_micro = -1; /* floor(-1/2 + 1/2), floor(-D/2^32 + 1/2) */
    assert_int_equal(spell_of(bad, days, 1, 40).points_micro, 0);
    assert_int_equal(spell_of(bad, days, 1, 39).points_micro, -1);
    bad.decay = NULL;
    assert_int_equal(spell_of(bad, days, 1, 39).points_micro, 0);
}

static void later_nights_know_more(void **state)
{
    (void)state;
    struct fl_tag_day days[] = {said(10, 1), said(10, 1), said(12, 1)};
    days[1].night = 2; /* came in late, and earlier in the day */
    days[1].first->second = -1;
    days[2].night = 1;
    const struct fl_tag_terms terms = terms_of(2, 3, 9);
    struct fl_tag_spell spell;
    assert_false(fl_tag_spell_find(&terms, days, 3, 0, 11, &spell));
    assert_true(fl_tag_spell_find(&terms, days, 3, 1, 12, &spell));
    assert_true(spell.since == 12 && spell.hits == 2 && spell.first == &days[0]);
    assert_true(fl_tag_spell_find(&terms, days, 3, 2, 13, &spell));
    assert_true(spell.since == 10 && spell.hits == 3 && spell.first == &days[1]);
    /* Equal messages, but for the speaker: then the earlier place. */
    days[1].first->second = 100;
    for (uint32_t offset = 0; offset < 3; offset += 2) {
        days[0].place.offset = 1;
        days[1].place.offset = offset;
        assert_true(fl_tag_spell_find(&terms, days, 3, 2, 13, &spell));
        assert_ptr_equal(spell.first, &days[offset == 0]);
    }
}

static void messages_have_an_order(void **state)
{
    (void)state;
    const struct fl_text early = fl_text_of("a"), late = fl_text_of("b");
    /* Each is before the next one. */
    const struct fl_tag_message rising[] = {
        {.day = 1, .second = 5, .type = 9},
        {.day = 2, .second = -1, .type = 9},
        {.day = 2, .second = 0, .type = 3, .has_order = true, .order = 7},
        {.day = 2, .second = 0, .type = 4},
        {.day = 2, .second = 0, .type = 4, .has_order = true, .order = -7, .id = late},
        {.day = 2, .second = 0, .type = 4, .has_order = true, .order = 7, .text = early},
        {.day = 2, .second = 0, .type = 4, .has_order = true, .order = 7, .text = late},
        {.day = 2, .second = 0, .type = 4, .has_order = true, .order = 7, .id = early},
        {.day = 2, .second = 0, .type = 4, .has_order = true, .order = 7, .id = late, .text = early},
        {.day = 2, .second = 0, .type = 4, .has_order = true, .order = 7, .id = late, .text = late}};
    const int count = sizeof rising / sizeof rising[0];
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
            const int order = fl_tag_message_compare(&rising[i], &rising[k]);
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
    }
    const struct fl_tag_place places[] = {{5, 0, 9}, {3, 1, 8}, {4, 1, 8}, {1, 1, 2}, {0, 2, 2}};
    for (int i = 0; i + 1 < 5; i++)
        assert_true(fl_tag_place_compare(&places[i], &places[i + 1]) < 0 &&
                    fl_tag_place_compare(&places[i + 1], &places[i]) > 0);
    assert_int_equal(fl_tag_place_compare(&places[2], &places[2]), 0);
}

/* ---- against a slow reading ---- */

enum { DAYS = 40 };

static uint32_t chance(uint32_t below)
{
    static uint64_t state = 42;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % below;
}

/* The same days as the slow ones, some in two entries, and more that the night does not know. */
static size_t list_days(const struct slow_day *slow, struct fl_tag_day *days, struct fl_tag_message *messages)
{
    size_t count = 0;
    for (int32_t day = 0; day < DAYS; day++) {
        uint64_t left = slow[day].messages;
        messages[day] = (struct fl_tag_message){.day = day, .second = 5};
        if (left > 1) {
            days[count++] = (struct fl_tag_day){
                .day = day, .messages = left - 1, .first = &messages[day], .until = FL_NO_UNTIL};
            left = 1;
        }
        if (left > 0 || slow[day].given || slow[day].until != FL_NO_UNTIL)
            days[count++] = (struct fl_tag_day){.day = day,
                                                .night = 1,
                                                .messages = left,
                                                .first = left > 0 ? &messages[day] : NULL,
                                                .given = slow[day].given,
                                                .until = slow[day].until};
        if (chance(4) == 0)
            days[count++] = (struct fl_tag_day){.day = day,
                                                .night = 2,
                                                .messages = 9,
                                                .first = &messages[day],
                                                .given = chance(2) == 0,
                                                .until = FL_NO_UNTIL};
    }
    return count;
}

static void make_random_days(struct slow_day *slow, uint32_t sparse, int32_t as_of_day)
{
    for (int32_t day = 0; day < DAYS; day++) {
        slow[day] = (struct slow_day){.until = FL_NO_UNTIL};
        if (day > as_of_day)
            continue;
        slow[day].messages = chance(sparse) == 0 ? 1 + chance(3) : 0;
        slow[day].given = chance(3 * sparse) == 0;
        if (chance(3 * sparse) == 0)
            slow[day].until = day + (int32_t)chance(18);
    }
}

/* The first day with a message from so many days before the spell on; -1: no message made it. */
static int32_t slow_first_day(const struct fl_tag_terms *terms, const struct slow_day *slow,
                              const struct slow_spell *spell)
{
    const int32_t from = spell->since - (int32_t)terms->days + 1;
    for (int32_t day = from < 0 ? 0 : from; spell->by_message && day < DAYS; day++) {
        if (slow[day].messages > 0)
            return day;
    }
    return -1;
}

static void random_days(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct slow_day slow[DAYS];
        struct fl_tag_day days[3 * DAYS];
        struct fl_tag_message messages[DAYS];
        const uint32_t window = 1 + chance(8);
        struct fl_tag_terms terms = terms_of(1 + chance(5), window, window + chance(12));
        terms.points_micro = (int64_t)chance(2000000001) - 1000000000;
        const int32_t as_of_day = (int32_t)chance(DAYS);
        make_random_days(slow, 1 + chance(20), as_of_day);
        const size_t count = list_days(slow, days, messages);
        struct fl_tag_spell spell;
        struct slow_spell expected;
        const bool any = slow_spell_find(&terms, slow, as_of_day, &expected);
        assert_int_equal(fl_tag_spell_find(&terms, days, count, 1, as_of_day, &spell), any);
        if (!any)
            continue;
        assert_true(spell.on == expected.on && spell.given == expected.given);
        assert_int_equal(spell.since, expected.since);
        assert_int_equal(spell.last, expected.last);
        assert_int_equal(spell.expires, expected.expires);
        assert_int_equal(spell.hits, expected.hits);
        assert_int_equal(spell.points_micro, expected.points_micro);
        assert_int_equal(spell.first == NULL ? -1 : spell.first->day,
                         slow_first_day(&terms, slow, &expected));
    }
}

int main(void)
{
    fl_decay_line(30000, HORIZON_DAYS + 1, decay);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_a_tag_until_it_expires),
        cmocka_unit_test(days_of_a_spell_lie_within_the_expiry),
        cmocka_unit_test(so_many_hits_in_so_many_days),
        cmocka_unit_test(given_by_hand),
        cmocka_unit_test(days_before_1970_are_days),
        cmocka_unit_test(until_takes_the_place_of_the_expiry),
        cmocka_unit_test(a_long_until_holds_a_spell_together),
        cmocka_unit_test(a_short_until_ends_a_spell),
        cmocka_unit_test(a_tag_for_ever_expires_on_the_last_day_there_is),
        cmocka_unit_test(each_firing_day_brings_points_once),
        cmocka_unit_test(later_nights_know_more),
        cmocka_unit_test(messages_have_an_order),
        cmocka_unit_test(random_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
