/* table_into_test.c - columns read straight into the caller's arrays, or as runs, against
 * fl_table_read_column().
 *
 * The samples of the malformed tests hold every kind of column with nulls of each form; each integer column
 * of each block must come out the same both ways, inside arrays of the exact size. Keys must come as the runs
 * of the column, from pages in runs, marked, constant, packed; a key that goes down is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/encodings/encoding.h"
#include "formats/table/page_decode.h"
#include "formats/table/table_reader.h"
#include "tests/malformed/memory_file.h"
#include "tests/malformed/table_sample.h"

static struct fl_table *open_bytes(const struct fl_buffer *bytes)
{
    struct fl_table *table;
    memory_file_set(bytes->bytes, bytes->size);
    assert_int_equal(fl_table_open(&memory_file_io, "sample", FL_IO_COPY, &table, NULL), FL_OK);
    return table;
}

static void check_column(struct fl_table *table, size_t block, const struct fl_column *column,
                         struct fl_column_scratch *scratch)
{
    struct fl_column_data data = {0};
    assert_int_equal(fl_table_read_column(table, block, column->id, &data, NULL), FL_OK);
    const size_t size = data.rows * fl_kind_size_bytes(column->kind);
    uint8_t *values = malloc(size), *nulls = malloc(data.rows);
    bool has_nulls;
    assert_true(values != NULL && nulls != NULL);
    assert_int_equal(fl_table_read_into(table, block, column->id, values, nulls, &has_nulls, scratch, NULL),
                     FL_OK);
    assert_memory_equal(values, data.values_buffer.bytes, size);
    assert_int_equal(has_nulls, data.nulls != NULL);
    if (has_nulls)
        assert_memory_equal(nulls, data.nulls, data.rows);
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status refused =
        fl_table_read_into(table, block, column->id, values, NULL, &has_nulls, scratch, &error);
    assert_int_equal(refused, has_nulls ? FL_CORRUPT : FL_OK);
    if (has_nulls)
        assert_string_equal(error.column, column->name);
    free(values);
    free(nulls);
    fl_column_data_release(&data);
}

static void check_runs(struct fl_table *table, size_t block, uint16_t key_id,
                       struct fl_column_scratch *scratch)
{
    struct fl_column_data data = {0};
    const size_t rows = fl_table_block(table, block).rows;
    int64_t *value = malloc(rows * sizeof *value);
    uint32_t *end_row = malloc(rows * sizeof *end_row);
    size_t count = 0;
    assert_true(value != NULL && end_row != NULL);
    assert_int_equal(fl_table_read_column(table, block, key_id, &data, NULL), FL_OK);
    assert_int_equal(fl_table_read_runs(table, block, key_id, value, end_row, &count, scratch, NULL), FL_OK);
    size_t row = 0;
    for (size_t i = 0; i < count; i++) {
        assert_true(end_row[i] > row && (i == 0 || value[i] > value[i - 1]));
        for (; row < end_row[i]; row++)
            assert_int_equal(data.as.i64[row], value[i]);
    }
    assert_int_equal(row, data.rows);
    free(value);
    free(end_row);
    fl_column_data_release(&data);
}

static void check_table(const struct fl_buffer *bytes)
{
    struct fl_column_scratch scratch = {0};
    struct fl_table *table = open_bytes(bytes);
    const struct fl_schema *schema = fl_table_schema(table);
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        /* From the last column on, so that nulls by type are wanted before the types were read. */
        for (size_t i = schema->count; i-- > 0;) {
            if (schema->columns[i].kind != FL_KIND_TEXT)
                check_column(table, block, &schema->columns[i], &scratch);
        }
        if (schema->columns[0].kind == FL_KIND_KEY)
            check_runs(table, block, schema->columns[0].id, &scratch);
    }
    fl_table_close(table);
    fl_column_scratch_release(&scratch);
}

static void test_both_ways_agree(void **state)
{
    (void)state;
    static const char *const samples[] = {"interactions", "products", "customers", "customer_scores"};
    struct fl_buffer bytes = {0};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        table_sample(samples[i], &bytes);
        check_table(&bytes);
        fl_buffer_release(&bytes);
    }
    table_sample_long(&bytes);
    check_table(&bytes);
    fl_buffer_release(&bytes);
}

/* ---- runs of each encoding ---- */

enum { ROWS = 600 };

static fl_status runs_of(const int64_t *keys, enum fl_encoding encoding, size_t *run_count, int64_t *value,
                         uint32_t *end_row, struct fl_error *error)
{
    struct fl_buffer bytes = {0};
    const struct fl_integers page = {keys, ROWS, keys[0], keys[ROWS - 1]};
    assert_int_equal(fl_integer_codec_find(encoding)->encode(&page, &bytes), 1);
    const struct fl_page_entry entry = {.unpacked_bytes = fl_put32((uint32_t)bytes.size),
                                        .encoding = (uint8_t)encoding,
                                        .min = fl_put64((uint64_t)page.min),
                                        .max = fl_put64((uint64_t)page.max)};
    const struct fl_page_source source = {.entry = &entry, .bytes = bytes.bytes, .rows = ROWS};
    const fl_status status = fl_page_decode_runs(&source, value, end_row, run_count, error);
    fl_buffer_release(&bytes);
    return status;
}

static void test_runs_come_from_each_encoding(void **state)
{
    (void)state;
    static const enum fl_encoding encodings[] = {FL_ENCODING_RUN, FL_ENCODING_MARKED, FL_ENCODING_PACKED,
                                                 FL_ENCODING_PLAIN, FL_ENCODING_DICTIONARY};
    int64_t keys[ROWS], value[ROWS];
    uint32_t end_row[ROWS];
    size_t run_count;
    struct fl_error error;
    for (size_t row = 0; row < ROWS; row++)
        keys[row] = -5 + (int64_t)(row / 7);
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        assert_int_equal(runs_of(keys, encodings[i], &run_count, value, end_row, NULL), FL_OK);
        assert_int_equal(run_count, (ROWS + 6) / 7);
        for (size_t run = 0; run < run_count; run++) {
            assert_int_equal(value[run], -5 + (int64_t)run);
            assert_int_equal(end_row[run], run + 1 < run_count ? 7 * (run + 1) : ROWS);
        }
    }
    keys[300] = -4; /* goes down, within min and max */
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        fl_error_clear(&error);
        assert_int_equal(runs_of(keys, encodings[i], &run_count, value, end_row, &error), FL_CORRUPT);
        assert_string_equal(error.message, "the keys do not ascend");
    }
    for (size_t row = 0; row < ROWS; row++)
        keys[row] = 42;
    assert_int_equal(runs_of(keys, FL_ENCODING_CONSTANT, &run_count, value, end_row, NULL), FL_OK);
    assert_true(run_count == 1 && value[0] == 42 && end_row[0] == ROWS);
}

/* The format lets runs of one value follow each other. */
static void test_equal_neighbours_become_one_run(void **state)
{
    (void)state;
    /* three runs, lengths in 2 bits: 5 5 | 5 | 9 9 9 */
    static const uint8_t bytes[] = {3, 0, 0, 0, 2, 0x00, 0x01, 0x21};
    const struct fl_page_entry entry = {.unpacked_bytes = fl_put32(sizeof bytes),
                                        .encoding = FL_ENCODING_RUN,
                                        .min = fl_put64(5),
                                        .max = fl_put64(9)};
    const struct fl_page_source source = {.entry = &entry, .bytes = bytes, .rows = 6};
    int64_t value[6];
    uint32_t end_row[6];
    size_t run_count;
    struct fl_error error;
    fl_error_clear(&error);
    const fl_status status = fl_page_decode_runs(&source, value, end_row, &run_count, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, FL_OK);
    assert_true(run_count == 2 && value[0] == 5 && value[1] == 9 && end_row[0] == 3 && end_row[1] == 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ways_agree),
        cmocka_unit_test(test_runs_come_from_each_encoding),
        cmocka_unit_test(test_equal_neighbours_become_one_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
