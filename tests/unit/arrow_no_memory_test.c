/* arrow_no_memory_test.c - fails each allocation of the Arrow reader and writer once.
 *
 * The linker puts the functions below before malloc and its kin, in our code. The sample of all kinds is
 * read, and written, again and again, the n-th allocation failing in round n, until a round needs fewer than
 * n: so each has failed. Every such round must end as out of memory; that all was given back is for the leak
 * sanitizer to say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "formats/arrow/arrow_stream.h"
#include "formats/arrow/arrow_text.h"
#include "formats/arrow/arrow_writer.h"
#include "tests/unit/arrow_sample.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static size_t until_failure = SIZE_MAX; /* SIZE_MAX: none fails */

static bool fails(void)
{
    return until_failure != SIZE_MAX && until_failure-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static fl_status read_columns(struct fl_arrow_stream *stream, size_t rows)
{
    struct fl_buffer text = {0};
    fl_status status = FL_OK;
    for (size_t i = 0; status == FL_OK && i < fl_arrow_stream_schema(stream)->field_count; i++) {
        const struct fl_arrow_column *column;
        status = fl_arrow_stream_column(stream, i, &column, NULL);
        for (size_t row = 0; status == FL_OK && row < rows; row++)
            status = fl_arrow_text_append(column, row, &text) ? FL_OK : FL_NO_MEMORY;
    }
    fl_buffer_release(&text);
    return status;
}

static fl_status read_all(const struct fl_buffer *bytes)
{
    const struct fl_arrow_options options = {.memory_max = 64 << 20};
    struct fl_arrow_stream *stream;
    arrow_memory_set(bytes->bytes, bytes->size);
    fl_status status = fl_arrow_stream_open(&arrow_memory_io, 0, "memory", &options, &stream, NULL);
    if (status != FL_OK)
        return status;
    bool done = false;
    while (status == FL_OK && !done) {
        size_t rows;
        status = fl_arrow_stream_next(stream, &rows, &done, NULL);
        if (status == FL_OK && !done)
            status = read_columns(stream, rows);
    }
    fl_arrow_stream_close(stream);
    return status;
}

static fl_status write_all(const struct arrow_sample *sample, struct fl_output *output)
{
    struct fl_arrow_writer *writer;
    fl_status status = fl_arrow_writer_create(&sample->schema, output, &writer, NULL);
    for (size_t i = 0; status == FL_OK && i < sample->schema.field_count; i++) {
        if (sample->fields[i].has_dictionary)
            status = fl_arrow_writer_words(writer, i, &sample->words[i], NULL);
    }
    if (status == FL_OK)
        status = fl_arrow_writer_batch(writer, sample->columns, sample->rows, NULL);
    if (status == FL_OK)
        status = fl_arrow_writer_end(writer, NULL);
    if (writer != NULL)
        fl_arrow_writer_free(writer);
    return status;
}

enum { ROUNDS_MAX = 10000 };

static void test_reading(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    arrow_sample_init(&sample, 9, true);
    arrow_sample_write(&sample, 2, &bytes);
    size_t round = 0;
    for (fl_status status = FL_NO_MEMORY; status != FL_OK; round++) {
        until_failure = round;
        status = read_all(&bytes);
        until_failure = SIZE_MAX;
        assert_true(status == FL_OK || status == FL_NO_MEMORY);
        assert_true(round < ROUNDS_MAX);
    }
    assert_true(round > 10);
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

static void test_writing(void **state)
{
    (void)state;
    struct arrow_sample sample;
    struct fl_buffer bytes = {0};
    arrow_sample_init(&sample, 9, true);
    size_t round = 0;
    for (fl_status status = FL_NO_MEMORY; status != FL_OK; round++) {
        struct fl_output *output;
        arrow_memory.written = &bytes;
        assert_int_equal(FL_OK, fl_output_over_file(&arrow_memory_io, 1, "memory", &output, NULL));
        until_failure = round;
        status = write_all(&sample, output);
        until_failure = SIZE_MAX;
        fl_output_abort(output);
        assert_true(status == FL_OK || status == FL_NO_MEMORY);
        assert_true(round < ROUNDS_MAX);
    }
    assert_true(round > 5);
    fl_buffer_release(&bytes);
    arrow_sample_release(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reading), cmocka_unit_test(test_writing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
