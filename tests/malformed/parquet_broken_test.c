/* parquet_broken_test.c - Parquet files broken on purpose, one for each check of the reader.
 *
 * Method: a good file of one optional INT32 column is put together by hand, read, and then made again with
 * one thing wrong; the status and the whole message are pinned. The good file is also cut after every byte
 * and has every bit flipped: reading must end with a sentence or with rows, never beyond the bytes, which lie
 * in memory of their size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/parquet_read.h"
#include "tests/malformed/memory_file.h"
#include "tests/malformed/parquet_parts.h"

enum { MEMORY_MAX = 1 << 20 };

/* Levels 1 1 0 1 as a run, a group and a run would be longer: one group. Then three values. */
static const uint8_t body[] = {2, 0, 0, 0, 0x03, 0x0b, 7, 0, 0, 0, 8, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
enum { BODY_SIZE = sizeof body, VALUES = 4, VALUES_AT = 6 };

static struct parts_file good_file(void)
{
    struct parts_file file = {.column_count = 1, .group_count = 1, .group_rows = {VALUES}, .rows = VALUES};
    file.columns[0] = (struct parts_column){.name = "x",
                                            .tree = PARTS_OPTIONAL,
                                            .type = FL_PARQUET_INT32,
                                            .converted = -1,
                                            .page_count = 1,
                                            .values = {VALUES},
                                            .null_count = 1};
    file.columns[0].pages[0] = (struct parts_page){
        .kind = FL_PARQUET_PAGE_DATA, .values = VALUES, .body = body, .size = BODY_SIZE, .has_crc = true};
    return file;
}

static fl_status scan_all(struct fl_parquet *file, struct fl_error *error)
{
    const size_t columns[] = {0, 1, 2, 3};
    const struct fl_parquet_scan_options options = {
        .columns = columns, .column_count = fl_parquet_facts(file)->column_count, .rows_max = 3};
    struct fl_parquet_scan *scan;
    struct fl_parquet_batch batch;
    fl_status status = fl_parquet_scan_open(file, &options, &scan, error);
    if (status != FL_OK)
        return status;
    do {
        status = fl_parquet_scan_next(scan, &batch, error);
    } while (status == FL_OK && batch.rows != 0);
    fl_parquet_scan_close(scan);
    return status;
}

/* Opens, verifies and scans; both must come to the same end. */
static fl_status read_bytes(const uint8_t *bytes, size_t size, uint64_t memory_max, struct fl_error *error)
{
    struct fl_parquet *file;
    struct fl_parquet_verified verified;
    uint8_t *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    memory_file_set(copy, size);
    fl_error_clear(error);
    fl_status status = fl_parquet_open(&memory_file_io, "file", FL_IO_COPY, memory_max, &file, error);
    if (status == FL_OK) {
        const fl_status scanned =
            fl_parquet_facts(file)->column_count <= PARTS_MAX ? scan_all(file, error) : FL_OK;
        struct fl_error again;
        fl_error_clear(&again);
        status = fl_parquet_verify(file, &verified, &again);
        if (scanned == FL_OK)
            *error = again;
        else
            status = scanned;
        fl_parquet_close(file);
    }
    free(copy);
    return status;
}

static void expect(const struct parts_file *file, fl_status known, const char *message)
{
    struct fl_buffer bytes = parts_make(file);
    struct fl_error error;
    const fl_status status = read_bytes(bytes.bytes, bytes.size, MEMORY_MAX, &error);
    assert_string_equal(error.message, message);
    assert_int_equal(status, known);
    if (status != FL_OK)
        assert_string_equal(error.path, "file");
    fl_buffer_release(&bytes);
}

static void test_good_file_is_read(void **state)
{
    (void)state;
    const struct parts_file file = good_file();
    expect(&file, FL_OK, "");
}

/* --- one thing wrong */

static void test_pages(void **state)
{
    (void)state;
    struct parts_file file = good_file();
    struct parts_page *page = &file.columns[0].pages[0];
    const struct parts_page good = *page;
    uint8_t other[BODY_SIZE + 4];

    page->crc_change = 0x100;
    expect(&file, FL_CORRUPT, "row group 0: the page's checksum is 80a1ec6f, its header says 80a1ed6f");
    *page = good;
    page->is_headless = true;
    expect(&file, FL_CORRUPT,
           "row group 0: a page's header cannot be read: a page without the facts of its kind");
    *page = good;
    page->kind = 7;
    expect(&file, FL_CORRUPT, "row group 0: a page's header cannot be read: a page of an unknown kind");
    *page = good;
    page->values = -1;
    expect(&file, FL_CORRUPT, "row group 0: a page's header cannot be read: a size or a count below 0");
    *page = good;
    page->values = 5;
    expect(&file, FL_CORRUPT, "row group 0: a page of 5 values, the column has 4 more");
    *page = good;
    page->values = 3;
    expect(&file, FL_CORRUPT, "row group 0: the page has bytes behind its last value");
    *page = good;
    page->stored_size = 1000;
    expect(&file, FL_CORRUPT, "row group 0: a page of 1000 bytes, the column has 18 more");
    *page = good;
    page->unpacked_size = 17;
    expect(&file, FL_CORRUPT, "row group 0: 18 bytes without compression should be 17");
    *page = good;
    page->unpacked_size = INT32_MAX;
    struct fl_buffer bytes = parts_make(&file);
    struct fl_error error;
    assert_int_equal(read_bytes(bytes.bytes, bytes.size, MEMORY_MAX, &error), FL_LIMIT);
    assert_non_null(strstr(error.message, "an unpacked page: 2147483647 bytes of memory are needed"));
    fl_buffer_release(&bytes);
    *page = good;
    page->encoding = FL_PARQUET_ENCODING_BIT_PACKED;
    expect(&file, FL_UNSUPPORTED,
           "row group 0: a page of INT32 values in the encoding BIT_PACKED, which is not read");
    *page = good;
    page->level_encoding = FL_PARQUET_ENCODING_BIT_PACKED;
    expect(&file, FL_UNSUPPORTED, "row group 0: levels in the encoding BIT_PACKED, which is not read");
    *page = good;
    page->encoding = FL_PARQUET_ENCODING_RLE_DICTIONARY;
    expect(&file, FL_CORRUPT, "row group 0: a page of indices without a dictionary before it");

    *page = good;
    page->body = other;
    memcpy(other, body, BODY_SIZE);
    other[0] = 200;
    expect(&file, FL_CORRUPT, "row group 0: levels of 200 bytes, the page has 14 more");
    memcpy(other, body, BODY_SIZE);
    other[0] = 1; /* the group's head alone */
    expect(&file, FL_CORRUPT, "row group 0: the page has fewer levels than values");
    memcpy(other, body, BODY_SIZE);
    memcpy(other + 4, "\x08\x02", 2); /* four times the level 2 */
    expect(&file, FL_CORRUPT, "row group 0: a level of 2, at most 1");
    memcpy(other, body, BODY_SIZE);
    other[5] = 0x0f; /* no null, but three values */
    expect(&file, FL_CORRUPT, "row group 0: the page ends before its last value");
    memcpy(other, body, BODY_SIZE);
    page->size = page->size + 1;
    expect(&file, FL_CORRUPT, "row group 0: the page has bytes behind its last value");
}

static void test_pages_of_the_second_version(void **state)
{
    (void)state;
    struct parts_file file = good_file();
    struct parts_page *page = &file.columns[0].pages[0];
    *page = (struct parts_page){.kind = FL_PARQUET_PAGE_DATA_V2,
                                .values = VALUES,
                                .nulls = 1,
                                .rows = VALUES,
                                .level_size = 2,
                                .body = body + 4,
                                .size = BODY_SIZE - 4};
    const struct parts_page good = *page;
    expect(&file, FL_OK, "");
    page->nulls = 2;
    expect(&file, FL_CORRUPT, "row group 0: a page with 1 nulls, its header says 2");
    *page = good;
    page->nulls = 5;
    expect(&file, FL_CORRUPT, "row group 0: 5 nulls and 4 rows in a page of 4 values");
    *page = good;
    page->level_size = 15;
    expect(&file, FL_CORRUPT, "row group 0: levels of 15 bytes in a page of 14, 14 unpacked");
    *page = good;
    page->repeat_size = INT32_MAX;
    expect(&file, FL_CORRUPT, "row group 0: levels of 2147483649 bytes in a page of 14, 14 unpacked");
}

static void test_dictionaries(void **state)
{
    (void)state;
    static const uint8_t words[] = {7, 0, 0, 0, 8, 0, 0, 0},
                         indices[] = {2, 0, 0, 0, 0x03, 0x0b, 1, 0x03, 0x05};
    struct parts_file file = good_file();
    struct parts_column *column = &file.columns[0];
    column->page_count = 2;
    column->pages[0] = (struct parts_page){
        .kind = FL_PARQUET_PAGE_DICTIONARY, .values = 2, .body = words, .size = sizeof words};
    column->pages[1] = (struct parts_page){.kind = FL_PARQUET_PAGE_DATA,
                                           .encoding = FL_PARQUET_ENCODING_RLE_DICTIONARY,
                                           .values = VALUES,
                                           .body = indices,
                                           .size = sizeof indices};
    const struct parts_file good = file;
    expect(&file, FL_OK, "");
    column->pages[0].values = 1;
    expect(&file, FL_CORRUPT, "row group 0: the page has bytes behind its last value");
    column->pages[0].size = 4;
    expect(&file, FL_CORRUPT, "row group 0: index 1 into a dictionary of 1 values");
    file = good;
    column->pages[0].values = INT32_MAX;
    expect(&file, FL_CORRUPT, "row group 0: a dictionary of 2147483647 values in 8 bytes");
    file = good;
    column->pages[0].encoding = FL_PARQUET_ENCODING_RLE_DICTIONARY;
    expect(&file, FL_UNSUPPORTED, "row group 0: a dictionary in the encoding 8, which is not read");
    file = good;
    column->page_count = 3;
    column->pages[2] = column->pages[1];
    column->pages[1] = column->pages[0];
    expect(&file, FL_CORRUPT, "row group 0: a dictionary that is not the column's first page");
}

static void test_chunks(void **state)
{
    (void)state;
    const struct parts_file good = good_file();
    struct parts_file file = good;
    struct parts_column *column = &file.columns[0];
    column->offset_change = -1;
    expect(&file, FL_CORRUPT,
           "row group 0: column 0: its pages are at offset 3, 41 bytes, but pages end at 45");
    file = good;
    column->offset_change = INT64_MAX - 10;
    expect(
        &file, FL_CORRUPT,
        "row group 0: column 0: its pages are at offset 9223372036854775801, 41 bytes, but pages end at 45");
    file = good;
    column->size_change = 1;
    expect(&file, FL_CORRUPT,
           "row group 0: column 0: its pages are at offset 4, 42 bytes, but pages end at 45");
    file = good;
    column->values[0] = 5;
    expect(&file, FL_CORRUPT, "row group 0: 5 values in 4 rows");
    file = good;
    file.rows = 5;
    expect(&file, FL_CORRUPT, "5 rows, but its row groups have 4");
    file = good;
    file.rows = file.group_rows[0] = column->values[0] = 5;
    expect(&file, FL_CORRUPT, "row group 0: its pages end before its last row, 1 values are missing");
    file = good;
    file.rows = file.group_rows[0] = -1;
    expect(&file, FL_CORRUPT, "the footer cannot be read: a count or a place below 0");
    file = good;
    file.rows = file.group_rows[0] = column->values[0] = 1ll << 40;
    expect(&file, FL_LIMIT, "more than 1074479104 values in 45 bytes of pages, which is past belief");
    file = good;
    column->chunk_type = FL_PARQUET_INT64;
    expect(&file, FL_CORRUPT, "row group 0: pages of type 2, the schema says 1");
    file = good;
    column->codec = 42;
    expect(&file, FL_UNSUPPORTED, "row group 0: compressed with the unknown codec 42");
    file = good;
    column->codec = FL_PARQUET_CODEC_LZO;
    expect(&file, FL_UNSUPPORTED, "row group 0: compressed with LZO, which is not read");
    file = good;
    column->codec = FL_PARQUET_CODEC_SNAPPY;
    expect(&file, FL_CORRUPT, "row group 0: snappy: the 18 bytes do not unpack to 18");
    file = good;
    column->file_path = "elsewhere.parquet";
    expect(&file, FL_UNSUPPORTED, "row group 0: the column cannot be read: its pages lie in another file");
    file = good;
    column->is_encrypted = true;
    expect(&file, FL_UNSUPPORTED, "row group 0: the column cannot be read: it is encrypted");
    file = good;
    column->null_count = 2;
    expect(&file, FL_CORRUPT, "row group 0: 1 nulls, the footer says 2");
    file = good;
    column->has_bounds = true;
    column->min[0] = -1;
    column->max[0] = 8;
    expect(&file, FL_OK, "");
    column->max[0] = 7;
    expect(&file, FL_CORRUPT,
           "row group 0: a value outside of the smallest and largest that the footer names");
}

static void test_schemas(void **state)
{
    (void)state;
    const struct parts_file good = good_file();
    struct parts_file file = good;
    struct parts_column *column = &file.columns[0];
    column->type = column->chunk_type = 8;
    expect(&file, FL_CORRUPT, "the footer cannot be read: a column of an unknown physical type");
    file = good;
    column->type = FL_PARQUET_FIXED_LEN_BYTE_ARRAY;
    expect(&file, FL_CORRUPT, "column `x`: values of 0 bytes");
    column->type_length = -5;
    expect(&file, FL_CORRUPT, "column `x`: values of -5 bytes");
    file = good;
    file.children_said = 2;
    expect(&file, FL_CORRUPT, "the schema's 2 elements are no tree");
    file.children_said = INT32_MAX;
    expect(&file, FL_CORRUPT, "the schema's 2 elements are no tree");
    file = good;
    file.column_count_said = 2;
    expect(&file, FL_CORRUPT, "row group 0: 2 columns, the schema has 1");
    file = good;
    column->converted = FL_PARQUET_CONVERTED_DECIMAL;
    column->precision = 39;
    expect(&file, FL_UNSUPPORTED,
           "this is a decimal that is not of 1 to 38 digits, which is not read; columns and lists of plain "
           "values are");
    file = good;
    column->tree = PARTS_LIST_ARRAY;
    expect(&file, FL_UNSUPPORTED,
           "this is a list of structs, which is not read; columns and lists of plain values are");
}

static void test_lists(void **state)
{
    (void)state;
    /* Repeats 0 1 0, levels 1 1 0: [7, 8], []. */
    static const uint8_t good_body[] = {2, 0, 0, 0, 3, 2, 2, 0, 0, 0, 3, 3, 7, 0, 0, 0, 8, 0, 0, 0};
    uint8_t other[sizeof good_body];
    struct parts_file file = good_file();
    struct parts_column *column = &file.columns[0];
    column->tree = PARTS_LIST2;
    column->null_count = -1;
    column->values[0] = column->pages[0].values = 3;
    column->pages[0].body = good_body;
    column->pages[0].size = sizeof good_body;
    file.rows = file.group_rows[0] = 2;
    const struct parts_file good = file;
    expect(&file, FL_OK, "");
    file.rows = file.group_rows[0] = 1;
    expect(&file, FL_CORRUPT, "row group 0: 1 values are left behind its last row");
    file.rows = file.group_rows[0] = 3;
    expect(&file, FL_CORRUPT, "row group 0: its pages end before its last row, 0 values are missing");
    file.rows = file.group_rows[0] = 4;
    expect(&file, FL_CORRUPT, "row group 0: 3 values in 4 lists");
    file = good;
    column->pages[0].body = other;
    memcpy(other, good_body, sizeof other);
    other[5] = 3; /* repeats 1 1 0 */
    expect(&file, FL_CORRUPT, "row group 0: an element that continues no list");
    memcpy(other, good_body, sizeof other);
    other[11] = 5; /* levels 1 0 1 */
    expect(&file, FL_CORRUPT, "row group 0: an element that continues no list");
}

/* --- everything wrong */

static void expect_sentence(fl_status status, const struct fl_error *error)
{
    assert_true((status == FL_OK) == (error->message[0] == '\0'));
    assert_true(status == FL_OK || status == FL_CORRUPT || status == FL_UNSUPPORTED || status == FL_LIMIT);
}

static void test_every_cut_is_refused(void **state)
{
    (void)state;
    const struct parts_file file = good_file();
    struct fl_buffer bytes = parts_make(&file);
    struct fl_error error;
    for (size_t size = 0; size < bytes.size; size++) {
        const fl_status status = read_bytes(bytes.bytes, size, MEMORY_MAX, &error);
        expect_sentence(status, &error);
        assert_int_not_equal(status, FL_OK);
    }
    fl_buffer_release(&bytes);
}

static void test_every_bit_may_flip(void **state)
{
    (void)state;
    const struct parts_file file = good_file();
    struct fl_buffer bytes = parts_make(&file);
    struct fl_error error;
    size_t refused = 0;
    for (size_t bit = 0; bit < bytes.size * 8; bit++) {
        bytes.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        const fl_status status = read_bytes(bytes.bytes, bytes.size, MEMORY_MAX, &error);
        expect_sentence(status, &error);
        refused += status != FL_OK;
        /* The page itself is sealed. */
        const size_t byte = bit / 8, page = 4 + 41 - BODY_SIZE;
        assert_true(byte < page || byte >= page + BODY_SIZE || status == FL_CORRUPT);
        bytes.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(refused > bytes.size * 4);
    fl_buffer_release(&bytes);
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    const struct parts_file file = good_file();
    struct fl_buffer bytes = parts_make(&file);
    struct fl_error error;
    bool was_enough = false;
    for (uint64_t memory = 0; memory < 4096; memory++) {
        const fl_status status = read_bytes(bytes.bytes, bytes.size, memory, &error);
        assert_true(status == FL_LIMIT || status == FL_OK);
        was_enough = status == FL_OK;
    }
    assert_true(was_enough);
    fl_buffer_release(&bytes);
}

static void test_other_files(void **state)
{
    (void)state;
    struct fl_error error;
    assert_int_equal(read_bytes((const uint8_t *)"PAR1", 4, MEMORY_MAX, &error), FL_CORRUPT);
    assert_string_equal(error.message, "4 bytes are no Parquet file, which has at least 12");
    assert_int_equal(read_bytes((const uint8_t *)"customer,day", 12, MEMORY_MAX, &error), FL_CORRUPT);
    assert_string_equal(error.message, "no Parquet file: it does not start with PAR1");
    assert_int_equal(read_bytes((const uint8_t *)"PAR1\0\0\0\0\0\0\0\0", 12, MEMORY_MAX, &error), FL_CORRUPT);
    assert_string_equal(error.message, "a Parquet file that does not end with PAR1: was it cut?");
    assert_int_equal(read_bytes((const uint8_t *)"PAR1\0\0\0\0PARE", 12, MEMORY_MAX, &error), FL_UNSUPPORTED);
    assert_string_equal(error.message, "a Parquet file with an encrypted footer, which is not read");
    assert_int_equal(read_bytes((const uint8_t *)"PAR1\1\0\0\0PAR1", 12, MEMORY_MAX, &error), FL_CORRUPT);
    assert_string_equal(error.message, "a footer of 1 bytes in a file of 12");
    assert_int_equal(read_bytes((const uint8_t *)"PAR1\0\1\0\0\0PAR1", 13, MEMORY_MAX, &error), FL_CORRUPT);
    assert_string_equal(error.message, "the footer has no schema");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_file_is_read),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_pages_of_the_second_version),
        cmocka_unit_test(test_dictionaries),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_every_cut_is_refused),
        cmocka_unit_test(test_every_bit_may_flip),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
