/* arrow_stream_test.c - holds the Arrow reader and writer to each other, and the reader to any bytes.
 *
 * A sample with every kind, lists and dictionaries is written and read in row counts around the eights and
 * sixty-fours in which marks and padding come, with reads that give 1, 7 or all bytes at a time; what was
 * read is written again and must be the same bytes, which no accessor has a part in. Then the stream is cut
 * at every byte and each of its bits is flipped: every claim of the format lies in some bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "formats/arrow/arrow_numbers.h"
#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/arrow/arrow_writer.h"
#include "formats/arrow/flatbuffer_reader.h"
#include "formats/base/bytes.h"
#include "formats/base/publish.h"
#include "tests/unit/arrow_sample.h"

static const struct fl_arrow_options roomy = {.memory_max = 64 << 20};

/* --- what is written is read */

static void copy_words(struct fl_arrow_stream *stream, struct fl_arrow_writer *writer)
{
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct fl_arrow_column *column;
        if (!schema->fields[i].has_dictionary)
            continue;
        assert_int_equal(FL_OK, fl_arrow_stream_column(stream, i, &column, NULL));
        assert_int_equal(FL_OK, fl_arrow_writer_words(writer, i, column->words, NULL));
    }
}

/* Writes to `again` what is read. */
static void copy_stream(struct fl_buffer *again)
{
    struct fl_error error;
    struct fl_arrow_stream *stream;
    struct fl_output *output;
    struct fl_arrow_writer *writer;
    assert_int_equal(FL_OK, arrow_memory_open(&roomy, &stream, &error));
    arrow_memory.written = again;
    assert_int_equal(FL_OK, fl_output_over_file(&arrow_memory_io, 1, "memory", &output, NULL));
    assert_int_equal(FL_OK, fl_arrow_writer_create(fl_arrow_stream_schema(stream), output, &writer, NULL));
    bool done = false, has_words = false;
    for (;;) {
        struct fl_arrow_column columns[ARROW_SAMPLE_COLUMNS];
        size_t rows;
        assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &rows, &done, &error));
        if (done)
            break;
        if (!has_words)
            copy_words(stream, writer);
        has_words = true;
        for (size_t i = 0; i < fl_arrow_stream_schema(stream)->field_count; i++) {
            const struct fl_arrow_column *column;
            assert_int_equal(FL_OK, fl_arrow_stream_column(stream, i, &column, &error));
            columns[i] = *column;
        }
        assert_int_equal(FL_OK, fl_arrow_writer_batch(writer, columns, rows, NULL));
    }
    assert_int_equal(FL_OK, fl_arrow_writer_end(writer, NULL));
    assert_int_equal(FL_OK, fl_output_commit(output, NULL, NULL));
    fl_arrow_writer_free(writer);
    fl_arrow_stream_close(stream);
}

static void compare_columns(const struct arrow_sample *sample, struct fl_arrow_stream *stream)
{
    struct fl_buffer wanted = {0}, found = {0};
    for (size_t i = 0; i < sample->schema.field_count; i++) {
        const struct fl_arrow_column *column;
        assert_int_equal(FL_OK, fl_arrow_stream_column(stream, i, &column, NULL));
        assert_int_equal(sample->columns[i].nulls, column->nulls);
        assert_int_equal(sample->rows, column->rows);
        for (size_t row = 0; row < sample->rows; row++) {
            wanted.size = found.size = 0;
            assert_true(fl_arrow_text_append(&sample->columns[i], row, &wanted));
            assert_true(fl_arrow_text_append(column, row, &found));
            assert_int_equal(wanted.size, found.size);
            if (wanted.size > 0)
                assert_memory_equal(wanted.bytes, found.bytes, wanted.size);
        }
    }
    fl_buffer_release(&wanted);
    fl_buffer_release(&found);
}

static void compare_values(const struct arrow_sample *sample, size_t batches)
{
    struct fl_error error;
    struct fl_arrow_stream *stream;
    assert_int_equal(FL_OK, arrow_memory_open(&roomy, &stream, &error));
    size_t rows;
    bool done;
    for (size_t i = 0; i < batches; i++) {
        assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &rows, &done, &error));
        assert_false(done);
        assert_int_equal(sample->rows, rows);
        compare_columns(sample, stream);
    }
    assert_int_equal(FL_OK, fl_arrow_stream_next(stream, &rows, &done, &error));
    assert_true(done);
    assert_int_equal(batches * sample->rows, fl_arrow_stream_counts(stream).rows);
    fl_arrow_stream_close(stream);
}

static void check_round_trip(size_t rows, bool has_nulls, size_t step)
{
    struct arrow_sample sample;
    struct fl_buffer bytes = {0}, again = {0};
    arrow_sample_init(&sample, rows, has_nulls);
    arrow_sample_write(&sample, 2, &bytes);
    arrow_memory_set(bytes.bytes, bytes.size);
    arrow_memory.step = step;
    compare_values(&sample, 2);
    arrow_memory_set(bytes.bytes, bytes.size);
    arrow_memory.step = step;
    copy_stream(&again);
    assert_int_equal(bytes.size, again.size);
    assert_memory_equal(bytes.bytes, again.bytes, bytes.size);
    fl_buffer_release(&bytes);
    fl_buffer_release(&again);
    arrow_sample_release(&sample);
}

static void test_round_trip(void **state)
{
    (void)state;
    static const size_t rows[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 1000};
    static const size_t steps[] = {1, 7, SIZE_MAX};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            check_round_trip(rows[i], false, steps[k]);
            check_round_trip(rows[i], true, steps[k]);
        }
    }
}

static void test_schema_comes_back(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    struct fl_arrow_stream *stream;
    struct fl_error error;
    arrow_sample_init(&sample, 3, true);
    arrow_sample_write(&sample, 1, &bytes);
    arrow_memory_set(bytes.bytes, bytes.size);
    assert_int_equal(FL_OK, arrow_memory_open(&roomy, &stream, &error));
    const struct fl_arrow_schema *schema = fl_arrow_stream_schema(stream);
    assert_int_equal(sample.schema.field_count, schema->field_count);
    for (size_t i = 0; i < schema->field_count; i++) {
        const struct fl_arrow_field *a = &sample.fields[i], *b = &schema->fields[i];
        assert_string_equal(a->name, b->name);
        assert_true(fl_arrow_type_equal(&a->type, &b->type));
        assert_int_equal(a->nullable, b->nullable);
        assert_int_equal(a->has_dictionary, b->has_dictionary);
        assert_int_equal(a->dictionary_id, b->dictionary_id);
        char words[128], wanted[128];
        fl_arrow_field_words(a, wanted);
        fl_arrow_field_words(b, words);
        assert_string_equal(wanted, words);
    }
    assert_int_equal(2, schema->fact_count);
    assert_memory_equal("value", schema->facts[0].value.bytes, 5);
    assert_int_equal(0, schema->facts[1].value.size);
    fl_arrow_stream_close(stream);
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

static void test_everything_is_aligned(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    arrow_sample_init(&sample, 9, true);
    arrow_sample_write(&sample, 3, &bytes);
    size_t at = 0, messages = 0;
    for (; fl_load_le32(bytes.bytes + at + 4) != 0; messages++) {
        assert_int_equal(0, at % 64);
        assert_int_equal(CONTINUATION, fl_load_le32(bytes.bytes + at));
        const uint32_t size = fl_load_le32(bytes.bytes + at + 4);
        struct fl_flat flat = {bytes.bytes + at + 8, size, NULL};
        const struct fl_flat_table root = fl_flat_root(&flat);
        at += 8 + size + (size_t)fl_flat_int64(&root, MESSAGE_BODY_LENGTH, 0);
    }
    assert_int_equal(bytes.size, at + 8);
    assert_int_equal(1 + 4 + 3, messages);
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

/* --- what strangers send */

static void make_small(struct fl_buffer *bytes)
{
    struct arrow_sample sample;
    arrow_sample_init(&sample, 3, true);
    arrow_sample_write(&sample, 1, bytes);
    arrow_sample_release(&sample);
}

static void test_cut_at_every_byte(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    make_small(&bytes);
    for (size_t size = 0; size < bytes.size; size++) {
        /* A copy of its own size, so that a step over its end is seen by the address sanitizer. */
        struct fl_buffer cut = {0};
        assert_true(fl_buffer_append(&cut, bytes.bytes, size));
        assert_int_equal(FL_CORRUPT, arrow_read_bytes(&cut, &error));
        assert_true(error.message[0] != '\0');
        fl_buffer_release(&cut);
    }
    fl_buffer_release(&bytes);
}

static void test_flip_every_bit(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    make_small(&bytes);
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const fl_status status = arrow_read_bytes(&bytes, &error);
        assert_true(status == FL_OK || status == FL_CORRUPT || status == FL_UNSUPPORTED ||
                    status == FL_LIMIT);
        bytes.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    fl_buffer_release(&bytes);
}

static void test_end_of_stream(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t rows;
    make_small(&bytes);
    const struct fl_arrow_options lenient = {.memory_max = 64 << 20, .end_marker_optional = true};
    arrow_memory_set(bytes.bytes, bytes.size - 8);
    assert_int_equal(FL_CORRUPT, arrow_memory_read(&roomy, &rows, &error));
    assert_non_null(strstr(error.message, "end-of-stream marker is missing"));
    arrow_memory_set(bytes.bytes, bytes.size - 8);
    assert_int_equal(FL_OK, arrow_memory_read(&lenient, &rows, &error));
    assert_int_equal(3, rows);
    arrow_memory_set(bytes.bytes, bytes.size - 9);
    assert_int_equal(FL_CORRUPT, arrow_memory_read(&lenient, &rows, &error));
    assert_true(fl_buffer_append(&bytes, "x", 1));
    assert_int_equal(FL_CORRUPT, arrow_read_bytes(&bytes, &error));
    assert_non_null(strstr(error.message, "more behind the end"));
    arrow_memory_set("", 0);
    assert_int_equal(FL_CORRUPT, arrow_memory_read(&lenient, &rows, &error));
    assert_non_null(strstr(error.message, "nothing came in"));
    fl_buffer_release(&bytes);
}

static void test_read_failures(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t rows;
    make_small(&bytes);
    for (size_t after = 0; after <= bytes.size; after += 61) {
        arrow_memory_set(bytes.bytes, bytes.size);
        arrow_memory.step = 61;
        arrow_memory.fail_after = after;
        assert_int_equal(FL_IO, arrow_memory_read(&roomy, &rows, &error));
    }
    fl_buffer_release(&bytes);
}

static void test_memory_limit(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    struct fl_error error;
    uint64_t rows;
    arrow_sample_init(&sample, 1000, true);
    arrow_sample_write(&sample, 1, &bytes);
    const struct fl_arrow_options tight = {.memory_max = bytes.size / 2};
    arrow_memory_set(bytes.bytes, bytes.size);
    assert_int_equal(FL_LIMIT, arrow_memory_read(&tight, &rows, &error));
    assert_non_null(strstr(error.message, "allow more memory"));
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

/* The stream that metadata alone had before 0.15: no marker before the size, an end of 4 bytes. */
static void test_old_prefix(void **state)
{
    (void)state;
    struct fl_buffer bytes = {0}, old = {0};
    struct fl_error error;
    make_small(&bytes);
    size_t at = 0;
    for (;;) {
        const uint32_t size = fl_load_le32(bytes.bytes + at + 4);
        assert_true(fl_buffer_append(&old, bytes.bytes + at + 4, 4));
        if (size == 0)
            break;
        struct fl_flat flat = {bytes.bytes + at + 8, size, NULL};
        const struct fl_flat_table root = fl_flat_root(&flat);
        const size_t body = (size_t)fl_flat_int64(&root, MESSAGE_BODY_LENGTH, 0);
        assert_true(fl_buffer_append(&old, bytes.bytes + at + 8, size + body));
        at += 8 + size + body;
    }
    assert_int_equal(FL_OK, arrow_read_bytes(&old, &error));
    fl_buffer_release(&bytes);
    fl_buffer_release(&old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_schema_comes_back),
        cmocka_unit_test(test_everything_is_aligned),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_flip_every_bit),
        cmocka_unit_test(test_end_of_stream),
        cmocka_unit_test(test_read_failures),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_old_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
