/* thrift_reader_test.c - Thrift's compact protocol, read with suspicion.
 *
 * Method: a struct of every kind of field is made by the writer of this project, and read back value by
 * value; each prefix of it, and each of its bytes replaced by each other byte, must end with a problem or at
 * the end, never beyond it (the bytes lie in memory of exactly their size). What no writer makes is written
 * by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "formats/parquet/thrift_reader.h"
#include "formats/parquet/thrift_writer.h"

static struct fl_buffer make_sample(void)
{
    struct fl_buffer out = {0};
    struct fl_thrift_writer writer;
    fl_thrift_begin(&writer, &out);
    fl_thrift_put_bool(&writer, 1, true);
    fl_thrift_put_byte(&writer, 2, -7);
    fl_thrift_put_i16(&writer, 3, -300);
    fl_thrift_put_i32(&writer, 4, INT32_MIN);
    fl_thrift_put_i64(&writer, 5, INT64_MIN);
    fl_thrift_put_text(&writer, 6, "words");
    fl_thrift_open_struct(&writer, 8);
    fl_thrift_put_i32(&writer, 1, 42);
    fl_thrift_close_struct(&writer);
    fl_thrift_put_list(&writer, 9, FL_THRIFT_I32, 20);
    for (int32_t i = 0; i < 20; i++)
        fl_thrift_add_i32(&writer, i * i - 50);
    fl_thrift_put_list(&writer, 10, FL_THRIFT_STRUCT, 2);
    for (int32_t i = 0; i < 2; i++) {
        fl_thrift_add_struct(&writer);
        fl_thrift_put_bool(&writer, 1, i == 1);
        fl_thrift_close_struct(&writer);
    }
    assert_true(fl_thrift_finish(&writer));
    return out;
}

static void test_values_come_back(void **state)
{
    (void)state;
    struct fl_buffer sample = make_sample();
    struct fl_thrift_reader reader = fl_thrift_over(sample.bytes, sample.size);
    struct fl_thrift_field field = {0}, element, inner = {0};
    assert_true(fl_thrift_next(&reader, &field) && field.id == 1);
    assert_true(fl_thrift_boolean(&reader, &field));
    const int64_t numbers[] = {-7, -300, INT32_MIN, INT64_MIN};
    for (int i = 0; i < 4; i++) {
        assert_true(fl_thrift_next(&reader, &field) && field.id == i + 2);
        assert_true(fl_thrift_integer(&reader, &field) == numbers[i]);
    }
    assert_true(fl_thrift_next(&reader, &field) && field.id == 6);
    const struct fl_thrift_bytes words = fl_thrift_binary(&reader, &field);
    assert_int_equal(words.size, 5);
    assert_memory_equal(words.bytes, "words", 5);
    assert_true(fl_thrift_next(&reader, &field) && field.id == 8 && fl_thrift_struct(&reader, &field));
    assert_true(fl_thrift_next(&reader, &inner) && fl_thrift_integer32(&reader, &inner) == 42);
    assert_false(fl_thrift_next(&reader, &inner));
    assert_true(fl_thrift_next(&reader, &field) && field.id == 9);
    assert_int_equal(fl_thrift_list(&reader, &field, &element), 20);
    for (int32_t i = 0; i < 20; i++)
        assert_int_equal(fl_thrift_integer32(&reader, &element), i * i - 50);
    assert_true(fl_thrift_next(&reader, &field) && field.id == 10);
    fl_thrift_skip(&reader, &field);
    assert_false(fl_thrift_next(&reader, &field));
    assert_null(reader.problem);
    assert_int_equal(fl_cursor_left(&reader.cursor), 0);
    fl_buffer_release(&sample);
}

/* Steps over all fields. */
static struct fl_thrift_reader skip_all(const uint8_t *bytes, size_t size)
{
    struct fl_thrift_reader reader = fl_thrift_over(bytes, size);
    struct fl_thrift_field field = {0};
    while (fl_thrift_next(&reader, &field))
        fl_thrift_skip(&reader, &field);
    return reader;
}

static void test_every_cut_is_a_problem(void **state)
{
    (void)state;
    struct fl_buffer sample = make_sample();
    for (size_t size = 0; size <= sample.size; size++) {
        uint8_t *cut = malloc(size + (size == 0));
        assert_non_null(cut);
        memcpy(cut, sample.bytes, size);
        const struct fl_thrift_reader reader = skip_all(cut, size);
        assert_true((reader.problem == NULL) == (size == sample.size));
        assert_true(reader.is_cut == (size != sample.size));
        free(cut);
    }
    fl_buffer_release(&sample);
}

static void test_every_byte_may_be_any(void **state)
{
    (void)state;
    struct fl_buffer sample = make_sample();
    size_t problems = 0;
    for (size_t i = 0; i < sample.size; i++) {
        const uint8_t kept = sample.bytes[i];
        for (unsigned value = 0; value < 256; value++) {
            sample.bytes[i] = (uint8_t)value;
            const struct fl_thrift_reader reader = skip_all(sample.bytes, sample.size);
            problems += reader.problem != NULL;
            assert_true(reader.problem == NULL || fl_cursor_left(&reader.cursor) == 0);
        }
        sample.bytes[i] = kept;
    }
    assert_true(problems > 1000); /* most changes are noticed */
    fl_buffer_release(&sample);
}

static void expect_problem(const char *bytes, size_t size, const char *problem)
{
    const struct fl_thrift_reader reader = skip_all((const uint8_t *)bytes, size);
    assert_non_null(reader.problem);
    assert_string_equal(reader.problem, problem);
}

static void test_what_no_writer_makes(void **state)
{
    (void)state;
    expect_problem("\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00", 13,
                   "a number of more than 64 bits");
    expect_problem("\x1e\x00", 2, "a field that cannot be"); /* type 14 */
    /* 0x19: field 1, list; 0xF5: of i32, the count follows: 2^28, and nothing behind it */
    expect_problem("\x19\xf5\x80\x80\x80\x80\x01", 7, "it ends too early");
    /* Structs within structs, deeper than any writer goes. */
    char deep[64];
    memset(deep, 0x1c, sizeof deep);
    expect_problem(deep, sizeof deep, "it is nested too deeply");
    /* Maps, doubles and UUIDs of newer definitions are stepped over. */
    const char strange[] = "\x1b\x02\x88\x01k\x01v\x02kk\x00"
                           "\x17\x01\x02\x03\x04\x05\x06\x07\x08"
                           "\x1d\x01\x02\x03\x04\x05\x06\x07\x08\x01\x02\x03\x04\x05\x06\x07\x08"
                           "\x1b\x00";
    const struct fl_thrift_reader reader = skip_all((const uint8_t *)strange, sizeof strange);
    assert_null(reader.problem);
    assert_int_equal(fl_cursor_left(&reader.cursor), 0);
}

static void test_types_are_checked(void **state)
{
    (void)state;
    static const uint8_t text[] = {0x18, 0x01, 'a', 0x00}, big[] = {0x16, 0x80, 0x80, 0x80, 0x80, 0x20, 0x00};
    struct fl_thrift_reader reader = fl_thrift_over(text, sizeof text);
    struct fl_thrift_field field = {0};
    assert_true(fl_thrift_next(&reader, &field));
    assert_int_equal(fl_thrift_integer(&reader, &field), 0);
    assert_string_equal(reader.problem, "a field that should be a number is none");
    assert_false(fl_thrift_next(&reader, &field));
    reader = fl_thrift_over(big, sizeof big);
    field = (struct fl_thrift_field){0};
    assert_true(fl_thrift_next(&reader, &field));
    assert_int_equal(fl_thrift_integer32(&reader, &field), 0);
    assert_string_equal(reader.problem, "a number of more than 32 bits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_come_back),      cmocka_unit_test(test_every_cut_is_a_problem),
        cmocka_unit_test(test_every_byte_may_be_any), cmocka_unit_test(test_what_no_writer_makes),
        cmocka_unit_test(test_types_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
