/* tag_range_test.c - tags of ranges of customers out of data folders.
 *
 * Method: random messages with as many ties, gaps and late arrivals as fit, and tags given by hand, come into
 * folders of one file and of seven. What the ranges say, however they are cut, for one night and for several,
 * must equal a slow way: each message given to the tagger by itself, all of a customer's days asked again
 * (slow_tags.h), evidence and hits found by comparing all with all. Then the limits: no texts, too little
 * memory, damage. */
#include "tests/unit/engine_fixture.h"

#include "engine/decay.h"
#include "engine/tags/tag_range.h"
#include "tests/unit/slow_tags.h"

enum { MESSAGES = 3000, GIVEN = 120, CUSTOMERS = 50, DAYS = 40, FILES = 7, NIGHTS = 5 };

static const char rules_csv[] =
    "tag,any,none,near,speaker,hits,days,expiry_days,priority,points,half_life_days\n"
    "late,late|delay*|late parcel,,,,,,8,5,3,10\n"
    "angry,angry|bad,,late near/3 parcel,both,3,7,30,9,-2.5,15\n"
    "vip,,,,,,,,,,\n"
    "price,price,free,,customer,2,5,10,,1,7.5\n"
    "price,cost|prices,,,agent,,,,,,\n"
    "late,parcel|late,,,both,,,,,,\n"
    "late,parcel is late,,,agent,,,,,,\n";
static const char *const texts[] = {"my parcel is late",
                                    "late late delayed",
                                    "so angry, bad",
                                    "price?",
                                    "free price",
                                    "what do prices cost",
                                    "hello",
                                    "bad late parcel",
                                    "the LATE parcel \xe2\x80\xa6 bad",
                                    "cost of the parcel",
                                    ""};
static const char *const speakers[] = {"", "customer", "agent"};
static const char *const ids[] = {"", "m1", "m2"};
static const char *const names[] = {"angry", "late", "loyal", "price", "vip"}; /* of all tags, sorted */
enum { TEXTS = sizeof texts / sizeof *texts, TAGS = sizeof names / sizeof *names };

struct chat_row {
    int64_t customer, order; /* order 0: none */
    int32_t day, arrival;    /* arrival -1: none */
    int32_t second;          /* -1: none */
    uint8_t type;
    unsigned speaker, id, text;
};

struct given_row {
    int64_t customer;
    int32_t day, arrival, until; /* -1: none */
    unsigned tag;
};

static struct chat_row rows[MESSAGES];
static struct given_row given_rows[GIVEN];
static struct fl_model *model;
static int32_t day_zero; /* days of the rows are counted from it */

/* ---- the rows ---- */

static void make_model(void)
{
    struct fl_error error;
    fl_error_clear(&error);
    model = default_model();
    fl_keywords_release(&model->keywords);
    if (fl_keywords_read(rules_csv, sizeof rules_csv - 1, "keywords.csv", model->fold, false,
                         &model->keywords, &error) != FL_OK)
        fail_msg("%s", error.message);
}

static void make_rows(void)
{
    const uint8_t types[] = {type_of(model, "chat_customer_message"), type_of(model, "email_replied"),
                             type_of(model, "web_visit")};
    uint64_t state = 11;
    for (size_t i = 0; i < MESSAGES; i++) {
        struct chat_row *row = &rows[i];
        *row = (struct chat_row){.customer = 1 + (int64_t)(next_random(&state) % CUSTOMERS),
                                 .order = (int64_t)(next_random(&state) % 3),
                                 .day = (int32_t)(next_random(&state) % 4 * 10 + next_random(&state) % 3),
                                 .arrival = -1,
                                 .second = (int32_t)(next_random(&state) % 3) - 1,
                                 .type = types[next_random(&state) % 3],
                                 .speaker = (unsigned)(next_random(&state) % 3),
                                 .id = (unsigned)(next_random(&state) % 3),
                                 .text = (unsigned)(next_random(&state) % TEXTS)};
        if (next_random(&state) % 2 == 0)
            row->arrival = row->day - 2 + (int32_t)(next_random(&state) % 12);
        if (i == 0 || next_random(&state) % 6 != 0)
            continue;
        *row = rows[i - 1];
        if (next_random(&state) % 2 == 0)
            row->speaker = (unsigned)(next_random(&state) % 3);
        if (next_random(&state) % 2 == 0)
            row->arrival = row->day + (int32_t)(next_random(&state) % 8);
    }
    for (size_t i = 0; i < GIVEN; i++) {
        const int32_t day = (int32_t)(next_random(&state) % DAYS);
        given_rows[i] = (struct given_row){1 + (int64_t)(next_random(&state) % (CUSTOMERS + 5)), day, -1, -1,
                                           (unsigned)(next_random(&state) % TAGS)};
        if (next_random(&state) % 2 == 0)
            given_rows[i].arrival = day + (int32_t)(next_random(&state) % 6);
        if (next_random(&state) % 2 == 0)
            given_rows[i].until = day - 3 + (int32_t)(next_random(&state) % 30);
    }
}

/* "" for -1. */
static const char *day_text(int32_t day, char text[11])
{
    text[0] = '\0';
    if (day != -1)
        fl_day_format(day_zero + day, text);
    return text;
}

static void import_chat(const char *folder, size_t first, size_t step)
{
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,day,second,type,order,arrival,speaker,message,text\n");
    for (size_t i = first; i < MESSAGES; i += step) {
        const struct chat_row *row = &rows[i];
        char line[300], day[11], arrival[11], second[12] = "", order[24] = "";
        if (row->second >= 0)
            (void)snprintf(second, sizeof second, "%d", row->second);
        if (row->order != 0)
            (void)snprintf(order, sizeof order, "%lld", (long long)row->order);
        (void)snprintf(line, sizeof line, "%lld,%s,%s,%s,%s,%s,%s,%s,%s%s%s\n", (long long)row->customer,
                       day_text(row->day, day), second, model->registry.types[row->type].name, order,
                       day_text(row->arrival, arrival), speakers[row->speaker], ids[row->id],
                       texts[row->text][0] == '\0' ? "" : "\"", texts[row->text],
                       texts[row->text][0] == '\0' ? "" : "\"");
        append_text(&csv, line);
    }
    import_text(model, folder, (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
}

static void import_given(const char *folder, size_t first, size_t step)
{
    char folder_path[FIXTURE_PATH_SIZE], input_path[FIXTURE_PATH_SIZE];
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,day,tag,until,arrival,giver\n");
    for (size_t i = first; i < GIVEN; i += step) {
        const struct given_row *row = &given_rows[i];
        char line[200], day[11], arrival[11], until[11];
        (void)snprintf(line, sizeof line, "%lld,%s,%s,%s,%s,Ann\n", (long long)row->customer,
                       day_text(row->day, day), names[row->tag], day_text(row->until, until),
                       day_text(row->arrival, arrival));
        append_text(&csv, line);
    }
    fixture_put_bytes("given.csv", csv.bytes, csv.size);
    const char *input = fixture_path("given.csv", input_path);
    const struct fl_import_plan plan = {.io = &fl_io_system,
                                        .folder = fixture_path(folder, folder_path),
                                        .table = "given_tags",
                                        .inputs = &input,
                                        .input_count = 1,
                                        .types = fl_model_types(model),
                                        .memory_bytes = FL_IMPORT_MEMORY_MIN};
    struct fl_import_report report;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_import(&plan, &report, &error) != FL_OK)
        fail_msg("import: %s", error.message);
    fl_buffer_release(&csv);
}

static void find_slow_hits(void);

/* Of the registry that the run has, one type is gone since the import. */
static int set_up(void **state)
{
    if (fixture_open(state) != 0)
        return -1;
    day_zero = day_of("2026-01-01");
    make_model();
    make_rows();
    find_slow_hits();
    import_chat("one", 0, 1);
    import_given("one", 0, 1);
    for (size_t file = 0; file < FILES; file++)
        import_chat("seven", file, FILES);
    import_given("seven", 0, 2);
    import_given("seven", 1, 2);
    const uint8_t gone = type_of(model, "web_visit");
    model->registry.known_bits[gone / 64] &= ~(UINT64_C(1) << gone % 64);
    return 0;
}

static int tear_down(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

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
        assert_int_equal(fl_tagger_run(tagger, &message, 1, &hits, &slow_hit_counts[i], NULL), FL_OK);
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

struct setting {
    const char *folder;
    enum fl_view view;
    size_t nights;
    int32_t as_of; /* of the last night */
};

static struct fl_data_folder *folder;
static struct fl_tag_source *source;
static struct fl_tag_range *range;

static void open_all(struct setting setting, bool wants_hits, uint64_t memory_bytes)
{
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path(setting.folder, path), &folder, NULL),
                     FL_OK);
    const struct fl_tag_source_plan plan = {.folder = folder,
                                            .io_mode = FL_IO_COPY,
                                            .model = model,
                                            .as_of_day = day_zero + setting.as_of,
                                            .night_count = setting.nights,
                                            .view = setting.view,
                                            .wants_hits = wants_hits,
                                            .memory_bytes = memory_bytes};
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_tag_source_open(&plan, &source, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_non_null(source);
    assert_int_equal(fl_tag_range_open(source, &range, NULL), FL_OK);
    assert_true(fl_tag_range_memory(source) > 0);
}

static void close_all(void)
{
    fl_tag_range_close(range);
    fl_tag_source_close(source);
    fl_data_folder_close(folder);
    range = NULL;
    source = NULL;
}

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
    assert_true(fl_tag_range_messages(range) > 100);
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

/* ---- limits ---- */

/* One customer with many messages, on few days. */
static void import_many(const char *name, size_t messages, int32_t days)
{
    struct fl_buffer csv = {0};
    append_text(&csv, "customer,day,type,message,text\n");
    for (size_t i = 0; i < messages; i++) {
        char line[200], day[11];
        (void)snprintf(line, sizeof line, "7,%s,chat_customer_message,id-%zu,my parcel is late number %zu\n",
                       day_text((int32_t)(i % (size_t)days), day), i, i);
        append_text(&csv, line);
    }
    import_text(model, name, (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
}

static void memory_follows_the_days(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    const struct setting setting = {"many", FL_VIEW_KNOWN_NOW, 1, 60};
    import_many("many", MANY, 30);
    open_all(setting, false, UINT64_C(4) << 20);
    assert_int_equal(fl_tag_range_make(range, INT64_MIN, INT64_MAX, NULL), FL_OK);
    const struct fl_customer_tag *tags = NULL;
    size_t count = 0;
    assert_int_equal(fl_tag_range_tags(range, 0, &tags, &count, NULL), FL_OK);
    assert_int_equal(count, 1);
    assert_true(tags->hits == MANY && tags->since == day_zero && tags->last == day_zero + 29);
    assert_true(fl_text_equal(tags->first.message, fl_text_of("id-0")) && tags->first.offset == 3);
    close_all();

    /* All hits are another matter. */
    struct fl_error error;
    fl_error_clear(&error);
    open_all(setting, true, UINT64_C(4) << 20);
    assert_int_equal(fl_tag_range_make(range, 3, 9, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "customers 3 to 9: their tags and hits need "));
    assert_non_null(strstr(error.message, "raise --memory"));
    assert_int_equal(fl_tag_range_tags(range, 0, &tags, &count, NULL), FL_OK);
    assert_int_equal(count, 0);
    close_all();
}

/* After so long few customers have a tag, but each night has a list of who had. */
static void lists_of_many_nights_have_a_limit(void **state)
{
    (void)state;
    enum { NIGHTS_MAX = 600 };
    const struct fl_customer_tag *tags = NULL;
    size_t count = 0, night = 0;
    import_many("few", 3000, 5);
    open_all((struct setting){"few", FL_VIEW_KNOWN_THEN, NIGHTS_MAX, NIGHTS_MAX - 1}, false, 16 << 10);
    assert_int_equal(fl_tag_range_make(range, INT64_MIN, INT64_MAX, NULL), FL_OK);
    fl_status status = FL_OK;
    struct fl_error error;
    fl_error_clear(&error);
    for (; status == FL_OK && night < NIGHTS_MAX; night++)
        status = fl_tag_range_tags(range, night, &tags, &count, &error);
    assert_int_equal(status, FL_LIMIT);
    assert_true(night > 30 && night < NIGHTS_MAX && count == 0);
    assert_non_null(strstr(error.message, "raise --memory"));
    close_all();
}

static fl_status open_source(const char *name, struct fl_error *error)
{
    char path[FIXTURE_PATH_SIZE];
    assert_int_equal(fl_data_folder_open(&fl_io_system, fixture_path(name, path), &folder, NULL), FL_OK);
    const struct fl_tag_source_plan plan = {.folder = folder,
                                            .io_mode = FL_IO_COPY,
                                            .model = model,
                                            .as_of_day = day_zero,
                                            .night_count = 1,
                                            .memory_bytes = UINT64_C(1) << 30};
    return fl_tag_source_open(&plan, &source, error);
}

static void nothing_to_tag(void **state)
{
    (void)state;
    static const char visits[] = "customer,day,type\n1,2026-01-01,email_replied\n";
    import_text(model, "visits", visits, sizeof visits - 1);
    assert_int_equal(open_source("visits", NULL), FL_OK);
    assert_null(source);
    close_all();
    import_given("visits", 0, 60); /* then there is */
    assert_int_equal(open_source("visits", NULL), FL_OK);
    assert_non_null(source);
    close_all();
}

/* A list may have each tag decay in its own way, but not without end. */
static void too_many_half_lives(void **state)
{
    (void)state;
    struct fl_keywords usual = model->keywords;
    struct fl_buffer csv = {0};
    struct fl_error error;
    append_text(&csv, "tag,any,points,half_life_days\n");
    for (int i = 1; i <= 1001; i++) {
        char line[80];
        (void)snprintf(line, sizeof line, "t%d,w%d,1,%d\n", i, i, i);
        append_text(&csv, line);
    }
    assert_int_equal(fl_keywords_read((const char *)csv.bytes, csv.size, "keywords.csv", model->fold, false,
                                      &model->keywords, NULL),
                     FL_OK);
    fl_error_clear(&error);
    assert_int_equal(open_source("one", &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "1001 different half-lives, at most 1000"));
    close_all();
    fl_keywords_release(&model->keywords);
    fl_buffer_release(&csv);
    model->keywords = usual;
}

static const char *file_of(const char *table)
{
    for (size_t i = 0; i < folder->file_count; i++) {
        if (strcmp(folder->files[i].table, table) == 0)
            return folder->files[i].name;
    }
    return NULL;
}

/* Each page of the two tables that the range reads is damaged in turn; what it does not read does not matter.
 */
static void damage_is_told(void **state)
{
    (void)state;
    static const char *const tables[] = {"interactions", "given_tags"};
    size_t told = 0;
    for (size_t i = 0; i < 2; i++) {
        char name[FIXTURE_PATH_SIZE];
        size_t size = 0;
        assert_int_equal(open_source("one", NULL), FL_OK);
        (void)snprintf(name, sizeof name, "one/%s", file_of(tables[i]));
        close_all();
        char *bytes = fixture_get(name, &size);
        assert_non_null(bytes);
        for (size_t at = 64; at < size; at += size / 61) {
            struct fl_error error;
            fl_error_clear(&error);
            bytes[at] ^= 4;
            fixture_put_bytes(name, bytes, size);
            fl_status status = open_source("one", &error);
            if (status == FL_OK)
                status = fl_tag_range_open(source, &range, &error);
            if (status == FL_OK)
                status = fl_tag_range_make(range, INT64_MIN, INT64_MAX, &error);
            assert_true(status == FL_OK || status == FL_CORRUPT || status == FL_UNSUPPORTED);
            assert_true(status == FL_OK || error.message[0] != '\0');
            told += status != FL_OK;
            close_all();
            bytes[at] ^= 4;
        }
        fixture_put_bytes(name, bytes, size);
        free(bytes);
    }
    assert_true(told > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_night),
        cmocka_unit_test(seven_files),
        cmocka_unit_test(several_nights),
        cmocka_unit_test(any_range_at_any_time),
        cmocka_unit_test(memory_follows_the_days),
        cmocka_unit_test(lists_of_many_nights_have_a_limit),
        cmocka_unit_test(nothing_to_tag),
        cmocka_unit_test(too_many_half_lives),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
