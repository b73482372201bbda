/* table_broken_test.c - files that are wrong in one thing each must be refused with that thing's words.
 *
 * Method: a golden file is taken apart, one field or one page is changed, and it is put together again with
 * all checksums right (but where the damage is the point), so that only the check under test can find it.
 * The cases stand in broken_container_cases.c, broken_page_cases.c: one for each refusal in table_footer.c,
 * page_check.c, page_load.c, page_decode.c, the dictionaries of table_reader.c, table_verify.c; the refusals
 * inside an encoding are in encoding_test.c, with one of each here to show that they come through. Status and
 * whole message are pinned: no other check can pass for the right one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "formats/table/table_reader.h"
#include "tests/malformed/broken_case.h"
#include "tests/malformed/memory_file.h"
#include "tests/malformed/table_sample.h"

static fl_status open_and_verify(const struct fl_buffer *bytes, struct fl_error *error)
{
    struct fl_table *table;
    uint64_t digest;
    fl_error_clear(error);
    memory_file_set(bytes->bytes, bytes->size);
    fl_status status = fl_table_open(&memory_file_io, "sample", FL_IO_COPY, &table, error);
    if (status == FL_OK)
        status = fl_table_verify(table, &digest, error);
    fl_table_close(table);
    return status;
}

/* A golden file, so that no message depends on what LZ4 makes of a page today. */
static void load_golden(const char *schema, struct fl_buffer *bytes)
{
    char path[200];
    (void)snprintf(path, sizeof path, "tests/golden/tables/%s-v1.flint", schema);
    memory_file_load(path, bytes);
}

static void take_golden(const char *schema, struct table_parts *parts)
{
    struct fl_buffer bytes = {0};
    load_golden(schema, &bytes);
    table_parts_take(parts, &bytes);
    fl_buffer_release(&bytes);
}

static void test_parts_join_to_a_good_file(void **state)
{
    (void)state;
    struct fl_buffer whole = {0}, joined = {0};
    struct table_parts *parts = malloc(sizeof *parts);
    assert_non_null(parts);
    load_golden("interactions", &whole);
    table_parts_take(parts, &whole);
    table_parts_join(parts, &joined);
    assert_int_equal(joined.size, whole.size);
    assert_memory_equal(joined.bytes, whole.bytes, whole.size);
    table_parts_release(parts);
    free(parts);
    fl_buffer_release(&whole);
    fl_buffer_release(&joined);
}

static bool run_case(const struct broken_case *broken)
{
    struct fl_buffer bytes = {0};
    struct fl_error error;
    char text[FL_ERROR_MESSAGE_SIZE];
    struct table_parts *parts = malloc(sizeof *parts);
    assert_non_null(parts);
    take_golden(broken->schema == NULL ? "interactions" : broken->schema, parts);
    if (broken->change != NULL)
        broken->change(parts);
    parts->lie = broken->lie;
    table_parts_join(parts, &bytes);
    if (broken->change_bytes != NULL)
        broken->change_bytes(&bytes);
    if (!broken->unsealed)
        table_bytes_seal(&bytes);
    const fl_status status = open_and_verify(&bytes, &error);
    fl_error_format(&error, text, sizeof text);
    table_parts_release(parts);
    free(parts);
    fl_buffer_release(&bytes);
    const bool as_wanted = status == broken->status && strcmp(text, broken->message) == 0;
    if (!as_wanted)
        print_message("%s\n  wanted %s: %s\n  got    %s: %s\n", broken->what, fl_status_name(broken->status),
                      broken->message, fl_status_name(status), text);
    return as_wanted;
}

static void test_each_broken_file_is_refused_in_its_own_words(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < broken_container_case_count; i++)
        wrong += !run_case(&broken_container_cases[i]);
    for (size_t i = 0; i < broken_page_case_count; i++)
        wrong += !run_case(&broken_page_cases[i]);
    assert_int_equal(wrong, 0);
}

/* A later schema version may bring columns: what is known is read, the rest is checked but out of sight. */
static void test_a_newer_schema_is_read_without_its_new_columns(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    struct fl_table *table;
    struct fl_column_data data = {0};
    struct table_parts *parts = malloc(sizeof *parts);
    assert_non_null(parts);
    take_golden("interactions", parts);
    parts->header.schema_version = fl_put16(2);
    parts->header.compatible = fl_put32(1); /* an unknown bit that does not matter */
    parts->columns[20].id = fl_put16(22);
    parts->columns[20].kind = 99;
    for (size_t block = 0; block < SAMPLE_BLOCKS; block++)
        table_parts_page(parts, block, FL_INTERACTIONS_TEXT)->column_id = 22;
    table_parts_join(parts, &bytes);
    assert_int_equal(open_and_verify(&bytes, &error), FL_OK);
    assert_int_equal(fl_table_open(&memory_file_io, "sample", FL_IO_COPY, &table, &error), FL_OK);
    assert_true(fl_table_has(table, FL_INTERACTIONS_MESSAGE));
    assert_false(fl_table_has(table, FL_INTERACTIONS_TEXT));
    assert_false(fl_table_has(table, 22));
    assert_true(fl_table_has_unknown(table));
    assert_int_equal(fl_table_read_column(table, 0, FL_INTERACTIONS_TEXT, &data, &error), FL_OK);
    assert_int_equal(data.nulls[0], 1);
    fl_column_data_release(&data);
    fl_table_close(table);
    struct fl_table_trailer trailer;
    memcpy(&trailer, bytes.bytes + bytes.size - sizeof trailer, sizeof trailer);
    bytes.bytes[fl_get64(trailer.footer_offset) - 64] ^= 1; /* in the last page, of the unknown column */
    assert_int_equal(open_and_verify(&bytes, &error), FL_CORRUPT);
    assert_string_equal(error.message, "checksum does not match; the file was damaged after writing");
    table_parts_release(parts);
    free(parts);
    fl_buffer_release(&bytes);
}

/* The words of a column that is out of sight are checked too, as verify promises every byte. */
static void test_a_damaged_dictionary_of_a_newer_schema_is_found(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    struct table_parts *parts = malloc(sizeof *parts);
    assert_non_null(parts);
    take_golden("words_interactions", parts);
    const size_t last = parts->column_count - 1;
    parts->header.schema_version = fl_put16(2);
    parts->columns[last].id = fl_put16(22);
    struct table_page_part *words = table_parts_dictionary(parts, FL_INTERACTIONS_PRODUCT, 0);
    table_parts_page(parts, 0, FL_INTERACTIONS_PRODUCT)->column_id = 22;
    words->column_id = 22;
    table_parts_join(parts, &bytes);
    assert_int_equal(open_and_verify(&bytes, &error), FL_OK);
    bytes.bytes[fl_get64(words->entry.offset)] ^= 1;
    assert_int_equal(open_and_verify(&bytes, &error), FL_CORRUPT);
    assert_string_equal(error.message, "checksum does not match; the file was damaged after writing");
    table_parts_release(parts);
    free(parts);
    fl_buffer_release(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_join_to_a_good_file),
        cmocka_unit_test(test_each_broken_file_is_refused_in_its_own_words),
        cmocka_unit_test(test_a_newer_schema_is_read_without_its_new_columns),
        cmocka_unit_test(test_a_damaged_dictionary_of_a_newer_schema_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
