/* thrift_writer_test.c - holds structs in Thrift's compact protocol to bytes made by hand.
 *
 * Each expected byte follows from the protocol's text: a field is (step << 4 | type), numbers are zigzag
 * varints, a struct ends with 0. Every call is used once, with the values at which its form changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "formats/parquet/thrift_writer.h"

static void assert_bytes(struct fl_thrift_writer *writer, const uint8_t *expected, size_t size)
{
    assert_true(fl_thrift_finish(writer));
    assert_int_equal(size, writer->out->size);
    assert_memory_equal(expected, writer->out->bytes, size);
    fl_buffer_release(writer->out);
}

static void test_scalars(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x11,             /* 1: true */
                                       0x12,             /* 2: false */
                                       0x13, 0xFB,       /* 3: byte -5 */
                                       0x14, 0x80, 0x02, /* 4: i16 128 -> 256 */
                                       0xB5, 0x01,       /* 15, 11 fields on: i32 -1 -> 1 */
                                       0x16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                       0xFF, 0xFF, 0xFF, 0xFF, 0x01, /* 16: the least i64 */
                                       0x18, 0x03, 'a',  'b',  'c',  /* 17: "abc" */
                                       0x18, 0x00,                   /* 18: "" */
                                       0x00};
    struct fl_buffer out = {0};
    struct fl_thrift_writer writer;
    fl_thrift_begin(&writer, &out);
    fl_thrift_put_bool(&writer, 1, true);
    fl_thrift_put_bool(&writer, 2, false);
    fl_thrift_put_byte(&writer, 3, -5);
    fl_thrift_put_i16(&writer, 4, 128);
    fl_thrift_put_i32(&writer, 15, -1);
    fl_thrift_put_i64(&writer, 16, INT64_MIN);
    fl_thrift_put_text(&writer, 17, "abc");
    fl_thrift_put_binary(&writer, 18, NULL, 0);
    assert_bytes(&writer, expected, sizeof expected);
}

static void test_structs_in_structs(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x1C, 0x1C, 0x15, 0x02, 0x00, 0x15, 0x04, 0x00, 0x15, 0x06, 0x00};
    struct fl_buffer out = {0};
    struct fl_thrift_writer writer;
    fl_thrift_begin(&writer, &out);
    fl_thrift_open_struct(&writer, 1);
    fl_thrift_open_struct(&writer, 1);
    fl_thrift_put_i32(&writer, 1, 1);
    fl_thrift_close_struct(&writer);
    fl_thrift_put_i32(&writer, 2, 2); /* numbers go on after the inner one */
    fl_thrift_close_struct(&writer);
    fl_thrift_put_i32(&writer, 2, 3);
    assert_bytes(&writer, expected, sizeof expected);
}

static void test_lists(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x19, 0x21, 0x01, 0x02, /* two booleans */
                                       0x19, 0x15, 0x03,       /* i32 -2 */
                                       0x19, 0x26, 0x02, 0x00, /* i64 1, 0 */
                                       0x19, 0x18, 0x01, 'x',  /* "x" */
                                       0x19, 0x1C, 0x15, 0x02, 0x00, 0x00};
    struct fl_buffer out = {0};
    struct fl_thrift_writer writer;
    fl_thrift_begin(&writer, &out);
    fl_thrift_put_list(&writer, 1, FL_THRIFT_TRUE, 2);
    fl_thrift_add_bool(&writer, true);
    fl_thrift_add_bool(&writer, false);
    fl_thrift_put_list(&writer, 2, FL_THRIFT_I32, 1);
    fl_thrift_add_i32(&writer, -2);
    fl_thrift_put_list(&writer, 3, FL_THRIFT_I64, 2);
    fl_thrift_add_i64(&writer, 1);
    fl_thrift_add_i64(&writer, 0);
    fl_thrift_put_list(&writer, 4, FL_THRIFT_BINARY, 1);
    fl_thrift_add_binary(&writer, "x", 1);
    fl_thrift_put_list(&writer, 5, FL_THRIFT_STRUCT, 1);
    fl_thrift_add_struct(&writer);
    fl_thrift_put_i32(&writer, 1, 1);
    fl_thrift_close_struct(&writer);
    assert_bytes(&writer, expected, sizeof expected);
}

/* From 15 elements on the count has its own bytes. */
static void test_long_list(void **state)
{
    (void)state;
    struct fl_buffer out = {0};
    struct fl_thrift_writer writer;
    fl_thrift_begin(&writer, &out);
    fl_thrift_put_list(&writer, 1, FL_THRIFT_I32, 14);
    for (int i = 0; i < 14; i++)
        fl_thrift_add_i32(&writer, 0);
    fl_thrift_put_list(&writer, 2, FL_THRIFT_I32, 200);
    for (int i = 0; i < 200; i++)
        fl_thrift_add_i32(&writer, 0);
    assert_true(fl_thrift_finish(&writer));
    assert_int_equal(2 + 14 + 4 + 200 + 1, out.size);
    assert_int_equal(0xE5, out.bytes[1]);
    assert_memory_equal("\x19\xF5\xC8\x01", out.bytes + 16, 4);
    fl_buffer_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scalars),
                                       cmocka_unit_test(test_structs_in_structs),
                                       cmocka_unit_test(test_lists), cmocka_unit_test(test_long_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
