/* export_csv_test.c - holds the CSV of a table to its exact bytes.
 *
 * One small table has every rule once: null against empty text, each character that needs quotes, every kind
 * of number, a column the file lacks. The expected bytes are written out by hand, so any change of the text
 * shows. Then made-up tables of every schema, with rows that fill tiles and blocks or not, are compared with
 * a slow writer of one cell at a time, for several choices of null, delimiter and mark. */
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
#include "formats/table/cell_text.h"
#include "tests/unit/export_fixture.h"

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

struct slow_csv {
    const struct fl_schema *schema;
    const struct fl_export_options *options;
    struct fl_buffer out, cell;
};

static void slow_append(struct slow_csv *csv, const char *text, size_t size)
{
    assert_true(fl_buffer_append(&csv->out, text, size));
}

static void slow_cell(void *context, const struct sample_cell *at)
{
    struct slow_csv *csv = context;
    const struct fl_export_options *options = csv->options;
    const bool is_text = at->column->kind == FL_KIND_WORD || at->column->kind == FL_KIND_TEXT;
    csv->cell.size = 0;
    assert_true(fl_cell_append(at->column, at->data, at->row, at->words, &csv->cell));
    bool quoted = is_text &&
                  (csv->cell.size == 0 || (csv->cell.size == strlen(options->null_text) &&
                                           memcmp(csv->cell.bytes, options->null_text, csv->cell.size) == 0));
    for (size_t i = 0; i < csv->cell.size; i++) {
        const char byte = (char)csv->cell.bytes[i];
        quoted = quoted || (byte != '\0' && strchr("\"\r\n", byte) != NULL) || byte == options->delimiter;
        if (!is_text && byte == '.')
            csv->cell.bytes[i] = (uint8_t)options->decimal;
    }
    if (at->index > 0)
        slow_append(csv, &options->delimiter, 1);
    if (at->null)
        slow_append(csv, options->null_text, strlen(options->null_text));
    else if (!quoted)
        slow_append(csv, (const char *)csv->cell.bytes, csv->cell.size);
    else {
        slow_append(csv, "\"", 1);
        for (size_t i = 0; i < csv->cell.size; i++)
            slow_append(csv, csv->cell.bytes[i] == '"' ? "\"\"" : (const char *)&csv->cell.bytes[i],
                        csv->cell.bytes[i] == '"' ? 2 : 1);
        slow_append(csv, "\"", 1);
    }
    if (at->index + 1 == csv->schema->count)
        slow_append(csv, "\n", 1);
}

static void expect_as_slow(const struct sample *sample, const struct fl_export_options *options)
{
    const struct fl_export_part part = fl_export_whole(sample->table);
    struct slow_csv csv = {.schema = fl_table_schema(sample->table), .options = options};
    for (size_t i = 0; i < csv.schema->count; i++) {
        slow_append(&csv, i == 0 ? "" : &options->delimiter, i == 0 ? 0 : 1);
        slow_append(&csv, csv.schema->columns[i].name, strlen(csv.schema->columns[i].name));
    }
    slow_append(&csv, "\n", 1);
    sample_walk(sample, slow_cell, &csv);
    struct fl_buffer exported = sample_export(sample, &part, &fl_export_format_csv, options);
    assert_int_equal(csv.out.size, exported.size);
    assert_memory_equal(csv.out.bytes, exported.bytes, exported.size);
    fl_buffer_release(&exported);
    fl_buffer_release(&csv.out);
    fl_buffer_release(&csv.cell);
}

static void test_made_up_tables(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 31, 32, 33, 200, 1500};
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            struct sample sample = sample_open(schema->name, rows[j], 100, j % 4);
            struct fl_export_options options = fl_export_options_default();
            expect_as_slow(&sample, &options);
            options = (struct fl_export_options){.null_text = "NULL", .delimiter = ';', .decimal = ','};
            expect_as_slow(&sample, &options);
            options = (struct fl_export_options){.null_text = "\\N", .delimiter = '\t', .decimal = '.'};
            expect_as_slow(&sample, &options);
            sample_close(&sample);
        }
    }
}

static void test_refused_options(void **state)
{
    (void)state;
    static const struct fl_export_options wrong[] = {
        {.null_text = "", .delimiter = ',', .decimal = ','},
        {.null_text = "", .delimiter = '"', .decimal = '.'},
        {.null_text = "", .delimiter = '\n', .decimal = '.'},
        {.null_text = "", .delimiter = '0', .decimal = '.'},
        {.null_text = "", .delimiter = '-', .decimal = '.'},
        {.null_text = "", .delimiter = '\0', .decimal = '.'},
        {.null_text = "", .delimiter = ';', .decimal = ' '},
        {.null_text = "-1", .delimiter = ',', .decimal = '.'},
        {.null_text = "a,b", .delimiter = ',', .decimal = '.'},
        {.null_text = "\"", .delimiter = ',', .decimal = '.'},
        {.null_text = "12345678901234567", .delimiter = ',', .decimal = '.'},
        {.null_text = "seventeen letters", .delimiter = ',', .decimal = '.'},
    };
    struct sample sample = sample_open("products", 1, 0, 0);
    const struct fl_export_part part = fl_export_whole(sample.table);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct fl_output *output;
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, STDOUT_FILENO, "stdout", &output, NULL));
        assert_int_equal(
            FL_USAGE, fl_export_walk(sample.table, &part, &fl_export_format_csv, &wrong[i], output, &error));
        assert_non_null(strstr(error.message, "csv: "));
        assert_int_equal(0, fl_output_size(output));
        fl_output_abort(output);
    }
    sample_close(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_bytes),     cmocka_unit_test(test_head),
        cmocka_unit_test(test_full_output),     cmocka_unit_test(test_made_up_tables),
        cmocka_unit_test(test_refused_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
