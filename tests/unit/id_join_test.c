/* id_join_test.c - texts of customer ids are found in rising order, contradictions are told.
 *
 * Tables of few customers, made by the writer: texts in one file, in several, in several blocks; a key with
 * two texts, one without any, and a file whose customers do not rise, each with its exact status. */
#include "tests/unit/engine_fixture.h"

#include "engine/id_join.h"
#include "formats/table/table_writer.h"

enum { FILES_MAX = 3 };
static struct fl_data_file files[FILES_MAX];
static char names[FILES_MAX][32];
static char table_name[] = "customer_ids";

/* One customer_ids file of `count` customers whose texts are `prefix` and the key, or all the same text. */
static void put_ids(size_t file, const int64_t *customers, size_t count, const char *prefix, bool numbered)
{
    static const uint16_t ids[] = {FL_CUSTOMER_IDS_CUSTOMER, FL_CUSTOMER_IDS_ID};
    struct fl_table_plan plan = {
        .schema = fl_schema_by_name(table_name), .column_ids = ids, .column_count = 2};
    struct fl_table_writer *writer = NULL;
    struct fl_table_summary summary;
    char name[256];
    plan.uuid[0] = (uint8_t)(1 + file);
    assert_int_equal(fl_table_writer_create(&fl_io_system, fixture_folder, &plan, &writer, NULL), FL_OK);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, numbered ? "%s%lld" : "%s", prefix, (long long)customers[i]);
        const struct fl_text id = fl_text_of(text);
        const struct fl_column_values values[] = {{.as.i64 = &customers[i]}, {.as.texts = &id}};
        assert_int_equal(fl_table_writer_append(writer, values, 1, NULL), FL_OK);
    }
    (void)snprintf(names[file], sizeof names[file], "ids-%zu.flint", file);
    assert_int_equal(fl_table_writer_finish(writer, NULL, names[file], name, &summary, NULL), FL_OK);
    files[file] = (struct fl_data_file){.name = names[file], .table = table_name, .rows = count};
}

static struct fl_id_join *open_join(size_t count)
{
    struct fl_id_join *join = NULL;
    const struct fl_data_folder folder = {
        .io = &fl_io_system, .path = fixture_folder, .files = files, .file_count = count};
    assert_int_equal(fl_id_join_open(&folder, FL_IO_COPY, &join, NULL), FL_OK);
    return join;
}

static void assert_found(struct fl_id_join *join, int64_t customer, const char *expected)
{
    struct fl_text id;
    assert_int_equal(fl_id_join_find(join, customer, &id, NULL), FL_OK);
    assert_true(fl_text_equal(id, fl_text_of(expected)));
}

static void test_several_files(void **state)
{
    (void)state;
    static const int64_t first[] = {INT64_MIN, 2, 5, INT64_MAX}, second[] = {2, 3}, third[] = {4};
    put_ids(0, first, 4, "c", true);
    put_ids(1, second, 2, "c", true);
    put_ids(2, third, 1, "c", true);
    struct fl_id_join *join = open_join(3);
    assert_found(join, INT64_MIN, "c-9223372036854775808");
    assert_found(join, 2, "c2");
    assert_found(join, 2, "c2");
    assert_found(join, 3, "c3");
    assert_found(join, 4, "c4");
    assert_found(join, INT64_MAX, "c9223372036854775807");
    fl_id_join_close(join);
}

static void test_several_blocks(void **state)
{
    (void)state;
    enum { COUNT = 140000 };
    static int64_t customers[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        customers[i] = (int64_t)i * 3;
    put_ids(0, customers, COUNT, "x", true);
    struct fl_id_join *join = open_join(1);
    for (int64_t i = 7; i < COUNT; i += 5000) {
        char expected[32];
        (void)snprintf(expected, sizeof expected, "x%lld", (long long)i * 3);
        assert_found(join, i * 3, expected);
    }
    fl_id_join_close(join);
}

static void test_contradictions(void **state)
{
    (void)state;
    static const int64_t first[] = {1, 2}, second[] = {2, 3};
    struct fl_error error;
    struct fl_text id;
    put_ids(0, first, 2, "anna", false);
    put_ids(1, second, 2, "bob", false);
    struct fl_id_join *join = open_join(2);
    assert_found(join, 1, "anna");
    fl_error_clear(&error);
    assert_int_equal(fl_id_join_find(join, 2, &id, &error), FL_BAD_DATA);
    assert_non_null(strstr(error.message, "two customer ids have the same key: one in "));
    assert_non_null(strstr(error.message, "ids-0.flint block 0 row 1, one in "));
    assert_non_null(strstr(error.message, "ids-1.flint block 0 row 0"));
    assert_null(strstr(error.message, "anna"));
    assert_null(strstr(error.message, "bob"));
    fl_error_clear(&error);
    assert_int_equal(fl_id_join_find(join, 4, &id, &error), FL_BAD_DATA);
    assert_string_equal(error.message,
                        "no customer_ids table of the folder (2 files) has the id of a customer");
    fl_id_join_close(join);
}

static void test_lying_files(void **state)
{
    (void)state;
    static const int64_t twice[] = {1, 1};
    struct fl_error error;
    struct fl_text id;
    put_ids(0, twice, 2, "a", false);
    struct fl_id_join *join = open_join(1);
    fl_error_clear(&error);
    assert_int_equal(fl_id_join_find(join, 1, &id, &error), FL_CORRUPT);
    assert_string_equal(error.message, "row 1: the customers do not rise");
    assert_int_equal(error.block, 0);
    fl_id_join_close(join);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_several_files),
        cmocka_unit_test(test_several_blocks),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_lying_files),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
