/* golden_tables_test.c - table files of the past must be readable for ever.
 *
 * Method: tests/golden/tables holds small files as version 1 wrote them, beside each its rows as CSV. Each
 * file is opened, verified, its rows are printed, compared with the CSV. Bytes are never compared: LZ4 or
 * zstd may pack another way one day. Together they have every kind of column, every encoding of pages, LZ4,
 * zstd, nulls by type, which is counted: corruption_test, which damages them, is as good as they are.
 * `golden_tables_test --make FOLDER` writes new ones: only for a new version, beside the old. */
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
    {"words_interactions", "words_interactions-v1.flint", "words_interactions-v1.csv"},
    {"blocks_interactions", "blocks_interactions-v1.flint", "blocks_interactions-v1.csv"},
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
        assert_false(fl_table_has_unknown(table));
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

static void test_the_block_of_a_customer_is_found(void **state)
{
    (void)state;
    struct fl_table *table;
    assert_int_equal(fl_table_open(&fl_io_system, "tests/golden/tables/blocks_interactions-v1.flint",
                                   FL_IO_MAP, &table, NULL),
                     FL_OK);
    const size_t blocks = fl_table_blocks(table);
    const int64_t first = fl_table_block(table, 0).customer_min;
    assert_int_equal(blocks, BLOCKS_SAMPLE_BLOCKS);
    assert_int_equal(fl_table_find_block(table, INT64_MIN), 0);
    for (size_t block = 0; block < blocks; block++)
        assert_int_equal(fl_table_find_block(table, first + (int64_t)block), block);
    assert_int_equal(fl_table_find_block(table, first + (int64_t)blocks), blocks);
    fl_table_close(table);
}

/* ---- what they have ---- */

struct noted {
    bool encodings[8], kinds[16], lz4, zstd, typed_nulls;
};

static void note_pages(struct fl_table *table, struct noted *noted)
{
    const struct fl_schema *schema = fl_table_schema(table);
    for (size_t block = 0; block < fl_table_blocks(table); block++) {
        for (size_t i = 0; i < schema->count; i++) {
            struct fl_page_facts facts;
            if (!fl_table_page(table, block, schema->columns[i].id, &facts))
                continue;
            noted->encodings[facts.encoding] = true;
            noted->lz4 = noted->lz4 || facts.lz4;
            noted->zstd = noted->zstd || facts.zstd;
            noted->typed_nulls = noted->typed_nulls || facts.typed_nulls;
            noted->kinds[schema->columns[i].kind] = true;
        }
    }
}

static void test_golden_files_have_everything(void **state)
{
    (void)state;
    struct noted noted = {.lz4 = false};
    for (size_t i = 0; i < GOLDEN_COUNT; i++) {
        char path[200];
        struct fl_table *table;
        (void)snprintf(path, sizeof path, "tests/golden/tables/%s", golden[i].file);
        assert_int_equal(fl_table_open(&fl_io_system, path, FL_IO_MAP, &table, NULL), FL_OK);
        note_pages(table, &noted);
        fl_table_close(table);
    }
    assert_true(noted.lz4);
    assert_true(noted.zstd);
    assert_true(noted.typed_nulls);
    for (unsigned kind = 1; fl_kind_name((enum fl_kind)kind) != NULL; kind++)
        assert_true(noted.kinds[kind]);
    for (unsigned encoding = 0; fl_encoding_name(encoding) != NULL; encoding++)
        assert_true(noted.encodings[encoding]);
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
        else if (strcmp(golden[i].sample, "words_interactions") == 0)
            table_sample_words(&bytes);
        else if (strcmp(golden[i].sample, "blocks_interactions") == 0)
            table_sample_blocks(&bytes);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden_files_are_read),
                                       cmocka_unit_test(test_the_block_of_a_customer_is_found),
                                       cmocka_unit_test(test_golden_files_have_everything)};
    if (argc == 3 && strcmp(argv[1], "--make") == 0)
        return make_golden(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
