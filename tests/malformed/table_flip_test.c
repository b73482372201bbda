/* table_flip_test.c - every damage of one bit, each cut, each added byte must be found.
 *
 * Method: small files of three tables, which together have every kind of column, nulls, those by type, LZ4,
 * zstd, dictionaries, all encodings that small pages lead to, several blocks. Each single bit of each file is
 * flipped, each length is cut to, bytes are added at the end; open and verify must then fail with exit
 * code 65. This is exhaustive for such files: every byte of the format is in them. The test first shows that
 * the files do have all of that, that the whole ones pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/encodings/encoding.h"
#include "formats/table/table_reader.h"
#include "tests/malformed/memory_file.h"
#include "tests/malformed/table_sample.h"

static const char *const samples[] = {"interactions", "customers", "customer_scores", "long", "cold"};
enum { SAMPLE_COUNT = sizeof samples / sizeof samples[0] };

static void make_sample(const char *name, struct fl_buffer *bytes)
{
    if (strcmp(name, "long") == 0)
        table_sample_long(bytes);
    else if (strcmp(name, "cold") == 0)
        table_sample_cold(bytes);
    else
        table_sample(name, bytes);
}

static fl_status open_and_verify(const uint8_t *bytes, size_t size)
{
    struct fl_error error;
    struct fl_table *table;
    uint64_t digest;
    fl_error_clear(&error);
    memory_file_set(bytes, size);
    fl_status status = fl_table_open(&memory_file_io, "sample", FL_IO_COPY, &table, &error);
    if (status == FL_OK)
        status = fl_table_verify(table, &digest, &error);
    fl_table_close(table);
    return status;
}

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

static void test_samples_are_good_and_have_everything(void **state)
{
    (void)state;
    struct noted noted = {.lz4 = false};
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct fl_buffer bytes = {0};
        struct fl_table *table;
        make_sample(samples[i], &bytes);
        assert_string_equal(fl_status_name(open_and_verify(bytes.bytes, bytes.size)), "OK");
        memory_file_set(bytes.bytes, bytes.size);
        assert_int_equal(fl_table_open(&memory_file_io, "sample", FL_IO_COPY, &table, NULL), FL_OK);
        const bool is_long = strcmp(samples[i], "long") == 0, is_cold = strcmp(samples[i], "cold") == 0;
        assert_int_equal(fl_table_blocks(table), is_long || is_cold ? 1 : SAMPLE_BLOCKS);
        assert_int_equal(fl_table_rows(table), is_long   ? LONG_SAMPLE_ROWS
                                               : is_cold ? COLD_SAMPLE_ROWS
                                                         : SAMPLE_ROWS);
        note_pages(table, &noted);
        fl_table_close(table);
        fl_buffer_release(&bytes);
    }
    assert_true(noted.lz4);
    assert_true(noted.zstd);
    assert_true(noted.typed_nulls);
    for (unsigned kind = 1; fl_kind_name((enum fl_kind)kind) != NULL; kind++)
        assert_true(noted.kinds[kind]);
    /* Plain takes large pages; strings are in the dictionaries. */
    for (unsigned encoding = 0; fl_encoding_name(encoding) != NULL; encoding++)
        assert_true(noted.encodings[encoding] || encoding == FL_ENCODING_PLAIN ||
                    encoding == FL_ENCODING_STRING);
}

static void test_each_flipped_bit_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct fl_buffer bytes = {0};
        make_sample(samples[i], &bytes);
        for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
            bytes.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            const fl_status status = open_and_verify(bytes.bytes, bytes.size);
            bytes.bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            if (fl_status_exit_code(status) != 65)
                fail_msg("%s: bit %zu of byte %zu flipped: %s", samples[i], bit % 8, bit / 8,
                         fl_status_name(status));
        }
        fl_buffer_release(&bytes);
    }
}

static void test_each_cut_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct fl_buffer bytes = {0};
        make_sample(samples[i], &bytes);
        for (size_t size = 0; size < bytes.size; size++) {
            const fl_status status = open_and_verify(bytes.bytes, size);
            if (fl_status_exit_code(status) != 65)
                fail_msg("%s: cut to %zu bytes: %s", samples[i], size, fl_status_name(status));
        }
        fl_buffer_release(&bytes);
    }
}

static void test_added_bytes_are_found(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    table_sample("interactions", &bytes);
    const size_t size = bytes.size;
    /* zeros, then a copy of the file's own end: 1 to 200 bytes pass all alignments */
    for (size_t added = 1; added <= 200; added++) {
        const uint8_t zero = 0;
        assert_true(fl_buffer_append(&bytes, &zero, 1));
        assert_int_equal(fl_status_exit_code(open_and_verify(bytes.bytes, bytes.size)), 65);
    }
    for (size_t added = 1; added <= 200; added++) {
        bytes.size = size;
        uint8_t end[200];
        memcpy(end, bytes.bytes + size - added, added);
        assert_true(fl_buffer_append(&bytes, end, added));
        assert_int_equal(fl_status_exit_code(open_and_verify(bytes.bytes, bytes.size)), 65);
    }
    fl_buffer_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_are_good_and_have_everything),
        cmocka_unit_test(test_each_flipped_bit_is_found),
        cmocka_unit_test(test_each_cut_is_found),
        cmocka_unit_test(test_added_bytes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
