/* tag_range_test.c - tags of ranges of customers out of data folders.
 *
 * Method: random messages and tags given by hand (tag_range_fixture.h) lie in folders of one file and of
 * seven. What the ranges say, however they are cut, for one night and for several, must equal a slow way:
 * each message given to the tagger by itself, all of a customer's days asked again (slow_tags.h), evidence
 * and hits found by comparing all with all. */
#include "tests/unit/tag_range_fixture.h"

#include "engine/decay.h"
#include "tests/unit/slow_tags.h"

enum { FILES = 7, NIGHTS = 5 };

/* ---- the slow way ---- */

static struct fl_tag_hit slow_hits[MESSAGES][16]; /* of each row, as the tagger gives them for it alone */
static size_t slow_hit_counts[MESSAGES];

static uint8_t speakers_of(unsigned speaker)
{
    return speaker <= 1 ? FL_SPEAKER_CUSTOMER : FL_SPEAKER_AGENT;
}

static void find_slow_hits(void)
{
    struct fl_tag_rules *rules = NULL;
    struct fl_tagger *tagger = NULL;
    assert_int_equal(fl_tag_rules_compile(&model->keywords, model->fold, &rules, NULL), FL_OK);
    assert_int_equal(fl_tagger_create(rules, &tagger, NULL), FL_OK);
    for (size_t i = 0; i < MESSAGES; i++) {
        const struct fl_message message = {fl_text_of(texts[rows[i].text]), speakers_of(rows[i].speaker)};
        const struct fl_tag_hit *hits = NULL;
        size_t done;
        assert_int_equal(fl_tagger_run(tagger, &message, 1, &done, &hits, &slow_hit_counts[i], NULL), FL_OK);
        assert_true(slow_hit_counts[i] <= 16);
        if (slow_hit_counts[i] > 0)
            memcpy(slow_hits[i], hits, slow_hit_counts[i] * sizeof *hits);
    }
    fl_tagger_free(tagger);
    fl_tag_rules_free(rules);
}

static bool counts(int32_t day, int32_t arrival, enum fl_view view, int32_t as_of)
{
    return day <= as_of && (view == FL_VIEW_KNOWN_NOW || arrival == -1 || arrival <= as_of);
}

static bool row_counts(const struct chat_row *row, enum fl_view view, int32_t as_of)
{
    return fl_type_bit(model->registry.known_bits, row->type) && counts(row->day, row->arrival, view, as_of);
}

static const char *name_of_hit(const struct fl_tag_hit *hit)
{
    return model->keywords.tags[model->keywords.rules[hit->rule].tag].name.bytes;
}

static bool hit_is_of(const struct fl_tag_hit *hit, unsigned tag)
{
    return strncmp(name_of_hit(hit), names[tag], strlen(names[tag])) == 0;
}

static bool row_hits(size_t row, unsigned tag)
{
    for (size_t i = 0; i < slow_hit_counts[row]; i++) {
        if (hit_is_of(&slow_hits[row][i], tag))
            return true;
    }
    return false;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_in_time(const struct chat_row *a, const struct chat_row *b)
{
    int order = compare_numbers(a->day, b->day);
    order = order != 0 ? order : compare_numbers(a->second, b->second);
    order = order != 0 ? order : compare_numbers(a->type, b->type);
    order = order != 0 ? order : compare_numbers(a->order, b->order);
    order = order != 0 ? order : strcmp(ids[a->id], ids[b->id]); /* none is "" */
    return order != 0 ? order : strcmp(texts[a->text], texts[b->text]);
}

static bool is_earlier_place(const struct fl_tag_hit *a, const struct fl_tag_hit *b)
{
    if (a->offset != b->offset)
        return a->offset < b->offset;
    return a->size != b->size ? a->size > b->size : a->rule < b->rule;
}

/* The terms as keywords.csv above says them. */
static struct fl_tag_terms slow_terms(unsigned tag, uint32_t *decay)
{
    const int32_t horizon_days = model->settings.horizon_days;
    struct fl_tag_terms terms = {.hits = 1, .days = 1, .expiry_days = 180, .horizon_days = horizon_days};
    int32_t half_life_milli = 0;
    if (strcmp(names[tag], "late") == 0) {
        terms = (struct fl_tag_terms){1, 1, 8, 5, 3000000, decay, horizon_days};
        half_life_milli = 10000;
    } else if (strcmp(names[tag], "angry") == 0) {
        terms = (struct fl_tag_terms){3, 7, 30, 9, -2500000, decay, horizon_days};
        half_life_milli = 15000;
    } else if (strcmp(names[tag], "price") == 0) {
        terms = (struct fl_tag_terms){2, 5, 10, 0, 1000000, decay, horizon_days};
        half_life_milli = 7500;
    }
    for (int32_t age = 0; age < DAYS && half_life_milli > 0; age++)
        decay[age] = fl_decay(half_life_milli, age);
    return terms;
}

struct slow_tag {
    struct slow_spell spell;
    const struct chat_row *first; /* NULL: no evidence */
    const struct fl_tag_hit *hit;
};

static void find_evidence(int64_t customer, unsigned tag, int32_t from, enum fl_view view, int32_t as_of,
                          struct slow_tag *found)
{
    for (size_t i = 0; i < MESSAGES; i++) {
        if (rows[i].customer != customer || rows[i].day < from || !row_counts(&rows[i], view, as_of))
            continue;
        for (size_t k = 0; k < slow_hit_counts[i]; k++) {
            const struct fl_tag_hit *hit = &slow_hits[i][k];
            if (!hit_is_of(hit, tag))
                continue;
            const int order = found->first == NULL ? -1 : compare_in_time(&rows[i], found->first);
            if (order > 0 || (order == 0 && !is_earlier_place(hit, found->hit)))
                continue;
            found->first = &rows[i];
            found->hit = hit;
        }
    }
}

/* False: nothing is to be said of it. */
static bool slow_tag_find(int64_t customer, unsigned tag, enum fl_view view, int32_t as_of,
                          struct slow_tag *found)
{
    struct slow_day days[DAYS];
    uint32_t decay[DAYS];
    const struct fl_tag_terms terms = slow_terms(tag, decay);
    for (int32_t day = 0; day < DAYS; day++)
        days[day] = (struct slow_day){.until = FL_NO_UNTIL};
    for (size_t i = 0; i < MESSAGES; i++) {
        if (rows[i].customer == customer && row_counts(&rows[i], view, as_of))
            days[rows[i].day].messages += row_hits(i, tag);
    }
    for (size_t i = 0; i < GIVEN; i++) {
        const struct given_row *row = &given_rows[i];
        if (row->customer != customer || row->tag != tag || !counts(row->day, row->arrival, view, as_of))
            continue;
        if (row->until != -1 && row->until < row->day)
            continue;
        days[row->day].given = days[row->day].given || row->until == -1;
        if (row->until != -1 && row->until > days[row->day].until)
            days[row->day].until = row->until;
    }
    *found = (struct slow_tag){0};
    if (!slow_spell_find(&terms, days, as_of, &found->spell) ||
        (!found->spell.on && found->spell.points_micro == 0))
        return false;
    if (found->spell.by_message)
        find_evidence(customer, tag, found->spell.since - (int32_t)terms.days + 1, view, as_of, found);
    return true;
}

/* ---- comparing ---- */

static void compare_evidence(const struct fl_customer_tag *tag, const struct slow_tag *expected)
{
    assert_int_equal(tag->has_evidence, expected->first != NULL);
    if (expected->first == NULL)
        return;
    const struct fl_tag_evidence *first = &tag->first;
    assert_int_equal(first->day, day_zero + expected->first->day);
    assert_int_equal(first->second, expected->first->second);
    assert_true(fl_text_equal(first->message, fl_text_of(ids[expected->first->id])));
    assert_int_equal(first->offset, expected->hit->offset);
    assert_int_equal(first->size, expected->hit->size);
    assert_int_equal(first->rule,
                     expected->hit->rule + 2 + (expected->hit->rule > 1)); /* vip's line is none */
}

static void compare_tag(const struct fl_customer_tag *tag, const struct slow_tag *expected)
{
    const struct slow_spell *spell = &expected->spell;
    uint32_t decay[DAYS];
    assert_int_equal(tag->on, spell->on);
    assert_int_equal(tag->given, spell->given);
    assert_int_equal(tag->since, day_zero + spell->since);
    assert_int_equal(tag->last, day_zero + spell->last);
    assert_int_equal(tag->expires, day_zero + spell->expires);
    assert_int_equal(tag->hits, spell->hits);
    assert_int_equal(tag->priority, slow_terms(tag->tag, decay).priority);
    assert_int_equal(tag->points_positive + tag->points_negative, spell->points_micro);
    assert_true(tag->points_positive >= 0 && tag->points_negative <= 0);
    compare_evidence(tag, expected);
}

/* Customers first .. last of one night. Returns how many tags they have. */
static size_t compare_tags(struct setting setting, size_t night, int64_t first, int64_t last)
{
    const int32_t as_of = setting.as_of - (int32_t)(setting.nights - 1 - night);
    const struct fl_customer_tag *tags = NULL;
    size_t count = 0, at = 0;
    assert_int_equal(fl_tag_range_tags(range, night, &tags, &count, NULL), FL_OK);
    for (int64_t customer = first < 0 ? 0 : first; customer <= last && customer <= CUSTOMERS + 9;
         customer++) {
        for (unsigned tag = 0; tag < TAGS; tag++) {
            struct slow_tag expected;
            if (!slow_tag_find(customer, tag, setting.view, as_of, &expected))
                continue;
            assert_true(at < count);
            assert_true(tags[at].customer == customer && tags[at].tag == tag);
            compare_tag(&tags[at++], &expected);
        }
    }
    assert_int_equal(at, count);
    return count;
}

struct slow_hit {
    const struct chat_row *row;
    const struct fl_tag_hit *hit;
    unsigned tag;
};

/* By the columns of the table of hits. */
static int compare_slow_hits(const void *a, const void *b)
{
    const struct slow_hit *x = a, *y = b;
    int order = compare_numbers(x->row->customer, y->row->customer);
    order = order != 0 ? order : compare_numbers(x->row->day, y->row->day);
    order = order != 0
                ? order
                : strcmp(model->registry.types[x->row->type].name, model->registry.types[y->row->type].name);
    order = order != 0 ? order : compare_numbers(x->row->order, y->row->order);
    order = order != 0 ? order : compare_numbers(x->row->second, y->row->second);
    order = order != 0 ? order : strcmp(ids[x->row->id], ids[y->row->id]);
    order = order != 0 ? order : compare_numbers(x->tag, y->tag);
    order = order != 0 ? order : compare_numbers(x->hit->rule, y->hit->rule);
    order = order != 0 ? order : compare_numbers(x->hit->offset, y->hit->offset);
    return order != 0 ? order : compare_numbers(x->hit->size, y->hit->size);
}

static size_t list_slow_hits(struct setting setting, int32_t as_of, int64_t first, int64_t last,
                             struct slow_hit *list)
{
    size_t count = 0;
    for (size_t i = 0; i < MESSAGES; i++) {
        if (rows[i].customer < first || rows[i].customer > last || !row_counts(&rows[i], setting.view, as_of))
            continue;
        for (size_t k = 0; k < slow_hit_counts[i]; k++) {
            unsigned tag = 0;
            while (!hit_is_of(&slow_hits[i][k], tag))
                tag++;
            list[count++] = (struct slow_hit){&rows[i], &slow_hits[i][k], tag};
        }
    }
    qsort(list, count, sizeof *list, compare_slow_hits);
    return count;
}

static void compare_hits(struct setting setting, size_t night, int64_t first, int64_t last)
{
    static struct slow_hit expected[MESSAGES * 16];
    const int32_t as_of = setting.as_of - (int32_t)(setting.nights - 1 - night);
    const struct fl_message_hit *hits = NULL;
    size_t count = 0;
    assert_int_equal(fl_tag_range_hits(range, night, &hits, &count, NULL), FL_OK);
    assert_int_equal(count, list_slow_hits(setting, as_of, first, last, expected));
    for (size_t i = 0; i < count; i++) {
        const struct chat_row *row = expected[i].row;
        assert_true(hits[i].customer == row->customer && hits[i].day == day_zero + row->day &&
                    hits[i].type == row->type && hits[i].second == row->second);
        assert_true(hits[i].has_order == (row->order != 0) && hits[i].order == row->order);
        assert_true(fl_text_equal(hits[i].message, fl_text_of(ids[row->id])));
        assert_true(hits[i].tag == expected[i].tag && hits[i].offset == expected[i].hit->offset &&
                    hits[i].size == expected[i].hit->size);
    }
}

static void compare_setting(struct setting setting)
{
    uint64_t state = 5;
    open_all(setting, true, UINT64_C(1) << 30);
    assert_int_equal(fl_tag_source_names(source)->count, TAGS);
    for (unsigned tag = 0; tag < TAGS; tag++)
        assert_true(fl_text_equal(fl_words_at(fl_tag_source_names(source), tag), fl_text_of(names[tag])));
    size_t tags = 0;
    int64_t first = INT64_MIN, last;
    do {
        last = first < 0 ? 0 : first;
        last += (int64_t)(next_random(&state) % 12);
        last = last > CUSTOMERS + 5 ? INT64_MAX : last;
        assert_int_equal(fl_tag_range_make(range, first, last, NULL), FL_OK);
        for (size_t night = setting.nights; night-- > 0;) {
            tags += compare_tags(setting, night, first, last);
            compare_hits(setting, night, first, last);
        }
        first = last == INT64_MAX ? last : last + 1;
    } while (last != INT64_MAX);
    assert_true(tags > 40 * setting.nights);
    assert_true(fl_tag_range_counts(range).messages > 100);
    close_all();
}

static void one_night(void **state)
{
    (void)state;
    for (int32_t as_of = 12; as_of <= DAYS + 3; as_of += 13) {
        compare_setting((struct setting){"one", FL_VIEW_KNOWN_NOW, 1, as_of < DAYS ? as_of : DAYS - 1});
        compare_setting((struct setting){"one", FL_VIEW_KNOWN_THEN, 1, as_of < DAYS ? as_of : DAYS - 1});
    }
}

static void seven_files(void **state)
{
    (void)state;
    compare_setting((struct setting){"seven", FL_VIEW_KNOWN_NOW, 1, 30});
    compare_setting((struct setting){"seven", FL_VIEW_KNOWN_THEN, 1, 30});
}

static void several_nights(void **state)
{
    (void)state;
    compare_setting((struct setting){"one", FL_VIEW_KNOWN_THEN, NIGHTS, 30});
    compare_setting((struct setting){"seven", FL_VIEW_KNOWN_THEN, NIGHTS, 30});
}

/* As one range is asked again and again for one customer, as explain does. */
static void any_range_at_any_time(void **state)
{
    (void)state;
    const struct setting setting = {"seven", FL_VIEW_KNOWN_NOW, 1, 35};
    open_all(setting, false, UINT64_C(1) << 30);
    for (int64_t customer = CUSTOMERS + 6; customer >= 0; customer -= 3) {
        assert_int_equal(fl_tag_range_make(range, customer, customer, NULL), FL_OK);
        (void)compare_tags(setting, 0, customer, customer);
    }
    const struct fl_message_hit *hits = NULL;
    size_t count = 1;
    assert_int_equal(fl_tag_range_hits(range, 0, &hits, &count, NULL), FL_OK);
    assert_int_equal(count, 0);
    close_all();
}

/* Of the registry that the run has, one type is gone since the import. */
static int set_up(void **state)
{
    if (tag_range_set_up(state) != 0)
        return -1;
    find_slow_hits();
    for (size_t file = 0; file < FILES; file++)
        import_chat("seven", file, FILES);
    import_given("seven", 0, 2);
    import_given("seven", 1, 2);
    const uint8_t gone = type_of(model, "web_visit");
    model->registry.known_bits[gone / 64] &= ~(UINT64_C(1) << gone % 64);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_night),
        cmocka_unit_test(seven_files),
        cmocka_unit_test(several_nights),
        cmocka_unit_test(any_range_at_any_time),
    };
    return cmocka_run_group_tests(tests, set_up, tag_range_tear_down);
}
