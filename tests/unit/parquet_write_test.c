/* parquet_write_test.c - reads back, cell by cell, what the writer made of a table with every kind of column.
 *
 * The sample (tests/interop/parquet_sample.c) goes out with every codec, with and without nulls, from no row
 * to many row groups and pages, in batches that end anywhere, and comes in through the reader, which checks
 * checksums, counts and UTF-8 and was written apart from the writer; tests/interop has other programs read
 * the same files. Statistics are compared with a slow loop. Beside it: equal bytes for equal input, sizes of
 * pages and groups, decimals that do not fit, a full disk. */
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

#include "formats/base/bytes.h"
#include "formats/parquet/parquet_read.h"
#include "tests/interop/parquet_sample.h"
#include "tests/malformed/memory_file.h"

enum { MEMORY_MAX = 1 << 30 };

static const enum fl_parquet_codec codecs[] = {FL_PARQUET_CODEC_UNCOMPRESSED, FL_PARQUET_CODEC_SNAPPY,
                                               FL_PARQUET_CODEC_ZSTD, FL_PARQUET_CODEC_LZ4_RAW};
enum { CODECS = sizeof codecs / sizeof codecs[0] };

/* Bytes of the file that `write` makes; they are malloc()ed. */
static struct fl_buffer written(const struct parquet_sample *sample, const struct parquet_sample_way *way)
{
    const int file = memfd_create("written", 0);
    assert_true(file >= 0);
    struct fl_output *output;
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, file, "memory", &output, NULL));
    struct fl_error error;
    fl_error_clear(&error);
    if (parquet_sample_write(sample, way, output, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(FL_OK, fl_output_commit(output, "", NULL));
    struct fl_buffer bytes = {0};
    const off_t size = lseek(file, 0, SEEK_END);
    assert_true(size > 0 && fl_buffer_reserve(&bytes, (size_t)size));
    bytes.size = (size_t)size;
    assert_int_equal(size, pread(file, bytes.bytes, bytes.size, 0));
    assert_int_equal(0, close(file));
    return bytes;
}

static bool cell_is_null(const struct fl_parquet_cells *cells, size_t row)
{
    return cells->nulls != NULL && cells->nulls[row] != 0;
}

static struct fl_text text_of(const struct parquet_sample *sample, size_t column, size_t index)
{
    const struct fl_parquet_cells *cells = &sample->cells[column];
    if (sample->columns[column].words != NULL)
        return fl_parquet_word(&sample->words, ((const uint32_t *)cells->values)[index]);
    return (struct fl_text){cells->text_bytes + cells->text_offsets[index],
                            cells->text_offsets[index + 1] - cells->text_offsets[index]};
}

static void assert_text(struct fl_text expected, struct fl_text text)
{
    assert_int_equal(expected.size, text.size);
    assert_memory_equal(expected.bytes, text.bytes, text.size);
}

static void assert_value(const struct parquet_sample *sample, size_t column, size_t row,
                         const struct fl_parquet_field *field, const struct fl_parquet_values *values,
                         size_t at)
{
    const void *cells = sample->cells[column].values;
    switch (field->form) {
    case FL_PARQUET_AS_U8:
        assert_int_equal(((const uint8_t *)cells)[row], values->u8[at]);
        break;
    case FL_PARQUET_AS_I32:
        assert_int_equal(((const int32_t *)cells)[row], values->i32[at]);
        break;
    case FL_PARQUET_AS_I64:
        assert_int_equal(((const int64_t *)cells)[row], values->i64[at]);
        break;
    case FL_PARQUET_AS_F32:
        assert_memory_equal((const float *)cells + row, values->f32 + at, sizeof(float));
        break;
    case FL_PARQUET_AS_F64:
        assert_memory_equal((const double *)cells + row, values->f64 + at, sizeof(double));
        break;
    case FL_PARQUET_AS_TEXT:
        assert_text(text_of(sample, column, row), values->text[at]);
        break;
    }
}

static void assert_list(const struct parquet_sample *sample, size_t column, size_t row,
                        const struct fl_parquet_values *values, size_t at)
{
    const uint32_t *expected = sample->cells[column].list_offsets + row, *offsets = values->offsets + at;
    assert_int_equal(expected[1] - expected[0], offsets[1] - offsets[0]);
    assert_int_equal(cell_is_null(&sample->cells[column], row),
                     values->row_nulls != NULL && values->row_nulls[at]);
    for (uint32_t i = 0; i < offsets[1] - offsets[0]; i++)
        assert_text(text_of(sample, column, expected[0] + i), values->text[offsets[0] + i]);
}

static void assert_column(const struct parquet_sample *sample, size_t column,
                          const struct fl_parquet_field *field, const struct fl_parquet_batch *batch)
{
    const struct fl_parquet_values *values = &batch->values[column];
    for (size_t at = 0; at < batch->rows; at++) {
        const size_t row = (size_t)batch->first_row + at;
        if (field->is_list) {
            assert_list(sample, column, row, values, at);
            continue;
        }
        const bool is_null = values->nulls != NULL && values->nulls[at] != 0;
        assert_int_equal(cell_is_null(&sample->cells[column], row), is_null);
        if (!is_null)
            assert_value(sample, column, row, field, values, at);
    }
}

static void assert_rows(const struct parquet_sample *sample, struct fl_parquet *file)
{
    size_t columns[SAMPLE_COLUMNS];
    for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
        columns[i] = i;
    const struct fl_parquet_scan_options options = {
        .columns = columns, .column_count = SAMPLE_COLUMNS, .rows_max = 1000};
    struct fl_parquet_scan *scan;
    assert_int_equal(FL_OK, fl_parquet_scan_open(file, &options, &scan, NULL));
    struct fl_error error;
    fl_error_clear(&error);
    for (uint64_t rows = 0;;) {
        struct fl_parquet_batch batch;
        if (fl_parquet_scan_next(scan, &batch, &error) != FL_OK)
            fail_msg("%s", error.message);
        if (batch.rows == 0) {
            assert_int_equal(sample->rows, rows);
            break;
        }
        assert_int_equal(rows, batch.first_row);
        for (size_t i = 0; i < SAMPLE_COLUMNS; i++)
            assert_column(sample, i, &fl_parquet_facts(file)->columns[i], &batch);
        rows += batch.rows;
    }
    fl_parquet_scan_close(scan);
}

/* Nulls, and of numbers the smallest and the largest, of each row group. */
static void assert_statistics(const struct parquet_sample *sample, const struct fl_parquet_facts *facts)
{
    uint64_t first = 0;
    for (size_t group = 0; group < facts->group_count; first += facts->groups[group++].rows) {
        for (size_t column = 0; column < SAMPLE_COLUMNS; column++) {
            const struct fl_parquet_part *part = &facts->groups[group].parts[column];
            if (facts->columns[column].form != FL_PARQUET_AS_I64)
                continue;
            int64_t min = INT64_MAX, max = INT64_MIN;
            uint64_t nulls = 0;
            for (uint64_t row = first; row < first + facts->groups[group].rows; row++) {
                const int64_t value = ((const int64_t *)sample->cells[column].values)[row];
                const bool is_null = cell_is_null(&sample->cells[column], row);
                nulls += is_null;
                min = !is_null && value < min ? value : min;
                max = !is_null && value > max ? value : max;
            }
            assert_true(part->has_nulls_counted);
            assert_int_equal(nulls, part->nulls);
            assert_int_equal(nulls < facts->groups[group].rows ? 8 : 0, part->min.size);
            if (part->min.size == 0)
                continue;
            assert_int_equal(min, (int64_t)fl_load_le64((const uint8_t *)part->min.bytes));
            assert_int_equal(max, (int64_t)fl_load_le64((const uint8_t *)part->max.bytes));
        }
    }
    assert_int_equal(sample->rows, first);
}

/* How many row groups. */
static size_t check(const struct parquet_sample *sample, const struct parquet_sample_way *way)
{
    struct fl_buffer bytes = written(sample, way);
    memory_file_set(bytes.bytes, bytes.size);
    struct fl_parquet *file;
    struct fl_error error;
    fl_error_clear(&error);
    if (fl_parquet_open(&memory_file_io, "sample", FL_IO_COPY, MEMORY_MAX, &file, &error) != FL_OK)
        fail_msg("%s", error.message);
    const struct fl_parquet_facts *facts = fl_parquet_facts(file);
    assert_int_equal(SAMPLE_COLUMNS, facts->column_count);
    assert_int_equal(2, facts->fact_count);
    assert_statistics(sample, facts);
    assert_rows(sample, file);
    struct fl_parquet_verified verified;
    if (fl_parquet_verify(file, &verified, &error) != FL_OK)
        fail_msg("%s", error.message);
    assert_int_equal(0, verified.pages_unsealed);
    const size_t groups = facts->group_count;
    fl_parquet_close(file);
    fl_buffer_release(&bytes);
    return groups;
}

static const struct parquet_sample_way whole = {FL_PARQUET_CODEC_SNAPPY, 65536, FL_PARQUET_GROUP_ROWS,
                                                FL_PARQUET_PAGE_ROWS};

static void test_codecs_and_nulls(void **state)
{
    (void)state;
    for (enum parquet_sample_nulls nulls = SAMPLE_REQUIRED; nulls <= SAMPLE_ALL_NULLS; nulls++) {
        struct parquet_sample sample;
        parquet_sample_make(&sample, 3000, nulls);
        for (size_t codec = 0; codec < CODECS; codec++) {
            struct parquet_sample_way way = whole;
            way.codec = codecs[codec];
            assert_int_equal(1, check(&sample, &way));
            way = (struct parquet_sample_way){codecs[codec], 333, 1000, 97};
            assert_int_equal(3, check(&sample, &way));
        }
        parquet_sample_release(&sample);
    }
}

static void test_few_rows(void **state)
{
    (void)state;
    for (size_t rows = 0; rows <= 20; rows++) {
        for (enum parquet_sample_nulls nulls = SAMPLE_REQUIRED; nulls <= SAMPLE_ALL_NULLS; nulls++) {
            struct parquet_sample sample;
            parquet_sample_make(&sample, rows, nulls);
            assert_int_equal(rows > 0, check(&sample, &whole));
            const struct parquet_sample_way one = {FL_PARQUET_CODEC_SNAPPY, 3, 1, 1};
            assert_int_equal(rows, check(&sample, &one));
            parquet_sample_release(&sample);
        }
    }
}

/* Dictionaries that grow from page to page, and are given up in the middle of a chunk. */
static void test_many_rows(void **state)
{
    (void)state;
    struct parquet_sample sample;
    parquet_sample_make(&sample, 100000, SAMPLE_SOME_NULLS);
    assert_int_equal(1, check(&sample, &whole));
    const struct parquet_sample_way ways[] = {{FL_PARQUET_CODEC_SNAPPY, 65536, 40000, 20000},
                                              {FL_PARQUET_CODEC_ZSTD, 100000, 33333, 5000},
                                              {FL_PARQUET_CODEC_UNCOMPRESSED, 12345, 70000, 1000}};
    assert_int_equal(3, check(&sample, &ways[0]));
    assert_int_equal(4, check(&sample, &ways[1]));
    assert_int_equal(2, check(&sample, &ways[2]));
    parquet_sample_release(&sample);
}

static void test_equal_bytes(void **state)
{
    (void)state;
    struct parquet_sample sample;
    parquet_sample_make(&sample, 5000, SAMPLE_SOME_NULLS);
    struct fl_buffer first = written(&sample, &whole), second = written(&sample, &whole);
    assert_int_equal(first.size, second.size);
    assert_memory_equal(first.bytes, second.bytes, first.size);
    fl_buffer_release(&first);
    fl_buffer_release(&second);
    parquet_sample_release(&sample);
}

/* --- one column at a time */

static struct fl_parquet_plan plan_of(const struct fl_parquet_column *column)
{
    return (struct fl_parquet_plan){.columns = column,
                                    .column_count = 1,
                                    .created_by = "fourloop version 0.0.0",
                                    .codec = FL_PARQUET_CODEC_UNCOMPRESSED,
                                    .group_rows = FL_PARQUET_GROUP_ROWS,
                                    .group_bytes = FL_PARQUET_GROUP_BYTES};
}

static void test_decimals_out_of_range(void **state)
{
    (void)state;
    static const int64_t values[] = {9999999999, -9999999999, 10000000000, -10000000000, INT64_MIN};
    const struct fl_parquet_column column = {
        .name = "amount", .kind = FL_PARQUET_KIND_DECIMAL, .precision = 10, .scale = 2};
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_true(null >= 0);
    for (size_t i = 0; i < 5; i++) {
        const struct fl_parquet_plan plan = plan_of(&column);
        struct fl_output *output;
        assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, null, "null", &output, NULL));
        struct fl_parquet_writer *writer;
        struct fl_error error;
        fl_error_clear(&error);
        assert_int_equal(FL_OK, fl_parquet_writer_create(&plan, output, &writer, &error));
        const struct fl_parquet_cells cells = {.values = &values[i]};
        const fl_status status = fl_parquet_writer_append(writer, &cells, 1, &error);
        assert_int_equal(i < 2 ? FL_OK : FL_BAD_DATA, status);
        if (i >= 2)
            assert_string_equal("column amount: a value has more than the 10 digits of its decimals",
                                error.message);
        fl_parquet_writer_free(writer);
        fl_output_abort(output);
    }
    assert_int_equal(0, close(null));
}

/* A page ends before it gets larger than 1 MiB of texts, a row group at its bytes. */
static void test_large_texts(void **state)
{
    (void)state;
    enum { TEXTS = 100, SIZE = 50000 };
    char *bytes = malloc((size_t)TEXTS * SIZE);
    assert_non_null(bytes);
    memset(bytes, 'x', (size_t)TEXTS * SIZE);
    uint32_t offsets[TEXTS + 1];
    for (uint32_t i = 0; i <= TEXTS; i++)
        offsets[i] = i * SIZE;
    const struct fl_parquet_column column = {.name = "text", .kind = FL_PARQUET_KIND_STRING};
    struct fl_parquet_plan plan = plan_of(&column);
    plan.group_bytes = 2000000;
    plan.page_rows = 30;
    const int memory = memfd_create("texts", 0);
    struct fl_output *output;
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, memory, "memory", &output, NULL));
    struct fl_parquet_writer *writer;
    assert_int_equal(FL_OK, fl_parquet_writer_create(&plan, output, &writer, NULL));
    const struct fl_parquet_cells cells = {.text_offsets = offsets, .text_bytes = bytes};
    assert_int_equal(FL_OK, fl_parquet_writer_append(writer, &cells, TEXTS, NULL));
    assert_int_equal(FL_OK, fl_parquet_writer_finish(writer, NULL));
    fl_parquet_writer_free(writer);
    assert_int_equal(FL_OK, fl_output_commit(output, "", NULL));
    struct fl_buffer whole_file = {0};
    const size_t size = (size_t)lseek(memory, 0, SEEK_END);
    assert_true(fl_buffer_reserve(&whole_file, size) &&
                pread(memory, whole_file.bytes, size, 0) == (ssize_t)size);
    assert_int_equal(0, close(memory));

    memory_file_set(whole_file.bytes, size);
    struct fl_parquet *file;
    assert_int_equal(FL_OK, fl_parquet_open(&memory_file_io, "texts", FL_IO_COPY, MEMORY_MAX, &file, NULL));
    assert_int_equal(2, fl_parquet_facts(file)->group_count); /* 50 rows, as 25 + 25, have 2.5 MB */
    assert_int_equal(50, fl_parquet_facts(file)->groups[0].rows);
    struct fl_parquet_verified verified;
    assert_int_equal(FL_OK, fl_parquet_verify(file, &verified, NULL));
    assert_int_equal(2 * 2 * 2, verified.pages); /* 20 rows to a page of 1 MB, so 25 are 20 + 5 */
    fl_parquet_close(file);
    fl_buffer_release(&whole_file);
    free(bytes);
}

static void test_full_disk(void **state)
{
    (void)state;
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    if (full < 0)
        skip();
    struct fl_output *output;
    assert_int_equal(FL_OK, fl_output_over_file(&fl_io_system, full, "full", &output, NULL));
    struct parquet_sample sample;
    parquet_sample_make(&sample, 100000, SAMPLE_NO_NULLS);
    struct fl_error error;
    fl_error_clear(&error);
    assert_int_equal(FL_TEMPORARY, parquet_sample_write(&sample, &whole, output, &error));
    assert_string_equal("full", error.path);
    fl_output_abort(output);
    assert_int_equal(0, close(full));
    parquet_sample_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_codecs_and_nulls),
                                       cmocka_unit_test(test_few_rows),
                                       cmocka_unit_test(test_many_rows),
                                       cmocka_unit_test(test_equal_bytes),
                                       cmocka_unit_test(test_decimals_out_of_range),
                                       cmocka_unit_test(test_large_texts),
                                       cmocka_unit_test(test_full_disk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
