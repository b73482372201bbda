/* tag_range_limits_test.c - what ends the making of tags, and how much memory it takes.
 *
 * Folders of many messages on few days under tight limits, without texts, with too many half-lives; then each
 * page that a range reads (tag_range_fixture.h) is damaged in turn. */
#include "tests/unit/tag_range_fixture.h"

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
        cmocka_unit_test(memory_follows_the_days), cmocka_unit_test(lists_of_many_nights_have_a_limit),
        cmocka_unit_test(nothing_to_tag),          cmocka_unit_test(too_many_half_lives),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, tag_range_set_up, tag_range_tear_down);
}
