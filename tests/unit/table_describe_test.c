/* table_describe_test.c - what people are shown of a table file.
 *
 * Method: the description of a golden file is compared as a whole with what is written here; a golden file
 * never changes, so neither may this, but on purpose. Rows are compared by golden_tables_test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/table/table_describe.h"

static const char golden_path[] = "tests/golden/tables/customers-v1.flint";

static char *describe(const char *path, const struct fl_describe_options *options)
{
    struct fl_error error;
    struct fl_table *table;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fl_error_clear(&error);
    assert_non_null(out);
    assert_int_equal(fl_table_open(&fl_io_system, path, FL_IO_MAP, &table, &error), FL_OK);
    assert_int_equal(fl_table_describe(table, out, options, &error), FL_OK);
    assert_int_equal(fclose(out), 0);
    fl_table_close(table);
    return text;
}

static const char summary[] = "tests/golden/tables/customers-v1.flint\n"
                              "table     customers, schema version 1 (this build: 1)\n"
                              "uuid      7369787465656e2062797465732e2e2e\n"
                              "rows      63 in 3 blocks\n"
                              "size      5526 bytes, 87.71 a row, 2998 of them footer\n"
                              "fact      zone = Europe/Oslo\n"
                              "fact      made = by hand\n"
                              "\n"
                              "column             kind           stored     unpacked    share        nulls   "
                              " words  words bytes  pages by encoding\n"
                              "customer           key                48           48   0.87 %            0   "
                              "     0            0  packed 3\n"
                              "birth_year         integer            72           72   1.30 %           13   "
                              "     0            0  run 3\n"
                              "age_band           word               29           29   1.05 %           13   "
                              "     5           29  packed 3\n"
                              "life_stage         word               30           30   1.07 %           12   "
                              "     5           29  packed 3\n"
                              "country            word                9            9   0.69 %           12   "
                              "     5           29  constant 3\n"
                              "region             word               24           24   0.96 %            0   "
                              "     5           29  packed 3\n"
                              "urbanity           word                0            0   0.52 %           63   "
                              "     5           29  constant 3\n"
                              "latitude           degree              9            9   0.16 %           13   "
                              "     0            0  constant 3\n"
                              "longitude          degree             53           53   0.96 %           13   "
                              "     0            0  packed 3\n"
                              "store_distance_m   integer            72           72   1.30 %           13   "
                              "     0            0  run 3\n"
                              "first_contact      day                30           30   0.54 %           12   "
                              "     0            0  packed 3\n"
                              "arrival            day                 9            9   0.16 %           12   "
                              "     0            0  constant 3\n"
                              "\n"
                              "   block     rows\n"
                              "       0       21  customers 1000 to 1060\n"
                              "       1       21  customers 1063 to 1123\n"
                              "       2       21  customers 1126 to 1186\n";

static void test_a_description(void **state)
{
    (void)state;
    char *text = describe(golden_path, NULL);
    assert_string_equal(text, summary);
    free(text);
}

static void test_pages_come_after_it(void **state)
{
    (void)state;
    const struct fl_describe_options options = {.pages = true};
    char *text = describe(golden_path, &options);
    assert_memory_equal(text, summary, strlen(summary));
    const char *pages = text + strlen(summary);
    const char *const lines[] = {
        "\n",
        "   block column             encoding                offset     stored   unpacked    nulls\n",
        "       0 customer           packed                     384         16         16        0\n",
        "       0 birth_year         run                        448         24         24        4\n",
        "       0 age_band           packed                     512         10         10        4\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (strncmp(pages, lines[i], strlen(lines[i])) != 0)
            fail_msg("wanted: %s got: %.100s", lines[i], pages);
        pages += strlen(lines[i]);
    }
    size_t left = 0;
    for (const char *at = pages; *at != '\0'; at++)
        left += *at == '\n';
    assert_int_equal(left, 3 * 12 - 3); /* three blocks of twelve columns */
    free(text);
}

static void test_first_rows_come_last(void **state)
{
    (void)state;
    const struct fl_describe_options options = {.rows_shown = 2};
    char *text = describe("tests/golden/tables/interactions-v1.flint", &options);
    const char *rows = strstr(text, "\ncustomer,day,");
    assert_non_null(rows);
    const char wanted[] =
        "\n"
        "customer,day,type,order,second,brand,category,product,content,agent,channel,store,quantity,amount,"
        "discount,margin,currency,arrival,speaker,message,text\n"
        "1000,2024-10-04,7,12,0,Bergen,,,Bergen,Bergen,Bergen,Bergen,0,,,12,Bergen,2149-04-18,Bergen,m0,"
        "\"the size was wrong, so size 0 was wrong, and the size was wrong again\"\n"
        "1000,2024-10-15,0,12,37,apple,,zebras!,,Bergen,apple,ocean,0.037,,1099511627776,,ocean,2149-04-18,"
        "海,m1,\"the size was wrong, so size 1 was wrong, and the size was wrong again\"\n";
    assert_string_equal(rows, wanted);
    free(text);
}

static void test_a_full_disk_is_an_error(void **state)
{
    (void)state;
    struct fl_error error;
    struct fl_table *table;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    fl_error_clear(&error);
    assert_int_equal(fl_table_open(&fl_io_system, golden_path, FL_IO_MAP, &table, &error), FL_OK);
    assert_int_equal(fl_table_describe(table, full, NULL, &error), FL_IO);
    assert_string_equal(error.message, "the description cannot be written");
    (void)fclose(full);
    fl_table_close(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_description),
        cmocka_unit_test(test_pages_come_after_it),
        cmocka_unit_test(test_first_rows_come_last),
        cmocka_unit_test(test_a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
