/* golden_tables_test.c - table files of the past must be readable for ever.
 *
 * Method: tests/golden/tables holds small files as version 1 wrote them, beside each its rows as CSV. Each
 * file is opened, verified, its rows are printed, compared with the CSV. Bytes are never compared: LZ4 or
 * zstd may pack another way one day. The files have every kind of column, every encoding, nulls, LZ4, zstd,
 * dictionaries, three blocks (table_flip_test shows that of the rows they are made of). `golden_tables_test
 * --make FOLDER` writes new ones: only for a new version, beside the old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/encodings/encoding.h"
#include "formats/table/table_describe.h"
#include "tests/malformed/memory_file.h"
#include "tests/malformed/table_parts.h"
#include "tests/malformed/table_sample.h"

static const struct {
    const char *sample, *file, *csv;
} golden[] = {
    {"interactions", "interactions-v1.flint", "interactions-v1.csv"},
    {"customers", "customers-v1.flint", "customers-v1.csv"},
    {"customer_scores", "customer_scores-v1.flseg", "customer_scores-v1.csv"},
    {"long_interactions", "long_interactions-v1.flint", "long_interactions-v1.csv"},
    {"cold_interactions", "cold_interactions-v1.flint", "cold_interactions-v1.csv"},
    {"cold_interactions", "ended_interactions-v1.flint", "ended_interactions-v1.csv"},
    {"interactions", "ended_messages-v1.flint", "ended_messages-v1.csv"},
};
enum { GOLDEN_COUNT = sizeof golden / sizeof golden[0] };

/* Header line, rows: the end of the description. */
static char *rows_as_csv(struct fl_table *table)
{
    const struct fl_describe_options options = {.rows_shown = UINT64_MAX};
    struct fl_error error;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    fl_error_clear(&error);
    assert_int_equal(fl_table_describe(table, out, &options, &error), FL_OK);
    assert_int_equal(fclose(out), 0);
    const char *start = strstr(text, "\ncustomer,");
    assert_non_null(start);
    memmove(text, start + 1, strlen(start + 1) + 1);
    return text;
}

static void test_golden_files_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        char path[200];
        struct fl_error error;
        struct fl_table *table;
        struct fl_buffer wanted = {0};
        uint64_t digest;
        fl_error_clear(&error);
        (void)snprintf(path, sizeof path, "tests/golden/tables/%s", golden[i].file);
        if (fl_table_open(&fl_io_system, path, FL_IO_MAP, &table, &error) != FL_OK ||
            fl_table_verify(table, &digest, &error) != FL_OK)
            fail_msg("%s: %s", path, error.message);
        assert_string_equal(fl_table_fact(table, "zone"), "Europe/Oslo");
        (void)snprintf(path, sizeof path, "tests/golden/tables/%s", golden[i].csv);
        memory_file_load(path, &wanted);
        assert_true(fl_buffer_append(&wanted, "", 1));
        char *rows = rows_as_csv(table);
        assert_string_equal(rows, (const char *)wanted.bytes);
        free(rows);
        fl_buffer_release(&wanted);
        fl_table_close(table);
    }
}

/* ---- making them ---- */

static void write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static struct fl_table *open_bytes(const struct fl_buffer *bytes)
{
    struct fl_table *table;
    memory_file_set(bytes->bytes, bytes->size);
    if (fl_table_open(&memory_file_io, "golden", FL_IO_COPY, &table, NULL) != FL_OK)
        abort();
    return table;
}

/* Small pages never become plain by themselves: `quantity` of the first block is made so by hand. */
static void make_a_page_plain(struct fl_buffer *bytes)
{
    struct fl_column_data data = {0};
    struct table_parts *parts = malloc(sizeof *parts);
    struct fl_table *table = open_bytes(bytes);
    uint8_t distances[SAMPLE_ROWS];
    if (parts == NULL || fl_table_read_column(table, 0, FL_INTERACTIONS_QUANTITY, &data, NULL) != FL_OK)
        abort();
    table_parts_take(parts, bytes);
    struct table_page_part *page = table_parts_page(parts, 0, FL_INTERACTIONS_QUANTITY);
    for (size_t row = 0; row < data.rows; row++)
        distances[row] = (uint8_t)(data.as.i64[row] - (int64_t)fl_get64(page->entry.min));
    page->entry.encoding = FL_ENCODING_PLAIN;
    table_page_part_set(page, distances, data.rows);
    table_parts_join(parts, bytes);
    table_parts_release(parts);
    free(parts);
    fl_column_data_release(&data);
    fl_table_close(table);
}

static int make_golden(const char *folder)
{
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        struct fl_buffer bytes = {0};
        if (strcmp(golden[i].sample, "long_interactions") == 0)
            table_sample_long(&bytes);
        else if (strcmp(golden[i].sample, "cold_interactions") == 0)
            table_sample_cold(&bytes);
        else
            table_sample(golden[i].sample, &bytes);
        if (strcmp(golden[i].file, "interactions-v1.flint") == 0)
            make_a_page_plain(&bytes);
        struct fl_table *table = open_bytes(&bytes);
        char *rows = rows_as_csv(table);
        write_file(folder, golden[i].file, bytes.bytes, bytes.size);
        write_file(folder, golden[i].csv, rows, strlen(rows));
        free(rows);
        fl_table_close(table);
        fl_buffer_release(&bytes);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden_files_are_read)};
    if (argc == 3 && strcmp(argv[1], "--make") == 0)
        return make_golden(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
