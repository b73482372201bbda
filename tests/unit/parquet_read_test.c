/* parquet_read_test.c - rows of small files that are put together by hand, in batches of every size.
 *
 * Method: the bytes of each page are written out, so that what must come out can be read beside them; each
 * file is read in batches of 1, 2, 3 .. rows, which must give the same cells, mapped and copied. What other
 * programs write is compared in tests/interop, what is broken in tests/malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "formats/parquet/parquet_cell.h"
#include "tests/malformed/memory_file.h"
#include "tests/malformed/parquet_parts.h"

enum { MEMORY_MAX = 1 << 20, TEXT_SIZE = 4096 };

static struct fl_parquet *open_bytes(const struct fl_buffer *bytes)
{
    struct fl_parquet *file;
    struct fl_error error;
    fl_error_clear(&error);
    memory_file_set(bytes->bytes, bytes->size);
    if (fl_parquet_open(&memory_file_io, "file", FL_IO_COPY, MEMORY_MAX, &file, &error) != FL_OK)
        fail_msg("%s", error.message);
    return file;
}

static void append_cells(const struct fl_parquet *file, const struct fl_parquet_scan_options *options,
                         const struct fl_parquet_batch *batch, struct fl_buffer *text)
{
    for (size_t row = 0; row < batch->rows; row++) {
        for (size_t i = 0; i < options->column_count; i++) {
            const struct fl_parquet_field *column = &fl_parquet_facts(file)->columns[options->columns[i]];
            if (fl_parquet_cell_is_null(column, &batch->values[i], row))
                assert_true(fl_buffer_append(text, "null", 4));
            else
                assert_true(fl_parquet_cell_append(column, &batch->values[i], row, text));
            assert_true(fl_buffer_append(text, i + 1 == options->column_count ? "; " : " ",
                                         i + 1 == options->column_count ? 2 : 1));
        }
    }
}

/* All cells, "a b; c d; " */
static void expect_scan(struct fl_parquet *file, struct fl_parquet_scan_options options, const char *known)
{
    for (options.rows_max = 1; options.rows_max <= 12; options.rows_max++) {
        struct fl_parquet_scan *scan;
        struct fl_parquet_batch batch;
        struct fl_error error;
        struct fl_buffer text = {0};
        fl_error_clear(&error);
        assert_int_equal(fl_parquet_scan_open(file, &options, &scan, &error), FL_OK);
        for (;;) {
            if (fl_parquet_scan_next(scan, &batch, &error) != FL_OK)
                fail_msg("%s", error.message);
            if (batch.rows == 0)
                break;
            assert_true(batch.rows <= options.rows_max);
            append_cells(file, &options, &batch, &text);
        }
        assert_true(fl_buffer_append(&text, "", 1));
        assert_string_equal((const char *)text.bytes, known);
        fl_buffer_release(&text);
        fl_parquet_scan_close(scan);
    }
}

static void expect_cells(const struct parts_file *parts, const char *known)
{
    static const size_t columns[] = {0, 1, 2, 3};
    struct fl_buffer bytes = parts_make(parts);
    struct fl_parquet *file = open_bytes(&bytes);
    struct fl_parquet_verified verified;
    expect_scan(
        file,
        (struct fl_parquet_scan_options){.columns = columns, .column_count = (size_t)parts->column_count},
        known);
    assert_int_equal(fl_parquet_verify(file, &verified, NULL), FL_OK);
    fl_parquet_close(file);
    fl_buffer_release(&bytes);
}

static struct parts_column column_of(const char *name, enum parts_tree tree, int32_t type)
{
    return (struct parts_column){.name = name, .tree = tree, .type = type, .converted = -1, .null_count = -1};
}

static void add_page(struct parts_column *column, int32_t encoding, int32_t values, const void *body,
                     size_t size)
{
    column->pages[column->page_count++] = (struct parts_page){.kind = FL_PARQUET_PAGE_DATA,
                                                              .encoding = encoding,
                                                              .values = values,
                                                              .body = body,
                                                              .size = (int32_t)size};
    column->values[0] += values;
}

static struct parts_file file_of(int64_t rows)
{
    return (struct parts_file){.column_count = 1, .group_count = 1, .group_rows = {rows}, .rows = rows};
}

/* --- lists */

static void test_lists_of_three_levels(void **state)
{
    (void)state;
    /* [1, null], null, [], [2] and, over the end of the page, [3, 4, 5]; repeats 0 1 0 0 0 0 | 1 1, levels 3
     * 2 0 1 3 3 | 3 3: two bits each, in groups of eight */
    static const uint8_t first[] = {2, 0, 0, 0, 3, 0x02, 3, 0, 0, 0, 3, 0x4b, 0x0f,
                                    1, 0, 0, 0, 2, 0,    0, 0, 3, 0, 0, 0};
    static const uint8_t second[] = {2, 0, 0, 0, 4, 1, 2, 0, 0, 0, 4, 3, 4, 0, 0, 0, 5, 0, 0, 0};
    struct parts_file file = file_of(5);
    file.columns[0] = column_of("x", PARTS_LIST3, FL_PARQUET_INT32);
    add_page(&file.columns[0], FL_PARQUET_ENCODING_PLAIN, 6, first, sizeof first);
    add_page(&file.columns[0], FL_PARQUET_ENCODING_PLAIN, 2, second, sizeof second);
    expect_cells(&file, "[1,null]; null; []; [2]; [3,4,5]; ");
}

static void test_lists_of_two_levels(void **state)
{
    (void)state;
    static const uint8_t page[] = {2, 0, 0,   0, 3, 0x02, 2, 0,   0,    0, 3, 0x0b, 1, 0,
                                   0, 0, 'a', 2, 0, 0,    0, '"', '\n', 0, 0, 0,    0};
    struct parts_file file = file_of(3);
    file.columns[0] = column_of("x", PARTS_LIST2, FL_PARQUET_BYTE_ARRAY);
    file.columns[0].converted = FL_PARQUET_CONVERTED_UTF8;
    add_page(&file.columns[0], FL_PARQUET_ENCODING_PLAIN, 4, page, sizeof page);
    expect_cells(&file, "[\"a\",\"\\\"\\u000a\"]; []; [\"\"]; ");
    file.columns[0].tree = PARTS_REPEATED;
    expect_cells(&file, "[\"a\",\"\\\"\\u000a\"]; []; [\"\"]; ");
}

/* --- texts and dictionaries */

/* A dictionary, a page of its indices, a page of plain texts after the dictionary was full. */
static struct parts_file file_of_words(void)
{
    static const uint8_t words[] = {1, 0, 0, 0, 'a', 2, 0, 0, 0, 'b', 'c'};
    static const uint8_t indices[] = {2, 0, 0, 0, 3, 0x0b, 1, 3, 0x02};    /* 0 1 null 0 */
    static const uint8_t plain[] = {2, 0, 0, 0, 3, 0x02, 1, 0, 0, 0, 'd'}; /* null d */
    struct parts_file file = file_of(6);
    file.columns[0] = column_of("x", PARTS_OPTIONAL, FL_PARQUET_BYTE_ARRAY);
    file.columns[0].converted = FL_PARQUET_CONVERTED_UTF8;
    add_page(&file.columns[0], FL_PARQUET_ENCODING_PLAIN, 2, words, sizeof words);
    file.columns[0].pages[0].kind = FL_PARQUET_PAGE_DICTIONARY;
    file.columns[0].values[0] = 0;
    add_page(&file.columns[0], FL_PARQUET_ENCODING_RLE_DICTIONARY, 4, indices, sizeof indices);
    add_page(&file.columns[0], FL_PARQUET_ENCODING_PLAIN, 2, plain, sizeof plain);
    return file;
}

static void test_dictionary_falls_back(void **state)
{
    (void)state;
    const struct parts_file file = file_of_words();
    expect_cells(&file, "a; bc; null; a; null; d; ");
}

static void test_words_are_given_where_all_are_words(void **state)
{
    (void)state;
    const struct parts_file parts = file_of_words();
    struct fl_buffer bytes = parts_make(&parts);
    struct fl_parquet *file = open_bytes(&bytes);
    const size_t columns[] = {0};
    const struct fl_parquet_scan_options options = {.columns = columns, .column_count = 1, .rows_max = 4};
    struct fl_parquet_scan *scan;
    struct fl_parquet_batch batch;
    assert_int_equal(fl_parquet_scan_open(file, &options, &scan, NULL), FL_OK);
    assert_int_equal(fl_parquet_scan_next(scan, &batch, NULL), FL_OK);
    const struct fl_parquet_values *values = &batch.values[0];
    assert_non_null(values->word);
    assert_int_equal(values->word_count, 2);
    static const uint32_t known[] = {0, 1, 0, 0};
    assert_memory_equal(values->word, known, sizeof known);
    assert_true(fl_text_equal(values->words[1], fl_text_of("bc")));
    assert_int_equal(values->nulls[2], 1);
    assert_int_equal(fl_parquet_scan_next(scan, &batch, NULL), FL_OK);
    assert_int_equal(batch.rows, 2);
    assert_int_equal(batch.first_row, 4);
    assert_null(batch.values[0].word);
    assert_true(fl_text_equal(batch.values[0].text[1], fl_text_of("d")));
    fl_parquet_scan_close(scan);
    fl_parquet_close(file);
    fl_buffer_release(&bytes);
}

/* --- columns and row groups */

static struct parts_file file_of_groups(void)
{
    static const uint8_t numbers[3][8] = {
        {1, 0, 0, 0, 5, 0, 0, 0}, {6, 0, 0, 0, 9, 0, 0, 0}, {20, 0, 0, 0, 30}};
    static const uint8_t flags[1] = {0x02};
    struct parts_file file = {.column_count = 2, .group_count = 3, .group_rows = {2, 2, 2}, .rows = 6};
    file.columns[0] = column_of("number", PARTS_REQUIRED, FL_PARQUET_INT32);
    file.columns[1] = column_of("flag", PARTS_REQUIRED, FL_PARQUET_BOOLEAN);
    for (int group = 0; group < 3; group++) {
        for (int i = 0; i < 2; i++) {
            struct parts_column *column = &file.columns[i];
            add_page(column, FL_PARQUET_ENCODING_PLAIN, 2, i == 0 ? numbers[group] : flags, i == 0 ? 8 : 1);
            column->values[0] = column->values[group] = 2;
            column->group_pages = 1;
        }
        file.columns[0].has_bounds = true;
        file.columns[0].min[group] = numbers[group][0];
        file.columns[0].max[group] = numbers[group][4];
    }
    return file;
}

static void expect_within(struct fl_parquet *file, int64_t min, int64_t max, const char *known)
{
    const size_t columns[] = {1, 0};
    const struct fl_parquet_range range = {.column = 0, .min = min, .max = max};
    expect_scan(file,
                (struct fl_parquet_scan_options){
                    .columns = columns, .column_count = 2, .ranges = &range, .range_count = 1},
                known);
}

static void test_row_groups_are_skipped(void **state)
{
    (void)state;
    const struct parts_file parts = file_of_groups();
    expect_cells(&parts, "1 false; 5 true; 6 false; 9 true; 20 false; 30 true; ");
    struct fl_buffer bytes = parts_make(&parts);
    struct fl_parquet *file = open_bytes(&bytes);
    expect_within(file, 6, 9, "false 6; true 9; ");
    expect_within(file, 5, 6, "false 1; true 5; false 6; true 9; ");
    expect_within(file, 10, 19, "");
    expect_within(file, INT64_MIN, 1, "false 1; true 5; ");
    expect_within(file, 30, INT64_MAX, "false 20; true 30; ");
    assert_true(fl_parquet_group_may_hold(file, 0, 1, 7, 9)); /* nothing is said of flags */
    fl_parquet_close(file);
    fl_buffer_release(&bytes);
}

static void test_first_row_counts_skipped_ones(void **state)
{
    (void)state;
    const struct parts_file parts = file_of_groups();
    struct fl_buffer bytes = parts_make(&parts);
    struct fl_parquet *file = open_bytes(&bytes);
    const size_t columns[] = {0};
    const struct fl_parquet_range range = {.column = 0, .min = 21, .max = 22};
    const struct fl_parquet_scan_options options = {
        .columns = columns, .column_count = 1, .rows_max = 10, .ranges = &range, .range_count = 1};
    struct fl_parquet_scan *scan;
    struct fl_parquet_batch batch;
    assert_int_equal(fl_parquet_scan_open(file, &options, &scan, NULL), FL_OK);
    assert_int_equal(fl_parquet_scan_next(scan, &batch, NULL), FL_OK);
    assert_int_equal(batch.rows, 2);
    assert_int_equal(batch.group, 2);
    assert_int_equal(batch.first_row, 4);
    fl_parquet_scan_close(scan);
    fl_parquet_close(file);
    fl_buffer_release(&bytes);
}

static void test_mapped_as_copied(void **state)
{
    (void)state;
    char path[] = "/tmp/fourloop-parquet-XXXXXX";
    const size_t columns[] = {0, 1};
    const struct parts_file parts = file_of_groups();
    struct fl_buffer bytes = parts_make(&parts);
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes.bytes, bytes.size), bytes.size);
    (void)close(descriptor);
    struct fl_parquet *file;
    assert_int_equal(fl_parquet_open(&fl_io_system, path, FL_IO_MAP, MEMORY_MAX, &file, NULL), FL_OK);
    expect_scan(file, (struct fl_parquet_scan_options){.columns = columns, .column_count = 2},
                "1 false; 5 true; 6 false; 9 true; 20 false; 30 true; ");
    fl_parquet_close(file);
    (void)unlink(path);
    fl_buffer_release(&bytes);
}

/* --- cells */

static void expect_cell(struct fl_parquet_field column, const struct fl_parquet_values *values,
                        const char *known)
{
    struct fl_buffer text = {0};
    assert_true(fl_parquet_cell_append(&column, values, 0, &text));
    assert_true(fl_buffer_append(&text, "", 1));
    assert_string_equal((const char *)text.bytes, known);
    fl_buffer_release(&text);
}

static void expect_i64(struct fl_parquet_field column, int64_t value, const char *known)
{
    column.type = FL_PARQUET_INT64;
    column.form = FL_PARQUET_AS_I64;
    expect_cell(column, &(struct fl_parquet_values){.count = 1, .i64 = &value}, known);
}

static void expect_bytes(int32_t logical, const char *bytes, size_t size, const char *known)
{
    const struct fl_text text = {bytes, size};
    const struct fl_parquet_field column = {
        .type = FL_PARQUET_BYTE_ARRAY, .form = FL_PARQUET_AS_TEXT, .logical = logical, .scale = 2};
    expect_cell(column, &(struct fl_parquet_values){.count = 1, .text = &text}, known);
}

static void test_cells(void **state)
{
    (void)state;
    const struct fl_parquet_field decimal = {.logical = FL_PARQUET_LOGICAL_DECIMAL, .scale = 2};
    const struct fl_parquet_field nanos = {
        .logical = FL_PARQUET_LOGICAL_TIMESTAMP, .unit = FL_PARQUET_NANOS, .is_utc = true};
    const struct fl_parquet_field millis = {.logical = FL_PARQUET_LOGICAL_TIMESTAMP,
                                            .unit = FL_PARQUET_MILLIS};
    expect_i64(decimal, -5, "-0.05");
    expect_i64(decimal, INT64_MIN, "-92233720368547758.08");
    expect_i64(decimal, 1250, "12.50");
    expect_i64(nanos, -1, "1969-12-31 23:59:59.999999999Z");
    expect_i64(millis, 86400000ll * 31 + 1, "1970-02-01 00:00:00.001");
    expect_i64((struct fl_parquet_field){.is_unsigned = true}, -1, "18446744073709551615");
    expect_i64((struct fl_parquet_field){.logical = FL_PARQUET_LOGICAL_TIME, .unit = FL_PARQUET_MICROS},
               3723000250, "01:02:03.000250");
    expect_bytes(FL_PARQUET_LOGICAL_DECIMAL, "\xff\x38", 2, "-2.00");
    expect_bytes(FL_PARQUET_LOGICAL_NONE, "a\\'\x80\n", 5, "a\\x5C\\x27\\x80\\x0A");
    expect_bytes(FL_PARQUET_LOGICAL_STRING, "a\\'", 3, "a\\'");
    expect_bytes(FL_PARQUET_LOGICAL_UUID, "\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10", 16,
                 "01020304-0506-0708-090a-0b0c0d0e0f10");
    const double number = 0.1;
    expect_cell((struct fl_parquet_field){.form = FL_PARQUET_AS_F64},
                &(struct fl_parquet_values){.count = 1, .f64 = &number}, "0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_of_three_levels),
        cmocka_unit_test(test_lists_of_two_levels),
        cmocka_unit_test(test_dictionary_falls_back),
        cmocka_unit_test(test_words_are_given_where_all_are_words),
        cmocka_unit_test(test_row_groups_are_skipped),
        cmocka_unit_test(test_first_row_counts_skipped_ones),
        cmocka_unit_test(test_mapped_as_copied),
        cmocka_unit_test(test_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
