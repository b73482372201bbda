/* tag_range_fixture.h - a folder of random messages and of tags given by hand, for tests of tag ranges.
 *
 * Messages have as many ties, gaps and late arrivals as fit. */
#ifndef TESTS_UNIT_TAG_RANGE_FIXTURE_H
#define TESTS_UNIT_TAG_RANGE_FIXTURE_H

#include "tests/unit/engine_fixture.h"

#include "engine/tags/tag_range.h"

enum { MESSAGES = 3000, GIVEN = 120, CUSTOMERS = 50, DAYS = 40 };

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

static inline void make_model(void)
{
    struct fl_error error;
    fl_error_clear(&error);
    model = default_model();
    fl_keywords_release(&model->keywords);
    if (fl_keywords_read(rules_csv, sizeof rules_csv - 1, "keywords.csv", model->fold, false,
                         &model->keywords, &error) != FL_OK)
        fail_msg("%s", error.message);
}

static inline void make_rows(void)
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
static inline const char *day_text(int32_t day, char text[11])
{
    text[0] = '\0';
    if (day != -1)
        fl_day_format(day_zero + day, text);
    return text;
}

static inline void import_chat(const char *folder, size_t first, size_t step)
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

static inline void import_given(const char *folder, size_t first, size_t step)
{
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
    import_table(model, folder, "given_tags", (const char *)csv.bytes, csv.size);
    fl_buffer_release(&csv);
}

/* The folder "one", of one file of each table. */
static inline int tag_range_set_up(void **state)
{
    if (fixture_open(state) != 0)
        return -1;
    day_zero = day_of("2026-01-01");
    make_model();
    make_rows();
    import_chat("one", 0, 1);
    import_given("one", 0, 1);
    return 0;
}

static inline int tag_range_tear_down(void **state)
{
    fl_model_free(model);
    return fixture_close(state);
}

/* ---- the range ---- */

struct setting {
    const char *folder;
    enum fl_view view;
    size_t nights;
    int32_t as_of; /* of the last night */
};

static struct fl_data_folder *folder;
static struct fl_tag_source *source;
static struct fl_tag_range *range;

static inline void open_all(struct setting setting, bool wants_hits, uint64_t memory_bytes)
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

static inline void close_all(void)
{
    fl_tag_range_close(range);
    fl_tag_source_close(source);
    fl_data_folder_close(folder);
    range = NULL;
    source = NULL;
}

#endif
