/* export_csv_test.c - holds the CSV of a table to its exact bytes.
 *
 * One small table has every rule once: null against empty text, each character that needs quotes, every kind
 * of number, a column the file lacks. The expected bytes are written out by hand, so any change of the text
 * shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/exporters/export_walk.h"

enum { ROWS = 4, EXPORTED_SIZE_MAX = 4096 };

static const uint16_t column_ids[] = {
    FL_INTERACTIONS_CUSTOMER, FL_INTERACTIONS_DAY,    FL_INTERACTIONS_TYPE, FL_INTERACTIONS_BRAND,
    FL_INTERACTIONS_QUANTITY, FL_INTERACTIONS_AMOUNT, FL_INTERACTIONS_TEXT};
enum { COLUMNS = sizeof column_ids / sizeof column_ids[0] };

static const char header[] =
    "customer,day,type,order,second,brand,category,product,content,agent,channel,store,"
    "quantity,amount,discount,margin,currency,arrival,speaker,message,text\n";
static const char *const lines[ROWS] = {
    "-9223372036854775808,2026-03-30,255,,,\"a,b\",,,,,,,-0.25,1250,,,,,,,\"\"\n",
    "1,1969-12-31,0,,,,,,,,,,,,,,,,,,\n",
    "1,2026-03-30,7,,,Zoë,,,,,,,1.5,0,,,,,,,\"say \"\"hi\"\"\"\n",
    "9223372036854775807,2026-03-31,7,,,Zoë,,,,,,,2,9223372036854775807,,,,,,,\"two\r\nlines\"\n",
};

static char *make_folder(void)
{
    char *folder = strdup("/tmp/fourloop-export-XXXXXX");
    assert_non_null(folder);
    assert_non_null(mkdtemp(folder));
    return folder;
}

static struct fl_table_writer *start_table(const char *folder)
{
    static const uint32_t offsets[] = {0, 4, 7};
    static const struct fl_words brands = {2, offsets,
                                           "Zo\xc3\xab"
                                           "a,b"};
    struct fl_words words[COLUMNS] = {{0}};
    words[3] = brands;
    struct fl_table_plan plan = {.schema = fl_schema_by_name("interactions"),
                                 .column_ids = column_ids,
                                 .column_count = COLUMNS,
                                 .words = words,
                                 .uuid = {1}};
    struct fl_table_writer *writer;
    assert_int_equal(FL_OK, fl_table_writer_create(&fl_io_system, folder, &plan, &writer, NULL));
    return writer;
}

static char *write_table(const char *folder)
{
    static const int64_t customers[ROWS] = {INT64_MIN, 1, 1, INT64_MAX};
    static const int32_t days[ROWS] = {20542, -1, 20542, 20543};
    static const uint8_t types[ROWS] = {255, 0, 7, 7};
    static const uint32_t brands[ROWS] = {1, 0, 0, 0};
    static const int64_t quantities[ROWS] = {-250, 0, 1500, 2000};
    static const int64_t amounts[ROWS] = {1250, 0, 0, INT64_MAX};
    static const uint8_t second_is_null[ROWS] = {0, 1, 0, 0};
    const struct fl_text texts[ROWS] = {fl_text_of(""), fl_text_of(""), fl_text_of("say \"hi\""),
                                        fl_text_of("two\r\nlines")};
    const struct fl_column_values columns[COLUMNS] = {
        {.as.i64 = customers},
        {.as.i32 = days},
        {.as.u8 = types},
        {.as.words = brands, .nulls = second_is_null},
        {.as.i64 = quantities, .nulls = second_is_null},
        {.as.i64 = amounts, .nulls = second_is_null},
        {.as.texts = texts, .nulls = second_is_null},
    };
    struct fl_table_writer *writer = start_table(folder);
    assert_int_equal(FL_OK, fl_table_writer_append(writer, columns, ROWS, NULL));
    char name[256];
    struct fl_table_summary summary;
    assert_int_equal(FL_OK, fl_table_writer_finish(writer, "interactions", NULL, name, &summary, NULL));
    char *path = fl_path_join(folder, name);
    assert_non_null(path);
    return path;
}

static void remove_table(char *folder, char *path)
{
    assert_int_equal(0, unlink(path));
    assert_int_equal(0, rmdir(folder));
    free(path);
    free(folder);
}

/* The CSV of the first `rows_max` rows, ended by NUL. */
static void export_rows(const char *path, uint64_t rows_max, char exported[EXPORTED_SIZE_MAX])
{
    struct fl_table *table;
    struct fl_output *output;
    const int file = memfd_create("exported", 0);
    assert_true(file >= 0);
    assert_int_equal(FL_OK, fl_table_open(&fl_io_system, path, FL_IO_COPY, &table, NULL));
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, file, "memory", &output, NULL));
    struct fl_export_part part = fl_export_whole(table);
    part.rows_max = rows_max;
    const struct fl_export_options options = fl_export_options_default();
    assert_int_equal(FL_OK, fl_export_walk(table, &part, &fl_export_format_csv, &options, output, NULL));
    assert_int_equal(FL_OK, fl_output_commit(output, NULL, NULL));
    fl_table_close(table);
    const ssize_t size = pread(file, exported, EXPORTED_SIZE_MAX - 1, 0);
    assert_true(size >= 0);
    exported[size] = '\0';
    close(file);
}

static void test_exact_bytes(void **state)
{
    (void)state;
    char *folder = make_folder();
    char *path = write_table(folder);
    char exported[EXPORTED_SIZE_MAX], expected[EXPORTED_SIZE_MAX] = "";
    strcat(expected, header);
    for (size_t row = 0; row < ROWS; row++)
        strcat(expected, lines[row]);
    export_rows(path, UINT64_MAX, exported);
    assert_string_equal(expected, exported);
    remove_table(folder, path);
}

static void test_head(void **state)
{
    (void)state;
    char *folder = make_folder();
    char *path = write_table(folder);
    char exported[EXPORTED_SIZE_MAX], expected[EXPORTED_SIZE_MAX] = "";
    strcat(expected, header);
    for (size_t rows = 0; rows <= ROWS; rows++) {
        export_rows(path, rows, exported);
        assert_string_equal(expected, exported);
        if (rows < ROWS)
            strcat(expected, lines[rows]);
    }
    export_rows(path, ROWS + 1, exported);
    assert_string_equal(expected, exported);
    remove_table(folder, path);
}

/* What is small enough for the buffer of the output fails when that is written out. */
static void test_full_output(void **state)
{
    (void)state;
    char *folder = make_folder();
    char *path = write_table(folder);
    struct fl_table *table;
    struct fl_output *output;
    struct fl_error error;
    fl_error_clear(&error);
    const int file = fl_io_system.open("/dev/full", O_WRONLY, 0);
    assert_int_equal(FL_OK, fl_table_open(&fl_io_system, path, FL_IO_MAP, &table, NULL));
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, file, "full", &output, NULL));
    const struct fl_export_part part = fl_export_whole(table);
    const struct fl_export_options options = fl_export_options_default();
    assert_int_equal(FL_OK, fl_export_walk(table, &part, &fl_export_format_csv, &options, output, &error));
    assert_int_equal(FL_TEMPORARY, fl_output_commit(output, NULL, &error));
    assert_string_equal("full", error.path);
    fl_table_close(table);
    close(file);
    remove_table(folder, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_bytes),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_full_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
