/* export_pgcopy_test.c - the binary form of PostgreSQL's COPY, read back by a slow reader of its own.
 *
 * Made-up tables of every schema have each kind at its ends, nulls, absent columns, several blocks; the
 * reader follows PostgreSQL's documentation, not the writer, and takes numerics as sums of digits. A small
 * table is also held to bytes that are written out. PostgreSQL itself reads such files in tests/interop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/export_fixture.h"

struct reader {
    const struct fl_buffer *bytes;
    size_t at, columns;
};

static uint64_t take(struct reader *reader, size_t size)
{
    assert_true(reader->at + size <= reader->bytes->size);
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | reader->bytes->bytes[reader->at++];
    return value;
}

static int64_t take_signed(struct reader *reader, size_t size)
{
    const uint64_t value = take(reader, size);
    return (int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size);
}

/* The value in units of 10^-scale. */
static __int128 take_numeric(struct reader *reader, int64_t size, int scale)
{
    const int64_t digits = take_signed(reader, 2), weight = take_signed(reader, 2);
    const uint64_t sign = take(reader, 2);
    assert_int_equal(scale, take(reader, 2));
    assert_int_equal(8 + 2 * digits, size);
    __int128 value = 0; /* in units of 10^-8, two digits of the base */
    for (int64_t i = 0; i < digits; i++) {
        const int64_t digit = take_signed(reader, 2);
        assert_true(digit >= 0 && digit < 10000);
        assert_true(digit != 0 || (i > 0 && i + 1 < digits)); /* no zeros at the ends */
        __int128 unit = 1;
        for (int64_t power = weight - i; power > -2; power--)
            unit *= 10000;
        value += unit * digit;
    }
    assert_true(sign == 0 || (sign == 0x4000 && digits > 0));
    for (int places = 8; places > scale; places--) {
        assert_true(value % 10 == 0);
        value /= 10;
    }
    return sign == 0 ? value : -value;
}

static struct fl_text expected_text(const struct sample_cell *cell)
{
    if (cell->column->kind == FL_KIND_WORD)
        return fl_words_at(cell->words, cell->data->as.words[cell->row]);
    const uint32_t *const offset = cell->data->text_offsets + cell->row;
    return (struct fl_text){cell->data->text_bytes + offset[0], offset[1] - offset[0]};
}

static void check_text(struct reader *reader, const struct sample_cell *cell, int64_t size)
{
    const struct fl_text text = expected_text(cell);
    assert_int_equal(text.size, size);
    assert_true(reader->at + text.size <= reader->bytes->size);
    assert_memory_equal(text.bytes, reader->bytes->bytes + reader->at, text.size);
    reader->at += text.size;
}

static void check_field(void *context, const struct sample_cell *cell)
{
    struct reader *reader = context;
    if (cell->index == 0)
        assert_int_equal(reader->columns, take(reader, 2));
    const int64_t size = take_signed(reader, 4);
    if (cell->null) {
        assert_int_equal(-1, size);
        return;
    }
    const struct fl_export_type type = fl_export_type_of(cell->column->kind);
    switch (type.id) {
    case FL_EXPORT_INT16:
        assert_int_equal(2, size);
        assert_int_equal(cell->data->as.u8[cell->row], take_signed(reader, 2));
        return;
    case FL_EXPORT_INT32:
        assert_int_equal(4, size);
        assert_int_equal(cell->data->as.i32[cell->row], take_signed(reader, 4));
        return;
    case FL_EXPORT_INT64:
        assert_int_equal(8, size);
        assert_int_equal(cell->data->as.i64[cell->row], take_signed(reader, 8));
        return;
    case FL_EXPORT_DATE:
        assert_int_equal(4, size);
        assert_int_equal(cell->data->as.i32[cell->row] - fl_civil_to_day(2000, 1, 1), take_signed(reader, 4));
        return;
    case FL_EXPORT_DECIMAL:
        assert_true(take_numeric(reader, size, type.scale) == cell->data->as.i64[cell->row]);
        return;
    case FL_EXPORT_TEXT:
        check_text(reader, cell, size);
        return;
    }
}

static void test_made_up_tables(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 64, 700, SAMPLE_ROWS_MAX};
    const struct fl_export_options options = fl_export_options_default();
    const struct fl_schema *schema;
    for (size_t i = 0; (schema = fl_schema_at(i)) != NULL; i++) {
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            struct sample sample = sample_open(schema->name, rows[j], 500, j % 4);
            const struct fl_export_part part = fl_export_whole(sample.table);
            struct fl_buffer bytes = sample_export(&sample, &part, &fl_export_format_pgcopy, &options);
            assert_memory_equal("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0", bytes.bytes, 19);
            struct reader reader = {.bytes = &bytes, .at = 19, .columns = schema->count};
            sample_walk(&sample, check_field, &reader);
            assert_int_equal(-1, take_signed(&reader, 2));
            assert_int_equal(bytes.size, reader.at);
            fl_buffer_release(&bytes);
            sample_close(&sample);
        }
    }
}

static void test_exact_bytes(void **state)
{
    (void)state;
    struct sample sample = sample_open("customer_ids", 1, 0, 2); /* INT64_MIN, no text */
    const struct fl_export_part part = fl_export_whole(sample.table);
    const struct fl_export_options options = fl_export_options_default();
    struct fl_buffer bytes = sample_export(&sample, &part, &fl_export_format_pgcopy, &options);
    static const char wanted[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
                                 "\0\2"
                                 "\0\0\0\10\200\0\0\0\0\0\0\0"
                                 "\377\377\377\377"
                                 "\377\377";
    assert_int_equal(sizeof wanted - 1, bytes.size);
    assert_memory_equal(wanted, bytes.bytes, bytes.size);
    fl_buffer_release(&bytes);
    sample_close(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_up_tables),
        cmocka_unit_test(test_exact_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
